"""`repeat`: the elements several times, each time from the start of the input."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from estimax._graph._tensor import Tensor
from estimax.data._gathering import Gathering
from estimax.data._memory import FromTensors
from estimax.data._step import Chunk, ChunkIterator, Context, SameElements, State, Step


@dataclass(frozen=True, eq=False)
class Repeat(SameElements):
    """The elements of the input `count` times; for ever where it is negative."""

    count: Tensor

    def iterate(self, context: Context) -> ChunkIterator:
        if isinstance(self.input, FromTensors):
            return _SameElementIterator(self.input.iterate(context), int(self.count))
        return _RepeatIterator(self.input, int(self.count), context.input())


class _RepeatIterator(ChunkIterator):
    def __init__(self, source: Step, count: int, context: Context) -> None:
        self.source = source
        self.count = count
        self.context = context
        self.epoch = 0
        self.inner: ChunkIterator | None = None
        self.is_empty = True

    def next(self, at_most: int) -> Chunk | None:
        gathering = Gathering(at_most)
        while not gathering.is_enough:
            if self.inner is None:
                if self.epoch == self.count:
                    break
                self.inner = self.source.iterate(self.context.epoch(self.epoch))
            chunk = self.inner.next(gathering.room)
            if chunk is None:
                if self.is_empty:
                    self.count = self.epoch
                    break
                self.inner, self.epoch = None, self.epoch + 1
            else:
                self.is_empty = False
                gathering.add(chunk)
        return gathering.result()

    def state(self) -> State:
        inner = self.inner.state() if self.inner else None
        return {"epoch": self.epoch, "inner": inner, "is_empty": self.is_empty}

    def restore(self, state: State) -> None:
        self.epoch, self.is_empty, self.inner = state["epoch"], state["is_empty"], None
        if state["inner"] is not None:
            self.inner = self.source.iterate(self.context.epoch(self.epoch))
            self.inner.restore(state["inner"])


class _SameElementIterator(ChunkIterator):
    """One element again and again: rows that share their memory."""

    def __init__(self, source: ChunkIterator, count: int) -> None:
        element = source.next(1)
        assert element is not None
        self.element = element
        self.count = count
        self.position = 0

    def next(self, at_most: int) -> Chunk | None:
        size = at_most if self.count < 0 else min(at_most, self.count - self.position)
        if size <= 0:
            return None
        self.position += size
        arrays = [c for c in self.element.columns if isinstance(c, np.ndarray)]
        if len(arrays) == len(self.element.columns):
            return Chunk(tuple(np.broadcast_to(a, (size, *a.shape[1:])) for a in arrays), size)
        return self.element.take(np.zeros(size, np.int64))

    def state(self) -> State:
        return self.position

    def restore(self, state: State) -> None:
        self.position = state
