"""The L2 norm as a penalty and as a scale."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp

from estimax.nn._arrays import as_floats


def l2_loss(t: Any, name: str | None = None) -> jax.Array:
    """Returns half the sum of squares of all elements, a scalar.

    Example:
        >>> import estimax as tf
        >>> float(tf.nn.l2_loss([3.0, 4.0]))
        12.5
    """
    return jnp.sum(jnp.square(as_floats(t))) / 2


def l2_normalize(
    x: Any,
    axis: int | Sequence[int] | None = None,
    epsilon: float = 1e-12,
    name: str | None = None,
    dim: int | Sequence[int] | None = None,
) -> jax.Array:
    """Returns the array divided by its L2 norm.

    Args:
        x: an array.
        axis: along which the norm is taken, one or several; over all elements if None.
        epsilon: the least square of the norm, so that zeros stay zeros.
        name: has no effect.
        dim: an older name of `axis`.

    Example:
        >>> import estimax as tf
        >>> [round(v, 3) for v in tf.nn.l2_normalize([3.0, 4.0]).tolist()]
        [0.6, 0.8]
    """
    values = as_floats(x)
    over = dim if axis is None else axis
    axes = over if over is None or isinstance(over, int) else tuple(over)
    square = jnp.sum(jnp.square(values), axes, keepdims=True)
    return values * jax.lax.rsqrt(jnp.maximum(square, epsilon))
