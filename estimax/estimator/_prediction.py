"""Prediction: rows out of batches."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from estimax._base._string_array import StringArray
from estimax._graph._column import rows_of
from estimax._graph._function import Function
from estimax._scope._transform import Program
from estimax.data._iterators import Reader
from estimax.data._step import Step
from estimax.estimator._inputs import open_input
from estimax.estimator._mode_keys import ModeKeys
from estimax.estimator._model import Traced
from estimax.estimator._rows_at_once import RowsAtOnce
from estimax.train._staging import Ahead

if TYPE_CHECKING:
    from estimax.estimator._estimator import Estimator

_BATCHES_AT_ONCE = 64


def predict(
    estimator: Estimator, input_fn: Any, predict_keys: Any, checkpoint_path: str | None, one_by_one: bool
) -> Iterator[Any]:
    """Predicts row by row or batch by batch; see `Estimator.predict`."""
    given = open_input(input_fn, ModeKeys.PREDICT, estimator.params, estimator.config, repeats=False).without_labels()
    traced = estimator.model.traced(ModeKeys.PREDICT, given)
    restored = estimator.restored(traced.program.specs, checkpoint_path)
    outputs = chosen_outputs(traced.outputs[0], predict_keys)
    ahead = Ahead(_predicted(traced, restored.values, outputs, given.step, estimator.config.tf_random_seed))
    try:
        for batch in ahead:
            yield from _rows(batch) if one_by_one else [batch]
    finally:
        ahead.close()


def _predicted(
    traced: Traced, variables: Mapping[str, Any], outputs: Any, step: Step, seed: int | None
) -> Iterator[Any]:
    """Goes through the input and gives what is predicted for each batch, in the structure of `outputs`."""
    flat = list(outputs.values()) if isinstance(outputs, Mapping) else [outputs]
    finish = Function([*traced.program.exits, *traced.inputs], flat)
    used = _used_inputs(traced, finish)
    run = _compiled(traced)
    ahead = Ahead(_batches(Reader(step.project(used), seed), traced, used))
    try:
        for leaves, entries in ahead:
            columns = [_plain(c) for c in finish([*run(variables, entries), *leaves])]
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


def device_results(program: Program, variables: Mapping[str, Any], entries: Sequence[Any]) -> list[Any]:
    """Computes what the device has to tell the host, in the order of the program's exits."""
    return list(program.run(variables, entries).exits)


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
