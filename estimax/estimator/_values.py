"""The values of a model's variables: first ones, restored ones, and those of a warm start."""

from __future__ import annotations

import zlib
from collections.abc import Container, Iterable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from estimax import logging
from estimax._base._errors import NotFoundError
from estimax._scope._frame import VariableSpec
from estimax.train._checkpoints import Checkpoint
from estimax.train._global_step import GLOBAL_STEP
from estimax.train._step import TrainStep
from estimax.train._warm_start import planned_starts
from estimax.train._warm_start_settings import WarmStartSettings


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
    names = {name: _saved_name(name, specs, saved) for name, spec in specs.items() if not spec.is_local}
    missing = [name for name, stored in names.items() if stored not in saved]
    if missing:
        raise NotFoundError(
            f"{checkpoint.prefix} has no variable {', '.join(missing)}; it was written by another model. "
            f"Use another model_dir, or warm_start_from to take what fits"
        )
    return {name: _fitting(saved[stored], specs[name], checkpoint.prefix) for name, stored in names.items()}


def _saved_name(name: str, specs: Mapping[str, VariableSpec], saved: Mapping[str, Any]) -> str:
    """Returns the name of a variable in a checkpoint.

    Shared embeddings of TensorFlow 2 stand there without the scope of the network that they belong to.
    """
    short = name.rpartition("/")[2]
    if name in saved or short in specs or short not in saved or saved[short].shape != specs[name].shape:
        return name
    logging.info("Variable %s of the checkpoint is taken as %s.", short, name)
    return short


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
    _tell_unused(saved, {*values, *(name for _, name in listed), GLOBAL_STEP})
    if all(n in saved and (v not in values or saved[n].shape == values[v].shape) for v, n in listed):
        return {name: saved[name] for _, name in listed}  # making first values would take longer than all the rest
    first = step.initial_slots(values)
    anew = [n for n, v in first.items() if n not in saved or saved[n].shape != v.shape]
    logging.info("The checkpoint does not have %s: these start anew.", ", ".join(anew))
    return {n: saved[n] if n in saved and saved[n].shape == v.shape else v for n, v in first.items()}


def _tell_unused(saved: Iterable[str], used: Container[str]) -> None:
    unused = [name for name in saved if name not in used]
    if unused:
        logging.info("The model does not use %s of the checkpoint.", ", ".join(unused))


def warm_started(
    values: dict[str, np.ndarray],
    specs: Mapping[str, VariableSpec],
    source: str | WarmStartSettings,
    seed: int = 0,
) -> dict[str, np.ndarray]:
    """Returns first values with those of another model in place of those that are to start from it.

    Args:
        values: first values.
        specs: the variables of the model.
        source: a model folder, a checkpoint, a saved model, or a safetensors file of
            name -> array; or settings that say more.
        seed: of the rows of words that the other model does not have.
    """
    starts = planned_starts(source, specs)
    return values | first_values({n: replace(specs[n], initializer=start) for n, start in starts.items()}, seed)


def _fitting(array: np.ndarray, spec: VariableSpec, source: str) -> Any:
    if array.shape != spec.shape:
        raise ValueError(
            f"variable {spec.name!r} has shape {spec.shape} in this model and {array.shape} in {source}; "
            f"they must be equal"
        )
    return array.astype(spec.dtype, copy=False)
