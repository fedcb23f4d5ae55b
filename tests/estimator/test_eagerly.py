"""Running eagerly: functions of programs get values, and results are those of compiled runs."""

import numpy as np
import pytest

import estimax as tf

RANDOM = np.random.RandomState(0)
X = RANDOM.normal(size=(8, 3)).astype("f4")
WORDS = np.array(["a", "b"] * 4)
LABELS = np.array(["yes", "no", "no", "yes"] * 2)


@pytest.fixture
def seen():
    return []


@pytest.fixture
def eagerly():
    tf.config.run_eagerly(True)
    yield
    tf.config.run_eagerly(False)


def model_of(seen):
    def model_fn(features, labels, mode):
        h = tf.layers.dense(features["x"], 4, tf.nn.relu, kernel_initializer=tf.constant_initializer(0.1))
        h = tf.layers.dense(h, 2, kernel_initializer=tf.constant_initializer([[0.1, -0.1]] * 4))
        words = tf.cast(tf.equal(features["word"], "a"), tf.float32)
        logits = h + words[:, tf.newaxis]
        if tf.config.functions_run_eagerly():
            seen.append((features["word"].numpy()[0], logits.numpy().shape))
        classes = tf.argmax(logits, 1)
        if mode == tf.estimator.ModeKeys.PREDICT:
            names = tf.gather(["no", "yes"], classes)
            return tf.estimator.EstimatorSpec(mode, predictions={"name": names, "logits": logits})
        y = tf.cast(tf.equal(labels, "yes"), tf.int32)
        loss = tf.losses.sparse_softmax_cross_entropy(y, logits)
        train_op = tf.train.AdagradOptimizer(0.1).minimize(loss, tf.train.get_global_step())
        metrics = {"accuracy": tf.metrics.accuracy(y, classes)}
        return tf.estimator.EstimatorSpec(mode, loss=loss, train_op=train_op, eval_metric_ops=metrics)

    return model_fn


def input_of(seen):
    def parse(features, label):
        if tf.config.functions_run_eagerly():
            seen.append(features["word"].numpy())
        return features, label

    def input_fn():
        return tf.data.Dataset.from_tensor_slices(({"x": X, "word": WORDS}, LABELS)).map(parse).batch(4)

    return input_fn


def results(seen):
    estimator = tf.estimator.Estimator(model_of(seen))
    estimator.train(input_of(seen), steps=2)
    metrics = estimator.evaluate(input_of(seen))
    variables = {n: estimator.get_variable_value(n) for n in estimator.get_variable_names()}
    return variables, metrics, list(estimator.predict(input_of(seen)))


def test_results_are_those_of_compiled_runs(seen, eagerly):
    eager = results(seen)
    assert b"a" in seen and (b"a", (4, 2)) in seen
    tf.config.run_eagerly(False)
    compiled = results(seen)
    assert eager[0].keys() == compiled[0].keys()
    for name, value in compiled[0].items():
        np.testing.assert_allclose(eager[0][name], value, rtol=1e-5, atol=1e-7, err_msg=name)
    assert eager[1] == pytest.approx(compiled[1], rel=1e-5)
    for ours, theirs in zip(eager[2], compiled[2], strict=True):
        assert ours["name"] == theirs["name"]
        np.testing.assert_allclose(ours["logits"], theirs["logits"], rtol=1e-5)


def test_an_error_in_a_map_function_shows_its_line(eagerly):
    with pytest.raises(ZeroDivisionError):
        tf.data.Dataset.range(3).map(lambda i: 1 // i.numpy().item())


def test_hooks_and_steps_are_those_of_any_run(seen, eagerly):
    class Teller(tf.train.SessionRunHook):
        def before_run(self, run_context):
            return tf.train.SessionRunArgs("loss:0")

        def after_run(self, run_context, run_values):
            seen.append((run_context.step, run_values.results.shape))

    tf.estimator.Estimator(model_of([])).train(input_of([]), hooks=[Teller()])
    assert seen == [(0, ()), (1, ())]


def test_a_shape_error_points_at_the_line_of_the_program():
    def model_fn(features, labels, mode):
        return tf.matmul(features["x"], tf.ones([4, 2]))

    with pytest.raises(Exception) as caught:  # whatever the operation raises
        tf.estimator.Estimator(model_fn).train(input_of([]), steps=1)
    frames = [(entry.path.name, entry.name) for entry in caught.traceback]
    assert ("test_eagerly.py", "model_fn") in frames
