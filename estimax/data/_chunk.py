"""What flows between the steps: `Chunk`, some elements as columns, and `Windows`, a column of datasets in memory."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from estimax._base._dtypes import DType
from estimax._graph._column import Column, concatenate_rows, take_rows
from estimax._graph._stretches import splits_of
from estimax._graph._varying import Varying, varying_from_state, varying_state

State = Any


@dataclass(frozen=True)
class Chunk:
    """Some elements of a dataset: for each leaf of its structure a column of `size` rows."""

    columns: tuple[Column, ...]
    size: int

    @property
    def nbytes(self) -> int:
        return sum(int(c.nbytes) for c in self.columns)

    def slice(self, start: int, stop: int) -> Chunk:
        start, stop = min(start, self.size), min(stop, self.size)
        if start == 0 and stop == self.size:
            return self
        return Chunk(tuple(c[start:stop] for c in self.columns), stop - start)

    def take(self, rows: np.ndarray) -> Chunk:
        return Chunk(tuple(take_rows(c, rows) for c in self.columns), len(rows))

    def select(self, keep: Sequence[int]) -> Chunk:
        """Returns some of the columns."""
        return Chunk(tuple(self.columns[i] for i in keep), self.size)

    def state(self) -> State:
        return [_column_state(c) for c in self.columns], self.size

    @staticmethod
    def from_state(state: State) -> Chunk:
        columns, size = state
        return Chunk(tuple(_column_from_state(c) for c in columns), size)


def concatenate(chunks: Sequence[Chunk]) -> Chunk:
    """Joins chunks, one after the other."""
    if len(chunks) == 1:
        return chunks[0]
    columns = tuple(_joined(c) for c in zip(*(chunk.columns for chunk in chunks), strict=True))
    return Chunk(columns, sum(chunk.size for chunk in chunks))


def split_off(chunk: Chunk, size: int) -> tuple[Chunk, Chunk | None]:
    """Returns the first elements, and the others, or None where there are none."""
    return chunk.slice(0, size), chunk.slice(size, chunk.size) if size < chunk.size else None


def saved(chunk: Chunk | None) -> State:
    """Returns the state of a chunk that may not be there."""
    return None if chunk is None else chunk.state()


def restored(state: State) -> Chunk | None:
    """Returns the chunk that `saved` described."""
    return None if state is None else Chunk.from_state(state)


class Windows(Varying):
    """A column of datasets that are in memory: each is successive elements of one pool.

    Windows may overlap: a sliding one over a long dataset holds each element once.

    Attributes:
        pool: the elements of all rows.
        starts: int64 [rows], where in the pool each begins.
        stops: int64 [rows], where it ends.
    """

    def __init__(self, pool: Chunk, starts: np.ndarray, stops: np.ndarray) -> None:
        self.pool = pool
        self.starts = starts
        self.stops = stops

    @property
    def dtype(self) -> DType:
        raise TypeError("a dataset has no element type")

    @property
    def nbytes(self) -> int:
        return self.pool.nbytes + int(self.starts.nbytes + self.stops.nbytes)

    @property
    def sizes(self) -> np.ndarray:
        """How many elements each dataset has."""
        sizes: np.ndarray = self.stops - self.starts
        return sizes

    def __len__(self) -> int:
        return len(self.starts)

    def row(self, number: int) -> Chunk:
        return self.pool.slice(int(self.starts[number]), int(self.stops[number]))

    def between(self, start: int, stop: int) -> Windows:
        starts, stops = self.starts[start:stop], self.stops[start:stop]
        first, last = (int(starts.min()), int(stops.max())) if len(starts) else (0, 0)
        return Windows(self.pool.slice(first, last), starts - first, stops - first)

    def take(self, rows: np.ndarray) -> Windows:
        starts, stops = self.starts[rows], self.stops[rows]
        sizes = stops - starts
        if int(sizes.sum()) >= self.pool.size:
            return Windows(self.pool, starts, stops)
        splits = splits_of(sizes)
        return Windows(Windows(self.pool, starts, stops).elements(), splits[:-1], splits[1:])

    def elements(self) -> Chunk:
        """Returns what all rows hold, one after the other."""
        sizes = self.sizes
        splits = splits_of(sizes)
        if np.array_equal(self.starts, splits[:-1]) and splits[-1] == self.pool.size:
            return self.pool
        return self.pool.take(np.arange(splits[-1]) + np.repeat(self.starts - splits[:-1], sizes))

    @classmethod
    def concatenate(cls, columns: Sequence[Any]) -> Windows:
        first = np.cumsum([0, *(c.pool.size for c in columns[:-1])])
        starts = np.concatenate([c.starts + n for c, n in zip(columns, first, strict=True)])
        stops = np.concatenate([c.stops + n for c, n in zip(columns, first, strict=True)])
        return cls(concatenate([c.pool for c in columns]), starts, stops)


def _joined(columns: Sequence[Column]) -> Column:
    return Windows.concatenate(columns) if isinstance(columns[0], Windows) else concatenate_rows(columns)


def _column_state(column: Column) -> State:
    if isinstance(column, Windows):
        return {"kind": "windows", "pool": column.pool.state(), "starts": column.starts, "stops": column.stops}
    return varying_state(column) if isinstance(column, Varying) else column


def _column_from_state(state: State) -> Column:
    if not isinstance(state, dict):
        return state  # type: ignore[no-any-return]  # an array, as `_column_state` left it
    if state["kind"] == "windows":
        return Windows(Chunk.from_state(state["pool"]), state["starts"], state["stops"])
    return varying_from_state(state)
