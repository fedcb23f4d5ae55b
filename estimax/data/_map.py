"""`map`: a function of each element, run on whole chunks; `filter`: the elements that a function keeps."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from estimax._base import _nest as nest
from estimax._graph._function import Function
from estimax.data._step import Chunk, ChunkIterator, Context, Selected, State, Step

_MOST_AT_ONCE = 1 << 20
_ENOUGH_BYTES = 64 << 20


@dataclass(frozen=True, eq=False)
class Map(Step):
    """The results of a function for each element."""

    input: Step
    function: Function
    structure: Any

    @property
    def spec(self) -> Any:
        return nest.pack(self.structure, [t.spec for t in self.function.outputs])

    def iterate(self, context: Context) -> ChunkIterator:
        return _MapIterator(self.input.iterate(context.input()), self.function, context)

    def project(self, keep: tuple[int, ...]) -> Step:
        function = self.function.select(keep)
        used = tuple(i for i, is_used in enumerate(function.used_inputs) if is_used)
        structure = tuple(None for _ in keep)
        if not used or len(used) == len(function.inputs):
            return Map(self.input, function, structure)
        return Map(self.input.project(used), Function([function.inputs[i] for i in used], function.outputs), structure)


class _MapIterator(ChunkIterator):
    """Takes as many elements at a time as give results of some megabytes."""

    def __init__(self, source: ChunkIterator, function: Function, context: Context) -> None:
        self.source = source
        self.function = function
        self.draws = context.draws()
        self.careful = context.careful
        self.at_once = 1 if self.careful else 16 if function.expands else _MOST_AT_ONCE

    def next(self, at_most: int) -> Chunk | None:
        chunk = self.source.next(min(at_most, self.at_once))
        if chunk is None:
            return None
        draws, self.draws = self.draws, self.draws.row(chunk.size)
        columns = self.function.over_rows(chunk.columns, chunk.size, draws)
        if self.function.expands and not self.careful:
            size = sum(c.nbytes for c in columns) // chunk.size
            self.at_once = max(1, min(_MOST_AT_ONCE, _ENOUGH_BYTES // max(size, 1)))
        return Chunk(tuple(columns), chunk.size)

    def state(self) -> State:
        return {"source": self.source.state(), "count": self.draws.first}

    def restore(self, state: State) -> None:
        self.source.restore(state["source"])
        self.draws = replace(self.draws, first=state["count"])


@dataclass(frozen=True, eq=False)
class Filter(Step):
    """The elements for which a function is true."""

    input: Step
    predicate: Function

    @property
    def spec(self) -> Any:
        return self.input.spec

    def iterate(self, context: Context) -> ChunkIterator:
        return _FilterIterator(self.input.iterate(context.input()), self.predicate, context)

    def project(self, keep: tuple[int, ...]) -> Step:
        return project_with(self, keep)


def project_with(step: Any, keep: tuple[int, ...]) -> Step:
    """Projects a step to some leaves, and those that its `predicate` needs."""
    used = {i for i, is_used in enumerate(step.predicate.used_inputs) if is_used}
    wanted = tuple(sorted(used | set(keep)))
    predicate = Function([step.predicate.inputs[i] for i in wanted], step.predicate.outputs)
    kept = replace(step, input=step.input.project(wanted), predicate=predicate)
    return Selected(kept, tuple(wanted.index(i) for i in keep))


class _FilterIterator(ChunkIterator):
    def __init__(self, source: ChunkIterator, predicate: Function, context: Context) -> None:
        self.source = source
        self.predicate = predicate
        self.draws = context.draws()
        self.at_once = 1 if context.careful else _MOST_AT_ONCE

    def next(self, at_most: int) -> Chunk | None:
        while (chunk := self.source.next(min(at_most, self.at_once))) is not None:
            draws, self.draws = self.draws, self.draws.row(chunk.size)
            (mask,) = self.predicate.over_rows(chunk.columns, chunk.size, draws)
            rows = np.flatnonzero(np.asarray(mask))
            if len(rows) == chunk.size:
                return chunk
            if len(rows):
                return chunk.take(rows)
        return None

    def state(self) -> State:
        return {"source": self.source.state(), "count": self.draws.first}

    def restore(self, state: State) -> None:
        self.source.restore(state["source"])
        self.draws = replace(self.draws, first=state["count"])
