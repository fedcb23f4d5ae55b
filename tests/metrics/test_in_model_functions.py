"""Metrics in model functions: names of totals, collections, training steps, evaluation by objects and by pairs."""

import numpy as np
import pytest

import estimax as tf
from estimax._scope._frame import Frame, entered


def test_totals_stand_under_the_name_scope_and_a_second_metric_of_a_kind_has_a_number():
    with entered(Frame({})) as frame:
        tf.metrics.accuracy([1], [1])
        with tf.variable_scope("tower"):
            tf.metrics.accuracy([1], [1])
            tf.metrics.mean([1.0], name="own")
        with tf.variable_scope("tower", reuse=tf.AUTO_REUSE):
            tf.metrics.accuracy([1], [1])
        tf.metrics.accuracy([1], [1])
        names = [v.name for v in tf.local_variables()]
        assert tf.get_collection(tf.GraphKeys.METRIC_VARIABLES) == tf.local_variables()
    assert [n.removesuffix("/total:0") for n in names if n.endswith("/total:0")] == [
        "accuracy",
        "tower/accuracy",
        "tower/own",
        "tower_1/accuracy",
        "accuracy_1",
    ]
    assert all(frame.specs[n.removesuffix(":0")].is_local for n in names)


def test_value_and_update_are_added_to_collections():
    with entered(Frame({})):
        value, update = tf.metrics.mean([1.0, 3.0], metrics_collections=["values"], updates_collections="updates")
        other = tf.metrics.precision_at_k([[1]], [[0.2, 0.8]], 1, None, None, ["values"])
        assert [v is w for v, w in zip(tf.get_collection("values"), (value, other[0]), strict=True)] == [True, True]
        assert tf.get_collection("updates")[0] is update


ROWS = np.arange(12, dtype=np.float32)
LABELS = (ROWS % 3 == 0).astype(np.int32)


def input_fn():
    return tf.data.Dataset.from_tensor_slices(({"x": ROWS}, LABELS)).batch(5)


def model_fn(features, labels, mode, params):
    logits = tf.layers.dense(tf.expand_dims(features["x"], 1), 1, kernel_initializer=tf.ones_initializer())
    guess = tf.cast(features["x"] > 5, tf.int32)
    loss = tf.losses.sigmoid_cross_entropy(labels[:, tf.newaxis], logits)
    ops = params["ops"](labels, guess)
    train_op = None
    if mode == tf.estimator.ModeKeys.TRAIN:
        accuracy = tf.metrics.accuracy(labels, guess)
        tf.summary.scalar("accuracy", accuracy[1])
        train_op = tf.train.GradientDescentOptimizer(0.0).minimize(loss, tf.train.get_global_step())
    return tf.estimator.EstimatorSpec(mode, loss=loss, train_op=train_op, eval_metric_ops=ops)


def of_objects(labels, guess):
    share = tf.keras.metrics.Mean(name="share")
    share.update_state(guess)
    accuracy = tf.keras.metrics.Accuracy()
    accuracy.update_state(y_true=labels, y_pred=guess)
    return {"acc": accuracy, "share": share, "recall": tf.metrics.recall(labels, guess)}


def evaluated(tmp_path, ops):
    estimator = tf.estimator.Estimator(model_fn, str(tmp_path / "model"), params={"ops": ops})
    estimator.train(input_fn, max_steps=2)
    return estimator.evaluate(input_fn)


def test_objects_stand_among_the_metrics_of_an_evaluation(tmp_path):
    guess = ROWS > 5
    found = evaluated(tmp_path, of_objects)
    assert found["acc"] == pytest.approx((guess == LABELS).mean())
    assert found["share"] == pytest.approx(guess.mean())
    assert found["recall"] == pytest.approx(guess[LABELS == 1].mean())


def of_pairs(labels, guess):
    x = tf.cast(guess, tf.float32)
    total = tf.get_variable(
        "own_total", [], initializer=tf.zeros_initializer(), collections=[tf.GraphKeys.LOCAL_VARIABLES]
    )
    count = tf.Variable(0.0, trainable=False, collections=[tf.GraphKeys.LOCAL_VARIABLES])
    updates = tf.group(tf.assign_add(total, tf.reduce_sum(x)), tf.assign_add(count, tf.cast(tf.size(x), tf.float32)))
    share = tf.keras.metrics.Mean(name="share")
    share.update_state(x)
    return {"by hand": (total / count, updates), "of an object": (share.result(), share.updates)}


def test_pairs_of_a_programs_own_are_read_after_all_updates(tmp_path):
    found = evaluated(tmp_path, of_pairs)
    assert found["by hand"] == found["of an object"] == pytest.approx(np.mean(ROWS > 5))


def test_metrics_may_be_added_to_an_estimator_as_objects(tmp_path):
    def more(labels, predictions, features):
        mean = tf.keras.metrics.Mean(name="mean")
        mean.update_state(features["x"])
        return {"mean": mean}

    estimator = tf.estimator.LinearClassifier([tf.feature_column.numeric_column("x")], str(tmp_path / "linear"))
    estimator = tf.estimator.add_metrics(estimator, more)
    estimator.train(input_fn, max_steps=1)
    assert estimator.evaluate(input_fn)["mean"] == pytest.approx(ROWS.mean())


def test_the_metrics_of_contrib_take_predictions_first_by_position_and_any_order_by_name():
    contrib = tf.contrib.metrics
    for pair in (
        contrib.streaming_recall([1, 1, 0], [1, 0, 1]),
        contrib.streaming_recall(labels=[1, 0, 1], predictions=[1, 1, 0]),
        contrib.streaming_recall([1, 1, 0], labels=[1, 0, 1]),
    ):
        assert float(pair[1]) == 0.5
    assert float(contrib.streaming_mean([1.0, 2.0], [1.0, 3.0])[1]) == 1.75
    assert float(contrib.streaming_precision([1, 1, 0], [1, 0, 1], [3.0, 1.0, 1.0])[1]) == 0.75
    values, updates = contrib.aggregate_metric_map({"a": (1, 2), "b": (3, 4)})
    assert (values, updates) == ({"a": 1, "b": 3}, {"a": 2, "b": 4})
    assert contrib.aggregate_metrics((1, 2), (3, 4)) == ([1, 3], [2, 4])
