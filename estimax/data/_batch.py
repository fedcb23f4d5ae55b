"""`batch`: every so many elements stacked into one."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any

from estimax._base import _nest as nest
from estimax._graph._column import batch_rows
from estimax.data._step import Chunk, ChunkIterator, Context, State, Step, concatenate


@dataclass(frozen=True, eq=False)
class Batch(Step):
    """Batches of `size` elements; the last may be smaller unless `drop_remainder`."""

    input: Step
    size: int
    drop_remainder: bool

    @property
    def spec(self) -> Any:
        first = self.size if self.drop_remainder else None
        return nest.map_leaves(lambda s: s.batched(first), self.input.spec)

    def iterate(self, context: Context) -> ChunkIterator:
        return _BatchIterator(self.input.iterate(context.input()), self.size, self.drop_remainder)

    def project(self, keep: tuple[int, ...]) -> Step:
        return dataclasses.replace(self, input=self.input.project(keep))


class _BatchIterator(ChunkIterator):
    """Hands out many batches at once: columns of shape [batches, size, ...]."""

    def __init__(self, source: ChunkIterator, size: int, drop_remainder: bool) -> None:
        self.source = source
        self.size = size
        self.drop_remainder = drop_remainder
        self.rest: Chunk | None = None

    def next(self, at_most: int) -> Chunk | None:
        parts = [self.rest] if self.rest else []
        rows = self.rest.size if self.rest else 0
        while rows < self.size:
            chunk = self.source.next(at_most * self.size - rows)
            if chunk is None:
                self.rest = None
                return self._batches(concatenate(parts), rows, 1) if rows and not self.drop_remainder else None
            parts.append(chunk)
            rows += chunk.size
        whole = concatenate(parts)
        count = min(rows // self.size, at_most)
        cut = count * self.size
        self.rest = whole.slice(cut, rows) if cut < rows else None
        return self._batches(whole.slice(0, cut), self.size, count)

    def _batches(self, rows: Chunk, size: int, count: int) -> Chunk:
        return Chunk(tuple(batch_rows(c, size, i) for i, c in enumerate(rows.columns)), count)

    def state(self) -> State:
        return {"source": self.source.state(), "rest": self.rest.state() if self.rest else None}

    def restore(self, state: State) -> None:
        self.source.restore(state["source"])
        self.rest = Chunk.from_state(state["rest"]) if state["rest"] is not None else None
