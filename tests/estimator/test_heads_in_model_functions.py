"""Heads inside model functions: labels of all kinds, optimizers, metrics, values computed on the device."""

import numpy as np
import pytest

import estimax as tf
from tests.estimator import head_programs
from tests.estimator.test_heads_recorded import assert_metrics, assert_predictions

X = np.float32([-2.0, -1.0, 0.5, 1.0, 1.5, 3.0])
Y = np.array([0, 0, 1, 0, 1, 1])
RATE = 0.1


def one_of_each_kind():
    """Returns the first recorded program of each head and kind of labels."""
    first = {}
    for program in head_programs.load():
        labels = program["labels"]
        first.setdefault((program["head"], labels["kind"], labels["dtype"] == "string"), program)
    return list(first.values())


def estimator_of(head, model_dir, added=None):
    def model_fn(features, labels, mode):
        return head.create_estimator_spec(
            features,
            mode,
            features["logits"],
            labels,
            train_op_fn=tf.compat.v1.train.GradientDescentOptimizer(RATE).minimize,
            regularization_losses=added,
        )

    return tf.estimator.Estimator(model_fn, model_dir)


@pytest.mark.parametrize("program", one_of_each_kind(), ids=head_programs.name_of)
def test_a_head_in_a_model_function_gives_what_the_original_gives(program, model_dir):
    estimator = estimator_of(head_programs.make(program), model_dir, program["regularization"])
    features, labels, logits = head_programs.rows(program, 0, 7)
    features = {**features, "logits": logits}
    found = estimator.evaluate(lambda: tf.data.Dataset.from_tensor_slices((features, labels)).batch(4))
    expected = program["expected"]
    assert found.pop("global_step") == 0
    assert_metrics(found, expected["metrics"] | {"loss": np.mean(expected["losses"])})
    rows = list(estimator.predict(lambda: tf.data.Dataset.from_tensor_slices(features).batch(4)))
    assert_predictions({key: np.stack([row[key] for row in rows]) for key in rows[0]}, expected["predictions"])


@pytest.mark.parametrize(
    "program", [p for p in head_programs.load() if p["labels"]["kind"] == "sparse"], ids=head_programs.name_of
)
def test_ragged_labels_are_sparse_labels_without_their_places(program, model_dir):
    features, sparse, logits = head_programs.rows(program, 0, 7)
    _, ragged, _ = head_programs.rows(head_programs.with_ragged_labels(program), 0, 7)
    features = {**features, "logits": logits}
    estimator = estimator_of(head_programs.make(program), model_dir)
    found = [
        estimator.evaluate(lambda labels=labels: tf.data.Dataset.from_tensors((features, labels)))
        for labels in (sparse, ragged)
    ]
    assert found[0] == found[1]


def line(head, **options):
    """Returns a model function of one weight, named w."""

    def model_fn(features, labels, mode):
        w = tf.compat.v1.get_variable("w", [1, 1], initializer=tf.zeros_initializer())
        return head.create_estimator_spec(features, mode, features["x"][:, None] @ w, labels, **options)

    return model_fn


def whole(labels=Y, **features):
    return lambda: tf.data.Dataset.from_tensors(({"x": X, **features}, labels))


@pytest.mark.parametrize("reduction", ["sum", "sum_over_batch_size"])
def test_one_step_of_an_optimizer_follows_the_gradient(reduction, model_dir):
    optimizer = tf.compat.v1.train.GradientDescentOptimizer(RATE)
    head = tf.estimator.BinaryClassHead(loss_reduction=reduction)
    estimator = tf.estimator.Estimator(line(head, optimizer=optimizer), model_dir)
    estimator.train(whole())
    gradient = ((0.5 - Y) * X).sum() / (1 if reduction == "sum" else len(X))
    np.testing.assert_allclose(estimator.get_variable_value("w"), [[-RATE * gradient]], rtol=1e-5)


def test_an_optimizer_trains_the_variables_it_is_given(model_dir):
    def model_fn(features, labels, mode):
        w = tf.compat.v1.get_variable("w", [1], initializer=tf.zeros_initializer())
        b = tf.compat.v1.get_variable("b", [1], initializer=tf.zeros_initializer())
        return tf.estimator.RegressionHead().create_estimator_spec(
            features,
            mode,
            features["x"][:, None] * w + b,
            labels,
            optimizer=tf.compat.v1.train.GradientDescentOptimizer(RATE),
            trainable_variables=["b"],
        )

    estimator = tf.estimator.Estimator(model_fn, model_dir)
    estimator.train(whole(), steps=1)
    assert estimator.get_variable_value("w") == 0
    assert estimator.get_variable_value("b") != 0


def test_metrics_of_a_head_may_stand_among_those_of_a_model_function(model_dir):
    head = tf.estimator.BinaryClassHead()

    def model_fn(features, labels, mode):
        logits = features["x"][:, None]
        metrics = head.update_metrics(head.metrics(), features, logits, labels)
        return tf.estimator.EstimatorSpec(mode, loss=head.loss(labels, logits, features), eval_metric_ops=metrics)

    estimator = tf.estimator.Estimator(model_fn, model_dir)
    batches = tf.data.Dataset.from_tensor_slices(({"x": X}, Y)).batch(4)
    found = estimator.evaluate(lambda: batches)
    same = tf.estimator.Estimator(
        lambda features, labels, mode: head.create_estimator_spec(features, mode, features["x"][:, None], labels),
        model_dir,
    )
    assert found == same.evaluate(lambda: batches)


def test_labels_and_weights_may_be_computed_in_the_model_function(model_dir):
    head = tf.estimator.RegressionHead(weight_column="weight")

    def model_fn(features, labels, mode):
        weighed = {**features, "weight": tf.abs(features["x"]) * 2.0}
        return head.create_estimator_spec(weighed, mode, features["x"][:, None], labels * 2.0)

    found = tf.estimator.Estimator(model_fn, model_dir).evaluate(whole(Y.astype(np.float32)))
    weights, errors = abs(X) * 2, (X - 2 * Y) ** 2
    assert found["loss"] == pytest.approx((weights * errors).mean())
    assert found["average_loss"] == pytest.approx((weights * errors).sum() / weights.sum())


def test_more_metrics_may_be_computed_of_what_a_head_predicts(model_dir):
    def metric_fn(labels, predictions):
        return {"own": tf.compat.v1.metrics.accuracy(labels, predictions["class_ids"])}

    estimator = tf.estimator.Estimator(line(tf.estimator.BinaryClassHead()), model_dir)
    found = tf.estimator.add_metrics(estimator, metric_fn).evaluate(whole(Y[:, None]))
    assert found["own"] == found["accuracy"]


def test_training_writes_the_loss_of_a_named_head_and_what_is_added(model_dir):
    options = {
        "train_op_fn": tf.compat.v1.train.GradientDescentOptimizer(RATE).minimize,
        "regularization_losses": [2.0],
    }
    estimator = tf.estimator.Estimator(line(tf.estimator.RegressionHead(name="price"), **options), model_dir)
    estimator.train(whole(), steps=1)
    written = {event.tag: event.value for event in tf.summary.read_events(model_dir)}
    assert written["loss/price"] == pytest.approx(0.5)
    assert written["regularization_loss/price"] == 2
    assert written["loss"] == pytest.approx(2.5)


def test_a_model_function_must_say_how_it_is_trained(model_dir):
    both = {"optimizer": tf.compat.v1.train.GradientDescentOptimizer(RATE), "train_op_fn": lambda loss: loss}
    for options in ({}, both):
        estimator = tf.estimator.Estimator(line(tf.estimator.RegressionHead(), **options), model_dir)
        with pytest.raises(ValueError, match="needs an optimizer or a train_op_fn, one of them"):
            estimator.train(whole(), steps=1)


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (np.nan, r"the feature 'weight' is the weight_column: got nan in row 1 of the batch"),
        (-0.5, r"got -0\.5 in row 1 of the batch"),
        (np.inf, "got inf in row 1"),
    ],
)
def test_weights_that_are_no_weights_are_refused_with_their_row(value, message, model_dir):
    weight = np.ones(6, np.float32)
    weight[5] = value
    head = tf.estimator.RegressionHead(weight_column="weight")
    estimator = tf.estimator.Estimator(line(head), model_dir)
    with pytest.raises(tf.errors.InvalidArgumentError, match=message):
        estimator.evaluate(lambda: tf.data.Dataset.from_tensor_slices(({"x": X, "weight": weight}, Y)).batch(4))


@pytest.mark.parametrize("size", [2, 4])
def test_wrong_labels_are_refused_with_their_row_in_batches_of_any_size(size, model_dir):
    labels = np.array([0, 1, 0, 0, 1, 7])
    estimator = tf.estimator.Estimator(line(tf.estimator.BinaryClassHead()), model_dir)
    with pytest.raises(tf.errors.InvalidArgumentError, match="got 7 in row 1 of the batch"):
        estimator.evaluate(lambda: tf.data.Dataset.from_tensor_slices(({"x": X}, labels)).batch(size))
