"""Losses of TensorFlow 2 as objects: the original's numbers and gradients, reductions, and losses of one's own."""

import json
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import estimax as tf
from estimax._scope._frame import Frame, entered
from estimax.losses import Reduction
from tests.losses import keras_programs

PROGRAMS = keras_programs.programs()
RECORDED = json.loads((Path(__file__).parent / "recorded" / "keras_losses.json").read_text())


@pytest.mark.parametrize("name", PROGRAMS)
def test_values_and_gradients_are_those_of_the_original(name):
    kind, options, y, p, w = PROGRAMS[name]
    loss = getattr(tf.keras.losses, kind)(**options)

    def total(p):
        value = loss(y, p, sample_weight=w)
        return value.sum(), value

    (_, value), gradient = jax.value_and_grad(total, has_aux=True)(jnp.asarray(p))
    wanted = RECORDED[name]
    assert list(value.shape) == wanted["shape"]
    np.testing.assert_allclose(np.ravel(value), wanted["value"], rtol=2e-5, atol=1e-6)
    np.testing.assert_allclose(np.ravel(gradient), wanted["gradient"], rtol=1e-4, atol=2e-6)


def test_the_classes_stand_in_both_namespaces_and_the_functions_in_that_of_keras():
    assert tf.losses.BinaryCrossentropy is tf.keras.losses.BinaryCrossentropy
    assert tf.keras.losses.MSE is tf.keras.losses.mean_squared_error
    assert tf.keras.losses.mean_squared_error([[1.0, 0.0]], [[0.0, 0.0]]).tolist() == [0.5]
    assert (tf.keras.losses.Reduction.AUTO, tf.keras.losses.Reduction.SUM) == ("auto", "sum")


@pytest.mark.parametrize(
    ("first", "second"),
    [("sum", Reduction.SUM), ("sum_over_batch_size", Reduction.SUM_OVER_BATCH_SIZE), ("auto", Reduction.AUTO)],
)
def test_reductions_are_known_by_the_names_of_both_versions(first, second):
    y, p = keras_programs.PLAIN["MeanSquaredError"]
    values = [tf.keras.losses.MeanSquaredError(reduction=r)(y, p) for r in (first, second)]
    assert values[0] == values[1]


def test_an_unknown_reduction_is_refused():
    with pytest.raises(ValueError, match="reduction must be one of auto, none, sum"):
        tf.keras.losses.MeanSquaredError(reduction="mean")


def test_a_loss_of_ones_own_defines_call_and_is_reduced_like_the_others():
    class Cubed(tf.keras.losses.Loss):
        def __init__(self, factor, **kwargs):
            super().__init__(**kwargs)
            self.factor = factor

        def call(self, y_true, y_pred):
            return self.factor * tf.reduce_mean(tf.abs(y_true - y_pred) ** 3, axis=-1)

    y, p = jnp.zeros((2, 1)), jnp.array([[1.0], [2.0]])
    assert float(Cubed(2.0)(y, p)) == 9.0
    assert Cubed(2.0, reduction="none")(y, p).tolist() == [2.0, 16.0]


def test_a_loss_is_made_again_of_its_configuration():
    loss = tf.keras.losses.BinaryCrossentropy(from_logits=True, label_smoothing=0.1, name="own")
    again = type(loss).from_config(loss.get_config())
    assert again.get_config() == loss.get_config()


def test_objects_add_nothing_to_the_collection_of_losses():
    frame = Frame({})
    with entered(frame):
        tf.keras.losses.MeanSquaredError()([1.0], [2.0])
    assert not frame.collections
