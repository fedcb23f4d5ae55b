"""`map`: a function of each element, run on whole chunks; `filter`: the elements that a function keeps."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from estimax._base import _nest as nest
from estimax._graph._function import Function
from estimax.data._step import Chunk, ChunkIterator, Context, State, Step


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
        return _MapIterator(self.input.iterate(context.input()), self.function)

    def project(self, keep: tuple[int, ...]) -> Step:
        function = self.function.select(keep)
        used = tuple(i for i, is_used in enumerate(function.used_inputs) if is_used)
        structure = tuple(None for _ in keep)
        if not used or len(used) == len(function.inputs):
            return Map(self.input, function, structure)
        return Map(self.input.project(used), Function([function.inputs[i] for i in used], function.outputs), structure)


class _MapIterator(ChunkIterator):
    def __init__(self, source: ChunkIterator, function: Function) -> None:
        self.source = source
        self.function = function

    def next(self, at_most: int) -> Chunk | None:
        chunk = self.source.next(at_most)
        if chunk is None:
            return None
        return Chunk(tuple(self.function.over_rows(chunk.columns, chunk.size)), chunk.size)

    def state(self) -> State:
        return self.source.state()

    def restore(self, state: State) -> None:
        self.source.restore(state)


@dataclass(frozen=True, eq=False)
class Filter(Step):
    """The elements for which a function is true."""

    input: Step
    predicate: Function

    @property
    def spec(self) -> Any:
        return self.input.spec

    def iterate(self, context: Context) -> ChunkIterator:
        return _FilterIterator(self.input.iterate(context.input()), self.predicate)

    def project(self, keep: tuple[int, ...]) -> Step:
        used = {i for i, is_used in enumerate(self.predicate.used_inputs) if is_used}
        wanted = tuple(sorted(used | set(keep)))
        predicate = Function([self.predicate.inputs[i] for i in wanted], self.predicate.outputs)
        kept = Filter(self.input.project(wanted), predicate)
        return Step.project(kept, tuple(wanted.index(i) for i in keep))


class _FilterIterator(ChunkIterator):
    def __init__(self, source: ChunkIterator, predicate: Function) -> None:
        self.source = source
        self.predicate = predicate

    def next(self, at_most: int) -> Chunk | None:
        while (chunk := self.source.next(at_most)) is not None:
            (mask,) = self.predicate.over_rows(chunk.columns, chunk.size)
            rows = np.flatnonzero(np.asarray(mask))
            if len(rows) == chunk.size:
                return chunk
            if len(rows):
                return chunk.take(rows)
        return None

    def state(self) -> State:
        return self.source.state()

    def restore(self, state: State) -> None:
        self.source.restore(state)
