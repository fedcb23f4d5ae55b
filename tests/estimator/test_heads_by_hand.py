"""Heads as a notebook uses them: arrays in, numbers out, state only in the metrics that were asked for."""

import jax
import numpy as np
import pytest

import estimax as tf

LOGITS = np.array([[45], [-41]], np.float32)
LABELS = np.array([[1], [1]])


def values(metrics):
    return {name: float(metric.result()) for name, metric in metrics.items()}


def test_a_batch_is_evaluated_in_three_lines():
    head = tf.estimator.BinaryClassHead()
    assert head.loss(LABELS, LOGITS).numpy() == 20.5
    assert values(head.update_metrics(head.metrics(), {}, LOGITS, LABELS)) == {
        "accuracy": 0.5,
        "accuracy_baseline": 1.0,
        "auc": 0.0,
        "auc_precision_recall": 1.0,
        "average_loss": 20.5,
        "label/mean": 1.0,
        "precision": 1.0,
        "prediction/mean": 0.5,
        "recall": 0.5,
    }


def test_metrics_are_0_before_the_first_batch_and_after_a_reset():
    head = tf.estimator.RegressionHead(name="price")
    metrics = head.metrics()
    nothing = {"average_loss/price": 0, "prediction/mean/price": 0, "label/mean/price": 0}
    assert values(metrics) == nothing
    head.update_metrics(metrics, {}, LOGITS, LABELS)
    assert values(metrics)["label/mean/price"] == 1
    for metric in metrics.values():
        metric.reset_state()
    assert values(metrics) == nothing


def test_only_the_metrics_that_are_asked_for_are_updated():
    head = tf.estimator.RegressionHead()
    metrics = {key: metric for key, metric in head.metrics().items() if key == "label/mean"}
    assert values(head.update_metrics(metrics, {}, LOGITS, LABELS)) == {"label/mean": 1}


@pytest.mark.parametrize("make", [np.asarray, tf.constant, lambda a: a.tolist(), jax.numpy.asarray])
def test_values_may_come_in_any_form(make):
    head = tf.estimator.RegressionHead(weight_column="w")
    features = {"w": make(np.float32([1, 3]))}
    loss = head.loss(make(np.float32([1, 2])), make(np.float32([[2], [4]])), features)
    assert loss.numpy() == (1 + 3 * 4) / 2


def test_some_predictions_may_be_asked_for():
    head = tf.estimator.MultiClassHead(3, label_vocabulary=["a", "b", "c"])
    found = head.predictions([[0.0, 2.0, 1.0]], keys=["classes", "class_ids"])
    assert {key: value.numpy().tolist() for key, value in found.items()} == {"classes": [[b"b"]], "class_ids": [[1]]}


def test_a_loss_can_be_differentiated():
    head = tf.estimator.BinaryClassHead(loss_reduction="sum")
    gradient = jax.grad(lambda logits: head.loss(LABELS, logits))(np.float32([[0], [1]]))
    np.testing.assert_allclose(gradient, [[-0.5], [1 / (1 + np.exp(-1)) - 1]], rtol=1e-6)


def test_a_loss_function_may_ask_for_features_and_the_reduction():
    seen = []

    def loss_fn(labels, logits, features, loss_reduction):
        seen.append((labels.shape, sorted(features), loss_reduction))
        return abs(labels - logits)

    head = tf.estimator.RegressionHead(loss_fn=loss_fn, loss_reduction="sum")
    assert float(head.loss([1.0, 2.0], [[2.0], [4.0]], {"x": [0.0, 0.0]})) == 3
    assert seen == [((2, 1), ["x"], "sum")]


def test_classes_are_counted_once_however_often_they_are_named():
    head = tf.estimator.MultiLabelHead(2)
    once, twice = [tf.SparseTensor([[0, i] for i in range(n)], [1] * n, [1, 2]) for n in (1, 2)]
    logits = [[0.5, -0.5]]
    assert head.loss(once, logits).numpy() == head.loss(twice, logits).numpy()


@pytest.mark.parametrize("name", ["auto", "sum", *tf.compat.v1.losses.Reduction.all()[1:]])
def test_reductions_of_both_versions_are_known(name):
    head = tf.estimator.RegressionHead(loss_reduction=name, weight_column="w")
    assert head.loss_reduction == name
    loss = float(head.loss([1.0, 2.0, 5.0], [[2.0], [4.0], [5.0]], {"w": [1.0, 2.0, 0.0]}))
    divisor = {"auto": 3, "sum_over_batch_size": 3, "weighted_sum_over_batch_size": 3, "weighted_mean": 3}
    divisor |= {"weighted_sum_by_nonzero_weights": 2}
    assert loss == pytest.approx(9 / divisor.get(name, 1))


def test_heads_of_both_versions_differ_in_perfect_separation():
    labels, logits = [0, 0, 1], [[-2.0], [-1.0], [3.0]]
    areas = []
    for head in (tf.estimator.BinaryClassHead(), tf.contrib.estimator.binary_classification_head()):
        areas.append(values(head.update_metrics(head.metrics(), {}, logits, labels))["auc"])
    assert areas[0] == 1
    assert 0.999 < areas[1] < 1


def test_the_heads_of_contrib_are_those_of_estimator():
    contrib, estimator = tf.contrib.estimator, tf.estimator
    made = {
        contrib.regression_head(label_dimension=2): estimator.RegressionHead,
        contrib.logistic_regression_head(): estimator.LogisticRegressionHead,
        contrib.poisson_regression_head(): estimator.PoissonRegressionHead,
        contrib.multi_class_head(3): estimator.MultiClassHead,
        contrib.multi_label_head(3): estimator.MultiLabelHead,
        contrib.multi_head([contrib.regression_head(name="a")]): estimator.MultiHead,
    }
    assert all(isinstance(head, kind) and isinstance(head, estimator.Head) for head, kind in made.items())
    assert {head.loss_reduction for head in made} == {"weighted_sum_over_batch_size"}
    assert tf.compat.v1.estimator.BinaryClassHead is estimator.BinaryClassHead


class Doubling(tf.estimator.Head):
    """A head of a program: it predicts twice the logit."""

    name, logits_dimension, loss_reduction = None, 1, "sum"

    def loss(self, labels, logits, features=None, mode=None, regularization_losses=None):
        return abs(2 * logits[:, 0] - labels).sum()

    def predictions(self, logits, keys=None):
        return {"doubled": 2 * logits}

    def metrics(self, regularization_losses=None):
        return {}

    def update_metrics(self, eval_metrics, features, logits, labels, mode=None, regularization_losses=None):
        return eval_metrics

    def create_estimator_spec(
        self, features, mode, logits, labels=None, optimizer=None, trainable_variables=None, **others
    ):
        predictions = self.predictions(logits)
        if mode == tf.estimator.ModeKeys.PREDICT:
            return tf.estimator.EstimatorSpec(mode, predictions=predictions)
        loss = self.loss(labels, logits)
        train_op = optimizer.minimize(loss, var_list=trainable_variables)
        return tf.estimator.EstimatorSpec(mode, predictions=predictions, loss=loss, train_op=train_op)


def test_a_program_may_write_a_head_of_its_own(model_dir):
    columns = [tf.feature_column.numeric_column("x")]
    estimator = tf.estimator.LinearEstimator(Doubling(), columns, model_dir)
    data = tf.data.Dataset.from_tensors(({"x": np.float32([1, 2])}, np.float32([4, 8])))
    estimator.train(data.repeat, steps=100)
    rows = list(estimator.predict(lambda: data))
    np.testing.assert_allclose([row["doubled"][0] for row in rows], [4, 8], atol=0.5)
