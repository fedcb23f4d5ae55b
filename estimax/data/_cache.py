"""`cache`: the elements are computed once and kept in memory for the epochs that follow."""

from __future__ import annotations

import bisect
import dataclasses
import itertools
from dataclasses import dataclass, field
from typing import Any

from estimax.data._step import Chunk, ChunkIterator, Context, State, Step


@dataclass(frozen=True)
class Pass:
    """The elements of a complete pass, in chunks that end at the positions `ends`."""

    context: Context
    chunks: list[Chunk]
    ends: list[int]

    def read(self, position: int, at_most: int) -> Chunk | None:
        """Returns elements from a position on, or None at the end."""
        number = bisect.bisect_right(self.ends, position)
        if number == len(self.ends):
            return None
        chunk = self.chunks[number]
        start = position - (self.ends[number] - chunk.size)
        return chunk.slice(start, start + at_most)


class Store:
    """What a cache keeps: the last complete pass.

    It serves passes in the same context only. In another one, random steps before
    the cache would give other elements, and a run that is continued in a new
    process, with nothing in its store, could not go on as it began.
    """

    def __init__(self) -> None:
        self.complete: Pass | None = None


@dataclass(frozen=True, eq=False)
class Cache(Step):
    """Keeps the elements of a complete pass in memory."""

    input: Step
    store: Store = field(default_factory=Store, init=False)

    @property
    def spec(self) -> Any:
        return self.input.spec

    def iterate(self, context: Context) -> ChunkIterator:
        first_epoch = dataclasses.replace(context, epochs=())
        return _CacheIterator(self.input, first_epoch, self.store)

    def project(self, keep: tuple[int, ...]) -> Step:
        return Cache(self.input.project(keep))


class _CacheIterator(ChunkIterator):
    """Reads what an earlier pass has kept, else the input, and keeps it."""

    def __init__(self, source: Step, context: Context, store: Store) -> None:
        self.step = source
        self.context = context
        self.store = store
        self._start()

    def _start(self) -> None:
        self.position = 0
        self.kept: Pass | None = None
        self.source: ChunkIterator | None = None
        self.seen: list[Chunk] = []

    def next(self, at_most: int) -> Chunk | None:
        if self.kept is None and self.source is None:
            complete = self.store.complete
            if complete is not None and complete.context == self.context:
                self.kept = complete
            else:
                self.source = self.step.iterate(self.context.input())
        chunk = self.kept.read(self.position, at_most) if self.kept else self._read_on(at_most)
        self.position += chunk.size if chunk else 0
        return chunk

    def _read_on(self, at_most: int) -> Chunk | None:
        assert self.source is not None
        chunk = self.source.next(at_most)
        if chunk is not None:
            self.seen.append(chunk)
        else:
            ends = list(itertools.accumulate(c.size for c in self.seen))
            self.kept = self.store.complete = Pass(self.context, self.seen, ends)
        return chunk

    def state(self) -> State:
        return self.position

    def restore(self, state: State) -> None:
        """Reads the elements before the position again, since a checkpoint does not hold the cache."""
        self._start()
        while self.position < state:
            if self.next(state - self.position) is None:
                break
