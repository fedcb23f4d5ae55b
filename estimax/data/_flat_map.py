"""`flat_map`: a dataset for each element, one after the other."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from estimax._graph._column import Value, rows_of
from estimax._graph._tensor import Tensor
from estimax.data._gathering import Gathering
from estimax.data._step import Chunk, ChunkIterator, Context, State, Step


@dataclass(frozen=True, eq=False)
class FlatMap(Step):
    """The elements of the dataset that `body` becomes for each element of the input.

    `body` was traced with the placeholders `arguments`, which `bind` replaces.
    """

    input: Step
    arguments: tuple[Tensor, ...]
    body: Step

    @property
    def spec(self) -> Any:
        return self.body.spec

    def iterate(self, context: Context) -> ChunkIterator:
        return _FlatMapIterator(self, context)

    def project(self, keep: tuple[int, ...]) -> Step:
        return FlatMap(self.input, self.arguments, self.body.project(keep))

    def bind(self, values: Any) -> Step:
        return FlatMap(self.input.bind(values), self.arguments, self.body.bind(values))


class _FlatMapIterator(ChunkIterator):
    def __init__(self, step: FlatMap, context: Context) -> None:
        self.step = step
        self.context = context
        self.outer = step.input.iterate(context.input(0))
        self.element: list[Value] | None = None
        self.inner: ChunkIterator | None = None
        self.count = 0

    def next(self, at_most: int) -> Chunk | None:
        gathering = Gathering(at_most)
        while not gathering.is_enough:
            if self.inner is None and not self._next_inner():
                break
            assert self.inner is not None
            chunk = self.inner.next(gathering.room)
            if chunk is None:
                self.inner = None
            else:
                gathering.add(chunk)
        return gathering.result()

    def _next_inner(self) -> bool:
        chunk = self.outer.next(1)
        if chunk is None:
            return False
        self.element = [rows_of(c)[0] for c in chunk.columns]
        self._start_inner()
        return True

    def _start_inner(self) -> None:
        assert self.element is not None
        values = {id(t.node): v for t, v in zip(self.step.arguments, self.element, strict=True)}
        self.inner = self.step.body.bind(values).iterate(self.context.input(1).epoch(self.count))
        self.count += 1

    def state(self) -> State:
        inner = self.inner.state() if self.inner else None
        element = self.element if self.inner else None
        return {"outer": self.outer.state(), "element": element, "inner": inner, "count": self.count}

    def restore(self, state: State) -> None:
        self.outer.restore(state["outer"])
        self.count, self.element, self.inner = state["count"], state["element"], None
        if self.element is not None:
            self.count -= 1
            self._start_inner()
            assert self.inner is not None
            self.inner.restore(state["inner"])
