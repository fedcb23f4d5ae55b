"""Elements picked by their positions: `gather`, `one_hot`, and indexing with a Tensor."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from estimax._array._by_shape import by_shape
from estimax._array._dimensions import as_sizes, positive_axis, rank_of, rearranged
from estimax._array._ranges import range as range_of
from estimax._array._selection import where_v2
from estimax._array._shape import expand_dims
from estimax._array._spans import entries, has_rows, rows_from
from estimax._base._dtypes import DType, as_dtype, float32
from estimax._base._errors import InvalidArgumentError
from estimax._base._shapes import TensorSpec
from estimax._base._string_array import StringArray
from estimax._graph._column import Column
from estimax._graph._lifting import shifted_axis
from estimax._graph._op import OPS, Node, Op, as_argument
from estimax._graph._tensor import Tensor
from estimax._graph._varying import Rows, picked


def _gather_spec(
    x: TensorSpec, indices: TensorSpec, *, axis: int = 0, batch_dims: int = 0, negative: bool = True
) -> TensorSpec:
    if not indices.dtype.is_integer:
        raise TypeError(f"gather needs whole numbers as indices; got {indices.dtype.name}")
    if axis >= len(x.shape):
        raise InvalidArgumentError(
            f"gather along axis {axis} needs more dimensions than the shape {tuple(x.shape)} has"
        )
    return TensorSpec((*x.shape[:axis], *indices.shape[batch_dims:], *x.shape[axis + 1 :]), x.dtype)


def _gather(x: Any, indices: Any, *, axis: int = 0, batch_dims: int = 0, negative: bool = True) -> Any:
    if x.shape[:batch_dims] != indices.shape[:batch_dims]:
        raise InvalidArgumentError(
            f"gather with batch_dims={batch_dims} needs equal first axes; got shapes {x.shape} and {indices.shape}"
        )
    _check_indices(indices, x.shape[axis], negative)
    return rearranged(x, lambda a: _picked(a, indices, axis, batch_dims))


def _check_indices(indices: np.ndarray, size: int, negative: bool) -> None:
    lowest = -size if negative else 0
    if indices.size and (indices.min() < lowest or indices.max() >= size):
        wrong = indices[(indices < lowest) | (indices >= size)].ravel()[0]
        raise InvalidArgumentError(f"an index must be from {lowest} to {size - 1}; got {wrong}")


def _picked(x: np.ndarray, indices: np.ndarray, axis: int, batch: int) -> np.ndarray:
    """Picks along an axis, with the first `batch` axes of both in step."""
    if not batch:
        return x.take(indices, axis)
    moved = np.moveaxis(x, axis, batch)
    rank = indices.ndim
    grid = [np.arange(n).reshape((-1, *(1,) * (rank - i - 1))) for i, n in enumerate(indices.shape[:batch])]
    out = moved[(*grid, indices)]
    return np.moveaxis(out, range(batch, rank), range(axis, axis + rank - batch))


def _gather_rows(
    node: Node, values: Sequence[Any], lifted: Sequence[bool], rows: int, params: dict[str, Any]
) -> tuple[Column, ...]:
    x, indices = values
    axis, batch = params.get("axis", 0), params.get("batch_dims", 0)
    _check_indices(indices, x.shape[axis + lifted[0]], params.get("negative", True))
    if not lifted[0] and not batch:
        out = rearranged(x, lambda a: np.moveaxis(a.take(indices, axis), axis, 0))
    elif not lifted[1] and not batch:
        out = rearranged(x, lambda a: a.take(indices, axis + 1))
    else:
        spread = indices if lifted[1] else np.broadcast_to(indices, (rows, *indices.shape))
        out = rearranged(
            x,
            lambda a: _picked(a if lifted[0] else np.broadcast_to(a, (rows, *a.shape)), spread, axis + 1, batch + 1),
        )
    return (out,)


_EQUAL_ROWS = by_shape(_gather_rows)


def _gather_lift(
    node: Node, values: Sequence[Any], lifted: Sequence[bool], rows: int, params: dict[str, Any]
) -> tuple[Column, ...]:
    """Picks along the first axis of rows of several shapes, or by several numbers of indices, at once."""
    x, indices = values
    if not (has_rows(values) and rows) or params.get("axis", 0) or params.get("batch_dims", 0):
        return _EQUAL_ROWS(node, values, lifted, rows, params)
    negative = params.get("negative", True)
    wanted = rows_from(indices, lifted[1], rows)
    flat = np.asarray(wanted.flat, np.int64)
    if not lifted[0]:
        _check_indices(flat, len(x), negative)
        out = picked(x, np.where(flat < 0, flat + len(x), flat)).reshape(-1)
        inner = np.broadcast_to(np.array(x.shape[1:], np.int64), (rows, x.ndim - 1))
    else:
        source = rows_from(x, True, rows)
        row = np.repeat(np.arange(rows), np.diff(wanted.splits))
        sizes = source.shapes[row, 0]
        wrong = (flat < (-sizes if negative else 0)) | (flat >= sizes)
        if wrong.any():
            _check_indices(flat[wrong][:1], int(sizes[wrong][0]), negative)
        out = entries(source, row, np.where(flat < 0, flat + sizes, flat))
        inner = source.shapes[:, 1:]
    return (Rows.of(out, np.concatenate([wanted.shapes, inner], axis=1)),)


def _one_hot_spec(x: TensorSpec, *, depth: int, on: Any, off: Any, axis: int, dtype: DType) -> TensorSpec:
    if not x.dtype.is_integer:
        raise TypeError(f"one_hot needs whole numbers as indices; got {x.dtype.name}")
    return TensorSpec((*x.shape[:axis], depth, *x.shape[axis:]), dtype)


def _one_hot(x: Any, *, depth: int, on: Any, off: Any, axis: int, dtype: DType) -> Any:
    if dtype.is_string:
        choice = StringArray.of([off, on])
        return choice.gather((np.expand_dims(x, axis) == _depths(depth, x.ndim - axis)).astype(np.int64))
    out = np.full((x.size, depth), off, dtype.as_numpy_dtype)
    flat = x.ravel()
    hit = np.flatnonzero((flat >= 0) & (flat < depth))
    out[hit, flat[hit]] = on
    return np.moveaxis(out.reshape((*x.shape, depth)), -1, axis)


def _depths(depth: int, after: int) -> np.ndarray:
    return np.arange(depth).reshape((depth, *(1,) * after))


_HOT_ROWS = by_shape(shifted_axis(_one_hot))


def _one_hot_lift(
    node: Node, values: Sequence[Any], lifted: Sequence[bool], rows: int, params: dict[str, Any]
) -> tuple[Column, ...]:
    (x,) = values
    if not isinstance(x, Rows) or params["axis"] != x.rank:
        return _HOT_ROWS(node, values, lifted, rows, params)
    depth = np.full((rows, 1), params["depth"], np.int64)
    hot = _one_hot(x.flat, **{**params, "axis": 1})
    return (Rows.of(hot.reshape(-1), np.concatenate([x.shapes, depth], axis=1)),)


_GATHER = Op("GatherAxis", infer=_gather_spec, host=_gather, lift=_gather_lift, device="estimax._array._device:gather")
_ONE_HOT = Op("OneHot", infer=_one_hot_spec, host=_one_hot, lift=_one_hot_lift, device="estimax._array._device:one_hot")


def gather(
    params: Any,
    indices: Any,
    validate_indices: bool | None = None,
    name: str | None = None,
    axis: Any = None,
    batch_dims: int = 0,
) -> Any:
    """Picks slices along an axis.

    Args:
        params: the Tensor to pick from.
        indices: whole numbers of any shape, from 0.
        validate_indices: has no effect; indices are always checked on the host.
        name: has no effect.
        axis: along which to pick; the first by default (after the batch dimensions).
        batch_dims: how many first axes of both go in step.

    Raises:
        InvalidArgumentError: on the host, where an index is out of range.

    Example:
        >>> import estimax as tf
        >>> tf.gather(["a", "b", "c"], [2, 0]).numpy().tolist()
        [b'c', b'a']
    """
    tensor, picks = as_argument(params), as_argument(indices)
    batch = positive_axis(batch_dims, rank_of(picks) + 1, "batch_dims")
    along = batch if axis is None else positive_axis(axis, rank_of(tensor))
    return _GATHER(tensor, picks, axis=along, batch_dims=batch, negative=False)


def one_hot(
    indices: Any,
    depth: Any,
    on_value: Any = None,
    off_value: Any = None,
    axis: Any = None,
    dtype: Any = None,
    name: str | None = None,
) -> Any:
    """Turns each index into `depth` values, all off but the one at the index; an index out of range is all off.

    Args:
        indices: whole numbers.
        depth: how many values for each.
        on_value: 1 by default.
        off_value: 0 by default.
        axis: where the new axis stands; the last by default.
        dtype: that of the values given, or float32.
        name: has no effect.

    Example:
        >>> import estimax as tf
        >>> tf.one_hot([0, 2, -1], 3).numpy()
        array([[1., 0., 0.],
               [0., 0., 1.],
               [0., 0., 0.]], dtype=float32)
    """
    tensor = as_argument(indices)
    given = [as_argument(v) for v in (on_value, off_value) if v is not None]
    wanted = as_dtype(dtype) if dtype is not None else as_dtype(given[0].dtype) if given else float32
    along = positive_axis(-1 if axis is None else axis, rank_of(tensor) + 1)
    known, unknown = as_sizes(depth)
    values = [_plain(on_value, 1), _plain(off_value, 0)]
    if unknown or any(isinstance(v, Tensor) for v in values):
        return _compared(tensor, unknown[0] if unknown else known[0], along, wanted, values)
    return _ONE_HOT(tensor, depth=known[0], on=values[0], off=values[1], axis=along, dtype=wanted)


def _compared(tensor: Any, depth: Any, axis: int, dtype: DType, values: list[Any]) -> Any:
    """Compares with all the positions, where the depth or the values are only known when the graph runs."""
    positions = range_of(depth, dtype=tensor.dtype)
    for _ in range(rank_of(tensor) - axis):
        positions = expand_dims(positions, -1)
    hit = OPS["Equal"](expand_dims(tensor, axis), positions)
    on, off = (as_argument(v, dtype) for v in values)
    return where_v2(hit, on, off)


def _plain(value: Any, default: int) -> Any:
    if value is None:
        return default
    if isinstance(value, Tensor) and value.is_symbolic:
        return value
    plain = np.asarray(value.numpy() if isinstance(value, Tensor) else value)
    return plain.item()
