"""`map` for debugging: a function that is called with the values of each element, one after the other."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from estimax._base import _nest as nest
from estimax._base._errors import InvalidArgumentError
from estimax._base._shapes import TensorSpec
from estimax._graph._column import rows_of, stack_rows
from estimax._graph._function import as_structure
from estimax._graph._op import as_tensor
from estimax._graph._tensor import Tensor, concrete
from estimax.data._step import Chunk, ChunkIterator, Context, State, Step


@dataclass(frozen=True, eq=False)
class EagerMap(Step):
    """The results of a function that gets concrete Tensors.

    What the results look like is known from the first element: their types and their
    numbers of dimensions; sizes may differ from element to element.
    """

    input: Step
    function: Callable[..., Any]
    result: Any

    @property
    def spec(self) -> Any:
        return nest.map_leaves(_open, self.result)

    def iterate(self, context: Context) -> ChunkIterator:
        return _EagerMapIterator(self.input.iterate(context.input()), self)

    def called(self, columns: tuple[Any, ...]) -> list[Tensor]:
        """Calls the function with the values of one element."""
        return nest.flatten(_called(self.function, self.input.spec, columns))


def eager_map(source: Step, function: Callable[..., Any]) -> EagerMap:
    """Makes the step; calls the function for the first element.

    Raises:
        InvalidArgumentError: there is no element.
    """
    chunk = source.iterate(Context(0)).next(1)
    if chunk is None:
        raise InvalidArgumentError("a function can be run eagerly only for a dataset that has elements")
    first = _called(function, source.spec, chunk.columns)
    return EagerMap(source, function, nest.map_leaves(lambda t: t.spec, first))


def _called(function: Callable[..., Any], spec: Any, columns: tuple[Any, ...]) -> Any:
    element = nest.pack(spec, [concrete(rows_of(c)[0]) for c in columns])
    result = function(*element) if type(element) is tuple else function(element)
    return nest.map_leaves(as_tensor, as_structure(result))


def _open(spec: TensorSpec) -> TensorSpec:
    known = spec.shape.ndims
    return TensorSpec([None] * (known or 0), spec.dtype) if spec.is_dense else spec


class _EagerMapIterator(ChunkIterator):
    def __init__(self, source: ChunkIterator, step: EagerMap) -> None:
        self.source = source
        self.step = step

    def next(self, at_most: int) -> Chunk | None:
        chunk = self.source.next(min(at_most, 1))
        if chunk is None:
            return None
        results = self.step.called(chunk.columns)
        return Chunk(tuple(stack_rows([t.value], t.dtype) for t in results), 1)

    def state(self) -> State:
        return self.source.state()

    def restore(self, state: State) -> None:
        self.source.restore(state)
