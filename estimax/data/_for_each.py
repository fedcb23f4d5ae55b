"""What `flat_map` and `interleave` share: a dataset for each element of another one."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any, Self

from estimax._graph._column import rows_of
from estimax._graph._tensor import Tensor
from estimax.data._nested import bound_to
from estimax.data._step import Chunk, Context, State, Step


@dataclass(frozen=True, eq=False)
class ForEach(Step):
    """The elements of the datasets that `body` becomes for each element of the input, in some order.

    `body` was traced with the placeholders `arguments`, which `bind` replaces.
    """

    input: Step
    arguments: tuple[Tensor, ...]
    body: Step

    @property
    def spec(self) -> Any:
        return self.body.spec

    def project(self, keep: tuple[int, ...]) -> Step:
        body = self.body.project(keep)
        needed = {id(t.node) for t in body.captures}
        used = tuple(i for i, t in enumerate(self.arguments) if id(t.node) in needed)
        if not used or len(used) == len(self.arguments):
            return dataclasses.replace(self, body=body)
        arguments = tuple(self.arguments[i] for i in used)
        return dataclasses.replace(self, input=self.input.project(used), arguments=arguments, body=body)

    def bind(self, values: Any) -> Self:
        body, below = self.body.bind(values), self.input.bind(values)
        return self if body is self.body and below is self.input else dataclasses.replace(self, body=body, input=below)

    @property
    def captures(self) -> list[Tensor]:
        own = {id(t.node) for t in self.arguments}
        found = {id(t.node): t for t in (*self.input.captures, *self.body.captures)}
        return [t for number, t in found.items() if number not in own]


class Inner:
    """The dataset that a body becomes for one element, being read."""

    def __init__(self, step: ForEach, context: Context, element: Chunk, number: int) -> None:
        self.element = element
        self.number = number
        bound = bound_to(step.body, step.arguments, [rows_of(c)[0] for c in element.columns])
        self.source = bound.iterate(context.input(1).epoch(number))

    def state(self) -> State:
        return {"element": self.element.state(), "number": self.number, "source": self.source.state()}

    @staticmethod
    def from_state(step: ForEach, context: Context, state: State) -> Inner:
        inner = Inner(step, context, Chunk.from_state(state["element"]), state["number"])
        inner.source.restore(state["source"])
        return inner
