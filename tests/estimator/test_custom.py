"""Estimators of one's own: a model function with layers, losses, metrics and optimizers, in three modes."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import estimax as tf
from tests.estimator import homes

MODES = tf.estimator.ModeKeys


def flowers():
    random = np.random.default_rng(11)
    x = random.normal(size=(48, 4)).astype(np.float32)
    y = (x @ random.normal(size=(4, 3))).argmax(1).astype(np.int32)
    return {name: x[:, i] for i, name in enumerate(["sepal_length", "sepal_width", "petal_length", "petal_width"])}, y


FEATURES, LABELS = flowers()


def input_fn(labels=LABELS, batch=16, epochs=1):
    return homes.input_fn(labels, batch, epochs, FEATURES)


def classify(features, labels, mode, params):
    """A network of dense layers over numeric columns."""
    columns = [tf.feature_column.numeric_column(name) for name in sorted(features)]
    net = tf.feature_column.input_layer(features, columns)
    for units in params.pop("hidden_units"):  # every call has parameters of its own
        net = tf.layers.dense(net, units, activation=jnp.tanh)
    net = tf.layers.dropout(net, 0.1, training=mode == MODES.TRAIN)
    logits = tf.layers.dense(net, params["n_classes"])
    classes = jnp.argmax(logits, 1)
    if mode == MODES.PREDICT:
        return tf.estimator.EstimatorSpec(
            mode, {"class_ids": classes[:, jnp.newaxis], "probabilities": jax.nn.softmax(logits)}
        )
    loss = tf.losses.sparse_softmax_cross_entropy(labels=labels, logits=logits)
    if mode == MODES.EVAL:
        accuracy = tf.metrics.accuracy(labels, classes)
        return tf.estimator.EstimatorSpec(mode, loss=loss, eval_metric_ops={"accuracy": accuracy})
    train_op = tf.train.AdagradOptimizer(params["learning_rate"]).minimize(loss)
    return tf.estimator.EstimatorSpec(mode, loss=loss, train_op=train_op)


PARAMS = {"hidden_units": [10], "n_classes": 3, "learning_rate": 0.2}


@pytest.fixture(scope="module")
def classifier(tmp_path_factory):
    config = tf.estimator.RunConfig(tf_random_seed=1)
    model_dir = str(tmp_path_factory.mktemp("flowers"))
    estimator = tf.estimator.Estimator(classify, model_dir, config, PARAMS)
    return estimator.train(input_fn(epochs=None), steps=60)


def test_a_model_of_ones_own_learns(classifier):
    metrics = classifier.evaluate(input_fn())
    assert sorted(metrics) == ["accuracy", "global_step", "loss"]
    assert metrics["accuracy"] > 0.8
    assert metrics["global_step"] == 60
    assert {"dense/kernel", "dense_1/bias", "dense/kernel/Adagrad"} <= set(classifier.get_variable_names())
    assert classifier.params == PARAMS
    assert classifier.model_fn is classify


def test_its_predictions_are_what_it_says_they_are(classifier):
    rows = list(classifier.predict(input_fn(labels=None, batch=20)))
    assert len(rows) == 48
    accuracy = np.mean([row["class_ids"][0] for row in rows] == LABELS)
    assert accuracy == pytest.approx(classifier.evaluate(input_fn())["accuracy"])
    assert rows[0]["probabilities"].shape == (3,)


def test_chosen_predictions_are_given_row_by_row_or_by_batch(classifier):
    by_row = list(classifier.predict(input_fn(labels=None), predict_keys="class_ids"))
    assert by_row[0].keys() == {"class_ids"}
    batches = list(classifier.predict(input_fn(labels=None), ["class_ids", "more"], yield_single_examples=False))
    assert [b["class_ids"].shape for b in batches] == [(16, 1)] * 3
    np.testing.assert_array_equal(np.concatenate([b["class_ids"] for b in batches]), [r["class_ids"] for r in by_row])
    with pytest.raises(
        ValueError, match=r"predict_keys must be among \['class_ids', 'probabilities'\]; got \['more'\]"
    ):
        next(classifier.predict(input_fn(labels=None), "more"))


def test_labels_in_the_input_of_a_prediction_are_left_out(classifier):
    with_labels = list(classifier.predict(input_fn()))
    without = list(classifier.predict(input_fn(labels=None)))
    np.testing.assert_array_equal([r["probabilities"] for r in with_labels], [r["probabilities"] for r in without])


def test_predictions_can_be_read_side_by_side_and_left_early(classifier):
    one, other = (classifier.predict(input_fn(labels=None)) for _ in range(2))
    pairs = [(next(one), next(other)) for _ in range(20)]
    for first, second in pairs:
        np.testing.assert_array_equal(first["probabilities"], second["probabilities"])
    one.close()
    other.close()


def test_another_checkpoint_can_be_named(classifier):
    first = f"{classifier.model_dir}/model.ckpt-0"
    assert classifier.evaluate(input_fn(), checkpoint_path=first)["global_step"] == 0
    before = next(classifier.predict(input_fn(labels=None), checkpoint_path=first))
    after = next(classifier.predict(input_fn(labels=None)))
    assert not np.array_equal(before["probabilities"], after["probabilities"])
    with pytest.raises(tf.errors.NotFoundError, match="no checkpoint"):
        classifier.evaluate(input_fn(), checkpoint_path=f"{first}0")


def test_some_batches_can_be_evaluated_under_a_name(classifier):
    some = classifier.evaluate(input_fn(), steps=1, name="some")
    whole = classifier.evaluate(input_fn())
    assert some["loss"] != whole["loss"]
    assert classifier.eval_dir("some") == f"{classifier.model_dir}/eval_some"


def slope(features, labels, mode):
    """The smallest model function: one weight, predictions that are no dictionary."""
    weight = tf.layers.dense(features[:, None], 1, use_bias=False)[:, 0]
    if mode == MODES.PREDICT:
        return tf.estimator.EstimatorSpec(mode, predictions=weight)
    loss = jnp.mean(jnp.square(weight - labels), keepdims=True)  # one number in brackets is one number
    train_op = tf.train.GradientDescentOptimizer(0.1).minimize(loss)
    return tf.estimator.EstimatorSpec(mode, loss=loss, train_op=train_op)


def line():
    x = np.float32([1, 2, 3, 4])
    return tf.data.Dataset.from_tensors((x, 3 * x)).repeat(30)


def test_features_predictions_and_the_loss_may_stand_alone(model_dir):
    estimator = tf.estimator.Estimator(slope, model_dir).train(line)
    assert estimator.evaluate(line)["loss"] < 1e-4
    predicted = list(estimator.predict(lambda: tf.constant([1.0, 10.0])))
    np.testing.assert_allclose(predicted, [3, 30], rtol=1e-2)


def test_a_checkpointless_model_predicts_from_its_first_values(model_dir, caplog):
    estimator = tf.estimator.Estimator(slope, model_dir)
    assert len(list(estimator.predict(lambda: tf.constant([1.0, 10.0])))) == 2
    assert "There is no checkpoint in" in caplog.text


@pytest.mark.parametrize(
    ("model_fn", "params", "message"),
    [
        (lambda labels, mode: None, None, "model_fn must have an argument 'features'"),
        (lambda features, labels, mode: None, {"a": 1}, "params were given, but model_fn has no argument 'params'"),
        (lambda features, labels, mode, hparams: None, None, r"model_fn needs the arguments \['hparams'\]"),
    ],
)
def test_the_arguments_of_a_model_function_are_checked(model_fn, params, message, model_dir):
    with pytest.raises(ValueError, match=message):
        tf.estimator.Estimator(model_fn, model_dir, params=params)


def test_a_model_function_must_return_a_spec(model_dir):
    estimator = tf.estimator.Estimator(lambda features, labels: 5, model_dir)
    with pytest.raises(ValueError, match="must return an EstimatorSpec; it returned 5"):
        estimator.train(line)


def test_predictions_of_differing_length_cannot_be_given_row_by_row(model_dir):
    def model_fn(features, labels, mode):
        return tf.estimator.EstimatorSpec(mode, predictions={"rows": features, "all": jnp.zeros(7)})

    estimator = tf.estimator.Estimator(model_fn, model_dir)
    with pytest.raises(ValueError, match=r"same first dimension .* got \{'rows': 2, 'all': 7\}"):
        next(estimator.predict(lambda: tf.constant([1.0, 10.0])))
    (batch,) = estimator.predict(lambda: tf.constant([1.0, 10.0]), yield_single_examples=False)
    assert batch["all"].shape == (7,)


def test_a_model_without_inputs_on_the_device_is_trained_step_by_step(model_dir):
    def model_fn(features, labels, mode):
        weight = tf.layers.dense(jnp.ones((1, 1)), 1, use_bias=False, kernel_initializer=tf.zeros_initializer())
        loss = jnp.sum(jnp.square(weight - 1))
        train_op = tf.train.GradientDescentOptimizer(0.25).minimize(loss)
        return tf.estimator.EstimatorSpec(mode, loss=loss, train_op=train_op)

    estimator = tf.estimator.Estimator(model_fn, model_dir).train(line, steps=3)
    assert estimator.get_variable_value("dense/kernel") == 0.875


def test_methods_of_the_estimator_may_not_be_overridden(model_dir):
    class Mine(tf.estimator.Estimator):
        def train(self, *arguments):
            return self

    with pytest.raises(ValueError, match="may not override train"):
        Mine(slope, model_dir)


def test_what_is_no_hook_is_refused(model_dir):
    estimator = tf.estimator.Estimator(slope, model_dir)
    for use in (estimator.train, estimator.evaluate, estimator.predict):
        with pytest.raises(TypeError, match=r"derived from tf\.train\.SessionRunHook; got <object"):
            use(line, hooks=[object()])


def test_a_model_that_was_not_trained_has_no_variables(model_dir):
    estimator = tf.estimator.Estimator(slope, model_dir)
    assert estimator.latest_checkpoint() is None
    with pytest.raises(ValueError, match="has not been trained"):
        estimator.get_variable_names()


def test_text_repeated_for_each_row_fits_batches_of_any_size(model_dir):
    def named(features, labels, mode):
        logits = tf.layers.dense(features["x"], 2)
        names = tf.tile(tf.constant([["no", "yes"]]), [tf.shape(logits)[0], 1])
        if mode == tf.estimator.ModeKeys.PREDICT:
            outputs = {"serving_default": tf.estimator.export.ClassificationOutput(scores=logits, classes=names)}
            return tf.estimator.EstimatorSpec(mode, {"names": names}, export_outputs=outputs)
        loss = tf.losses.sparse_softmax_cross_entropy(labels, logits)
        return tf.estimator.EstimatorSpec(mode, loss=loss, train_op=tf.train.AdamOptimizer().minimize(loss))

    def rows():
        return tf.data.Dataset.from_tensor_slices(({"x": np.ones((5, 2), np.float32)}, np.zeros(5, np.int32))).batch(3)

    def receive():
        x = tf.placeholder(tf.float32, [None, 2])
        return tf.estimator.export.ServingInputReceiver({"x": x}, {"x": x})

    estimator = tf.estimator.Estimator(named, model_dir)
    estimator.train(rows)
    batches = [batch["names"] for batch in estimator.predict(rows, yield_single_examples=False)]
    assert [batch.tolist() for batch in batches] == [[[b"no", b"yes"]] * 3, [[b"no", b"yes"]] * 2]
    folder = estimator.export_saved_model(f"{model_dir}/export", receive).decode()
    answer = tf.saved_model.load(folder).signatures["serving_default"](x=tf.constant(np.ones((4, 2), np.float32)))
    assert answer["classes"].tolist() == [[b"no", b"yes"]] * 4
