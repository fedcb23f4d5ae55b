"""Metrics of TensorFlow 2 as objects: the original's numbers, inside and outside of model functions."""

import json
from pathlib import Path

import jax
import numpy as np
import pytest

import estimax as tf
from estimax._scope._frame import Frame, entered
from tests.metrics import keras_programs

PROGRAMS = keras_programs.programs()
RECORDED = json.loads((Path(__file__).parent / "recorded" / "keras_metrics.json").read_text())


@pytest.mark.parametrize("name", PROGRAMS)
def test_results_are_those_of_the_original(name):
    kind, options, given = PROGRAMS[name]
    metric = getattr(tf.keras.metrics, kind)(**options)
    values = {}
    for batch, wanted in enumerate(RECORDED[name]):
        arguments = [g[batch] for g in given]
        metric.update_state(*arguments)
        np.testing.assert_allclose(np.ravel(metric.result().numpy()), wanted, rtol=2e-5, atol=1e-6)
        with entered(Frame(values)) as frame:
            inside = getattr(tf.keras.metrics, kind)(**options)
            update = inside.update_state(*arguments)
            assert inside.updates == [update]
            if batch:
                np.testing.assert_allclose(np.ravel(inside.result()), RECORDED[name][0], rtol=2e-5, atol=1e-6)
        np.testing.assert_allclose(np.ravel(update), wanted, rtol=2e-5, atol=1e-6)
        assert all(spec.is_local for spec in frame.specs.values())
        values |= frame.updates


def test_the_classes_stand_in_both_namespaces_beside_the_functions_of_1x():
    assert tf.metrics.Accuracy is tf.keras.metrics.Accuracy
    assert callable(tf.metrics.accuracy)
    assert tf.keras.metrics.binary_accuracy([[1.0, 0.0]], [[0.9, 0.8]]).tolist() == [0.5]


def test_two_updates_in_one_model_function_add_to_the_same_totals():
    with entered(Frame({})) as frame:
        metric = tf.keras.metrics.Mean(name="own")
        metric.update_state([1.0, 2.0])
        metric.update_state([6.0])
    assert frame.updates == {"own/total": 9, "own/count": 3}
    assert float(metric[1]) == 3


def test_an_object_made_outside_serves_each_call_of_a_model_function_anew():
    metric = tf.keras.metrics.Mean(name="own")
    for _ in range(2):
        with entered(Frame({})) as frame:
            assert float(metric.result()) == 0
            metric.update_state([1.0, 3.0])
        assert frame.updates == {"own/total": 4, "own/count": 2}


def test_what_was_counted_is_forgotten_when_a_program_says_so():
    metric = tf.keras.metrics.Sum()
    assert float(metric([1.0, 2.0])) == 3
    metric.reset_state()
    assert float(metric([4.0])) == 4


def test_a_metric_of_ones_own_is_the_mean_of_a_function():
    metric = tf.keras.metrics.MeanMetricWrapper(lambda y, p, scale: scale * abs(p - y), name="scaled", scale=2.0)
    metric.update_state(np.float32([1, 2]), np.float32([2, 4]))
    assert float(metric.result()) == 3


def test_a_metric_may_stand_in_what_jax_transforms():
    def run(x):
        with entered(Frame({})):
            metric = tf.keras.metrics.Mean()
            metric.update_state(x)
            return {"mean": metric}

    assert float(jax.jit(run)(np.float32([1, 3]))["mean"][1]) == 2


def test_what_is_not_there_says_what_to_do():
    with pytest.raises(ValueError, match="use one AUC for each label"):
        tf.keras.metrics.AUC(multi_label=True)
    with pytest.raises(NotImplementedError, match="MeanMetricWrapper"):
        tf.keras.metrics.Metric(name="mine").update_state([1.0])
