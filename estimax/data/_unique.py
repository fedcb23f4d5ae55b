"""`unique`: each element the first time that it comes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from estimax._base._dtypes import int32, int64, string
from estimax._graph._column import Column, rows_of
from estimax._graph._varying import Varying
from estimax.data._chunk import restored, saved
from estimax.data._step import Chunk, ChunkIterator, Context, SameElements, State, Step, concatenate


@dataclass(frozen=True, eq=False)
class Unique(SameElements):
    """The elements without those that came before. What came is kept in memory."""

    def __post_init__(self) -> None:
        leaves = self.input.leaves
        if len(leaves) != 1 or not leaves[0].is_dense or leaves[0].dtype not in (int32, int64, string):
            raise TypeError(f"unique takes elements that are one int32, int64 or string value; got {self.input.spec}")

    def iterate(self, context: Context) -> ChunkIterator:
        return _UniqueIterator(self.input.iterate(context.input()))

    def project(self, keep: tuple[int, ...]) -> Step:
        return Step.project(self, keep)  # what is left out also tells elements apart


class _UniqueIterator(ChunkIterator):
    def __init__(self, source: ChunkIterator) -> None:
        self.source = source
        self.seen: set[Any] = set()
        self.chunks: list[Chunk] = []

    def next(self, at_most: int) -> Chunk | None:
        while (chunk := self.source.next(at_most)) is not None:
            rows = []
            for row, key in enumerate(_keys(chunk.columns[0])):
                if key not in self.seen:
                    self.seen.add(key)
                    rows.append(row)
            if rows:
                kept = chunk.take(np.array(rows))
                self.chunks.append(kept)
                return kept
        return None

    def state(self) -> State:
        self.chunks = [concatenate(self.chunks)] if self.chunks else []
        return {"source": self.source.state(), "seen": saved(self.chunks[0] if self.chunks else None)}

    def restore(self, state: State) -> None:
        self.source.restore(state["source"])
        seen = restored(state["seen"])
        self.chunks = [seen] if seen else []
        self.seen = set(_keys(seen.columns[0])) if seen else set()


def _keys(column: Column) -> list[Any]:
    """Returns for each row something that can be a member of a set."""
    if not isinstance(column, Varying) and column.ndim == 1:
        keys: list[Any] = column.tolist()
        return keys
    return [(row.shape, repr(row.tolist())) for row in rows_of(column)]
