"""`ignore_errors`: the elements that can be computed, without those that fail.

Whole chunks are computed as long as they can be. One that fails is read again in
smaller and smaller pieces; the element that is to blame is left out by going over
it one element at a time. What map() and filter() fail at is found without reading
again.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

import numpy as np

from estimax._base._logger import logger
from estimax._base._state_tree import pack
from estimax._graph._draws import Draws
from estimax.data._cache import Cache
from estimax.data._cache_files import FileCache
from estimax.data._map import Filter, Map
from estimax.data._prefetch import Prefetch
from estimax.data._repeat import Repeat
from estimax.data._shuffle import Shuffle
from estimax.data._step import Chunk, ChunkIterator, Context, SameElements, State, Step, concatenate
from estimax.data._take_skip import Shard, Skip, Take

_MOST_AT_ONCE = 1 << 20
_HANDING_ON = (Cache, FileCache, Prefetch, Repeat, Shard, Shuffle, Skip, Take)


@dataclass(frozen=True, eq=False)
class IgnoreErrors(SameElements):
    """The elements of the input that can be computed."""

    log_warning: bool

    def iterate(self, context: Context) -> ChunkIterator:
        if isinstance(self.input, Map | Filter) and not context.careful:
            below = IgnoreErrors(self.input.input, self.log_warning)
            return _RowsIgnoringErrors(self, self.input, below.iterate(context.input()), context.input())
        return _IgnoringErrorsIterator(self, context.input())

    def project(self, keep: tuple[int, ...]) -> Step:
        return Step.project(self, keep)  # what is left out may fail, too

    def report(self, error: Exception) -> None:
        if self.log_warning:
            logger().warning("an element of a dataset is left out, since it cannot be computed: %s", error)


def ignoring_errors(step: Step, log_warning: bool) -> Step:
    """Makes the step that leaves out elements that fail.

    Steps that only hand on elements, and never fail themselves, come after it: a
    cache keeps, and `take` counts, what is left.
    """
    if isinstance(step, _HANDING_ON):
        return dataclasses.replace(step, input=ignoring_errors(step.input, log_warning))
    return IgnoreErrors(step, log_warning)


class _IgnoringErrorsIterator(ChunkIterator):
    def __init__(self, step: IgnoreErrors, context: Context) -> None:
        self.step = step
        self.context = context
        self.source = step.input.iterate(context)
        self.size = _MOST_AT_ONCE

    def next(self, at_most: int) -> Chunk | None:
        while True:
            before = self.source.state()
            size = min(at_most, self.size)
            try:
                chunk = self.source.next(size)
            except Exception:
                self.source.restore(before)
                if size > 1:
                    self.size = size // 2
                    continue
                found, chunk = self._next_carefully(before)
                if not found:
                    continue
            self.size = min(2 * self.size, _MOST_AT_ONCE)
            return chunk

    def _next_carefully(self, position: State) -> tuple[bool, Chunk | None]:
        """Reads the next element with nothing of those that follow; false where it fails and is left out."""
        careful = self.step.input.iterate(dataclasses.replace(self.context, careful=True))
        careful.restore(position)
        try:
            return True, careful.next(1)
        except Exception as error:
            if _are_same(careful.state(), position):
                raise  # it would fail there for ever
            self.step.report(error)
            return False, None
        finally:
            self.source.restore(careful.state())

    def state(self) -> State:
        return self.source.state()

    def restore(self, state: State) -> None:
        self.source.restore(state)


def _are_same(one: State, other: State) -> bool:
    (text, arrays), (other_text, others) = pack(one), pack(other)
    return text == other_text and all(np.array_equal(a, others[name]) for name, a in arrays.items())


class _RowsIgnoringErrors(ChunkIterator):
    """Applies a function to what it can be applied to: halves chunks that fail until single elements are left out."""

    def __init__(self, ignoring: IgnoreErrors, step: Map | Filter, source: ChunkIterator, context: Context) -> None:
        self.ignoring = ignoring
        self.step = step
        self.source = source
        self.draws = context.draws()

    def next(self, at_most: int) -> Chunk | None:
        while (chunk := self.source.next(at_most)) is not None:
            draws, self.draws = self.draws, self.draws.row(chunk.size)
            parts = [p for p in self._parts(chunk, draws) if p.size]
            if parts:
                return concatenate(parts)
        return None

    def _parts(self, chunk: Chunk, draws: Draws) -> list[Chunk]:
        try:
            return [self._applied(chunk, draws)]
        except Exception as error:
            if chunk.size == 1:
                self.ignoring.report(error)
                return []
        half = chunk.size // 2
        before = self._parts(chunk.slice(0, half), draws)
        return [*before, *self._parts(chunk.slice(half, chunk.size), draws.row(half))]

    def _applied(self, chunk: Chunk, draws: Draws) -> Chunk:
        if isinstance(self.step, Map):
            return Chunk(tuple(self.step.function.over_rows(chunk.columns, chunk.size, draws)), chunk.size)
        (mask,) = self.step.predicate.over_rows(chunk.columns, chunk.size, draws)
        return chunk.take(np.flatnonzero(np.asarray(mask)))

    def state(self) -> State:
        return {"source": self.source.state(), "count": self.draws.first}

    def restore(self, state: State) -> None:
        self.source.restore(state["source"])
        self.draws = dataclasses.replace(self.draws, first=state["count"])
