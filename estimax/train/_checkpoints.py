"""Checkpoints: `model.ckpt-N.safetensors`, the variables of step N and the position of the input.

Saving writes the file under a temporary name, renames it, names it in the index,
and only then removes old ones: killed at any moment, it leaves a folder whose
newest checkpoint is whole. Reading checks every byte, and falls back on the
checkpoint before where something is wrong.
"""

from __future__ import annotations

import os
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from estimax import logging
from estimax._base import _state_tree
from estimax._base._checkpoint_index import (
    BASENAME,
    INDEX,
    SUFFIX,
    CheckpointState,
    checkpoint_exists,
    checkpoints_by_age,
    listed_checkpoints,
    read_index,
    write_index,
)
from estimax._base._checkpoint_index import get_checkpoint_state as get_checkpoint_state
from estimax._base._checkpoint_index import latest_checkpoint as latest_checkpoint
from estimax._base._errors import DataLossError, InvalidArgumentError, NotFoundError, OpError
from estimax._base._files import as_path, is_remote, remove_leftovers, write_atomically
from estimax._base._tensor_file import TensorFile, open_tensors, write_tensors
from estimax.train._checkpoint_reading import is_original, original_step, read_original
from estimax.train._our_names import INPUT

FORMAT = "estimax-checkpoint-1"

# What is written in a model folder, as a regular expression.
_WRITTEN = rf"{INDEX}|{re.escape(BASENAME)}-.*"

_TREE = f"{INPUT}tree"


@dataclass(frozen=True)
class Checkpoint:
    """What a checkpoint holds.

    Attributes:
        prefix: the path without its extension.
        step: the global step.
        variables: name to array, slots and the step among them.
        input_state: the position of the input, or None if none was saved.
    """

    prefix: str
    step: int
    variables: dict[str, np.ndarray]
    input_state: Any = None


def save_checkpoint(
    model_dir: str,
    step: int,
    variables: Mapping[str, Any],
    *,
    input_state: Any = None,
    keep_max: int | None = 5,
    keep_every_n_hours: float = 10000,
    now: float | None = None,
) -> str:
    """Writes a checkpoint and names it in the index; the oldest ones beyond `keep_max` are removed.

    Args:
        model_dir: the folder; it is made if it is missing.
        step: the global step. A checkpoint of the same step is replaced.
        variables: name to array.
        input_state: the position of the input, a tree as `_state_tree.pack` takes it.
        keep_max: how many are kept; 0 or None for all.
        keep_every_n_hours: of those that would be removed, one for every so many hours is kept for good.
        now: seconds since 1970.

    Returns:
        The path of the checkpoint without its extension, as `latest_checkpoint` gives it.

    Raises:
        InvalidArgumentError: a variable's name or type cannot be saved.
        OSError: the disk is full, or the folder cannot be written. Earlier checkpoints are unchanged.

    Example:
        >>> import numpy as np, tempfile
        >>> from estimax.train._checkpoints import read_checkpoint, save_checkpoint
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     prefix = save_checkpoint(folder, 17, {"dense/bias": np.ones(2)})
        ...     checkpoint = read_checkpoint(prefix)
        >>> prefix[-13:], checkpoint.step, checkpoint.variables
        ('model.ckpt-17', 17, {'dense/bias': array([1., 1.])})
    """
    folder = as_path(model_dir)
    if is_remote(folder):
        raise InvalidArgumentError(f"checkpoints must be written to a local folder; got {folder!r}")
    reserved = [name for name in variables if name.startswith(INPUT)]
    if reserved:
        raise InvalidArgumentError(f"a variable's name must not begin with {INPUT!r}; got {reserved[0]!r}")
    os.makedirs(folder, exist_ok=True)
    prefix = os.path.join(folder, f"{BASENAME}-{int(step)}")
    arrays = {**variables, **_packed_input(input_state)}
    metadata = {"format": FORMAT, "step": str(int(step))}
    write_atomically(f"{prefix}{SUFFIX}", lambda file: write_tensors(file, arrays, metadata))
    state, removable = _continued(folder, prefix, keep_max, keep_every_n_hours, time.time() if now is None else now)
    write_index(folder, state)
    for old in removable:
        _remove(f"{old}{SUFFIX}")
    remove_leftovers(folder, _WRITTEN, f"{prefix}{SUFFIX}")
    return prefix


def remove_half_written(model_dir: str) -> None:
    """Removes what killed runs have begun to write; for who knows that nobody else is writing."""
    remove_leftovers(model_dir, _WRITTEN)


def _remove(path: str) -> None:
    try:
        os.remove(path)
    except FileNotFoundError:
        pass
    except OSError as error:
        logging.warning("The old checkpoint %s could not be removed: %s", path, error)


def _packed_input(state: Any) -> dict[str, np.ndarray]:
    if state is None:
        return {}
    text, arrays = _state_tree.pack(state)
    packed = {f"{INPUT}{name}": array for name, array in arrays.items()}
    return {_TREE: np.frombuffer(text.encode(), np.uint8), **packed}


def _continued(
    folder: str, prefix: str, keep_max: int | None, keep_every_n_hours: float, now: float
) -> tuple[CheckpointState, list[str]]:
    """Returns the index with a new checkpoint at its end, and the checkpoints to remove."""
    before = _kept_before(folder, prefix, now)
    kept = dict(zip(before.all_model_checkpoint_paths, before.all_model_checkpoint_timestamps, strict=True))
    kept.pop(prefix, None)
    kept[prefix] = now
    preserved = before.last_preserved_timestamp
    removable = []
    for old, stamp in list(kept.items())[: -keep_max if keep_max else 0]:
        del kept[old]
        if stamp - preserved >= keep_every_n_hours * 3600:
            preserved = stamp
        else:
            removable.append(old)
    return CheckpointState(prefix, tuple(kept), tuple(kept.values()), preserved), removable


def _kept_before(folder: str, prefix: str, now: float) -> CheckpointState:
    """Returns what the index says of files that are there; without an index, what the files themselves say."""
    try:
        state = read_index(folder)
        paths = state.all_model_checkpoint_paths
        stamps = state.all_model_checkpoint_timestamps or tuple(_modified(p, now) for p in paths)
    except OpError:
        state = CheckpointState(prefix)
        paths = tuple(p for p in listed_checkpoints(folder) if p != prefix)
        stamps = tuple(_modified(p, now) for p in paths)
    there = {p: stamp for p, stamp in zip(paths, stamps, strict=True) if checkpoint_exists(p)}
    preserved = state.last_preserved_timestamp or min(there.values(), default=now)
    return replace(
        state,
        all_model_checkpoint_paths=tuple(there),
        all_model_checkpoint_timestamps=tuple(there.values()),
        last_preserved_timestamp=preserved,
    )


def _modified(prefix: str, default: float) -> float:
    try:
        return os.path.getmtime(f"{prefix}{SUFFIX}")
    except OSError:
        return default


def read_checkpoint(prefix: str) -> Checkpoint:
    """Reads a checkpoint and checks every byte of it; one of TensorFlow where there is none of ours.

    Args:
        prefix: its path without `.safetensors`, as `latest_checkpoint` gives it.

    Raises:
        NotFoundError: there is none.
        DataLossError: it is truncated or damaged; the message names the file.
    """
    path = f"{as_path(prefix)}{SUFFIX}"
    if is_original(prefix):
        step, variables = read_original(as_path(prefix))
        return Checkpoint(as_path(prefix), step, variables)
    with open_tensors(path, is_sealed=True) as file:
        if file.metadata.get("format") != FORMAT:
            raise DataLossError(f"{path!r} must be of the format {FORMAT!r}; got {file.metadata.get('format')!r}")
        arrays = {name: file.read(name) for name in sorted(file.entries)}
        step = int(file.metadata["step"])
    state = None
    if _TREE in arrays:
        packed = {name.removeprefix(INPUT): a for name, a in arrays.items() if name.startswith(INPUT)}
        state = _state_tree.unpack(arrays[_TREE].tobytes().decode(), packed)
    return Checkpoint(as_path(prefix), step, _variables(arrays), state)


def _variables(arrays: Mapping[str, Any]) -> dict[str, Any]:
    return {name: array for name, array in arrays.items() if not name.startswith(INPUT)}


def read_latest_checkpoint(model_dir: str, read: Callable[[str], Checkpoint] = read_checkpoint) -> Checkpoint | None:
    """Reads the newest checkpoint of a folder that is whole.

    A missing or damaged one gives a warning that names it and the one before it, which is read instead.

    Args:
        model_dir: the folder.
        read: reads one checkpoint, given its prefix; raises NotFoundError or DataLossError.

    Returns:
        The checkpoint, or None if there is none.

    Raises:
        DataLossError: there are checkpoints, and all are damaged.
    """
    listed: list[str] = []
    passed_over: list[tuple[str, Exception]] = []
    while (prefixes := checkpoints_by_age(as_path(model_dir))) != listed:  # a run beside us may have removed them
        listed, passed_over = prefixes, []
        for prefix in prefixes:
            try:
                found = read(prefix)
            except (NotFoundError, DataLossError) as error:
                passed_over.append((prefix, error))
                continue
            for other, reason in passed_over:
                logging.warning("Checkpoint %s cannot be used, %s is used instead: %s", other, prefix, reason)
            return found
    damage = [prefix for prefix, reason in passed_over if isinstance(reason, DataLossError)]
    if damage:
        names = ", ".join(damage)
        raise DataLossError(
            f"all checkpoints in {as_path(model_dir)!r} are damaged ({names}); remove them to start anew"
        )
    return None


def saved_step(model_dir: str) -> int | None:
    """Returns the step of the newest checkpoint of a folder, by its header alone; None if there is none.

    None too where its header is damaged: whoever reads on from there says so.

    Example:
        >>> from estimax.train._checkpoints import saved_step
        >>> saved_step("/nowhere") is None
        True
    """
    for prefix in checkpoints_by_age(as_path(model_dir)):
        try:
            if is_original(prefix):
                return original_step(prefix)
            with open_tensors(f"{prefix}{SUFFIX}", is_sealed=True) as file:
                return int(file.metadata["step"])
        except NotFoundError:
            continue
        except (DataLossError, KeyError, ValueError):
            break
    return None


def checkpoint_variables(prefix: str) -> dict[str, tuple[tuple[int, ...], np.dtype[Any]]]:
    """Returns the shape and type of each variable of a checkpoint, without reading the arrays.

    Raises:
        NotFoundError: there is none.
        DataLossError: its header is damaged, or the file is truncated.
    """
    with open_tensors(f"{as_path(prefix)}{SUFFIX}") as file:
        return {name: (file.entries[name].shape, file.entries[name].dtype) for name in _names(file)}


def _names(file: TensorFile) -> list[str]:
    return sorted(_variables(file.entries))
