"""Where the values of features of several values stand: in which row, at which step, at which place of the step.

Sparse, ragged and dense columns of batches come to one form here, from which
rectangles are filled.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from estimax._graph._stretches import splits_of
from estimax._graph._varying import RaggedValue, Rows, SparseColumn, as_rows


@dataclass(frozen=True)
class Places:
    """Where the values of a column of batches stand.

    Attributes:
        sizes: how many rows each batch has.
        index: of each value its row among those of all batches, its step, and its places within the step.
        values: the values.
        shape: the sizes of the axes behind the first, as the feature says, the largest of all batches.
    """

    sizes: np.ndarray
    index: tuple[np.ndarray, ...]
    values: Any
    shape: tuple[int, ...]

    @property
    def needed(self) -> tuple[int, ...]:
        """The sizes of the axes behind the first as far as there are values."""
        return tuple(int(axis.max(initial=-1)) + 1 for axis in self.index[1:])


def filled(
    sizes: np.ndarray, index: Sequence[np.ndarray], values: Any, filler: Any, dtype: Any, shape: Sequence[int]
) -> Any:
    """Puts values into batches [rows, *shape] full of a filler; returns the column of batches."""
    out = np.full((int(sizes.sum()), *shape), filler, dtype)
    out[tuple(index)] = values
    return batches(out, sizes)


def batches(rows: np.ndarray, sizes: np.ndarray) -> Any:
    """Returns the rows of all batches, one below the other, as a column of batches of the given sizes."""
    inner = (np.full(len(sizes), size) for size in rows.shape[1:])
    return Rows.of(rows.reshape(-1), np.column_stack([sizes, *inner]))


def power_of_two(size: int) -> int:
    """Returns the smallest power of two that is as large.

    Example:
        >>> [power_of_two(size) for size in (0, 1, 2, 3, 5)]
        [1, 1, 2, 4, 8]
    """
    return 1 << max(size - 1, 0).bit_length()


def places_of(x: Any) -> Places:
    """Returns where the values of a column of batches [rows, steps] or [rows, steps, ...] stand."""
    if isinstance(x, SparseColumn):
        sizes = x.shapes[:, 0]
        row = np.repeat(splits_of(sizes)[:-1], np.diff(x.splits)) + x.indices[:, 0]
        return Places(sizes, (row, *x.indices[:, 1:].T), x.values, tuple(x.shapes[:, 1:].max(0, initial=0).tolist()))
    return _of_ragged(x) if isinstance(x, RaggedValue) else _of_dense(as_rows(x))


def _of_ragged(x: RaggedValue) -> Places:
    sizes = np.diff(x.splits[0])
    index: tuple[np.ndarray, ...] = (np.arange(int(sizes.sum())),)
    shape: tuple[int, ...] = ()
    for splits in x.splits[1:]:
        counts = np.diff(splits)
        index = (*(np.repeat(i, counts) for i in index), numbered(counts))
        shape = (*shape, int(counts.max(initial=0)))
    values: Any = x.values
    for size in values.shape[1:]:
        count = len(index[0])
        index = (*(np.repeat(i, size) for i in index), np.tile(np.arange(size), count))
        shape = (*shape, int(size))
    return Places(sizes, index, values.reshape(-1), shape)


def _of_dense(x: Rows) -> Places:
    sizes, inner = x.shapes[:, 0], x.shapes[:, 1:]
    counts = np.repeat(inner.prod(1), sizes)
    place = numbered(counts)
    index = [np.repeat(np.arange(len(counts)), counts)]
    for axis in range(inner.shape[1]):
        stride = np.repeat(np.repeat(inner[:, axis + 1 :].prod(1), sizes), counts)
        index.append(place // np.maximum(stride, 1))
        place = place % np.maximum(stride, 1)
    return Places(sizes, tuple(index), x.flat, tuple(inner.max(0, initial=0).tolist()))


def numbered(counts: np.ndarray) -> np.ndarray:
    """Numbers the elements of each list from 0, given how many each has.

    Example:
        >>> numbered(np.array([2, 0, 3])).tolist()
        [0, 1, 0, 1, 2]
    """
    places: np.ndarray = np.arange(int(counts.sum())) - np.repeat(splits_of(counts)[:-1], counts)
    return places
