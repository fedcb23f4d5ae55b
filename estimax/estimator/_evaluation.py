"""Evaluation: metrics that add up over batches, many batches in one compiled call."""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from estimax import logging
from estimax._scope._transform import Program
from estimax.data._iterators import Reader
from estimax.estimator._inputs import open_input
from estimax.estimator._mode_keys import ModeKeys
from estimax.estimator._model import Traced
from estimax.estimator._values import local_values
from estimax.summary import EventWriter
from estimax.train._staging import Ahead, Stager

if TYPE_CHECKING:
    from estimax.estimator._estimator import Estimator

_MOST_BATCHES_PER_CALL = 64


def evaluate(
    estimator: Estimator, input_fn: Any, steps: int | None, checkpoint_path: str | None, name: str | None
) -> dict[str, Any]:
    """Evaluates a checkpoint; see `Estimator.evaluate`."""
    given = open_input(input_fn, ModeKeys.EVAL, estimator.params, estimator.config, repeats=False)
    traced = estimator.model.traced(ModeKeys.EVAL, given)
    restored = estimator.restored(traced.program.specs, checkpoint_path)
    reader = Reader(given.step.project(traced.needed), estimator.config.tf_random_seed)
    last = math.inf if steps is None else steps
    stager = Stager(reader, traced.host, traced.dtypes, 0, lambda step: last, _MOST_BATCHES_PER_CALL)
    totals = _sum_up(traced, restored.values, stager)
    if totals is None:
        raise ValueError("the input function of the evaluation gave no batch; check its files and filters")
    loss, batches, metrics = totals
    results: dict[str, Any] = {key: np.asarray(value)[()] for key, value in metrics.items()}
    results |= {"loss": np.float32(loss / batches), "global_step": np.int64(restored.step)}
    results = {key: results[key] for key in sorted(results)}
    _report(estimator, results, name, restored.prefix)
    return results


def _sum_up(traced: Traced, variables: Mapping[str, Any], stager: Stager) -> tuple[float, int, dict[str, Any]] | None:
    """Runs all batches; returns the sum of their losses, their number, and the metrics."""
    program = traced.program
    local = jax.device_put(local_values(program.specs))
    loss, batches, metrics = 0.0, 0, None
    ahead = Ahead(stager.stages())
    try:
        for stage in ahead:
            run = _compiled(traced)
            local, losses, metrics = run(dict(variables), local, stage.arrays, np.int32(stage.count))
            loss += float(losses)
            batches += stage.count
    finally:
        ahead.close()
    return None if metrics is None else (loss, batches, metrics)


def _compiled(traced: Traced) -> Callable[..., Any]:
    if "evaluate" not in traced.compiled:
        traced.compiled["evaluate"] = jax.jit(partial(_many, traced.program))
    run: Callable[..., Any] = traced.compiled["evaluate"]
    return run


def _many(
    program: Program, variables: Mapping[str, Any], local: Mapping[str, Any], stage: Sequence[Any], count: Any
) -> tuple[Any, Any, Any]:
    def one(i: Any, local: Mapping[str, Any]) -> tuple[Any, Any, Any]:
        entries = [lax.dynamic_index_in_dim(a, i, 0, keepdims=False) for a in stage]
        call = program.run({**variables, **local}, entries)
        after = {name: call.frame.updates.get(name, value) for name, value in local.items()}
        ops = call.result.eval_metric_ops or {}
        metrics = {key: jnp.asarray(pair[1]) for key, pair in ops.items()}
        return after, jnp.asarray(call.result.loss, jnp.float32).reshape(()), metrics

    def body(i: Any, carry: tuple[Any, Any, Any]) -> tuple[Any, Any, Any]:
        after, loss, metrics = one(i, carry[0])
        return after, carry[1] + loss, metrics

    shapes = jax.eval_shape(lambda: one(0, local))
    metrics = {key: jnp.zeros(v.shape, v.dtype) for key, v in shapes[2].items()}
    return lax.fori_loop(0, count, body, (dict(local), jnp.float32(0), metrics))  # type: ignore[no-any-return]  # a triple


def _report(estimator: Estimator, results: Mapping[str, Any], name: str | None, prefix: str | None) -> None:
    """Logs the results and writes them where TensorBoard finds them beside the training curves."""
    listed = ", ".join(f"{key} = {value}" for key, value in results.items())
    logging.info("Saving dict for global step %s: %s", results["global_step"], listed)
    folder = estimator.eval_dir(name)
    os.makedirs(folder, exist_ok=True)
    step = int(results["global_step"])
    with EventWriter(folder) as writer:
        scalars = {k: float(v) for k, v in results.items() if k != "global_step" and np.ndim(v) == 0}
        writer.scalars(scalars, step)
        if prefix is not None:
            writer.text("checkpoint_path", prefix, step)
