"""`shuffle`: a random order by a buffer, exactly as the original's buffer gives it, many rows at a time.

Each output is a random slot of the buffer, which the next input then fills. For
a chunk of inputs the slots are drawn at once; what an output finds in its slot
is the last earlier input that was put there, or what the buffer held.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from estimax.data._step import Chunk, ChunkIterator, Context, SameElements, State, concatenate


@dataclass(frozen=True, eq=False)
class Shuffle(SameElements):
    """The elements in a random order; a new one in each epoch unless `reshuffle` is false."""

    buffer_size: int
    seed: int | None
    reshuffle: bool

    def iterate(self, context: Context) -> ChunkIterator:
        random = context.generator(self.seed, self.reshuffle)
        return _ShuffleIterator(self.input.iterate(context.input()), self.buffer_size, random)


class _ShuffleIterator(ChunkIterator):
    """Fills the buffer, exchanges it row by row for the rows that follow, and empties it at the end.

    An exchange copies the whole buffer, so at least a quarter as many rows take
    part in it; what was not asked for yet is `ready`.
    """

    def __init__(self, source: ChunkIterator, size: int, random: np.random.Generator) -> None:
        self.source = source
        self.size = size
        self.random = random
        self.held: list[Chunk] = []
        self.ready: Chunk | None = None
        self.draining = False

    def next(self, at_most: int) -> Chunk | None:
        if self.ready is None:
            self.ready = self._drain() if self.draining else self._draw(max(at_most, self.size // 4))
        if self.ready is None:
            return None
        out = self.ready.slice(0, at_most)
        self.ready = self.ready.slice(out.size, self.ready.size) if out.size < self.ready.size else None
        return out

    def _draw(self, wanted: int) -> Chunk | None:
        """Takes in rows until the buffer is full and up to `wanted` more, and draws one for each of those."""
        count = sum(chunk.size for chunk in self.held)
        while count < self.size + wanted:
            chunk = self.source.next(self.size + wanted - count)
            if chunk is None:
                self.draining = True
                break
            self.held.append(chunk)
            count += chunk.size
        if count <= self.size:
            return self._drain()
        out, buffer = self._exchange(concatenate(self.held))
        self.held = [buffer]
        return out

    def _drain(self) -> Chunk | None:
        if not self.held:
            return None
        rest = concatenate(self.held)
        self.held = []
        return rest.take(self.random.permutation(rest.size))

    def _exchange(self, both: Chunk) -> tuple[Chunk, Chunk]:
        """Draws one output for each row beyond the buffer's size; returns them and the buffer after them."""
        count = both.size - self.size
        slots = self.random.integers(0, self.size, count)
        found, kept = exchanged(slots, self.size)
        return both.take(found), both.take(kept)

    def state(self) -> State:
        return {
            "source": self.source.state(),
            "held": [chunk.state() for chunk in self.held],
            "ready": self.ready.state() if self.ready else None,
            "draining": self.draining,
            "random": self.random.bit_generator.state,
        }

    def restore(self, state: State) -> None:
        self.source.restore(state["source"])
        self.held = [Chunk.from_state(chunk) for chunk in state["held"]]
        self.ready = Chunk.from_state(state["ready"]) if state["ready"] is not None else None
        self.draining = state["draining"]
        self.random.bit_generator.state = state["random"]


def exchanged(slots: np.ndarray, size: int) -> tuple[np.ndarray, np.ndarray]:
    """Follows rows through a buffer: row `size + i` takes the place of what slot `slots[i]` holds by then.

    Args:
        slots: integers in [0, size), one for each row that comes in.
        size: of the buffer, which holds the rows 0 to size - 1 at first.

    Returns:
        The rows that come out, in order, and the rows that the buffer holds in the end.

    Example:
        >>> import numpy as np
        >>> from estimax.data._shuffle import exchanged
        >>> out, buffer = exchanged(np.array([1, 1, 0]), 2)
        >>> out.tolist(), buffer.tolist()
        ([1, 2, 0], [4, 3])
    """
    narrow = slots.astype(np.uint16) if size <= 65536 else slots  # of which NumPy has a much faster sort
    order = np.argsort(narrow, kind="stable")
    ordered = slots[order]
    repeated = np.flatnonzero(ordered[1:] == ordered[:-1])
    found = slots.copy()
    found[order[repeated + 1]] = size + order[repeated]
    kept = np.arange(size)
    kept[slots] = size + np.arange(len(slots))  # of rows for one slot, the last stays
    return found, kept
