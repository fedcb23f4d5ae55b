"""`take`, `skip` and `shard`: elements chosen by their position."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from estimax._base._errors import InvalidArgumentError
from estimax._graph._tensor import Tensor
from estimax.data._arguments import known, positive
from estimax.data._step import Chunk, ChunkIterator, Context, SameElements, State


@dataclass(frozen=True, eq=False)
class Take(SameElements):
    """The first `count` elements; all where it is negative."""

    count: Tensor

    def iterate(self, context: Context) -> ChunkIterator:
        return _TakeIterator(self.input.iterate(context.input()), int(self.count))


class _TakeIterator(ChunkIterator):
    def __init__(self, source: ChunkIterator, count: int) -> None:
        self.source = source
        self.left = count if count >= 0 else None

    def next(self, at_most: int) -> Chunk | None:
        wanted = at_most if self.left is None else min(at_most, self.left)
        chunk = self.source.next(wanted) if wanted else None
        if chunk is not None and self.left is not None:
            self.left -= chunk.size
        return chunk

    def state(self) -> State:
        return {"source": self.source.state(), "left": self.left}

    def restore(self, state: State) -> None:
        self.source.restore(state["source"])
        self.left = state["left"]


@dataclass(frozen=True, eq=False)
class Skip(SameElements):
    """All but the first `count` elements; none where it is negative."""

    count: Tensor

    def iterate(self, context: Context) -> ChunkIterator:
        return _SkipIterator(self.input.iterate(context.input()), int(self.count))


class _SkipIterator(ChunkIterator):
    def __init__(self, source: ChunkIterator, count: int) -> None:
        self.source = source
        self.to_skip: float = count if count >= 0 else float("inf")

    def next(self, at_most: int) -> Chunk | None:
        while self.to_skip > 0:
            chunk = self.source.next(int(min(self.to_skip, 4096)))
            if chunk is None:
                return None
            self.to_skip -= chunk.size
        return self.source.next(at_most)

    def state(self) -> State:
        return {"source": self.source.state(), "to_skip": self.to_skip}

    def restore(self, state: State) -> None:
        self.source.restore(state["source"])
        self.to_skip = state["to_skip"]


@dataclass(frozen=True, eq=False)
class Shard(SameElements):
    """The elements at positions `index`, `index + num_shards`, ..."""

    num_shards: int | Tensor
    index: int | Tensor

    def __post_init__(self) -> None:
        shards, index = known(self.num_shards), known(self.index)
        if shards is not None and index is not None and not 0 <= index < shards:
            raise InvalidArgumentError(f"index must lie in [0, {shards}); got {index}")

    def iterate(self, context: Context) -> ChunkIterator:
        shards = positive("num_shards", self.num_shards)
        return _ShardIterator(self.input.iterate(context.input()), shards, int(self.index))


class _ShardIterator(ChunkIterator):
    def __init__(self, source: ChunkIterator, num_shards: int, index: int) -> None:
        self.source = source
        self.num_shards = num_shards
        self.index = index
        self.position = 0

    def next(self, at_most: int) -> Chunk | None:
        while (chunk := self.source.next(at_most * self.num_shards)) is not None:
            first = (self.index - self.position) % self.num_shards
            self.position = (self.position + chunk.size) % self.num_shards
            rows = np.arange(first, chunk.size, self.num_shards)
            if len(rows):
                return chunk.take(rows)
        return None

    def state(self) -> State:
        return {"source": self.source.state(), "position": self.position}

    def restore(self, state: State) -> None:
        self.source.restore(state["source"])
        self.position = state["position"]
