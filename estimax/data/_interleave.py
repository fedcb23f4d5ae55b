"""`interleave`: datasets for several elements at a time, some elements of each in turn.

The inputs of a cycle hand over chunks, which are woven together by index: a turn
costs nothing in Python. The order is that of reading them one element at a time.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from estimax.data._chunk import concatenate, restored, saved, split_off
from estimax.data._for_each import ForEach, Inner
from estimax.data._gathering import Gathering
from estimax.data._step import Chunk, ChunkIterator, Context, State


@dataclass(frozen=True, eq=False)
class Interleave(ForEach):
    """Takes turns between `cycle_length` datasets, `block_length` elements each.

    The next dataset takes the place of one that ends.
    """

    cycle_length: int
    block_length: int

    def iterate(self, context: Context) -> ChunkIterator:
        return _InterleaveIterator(self, context)


class _Slot:
    """A place in the cycle: a dataset, what was read of it and not handed out, and whether that is its rest."""

    def __init__(self, inner: Inner | None, ready: Chunk | None = None) -> None:
        self.inner = inner
        self.ready = ready

    @property
    def size(self) -> int:
        return self.ready.size if self.ready else 0

    def read(self, at_most: int) -> None:
        assert self.inner is not None
        chunk = self.inner.source.next(at_most)
        if chunk is None:
            self.inner = None
        else:
            self.ready = concatenate([self.ready, chunk]) if self.ready else chunk


class _InterleaveIterator(ChunkIterator):
    """`at` is the place whose turn it is, `done` how many elements of this turn are done."""

    def __init__(self, step: Interleave, context: Context) -> None:
        self.step = step
        self.context = context
        self.outer = step.input.iterate(context.input(0))
        self.has_more = True
        self.count = 0
        self.slots: list[_Slot | None] = [None] * step.cycle_length
        self.at = 0
        self.done = 0

    def next(self, at_most: int) -> Chunk | None:
        gathering = Gathering(at_most)
        while not gathering.is_enough and self._prepare(gathering.room):
            gathering.add(self._weave(gathering.room))
        return gathering.result()

    def _prepare(self, wanted: int) -> bool:
        """Goes on to a place that has an element; false where none has."""
        while True:
            slot = self.slots[self.at] or self._open(self.at)
            if slot is None and not any(self.slots):
                return False
            if slot is not None and not slot.size and slot.inner is not None:
                slot.read(self._share(wanted))
            if slot is not None and slot.size:
                if not self.context.careful:
                    self._read_others(wanted)
                return True
            self.slots[self.at] = None
            self.at, self.done = (self.at + 1) % len(self.slots), 0

    def _open(self, place: int) -> _Slot | None:
        if not self.has_more:
            return None
        element = self.outer.next(1)
        if element is None:
            self.has_more = False
            return None
        self.count += 1
        slot = self.slots[place] = _Slot(Inner(self.step, self.context, element, self.count - 1))
        return slot

    def _share(self, wanted: int) -> int:
        return max(-(-wanted // len(self.slots)), self.step.block_length)

    def _read_others(self, wanted: int) -> None:
        """Reads at the other places of this turn, so that it can be done at once."""
        block, length = self.step.block_length, len(self.slots)
        for distance in range(1, min(length, -(-(wanted + self.done) // block))):
            place = (self.at + distance) % length
            slot = self.slots[place] or self._open(place)
            if slot is not None and slot.size < block and slot.inner is not None:
                slot.read(self._share(wanted))

    def _weave(self, at_most: int) -> Chunk:
        """Takes elements in turn until one of the places has not enough of them."""
        places, sizes = self._ring()
        block, done = self.step.block_length, np.zeros(len(places), np.int64)
        done[0] = self.done
        turns = (sizes + done) // block  # that each place can complete
        short = int(np.argmin(turns))
        counts = turns[short] * block - done
        counts[:short] += block
        counts[short] = sizes[short]
        place = np.repeat(np.arange(len(places)), counts)
        number = np.arange(len(place)) - np.repeat(np.cumsum(counts) - counts, counts)
        turn = (number + done[place]) // block
        order = np.argsort(turn * len(places) + place, kind="stable")[:at_most]
        place, number = place[order], number[order]
        self.at, self.done = places[place[-1]], int((number[-1] + done[place[-1]]) % block) + 1
        if self.done == block:
            self.at, self.done = (self.at + 1) % len(self.slots), 0
        counts = np.bincount(place, minlength=len(places))
        taken = self._taken(places, counts)
        if (counts > 0).sum() == 1:
            return taken
        return taken.take((np.cumsum(counts) - counts)[place] + number)

    def _ring(self) -> tuple[list[int], np.ndarray]:
        """Returns the places from the current one on that take part, and what is ready in each."""
        length = len(self.slots)
        ring = [(self.at + i) % length for i in range(length)]
        places = [p for p in ring if self.slots[p] is not None or self.has_more]
        ready = [self.slots[p] for p in places]
        return places, np.array([slot.size if slot is not None else 0 for slot in ready], np.int64)

    def _taken(self, places: list[int], counts: np.ndarray) -> Chunk:
        """Takes some elements from each place; returns them place by place."""
        parts = []
        for place, count in zip(places, counts.tolist(), strict=True):
            slot = self.slots[place]
            if count and slot is not None and slot.ready is not None:
                part, slot.ready = split_off(slot.ready, count)
                parts.append(part)
        return concatenate(parts)

    def state(self) -> State:
        slots = [
            None if slot is None else {"inner": slot.inner and slot.inner.state(), "ready": saved(slot.ready)}
            for slot in self.slots
        ]
        return {
            "outer": self.outer.state(),
            "has_more": self.has_more,
            "count": self.count,
            "slots": slots,
            "at": self.at,
            "done": self.done,
        }

    def restore(self, state: State) -> None:
        self.outer.restore(state["outer"])
        self.has_more, self.count = state["has_more"], state["count"]
        self.at, self.done = state["at"], state["done"]
        self.slots = [None if slot is None else self._slot(slot) for slot in state["slots"]]

    def _slot(self, state: State) -> _Slot:
        inner = state["inner"]
        made = Inner.from_state(self.step, self.context, inner) if inner is not None else None
        return _Slot(made, restored(state["ready"]))
