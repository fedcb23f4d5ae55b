"""Whole programs: what TensorBoard finds of an evaluation."""

import logging

import numpy as np
import pytest
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from tensorboard.plugins.pr_curve import metadata
from tensorboard.util import tensor_util

import estimax as tf
from estimax.estimator._heads import _composed
from estimax.summary._histogram import histogram_proto
from estimax.summary._pictures_confusion import confusion_picture
from estimax.summary._pictures_scatter import scatter_picture
from tests.estimator.test_evaluation_pictures import curve_rows, shown

HEADS = tf.estimator

ROWS = 100
RNG = np.random.default_rng(1)
LOGITS = np.round(RNG.normal(size=(ROWS, 3)) * 2).astype(np.float32)
WEIGHTS = RNG.choice([0, 1, 2], ROWS).astype(np.float32)
NAMES = ["low", "middle", "high"]
CLASSES = RNG.integers(0, 3, ROWS)
NUMBERS = np.round(RNG.normal(size=(ROWS, 3)) * 4).astype(np.float32)
MANY = RNG.integers(0, 2, (ROWS, 3))

# (head, how many logits, labels, the kinds of what is shown, by tag)
PROGRAMS = {
    "binary": (HEADS.BinaryClassHead(), 1, CLASSES % 2, {"pr_curve": "tensor", "confusion": "image"}),
    "binary, shares": (HEADS.BinaryClassHead(), 1, CLASSES / 2, {"pr_curve": "tensor", "confusion": "image"}),
    "classes": (
        HEADS.MultiClassHead(3, label_vocabulary=NAMES, name="size"),
        3,
        np.array(NAMES)[CLASSES],
        {"confusion/size": "image"},
    ),
    "many labels": (
        HEADS.MultiLabelHead(3, label_vocabulary=NAMES),
        3,
        MANY,
        {f"pr_curve/{name}": "tensor" for name in NAMES},
    ),
    "many labels, one chosen": (
        HEADS.MultiLabelHead(3, classes_for_class_based_metrics=[1], name="tags"),
        3,
        MANY,
        {"pr_curve/class1/tags": "tensor"},
    ),
    "regression": (
        HEADS.RegressionHead(),
        1,
        NUMBERS[:, 0],
        {"residuals": "histogram", "predicted_vs_actual": "image"},
    ),
    "regression of two": (
        HEADS.RegressionHead(2),
        2,
        NUMBERS[:, :2],
        {f"residuals/{i}": "histogram" for i in range(2)} | {f"predicted_vs_actual/{i}": "image" for i in range(2)},
    ),
    "logistic": (
        HEADS.LogisticRegressionHead(),
        1,
        CLASSES / 2,
        {"residuals": "histogram", "predicted_vs_actual": "image"},
    ),
    "poisson": (
        HEADS.PoissonRegressionHead(),
        1,
        np.abs(NUMBERS[:, 0]),
        {"residuals": "histogram", "predicted_vs_actual": "image"},
    ),
    "several heads": (
        HEADS.MultiHead([HEADS.RegressionHead(name="price"), HEADS.BinaryClassHead(name="sold")]),
        2,
        {"price": NUMBERS[:, 0], "sold": CLASSES % 2},
        {
            "residuals/price": "histogram",
            "predicted_vs_actual/price": "image",
            "pr_curve/sold": "tensor",
            "confusion/sold": "image",
        },
    ),
    "family of 1.x": (
        tf.contrib.estimator.binary_classification_head(),
        1,
        CLASSES % 2,
        {"pr_curve": "tensor", "confusion": "image"},
    ),
}


def estimator_of(head, width, folder):
    def model_fn(features, labels, mode):
        scale = tf.get_variable("scale", [], initializer=tf.ones_initializer())
        logits = features["logits"][:, :width] * scale
        return head.create_estimator_spec(
            features,
            mode,
            logits,
            labels,
            train_op_fn=lambda loss: tf.train.GradientDescentOptimizer(0.0).minimize(loss),
        )

    return tf.estimator.Estimator(model_fn, config=tf.estimator.RunConfig(str(folder)))


def rows(labels, batch=32):
    features = {"logits": LOGITS, "weight": WEIGHTS}
    return lambda: tf.data.Dataset.from_tensor_slices((features, labels)).batch(batch)


def evaluated(head, width, labels, folder, batch=32):
    """Evaluates; returns the results and what TensorBoard reads of the evaluation."""
    estimator = estimator_of(head, width, folder)
    return estimator.evaluate(rows(labels, batch)), read(estimator)


def read(estimator):
    found = EventAccumulator(estimator.eval_dir(), size_guidance={"images": 0, "tensors": 0})
    found.Reload()
    return found


def shown_kinds(found):
    tags = found.Tags()
    kinds = {"images": "image", "histograms": "histogram", "tensors": "tensor"}
    return {tag: kind for key, kind in kinds.items() for tag in tags[key] if tag != "checkpoint_path"}


@pytest.mark.parametrize("name", PROGRAMS)
def test_tensorboard_shows_what_a_head_draws(name, tmp_path):
    head, width, labels, expected = PROGRAMS[name]
    results, found = evaluated(head, width, labels, tmp_path)
    assert shown_kinds(found) == expected
    assert set(found.Tags()["scalars"]) == set(results) - {"global_step"}
    assert all(event.step == 0 for tag, kind in expected.items() if kind == "image" for event in found.Images(tag))


def test_a_program_shows_all_of_its_examples(tmp_path):
    labels = CLASSES % 2

    head = HEADS.BinaryClassHead(weight_column="weight")
    _, found = evaluated(head, 1, labels, tmp_path)
    (event,) = found.Tensors("pr_curve")
    rows_ = tensor_util.make_ndarray(event.tensor_proto)
    np.testing.assert_allclose(rows_, curve_rows(labels, LOGITS[:, :1], WEIGHTS), rtol=1e-5, atol=1e-6)
    plugin = found.SummaryMetadata("pr_curve").plugin_data
    assert plugin.plugin_name == metadata.PLUGIN_NAME
    assert metadata.parse_plugin_metadata(plugin.content).num_thresholds == 201
    counts = np.zeros((2, 2))
    np.add.at(counts, (labels, (LOGITS[:, 0] > 0).astype(int)), WEIGHTS)
    assert found.Images("confusion")[0].encoded_image_string == confusion_picture(counts, ["0", "1"], "confusion")


@pytest.mark.parametrize("batch", [7, 100])
def test_a_regressor_shows_all_of_its_examples(batch, tmp_path):
    labels = NUMBERS[:, 0]
    _, found = evaluated(HEADS.RegressionHead(weight_column="weight"), 1, labels, tmp_path, batch)
    present = WEIGHTS > 0
    pairs = labels[present], LOGITS[present, 0]
    picture = scatter_picture(*pairs, present.sum(), "predicted_vs_actual")
    assert found.Images("predicted_vs_actual")[0].encoded_image_string == picture
    (event,) = found.Histograms("residuals")
    expected = histogram_proto(pairs[0] - pairs[1])
    assert (event.histogram_value.num, event.histogram_value.sum) == (expected.num, expected.sum)
    assert list(event.histogram_value.bucket) == list(expected.bucket)


@pytest.mark.parametrize("name", ["binary", "regression", "many labels"])
def test_eager_evaluations_show_the_same(name, tmp_path):
    head, width, labels, expected = PROGRAMS[name]
    _, compiled = evaluated(head, width, labels, tmp_path / "compiled")
    tf.config.run_eagerly(True)
    try:
        _, eager = evaluated(head, width, labels, tmp_path / "eager", batch=50)
    finally:
        tf.config.run_eagerly(False)
    assert shown_kinds(eager) == expected
    for tag, kind in expected.items():
        if kind == "image":
            assert eager.Images(tag)[0].encoded_image_string == compiled.Images(tag)[0].encoded_image_string
        elif kind == "tensor":
            arrays = [tensor_util.make_ndarray(found.Tensors(tag)[0].tensor_proto) for found in (compiled, eager)]
            np.testing.assert_allclose(*arrays, rtol=1e-5)


def test_evaluations_with_hooks_show_the_same(tmp_path):
    head, width, labels, expected = PROGRAMS["regression"]
    estimator = estimator_of(head, width, tmp_path)
    hook = tf.train.LoggingTensorHook(["scale"], every_n_iter=1)
    estimator.evaluate(rows(labels), hooks=[hook], steps=2)
    assert shown_kinds(read(estimator)) == expected
    (event,) = read(estimator).Histograms("residuals")
    assert event.histogram_value.num == 64


@pytest.mark.parametrize("name", ["binary", "regression"])
def test_drawing_changes_nothing_else(name, tmp_path, monkeypatch):
    head, width, labels, _ = PROGRAMS[name]
    estimator = estimator_of(head, width, tmp_path)
    estimator.train(rows(labels), steps=1)
    drawn = estimator.evaluate(rows(labels))
    assert sorted(estimator.get_variable_names()) == ["global_step", "scale"]
    monkeypatch.setattr(_composed, "draw", lambda head, batch: None)
    assert estimator_of(head, width, tmp_path).evaluate(rows(labels)) == drawn


def test_steps_of_sequences_are_examples():
    head = HEADS.BinaryClassHead()
    labels, logits = (RNG.integers(0, 2, (4, 5, 1)), RNG.normal(size=(4, 5, 1)).astype(np.float32))
    there = (np.arange(5) < np.array([5, 2, 0, 3])[:, None])[..., None]
    found = shown(tf.estimator.experimental.SequentialHeadWrapper(head), [[labels, logits, there.astype(np.float32)]])
    expected = shown(head, [[labels[there][:, None], logits[there][:, None], None]])
    assert found.keys() == expected.keys()
    for tag, value in expected.items():
        np.testing.assert_array_equal(found[tag], value)


def test_two_heads_without_names_are_told_apart_by_numbers(tmp_path):
    def model_fn(features, labels, mode):
        scale = tf.get_variable("scale", [], initializer=tf.ones_initializer())
        one, other = (
            head.create_estimator_spec(
                features,
                mode,
                features["logits"][:, :width] * scale,
                labels[key],
                train_op_fn=lambda loss: tf.train.GradientDescentOptimizer(0.0).minimize(loss),
            )
            for head, width, key in (
                (HEADS.MultiClassHead(3), 3, "class"),
                (HEADS.BinaryClassHead(), 1, "is"),
            )
        )
        return one._replace(loss=one.loss + other.loss)

    estimator = tf.estimator.Estimator(model_fn, config=tf.estimator.RunConfig(str(tmp_path)))
    estimator.evaluate(rows({"class": CLASSES, "is": CLASSES % 2}))
    found = read(estimator)
    assert set(found.Tags()["images"]) == {"confusion", "confusion_1"}
    counts = np.zeros((2, 2))
    np.add.at(counts, (CLASSES % 2, (LOGITS[:, 0] > 0).astype(int)), 1)
    assert found.Images("confusion_1")[0].encoded_image_string == confusion_picture(counts, ["0", "1"], "confusion_1")


def test_summaries_of_the_program_itself_stand_instead(tmp_path):
    def model_fn(features, labels, mode):
        scale = tf.get_variable("scale", [], initializer=tf.ones_initializer())
        spec = HEADS.RegressionHead().create_estimator_spec(
            features,
            mode,
            features["logits"][:, :1] * scale,
            labels,
            train_op_fn=lambda loss: tf.train.GradientDescentOptimizer(0.0).minimize(loss),
        )
        tf.summary.histogram("residuals", scale)
        return spec

    estimator = tf.estimator.Estimator(model_fn, config=tf.estimator.RunConfig(str(tmp_path)))
    estimator.evaluate(rows(NUMBERS[:, 0]))
    (event,) = read(estimator).Histograms("residuals")
    assert event.histogram_value.num == 1


def test_a_pre_made_estimator_shows_its_classes_by_name(tmp_path, caplog):
    estimator = tf.estimator.LinearClassifier(
        [tf.feature_column.numeric_column("logits", shape=[3])],
        model_dir=str(tmp_path),
        n_classes=3,
        label_vocabulary=NAMES,
    )
    given_rows = rows(np.array(NAMES)[CLASSES])
    estimator.train(given_rows, steps=1)
    with caplog.at_level(logging.WARNING):
        estimator.evaluate(given_rows, name="test")
    assert not caplog.records
    predicted = [p["class_ids"][0] for p in estimator.predict(given_rows)]
    counts = np.zeros((3, 3))
    np.add.at(counts, (CLASSES, predicted), 1)
    found = EventAccumulator(estimator.eval_dir("test"))
    found.Reload()
    assert found.Images("confusion")[0].encoded_image_string == confusion_picture(counts, NAMES, "confusion")
