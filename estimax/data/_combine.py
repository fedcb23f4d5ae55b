"""`zip`, `concatenate` and `enumerate`: several datasets as one."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any

from estimax._base import _nest as nest
from estimax._base._shapes import TensorSpec
from estimax.data._step import Chunk, ChunkIterator, Context, State, Step


@dataclass(frozen=True, eq=False)
class Zip(Step):
    """Elements side by side, as long as every input has one."""

    structure: Any
    inputs: tuple[Step, ...]

    @property
    def spec(self) -> Any:
        return nest.pack(self.structure, [i.spec for i in self.inputs])

    def iterate(self, context: Context) -> ChunkIterator:
        return _ZipIterator([step.iterate(context.input(i)) for i, step in enumerate(self.inputs)])

    def bind(self, values: Any) -> Step:
        return Zip(self.structure, tuple(i.bind(values) for i in self.inputs))


class _ZipIterator(ChunkIterator):
    def __init__(self, sources: list[ChunkIterator]) -> None:
        self.sources = sources
        self.pending: list[Chunk | None] = [None] * len(sources)

    def next(self, at_most: int) -> Chunk | None:
        for i, source in enumerate(self.sources):
            if self.pending[i] is None:
                self.pending[i] = source.next(at_most)
        chunks = [c for c in self.pending if c is not None]
        if len(chunks) < len(self.sources):
            return None
        size = min(at_most, *(c.size for c in chunks))
        self.pending = [c.slice(size, c.size) if c.size > size else None for c in chunks]
        return Chunk(tuple(column for c in chunks for column in c.slice(0, size).columns), size)

    def state(self) -> State:
        pending = [c.state() if c else None for c in self.pending]
        return {"sources": [s.state() for s in self.sources], "pending": pending}

    def restore(self, state: State) -> None:
        for source, saved in zip(self.sources, state["sources"], strict=True):
            source.restore(saved)
        self.pending = [Chunk.from_state(c) if c is not None else None for c in state["pending"]]


@dataclass(frozen=True, eq=False)
class Concatenate(Step):
    """The elements of one dataset and then those of another."""

    first: Step
    second: Step

    def __post_init__(self) -> None:
        try:
            fits = all(nest.flatten(nest.map_leaves(_fits, self.first.spec, self.second.spec)))
        except ValueError:
            fits = False
        if not fits:
            raise TypeError(
                f"datasets to concatenate must have elements of the same structure, types and numbers of dimensions; "
                f"got {self.first.spec} and {self.second.spec}"
            )

    @property
    def spec(self) -> Any:
        return nest.map_leaves(_general, self.first.spec, self.second.spec)

    def iterate(self, context: Context) -> ChunkIterator:
        return _ConcatenateIterator(self.first.iterate(context.input(0)), self.second.iterate(context.input(1)))

    def project(self, keep: tuple[int, ...]) -> Step:
        return dataclasses.replace(self, first=self.first.project(keep), second=self.second.project(keep))


def _fits(one: TensorSpec, other: TensorSpec) -> bool:
    ranks = {one.shape.ndims, other.shape.ndims} - {None}
    return type(one) is type(other) and one.dtype == other.dtype and len(ranks) < 2


def _general(one: TensorSpec, other: TensorSpec) -> TensorSpec:
    """Returns the spec of values of either kind."""
    if one.shape.ndims is None or other.shape.ndims is None:
        return one.with_shape(None)
    return one.with_shape(a if a == b else None for a, b in zip(one.shape, other.shape, strict=True))


class _ConcatenateIterator(ChunkIterator):
    def __init__(self, first: ChunkIterator, second: ChunkIterator) -> None:
        self.sources = [first, second]
        self.current = 0

    def next(self, at_most: int) -> Chunk | None:
        while self.current < 2:
            chunk = self.sources[self.current].next(at_most)
            if chunk is not None:
                return chunk
            self.current += 1
        return None

    def state(self) -> State:
        return {"sources": [s.state() for s in self.sources], "current": self.current}

    def restore(self, state: State) -> None:
        for source, saved in zip(self.sources, state["sources"], strict=True):
            source.restore(saved)
        self.current = state["current"]
