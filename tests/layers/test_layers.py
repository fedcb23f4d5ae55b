"""Layers compute what NumPy does, in variables with the original's names."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import estimax as tf
from estimax import layers
from estimax._scope._assigning import run_now
from estimax._scope._collections import get_collection
from estimax._scope._frame import Frame, entered
from estimax._scope._graph_keys import GraphKeys

INPUTS = np.random.default_rng(0).normal(size=(6, 3)).astype(np.float32)


def with_variables(**values):
    return entered(Frame({name.replace("__", "/"): jnp.asarray(v, jnp.float32) for name, v in values.items()}))


def test_a_dense_layer_is_a_product_a_sum_and_an_activation():
    kernel, bias = np.arange(6.0).reshape(3, 2), np.array([1.0, -100.0])
    with with_variables(dense__kernel=kernel, dense__bias=bias):
        out = layers.dense(INPUTS, 2, activation=tf.nn.relu)
    np.testing.assert_allclose(out, np.maximum(INPUTS @ kernel + bias, 0), rtol=1e-5, atol=1e-6)
    with with_variables(mine__kernel=kernel) as active:
        out = layers.dense(INPUTS, 2, use_bias=False, name="mine")
    np.testing.assert_allclose(out, INPUTS @ kernel, rtol=1e-5, atol=1e-6)
    assert list(active.specs) == ["mine/kernel"]


def test_layers_are_named_by_order_and_may_be_frozen():
    with entered(Frame({})) as active:
        net = layers.dense(layers.dense(INPUTS, 4), 2, trainable=False)
        layers.batch_normalization(layers.batch_normalization(net))
    trainable = {name: spec.is_trainable for name, spec in active.specs.items()}
    assert trainable == {
        "dense/kernel": True,
        "dense/bias": True,
        "dense_1/kernel": False,
        "dense_1/bias": False,
        **{
            f"batch_normalization{number}/{name}": not name.startswith("moving")
            for number in ("", "_1")
            for name in ("gamma", "beta", "moving_mean", "moving_variance")
        },
    }
    assert active.specs["dense/kernel"].shape == (3, 4)


def test_first_values_are_those_of_the_original():
    with entered(Frame({})) as active:
        layers.dense(INPUTS, 40)
        layers.dense(INPUTS, 2, kernel_initializer=tf.ones_initializer(), bias_initializer=tf.constant_initializer(3))
    first = {n: s.initial_value(np.random.default_rng(0)) for n, s in active.specs.items()}
    limit = np.sqrt(6 / (3 + 40))
    assert limit * 0.8 < np.abs(first["dense/kernel"]).max() <= limit
    assert not first["dense/bias"].any()
    assert first["dense_1/kernel"].tolist() == np.ones((3, 2)).tolist()
    assert first["dense_1/bias"].tolist() == [3, 3]


def test_inputs_of_any_rank_and_of_whole_numbers_are_taken():
    with with_variables(dense__kernel=np.ones((3, 1)), dense__bias=[0.0]):
        out = layers.dense(np.arange(12).reshape(2, 2, 3), 1)
    assert out[..., 0].tolist() == [[3, 12], [21, 30]]
    assert layers.dense(tf.constant([[1.0, 2.0]]), 5).shape == (1, 5)


def test_dropout_leaves_out_a_share_and_scales_the_rest_while_training():
    ones = np.ones((200, 50), np.float32)
    with entered(Frame({}, key=lambda: jax.random.key(0))):
        out = np.asarray(layers.dropout(ones, 0.2, training=True))
        other = np.asarray(layers.dropout(ones, 0.2, training=True))
    assert set(np.unique(out)) == {0, np.float32(1.25)}
    assert abs((out == 0).mean() - 0.2) < 0.02
    assert (out != other).any()
    np.testing.assert_array_equal(layers.dropout(ones, 0.2), ones)
    np.testing.assert_array_equal(layers.dropout(tf.constant([1.0]), 0.0, training=True), [1])


@pytest.mark.parametrize("rate", [-0.1, 1, 1.5])
def test_a_rate_of_dropout_must_leave_something(rate):
    with pytest.raises(ValueError, match=r"must lie in \[0, 1\)"):
        layers.dropout(INPUTS, rate)


def test_batch_normalization_takes_the_batch_while_training_and_the_averages_after():
    values = {"mine__gamma": [1, 2, 3], "mine__beta": [0, 1, 0], "mine__moving_mean": [1, 0, 0]}
    values["mine__moving_variance"] = [4, 1, 1]
    gamma, beta = np.array([1, 2, 3]), np.array([0, 1, 0])
    with with_variables(**values) as active:
        out = layers.batch_normalization(INPUTS, momentum=0.9, training=True, name="mine")
        assert active.updates == {}
        run_now(get_collection(GraphKeys.UPDATE_OPS))
    mean, variance = INPUTS.mean(0), INPUTS.var(0)
    np.testing.assert_allclose(out, (INPUTS - mean) / np.sqrt(variance + 1e-3) * gamma + beta, rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(active.updates["mine/moving_mean"], [0.9, 0, 0] + 0.1 * mean, rtol=1e-5)
    np.testing.assert_allclose(active.updates["mine/moving_variance"], [3.6, 0.9, 0.9] + 0.1 * variance, rtol=1e-5)
    with with_variables(**values) as active:
        out = layers.batch_normalization(tf.constant(INPUTS), name="mine")
    expected = (INPUTS - [1, 0, 0]) / np.sqrt(np.array([4, 1, 1]) + 1e-3) * gamma + beta
    np.testing.assert_allclose(out, expected, rtol=1e-4, atol=1e-5)
    assert active.updates == {}
