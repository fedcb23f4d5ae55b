"""The array ops on the device, where JAX's own function takes other arguments.

Each takes arrays and the static parameters of its op. Shapes may hold sizes that
an export leaves open.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from estimax._array._indexing import as_key, filled_key
from estimax._base._dtypes import as_dtype
from estimax._base._errors import InvalidArgumentError
from estimax._graph._boundary import current_boundary
from estimax._graph._effects_device import refuse_unless
from estimax._graph._tensor import Tensor


def _completed(known: Sequence[Any], sizes: Sequence[Any]) -> tuple[Any, ...]:
    rest = iter(sizes)
    return tuple(next(rest) if size is None else size for size in known)


def _canonical(dtype: Any) -> Any:
    return jax.dtypes.canonicalize_dtype(dtype)


def fill(value: Any, *sizes: Any, dims: Sequence[Any]) -> jax.Array:
    """Repeats one value."""
    return jnp.full(_completed(dims, sizes), jnp.asarray(value))


def fill_like(x: Any, *, value: int, dtype: Any) -> jax.Array:
    """Makes an array of the same shape with one value everywhere."""
    return jnp.full(x.shape, value, _canonical(dtype))


def identity(x: Any, *awaited: Any, name: str | None = None) -> jax.Array:
    """Returns the array itself."""
    return jnp.asarray(x)


def check_numerics(x: Any, *, message: str) -> jax.Array:
    """Returns the array itself, and in a model function refuses what is not finite."""
    array = jnp.asarray(x)
    if current_boundary.get() is None:
        return array

    def refuse(value: Any) -> None:
        what = "NaN" if np.isnan(value).any() else "infinite"
        raise InvalidArgumentError(f"{message}: a Tensor has {what} values")

    refuse_unless(jnp.isfinite(array), refuse, [array])
    return array


def reshape(x: Any, *sizes: Any, shape: Sequence[Any]) -> jax.Array:
    """Gives an array another shape."""
    return jnp.reshape(x, _completed(shape, sizes))


def broadcast_to(x: Any, *sizes: Any, shape: Sequence[Any]) -> jax.Array:
    """Repeats an array along its axes of size 1."""
    return jnp.broadcast_to(x, _completed(shape, sizes))


def transpose(x: Any, *, perm: Sequence[int]) -> jax.Array:
    """Reorders the axes."""
    return jnp.transpose(x, tuple(perm))


def concat(*arrays: Any, axis: int) -> jax.Array:
    """Joins arrays along an axis."""
    return jnp.concatenate(arrays, axis)


def stack(*arrays: Any, axis: int) -> jax.Array:
    """Joins arrays along a new axis."""
    return jnp.stack(arrays, axis)


def unstack(x: Any, *, num: int, axis: int) -> tuple[jax.Array, ...]:
    """Cuts an array into its positions along an axis."""
    return tuple(jnp.take(x, i, axis) for i in range(num))


def split(x: Any, *, sizes: Sequence[int], axis: int) -> list[jax.Array]:
    """Cuts an array into parts."""
    total = x.shape[axis]
    known = sum(s for s in sizes if s != -1)
    ends = np.cumsum([total - known if s == -1 else s for s in sizes])
    return jnp.split(x, ends[:-1].tolist(), axis)


def tile(x: Any, *sizes: Any, multiples: Sequence[Any]) -> jax.Array:
    """Repeats an array along each axis."""
    return jnp.tile(x, _completed(multiples, sizes))


def pad(x: Any, *others: Any, paddings: Sequence[Sequence[Any]], mode: str) -> jax.Array:
    """Adds elements before and after each axis; the last argument is what is added."""
    *sizes, value = others
    rest = iter(sizes)
    widths = [tuple(next(rest) if n is None else n for n in pair) for pair in paddings]
    if mode == "constant":
        return jnp.pad(x, widths, constant_values=jnp.asarray(value, x.dtype))
    return jnp.pad(x, widths, mode=mode)


def indexed(x: Any, *bounds: Any, key: list[Any]) -> jax.Array:
    """Indexes with integers, slices, new axes and an ellipsis; only integers may be arrays."""
    return jnp.asarray(x)[as_key(filled_key(key, bounds))]


def slice_(x: Any, *sizes: Any, begin: Sequence[Any], size: Sequence[Any]) -> jax.Array:
    """Cuts out a block; where it begins may be an array."""
    rest = iter(sizes)
    starts = [next(rest) if s is None else s for s in begin]
    lengths = [next(rest) if s is None else s for s in size]
    full = [t - s if n == -1 else n for t, s, n in zip(x.shape, starts, lengths, strict=True)]
    return jax.lax.dynamic_slice(x, starts, full)


def masked(x: Any, mask: np.ndarray, *, axis: int) -> jax.Array:
    """Keeps the elements where a mask that is known is true."""
    return jnp.asarray(x)[(*(np.s_[:],) * axis, *np.nonzero(mask))]


def gather(x: Any, indices: Any, *, axis: int = 0, batch_dims: int = 0, negative: bool = True) -> jax.Array:
    """Picks along an axis, with the first `batch_dims` axes of both in step."""
    if batch_dims:
        return jax.vmap(lambda a, i: gather(a, i, axis=axis - 1, batch_dims=batch_dims - 1))(x, jnp.asarray(indices))
    boundary = current_boundary.get()
    if boundary is not None and axis == 0:
        rows: jax.Array = boundary.take_rows(x if isinstance(x, jax.Array) else jnp.asarray(x), indices)
        return rows
    return jnp.take(jnp.asarray(x), indices, axis=axis)


def gather_nd(x: Any, indices: Any, *, batch_dims: int) -> jax.Array:
    """Picks by rows of indices, with the first `batch_dims` axes of both in step."""
    if batch_dims:
        return jax.vmap(lambda a, i: gather_nd(a, i, batch_dims=batch_dims - 1))(jnp.asarray(x), jnp.asarray(indices))
    return jnp.asarray(x)[tuple(jnp.moveaxis(jnp.asarray(indices), -1, 0))]


def scatter_nd(indices: Any, updates: Any, *sizes: Any, shape: Sequence[Any]) -> jax.Array:
    """Adds numbers at places in zeros."""
    zeros_ = jnp.zeros(_completed(shape, sizes), jnp.asarray(updates).dtype)
    return tensor_scatter(zeros_, indices, updates, add=True)


def tensor_scatter(x: Any, indices: Any, updates: Any, *, add: bool) -> jax.Array:
    """Puts numbers at places in an array, or adds them there."""
    places = jnp.asarray(x).at[tuple(jnp.moveaxis(jnp.asarray(indices), -1, 0))]
    return places.add(updates) if add else places.set(updates)


def sort(x: Any, *, axis: int, descending: bool) -> jax.Array:
    """Sorts along an axis."""
    return jnp.sort(x, axis, descending=descending)


def argsort(x: Any, *, axis: int, descending: bool) -> jax.Array:
    """Gives the positions in sorted order; equal elements keep their order."""
    return jnp.argsort(x, axis, stable=True, descending=descending).astype(jnp.int32)


def top_k(x: Any, *sizes: Any, k: Sequence[Any]) -> tuple[jax.Array, jax.Array]:
    """Gives the greatest entries along the last axis and their positions."""
    values, indices = jax.lax.top_k(jnp.asarray(x), *_completed(k, sizes))
    return values, indices


def searchsorted(sequence: Any, values: Any, *, side: str, dtype: Any) -> jax.Array:
    """Gives places in what is sorted along the last axis."""
    find: Any = partial(jnp.searchsorted, side=side)
    for _ in range(jnp.ndim(sequence) - 1):
        find = jax.vmap(find)
    return jnp.asarray(find(jnp.asarray(sequence), jnp.asarray(values)), _canonical(dtype))


def roll(x: Any, shift: Any, *, axis: Sequence[int]) -> jax.Array:
    """Moves elements on along axes."""
    return jnp.roll(x, jnp.broadcast_to(shift, (len(axis),)), tuple(axis))


def reverse_sequence(x: Any, lengths: Any, *, seq_axis: int, batch_axis: int) -> jax.Array:
    """Reverses the first elements of each entry."""
    x = jnp.asarray(x)
    place = jnp.arange(x.shape[seq_axis])
    ends = jnp.asarray(lengths)[:, jnp.newaxis]
    order = jnp.where(place < ends, ends - 1 - place, place)
    full = [1] * x.ndim
    full[batch_axis], full[seq_axis] = order.shape
    return jnp.take_along_axis(x, (order if batch_axis < seq_axis else order.T).reshape(full), seq_axis)


def matrix_diag(x: Any) -> jax.Array:
    """Puts vectors on the diagonals of matrices."""
    x = jnp.asarray(x)
    return jnp.where(jnp.eye(x.shape[-1], dtype=bool), x[..., jnp.newaxis], jnp.zeros((), x.dtype))


def matrix_diag_part(x: Any) -> jax.Array:
    """Gives the diagonals of matrices."""
    return jnp.asarray(jnp.diagonal(x, axis1=-2, axis2=-1))


def one_hot(indices: Any, *, depth: int, on: Any, off: Any, axis: int, dtype: Any) -> jax.Array:
    """Turns indices into rows that are off but in one place."""
    kind = _canonical(dtype)
    positions = jnp.arange(depth).reshape((depth, *(1,) * (indices.ndim - axis)))
    return jnp.where(jnp.expand_dims(indices, axis) == positions, jnp.asarray(on, kind), jnp.asarray(off, kind))


def range_(start: Any, limit: Any, delta: Any, dtype: Any) -> jax.Array:
    """Counts from `start` to `limit`; the length must be known or be the size of an array."""
    first, last, step = (v.numpy() if isinstance(v, Tensor) else v for v in (start, limit, delta))
    kind = None if dtype is None else _canonical(as_dtype(dtype).as_numpy_dtype)
    return jnp.arange(first, last, step, dtype=kind)
