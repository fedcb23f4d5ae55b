"""`shuffle`: a random order by a buffer, exactly as the original's buffer gives it, many rows at a time.

Each output is a random slot of the buffer, which the next input then fills. For
a chunk of inputs the slots are drawn at once; what an output finds in its slot
is the last earlier input that was put there, or what the buffer held.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any

import numpy as np

from estimax.data._step import Chunk, ChunkIterator, Context, State, Step, concatenate


@dataclass(frozen=True, eq=False)
class Shuffle(Step):
    """The elements in a random order; a new one in each epoch unless `reshuffle` is false."""

    input: Step
    buffer_size: int
    seed: int | None
    reshuffle: bool

    @property
    def spec(self) -> Any:
        return self.input.spec

    def iterate(self, context: Context) -> ChunkIterator:
        random = context.generator(self.seed, self.reshuffle)
        return _ShuffleIterator(self.input.iterate(context.input()), self.buffer_size, random)

    def project(self, keep: tuple[int, ...]) -> Step:
        return dataclasses.replace(self, input=self.input.project(keep))


class _ShuffleIterator(ChunkIterator):
    def __init__(self, source: ChunkIterator, size: int, random: np.random.Generator) -> None:
        self.source = source
        self.size = size
        self.random = random
        self.buffer: Chunk | None = None
        self.draining = False

    def next(self, at_most: int) -> Chunk | None:
        while not self.draining:
            held = self.buffer.size if self.buffer else 0
            chunk = self.source.next(at_most + self.size - held)
            if chunk is None:
                self._start_draining()
                break
            both = concatenate([self.buffer, chunk]) if self.buffer else chunk
            if both.size <= self.size:
                self.buffer = both
                continue
            return self._exchange(both)
        if self.buffer is None:
            return None
        out = self.buffer.slice(0, at_most)
        left = self.buffer.size - out.size
        self.buffer = self.buffer.slice(out.size, self.buffer.size) if left else None
        return out

    def _exchange(self, both: Chunk) -> Chunk:
        """Draws one output for each row beyond the buffer's size."""
        count = both.size - self.size
        slots = self.random.integers(0, self.size, count).astype(np.uint32 if self.size > 65535 else np.uint16)
        order = np.argsort(slots, kind="stable")
        ordered = slots[order]
        repeated = np.flatnonzero(ordered[1:] == ordered[:-1])
        found = slots.astype(np.int64)
        found[order[repeated + 1]] = self.size + order[repeated]
        kept = np.arange(self.size)
        last = np.append(ordered[1:] != ordered[:-1], True)
        kept[ordered[last]] = self.size + order[last]
        self.buffer = both.take(kept)
        return both.take(found)

    def _start_draining(self) -> None:
        self.draining = True
        if self.buffer is not None:
            self.buffer = self.buffer.take(self.random.permutation(self.buffer.size))

    def state(self) -> State:
        return {
            "source": self.source.state(),
            "buffer": self.buffer.state() if self.buffer else None,
            "draining": self.draining,
            "random": self.random.bit_generator.state,
        }

    def restore(self, state: State) -> None:
        self.source.restore(state["source"])
        self.buffer = Chunk.from_state(state["buffer"]) if state["buffer"] is not None else None
        self.draining = state["draining"]
        self.random.bit_generator.state = state["random"]
