"""Columns whose rows differ: dense rows of several shapes, sparse values, ragged values.

Each holds what all its rows hold in one flat array, and where the rows begin, so
that choosing, joining and element-wise work cost no more than for plain arrays.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np

from estimax._base._dtypes import DType, as_dtype, string
from estimax._base._errors import InvalidArgumentError
from estimax._base._string_array import StringArray
from estimax._graph._stretches import segments, splits_of

Dense = np.ndarray | StringArray


def dtype_of(values: Dense) -> DType:
    """Returns the element type of an array."""
    return string if isinstance(values, StringArray) else as_dtype(values.dtype)


def empty_values(dtype: DType, shape: tuple[int, ...] = (0,)) -> Dense:
    """Returns an array without elements."""
    return StringArray.of([]).reshape(shape) if dtype.is_string else np.empty(shape, dtype.as_numpy_dtype)


def joined(arrays: Sequence[Any]) -> Any:
    """Joins arrays of one element type along the first axis."""
    if len(arrays) == 1:
        return arrays[0]
    return StringArray.concatenate(arrays) if isinstance(arrays[0], StringArray) else np.concatenate(arrays)


def picked(values: Any, index: np.ndarray) -> Any:
    """Returns the entries at the given positions of the first axis."""
    return values.take(index) if isinstance(values, StringArray) else values[index]


class Varying(ABC):
    """A column whose rows differ in size."""

    @property
    @abstractmethod
    def dtype(self) -> DType: ...

    @property
    @abstractmethod
    def nbytes(self) -> int: ...

    @abstractmethod
    def __len__(self) -> int:
        """The number of rows."""

    @abstractmethod
    def row(self, number: int) -> Any:
        """Returns the value of one row."""

    @abstractmethod
    def between(self, start: int, stop: int) -> Self:
        """Returns successive rows; shares memory."""

    @abstractmethod
    def take(self, rows: np.ndarray) -> Self:
        """Returns the rows at the given positions."""

    @classmethod
    @abstractmethod
    def concatenate(cls, columns: Sequence[Any]) -> Self:
        """Joins columns one below the other."""

    def rows(self) -> list[Any]:
        return [self.row(i) for i in range(len(self))]

    def __getitem__(self, key: Any) -> Any:
        if isinstance(key, int | np.integer):
            return self.row(range(len(self))[key])
        if isinstance(key, slice) and key.step in (None, 1):
            start, stop, _ = key.indices(len(self))
            return self.between(start, max(start, stop))
        return self.take(np.arange(len(self))[key])


class Rows(Varying):
    """A column whose rows are arrays of one rank and of different shapes.

    Attributes:
        flat: what the rows hold, one after the other, each in row-major order.
        shapes: int64 [rows, rank].
    """

    def __init__(self, flat: Dense, shapes: np.ndarray) -> None:
        self.flat = flat
        self.shapes = shapes
        self.splits = splits_of(shapes.prod(1))

    @staticmethod
    def of(flat: Any, shapes: np.ndarray) -> Dense | Rows:
        """Makes a plain array where all rows have the same shape, else `Rows`."""
        if len(shapes) and (shapes == shapes[0]).all():
            whole: Dense = flat.reshape((len(shapes), *shapes[0].tolist()))
            return whole
        return Rows(flat, shapes)

    @staticmethod
    def from_values(values: Iterable[Any], dtype: DType) -> Rows:
        """Makes a column of arrays.

        Raises:
            InvalidArgumentError: they differ in rank.
        """
        values = [StringArray.of(v) if dtype.is_string else v for v in values]
        ranks = {v.ndim for v in values}
        if len(ranks) > 1:
            raise InvalidArgumentError(f"the values of a column must be of one rank; got ranks {sorted(ranks)}")
        rank = ranks.pop() if ranks else 0
        shapes = np.array([v.shape for v in values], np.int64).reshape(len(values), rank)
        return Rows(joined([v.reshape(-1) for v in values] or [empty_values(dtype)]), shapes)

    @property
    def dtype(self) -> DType:
        return dtype_of(self.flat)

    @property
    def rank(self) -> int:
        return int(self.shapes.shape[1])

    @property
    def nbytes(self) -> int:
        return int(self.flat.nbytes + self.shapes.nbytes)

    def __len__(self) -> int:
        return len(self.shapes)

    def row(self, number: int) -> Any:
        part: Any = self.flat[int(self.splits[number]) : int(self.splits[number + 1])]
        return part.reshape(tuple(self.shapes[number].tolist()))

    def between(self, start: int, stop: int) -> Rows:
        return Rows(self.flat[int(self.splits[start]) : int(self.splits[stop])], self.shapes[start:stop])

    def take(self, rows: np.ndarray) -> Rows:
        index, _ = segments(self.splits, rows)
        return Rows(picked(self.flat, index), self.shapes[rows])

    @classmethod
    def concatenate(cls, columns: Sequence[Any]) -> Rows:
        parts = [as_rows(c) for c in columns]
        return Rows(joined([p.flat for p in parts]), np.concatenate([p.shapes for p in parts]))

    def with_flat(self, flat: Any) -> Dense | Rows:
        """Returns rows of the same shapes that hold other elements."""
        return Rows.of(flat, self.shapes)


def as_rows(column: Any) -> Rows:
    """Returns any dense column as `Rows`."""
    if isinstance(column, Rows):
        return column
    shapes = np.array(column.shape[1:], np.int64)
    return Rows(column.reshape(-1), np.broadcast_to(shapes, (len(column), len(shapes))))


@dataclass(frozen=True)
class SparseValue:
    """Some elements of an array: where they stand, int64 [n, rank], what they are, the array's shape, int64 [rank]."""

    indices: np.ndarray
    values: Dense
    dense_shape: np.ndarray

    @property
    def dtype(self) -> DType:
        return dtype_of(self.values)

    @property
    def ndim(self) -> int:
        return len(self.dense_shape)

    @property
    def shape(self) -> tuple[int, ...]:
        return tuple(self.dense_shape.tolist())

    @property
    def nbytes(self) -> int:
        return int(self.indices.nbytes + self.values.nbytes)

    def __len__(self) -> int:
        return int(self.dense_shape[0])

    def as_column(self) -> SparseColumn:
        return SparseColumn(
            self.indices, self.values, np.array([0, len(self.indices)], np.int64), self.dense_shape[np.newaxis]
        )


class SparseColumn(Varying):
    """A column of sparse values.

    Attributes:
        indices: int64 [elements of all rows, rank of a row].
        values: [elements of all rows].
        splits: int64 [rows + 1]: where in these the rows begin.
        shapes: int64 [rows, rank].
    """

    def __init__(self, indices: np.ndarray, values: Dense, splits: np.ndarray, shapes: np.ndarray) -> None:
        self.indices = indices
        self.values = values
        self.splits = splits
        self.shapes = shapes

    @property
    def dtype(self) -> DType:
        return dtype_of(self.values)

    @property
    def rank(self) -> int:
        return int(self.shapes.shape[1])

    @property
    def nbytes(self) -> int:
        return int(self.indices.nbytes + self.values.nbytes + self.splits.nbytes + self.shapes.nbytes)

    def __len__(self) -> int:
        return len(self.shapes)

    def row(self, number: int) -> SparseValue:
        part = slice(int(self.splits[number]), int(self.splits[number + 1]))
        return SparseValue(self.indices[part], self.values[part], self.shapes[number])

    def between(self, start: int, stop: int) -> SparseColumn:
        first, last = int(self.splits[start]), int(self.splits[stop])
        splits = self.splits[start : stop + 1] - first
        return SparseColumn(self.indices[first:last], self.values[first:last], splits, self.shapes[start:stop])

    def take(self, rows: np.ndarray) -> SparseColumn:
        index, splits = segments(self.splits, rows)
        return SparseColumn(self.indices[index], picked(self.values, index), splits, self.shapes[rows])

    @classmethod
    def concatenate(cls, columns: Sequence[Any]) -> SparseColumn:
        lengths = np.concatenate([np.diff(c.splits) for c in columns])
        return SparseColumn(
            np.concatenate([c.indices for c in columns]),
            joined([c.values for c in columns]),
            splits_of(lengths),
            np.concatenate([c.shapes for c in columns]),
        )

    def batched(self, size: int) -> SparseColumn:
        """Joins every `size` rows into one with one more axis; its sizes are the largest among them."""
        count = len(self) // size
        within = np.repeat(np.arange(len(self)) % size, np.diff(self.splits))
        largest = self.shapes.reshape((count, size, self.rank)).max(1, initial=0)
        shapes = np.concatenate([np.full((count, 1), size, np.int64), largest], 1)
        return SparseColumn(np.column_stack([within, self.indices]), self.values, self.splits[::size], shapes)

    def unbatched(self) -> SparseColumn:
        """Makes a row of each entry along the first axis of every row; rows must be in row-major order."""
        sizes = self.shapes[:, 0]
        starts = splits_of(sizes)
        inner = np.repeat(starts[:-1], np.diff(self.splits)) + self.indices[:, 0]
        lengths = np.bincount(inner, minlength=int(starts[-1]))
        return SparseColumn(
            self.indices[:, 1:], self.values, splits_of(lengths), np.repeat(self.shapes[:, 1:], sizes, axis=0)
        )


class RaggedValue(Varying):
    """Nested lists of different lengths; also a column of such, by one more level outermost.

    Attributes:
        values: what the innermost lists hold, [elements, ...].
        splits: for each level, outermost first, where its lists begin in the level below, int64.
    """

    def __init__(self, values: Dense, splits: Sequence[np.ndarray]) -> None:
        self.values = values
        self.splits = tuple(splits)

    @property
    def dtype(self) -> DType:
        return dtype_of(self.values)

    @property
    def ndim(self) -> int:
        return self.values.ndim + len(self.splits)

    @property
    def shape(self) -> tuple[int | None, ...]:
        """The size of each axis; None where the lists differ."""
        sizes: list[int | None] = [len(self)]
        for splits in self.splits:
            lengths = np.diff(splits)
            sizes.append(int(lengths[0]) if len(lengths) and (lengths == lengths[0]).all() else None)
        return (*sizes, *self.values.shape[1:])

    @property
    def nbytes(self) -> int:
        return int(self.values.nbytes + sum(s.nbytes for s in self.splits))

    def __len__(self) -> int:
        return len(self.splits[0]) - 1

    @property
    def below(self) -> Any:
        """What the outermost lists hold: ragged where there is another level."""
        return RaggedValue(self.values, self.splits[1:]) if len(self.splits) > 1 else self.values

    def row(self, number: int) -> Any:
        return self.below[int(self.splits[0][number]) : int(self.splits[0][number + 1])]

    def between(self, start: int, stop: int) -> RaggedValue:
        outer = self.splits[0][start : stop + 1]
        return self._above(outer - outer[0], self.below[int(outer[0]) : int(outer[-1])])

    def take(self, rows: np.ndarray) -> RaggedValue:
        index, splits = segments(self.splits[0], rows)
        return self._above(splits, picked_rows(self.below, index))

    def _above(self, splits: np.ndarray, below: Any) -> RaggedValue:
        if isinstance(below, RaggedValue):
            return RaggedValue(below.values, (splits, *below.splits))
        return RaggedValue(below, (splits,))

    @classmethod
    def concatenate(cls, columns: Sequence[Any]) -> RaggedValue:
        lengths = [
            np.concatenate(level) for level in zip(*([np.diff(s) for s in c.splits] for c in columns), strict=True)
        ]
        return RaggedValue(joined([c.values for c in columns]), [splits_of(n) for n in lengths])

    def with_values(self, values: Any) -> RaggedValue:
        return RaggedValue(values, self.splits)

    def as_column(self) -> RaggedValue:
        return RaggedValue(self.values, (np.array([0, len(self)], np.int64), *self.splits))

    def to_list(self) -> list[Any]:
        """Returns nested lists of Python values; strings as `bytes`."""
        lists: list[Any] = self.values.tolist()
        for splits in reversed(self.splits):
            lists = [lists[a:b] for a, b in zip(splits[:-1].tolist(), splits[1:].tolist(), strict=True)]
        return lists


def picked_rows(column: Any, index: np.ndarray) -> Any:
    """Returns rows of any column."""
    return column.take(index) if isinstance(column, Varying | StringArray) else column[index]


_KINDS: dict[str, tuple[type[Varying], tuple[str, ...]]] = {
    "rows": (Rows, ("flat", "shapes")),
    "sparse": (SparseColumn, ("indices", "values", "splits", "shapes")),
    "ragged": (RaggedValue, ("values", "splits")),
}


def varying_state(column: Varying) -> dict[str, Any]:
    """Returns a column as a tree of arrays, which `varying_from_state` reads."""
    kind, fields = next((k, f) for k, (c, f) in _KINDS.items() if isinstance(column, c))
    state = {name: getattr(column, name) for name in fields}
    return {"kind": kind} | {n: list(v) if isinstance(v, tuple) else v for n, v in state.items()}


def varying_from_state(state: dict[str, Any]) -> Varying:
    """Returns the column that `varying_state` described."""
    made, fields = _KINDS[state["kind"]]
    return made(*(state[name] for name in fields))
