"""`zip`, `concatenate` and `enumerate`: several datasets as one."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any

from estimax._base import _nest as nest
from estimax.data._chunk import restored, saved, split_off
from estimax.data._specs import are_alike, general
from estimax.data._step import Chunk, ChunkIterator, Context, Selected, State, Step


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

    def project(self, keep: tuple[int, ...]) -> Step:
        wanted, first, inputs = sorted(set(keep)), 0, []
        for step in self.inputs:
            end = first + len(step.leaves)
            inputs.append(step.project(tuple(k - first for k in wanted if first <= k < end)))
            first = end
        return Selected(Zip(self.structure, tuple(inputs)), tuple(wanted.index(k) for k in keep))


class _ZipIterator(ChunkIterator):
    def __init__(self, sources: list[ChunkIterator]) -> None:
        self.sources = sources
        self.pending: list[Chunk | None] = [None] * len(sources)

    def next(self, at_most: int) -> Chunk | None:
        self._read(at_most)
        chunks = [c for c in self.pending if c is not None]
        if len(chunks) < len(self.sources):
            return None
        size = min(at_most, *(c.size for c in chunks))
        parts = [split_off(c, size) for c in chunks]
        self.pending = [rest for _, rest in parts]
        return Chunk(tuple(column for part, _ in parts for column in part.columns), size)

    def _read(self, at_most: int) -> None:
        """Reads the inputs of which nothing is pending; one that fails takes an element of the others with it."""
        failed: dict[int, Exception] = {}
        for i, source in enumerate(self.sources):
            if self.pending[i] is None:
                try:
                    self.pending[i] = source.next(at_most)
                except Exception as error:
                    failed[i] = error
        if failed:
            self.pending = [c and split_off(c, 1)[1] for c in self.pending]
            raise next(iter(failed.values()))

    def state(self) -> State:
        return {"sources": [s.state() for s in self.sources], "pending": [saved(c) for c in self.pending]}

    def restore(self, state: State) -> None:
        for source, position in zip(self.sources, state["sources"], strict=True):
            source.restore(position)
        self.pending = [restored(c) for c in state["pending"]]


@dataclass(frozen=True, eq=False)
class Concatenate(Step):
    """The elements of one dataset and then those of another."""

    first: Step
    second: Step

    def __post_init__(self) -> None:
        if not are_alike(self.first.spec, self.second.spec):
            raise TypeError(
                f"datasets to concatenate must have elements of the same structure, types and numbers of dimensions; "
                f"got {self.first.spec} and {self.second.spec}"
            )

    @property
    def spec(self) -> Any:
        return general(self.first.spec, self.second.spec)

    def iterate(self, context: Context) -> ChunkIterator:
        return _ConcatenateIterator(self.first.iterate(context.input(0)), self.second.iterate(context.input(1)))

    def project(self, keep: tuple[int, ...]) -> Step:
        return dataclasses.replace(self, first=self.first.project(keep), second=self.second.project(keep))


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
        for source, position in zip(self.sources, state["sources"], strict=True):
            source.restore(position)
        self.current = state["current"]
