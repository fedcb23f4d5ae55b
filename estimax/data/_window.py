"""`window`: datasets of successive elements, which may overlap."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from estimax._base import _nest as nest
from estimax.data._chunk import Windows, restored, saved
from estimax.data._specs import DatasetSpec
from estimax.data._step import Chunk, ChunkIterator, Context, State, Step, concatenate

_POOL_ELEMENTS = 1 << 16


@dataclass(frozen=True, eq=False)
class Window(Step):
    """Windows of `size` elements, each `stride` after the one before; a new one begins every `shift` elements.

    Each leaf of an element becomes a dataset of its own.
    """

    input: Step
    size: int
    shift: int
    stride: int
    drop_remainder: bool

    @property
    def spec(self) -> Any:
        return nest.map_leaves(DatasetSpec, self.input.spec)

    @property
    def span(self) -> int:
        """How far a window reaches, in elements of the input."""
        return (self.size - 1) * self.stride + 1

    def iterate(self, context: Context) -> ChunkIterator:
        return _WindowIterator(self, self.input.iterate(context.input()))

    def project(self, keep: tuple[int, ...]) -> Step:
        windows = Window(self.input.project(keep), self.size, self.shift, self.stride, self.drop_remainder)
        return windows if keep else super().project(keep)


class _WindowIterator(ChunkIterator):
    """Holds what the next windows need of what was read; `to_skip` elements lie between windows."""

    def __init__(self, step: Window, source: ChunkIterator) -> None:
        self.step = step
        self.source = source
        self.held: Chunk | None = None
        self.to_skip = 0

    def next(self, at_most: int) -> Chunk | None:
        shift, span = self.step.shift, self.step.span
        count = min(at_most, max(1, _POOL_ELEMENTS // shift))
        self._fill((count - 1) * shift + span)
        size = self.held.size if self.held else 0
        full = (size - span) // shift + 1 if size >= span else 0
        if full:
            return self._windows(min(full, count))
        # Less than a window is left: those that begin in it are shorter.
        return None if self.step.drop_remainder or not size else self._windows(min(-(-size // shift), count))

    def _fill(self, wanted: int) -> None:
        """Reads until a window is complete, and as much of `wanted` elements as comes."""
        while self.to_skip:
            skipped = self.source.next(min(self.to_skip, _POOL_ELEMENTS))
            if skipped is None:
                return
            self.to_skip -= skipped.size
        size = self.held.size if self.held else 0
        parts = [self.held] if self.held else []
        try:
            while size < self.step.span and (chunk := self.source.next(wanted - size)) is not None:
                parts.append(chunk)
                size += chunk.size
        finally:
            self.held = concatenate(parts) if parts else None

    def _windows(self, count: int) -> Chunk:
        """Makes the next windows, and lets go of what no other needs."""
        assert self.held is not None
        step, pool = self.step, self.held
        starts = np.arange(count, dtype=np.int64) * step.shift
        stops = np.minimum(starts + step.span, pool.size)
        after = count * step.shift
        self.to_skip = max(0, after - pool.size)
        self.held = pool.slice(after, pool.size) if after < pool.size else None
        if step.stride > 1:
            sizes = (stops - starts - 1) // step.stride + 1
            stops = np.cumsum(sizes)
            number = np.arange(stops[-1]) - np.repeat(stops - sizes, sizes)
            pool = pool.take(np.repeat(starts, sizes) + number * step.stride)
            starts = stops - sizes
        else:
            pool = pool.slice(0, int(stops[-1]))
        columns = tuple(Windows(Chunk((c,), pool.size), starts, stops) for c in pool.columns)
        return Chunk(columns, count)

    def state(self) -> State:
        return {"source": self.source.state(), "held": saved(self.held), "to_skip": self.to_skip}

    def restore(self, state: State) -> None:
        self.source.restore(state["source"])
        self.held, self.to_skip = restored(state["held"]), state["to_skip"]
