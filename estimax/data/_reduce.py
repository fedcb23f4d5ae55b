"""`reduce` and `get_single_element`: one value of all elements.

Outside of a mapped function they read the dataset at once. Within one, where the
dataset depends on an element of another, they are ops of the graph.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from estimax._base import _nest as nest
from estimax._base._errors import InvalidArgumentError
from estimax._base._shapes import TensorSpec
from estimax._graph._draws import Draws
from estimax._graph._function import Function
from estimax._graph._op import Op
from estimax._graph._tensor import Tensor, concrete
from estimax._graph._tracing import next_number
from estimax.data._nested import bound_to, context_of, lift_rows
from estimax.data._scan import element_rows
from estimax.data._step import Chunk, Step

Read = Callable[[int], Chunk | None]  # the next elements, at most so many

_ROWS = 1024


def reduced(read: Read, function: Function, values: Sequence[Any], draws: Draws) -> list[Any]:
    """Calls a function of (state, element) for each element; returns the last state."""
    state = list(values)
    while (chunk := read(_ROWS)) is not None:
        for row in element_rows(chunk):
            state = function([*state, *row], draws)
            draws = draws.row(1)
    return state


def single_element(read: Read) -> tuple[Any, ...]:
    """Returns the leaves of the only element.

    Raises:
        InvalidArgumentError: there is none, or more than one.
    """
    chunk = read(1)
    if chunk is None:
        raise InvalidArgumentError("get_single_element needs a dataset of one element; it has none")
    if read(1) is not None:
        raise InvalidArgumentError("get_single_element needs a dataset of one element; it has more")
    return element_rows(chunk)[0]


def _specs(*inputs: Any, step: Step, specs: tuple[TensorSpec, ...], **_: Any) -> tuple[TensorSpec, ...]:
    return specs


def _reduce(
    *values: Any,
    step: Step,
    function: Function,
    arguments: tuple[Tensor, ...],
    specs: tuple[TensorSpec, ...],
    number: int,
    draws: Draws,
) -> list[Any]:
    captured, initial = values[: len(arguments)], values[len(arguments) :]
    bound = function.bind({id(t.node): v for t, v in zip(arguments, captured, strict=True)})
    context = context_of(draws, number)
    return reduced(bound_to(step, arguments, captured).iterate(context.input()).next, bound, initial, context.draws())


def _single(
    *values: Any,
    step: Step,
    arguments: tuple[Tensor, ...],
    specs: tuple[TensorSpec, ...],
    number: int,
    draws: Draws,
) -> tuple[Any, ...]:
    return single_element(bound_to(step, arguments, values).iterate(context_of(draws, number)).next)


REDUCE = Op("ReduceDataset", infer=_specs, host=_reduce, lift=lift_rows, composite=True, random=True)
SINGLE = Op("SingleElement", infer=_specs, host=_single, lift=lift_rows, composite=True, random=True)


def reduce_in_trace(step: Step, function: Function, initial: Any, spec: Any) -> Any:
    """Adds a node that reduces a dataset which depends on an element of another one."""
    captures = {id(t.node): t for t in (*step.captures, *function.captures)}
    arguments = tuple(captures.values())
    results = REDUCE.node(
        *arguments,
        *nest.flatten(initial),
        step=step,
        function=function,
        arguments=arguments,
        specs=tuple(nest.flatten(spec)),
        number=next_number(),
    )
    return nest.pack(spec, results)


def single_in_trace(step: Step) -> Any:
    """Adds a node that takes the only element of a dataset which depends on an element of another one."""
    arguments = tuple(step.captures)
    specs = tuple(step.leaves)
    return nest.pack(
        step.spec, SINGLE.node(*arguments, step=step, arguments=arguments, specs=specs, number=next_number())
    )


def depends_on_trace(*parts: Any) -> bool:
    """Whether steps, functions or structures of Tensors depend on what is only known when elements are read."""
    for part in parts:
        if isinstance(part, Step | Function):
            if part.captures:
                return True
        elif any(t.is_symbolic for t in nest.flatten(part)):
            return True
    return False


def as_tensors(structure: Any, values: Sequence[Any]) -> Any:
    """Packs host values as Tensors."""
    return nest.pack(structure, [concrete(v) for v in values])
