"""Evaluation: metrics that add up over batches, many batches in one compiled call."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from estimax import logging
from estimax._graph._effects import checked
from estimax._scope._frame import VariableSpec
from estimax._scope._transform import Call, Program
from estimax.data._iterators import Reader
from estimax.estimator._eagerly import evaluated, stages
from estimax.estimator._inputs import open_input
from estimax.estimator._mode_keys import ModeKeys
from estimax.estimator._model import Traced, metric_values
from estimax.estimator._restored import Restored, initialized
from estimax.estimator._values import local_values
from estimax.estimator._watching import drawn_summaries, drawn_values, hooks_of, references_of, watched
from estimax.summary import DeclaredSummary, EventWriter, Summary, summary_values
from estimax.train._hook_runner import HookCalls
from estimax.train._hook_session import HookSession
from estimax.train._hooks import StopAtStepHook
from estimax.train._session_run_hook import SessionRunHook
from estimax.train._staging import Ahead, Stage, Stager

if TYPE_CHECKING:
    from estimax.estimator._estimator import Estimator

_MOST_BATCHES_PER_CALL = 64
_SEED = 0  # of random numbers in a model function that draws some in evaluations too


def evaluate(
    estimator: Estimator,
    input_fn: Any,
    steps: int | None,
    checkpoint_path: str | None,
    name: str | None,
    hooks: Sequence[SessionRunHook] = (),
    restored: Restored | None = None,
) -> dict[str, Any]:
    """Evaluates a checkpoint, or variables that are given; see `Estimator.evaluate`."""
    given = open_input(input_fn, ModeKeys.EVAL, estimator.params, estimator.config, repeats=False)
    traced = estimator.model.traced(ModeKeys.EVAL, given, for_hooks=bool(hooks))
    call = traced.program.call
    end = [StopAtStepHook(last_step=steps)] if steps is not None and hooks_of(call, ModeKeys.EVAL) else []
    calls = HookCalls([*hooks, *end, *hooks_of(call, ModeKeys.EVAL)], references_of(call, ModeKeys.EVAL))
    calls.begin(0)
    if restored is None:
        restored = estimator.restored(traced.program.specs, checkpoint_path)
        restored = initialized(restored, call.result, calls.references)
    reader = Reader(given.step.project(traced.needed), estimator.config.tf_random_seed)
    last = math.inf if steps is None else steps

    def next_stop(batch: int) -> float:
        return min(last, calls.next_due_step(batch) + 1)

    stager = Stager(reader, traced.host, traced.dtypes, 0, next_stop, _MOST_BATCHES_PER_CALL)
    run, staged = _compiled(traced, bool(hooks)), stager.stages()
    if traced.program.is_eager:
        run, staged = evaluated(run, traced.program, given), islice(stages(reader, ""), steps)
    totals = _sum_up(run, traced.program.specs, restored, staged, calls, last)
    if totals is None:
        raise ValueError("the input function of the evaluation gave no batch; check its files and filters")
    loss, batches, metrics, drawn = totals
    results: dict[str, Any] = {key: np.asarray(value)[()] for key, value in metrics.items()}
    results |= {"loss": np.float32(loss / batches), "global_step": np.int64(restored.step)}
    results = {key: results[key] for key in sorted(results)}
    shown = [replace(s, value=np.asarray(drawn.get(s.tag, s.value))) for s in drawn_summaries(call)]
    _report(estimator, results, shown, name, restored.prefix)
    return results


def _sum_up(
    run: Callable[..., Any],
    specs: Mapping[str, VariableSpec],
    restored: Restored,
    stages: Iterable[Stage],
    calls: HookCalls,
    last: float,
) -> tuple[float, int, dict[str, Any], dict[str, Any]] | None:
    """Runs all batches; returns the sum of their losses, their number, the metrics, and values of summaries."""
    local = jax.device_put(local_values(specs))
    loss, batches, metrics, drawn = 0.0, 0, None, {}
    fetched: dict[str, Any] = {}
    variables = dict(restored.values)
    session = HookSession(calls.references, lambda: {**variables, **local}, lambda: fetched)
    calls.start(session)
    ahead = Ahead(iter(stages))
    try:
        for stage in ahead:
            calls.before(session, batches + stage.count - 1)
            with checked():
                after = run(variables, local, stage.arrays, np.int32(stage.count), batches)
                local, losses, metrics, drawn, fetched = after
                loss += float(losses)
            batches += stage.count
            if calls.after(session, fetched, {**variables, **local}):
                break
        else:
            if batches != last:
                calls.before_the_end(session, batches)
    finally:
        ahead.close()
    calls.end(session)
    return None if metrics is None else (loss, batches, metrics, drawn)


def _compiled(traced: Traced, for_hooks: bool) -> Callable[..., Any]:
    if "evaluate" not in traced.compiled:
        fetched_of = partial(watched, mode=ModeKeys.EVAL, for_hooks=for_hooks)
        many = partial(_many, fetched_of)
        traced.compiled["evaluate"] = many if traced.program.is_eager else jax.jit(partial(many, traced.program))
    run: Callable[..., Any] = traced.compiled["evaluate"]
    return run


def _many(
    fetched_of: Callable[[Call], dict[str, Any]],
    program: Program,
    variables: Mapping[str, Any],
    local: Mapping[str, Any],
    stage: Sequence[Any],
    count: Any,
    done: Any,
) -> tuple[Any, Any, Any, Any, Any]:
    """Runs batches.

    A metric is a pair of a value and an update. The updates take place in each batch;
    the value is computed once, of what the local variables are after the last. So are
    the values of summaries.

    Returns:
        Local variables after the batches, the sum of losses, metrics, values of summaries by tag, and what
        hooks fetch of the last batch.
    """

    def one(i: Any, local: Mapping[str, Any]) -> Call:
        entries = [lax.dynamic_index_in_dim(a, i, 0, keepdims=False) for a in stage]
        key = partial(jax.random.fold_in, jax.random.key(_SEED), done + i)
        return program.run({**variables, **local}, entries, key)

    def body(i: Any, carry: tuple[Any, Any, Any]) -> tuple[Any, Any, Any]:
        local, loss, kept = carry
        call = one(i, local)
        after = {name: call.frame.updates.get(name, value) for name, value in local.items()}
        fetched = lax.cond(i == count - 1, lambda: fetched_of(call), lambda: kept) if kept else {}
        return after, loss + jnp.asarray(call.result.loss, jnp.float32).reshape(()), fetched

    shapes = program.shapes_of(lambda: fetched_of(one(0, local))) if fetched_of(program.call) else {}
    nothing = {reference: jnp.zeros(v.shape, v.dtype) for reference, v in shapes.items()}
    after, loss, fetched = lax.fori_loop(0, count, body, (dict(local), jnp.float32(0), nothing))
    last = one(count - 1, after)
    return after, loss, metric_values(last), drawn_values(last), fetched


def _report(
    estimator: Estimator,
    results: Mapping[str, Any],
    shown: Sequence[DeclaredSummary],
    name: str | None,
    prefix: str | None,
) -> None:
    """Logs the results and writes them where TensorBoard finds them beside the training curves."""
    listed = ", ".join(f"{key} = {value!s}" for key, value in results.items())
    logging.info("Saving dict for global step %s: %s", results["global_step"], listed)
    folder = estimator.eval_dir(name)
    step = int(results["global_step"])
    with EventWriter(folder) as writer:
        scalars = {k: float(v) for k, v in results.items() if k != "global_step" and np.ndim(v) == 0}
        writer.scalars(scalars, step)
        for key, value in results.items():
            if np.ndim(value):
                writer.array(key, value, step)
        if prefix is not None:
            writer.text("checkpoint_path", prefix, step)
        for declared in shown:
            writer.later(partial(_summary, declared), step)


def _summary(declared: DeclaredSummary) -> Summary:
    return Summary(value=summary_values(declared, declared.value))
