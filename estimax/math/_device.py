"""The mathematical ops on the device, where JAX's own function takes other arguments or means something else.

Each takes arrays and the static parameters of its op.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

Axes = tuple[int, ...]


def cast(x: Any, *, dtype: Any) -> jax.Array:
    """Converts to the nearest dtype that the device has: float32 where float64 is asked for."""
    return jnp.asarray(x).astype(jax.dtypes.canonicalize_dtype(dtype))


def floor_divide(x: Any, y: Any) -> jax.Array:
    """Divides and rounds down."""
    x, y = jnp.asarray(x), jnp.asarray(y)
    if jnp.issubdtype(jnp.result_type(x, y), jnp.floating):
        return jnp.floor(x / y)
    return jnp.where(y == 0, 0, jnp.floor_divide(x, jnp.where(y == 0, 1, y)))


def divide_no_nan(x: Any, y: Any) -> jax.Array:
    """Divides; division by zero gives zero, and a gradient of zero."""
    zero = jnp.asarray(y) == 0
    return jnp.where(zero, 0, x / jnp.where(zero, 1, y))


def squared_difference(x: Any, y: Any) -> jax.Array:
    """Gives the square of the difference."""
    return jnp.square(jnp.subtract(x, y))


def reduce_sum(x: Any, *, axis: Axes, keepdims: bool) -> jax.Array:
    """Adds along axes, keeping the dtype."""
    return jnp.sum(x, axis, dtype=x.dtype, keepdims=keepdims)


def reduce_prod(x: Any, *, axis: Axes, keepdims: bool) -> jax.Array:
    """Multiplies along axes, keeping the dtype."""
    return jnp.prod(x, axis, dtype=x.dtype, keepdims=keepdims)


def reduce_mean(x: Any, *, axis: Axes, keepdims: bool) -> jax.Array:
    """Gives the mean along axes; of whole numbers a whole number, cut off."""
    if jnp.issubdtype(x.dtype, jnp.floating):
        return jnp.mean(x, axis, keepdims=keepdims)
    total = jnp.sum(x, axis, dtype=x.dtype, keepdims=keepdims)
    count = 1
    for a in axis:
        count = count * x.shape[a]
    return jax.lax.div(total, jnp.broadcast_to(jnp.maximum(jnp.asarray(count, x.dtype), 1), total.shape))


def reduce_max(x: Any, *, axis: Axes, keepdims: bool) -> jax.Array:
    """Gives the greatest element along axes; the lowest number of the dtype where there is none."""
    lowest = -np.inf if jnp.issubdtype(x.dtype, jnp.floating) else np.iinfo(x.dtype).min
    return jnp.max(x, axis, keepdims=keepdims, initial=lowest)


def reduce_min(x: Any, *, axis: Axes, keepdims: bool) -> jax.Array:
    """Gives the smallest element along axes; the highest number of the dtype where there is none."""
    highest = np.inf if jnp.issubdtype(x.dtype, jnp.floating) else np.iinfo(x.dtype).max
    return jnp.min(x, axis, keepdims=keepdims, initial=highest)


def argmax(x: Any, *, axis: int, dtype: Any) -> jax.Array:
    """Gives the position of the greatest element along an axis."""
    return cast(jnp.argmax(x, axis), dtype=dtype)


def argmin(x: Any, *, axis: int, dtype: Any) -> jax.Array:
    """Gives the position of the smallest element along an axis."""
    return cast(jnp.argmin(x, axis), dtype=dtype)


def cumsum(x: Any, *, axis: int, exclusive: bool, reverse: bool) -> jax.Array:
    """Gives running sums along an axis."""
    out = jax.lax.cumsum(x, axis, reverse)
    return out - x if exclusive else out


def matmul(a: Any, b: Any, *, transpose_a: bool = False, transpose_b: bool = False) -> jax.Array:
    """Multiplies matrices."""
    a = jnp.swapaxes(a, -1, -2) if transpose_a else a
    return jnp.matmul(a, jnp.swapaxes(b, -1, -2) if transpose_b else b)


def bucketize(x: Any, *, boundaries: Sequence[float]) -> jax.Array:
    """Numbers the intervals that elements lie in."""
    return jnp.searchsorted(jnp.asarray(boundaries, jnp.float32), x, side="right").astype(jnp.int32)
