"""Gradients through loops whose number of turns depends on the data."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import estimax as tf


@pytest.mark.parametrize("turns", [0, 1, 3, 64, 65, 200])
def test_a_loop_has_the_gradients_of_what_it_computes(turns):
    def looped(x, factor, count):
        out = tf.while_loop(lambda i, v: i < count, lambda i, v: (i + 1, tf.sin(v) * factor + 0.1), (0, x))
        return jnp.sum(out[1])

    def of_known_length(x, factor):
        return jnp.sum(jax.lax.fori_loop(0, turns, lambda i, v: jnp.sin(v) * factor + 0.1, x))

    x, factor = jnp.array([0.3, -1.2]), jnp.float32(1.02)
    found = jax.jit(jax.value_and_grad(looped, (0, 1)))(x, factor, jnp.int32(turns))
    expected = jax.jit(jax.value_and_grad(of_known_length, (0, 1)))(x, factor)
    for got, wanted in zip(jax.tree.leaves(found), jax.tree.leaves(expected), strict=True):
        np.testing.assert_allclose(got, wanted, rtol=2e-5)


def test_the_condition_may_depend_on_what_is_differentiated():
    def halved(x):
        return tf.while_loop(lambda v: tf.reduce_max(v) > 1.0, lambda v: v / 2.0, [x])

    gradient = jax.jit(jax.grad(lambda x: jnp.sum(jnp.asarray(halved(x)))))(jnp.array([5.0, 1.0]))
    assert gradient.tolist() == [0.125, 0.125]


def test_loops_may_stand_in_loops():
    def powers(x):
        def outer(i, v):
            _, inner = tf.while_loop(lambda j, w: j < i, lambda j, w: (j + 1, w * x), (0, v))
            return i + 1, inner

        return tf.while_loop(lambda i, v: i < 4, outer, (0, x))[1]

    value, slope = jax.jit(jax.value_and_grad(powers))(jnp.float32(1.5))  # x ** (1 + 0 + 1 + 2 + 3)
    np.testing.assert_allclose([value, slope], [1.5**7, 7 * 1.5**6], rtol=1e-5)
