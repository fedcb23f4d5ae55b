"""The lists of ragged Tensors: how long they are, where they begin, which of them hold what."""

from __future__ import annotations

from typing import Any

import numpy as np

from estimax._base._dtypes import DType, int64
from estimax._base._errors import InvalidArgumentError
from estimax._base._shapes import TensorSpec
from estimax._graph._column import dense_rows
from estimax._graph._columnwise import column_op, entries
from estimax._graph._op import as_tensor
from estimax._graph._ragged_parts import as_splits
from estimax._graph._stretches import splits_of
from estimax._graph._varying import RaggedValue, as_rows
from estimax.ragged._conversion import bounding_sizes, check_ragged, list_shape, ragged_or_dense, without_levels


def _lengths_spec(x: TensorSpec, *, axis: int) -> TensorSpec:
    ragged = check_ragged("row_lengths", x)
    if not 1 <= axis <= ragged.ragged_rank:
        raise InvalidArgumentError(f"row_lengths needs an axis from 1 to {ragged.ragged_rank}; got {axis}")
    return ragged_or_dense(list_shape(ragged)[:axis], int64, axis - 1)


def _lengths(x: RaggedValue, *, axis: int) -> Any:
    return without_levels(np.diff(x.splits[axis]), x.splits[:axis])


def _row_ids_spec(x: TensorSpec) -> TensorSpec:
    check_ragged("value_rowids", x)
    return TensorSpec([None], int64)


def _row_ids(x: RaggedValue) -> Any:
    outer, inner = x.splits[:2]
    number = np.arange(len(inner) - 1) - np.repeat(outer[:-1], np.diff(outer))
    return dense_rows(np.repeat(number, np.diff(inner)), np.diff(inner[outer]))


def _bounds_spec(x: TensorSpec, *, axis: int | None, dtype: DType) -> TensorSpec:
    ragged = check_ragged("bounding_shape", x)
    rank = len(list_shape(ragged))
    if axis is not None and not -rank <= axis < rank:
        raise InvalidArgumentError(f"bounding_shape needs an axis from {-rank} to {rank - 1}; got {axis}")
    return TensorSpec([rank] if axis is None else [], dtype)


def _bounds(x: RaggedValue, *, axis: int | None, dtype: DType) -> Any:
    inner = np.broadcast_to(np.array(x.values.shape[1:], np.int64), (len(x), x.values.ndim - 1))
    sizes = np.concatenate([bounding_sizes(x), inner], 1).astype(dtype.as_numpy_dtype)
    return sizes if axis is None else np.ascontiguousarray(sizes[:, axis])


def _merged_spec(x: TensorSpec, *, outer: int, inner: int) -> TensorSpec:
    ragged = check_ragged("merge_dims", x)
    if not 0 <= outer < inner <= ragged.ragged_rank:
        raise InvalidArgumentError(f"merge_dims joins levels from 0 to {ragged.ragged_rank}; got {outer} to {inner}")
    shape = list_shape(ragged)
    return ragged_or_dense([*shape[:outer], None, *shape[inner + 1 :]], x.dtype, ragged.ragged_rank - (inner - outer))


def _merged(x: RaggedValue, *, outer: int, inner: int) -> Any:
    bounds = x.splits[outer]
    for splits in x.splits[outer + 1 : inner + 1]:
        bounds = splits[bounds]
    return without_levels(x.values, (*x.splits[:outer], bounds, *x.splits[inner + 1 :]))


def _splits_spec(numbers: TensorSpec, *others: TensorSpec) -> TensorSpec:
    if not numbers.dtype.is_integer or numbers.shape.ndims not in (1, None):
        raise InvalidArgumentError(f"lists are described by a vector of whole numbers; got {numbers}")
    known = numbers.shape[0] if numbers.shape.ndims else None
    return TensorSpec([None if known is None else known + 1], int64)


def _of_starts(starts: Any, values: Any) -> Any:
    given, lists = entries(starts)
    counts = np.diff(values.splits[0]) if isinstance(values, RaggedValue) else as_rows(values).shapes[:, 0]
    return dense_rows(np.insert(given, splits_of(lists)[1:], counts).astype(np.int64), lists + 1)


def _of_limits(limits: Any) -> Any:
    given, lists = entries(limits)
    return dense_rows(np.insert(given, splits_of(lists)[:-1], 0).astype(np.int64), lists + 1)


def _of_row_ids_spec(ids: TensorSpec, *count: TensorSpec) -> TensorSpec:
    _splits_spec(ids)
    return TensorSpec([None], int64)


def _of_row_ids(ids: Any, *count: Any) -> Any:
    given, counts = entries(ids)
    first = splits_of(counts)
    falls = np.diff(given) < 0
    falls[first[1:-1][(first[1:-1] > 0) & (first[1:-1] < len(given))] - 1] = False
    if falls.any() or (given < 0).any():
        raise InvalidArgumentError("the numbers of the lists that values are of must rise from 0 or more")
    needed = np.zeros(len(counts), np.int64)
    needed[counts > 0] = given[first[1:][counts > 0] - 1] + 1
    lists = np.asarray(count[0]).astype(np.int64) if count else needed
    if (lists < needed).any():
        row = int(np.argmax(lists < needed))
        raise InvalidArgumentError(
            f"nrows must be at least {needed[row]}, one more than the last list; got {lists[row]}"
        )
    place = np.repeat(splits_of(lists)[:-1], counts) + given
    return as_splits(np.bincount(place, minlength=int(lists.sum())), lists)


def _uniform_spec(values: TensorSpec, *, length: int) -> TensorSpec:
    if length < 1:
        raise InvalidArgumentError(f"a uniform length is 1 or more; got {length}")
    return TensorSpec([None], int64)


def _uniform(values: Any, *, length: int) -> Any:
    counts = np.diff(values.splits[0]) if isinstance(values, RaggedValue) else as_rows(values).shapes[:, 0]
    if (counts % length).any():
        raise InvalidArgumentError(
            f"lists of {length} need a multiple of that many values; got {counts[counts % length > 0][0]}"
        )
    return as_splits(np.full(int((counts // length).sum()), length), counts // length)


def _segment_ids(splits: np.ndarray) -> np.ndarray:
    return np.repeat(np.arange(len(splits) - 1), np.diff(splits)).astype(np.int64)


def _segments_spec(splits: TensorSpec) -> TensorSpec:
    if not splits.dtype.is_integer or splits.shape.ndims not in (1, None):
        raise InvalidArgumentError(f"row splits are a vector of whole numbers; got {splits}")
    return TensorSpec([None], int64)


def _segments(splits: Any) -> Any:
    rows = as_rows(splits)
    parts = [_segment_ids(np.asarray(rows.row(i))) for i in range(len(rows))]
    flat = np.concatenate([*parts, np.empty(0, np.int64)])
    return dense_rows(flat, np.array([len(p) for p in parts], np.int64))


_LENGTHS = column_op("RaggedRowLengths", _lengths_spec, _lengths, composite=True)
_ROW_IDS = column_op("RaggedRowIds", _row_ids_spec, _row_ids, composite=True)
_BOUNDS = column_op("RaggedBounds", _bounds_spec, _bounds, composite=True)
_MERGED = column_op("RaggedMergeDims", _merged_spec, _merged, composite=True)
_OF_STARTS = column_op("SplitsOfStarts", _splits_spec, _of_starts, composite=True)
_OF_LIMITS = column_op("SplitsOfLimits", _splits_spec, _of_limits)
_OF_ROW_IDS = column_op("SplitsOfRowIds", _of_row_ids_spec, _of_row_ids)
_OF_UNIFORM = column_op("SplitsOfUniformLength", _uniform_spec, _uniform, composite=True)
_SEGMENTS = column_op("SegmentIdsOfSplits", _segments_spec, _segments)


def row_splits_to_segment_ids(splits: Any, name: str | None = None, out_type: Any = None) -> Any:
    """Returns, for each value, the number of the list it is of.

    Example:
        >>> import estimax as tf
        >>> tf.ragged.row_splits_to_segment_ids([0, 2, 2, 3]).numpy()
        array([0, 0, 2])
    """
    return _SEGMENTS(as_tensor(splits, int64))


def segment_ids_to_row_splits(
    segment_ids: Any, num_segments: Any = None, out_type: Any = None, name: str | None = None
) -> Any:
    """Returns where each list begins, and where the last ends, of the numbers of the lists that values are of.

    Raises:
        InvalidArgumentError: the numbers do not rise, or reach beyond `num_segments`.

    Example:
        >>> import estimax as tf
        >>> tf.ragged.segment_ids_to_row_splits([0, 0, 2]).numpy()
        array([0, 2, 2, 3])
    """
    count = () if num_segments is None else (as_tensor(num_segments, int64),)
    return _OF_ROW_IDS(as_tensor(segment_ids, int64), *count)
