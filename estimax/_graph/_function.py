"""`Function`: a part of the graph, from some Tensors to others, that can be run.

It runs for one set of values, or lifted: for whole columns, one value a row.
`trace` makes a Function of a Python function by calling it once with
placeholders.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import Any

from estimax._base import _nest as nest
from estimax._base._shapes import RaggedTensorSpec, SparseTensorSpec, TensorSpec
from estimax._graph._boundary import is_device_array
from estimax._graph._column import Column, Value, repeat_value
from estimax._graph._draws import Draws
from estimax._graph._op import Node, Op, as_tensor
from estimax._graph._tensor import Tensor, tensor_of
from estimax._graph._tracing import tracing


def _no_value(**params: Any) -> Any:
    raise TypeError(
        f"a placeholder has no value of its own: {params.get('name') or 'unnamed'} was not fed. A Tensor that a traced "
        f"function kept in a list or a variable has none outside of it either: return it from the function"
    )


def _placeholder_spec(*, dtype: Any, shape: Any, name: str | None, kind: str = "dense", ragged_rank: int = 0) -> Any:
    if kind == "sparse":
        return SparseTensorSpec(shape, dtype, name)
    return RaggedTensorSpec(shape, dtype, ragged_rank) if kind == "ragged" else TensorSpec(shape, dtype, name)


PLACEHOLDER = Op("Placeholder", infer=_placeholder_spec, host=_no_value)


def placeholder_for(spec: TensorSpec) -> Tensor:
    """Returns a symbolic Tensor that stands for a value still to come."""
    kind: dict[str, Any] = {}
    if isinstance(spec, SparseTensorSpec):
        kind = {"kind": "sparse"}
    elif isinstance(spec, RaggedTensorSpec):
        kind = {"kind": "ragged", "ragged_rank": spec.ragged_rank}
    shape = None if spec.shape.ndims is None else tuple(spec.shape)
    tensor: Tensor = PLACEHOLDER.node(dtype=spec.dtype, shape=shape, name=spec.name, **kind)
    return tensor


class Function:
    """The part of a graph that leads from `inputs` to `outputs`."""

    def __init__(self, inputs: Sequence[Tensor], outputs: Sequence[Tensor]) -> None:
        self.inputs = tuple(inputs)
        self.outputs = tuple(outputs)

    @cached_property
    def order(self) -> list[Node]:
        """The nodes to compute, each after those that it needs."""
        done: set[int] = {id(t.node) for t in self.inputs}
        order: list[Node] = []
        stack = [(t.node, False) for t in reversed(self.outputs) if t.node is not None]
        while stack:
            node, expanded = stack.pop()
            if id(node) in done:
                continue
            if expanded:
                done.add(id(node))
                order.append(node)
            else:
                stack.append((node, True))
                stack.extend((t.node, False) for t in node.inputs if t.node is not None)
        return order

    @cached_property
    def captures(self) -> list[Tensor]:
        """The placeholders that the outputs need and that are not among the inputs."""
        given = {id(t.node) for t in self.inputs}
        return [n.results() for n in self.order if n.op is PLACEHOLDER and id(n) not in given]

    @cached_property
    def needed(self) -> dict[int, tuple[bool, ...]]:
        """For each node, which of its results anything uses."""
        used = {(id(t.node), t.index) for t in (*self.outputs, *(t for n in self.order for t in n.inputs))}
        return {id(n): tuple((id(n), i) in used for i in range(len(n.specs))) for n in self.order}

    @cached_property
    def expands(self) -> bool:
        """Whether some op makes much larger values of small ones."""
        return any(n.op.expands for n in self.order)

    def __call__(self, values: Sequence[Value], draws: Draws | None = None) -> list[Value]:
        """Computes the outputs for one value of each input."""
        known: dict[tuple[int, int], Value] = dict(zip(map(_key, self.inputs), values, strict=True))
        for node in self.order:
            out = node.compute([_value(t, known) for t in node.inputs], self.needed[id(node)], draws)
            known.update({(id(node), i): v for i, v in enumerate(out)})
        return [_value(t, known) for t in self.outputs]

    def over_rows(self, columns: Sequence[Column], rows: int, draws: Draws | None = None) -> list[Column]:
        """Computes the outputs of every row, given a column for each input.

        `draws` are the random numbers for the first row; the rows that follow take those after it.
        """
        known: dict[tuple[int, int], Any] = dict(zip(map(_key, self.inputs), columns, strict=True))
        lifted = {id(t.node) for t in self.inputs}
        for node in self.order:
            values = [_value(t, known) for t in node.inputs]
            flags = [id(t.node) in lifted for t in node.inputs]
            if any(flags) or node.op.random:
                lifted.add(id(node))
                out = node.compute_rows(values, flags, rows, self.needed[id(node)], draws)
            else:
                out = node.compute(values, self.needed[id(node)])
            known.update({(id(node), i): v for i, v in enumerate(out)})
        results = []
        for tensor in self.outputs:
            value = _value(tensor, known)
            results.append(value if id(tensor.node) in lifted else repeat_value(value, rows))
        return results

    def bind(self, values: Mapping[int, Value]) -> Function:
        """Returns the function with some placeholders replaced by values, by the id of their node."""
        if not any(id(t.node) in values for t in self.captures):
            return self
        made: dict[tuple[int, int], Tensor] = {_key(t): t for t in self.inputs}
        for node in self.order:
            if id(node) in values:
                made[(id(node), 0)] = tensor_of(node.specs[0], value=values[id(node)])
            elif node.op is PLACEHOLDER:
                made[(id(node), 0)] = tensor_of(node.specs[0], node)
            else:
                inputs = tuple(made.get(_key(t), t) for t in node.inputs)
                if node.op.random:  # known inputs make no constant of it
                    results = Node(node.op, inputs, node.params).results()
                else:
                    results = node.op(*inputs, **node.params)
                results = results if node.several else (results,)
                made.update({(id(node), i): t for i, t in enumerate(results)})
        return Function(self.inputs, [made.get(_key(t), t) for t in self.outputs])

    def select(self, keep: Sequence[int]) -> Function:
        """Returns the function with some of the outputs only."""
        return Function(self.inputs, [self.outputs[i] for i in keep])

    @cached_property
    def used_inputs(self) -> tuple[bool, ...]:
        """Which of the inputs any output depends on."""
        used = {_key(t) for t in (*self.outputs, *(t for n in self.order for t in n.inputs))}
        return tuple(_key(t) in used for t in self.inputs)


def trace(function: Callable[..., Any], arguments: Any, unpack: bool = False) -> tuple[Function, Any]:
    """Calls a Python function once with placeholders and returns what it built.

    Args:
        function: is given structures of Tensors and returns a structure of Tensors
            or data; computes nothing.
        arguments: a structure of `TensorSpec`.
        unpack: whether a tuple of arguments is given as several arguments.

    Returns:
        The `Function` between the leaves, and the structure of results, whose
        leaves that are not structures, data or Tensors are left as they are.
    """
    inputs = nest.map_leaves(placeholder_for, arguments)
    with tracing():
        result = function(*inputs) if unpack and isinstance(inputs, tuple) else function(inputs)
    result = as_structure(result)
    return Function(nest.flatten(inputs), nest.flatten(result)), result


def as_structure(result: Any) -> Any:
    """Makes Tensors of the leaves of what a user's function returned; a list of Tensors becomes a tuple."""
    if isinstance(result, list) and any(isinstance(v, Tensor) or is_device_array(v) for v in result):
        result = tuple(result)
    return nest.map_leaves(as_tensor, result)


def _key(tensor: Tensor) -> tuple[int, int]:
    return (id(tensor.node), tensor.index)


def _value(tensor: Tensor, known: Mapping[tuple[int, int], Any]) -> Any:
    return tensor.value if tensor.node is None else known[_key(tensor)]
