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


def cumprod(x: Any, *, axis: int, exclusive: bool, reverse: bool) -> jax.Array:
    """Gives running products along an axis."""
    out = jax.lax.cumprod(x, axis, reverse)
    if not exclusive:
        return out
    first = jnp.ones_like(jax.lax.slice_in_dim(out, 0, 1, axis=axis))
    if reverse:
        return jnp.concatenate([jax.lax.slice_in_dim(out, 1, None, axis=axis), first], axis)
    return jnp.concatenate([first, jax.lax.slice_in_dim(out, 0, -1, axis=axis)], axis)


def relu6(x: Any) -> jax.Array:
    """Gives `min(max(x, 0), 6)`, with a gradient of zero at both ends."""
    return jnp.where(x > 0, jnp.where(x < 6, x, jnp.full_like(x, 6)), jnp.zeros_like(x))


def xdivy(x: Any, y: Any) -> jax.Array:
    """Divides; zero divided by anything gives zero."""
    zero = jnp.asarray(x) == 0
    return jnp.where(zero, 0, x / jnp.where(zero, 1, y))


def multiply_no_nan(x: Any, y: Any) -> jax.Array:
    """Multiplies; anything times zero gives zero."""
    zero = jnp.asarray(y) == 0
    return jnp.where(zero, 0, jnp.where(zero, 0, x) * y)


def truncate_div(x: Any, y: Any) -> jax.Array:
    """Divides and cuts off the fraction."""
    x, y = jnp.asarray(x), jnp.asarray(y)
    if jnp.issubdtype(jnp.result_type(x, y), jnp.floating):
        return jnp.trunc(x / y)
    return jnp.where(y == 0, 0, jax.lax.div(*jnp.broadcast_arrays(x, jnp.where(y == 0, 1, y))))


def saturate_cast(x: Any, *, dtype: Any) -> jax.Array:
    """Converts, and keeps within the range of the dtype."""
    kind = jax.dtypes.canonicalize_dtype(dtype)
    limits: Any = np.finfo(kind) if jnp.issubdtype(kind, jnp.floating) else np.iinfo(kind)
    wide = jnp.asarray(x)
    cast_ = wide.astype(kind)
    return jnp.where(wide <= float(limits.min), limits.min, jnp.where(wide >= float(limits.max), limits.max, cast_))


def segment(data: Any, ids: np.ndarray, *, name: str) -> jax.Array:
    """Reduces the entries of segments whose ids are known and do not fall; 0 (of products 1) where there are none."""
    count = int(ids[-1]) + 1 if len(ids) else 0
    out = unsorted_segment(data, ids, num=count, name=name)
    empty = np.bincount(ids, minlength=count) == 0
    if not empty.any() or name in ("sum", "mean", "prod"):
        return out
    return jnp.where(empty.reshape((-1, *(1,) * (out.ndim - 1))), 0, out)


def unsorted_segment(data: Any, ids: Any, *, num: int, name: str) -> jax.Array:
    """Reduces the entries that have one id to one."""
    ids = jnp.where(jnp.asarray(ids) < 0, num, ids)
    data = jnp.asarray(data)
    flat = data.reshape((-1, *data.shape[ids.ndim :]))
    reduce = {
        "sum": jax.ops.segment_sum,
        "mean": jax.ops.segment_sum,
        "max": jax.ops.segment_max,
        "min": jax.ops.segment_min,
        "prod": jax.ops.segment_prod,
    }[name]
    out = reduce(flat, ids.reshape(-1), num)
    if name != "mean":
        return out
    counts = jnp.maximum(jax.ops.segment_sum(jnp.ones(ids.size, data.dtype), ids.reshape(-1), num), 1)
    return out / counts.reshape((-1, *(1,) * (out.ndim - 1)))


def einsum(*arrays: Any, equation: str) -> jax.Array:
    """Adds up products of elements, by the letters of their axes."""
    return jnp.einsum(equation, *arrays)


def matmul(a: Any, b: Any, *, transpose_a: bool = False, transpose_b: bool = False) -> jax.Array:
    """Multiplies matrices."""
    a = jnp.swapaxes(a, -1, -2) if transpose_a else a
    return jnp.matmul(a, jnp.swapaxes(b, -1, -2) if transpose_b else b)


def bucketize(x: Any, *, boundaries: Sequence[float]) -> jax.Array:
    """Numbers the intervals that elements lie in."""
    return jnp.searchsorted(jnp.asarray(boundaries, jnp.float32), x, side="right").astype(jnp.int32)
