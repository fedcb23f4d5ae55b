"""`cache`: the elements are computed once and kept in memory for the epochs that follow."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field
from typing import Any

from estimax.data._step import Chunk, ChunkIterator, Context, State, Step, concatenate


class Store:
    """The elements, once the first pass has reached its end."""

    def __init__(self) -> None:
        self.elements: Chunk | None = None
        self.is_complete = False


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
        return _CacheIterator(self.input, first_epoch.input(), self.store)

    def project(self, keep: tuple[int, ...]) -> Step:
        return Cache(self.input.project(keep))


class _CacheIterator(ChunkIterator):
    def __init__(self, source: Step, context: Context, store: Store) -> None:
        self.step = source
        self.context = context
        self.store = store
        self.position = 0
        self.source: ChunkIterator | None = None
        self.seen: list[Chunk] = []

    def next(self, at_most: int) -> Chunk | None:
        if self.store.is_complete and self.source is None:
            if self.store.elements is None or self.position >= self.store.elements.size:
                return None
            chunk: Chunk | None = self.store.elements.slice(self.position, self.position + at_most)
        else:
            self.source = self.source or self.step.iterate(self.context)
            chunk = self.source.next(at_most)
            self._keep(chunk)
        self.position += chunk.size if chunk else 0
        return chunk

    def _keep(self, chunk: Chunk | None) -> None:
        if chunk is not None:
            self.seen.append(chunk)
        elif not self.store.is_complete:
            self.store.elements = concatenate(self.seen) if self.seen else None
            self.store.is_complete = True

    def state(self) -> State:
        return self.position

    def restore(self, state: State) -> None:
        """Reads the elements before the position again, since a checkpoint does not hold the cache."""
        self.position, self.source, self.seen = 0, None, []
        while self.position < state:
            if self.next(state - self.position) is None:
                break
