"""`take_while`: the elements before the first for which a function is false."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from estimax._graph._function import Function
from estimax.data._map import project_with
from estimax.data._step import Chunk, ChunkIterator, Context, SameElements, State, Step


@dataclass(frozen=True, eq=False)
class TakeWhile(SameElements):
    """The elements as long as a function is true."""

    predicate: Function

    def iterate(self, context: Context) -> ChunkIterator:
        return _TakeWhileIterator(self.input.iterate(context.input()), self.predicate, context)

    def project(self, keep: tuple[int, ...]) -> Step:
        return project_with(self, keep)


class _TakeWhileIterator(ChunkIterator):
    def __init__(self, source: ChunkIterator, predicate: Function, context: Context) -> None:
        self.source = source
        self.predicate = predicate
        self.draws = context.draws()
        self.careful = context.careful
        self.is_over = False

    def next(self, at_most: int) -> Chunk | None:
        chunk = None if self.is_over else self.source.next(1 if self.careful else at_most)
        if chunk is None:
            return None
        draws, self.draws = self.draws, self.draws.row(chunk.size)
        (mask,) = self.predicate.over_rows(chunk.columns, chunk.size, draws)
        false = np.flatnonzero(~np.asarray(mask))
        if not len(false):
            return chunk
        self.is_over = True
        return chunk.slice(0, int(false[0])) if false[0] else None

    def state(self) -> State:
        return {"source": self.source.state(), "count": self.draws.first, "is_over": self.is_over}

    def restore(self, state: State) -> None:
        self.source.restore(state["source"])
        self.draws = replace(self.draws, first=state["count"])
        self.is_over = state["is_over"]
