"""Datasets within datasets: the step over one that is an element, and the op that makes one of an element.

A dataset that a function makes of an element, or gets as one, is kept in memory:
its value is a `Chunk` of all its elements.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from estimax._base._errors import InvalidArgumentError
from estimax._graph._column import Column, empty_column, repeat_value, rows_of, stack_rows
from estimax._graph._draws import Draws
from estimax._graph._op import Op
from estimax._graph._stretches import splits_of
from estimax._graph._tensor import Tensor, tensor_of
from estimax._graph._tracing import next_number
from estimax.data._chunk import Windows
from estimax.data._specs import DatasetSpec
from estimax.data._step import Chunk, ChunkIterator, Context, State, Step, concatenate

if TYPE_CHECKING:
    from estimax._graph._op import Node

_MOST_BYTES = 1 << 30


@dataclass(frozen=True, eq=False)
class Elements(Step):
    """The elements of a dataset that is an element of another one."""

    dataset: Tensor

    @property
    def spec(self) -> Any:
        assert isinstance(self.dataset.spec, DatasetSpec)
        return self.dataset.spec.element_spec

    def iterate(self, context: Context) -> ChunkIterator:
        chunk: Any = self.dataset.value
        if chunk is None:
            raise TypeError(
                "a dataset that a function gets as its argument has no elements while the function is only traced; "
                "return a dataset made of it, or what reduce() makes of it"
            )
        return ChunkReader(chunk)

    @staticmethod
    def of(chunk: Chunk, spec: DatasetSpec) -> Elements:
        """Makes the step over known elements."""
        value: Any = chunk
        return Elements(tensor_of(spec, value=value))


class ChunkReader(ChunkIterator):
    """Goes through elements that are in memory."""

    def __init__(self, chunk: Chunk) -> None:
        self.chunk = chunk
        self.position = 0

    def next(self, at_most: int) -> Chunk | None:
        part = self.chunk.slice(self.position, self.position + at_most)
        self.position += part.size
        return part if part.size else None

    def state(self) -> State:
        return self.position

    def restore(self, state: State) -> None:
        self.position = state


def bound_to(step: Step, arguments: Sequence[Tensor], values: Sequence[Any]) -> Step:
    """Returns a step with placeholders replaced by values."""
    return step.bind({id(t.node): v for t, v in zip(arguments, values, strict=True)})


def context_of(draws: Draws, number: int) -> Context:
    """Returns where an iterator runs that an op starts for one element."""
    inside = draws.inside(number)
    return Context(inside.entropy, inside.place, inside.epochs)


def _spec(*inputs: Any, step: Step, arguments: Sequence[Tensor], number: int) -> DatasetSpec:
    return DatasetSpec(step.spec)


def _dataset(*values: Any, step: Step, arguments: Sequence[Tensor], number: int, draws: Draws) -> Any:
    iterator = bound_to(step, arguments, values).iterate(context_of(draws, number))
    chunks: list[Chunk] = []
    size = 0
    while (chunk := iterator.next(4096)) is not None:
        chunks.append(chunk)
        size += chunk.nbytes
        if size > _MOST_BYTES:
            raise InvalidArgumentError(
                f"a dataset that map() makes of an element is kept in memory; it has more than {_MOST_BYTES:,} bytes. "
                f"Use flat_map or interleave, which read it piece by piece"
            )
    return concatenate(chunks) if chunks else Chunk(tuple(empty_column(s) for s in step.leaves), 0)


def lift_rows(
    node: Node, values: Sequence[Any], lifted: Sequence[bool], rows: int, params: dict[str, Any]
) -> tuple[Column, ...]:
    """Calls an op that draws random numbers once for each row."""
    results = _for_rows(node, values, lifted, rows, params)
    if not results:
        return tuple(empty_column(spec) for spec in node.specs)
    columns = zip(zip(*results, strict=True), node.specs, strict=True)
    return tuple(stack_rows(column, spec.dtype) for column, spec in columns)


def _for_rows(
    node: Node, values: Sequence[Any], lifted: Sequence[bool], rows: int, params: dict[str, Any]
) -> list[Any]:
    columns = [rows_of(v if is_column else repeat_value(v, rows)) for v, is_column in zip(values, lifted, strict=True)]
    draws: Draws = params.pop("draws")
    return [node.op.host(*(c[i] for c in columns), **params, draws=draws.row(i)) for i in range(rows)]


def _datasets(
    node: Node, values: Sequence[Any], lifted: Sequence[bool], rows: int, params: dict[str, Any]
) -> tuple[Column, ...]:
    made: list[Chunk] = _for_rows(node, values, lifted, rows, params)
    splits = splits_of(np.array([m.size for m in made], np.int64))
    filled = [m for m in made if m.size] or made[:1]
    return (Windows(concatenate(filled), splits[:-1], splits[1:]),)


DATASET = Op("Dataset", infer=_spec, host=_dataset, lift=_datasets, composite=True, random=True, expands=True)


def as_element(step: Step) -> Tensor:
    """Makes a Tensor of a dataset that a mapped function returned."""
    arguments = tuple(step.captures)
    tensor: Tensor = DATASET(*arguments, step=step, arguments=arguments, number=next_number())
    return tensor
