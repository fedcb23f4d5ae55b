"""`flat_map`: a dataset for each element, one after the other."""

from __future__ import annotations

from dataclasses import dataclass

from estimax.data._chunk import restored, saved, split_off
from estimax.data._for_each import ForEach, Inner
from estimax.data._gathering import ENOUGH_BYTES, Gathering
from estimax.data._lifted import CannotLift, can_lift, lifted
from estimax.data._step import Chunk, ChunkIterator, Context, State

_FIRST_ROWS = 16
_MOST_ROWS = 4096


@dataclass(frozen=True, eq=False)
class FlatMap(ForEach):
    """The elements of the datasets one after the other."""

    def iterate(self, context: Context) -> ChunkIterator:
        return _FlatMapIterator(self, context)


class _FlatMapIterator(ChunkIterator):
    """Reads one dataset after the other; those of many elements at once where all happens in memory.

    `rows` are elements whose datasets are still to be read, `ready` what datasets
    made at once have and nobody asked for yet.
    """

    def __init__(self, step: FlatMap, context: Context) -> None:
        self.step = step
        self.context = context
        self.outer = step.input.iterate(context.input(0))
        self.lifts = not context.careful and can_lift(step.body)
        self.rows: Chunk | None = None
        self.inner: Inner | None = None
        self.ready: Chunk | None = None
        self.count = 0
        self._at_once = _FIRST_ROWS

    def next(self, at_most: int) -> Chunk | None:
        gathering = Gathering(at_most)
        while not gathering.is_enough:
            chunk = self._next(gathering.room)
            if chunk is None:
                break
            gathering.add(chunk)
        return gathering.result()

    def _next(self, at_most: int) -> Chunk | None:
        while True:
            if self.ready is not None:
                out, self.ready = split_off(self.ready, at_most)
                return out
            if self.inner is not None:
                chunk = self.inner.source.next(at_most)
                if chunk is not None:
                    return chunk
                self.inner = None
            if self.rows is None:
                self.rows = self.outer.next(min(at_most, self._at_once) if self.lifts else 1)
                if self.rows is None:
                    return None
                if self.lifts and self.rows.size > 1 and self._lift(self.rows):
                    continue
            element, self.rows = split_off(self.rows, 1)
            self.count += 1
            self.inner = Inner(self.step, self.context, element, self.count - 1)

    def _lift(self, rows: Chunk) -> bool:
        """Makes the datasets of many elements at once; leaves them to be read singly where one of them fails."""
        placed = {id(t.node): c for t, c in zip(self.step.arguments, rows.columns, strict=True)}
        try:
            made = lifted(self.step.body, placed, rows.size).chunk
        except CannotLift:
            self._at_once = max(1, self._at_once // 4)
            return False
        self.count += rows.size
        self.rows, self.ready = None, made if made.size else None
        self._at_once = max(1, min(_MOST_ROWS, 4 * rows.size, ENOUGH_BYTES * rows.size // max(made.nbytes, 1)))
        return True

    def state(self) -> State:
        return {
            "outer": self.outer.state(),
            "rows": saved(self.rows),
            "inner": self.inner and self.inner.state(),
            "ready": saved(self.ready),
            "count": self.count,
        }

    def restore(self, state: State) -> None:
        self.outer.restore(state["outer"])
        self.rows, self.ready, self.count = restored(state["rows"]), restored(state["ready"]), state["count"]
        inner = state["inner"]
        self.inner = Inner.from_state(self.step, self.context, inner) if inner is not None else None
