"""Successive rows of a column put together in groups of any sizes: stacked, padded, or as ragged and sparse values."""

from __future__ import annotations

from typing import Any

import numpy as np

from estimax._base._errors import DataLossError, InvalidArgumentError
from estimax._base._shapes import TensorShape
from estimax._base._string_array import StringArray
from estimax._graph._column import Column, batch_rows
from estimax._graph._stretches import splits_of
from estimax._graph._varying import RaggedValue, Rows, SparseColumn, Varying, as_rows


def stack_groups(column: Column, sizes: np.ndarray, component: int) -> Column:
    """Stacks the rows of each group.

    Args:
        column: all rows, group after group.
        sizes: int64 [groups], how many rows each has; at least 1.
        component: number of the leaf that the column is of, for messages.

    Raises:
        InvalidArgumentError: rows of one group differ in shape.
    """
    if len(sizes) and (sizes == sizes[0]).all():
        return batch_rows(column, int(sizes[0]), component)
    if isinstance(column, SparseColumn):
        return _stack_sparse(column, sizes)
    if isinstance(column, RaggedValue):
        return RaggedValue(column.values, (splits_of(sizes), *column.splits))
    if not isinstance(column, Varying):
        inner = np.broadcast_to(np.array(column.shape[1:], np.int64), (len(sizes), column.ndim - 1))
        return Rows.of(column.reshape(-1), np.concatenate([sizes[:, np.newaxis], inner], 1))
    assert isinstance(column, Rows)
    starts = splits_of(sizes)[:-1]
    first = column.shapes[starts]
    differs = (column.shapes != np.repeat(first, sizes, axis=0)).any(1)
    if differs.any():
        row = int(np.argmax(differs))
        group = int(np.searchsorted(starts, row, "right")) - 1
        raise InvalidArgumentError(
            f"the elements of a batch must have the same shape; component {component} of the first element has shape "
            f"{first[group].tolist()} and of element {row - int(starts[group])} {column.shapes[row].tolist()}. Use "
            f"padded_batch, or make them equal in a map() before batch()"
        )
    return Rows.of(column.flat, np.concatenate([sizes[:, np.newaxis], first], 1))


def _stack_sparse(column: SparseColumn, sizes: np.ndarray) -> SparseColumn:
    starts = splits_of(sizes)
    rows = np.arange(len(column)) - np.repeat(starts[:-1], sizes)
    within = np.repeat(rows, np.diff(column.splits))
    largest = np.maximum.reduceat(column.shapes, starts[:-1], axis=0) if len(sizes) else column.shapes
    return SparseColumn(
        np.column_stack([within, column.indices]),
        column.values,
        column.splits[starts],
        np.concatenate([sizes[:, np.newaxis], largest], 1),
    )


def pad_groups(
    column: Column,
    sizes: np.ndarray,
    shape: TensorShape,
    value: Any,
    component: int,
    unknown: np.ndarray | None = None,
) -> Column:
    """Stacks the rows of each group, filled up at their ends to one shape.

    Args:
        column: dense rows, group after group.
        sizes: int64 [groups], how many rows each has; at least 1.
        shape: that rows are to have; an axis of unknown size gets the largest of its group.
        value: to fill up with: a NumPy scalar or `bytes`.
        component: number of the leaf that the column is of, for messages.
        unknown: int64 [groups], the sizes that axes of unknown size get instead.

    Raises:
        DataLossError: a row is larger than the shape.
    """
    rows = as_rows(column)
    targets = _targets(rows.shapes, sizes, shape, component, unknown)
    wanted = np.repeat(targets, sizes, axis=0)
    flat = rows.flat if (rows.shapes == wanted).all() else _padded(rows, wanted, value)
    return Rows.of(flat, np.concatenate([sizes[:, np.newaxis], targets], 1))


def _targets(
    shapes: np.ndarray, sizes: np.ndarray, shape: TensorShape, component: int, unknown: np.ndarray | None = None
) -> np.ndarray:
    """Returns the shape to which the rows of each group are filled up, int64 [groups, rank]."""
    largest = np.maximum.reduceat(shapes, splits_of(sizes)[:-1], axis=0) if len(sizes) else shapes[:0]
    known = np.array([-1 if s is None else s for s in shape], np.int64)
    targets: np.ndarray = np.where(known < 0, largest if unknown is None else unknown[:, np.newaxis], known)
    if (largest > targets).any():
        group, axis = np.argwhere(largest > targets)[0]
        raise DataLossError(
            f"padded_batch cannot make elements smaller; axis {axis} of component {component} is to have the size "
            f"{targets[group, axis]}, and an element has {largest[group, axis]}"
        )
    return targets


def _padded(rows: Rows, wanted: np.ndarray, value: Any) -> Any:
    """Moves what rows hold to where it stands in rows of other, larger shapes."""
    places = _places(rows, wanted)
    total = int(wanted.prod(1).sum())
    if isinstance(rows.flat, StringArray):
        index = np.full(total, len(rows.flat))
        index[places] = np.arange(len(rows.flat))
        return StringArray.concatenate([rows.flat, StringArray.of([value])]).take(index)
    flat = np.full(total, value, rows.flat.dtype)
    flat[places] = rows.flat
    return flat


def _places(rows: Rows, wanted: np.ndarray) -> np.ndarray:
    """Returns where each element goes that the rows hold."""
    counts = np.diff(rows.splits)
    starts = splits_of(wanted.prod(1))[:-1]
    left: np.ndarray = np.arange(rows.splits[-1]) - np.repeat(rows.splits[:-1], counts)
    if rows.rank == 1:
        left += np.repeat(starts, counts)
        return left
    places: np.ndarray = np.repeat(starts, counts)
    stride = np.ones(len(rows), np.int64)
    for axis in reversed(range(rows.rank)):
        size = np.repeat(rows.shapes[:, axis], counts)
        places += left % size * np.repeat(stride, counts)
        left //= size
        stride = stride * wanted[:, axis]
    return places


def ragged_groups(column: Column, sizes: np.ndarray, ragged_rank: int) -> Column:
    """Makes a ragged value of the rows of each group; the axes from `ragged_rank` on are of one size."""
    rows = as_rows(column)
    splits = [splits_of(sizes)]
    count = np.ones(len(rows), np.int64)
    for axis in range(ragged_rank):
        splits.append(splits_of(np.repeat(rows.shapes[:, axis], count)))
        count = count * rows.shapes[:, axis]
    inner = tuple(rows.shapes[0, ragged_rank:].tolist()) if len(rows) else (0,) * (rows.rank - ragged_rank)
    return RaggedValue(rows.flat.reshape((int(splits[-1][-1]), *inner)), splits)


def sparse_groups(column: Column, sizes: np.ndarray, shape: TensorShape) -> Column:
    """Makes a sparse value of the rows of each group, with all that they hold.

    Raises:
        DataLossError: a row is larger than the shape.
    """
    rows = as_rows(column)
    targets = _targets(rows.shapes, sizes, shape, 0)
    counts = np.diff(rows.splits)
    left = np.arange(rows.splits[-1]) - np.repeat(rows.splits[:-1], counts)
    indices = np.empty((len(left), rows.rank), np.int64)
    for axis in reversed(range(rows.rank)):
        size = np.repeat(rows.shapes[:, axis], counts)
        indices[:, axis] = left % size
        left //= size
    single = SparseColumn(indices, rows.flat, rows.splits, rows.shapes)
    made = _stack_sparse(single, sizes)
    made.shapes[:, 1:] = targets
    return made
