"""`get_variable`: what may be its initial value, what follows from it, and reuse by name."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import estimax as tf
from estimax._base._errors import InvalidArgumentError, UnimplementedError
from estimax._scope._frame import Frame, entered
from estimax._scope._variables import variable_scope

RNG = np.random.default_rng


def made(name="w", *args, **kwargs):
    """Makes a variable in a model function; returns its description and its first value."""
    with entered(Frame({})) as active:
        tf.get_variable(name, *args, **kwargs)
    spec = active.specs[name]
    return spec, spec.initial_value(RNG(0))


@pytest.mark.parametrize(
    ("initializer", "shape", "expected"),
    [
        (tf.ones_initializer(), [2], [1, 1]),
        (tf.ones_initializer, [2], [1, 1]),
        (tf.constant_initializer(0.5), [2], [0.5, 0.5]),
        (0.5, None, 0.5),
        ([1.0, 2.0], None, [1, 2]),
        (np.array([1.0, 2.0]), [2], [1, 2]),
        (np.arange(3, dtype=np.int32), None, [0, 1, 2]),
        (3, None, 3),
        (True, None, True),
        (tf.constant([1.5, 2.5]), None, [1.5, 2.5]),
        (jnp.ones(2), None, [1, 1]),
        (lambda: np.full(2, 7.0), None, [7, 7]),
        (lambda: tf.fill([2], 7.0), [2], [7, 7]),
        (lambda shape: np.full(shape, 3.0), [2], [3, 3]),
        (lambda shape, dtype: np.full(shape, 3, dtype), [2], [3, 3]),
        (lambda shape, dtype=None, partition_info=None: np.full(shape, 3, dtype), [2], [3, 3]),
        (lambda shape, dtype=None, **_: jnp.full(shape, 3, dtype), [2], [3, 3]),
        (jax.nn.initializers.ones, [2], [1, 1]),
    ],
)
def test_an_initial_value_is_an_initializer_a_value_or_a_function(initializer, shape, expected):
    spec, value = made(shape=shape, initializer=initializer)
    assert value.tolist() == np.asarray(expected).tolist()
    assert spec.shape == np.shape(expected)
    assert value.dtype == spec.dtype


def test_the_type_is_the_one_asked_for_or_that_of_the_value():
    assert made(initializer=0.5)[0].dtype == np.float32
    assert made(initializer=3)[0].dtype == np.int32
    assert made(initializer=np.ones(2))[0].dtype == np.float32  # 64 bits are 32 on the device
    assert made(initializer=3, dtype=tf.float32)[1].dtype == np.float32
    assert made(shape=[2], dtype=tf.int32)[1].tolist() == [0, 0]
    assert made(shape=[2])[0].dtype == np.float32


def test_without_an_initializer_values_are_drawn_as_glorot_drew_them():
    spec, value = made(shape=[300, 200])
    limit = np.sqrt(6 / 500)
    assert np.abs(value).max() <= limit
    assert value.std() == pytest.approx(limit / np.sqrt(3), rel=0.02)
    again = spec.initial_value(RNG(0))
    np.testing.assert_array_equal(again, value)


def test_a_name_in_a_scope_is_one_variable_whose_shape_is_known():
    with entered(Frame({"scope/w": jnp.array([1.0, 2.0])})) as active:
        with variable_scope("scope"):
            first = tf.get_variable("w", [2])
        for reuse in (True, tf.AUTO_REUSE):
            with tf.variable_scope("scope", reuse=reuse):
                assert tf.get_variable("w") is first
                with pytest.raises(ValueError, match=r"'scope/w' exists with shape \(2,\)"):
                    tf.get_variable("w", [3])
        with pytest.raises(ValueError, match=r"'scope/w' exists already\. To share it"), tf.variable_scope("scope"):
            tf.get_variable("w", [2])
        with pytest.raises(ValueError, match="'scope/v' does not exist"), tf.variable_scope("scope", reuse=True):
            tf.get_variable("v", [2])
        assert list(active.specs) == ["scope/w"]


def test_integers_locals_and_those_that_say_so_are_not_trained():
    with entered(Frame({})) as active:
        tf.get_variable("trained", [2])
        tf.get_variable("frozen", [2], trainable=False)
        tf.get_variable("count", initializer=0)
        tf.get_variable("total", [], collections=["local_variables"])
        assert [v.op.name for v in tf.trainable_variables()] == ["trained"]
        assert active.specs["total"].is_local


def test_trainable_variables_are_listed_by_scope():
    with entered(Frame({})):
        for scope in ("generator", "discriminator"):
            with variable_scope(scope):
                tf.get_variable("w", [2])
        (handle,) = tf.trainable_variables("disc")
        assert (handle.name, handle.shape, handle.dtype) == ("discriminator/w:0", (2,), np.float32)
        assert handle.value().shape == jnp.asarray(handle).shape == (2,)


def test_regularizers_are_applied_once():
    with entered(Frame({"w": jnp.array([1.0, 2.0])})) as active:
        for _ in range(2):
            with tf.variable_scope("", reuse=tf.AUTO_REUSE):
                tf.get_variable("w", [2], regularizer=lambda value: 0.5 * jnp.sum(value))
        assert len(tf.get_collection(tf.GraphKeys.REGULARIZATION_LOSSES)) == 1
    assert {name: float(v) for name, v in active.penalties.items()} == {"w": 1.5}


def test_outside_of_a_model_function_a_variable_has_its_first_value():
    assert tf.get_variable("w", initializer=[1.0, 2.0]).tolist() == [1, 2]
    assert tf.compat.v1.get_variable("w", [2], initializer=tf.ones_initializer()).tolist() == [1, 1]


def test_what_cannot_be_made_is_refused():
    with pytest.raises(InvalidArgumentError, match="needs its shape"):
        tf.get_variable("w")
    with pytest.raises(InvalidArgumentError, match="sizes are all known"):
        tf.get_variable("w", [None, 2])
    with pytest.raises(InvalidArgumentError, match=r"initial value of shape \(2,\); it was asked for"):
        tf.get_variable("w", [3], initializer=[1.0, 2.0])
    with pytest.raises(UnimplementedError, match="custom_getter"):
        tf.get_variable("w", [3], custom_getter=lambda getter, *args: getter(*args))
    with pytest.raises(InvalidArgumentError, match="computed in the model function"):
        jax.eval_shape(lambda x: tf.get_variable("w", initializer=2 * x), 1.0)
