"""The values of a model's variables: first ones, restored ones, and those of a warm start."""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from typing import Any

import numpy as np

from estimax import logging
from estimax._base._errors import NotFoundError
from estimax._scope._frame import VariableSpec
from estimax.train._checkpoints import Checkpoint, read_arrays
from estimax.train._step import TrainStep


def first_values(specs: Mapping[str, VariableSpec], seed: int) -> dict[str, np.ndarray]:
    """Computes first values; each depends on the seed and the variable's name, not on other variables."""
    return {
        name: spec.initial_value(np.random.default_rng([seed, zlib.crc32(name.encode())]))
        for name, spec in specs.items()
        if not spec.is_local
    }


def local_values(specs: Mapping[str, VariableSpec]) -> dict[str, np.ndarray]:
    """Computes the first values of the metrics' totals."""
    rng = np.random.default_rng(0)
    return {name: spec.initial_value(rng) for name, spec in specs.items() if spec.is_local}


def restored_values(specs: Mapping[str, VariableSpec], checkpoint: Checkpoint) -> dict[str, np.ndarray]:
    """Takes variables from a checkpoint.

    Raises:
        NotFoundError: a variable that the checkpoint does not have.
        ValueError: a variable that has another shape there.
    """
    saved = checkpoint.variables
    missing = [name for name, spec in specs.items() if not spec.is_local and name not in saved]
    if missing:
        raise NotFoundError(
            f"{checkpoint.prefix} has no variable {', '.join(missing)}; it was written by another model. "
            f"Use another model_dir, or warm_start_from to take what fits"
        )
    return {n: _fitting(saved[n], spec, checkpoint.prefix) for n, spec in specs.items() if not spec.is_local}


def restored_slots(step: TrainStep, values: Mapping[str, np.ndarray], saved: Mapping[str, Any]) -> dict[str, Any]:
    """Takes the state of the optimizers from what a checkpoint holds.

    What it does not have, or in another shape, starts anew, so that the optimizer of a
    model can be changed.

    Args:
        step: of which optimizers.
        values: of the variables.
        saved: arrays of the checkpoint, by name.
    """
    listed = [(variable, name) for keys in step.state_names for (variable, *_), name in keys.items()]
    if all(n in saved and (v not in values or saved[n].shape == values[v].shape) for v, n in listed):
        return {name: saved[name] for _, name in listed}  # making first values would take longer than all the rest
    first = step.initial_slots(values)
    return {n: saved[n] if n in saved and saved[n].shape == v.shape else v for n, v in first.items()}


def warm_started(
    values: dict[str, np.ndarray], specs: Mapping[str, VariableSpec], source: str
) -> dict[str, np.ndarray]:
    """Returns first values with those of another model in place of the variables that have the same name.

    Args:
        values: first values.
        specs: the variables of the model.
        source: a model folder, a checkpoint, or a safetensors file of name -> array.
    """
    arrays = read_arrays(source)
    taken = [name for name in values if name in arrays and not specs[name].is_local]
    if not taken:
        raise NotFoundError(
            f"warm_start_from={source!r} has none of the model's variables {sorted(values)}; it has {sorted(arrays)}"
        )
    logging.info("Warm-starting %d of %d variables from %s.", len(taken), len(values), source)
    return values | {name: _fitting(arrays[name], specs[name], source) for name in taken}


def _fitting(array: np.ndarray, spec: VariableSpec, source: str) -> Any:
    if array.shape != spec.shape:
        raise ValueError(
            f"variable {spec.name!r} has shape {spec.shape} in this model and {array.shape} in {source}; "
            f"they must be equal"
        )
    return array.astype(spec.dtype, copy=False)
