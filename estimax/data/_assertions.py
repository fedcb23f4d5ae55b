"""`assert_cardinality`: a number of elements that is said, and held against those that come."""

from __future__ import annotations

from dataclasses import dataclass

from estimax._base._errors import FailedPreconditionError
from estimax.data._step import Chunk, ChunkIterator, Context, SameElements, State


@dataclass(frozen=True, eq=False)
class AssertCardinality(SameElements):
    """The elements of the input, of which there must be `count`; -1 for no end."""

    count: int

    def iterate(self, context: Context) -> ChunkIterator:
        return _AssertIterator(self.input.iterate(context.input()), self.count)


class _AssertIterator(ChunkIterator):
    def __init__(self, source: ChunkIterator, count: int) -> None:
        self.source = source
        self.count = count
        self.position = 0

    def next(self, at_most: int) -> Chunk | None:
        left = self.count - self.position
        chunk = self.source.next(min(at_most, left) if left > 0 else 1 if self.count >= 0 else at_most)
        self.position += chunk.size if chunk else 0
        if chunk is None and self.position != self.count:
            said = "no end" if self.count < 0 else f"{self.count} elements"
            raise FailedPreconditionError(f"the dataset is said to have {said}; it has {self.position}")
        if chunk is not None and 0 <= self.count < self.position:
            raise FailedPreconditionError(
                f"the dataset is said to have {self.count} elements; it has {self.position} or more"
            )
        return chunk

    def state(self) -> State:
        return {"source": self.source.state(), "position": self.position}

    def restore(self, state: State) -> None:
        self.source.restore(state["source"])
        self.position = state["position"]
