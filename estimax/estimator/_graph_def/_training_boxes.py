"""What training does with a model, as a reader needs it: a gradient and an update for each variable.

How gradients are computed is not drawn: it is the model backwards.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

import numpy as np

from estimax.estimator._graph_def._boxes import Box, Output, Wire
from estimax.estimator._graph_def._equations import joined
from estimax.train._global_step import GLOBAL_STEP
from estimax.train._optimizer import Optimizer
from estimax.train._step import TrainStep

_SCOPE = "training"


def training_boxes(
    step: TrainStep, variables: Mapping[str, Box], losses: Mapping[int, Wire], rates: Mapping[int, Wire]
) -> list[Box]:
    """Draws the train ops of a step.

    Args:
        step: of training.
        variables: their boxes, by name.
        losses: what is minimised: of the model (0), and of each train op (from 1).
        rates: the learning rates that are computed, by the number of the train op.
    """
    made: list[Box] = []
    for number, scope in enumerate(_optimizer_scopes(step)):
        loss = losses.get(number + 1, losses.get(0))
        rate = _rate(scope, rates.get(number))
        made += [
            _update(step, number, scope, variables[name], name, loss, rate)
            for name in step.variables_of[number]
            if name in variables
        ]
    followers = step.program.call.frame.followers
    made += [_averaged(name, follower.source, variables) for name, follower in followers.items()]
    counter = variables[GLOBAL_STEP]
    return [*made, Box(_SCOPE, "global_step_increment", "AssignAdd", [Wire(counter)], counter.outputs, {"by": 1})]


def _update(
    step: TrainStep, number: int, scope: str, variable: Box, name: str, loss: Wire | None, rate: Box | None
) -> Box:
    """Draws the gradient of a variable and what an optimizer makes of it."""
    path, _, leaf = name.rpartition("/")
    by_rows = name in step.row_tables
    reads = [Wire(variable), *([loss] if loss else [])]
    gradient = Box(joined(_SCOPE, "gradients", path), leaf, "Gradient", reads, variable.outputs, {"by_rows": by_rows})
    optimizer = step.ops[number].optimizer
    slots = [saved for (owner, _), saved in step.state_names[number].items() if owner == name]
    shown = {"optimizer": optimizer.name, **_hyper_parameters(optimizer), "slots": slots}
    reads = [Wire(variable), Wire(gradient), *([Wire(rate)] if rate else [])]
    return Box(joined(scope, path), leaf, "ScatterSub" if by_rows else "AssignSub", reads, variable.outputs, shown)


def _optimizer_scopes(step: TrainStep) -> list[str]:
    """Returns a scope for each train op: the name of its optimizer, numbered where several have it."""
    names = [op.optimizer.name for op in step.ops]
    earlier = [names[:i].count(name) for i, name in enumerate(names)]
    return [joined(_SCOPE, f"{n}_{count}" if count else n) for n, count in zip(names, earlier, strict=True)]


def _rate(scope: str, computed: Wire | None) -> Box | None:
    """Draws a learning rate that is computed in each step; a number is an attribute of the updates."""
    return computed and Box(scope, "learning_rate", "Identity", [computed], [Output((), "float32")])


def _hyper_parameters(optimizer: Optimizer) -> dict[str, Any]:
    """Returns the numbers, switches and words that an optimizer was made with."""
    if not dataclasses.is_dataclass(optimizer):
        return {}
    values = {f.name: getattr(optimizer, f.name, None) for f in dataclasses.fields(optimizer)}
    kinds = (bool, int, float, str, np.generic)
    return {name: v for name, v in values.items() if isinstance(v, kinds) and name not in ("name", "use_locking")}


def _averaged(name: str, source: str, variables: Mapping[str, Box]) -> Box:
    inputs = [Wire(variables[n]) for n in (name, source) if n in variables]
    return Box(joined(_SCOPE, "moving_averages"), name.replace("/", "_"), "AssignSub", inputs, variables[name].outputs)
