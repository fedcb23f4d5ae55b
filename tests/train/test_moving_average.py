"""Moving averages of variables: the original's numbers after several steps, and what is read of them."""

import json
from pathlib import Path

import numpy as np
import pytest

import estimax as tf
from estimax._scope._frame import Frame, entered
from tests.train import moving_average_programs as programs

RECORDED = json.loads((Path(__file__).parent / "recorded" / "moving_averages.json").read_text())
PROGRAMS = programs.programs(tf)


def input_fn():
    return tf.data.Dataset.from_tensor_slices(({"x": programs.X}, programs.Y)).repeat().batch(3)


def trained(model_fn, folder):
    estimator = tf.estimator.Estimator(model_fn, str(folder))
    estimator.train(input_fn, max_steps=programs.STEPS)
    return estimator


@pytest.mark.parametrize("name", PROGRAMS)
def test_averages_follow_as_in_the_original(name, tmp_path):
    estimator = trained(PROGRAMS[name], tmp_path)
    found = {n: np.ravel(estimator.get_variable_value(n)) for n in estimator.get_variable_names()}
    wanted = RECORDED[name]
    if name != "of the loss":  # results have other names here
        assert found.keys() == wanted.keys()
    for n, values in wanted.items():
        if n in found:
            np.testing.assert_allclose(found[n], values, rtol=1e-5, atol=1e-6, err_msg=n)


def test_an_average_of_a_result_follows_its_values(tmp_path):
    estimator = trained(PROGRAMS["of the loss"], tmp_path)
    (average,) = (n for n in estimator.get_variable_names() if n.endswith("/ExponentialMovingAverage"))
    (wanted,) = (v for n, v in RECORDED["of the loss"].items() if n.endswith("/ExponentialMovingAverage"))
    np.testing.assert_allclose(estimator.get_variable_value(average), wanted[0], rtol=1e-5)


def test_averages_of_drawn_variables_start_where_these_do(tmp_path):
    def model_fn(features, labels, mode):
        logits = tf.layers.dense(features["x"], 3)
        loss = tf.reduce_mean(tf.square(logits))
        op = tf.train.GradientDescentOptimizer(0.0).minimize(loss, tf.train.get_global_step())
        averages = tf.train.ExponentialMovingAverage(0.9)
        return tf.estimator.EstimatorSpec(mode, loss=loss, train_op=tf.group(op, averages.apply()))

    estimator = trained(model_fn, tmp_path)
    kernel, average = (estimator.get_variable_value(f"dense/kernel{end}") for end in ("", "/ExponentialMovingAverage"))
    assert np.any(kernel != 0)
    np.testing.assert_allclose(average, kernel, rtol=1e-6)


def test_averages_are_read_by_their_variables_and_named_for_a_saver():
    values = {"w/ExponentialMovingAverage": np.float32(7)}
    with entered(Frame(values)):
        w = tf.get_variable("w", [], initializer=tf.ones_initializer())
        other = tf.get_variable("other", [], initializer=tf.zeros_initializer(), trainable=False)
        averages = tf.train.ExponentialMovingAverage(0.9)
        averages.apply([w])
        assert float(averages.average(w)) == 7
        assert averages.average(other) is None
        assert averages.average_name(w) == "w/ExponentialMovingAverage"
        assert set(averages.variables_to_restore()) == {"w/ExponentialMovingAverage", "other"}


def test_averages_belong_to_model_functions_and_to_numbers():
    with pytest.raises(ValueError, match="inside a model function only"):
        tf.train.ExponentialMovingAverage(0.9).apply()
    with entered(Frame({})):
        count = tf.get_variable("count", [], tf.int32, tf.zeros_initializer())
        with pytest.raises(ValueError, match="floating-point numbers; got int32"):
            tf.train.ExponentialMovingAverage(0.9).apply([count])
