"""`scan`: a function of each element and a state that it hands on."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any

from estimax._base import _nest as nest
from estimax._graph._column import Value, repeat_value, rows_of, stack_rows
from estimax._graph._function import Function
from estimax._graph._tensor import Tensor
from estimax._graph._varying import SparseValue
from estimax.data._step import Chunk, ChunkIterator, Context, State, Step

_MOST_ROWS = 4096


@dataclass(frozen=True, eq=False)
class Scan(Step):
    """The outputs of a function of (state, element), whose first results are the next state.

    `structure` is that of an output; the function's results are the leaves of the
    new state and then those of the output.
    """

    input: Step
    initial: tuple[Tensor, ...]
    function: Function
    structure: Any

    @property
    def outputs(self) -> tuple[Tensor, ...]:
        return self.function.outputs[len(self.initial) :]

    @property
    def spec(self) -> Any:
        return nest.pack(self.structure, [t.spec for t in self.outputs])

    def iterate(self, context: Context) -> ChunkIterator:
        return _ScanIterator(self, self.input.iterate(context.input()), context)

    def project(self, keep: tuple[int, ...]) -> Step:
        count = len(self.initial)
        function = self.function.select([*range(count), *(count + i for i in keep)])
        narrow = dataclasses.replace(self, function=function, structure=tuple(None for _ in keep))
        used = tuple(i for i, is_used in enumerate(function.used_inputs[count:]) if is_used)
        if not used or len(used) == len(function.inputs) - count:
            return narrow
        inputs = (*function.inputs[:count], *(function.inputs[count + i] for i in used))
        return dataclasses.replace(narrow, input=self.input.project(used), function=Function(inputs, function.outputs))


class _ScanIterator(ChunkIterator):
    def __init__(self, step: Scan, source: ChunkIterator, context: Context) -> None:
        self.step = step
        self.source = source
        self.draws = context.draws()
        self.careful = context.careful
        self.values: list[Value] = [_value(t) for t in step.initial]

    def next(self, at_most: int) -> Chunk | None:
        chunk = self.source.next(1 if self.careful else min(at_most, _MOST_ROWS))
        if chunk is None:
            return None
        outputs = []
        for row in element_rows(chunk):
            draws, self.draws = self.draws, self.draws.row(1)
            results = self.step.function([*self.values, *row], draws)
            self.values = results[: len(self.values)]
            outputs.append(results[len(self.values) :])
        specs = [t.spec for t in self.step.outputs]
        columns = zip(zip(*outputs, strict=True), specs, strict=True)
        return Chunk(tuple(stack_rows(values, spec.dtype) for values, spec in columns), chunk.size)

    def state(self) -> State:
        values = Chunk(tuple(_as_column(v) for v in self.values), 1).state()
        return {"source": self.source.state(), "count": self.draws.first, "values": values}

    def restore(self, state: State) -> None:
        self.source.restore(state["source"])
        self.draws = dataclasses.replace(self.draws, first=state["count"])
        self.values = [rows_of(c)[0] for c in Chunk.from_state(state["values"]).columns]


def element_rows(chunk: Chunk) -> list[tuple[Any, ...]]:
    """Returns the leaves of each element of a chunk, as values."""
    return list(zip(*map(rows_of, chunk.columns), strict=True)) if chunk.columns else [()] * chunk.size


def _value(tensor: Tensor) -> Any:
    if tensor.value is None:
        tensor.numpy()  # says that it is symbolic
    return tensor.value


def _as_column(value: Any) -> Any:
    return value.as_column() if isinstance(value, SparseValue) else repeat_value(value, 1)
