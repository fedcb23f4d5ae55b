"""`graph_def`: a traced model as the graph that TensorBoard shows."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import Any

from tensorboardX.proto.event_pb2 import Event
from tensorboardX.proto.graph_pb2 import GraphDef

from estimax._scope._frame import VariableSpec
from estimax.estimator._graph_def._boxes import GIVEN, VARIABLE, Box, Output, Wire, in_order, reached
from estimax.estimator._graph_def._equations import Reader, Source
from estimax.estimator._graph_def._host import host_sources
from estimax.estimator._graph_def._merging import merged
from estimax.estimator._graph_def._names import finally_named
from estimax.estimator._graph_def._nodes import node_of
from estimax.estimator._graph_def._traced_program import device_program
from estimax.estimator._graph_def._training_boxes import training_boxes
from estimax.estimator._model import _UNLIKELY_WIDTH, Traced
from estimax.train._global_step import GLOBAL_STEP
from estimax.train._step import TrainStep


def graph_def(traced: Traced, step: TrainStep | None = None) -> GraphDef:
    """Returns a traced model as a graph for a reader: features, layers, loss, and what training changes.

    Boxes are what a program calls: columns, layers, losses. Primitives of JAX are joined or left
    out, and gradients stand for the model backwards. Sizes that differ from batch to batch are -1.

    Args:
        traced: a model function; in mode TRAIN where there is a step.
        step: its training step; None for the model alone.

    Returns:
        The graph; one without nodes for a model that runs eagerly, which has none.

    Example:
        In a training run:

            writer.event(graph_event(graph_def(traced, step)))
    """
    if traced.program.is_eager:
        return GraphDef()
    boxes = _boxes(traced, step)
    names = finally_named(boxes)
    return GraphDef(node=[node_of(box, names) for box in boxes])


def graph_event(graph: GraphDef) -> Event:
    """Returns the event by which a graph stands in an event file.

    Example:
        >>> from tensorboardX.proto.graph_pb2 import GraphDef
        >>> from estimax.estimator._graph_def import graph_event
        >>> graph_event(GraphDef()).WhichOneof("what")
        'graph_def'
    """
    return Event(wall_time=time.time(), graph_def=graph.SerializeToString())


def _boxes(traced: Traced, step: TrainStep | None) -> list[Box]:
    program = device_program(traced, step)
    specs: Mapping[str, VariableSpec] = traced.program.specs
    variables = {name: _variable(name, specs.get(name)) for name in program.variables}
    entries = host_sources(traced)
    inputs: list[Source] = [Wire(variables[name]) for name in program.variables]
    reader = Reader(_rows(traced), _UNLIKELY_WIDTH)
    results = reader.read(program.closed.jaxpr, program.closed.consts, [*inputs, *entries])
    found = {kind: r for kind, r in zip(program.results, results, strict=True) if isinstance(r, Wire)}
    _name_results(found)
    losses = {number: wire for (kind, number), wire in found.items() if kind == "loss"}
    rates = {number: wire for (kind, number), wire in found.items() if kind == "rate"}
    last = [w.box for (kind, _), w in found.items() if kind in ("loss", "prediction", "rate")]
    last += [_assigned(variables[n], w) for (kind, n), w in found.items() if kind == "update" and n in variables]
    model = merged(list(dict.fromkeys(last)))
    _place(model, [wire.box for wire in losses.values()], [wire.box for wire in rates.values()])
    drawn = {id(box) for box in model}
    shown = [v for n, v in variables.items() if id(v) not in drawn and (n == GLOBAL_STEP or specs[n].is_trainable)]
    training = training_boxes(step, variables, losses, rates) if step else []
    return in_order([*shown, *model, *training])


def _variable(name: str, spec: VariableSpec | None) -> Box:
    scope, _, label = name.rpartition("/")
    if spec is None:
        return Box(scope, label, VARIABLE, [], [Output((), "int32")], {"trainable": False}, None, True)
    kind = type(spec.initializer).__name__
    shown: dict[str, Any] = {"trainable": spec.is_trainable}
    shown["initializer"] = getattr(spec.initializer, "__qualname__", kind) if kind == "function" else kind
    if spec.is_table:
        shown["read_by_rows"] = True
    return Box(scope, label, VARIABLE, [], [Output(spec.shape, spec.dtype.name)], shown, None, True)


def _rows(traced: Traced) -> int:
    """Returns the size that stands for the unknown size of a batch."""
    for tensor, spec in zip(traced.program.entries, traced.program.used_specs, strict=True):
        if spec.shape and (tensor.shape.ndims is None or tensor.shape[0] is None):
            return int(spec.shape[0])
    return 0


def _name_results(found: Mapping[tuple[str, Any], Wire]) -> None:
    """Gives boxes the names that a program gave their results; predictions stand under their keys."""
    for (kind, name), wire in sorted(found.items(), key=lambda item: item[0][0]):  # names before predictions
        box = wire.box
        if box.op in GIVEN or wire.number:
            continue
        if kind == "name":
            box.rename(name)
        elif kind == "prediction":
            label = name if isinstance(name, str) else "_".join(map(str, name))
            box.rename(f"{box.scope}/{label}")


def _place(boxes: Sequence[Box], losses: Sequence[Box], rates: Sequence[Box]) -> None:
    """Puts boxes that stand in no scope of their own where they belong: to their variables, or to training."""
    of_model = reached(losses)
    of_rates = reached(rates) - of_model
    for box in boxes:
        if box.op == VARIABLE or box.is_named:
            continue
        if id(box) in of_rates and not box.scope:
            box.scope = "training"
        own = {w.box.scope for w in box.inputs if w.box.op == VARIABLE}
        if len(own) == 1 and (scope := own.pop()) and (not box.scope or scope.startswith(f"{box.scope}/")):
            box.scope = scope


def _assigned(variable: Box, value: Wire) -> Box:
    inputs: Sequence[Wire] = [Wire(variable), value]
    return Box(variable.scope, f"Assign_{variable.label}", "Assign", list(inputs), variable.outputs)
