"""What a model folder tells of its run: state, curves, checkpoints, exports, variables.

Nothing here needs JAX, and nothing here fails for what is damaged: that is told among the rest.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from estimax._base._checkpoint_index import (
    SUFFIX,
    checkpoint_exists,
    listed_checkpoints,
    read_index,
)
from estimax._base._errors import NotFoundError, OpError
from estimax.cli._show_columns import TEXT, ColumnFacts, columns_of
from estimax.cli._show_state import RunState, run_state
from estimax.cli._show_variables import VariableFacts, variables_of
from estimax.summary._reading_runs import TRAINING, RunRecord, read_runs

_EXPORTS = ("saved_model.json", "saved_model.pb", "saved_model.pbtxt")
_SPEEDS = ("global_step/sec", "examples/sec")


@dataclass(frozen=True)
class CheckpointFacts:
    """A checkpoint: its path without ending, its step, when it was written, its bytes on the disk."""

    prefix: str
    step: int
    written: float
    size: int
    is_latest: bool


@dataclass(frozen=True)
class ExportFacts:
    """The exports of one name: how many versions, the latest and its path, when it was written, its bytes."""

    name: str
    versions: int
    latest: str
    path: str
    written: float
    size: int


@dataclass(frozen=True, eq=False)
class Facts:
    """All that is shown of a model folder.

    Attributes:
        path: of the folder, as it was given.
        state: whether somebody trains there.
        runs: what the event files hold, by run.
        checkpoints: by step.
        exports: by name.
        measured: the checkpoint that variables are listed of, the latest that can be read, or None.
        variables: of that checkpoint, without norms.
        columns: feature columns, as far as files tell of them.
        size: bytes on the disk.
        damages: what is wrong, a sentence each.
    """

    path: str
    state: RunState
    runs: Mapping[str, RunRecord]
    checkpoints: list[CheckpointFacts]
    exports: list[ExportFacts]
    measured: CheckpointFacts | None
    variables: list[VariableFacts]
    columns: list[ColumnFacts]
    size: int
    damages: list[str]

    @property
    def latest(self) -> CheckpointFacts | None:
        return next((c for c in self.checkpoints if c.is_latest), None)

    @property
    def step(self) -> int | None:
        """The last step that anything tells of."""
        known = [int(c.steps[-1]) for c in self._training.scalars.values()]
        known += [self.latest.step] if self.latest else []
        return max(known, default=None)

    @property
    def seconds(self) -> float:
        return self._training.seconds

    @property
    def last_written(self) -> float:
        """When anything was written last, in seconds since 1970; 0 where nothing was."""
        times = [run.last_time for run in self.runs.values()] + [c.written for c in self.checkpoints]
        return max(times, default=0.0)

    @property
    def speeds(self) -> dict[str, float]:
        """The last steps and examples a second."""
        found = self._training.scalars
        return {name: float(found[name].values[-1]) for name in _SPEEDS if name in found}

    @property
    def hyper_parameters(self) -> dict[str, Any]:
        written = self._training.curves.get("hparams", {})
        return {name: value for curve in written.values() for name, value in curve.values[-1].items()}

    @property
    def is_empty(self) -> bool:
        return not (self.runs or self.checkpoints or self.exports)

    @property
    def _training(self) -> RunRecord:
        return self.runs.get(TRAINING, RunRecord({}))


def facts_of(folder: str) -> Facts:
    """Gathers what a model folder tells.

    Args:
        folder: a folder of this machine.
    """
    state = run_state(folder)
    runs = read_runs(folder, ("scalar", "hparams", "text"))
    damages = [damage for run in runs.values() for damage in run.damages]
    size, exports = _files(folder)
    checkpoints = _checkpoints(folder, damages)
    measured, variables = _variables(checkpoints, damages)
    texts = runs[TRAINING].curves.get("text", {}) if TRAINING in runs else {}
    told = texts[TEXT].values[-1] if TEXT in texts else ""
    columns = columns_of(told, [v.name for v in variables if not v.is_slot])
    return Facts(folder, state, runs, checkpoints, exports, measured, variables, columns, size, damages)


def is_model_folder(folder: str) -> bool:
    """Tells whether a folder is one that is trained in, or that evaluations or exports were written to."""
    entries = sorted(os.listdir(folder))
    if any(".tfevents." in name for name in entries) or listed_checkpoints(folder) or "checkpoint" in entries:
        return True
    return any(
        any(".tfevents." in n for n in _names(os.path.join(folder, name)))
        for name in entries
        if name == "eval" or name.startswith("eval_")
    ) or os.path.isdir(os.path.join(folder, "export"))


def _names(folder: str) -> list[str]:
    try:
        return os.listdir(folder)
    except OSError:
        return []


def _files(folder: str) -> tuple[int, list[ExportFacts]]:
    """Returns the bytes of all files of a folder, and the exports in it."""
    sizes: dict[str, int] = {}
    versions: dict[str, list[str]] = {}
    for at, _, names in os.walk(folder):
        sizes[at] = sum(_size(os.path.join(at, name)) for name in names)
        if os.path.basename(at).isdecimal() and any(name in names for name in _EXPORTS):
            versions.setdefault(os.path.dirname(at), []).append(at)
    exports = []
    for base, found in sorted(versions.items()):
        latest = max(found, key=lambda path: int(os.path.basename(path)))
        size = sum(n for at, n in sizes.items() if at == latest or at.startswith(latest + os.sep))
        name = os.path.basename(os.path.abspath(folder)) if base == folder else os.path.relpath(base, folder)
        exports.append(
            ExportFacts(
                name.removeprefix(f"export{os.sep}"),
                len(found),
                os.path.basename(latest),
                latest,
                _written(latest),
                size,
            )
        )
    return sum(sizes.values()), exports


def _checkpoints(folder: str, damages: list[str]) -> list[CheckpointFacts]:
    prefixes = dict.fromkeys(listed_checkpoints(folder))
    latest = next(reversed(prefixes), None)
    try:
        index = read_index(folder)
        prefixes = dict.fromkeys((*index.all_model_checkpoint_paths, index.model_checkpoint_path, *prefixes))
        prefixes = {prefix: None for prefix in prefixes if checkpoint_exists(prefix)}
        if index.model_checkpoint_path in prefixes:
            latest = index.model_checkpoint_path
        else:
            damages.append(f"the file 'checkpoint' names {index.model_checkpoint_path!r}, which is not there")
    except NotFoundError:
        pass
    except OpError as error:
        damages.append(str(error))
    found = [_checkpoint(prefix, prefix == latest) for prefix in prefixes]
    return sorted(found, key=lambda checkpoint: checkpoint.step)


def _checkpoint(prefix: str, is_latest: bool) -> CheckpointFacts:
    folder, base = os.path.split(prefix)
    files = [name for name in _names(folder) if name == base or name.startswith((f"{base}{SUFFIX}", f"{base}."))]
    paths = [os.path.join(folder, name) for name in files if name != f"{base}.meta"]
    step = base.rpartition("-")[2]
    written = max((_written(path) for path in paths), default=0.0)
    return CheckpointFacts(prefix, int(step) if step.isdecimal() else 0, written, sum(map(_size, paths)), is_latest)


def _variables(
    checkpoints: list[CheckpointFacts], damages: list[str]
) -> tuple[CheckpointFacts | None, list[VariableFacts]]:
    for checkpoint in sorted(checkpoints, key=lambda c: (c.is_latest, c.step), reverse=True):
        try:
            return checkpoint, variables_of(checkpoint.prefix)
        except OpError as error:
            damages.append(str(error))
    return None, []


def _size(path: str) -> int:
    try:
        return os.lstat(path).st_size
    except OSError:
        return 0


def _written(path: str) -> float:
    try:
        return os.stat(path).st_mtime
    except OSError:
        return 0.0
