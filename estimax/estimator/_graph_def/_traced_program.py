"""The device half of a model as JAX traces it, once for all who describe it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import jax
import numpy as np

from estimax._scope._frame import entered
from estimax._scope._transform import Call, Program, any_key
from estimax.estimator._model import Traced
from estimax.train._global_step import GLOBAL_STEP
from estimax.train._step import TrainStep

_KEY = "device program"

Results = list[tuple[tuple[str, Any], Any]]


@dataclass(frozen=True, eq=False)
class DeviceProgram:
    """What a step computes before it differentiates.

    Attributes:
        closed: the traced program, from variables and entries to results.
        variables: the names of its first inputs; the entries follow.
        results: for each result what it is: ('loss', 0), ('prediction', key), ('update', variable), ...
    """

    closed: Any
    variables: tuple[str, ...]
    results: tuple[tuple[str, Any], ...]


def device_program(traced: Traced, step: TrainStep | None) -> DeviceProgram:
    """Returns the device half of a traced model; it is traced when it is first asked for."""
    if _KEY not in traced.compiled:
        traced.compiled[_KEY] = _trace(traced.program, step)
    program: DeviceProgram = traced.compiled[_KEY]
    return program


def _trace(program: Program, step: TrainStep | None) -> DeviceProgram:
    try:
        return _trace_results(program, step, _results)
    except Exception:  # what is only looked at may fail where training does not
        return _trace_results(program, step, _loss)


def _trace_results(
    program: Program, step: TrainStep | None, results_of: Callable[[TrainStep | None, Call, Any], Results]
) -> DeviceProgram:
    specs = program.specs
    values = {name: jax.eval_shape(lambda s=s: jax.numpy.zeros(s.shape, s.dtype)) for name, s in specs.items()}
    values[GLOBAL_STEP] = jax.eval_shape(lambda: jax.numpy.int32(0))
    kinds: list[tuple[str, Any]] = []

    def results(values: Mapping[str, Any], entries: list[Any]) -> list[Any]:
        call = program.run(values, entries, any_key)
        found = results_of(step, call, values[GLOBAL_STEP])
        kinds[:] = [kind for kind, _ in found]
        return [value for _, value in found]

    closed = jax.make_jaxpr(results)(values, program.used_specs)
    return DeviceProgram(closed, tuple(sorted(values)), tuple(kinds))


def _loss(step: TrainStep | None, call: Call, of_trace: Any) -> Results:
    return [(("loss", 0), step.loss_of(call) if step else call.result.loss)]


def _results(step: TrainStep | None, call: Call, of_trace: Any) -> Results:
    """Returns what is of interest of a call. Names that were given inside of loops are left out."""
    found = _loss(step, call, of_trace)
    ops = step.ops_of(call) if step else []
    found += [(("loss", i + 1), op.loss) for i, op in enumerate(ops) if isinstance(op.loss, jax.Array)]
    with entered(call.frame), jax.named_scope("training"):
        found += [(("rate", i), op.optimizer.current_learning_rate()) for i, op in enumerate(ops)]
    predictions = getattr(call.result, "predictions", None)
    named = predictions.items() if isinstance(predictions, Mapping) else []
    found += [(("prediction", key), value) for key, value in named]
    updates = call.frame.updates.items() if step else []
    found += [(("update", name), value) for name, value in updates]
    found += [(("name", name), value) for name, value in call.frame.tensors.items()]
    home = getattr(of_trace, "_trace", None)
    return [(kind, value) for kind, value in found if _is_result(value, home)]


def _is_result(value: Any, home: Any) -> bool:
    if not isinstance(value, jax.core.Tracer):
        return isinstance(value, jax.Array | np.generic)
    return getattr(value, "_trace", None) is home
