"""The gradients of convolutions, which are written by hand: those that JAX derives, for every way a window moves."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from estimax.nn._convolving import convolved, transposed

MOVES = {
    "plain": ((1, 1), "VALID", (1, 1)),
    "same": ((1, 1), "SAME", (1, 1)),
    "strides": ((2, 3), "SAME", (1, 1)),
    "strides that leave a rest": ((3, 2), "VALID", (1, 1)),
    "dilations": ((1, 1), "SAME", (2, 3)),
    "both": ((2, 2), "VALID", (2, 1)),
    "pads": ((2, 1), ((3, 0), (1, 4)), (1, 2)),
}


def arrays(*shapes):
    random = np.random.default_rng(0)
    return [jnp.asarray(random.normal(size=shape), jnp.float32) for shape in shapes]


def derived(x, kernel, strides, padding, dilations):
    """The convolution as JAX has it, with the gradients that it derives."""
    axes = ("NHWC", "HWIO", "NHWC")
    return jax.lax.conv_general_dilated(x, kernel, strides, padding, None, dilations, axes)


@pytest.mark.parametrize("name", MOVES)
def test_gradients_are_those_that_jax_derives(name):
    def gradients(function):
        return jax.grad(lambda x, k: jnp.sum(jnp.sin(function(x, k, *MOVES[name]))), (0, 1))

    inputs = arrays((2, 9, 8, 3), (3, 2, 3, 4))
    for got, expected in zip(gradients(convolved)(*inputs), gradients(derived)(*inputs), strict=True):
        np.testing.assert_allclose(got, expected, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("name", MOVES)
def test_the_transpose_is_that_of_the_linear_map(name):
    strides, padding, dilations = MOVES[name]
    x, kernel = arrays((2, 9, 8, 3), (3, 2, 3, 4))
    y, pull = jax.vjp(lambda x: derived(x, kernel, *MOVES[name]), x)
    (expected,) = pull(jnp.cos(y))
    got = transposed(jnp.cos(y), kernel, (9, 8), strides, padding, dilations)
    np.testing.assert_allclose(got, expected, rtol=1e-4, atol=1e-4)


def test_gradients_can_be_differentiated_again():
    x, kernel = arrays((1, 5, 5, 2), (3, 3, 2, 2))

    def penalty(function):
        def of(x):
            slope = jax.grad(lambda v: jnp.sum(jnp.sin(function(v, kernel, (1, 1), "SAME", (1, 1)))))(x)
            return jnp.sum(jnp.square(slope))

        return jax.grad(of)(x)

    np.testing.assert_allclose(penalty(convolved), penalty(derived), rtol=1e-4, atol=1e-3)
