"""Functions inside of ops: what a Python function builds, and which Tensors of its surroundings it uses.

`tf.cond`, `tf.map_fn` and loops hold the functions that they are given as parameters
of their ops, so that these run for the rows, and as often, as they should. The
Tensors from outside that such a function uses become further arguments of the op.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import Any

from estimax._graph._boundary import current_boundary, is_device_array
from estimax._graph._column import Column, repeat_value
from estimax._graph._draws import Draws
from estimax._graph._function import Function, placeholder_for
from estimax._graph._op import Node
from estimax._graph._tensor import Tensor, tensor_of
from estimax._graph._tracing import is_tracing, tracing


@dataclass(frozen=True)
class Closure:
    """A function of given Tensors and of captured ones, which stand behind those in its inputs."""

    function: Function
    captures: tuple[Tensor, ...]


def kept_symbolic() -> AbstractContextManager[None]:
    """Keeps random numbers that are drawn inside from being drawn at once."""
    return nullcontext() if is_tracing() else tracing()


def holds_arrays(leaves: Iterable[Any]) -> bool:
    """Whether some results are arrays of the device, for which no function of the host can be made."""
    return any(map(is_device_array, leaves))


def is_on_device(leaves: Iterable[Any]) -> bool:
    """Whether a function of these values works on the device: some are there, or all are known in a model function."""
    listed = list(leaves)
    if holds_arrays(listed):
        return True
    known = all(isinstance(v, Tensor) and not v.is_symbolic and v.dtype.is_numeric for v in listed)
    return bool(listed) and known and current_boundary.get() is not None


def closed(
    call: Callable[[], Sequence[Tensor]], first: Sequence[Tensor], inputs: Sequence[Tensor] = (), later: bool = True
) -> Closure:
    """Makes a function of what one call of a Python function built.

    A graph does not say when its nodes were made. So the function is called once
    more: what both results are made of was there before and is captured.

    Args:
        call: builds the results anew.
        first: the results that it built first.
        inputs: placeholders that it was given.
        later: whether what depends on neither these nor random numbers may be captured
            as well, to be computed once and not as often as the function runs.
    """
    nodes = Function(inputs, first).order
    own = set(map(id, nodes))
    if nodes:
        own -= set(map(id, Function(inputs, call()).order))
    if inputs and later:
        own &= _depending(nodes, {id(t.node) for t in inputs}, own)
    return _rebuilt(nodes, own, inputs, first)


def _depending(nodes: Iterable[Node], given: set[int], own: set[int]) -> set[int]:
    """Returns the nodes that depend on given ones, or draw random numbers of their own, by their ids."""
    found = set(given)
    for node in nodes:
        if (node.op.random and id(node) in own) or any(id(t.node) in found for t in node.inputs):
            found.add(id(node))
    return found


def _rebuilt(nodes: Iterable[Node], own: set[int], inputs: Sequence[Tensor], outputs: Sequence[Tensor]) -> Closure:
    made: dict[int, Node] = {}
    given = {id(t.node) for t in inputs}
    captured: dict[tuple[int, int], tuple[Tensor, Tensor]] = {}

    def here(tensor: Tensor) -> Tensor:
        if tensor.node is None or id(tensor.node) in given:
            return tensor
        if id(tensor.node) in made:
            return tensor_of(tensor.spec, made[id(tensor.node)], tensor.index)
        key = (id(tensor.node), tensor.index)
        if key not in captured:
            captured[key] = (tensor, placeholder_for(tensor.spec))
        return captured[key][1]

    for node in nodes:
        if id(node) in own:
            made[id(node)] = Node(node.op, tuple(map(here, node.inputs)), node.params)
    results = [here(t) for t in outputs]
    outside = [pair[0] for pair in captured.values()]
    return Closure(Function([*inputs, *(pair[1] for pair in captured.values())], results), tuple(outside))


def draws_inside(function: Function) -> bool:
    """Whether a function draws random numbers."""
    return any(node.op.random for node in function.order)


def run_rows(
    function: Function, columns: Sequence[Any], lifted: Sequence[bool], rows: int, draws: Draws | None = None
) -> list[Column]:
    """Runs a function over rows, of which some arguments are the same for all."""
    given = [c if is_column else repeat_value(c, rows) for c, is_column in zip(columns, lifted, strict=True)]
    return function.over_rows(given, rows, draws)
