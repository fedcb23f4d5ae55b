"""Affine maps, as networks write them: `bias_add`, `xw_plus_b`, `relu_layer`."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from estimax._base._errors import InvalidArgumentError
from estimax.nn._arrays import as_array, as_floats


def bias_add(value: Any, bias: Any, data_format: str | None = None, name: str | None = None) -> jax.Array:
    """Adds one number to each channel.

    Args:
        value: an array of rank 2 or more.
        bias: [channels].
        data_format: whether the channels are the last axis ('NHWC' and the like, the default)
            or the second ('NCHW' and the like).
        name: has no effect.

    Raises:
        InvalidArgumentError: the bias does not have one number for each channel.

    Example:
        >>> import estimax as tf
        >>> tf.nn.bias_add([[1.0, 2.0]], [10.0, 20.0]).tolist()
        [[11.0, 22.0]]
    """
    array = as_array(value)
    added = as_array(bias, array.dtype)
    first = (data_format or "").startswith("NC")
    axis = 1 if first else array.ndim - 1
    if array.ndim < 2 or added.shape != (array.shape[axis],):
        raise InvalidArgumentError(
            f"bias_add needs a value of two dimensions or more and a bias with one number for each channel, "
            f"axis {axis}; got shapes {array.shape} and {added.shape}"
        )
    return array + added.reshape([-1 if i == axis else 1 for i in range(array.ndim)])


def xw_plus_b(x: Any, weights: Any, biases: Any, name: str | None = None) -> jax.Array:
    """Returns `x @ weights + biases`.

    Example:
        >>> import estimax as tf
        >>> tf.nn.xw_plus_b([[1.0, 2.0]], [[3.0], [4.0]], [0.5]).tolist()
        [[11.5]]
    """
    array = as_floats(x)
    return jnp.matmul(array, as_array(weights, array.dtype)) + as_array(biases, array.dtype)


def relu_layer(x: Any, weights: Any, biases: Any, name: str | None = None) -> jax.Array:
    """Returns `max(x @ weights + biases, 0)`."""
    return jax.nn.relu(xw_plus_b(x, weights, biases))
