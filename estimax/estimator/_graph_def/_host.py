"""From the host graph to boxes: features, and what columns make of them before they go to the device."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from estimax._base import _nest as nest
from estimax._base._dtypes import DType
from estimax._base._string_array import StringArray
from estimax._graph._function import Function
from estimax._graph._op import Node
from estimax._graph._tensor import Tensor, as_numpy
from estimax.estimator._graph_def._boxes import PLACEHOLDER, Box, Output, Wire
from estimax.estimator._graph_def._equations import Known, Packed, Source, joined
from estimax.estimator._graph_def._operations import HOST_PASSING, host_operation
from estimax.estimator._model import Traced

_MOST_SHOWN = 16  # elements of an array among the attributes

Sources = dict[tuple[int, int], Wire]


def host_sources(traced: Traced) -> list[Source]:
    """Draws the host half of a traced model; returns where each entry of the device comes from."""
    known: Sources = {}
    for name, leaf in _named_leaves(traced.program.arguments):
        scope, _, label = name.rpartition("/")
        known[id(leaf.node), leaf.index] = Wire(Box(scope, label, PLACEHOLDER, [], [_output(leaf)]))
    host = traced.host
    packs = {id(t.node) for t in host.outputs if t.node is not None and t.node.op.name == "PackColumns"}
    for node in host.order:
        if id(node) not in packs:
            _draw(node, known)
    return [_entry(tensor, known) for tensor in host.outputs]


def _named_leaves(arguments: tuple[Any, ...]) -> list[tuple[str, Tensor]]:
    """Returns the placeholders of a batch with their names: `features/carrier`, `labels`."""
    named = []
    for kind, structure in zip(("features", "labels"), arguments, strict=False):
        for path, leaf in nest.flatten_with_paths(structure):
            if isinstance(leaf, Tensor):
                named.append(("/".join([kind, *(part.replace("/", "_") for part in path)]), leaf))
    return named


def _draw(node: Node, known: Sources) -> None:
    inputs = [known[id(t.node), t.index] for t in node.inputs if (id(t.node), t.index) in known]
    if node.op.name in HOST_PASSING and inputs:
        known[id(node), 0] = inputs[0]
        return
    results = node.results()
    outputs = [_output(t) for t in (results if node.several else (results,))]
    op = host_operation(node.op.name)
    shown = _attributes(node.params) | _constants(node)
    box = Box(_scope(node, inputs), op, op, list(dict.fromkeys(inputs)), outputs, shown)
    known.update({(id(node), i): Wire(box, i) for i in range(len(outputs))})


def _scope(node: Node, inputs: list[Wire]) -> str:
    """Returns where an op stands: with the feature that it reads; what reads several has a scope of its own."""
    own = {wire.box.scope if wire.box.op != PLACEHOLDER else joined(wire.box.scope, wire.box.label) for wire in inputs}
    if len(own) == 1:
        return own.pop()
    kind = "labels" if own and all(scope.startswith("labels") for scope in own) else "features"
    column = node.params.get("column")
    return joined(kind, column if isinstance(column, str) else "_".join(s.rpartition("/")[2] for s in sorted(own)))


def _entry(tensor: Tensor, known: Sources) -> Source:
    if (id(tensor.node), tensor.index) in known:
        return known[id(tensor.node), tensor.index]
    assert tensor.node is not None
    starts = np.cumsum([0, *(t.shape[-1] or 0 for t in tensor.node.inputs)]).tolist()
    parts = zip(starts, tensor.node.inputs, strict=False)
    found = tuple((start, known[id(t.node), t.index]) for start, t in parts if (id(t.node), t.index) in known)
    return Packed(found) if found else Known()


def _output(tensor: Tensor) -> Output:
    shape = None if tensor.shape.ndims is None else tuple(-1 if n is None else n for n in tensor.shape)
    return Output(shape, tensor.dtype.name)


def _constants(node: Node) -> dict[str, Any]:
    """Returns the numbers and words that an op takes besides Tensors."""
    known = [as_numpy(t.value) for t in node.inputs if t.value is not None and t.shape.ndims == 0]
    return {"constant": known[0]} if len(known) == 1 else {"constants": known} if known else {}


def _attributes(params: Mapping[str, Any]) -> dict[str, Any]:
    """Returns the parameters of an op as a reader sees them: of what is long the size and the beginning."""
    shown: dict[str, Any] = {}
    for name, value in params.items():
        if isinstance(value, StringArray | np.ndarray) and np.ndim(value) == 1:
            name = {"words": "vocabulary"}.get(name, name)
            shown[f"{name}_size"] = len(value)
            shown[name] = value[:_MOST_SHOWN].tolist()
        elif isinstance(value, Function):
            shown[name] = [host_operation(node.op.name) for node in value.order][:_MOST_SHOWN]
        elif isinstance(value, str | int | float | bool | DType | np.generic):
            shown[name] = value
        elif isinstance(value, tuple | list):
            shown[name] = list(value)[:_MOST_SHOWN]
    return shown
