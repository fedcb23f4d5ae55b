"""Ragged Tensors from and to dense and sparse ones."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from estimax._base._errors import InvalidArgumentError
from estimax._base._shapes import RaggedTensorSpec, SparseTensorSpec, TensorShape, TensorSpec
from estimax._base._string_array import StringArray
from estimax._graph._columnwise import column_op, dense_splits, entries, inner_sizes
from estimax._graph._ragged_parts import bounds_of, sizes_from
from estimax._graph._stretches import spans, splits_of
from estimax._graph._varying import RaggedValue, Rows, SparseColumn, as_rows, picked
from estimax.sparse._dense import scattered
from estimax.sparse._places import check_sparse, rank_of, row_major, rows_of_elements


def check_ragged(what: str, spec: TensorSpec) -> RaggedTensorSpec:
    """Returns the spec of a ragged Tensor.

    Raises:
        TypeError: it is not ragged.
    """
    if not isinstance(spec, RaggedTensorSpec):
        raise TypeError(f"{what} takes a RaggedTensor; got {spec}. Make one with tf.RaggedTensor.from_tensor")
    return spec


def _from_dense_spec(x: TensorSpec, *extra: TensorSpec, ragged_rank: int, by: str) -> TensorSpec:
    rank = x.shape.ndims
    if rank is None or not 1 <= ragged_rank < rank:
        raise InvalidArgumentError(
            f"lists of {ragged_rank} levels are made of more than {ragged_rank} dimensions; got {x}"
        )
    if by == "lengths" and (ragged_rank != 1 or extra[0].shape.ndims not in (1, None)):
        raise InvalidArgumentError(f"lengths are a vector, for ragged_rank=1; got {extra[0]} for {ragged_rank}")
    shape = [*x.shape[:ragged_rank], None if by else x.shape[ragged_rank], *x.shape[ragged_rank + 1 :]]
    return RaggedTensorSpec(shape, x.dtype, ragged_rank)


def _from_dense(x: Any, *extra: Any, ragged_rank: int, by: str) -> RaggedValue:
    rows = as_rows(x)
    splits = dense_splits(rows, ragged_rank + 1)
    values = rows.flat.reshape((int(splits[-1][-1]), *inner_sizes(rows, ragged_rank + 1)))
    if not by:
        return RaggedValue(values, splits)
    longest = np.diff(splits[-1])
    if by == "lengths":
        given, counts = entries(extra[0])
        if (counts != rows.shapes[:, 0]).any() or (given < 0).any():
            raise InvalidArgumentError("one length of 0 or more is needed for each row")
        lengths = np.minimum(given.astype(np.int64), longest)
    else:
        lengths = _without_padding(values, extra[0], splits)
    return RaggedValue(picked(values, spans(splits[-1][:-1], lengths)), (*splits[:-1], splits_of(lengths)))


def _without_padding(values: Any, padding: Any, splits: Sequence[np.ndarray]) -> np.ndarray:
    """Returns how long each innermost list is up to the last value that is not the padding."""
    count = len(values)
    bounds = splits[0]
    for level in splits[1:]:
        bounds = level[bounds]
    row = np.repeat(np.arange(len(bounds) - 1), np.diff(bounds))
    fill = picked(padding, row)
    inner = tuple(range(1, values.ndim))
    if isinstance(values, StringArray):
        same = values.equals(fill.reshape((count, *[1] * (values.ndim - fill.ndim), *fill.shape[1:])))
    else:
        same = values == fill.reshape((count, *[1] * (values.ndim - fill.ndim), *fill.shape[1:]))
    there = np.flatnonzero(~(same.all(inner) if inner else same))
    lists = np.searchsorted(splits[-1], there, "right") - 1
    lengths = np.zeros(len(splits[-1]) - 1, np.int64)
    np.maximum.at(lengths, lists, there - splits[-1][lists] + 1)
    return lengths


def _from_sparse_spec(x: TensorSpec) -> TensorSpec:
    check_sparse("from_sparse", x)
    if rank_of(x, "from_sparse") != 2:
        raise InvalidArgumentError(f"lists are made of a SparseTensor of two dimensions; got {x}")
    return RaggedTensorSpec([x.shape[0], None], x.dtype, 1)


def _from_sparse(x: SparseColumn) -> RaggedValue:
    first = splits_of(x.shapes[:, 0])
    line = first[rows_of_elements(x)] + x.indices[:, 0]
    lengths = np.bincount(line, minlength=int(first[-1]))
    splits = splits_of(lengths)
    if (np.diff(line) < 0).any() or (x.indices[:, 1] != np.arange(len(line)) - splits[line]).any():
        raise InvalidArgumentError(
            "lists are made of a SparseTensor whose elements stand in row-major order and, in each row, without gaps "
            "from the left; this one has gaps. Use tf.sparse.to_dense"
        )
    return RaggedValue(x.values, (first, splits))


def places(x: RaggedValue) -> np.ndarray:
    """Returns the place of each innermost value in the lists around it, int64 [values, levels], outermost first."""
    index = np.empty((len(x.values), len(x.splits)), np.int64)
    item = np.arange(len(x.values))
    for level in reversed(range(len(x.splits))):
        splits = x.splits[level]
        lists = np.repeat(np.arange(len(splits) - 1), np.diff(splits))
        lists = lists[item] if level + 1 < len(x.splits) else lists
        index[:, level] = item - splits[lists]
        item = lists
    return index


def bounding_sizes(x: RaggedValue) -> np.ndarray:
    """Returns the number of outermost lists of each row, and the length of the longest list of each level below."""
    rows = len(x)
    sizes = np.zeros((rows, len(x.splits)), np.int64)
    sizes[:, 0] = np.diff(x.splits[0])
    row = np.repeat(np.arange(rows), sizes[:, 0])
    for level, splits in enumerate(x.splits[1:], 1):
        lengths = np.diff(splits)
        np.maximum.at(sizes[:, level], row, lengths)
        row = np.repeat(row, lengths)
    return sizes


def _to_dense_spec(x: TensorSpec, *default: TensorSpec, shape: list[int | None] | None) -> TensorSpec:
    ragged = check_ragged("to_tensor", x)
    for spec in default:
        if spec.dtype != x.dtype:
            raise TypeError(f"the default value must be of type {x.dtype.name}; got {spec.dtype.name}")
    rank = ragged.ragged_rank + 1
    known = x.shape if x.shape.ndims else TensorShape([None] * rank)
    if shape is not None:
        if len(shape) > len(known):
            raise InvalidArgumentError(
                f"the shape of a dense Tensor of {x} has at most {len(known)} sizes; got {shape}"
            )
        merged = [s if given is None else given for s, given in zip(known, shape, strict=False)]
        known = TensorShape([*merged, *known[len(merged) :]])
    return TensorSpec(known, x.dtype)


def _to_dense(x: RaggedValue, *default: Any, shape: list[int | None] | None) -> Any:
    sizes = bounding_sizes(x)
    for axis, size in enumerate((shape or [])[: len(x.splits)]):
        if size is not None:
            sizes[:, axis] = size
    index = places(x)
    row = _rows_of(x)
    inside = (index < sizes[row]).all(1)
    values = x.values
    if not inside.all():
        chosen = np.flatnonzero(inside)
        index, row, values = index[chosen], row[chosen], picked(values, chosen)
    cells = sizes.prod(1)
    position = row_major(index, sizes[row]) + splits_of(cells)[row]
    inner = values.shape[1:]
    out = scattered(values, position, _broadcast(default[0], inner) if default else None, cells)
    within = np.broadcast_to(np.array(inner, np.int64), (len(sizes), len(inner)))
    return Rows.of(out.reshape(-1), np.concatenate([sizes, within], 1))


def _broadcast(default: Any, inner: tuple[int, ...]) -> Any:
    """Brings what fills up each row to the shape of what the lists hold."""
    missing = len(inner) - (default.ndim - 1)
    shaped = default.reshape((len(default), *[1] * missing, *default.shape[1:]))
    whole = (len(default), *inner)
    return shaped.broadcast_to(whole) if isinstance(shaped, StringArray) else np.broadcast_to(shaped, whole)


def _rows_of(x: RaggedValue) -> np.ndarray:
    return np.repeat(np.arange(len(x)), np.diff(bounds_of(x)))


def _to_sparse_spec(x: TensorSpec) -> TensorSpec:
    check_ragged("to_sparse", x)
    return SparseTensorSpec(x.shape, x.dtype)


def _to_sparse(x: RaggedValue) -> SparseColumn:
    inner = x.values.shape[1:]
    each = int(np.prod(inner, dtype=np.int64))
    within = np.indices(inner).reshape((len(inner), each)).T
    index = np.concatenate([np.repeat(places(x), each, axis=0), np.tile(within, (len(x.values), 1))], 1)
    held = np.broadcast_to(np.array(inner, np.int64), (len(x), len(inner)))
    shapes = np.concatenate([bounding_sizes(x), held], 1)
    return SparseColumn(index, x.values.reshape(-1), bounds_of(x) * each, shapes)


_FROM_DENSE = column_op("RaggedFromDense", _from_dense_spec, _from_dense)
_FROM_SPARSE = column_op("RaggedFromSparse", _from_sparse_spec, _from_sparse, composite=True)
TO_DENSE = column_op("RaggedToDense", _to_dense_spec, _to_dense, composite=True)
_TO_SPARSE = column_op("RaggedToSparse", _to_sparse_spec, _to_sparse, composite=True)


def without_levels(values: Any, splits: Sequence[np.ndarray]) -> Any:
    """Returns a column of lists, or where only its rows are left as lists a column of dense vectors."""
    if len(splits) > 1:
        return RaggedValue(values, splits)
    inner = np.broadcast_to(np.array(values.shape[1:], np.int64), (len(splits[0]) - 1, values.ndim - 1))
    return Rows.of(values.reshape(-1), np.concatenate([np.diff(splits[0])[:, np.newaxis], inner], 1))


def ragged_or_dense(shape: Any, dtype: Any, ragged_rank: int) -> TensorSpec:
    """Returns the spec of lists of so many levels; of a dense Tensor where there is none."""
    return RaggedTensorSpec(shape, dtype, ragged_rank) if ragged_rank else TensorSpec(shape, dtype)


def list_shape(x: RaggedTensorSpec) -> TensorShape:
    """Returns the shape of a ragged Tensor, whose number of dimensions is always known to be more than its levels."""
    if x.shape.ndims is not None:
        return x.shape
    return TensorShape([None] * (x.ragged_rank + 1)).concatenate(sizes_from(x.shape, 0))
