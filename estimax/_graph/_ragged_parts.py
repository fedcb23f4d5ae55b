"""What puts nested lists of different lengths together and takes them apart: the ops behind `RaggedTensor`.

A column of ragged values is a `RaggedValue` whose outermost lists are the rows, so
its second splits are those of the outermost lists of the values themselves.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from estimax._base._dtypes import int64
from estimax._base._errors import InvalidArgumentError
from estimax._base._shapes import RaggedTensorSpec, SparseTensorSpec, TensorShape, TensorSpec
from estimax._graph._column import dense_rows
from estimax._graph._columnwise import column_op, entries
from estimax._graph._stretches import splits_of
from estimax._graph._varying import RaggedValue, as_rows


def sizes_from(shape: TensorShape, axis: int) -> TensorShape:
    """Returns the sizes of the axes from a given one on, as far as they are known."""
    return TensorShape(None) if shape.ndims is None else TensorShape(shape[axis:])


def _ragged_spec(values: TensorSpec, splits: TensorSpec) -> TensorSpec:
    if isinstance(values, SparseTensorSpec) or values.shape.ndims == 0:
        raise InvalidArgumentError(f"the values of a RaggedTensor have at least one dimension; got {values}")
    if splits.shape.ndims not in (1, None) or not splits.dtype.is_integer:
        raise InvalidArgumentError(f"row splits are a vector of whole numbers; got {splits}")
    known = splits.shape[0] if splits.shape.ndims else None
    size = None if known is None else known - 1
    levels = values.ragged_rank if isinstance(values, RaggedTensorSpec) else 0
    return RaggedTensorSpec(
        TensorShape([size, None]).concatenate(sizes_from(values.shape, 1)), values.dtype, levels + 1
    )


def _ragged(values: Any, splits: Any) -> RaggedValue:
    given = as_rows(splits)
    lists = given.shapes[:, 0] - 1
    flat = np.asarray(given.flat).astype(np.int64, copy=False)
    if isinstance(values, RaggedValue):
        below, counts = values.below, np.diff(values.splits[0])
    else:
        below, counts = entries(values)
    wrong = (lists < 0).any() or flat[given.splits[:-1]].any() or (flat[given.splits[1:] - 1] != counts).any()
    lengths = np.empty(0, np.int64) if wrong else np.delete(np.diff(flat), given.splits[1:-1] - 1)
    if wrong or (lengths < 0).any():
        row = next(i for i in range(len(given)) if not _rising(given.row(i), int(counts[i])))
        raise InvalidArgumentError(
            f"row splits must rise from 0 to the number of values, {counts[row]}; got {given.row(row).tolist()}"
        )
    outer = (splits_of(lists), splits_of(lengths))
    if isinstance(below, RaggedValue):
        return RaggedValue(below.values, (*outer, *below.splits))
    return RaggedValue(below, outer)


def _rising(splits: np.ndarray, last: int) -> bool:
    return bool(len(splits) and splits[0] == 0 and splits[-1] == last and (np.diff(splits) >= 0).all())


def _values_spec(x: TensorSpec) -> TensorSpec:
    assert isinstance(x, RaggedTensorSpec)
    shape = TensorShape([None]).concatenate(sizes_from(x.shape, 2))
    return RaggedTensorSpec(shape, x.dtype, x.ragged_rank - 1) if x.ragged_rank > 1 else TensorSpec(shape, x.dtype)


def _values(x: RaggedValue) -> Any:
    bounds = x.splits[1][x.splits[0]]
    if len(x.splits) > 2:
        return RaggedValue(x.values, (bounds, *x.splits[2:]))
    return dense_rows(x.values, np.diff(bounds))


def _splits_spec(x: TensorSpec) -> TensorSpec:
    size = x.shape[0] if x.shape.ndims else None
    return TensorSpec([None if size is None else size + 1], int64)


def _splits(x: RaggedValue) -> Any:
    outer, inner = x.splits[:2]
    lengths = np.diff(inner)
    return as_splits(lengths, np.diff(outer))


def as_splits(lengths: np.ndarray, lists: np.ndarray) -> Any:
    """Returns the column of the splits that lengths stand for, so many of them for each row."""
    ends = splits_of(lengths)
    first = splits_of(lists)
    flat = np.insert(ends[1:], first[:-1], 0)
    starts = np.repeat(ends[first[:-1]], lists + 1)
    starts[first[:-1] + np.arange(len(lists))] = 0
    return dense_rows(flat - starts, lists + 1)


def _splits_of_spec(lengths: TensorSpec) -> TensorSpec:
    size = lengths.shape[0] if lengths.shape.ndims else None
    return TensorSpec([None if size is None else size + 1], int64)


def _splits_of_lengths(lengths: Any) -> Any:
    values, counts = entries(lengths)
    if (values < 0).any():
        raise InvalidArgumentError(f"the lengths of lists are 0 or more; got {values[values < 0][0]}")
    return as_splits(values.astype(np.int64), counts)


def _flat_spec(x: TensorSpec) -> TensorSpec:
    assert isinstance(x, RaggedTensorSpec)
    return TensorSpec(TensorShape([None]).concatenate(sizes_from(x.shape, x.ragged_rank + 1)), x.dtype)


def _flat(x: RaggedValue) -> Any:
    return dense_rows(x.values, np.diff(bounds_of(x)))


def bounds_of(x: RaggedValue) -> np.ndarray:
    """Returns where in the innermost values of a column each row begins, and where the last ends."""
    bounds = x.splits[0]
    for splits in x.splits[1:]:
        bounds = splits[bounds]
    return bounds


def _replaced_spec(x: TensorSpec, flat: TensorSpec) -> TensorSpec:
    assert isinstance(x, RaggedTensorSpec)
    outer = x.shape[: x.ragged_rank + 1] if x.shape.ndims else [None] * (x.ragged_rank + 1)
    return RaggedTensorSpec(TensorShape(outer).concatenate(sizes_from(flat.shape, 1)), flat.dtype, x.ragged_rank)


def _replaced(x: RaggedValue, flat: Any) -> RaggedValue:
    values, counts = entries(flat)
    needed = np.diff(bounds_of(x))
    if (needed != counts).any():
        row = int(np.argmax(needed != counts))
        raise InvalidArgumentError(f"{needed[row]} values are needed for the places of these lists; got {counts[row]}")
    return x.with_values(values)


RAGGED = column_op("RaggedTensor", _ragged_spec, _ragged, composite=True)
VALUES = column_op("RaggedValues", _values_spec, _values, composite=True)
SPLITS = column_op("RaggedSplits", _splits_spec, _splits, composite=True)
FLAT = column_op("RaggedFlatValues", _flat_spec, _flat, composite=True)
WITH_FLAT = column_op("RaggedWithFlatValues", _replaced_spec, _replaced, composite=True)
SPLITS_OF_LENGTHS = column_op("RowSplitsOfLengths", _splits_of_spec, _splits_of_lengths)


def without_level(x: RaggedValue, level: int) -> tuple[list[np.ndarray], np.ndarray, int]:
    """Puts the lists of one level on top of each other, position by position: what a reduction along an axis does.

    Args:
        x: a column; its level 0 are the rows.
        level: whose lists are put together, from 0.

    Returns:
        The splits of the levels that are left, in which of the places each of the values ends up, and how
        many places there are.
    """
    lists = x.splits[level]
    place, count = np.repeat(np.arange(len(lists) - 1), np.diff(lists)), len(lists) - 1
    left = list(x.splits[:level])
    for splits in x.splits[level + 1 :]:
        lengths = np.diff(splits)
        longest = np.zeros(count, np.int64)
        np.maximum.at(longest, place, lengths)
        new = splits_of(longest)
        within = np.arange(splits[-1]) - np.repeat(splits[:-1], lengths)
        place, count = new[np.repeat(place, lengths)] + within, int(new[-1])
        left.append(new)
    return left, place, count
