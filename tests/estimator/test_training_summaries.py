"""What pre-made estimators show while they train: what the original shows, and more, at no cost to the training."""

import json
from pathlib import Path

import numpy as np
import pytest
import safetensors.numpy
from hypothesis import given, settings
from hypothesis import strategies as st

import estimax as tf
from estimax.estimator._inputs import open_input
from tests.estimator import canned_programs
from tests.estimator.training_summaries_programs import STEPS, batches, first_value, programs, written

RECORDED = json.loads((Path(__file__).parent / "test_training_summaries.json").read_text())
PROGRAMS = programs(tf)
SOME = ["v1_combined_classes", "v2_linear_weighted", "head_multi", "v2_baseline", "rnn"]
"""Of each kind of model one."""

e = tf.estimator
fc = tf.feature_column


def made(name, folder, **run):
    """Makes the estimator of a program."""
    make, _ = PROGRAMS[name]
    return make(config=e.RunConfig(model_dir=str(folder), **run))


def input_of(name):
    return batches(tf, PROGRAMS[name][1])


def as_first(name, folder, estimator):
    """Makes an estimator start as the original did."""
    values = {variable: first_value(variable, shape) for variable, shape in RECORDED[name]["variables"].items()}
    if values:
        path = folder / "first.safetensors"
        safetensors.numpy.save_file(values, path)
        estimator.warm_start_from = str(path)
    return estimator


@pytest.mark.parametrize("name", PROGRAMS)
def test_training_shows_what_the_original_showed(name, tmp_path):
    estimator = as_first(name, tmp_path, made(name, tmp_path / "model", save_summary_steps=2))
    estimator.train(input_of(name), steps=STEPS)
    found = written(tf, tmp_path / "model")
    for step in (1, 3):
        theirs = RECORDED[name].get(str(step), {})
        assert theirs.keys() <= found[step].keys()
        for tag, value in theirs.items():
            if "dropout" in name:  # what is left out is random
                assert np.shape(found[step][tag]) == np.shape(value)
            else:
                np.testing.assert_allclose(found[step][tag], value, rtol=1e-3, atol=1e-4, err_msg=f"{tag} at {step}")


@pytest.mark.parametrize("name", SOME)
def test_training_shows_the_metrics_of_evaluation_and_all_variables(name, tmp_path):
    estimator = made(name, tmp_path)
    estimator.train(input_of(name), steps=1)
    metrics = estimator.evaluate(input_of(name), steps=1)
    tags = written(tf, tmp_path)[1].keys()
    shown = ("average_loss", "accuracy", "prediction/mean", "label/mean", "loss")
    # The loss of a head with a name is the whole loss while it trains, and has its name in evaluation.
    wanted = {m for m in metrics if m.startswith(shown) and not m.startswith("accuracy_baseline")}
    assert wanted <= {*tags}
    rates = {tag for tag in tags if tag.startswith("learning_rate")}
    assert rates == (
        {"learning_rate/dnn", "learning_rate/linear"} if "combined" in name or "multi" in name else {"learning_rate"}
    )
    slots = ("Adagrad", "Ftrl", "Adam", "training", "moving_", "global_step")
    trained = [n for n in estimator.get_variable_names() if not any(slot in n for slot in slots)]
    assert {f"{title}/{n}" for title in ("weights", "gradients") for n in trained} <= tags


@pytest.mark.parametrize("name", SOME)
def test_only_training_declares_what_is_shown(name, tmp_path):
    estimator = made(name, tmp_path)
    for mode in (e.ModeKeys.EVAL, e.ModeKeys.PREDICT):
        opened = open_input(input_of(name), mode, {}, estimator.config, repeats=False)
        frame = estimator.model.traced(mode, opened).program.call.frame
        assert not frame.shows_training
        assert not [summary for summary in frame.summaries if summary.measure is not None]


@pytest.mark.parametrize("name", SOME)
def test_what_is_shown_changes_nothing_of_the_model(name, tmp_path):
    found = []
    for folder, steps in (("without", None), ("with", 2)):
        estimator = made(name, tmp_path / folder, save_summary_steps=steps, tf_random_seed=3)
        estimator.train(input_of(name), steps=STEPS)
        found.append({n: estimator.get_variable_value(n) for n in estimator.get_variable_names()})
    assert found[0].keys() == found[1].keys()
    for variable, value in found[0].items():
        np.testing.assert_allclose(found[1][variable], value, rtol=1e-6, atol=1e-7, err_msg=variable)
    without = {tag for values in written(tf, tmp_path / "without").values() for tag in values}
    assert not {t for t in without if t.startswith(("weights", "dnn", "linear", "bias", "loss", "average", "accuracy"))}


def test_zeros_and_biases_are_those_of_the_checkpoint_before_the_step(tmp_path):
    columns = canned_programs.columns(tf, [["raw", "voc"], ["raw", "tags"], ["raw", "cross"], ["num", "v"]])
    config = e.RunConfig(model_dir=str(tmp_path), save_checkpoints_steps=100, save_summary_steps=100)
    optimizer = tf.keras.optimizers.Ftrl(0.1, l1_regularization_strength=3.0)
    estimator = e.LinearClassifier(columns, n_classes=3, optimizer=optimizer, config=config)
    estimator.train(batches(tf, "c3"), steps=101)
    values = tf.train.load_checkpoint(str(tmp_path / "model.ckpt-100"))
    weights = [values.get_tensor(n) for n in values.get_variable_to_shape_map() if n.endswith("/weights")]
    bias = values.get_tensor("linear/linear_model/bias_weights")
    shown = written(tf, tmp_path)[101]
    zeros = sum((w == 0).sum() for w in weights) / sum(w.size for w in weights)
    assert 0 < zeros < 1
    assert shown["fraction_of_zero_weights"] == pytest.approx(zeros)
    assert shown["bias"] == pytest.approx([bias.min(), bias.max(), 3, bias.sum(), (bias**2).sum()], rel=1e-5)


HEADS = {
    "regression": (lambda: e.RegressionHead(weight_column="w"), st.floats(-5, 5)),
    "counts": (lambda: e.PoissonRegressionHead(name="own"), st.integers(0, 5)),
    "shares": (lambda: e.LogisticRegressionHead(weight_column="w"), st.floats(0, 1)),
    "own_link": (lambda: e.RegressionHead(inverse_link_fn=tf.nn.tanh), st.floats(-5, 5)),
    "own_loss": (lambda: e.RegressionHead(loss_fn=lambda labels, logits: abs(labels - logits)), st.floats(-5, 5)),
    "two_classes": (lambda: e.BinaryClassHead(weight_column="w"), st.integers(0, 1)),
    "three_classes": (lambda: e.MultiClassHead(3, weight_column="w", name="own"), st.integers(0, 2)),
    "labels_of_several": (lambda: e.MultiLabelHead(3), st.lists(st.integers(0, 1), min_size=3, max_size=3)),
}


@pytest.mark.parametrize("name", HEADS)
@settings(max_examples=10, deadline=None)
@given(data=st.data())
def test_what_is_shown_of_a_batch_is_what_evaluation_says_of_it(name, data):
    make, labels = HEADS[name]
    head = make()
    rows = data.draw(st.integers(1, 6))

    def drawn(values):
        return data.draw(st.lists(values, min_size=rows, max_size=rows))

    numbers, width = st.floats(-4, 4, width=32), head.logits_dimension
    logits = np.asarray(drawn(st.lists(numbers, min_size=width, max_size=width)), np.float32)
    features = {"w": np.asarray(drawn(st.floats(0.5, 3, width=32)), np.float32)}
    labels = np.asarray(drawn(labels))
    labels = labels.astype(np.float32) if labels.dtype.kind == "f" else labels
    shown = head.shown(head.read(tf.constant(labels), logits, {"w": tf.constant(features["w"])}))
    metrics = head.update_metrics(head.metrics(), features, logits, labels)
    assert head.named("average_loss") in shown
    assert shown.keys() <= metrics.keys()
    for tag, (value, measure) in shown.items():
        expected = metrics[tag].result().numpy()
        np.testing.assert_allclose(measure(value), expected, rtol=1e-5, atol=1e-6, err_msg=tag)


def own_model(own_summary):
    """Returns a model function of a program's own, with a head whose link holds an array of the call."""

    def model_fn(features, labels, mode):
        scale = tf.get_variable("scale", [], initializer=tf.constant_initializer(2.0))
        head = e.RegressionHead(weight_column="w", inverse_link_fn=lambda logits: logits * scale)
        logits = tf.layers.dense(features["x"], 1, kernel_initializer=tf.ones_initializer())
        if own_summary and mode == e.ModeKeys.TRAIN:
            tf.summary.scalar("label/mean", 7.0)
        return head.create_estimator_spec(
            features, mode, logits, labels=labels, optimizer=tf.train.GradientDescentOptimizer(0.1)
        )

    return model_fn


X = np.arange(8, dtype=np.float32).reshape(4, 2)
WEIGHTS = np.array([1, 2, 0, 3], np.float32)
LABELS = np.array([1, 4, 9, 12], np.float32)


def own_input():
    return tf.data.Dataset.from_tensor_slices(({"x": X, "w": WEIGHTS}, LABELS)).batch(4)


@pytest.mark.parametrize("own_summary", [False, True])
def test_a_model_function_with_a_head_shows_the_metrics_of_each_batch(own_summary, tmp_path):
    e.Estimator(own_model(own_summary), model_dir=str(tmp_path)).train(own_input, steps=1)
    shown = written(tf, tmp_path)[1]
    logits = X.sum(1)
    values = {"average_loss": (logits - LABELS) ** 2, "prediction/mean": 2 * logits, "label/mean": LABELS}
    mean = {name: float((v * WEIGHTS).sum() / WEIGHTS.sum()) for name, v in values.items()}
    mean |= {"label/mean": 7.0} if own_summary else {}
    assert {tag: value for tag, value in shown.items() if tag in mean} == pytest.approx(mean, rel=1e-5)
    # What is not of a pre-made estimator says itself what is shown of its variables.
    assert shown.keys() == {"loss", *mean}


def test_a_pre_made_model_within_a_model_function_shows_itself(tmp_path):
    def model_fn(features, labels, mode):
        inner = e.DNNRegressor([2], [fc.numeric_column("x", shape=2)]).model.model_fn
        return inner(features, labels, mode)

    estimator = e.Estimator(model_fn, model_dir=str(tmp_path))
    estimator.train(own_input, steps=1)
    tags = written(tf, tmp_path)[1].keys()
    assert {"dnn/hiddenlayer_0/activation", "dnn/logits/fraction_of_zero_values", "learning_rate"} <= tags


def test_steps_that_run_eagerly_show_the_same(tmp_path):
    found = []
    for is_eager in (False, True):
        tf.config.run_functions_eagerly(is_eager)
        try:
            estimator = made("v2_linear_weighted", tmp_path / str(is_eager), save_summary_steps=2)
            estimator.train(input_of("v2_linear_weighted"), steps=STEPS)
        finally:
            tf.config.run_functions_eagerly(False)
        found.append(written(tf, tmp_path / str(is_eager)))
    assert found[0].keys() == found[1].keys() >= {1, 3}
    for tag, value in found[0][3].items():
        np.testing.assert_allclose(found[1][3][tag], value, rtol=1e-4, atol=1e-5, err_msg=tag)


def test_what_is_measured_is_not_among_the_merged_summaries_of_a_program(tmp_path):
    inner = e.LinearRegressor([fc.numeric_column("x", shape=2)]).model.model_fn

    def model_fn(features, labels, mode):
        spec = inner(features, labels, mode)
        tf.compat.v1.summary.scalar("own", 7.0)
        merged = tf.compat.v1.summary.merge_all()
        hook = tf.train.SummarySaverHook(1, output_dir=str(tmp_path / "merged"), summary_op=merged)
        return spec._replace(training_hooks=[hook])

    e.Estimator(model_fn, model_dir=str(tmp_path / "model")).train(own_input, steps=1)
    assert written(tf, tmp_path / "merged") == {1: {"own": 7.0}}
    tags = written(tf, tmp_path / "model")[1].keys()
    assert {"own", "bias", "average_loss", "weights/linear/linear_model/x/weights"} <= tags


def test_the_curves_show_what_led_to_a_loss_that_is_no_number(tmp_path):
    values = np.where(np.arange(64) == 40, np.nan, 1).astype(np.float32)

    def rows():
        return tf.data.Dataset.from_tensor_slices(({"x": values}, values[::-1])).batch(8)

    config = e.RunConfig(model_dir=str(tmp_path), save_summary_steps=1)
    with pytest.raises(tf.train.NanLossDuringTrainingError):
        e.LinearRegressor([fc.numeric_column("x")], config=config).train(rows)
    losses = [found["loss"] for step, found in sorted(written(tf, tmp_path).items()) if "loss" in found]
    assert np.flatnonzero(np.isnan(losses))[0] == 2
