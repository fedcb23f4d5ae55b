"""Prediction: rows out of batches."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

import jax
import numpy as np

from estimax._base import _nest as nest
from estimax._base._string_array import StringArray
from estimax._graph._column import rows_of
from estimax._graph._effects import checked
from estimax._graph._function import Function
from estimax._scope._transform import Program
from estimax.data._iterators import Reader
from estimax.data._step import Step
from estimax.estimator._eagerly import predicted
from estimax.estimator._inputs import open_input
from estimax.estimator._mode_keys import ModeKeys
from estimax.estimator._model import Traced
from estimax.estimator._restored import initialized
from estimax.estimator._rows_at_once import RowsAtOnce
from estimax.estimator._watching import hooks_of, references_of, watched
from estimax.train._hook_runner import HookCalls
from estimax.train._hook_session import HookSession
from estimax.train._session_run_hook import SessionRunHook
from estimax.train._staging import Ahead

if TYPE_CHECKING:
    from estimax.estimator._estimator import Estimator

_BATCHES_AT_ONCE = 64
_SEED = 0


def predict(
    estimator: Estimator,
    input_fn: Any,
    predict_keys: Any,
    checkpoint_path: str | None,
    one_by_one: bool,
    hooks: Sequence[SessionRunHook] = (),
) -> Iterator[Any]:
    """Predicts row by row or batch by batch; see `Estimator.predict`."""
    given = open_input(input_fn, ModeKeys.PREDICT, estimator.params, estimator.config, repeats=False).without_labels()
    traced = estimator.model.traced(ModeKeys.PREDICT, given, for_hooks=bool(hooks))
    call = traced.program.call
    calls = HookCalls([*hooks, *hooks_of(call, ModeKeys.PREDICT)], references_of(call, ModeKeys.PREDICT))
    calls.begin(0)
    restored = estimator.restored(traced.program.specs, checkpoint_path)
    restored = initialized(restored, call.result, calls.references)
    outputs = chosen_outputs(traced.outputs[0], predict_keys)
    if traced.program.is_eager:
        found = predicted(traced.program, given, restored.values, estimator.config.tf_random_seed)
        batches: Any = (_on_host(chosen_outputs(predictions, predict_keys)) for predictions in found)
    elif calls.hooks:
        batches = _with_hooks(calls, traced, restored.values, outputs, given.step, estimator.config.tf_random_seed)
    else:
        batches = Ahead(_predicted(traced, restored.values, outputs, given.step, estimator.config.tf_random_seed))
    try:
        for batch in batches:
            yield from _rows(batch) if one_by_one else [batch]
    finally:
        batches.close()


def _with_hooks(
    calls: HookCalls, traced: Traced, variables: Mapping[str, Any], outputs: Any, step: Step, seed: int | None
) -> Iterator[Any]:
    """Gives what is predicted for each batch, with hooks called around it."""
    fetched: dict[str, Any] = {}
    session = HookSession(calls.references, lambda: variables, lambda: fetched)
    calls.start(session)
    run = _fetching(traced)

    def asked(values: Mapping[str, Any], entries: Sequence[Any]) -> Any:
        calls.before(session, asked_of[0])
        results, now = run(values, entries)
        fetched.update(now)
        asked_of[0] += 1
        return results

    asked_of = [0]
    for batch in _predicted(traced, variables, outputs, step, seed, asked):
        is_enough = calls.after(session, fetched, variables)
        yield batch
        if is_enough:
            break
    else:
        calls.before_the_end(session, asked_of[0])
    calls.end(session)


def _predicted(
    traced: Traced, variables: Mapping[str, Any], outputs: Any, step: Step, seed: int | None, run: Any = None
) -> Iterator[Any]:
    """Goes through the input and gives what is predicted for each batch, in the structure of `outputs`."""
    flat = list(outputs.values()) if isinstance(outputs, Mapping) else [outputs]
    finish = Function([*traced.program.exits, *traced.inputs], flat)
    used = _used_inputs(traced, finish)
    run = run or _compiled(traced)
    ahead = Ahead(_batches(Reader(step.project(used), seed), traced, used))
    try:
        for leaves, entries in ahead:
            with checked():
                results = [np.asarray(r) for r in run(variables, entries)]
            columns = [_plain(c) for c in finish([*results, *leaves])]
            yield dict(zip(outputs, columns, strict=True)) if isinstance(outputs, Mapping) else columns[0]
    finally:
        ahead.close()


def chosen_outputs(outputs: Any, keys: Any) -> Any:
    """Returns the predictions under some keys, or all.

    Raises:
        ValueError: none of the keys is predicted, or keys are given where there are none.
    """
    if not keys:
        return outputs
    wanted = [keys] if isinstance(keys, str) else list(keys)
    if not isinstance(outputs, Mapping):
        raise ValueError("predict_keys need a model whose predictions are a dictionary")
    found = {k: v for k, v in outputs.items() if k in wanted}
    if not found:
        raise ValueError(f"predict_keys must be among {sorted(outputs)}; got {wanted}")
    return found


def _used_inputs(traced: Traced, finish: Function) -> tuple[int, ...]:
    """Which leaves of a batch are needed, by the device or for what is answered."""
    by_answer = finish.used_inputs[len(traced.program.exits) :]
    return tuple(i for i in range(len(traced.inputs)) if by_answer[i] or i in traced.needed)


def _batches(reader: Reader, traced: Traced, used: Sequence[int]) -> Iterator[tuple[list[Any], list[np.ndarray]]]:
    """Goes through the batches: all leaves of each (None where not needed) and the entries of the device."""
    positions = [used.index(i) for i in traced.needed]
    while (chunk := reader.next(_BATCHES_AT_ONCE)) is not None:
        entries = traced.host.over_rows([chunk.columns[p] for p in positions], chunk.size)
        columns = [rows_of(c) for c in chunk.columns]
        for row in range(chunk.size):
            leaves: list[Any] = [None] * len(traced.inputs)
            for number, column in zip(used, columns, strict=True):
                leaves[number] = column[row]
            pairs = zip(entries, traced.dtypes, strict=True)
            yield leaves, [np.asarray(e[row]).astype(dtype, copy=False) for e, dtype in pairs]


def _compiled(traced: Traced) -> RowsAtOnce:
    if "predict" not in traced.compiled:
        program = traced.program
        traced.compiled["predict"] = RowsAtOnce(partial(device_results, program), program.entries, program.exits)
    run: RowsAtOnce = traced.compiled["predict"]
    return run


def _fetching(traced: Traced) -> Any:
    """Returns what runs a batch and gives the device's results, and those that hooks fetch."""
    if "fetch" not in traced.compiled:

        def run(variables: Mapping[str, Any], entries: Sequence[Any]) -> Any:
            call = traced.program.run(variables, entries, _key)
            return list(call.exits), watched(call, ModeKeys.PREDICT, for_hooks=True)

        traced.compiled["fetch"] = jax.jit(run)
    return traced.compiled["fetch"]


def _key() -> Any:
    """Returns the key of a model function that draws random numbers in predictions too."""
    return jax.random.key(_SEED)


def device_results(program: Program, variables: Mapping[str, Any], entries: Sequence[Any]) -> list[Any]:
    """Computes what the device has to tell the host, in the order of the program's exits."""
    return list(program.run(variables, entries, _key).exits)


def _on_host(predictions: Any) -> Any:
    return nest.map_leaves(lambda t: np.asarray(t.numpy()), predictions)


def _plain(column: Any) -> np.ndarray:
    return column.to_numpy() if isinstance(column, StringArray) else np.asarray(column)


def _rows(batch: Any) -> Iterable[Any]:
    """Takes a batch apart. It is done for every row there is, so in the way that Python does fastest."""
    if not isinstance(batch, Mapping):
        return list(batch)
    sizes = {k: len(v) for k, v in batch.items()}
    if len(set(sizes.values())) > 1:
        raise ValueError(
            f"all predictions must have the same first dimension to be given row by row; got {sizes}. "
            f"Use yield_single_examples=False"
        )
    (first, values), *others = batch.items()
    rows = [{first: value} for value in values]
    for name, values in others:
        for row, value in zip(rows, values, strict=True):
            row[name] = value
    return rows
