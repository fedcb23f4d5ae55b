"""From a checkpoint of TensorFlow to one of ours, with a report of what became of each array."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from estimax._base._array_files import open_arrays
from estimax._base._errors import AlreadyExistsError, InvalidArgumentError
from estimax._base._files import as_path
from estimax._base._parted_arrays import PartedArrays
from estimax._base._tensor_file import can_hold
from estimax.train._checkpoint_reading import step_of
from estimax.train._checkpoints import save_checkpoint
from estimax.train._global_step import GLOBAL_STEP
from estimax.train._our_names import Naming, our_names


@dataclass(frozen=True)
class Fate:
    """What became of one array.

    Attributes:
        what: 'taken', 'renamed' or 'left'.
        source: the name in the original's checkpoint; the first of them for one that is stored in parts.
        name: ours; '' where it is left.
        kind: type and shape.
        reason: why it is left.
    """

    what: str
    source: str
    name: str
    kind: str
    reason: str = ""


@dataclass(frozen=True)
class Conversion:
    """A checkpoint that was converted.

    Attributes:
        old: the file that lists the arrays of the original's checkpoint.
        new: our checkpoint, without its ending.
        step: the global step.
        fates: of all arrays, by their names.
    """

    old: str
    new: str
    step: int
    fates: tuple[Fate, ...]

    def count(self, what: str) -> int:
        """Returns how many arrays were taken, renamed or left."""
        return sum(fate.what == what for fate in self.fates)


def convert_checkpoint(old: Any, new: Any) -> Conversion:
    """Writes the newest checkpoint of a folder of TensorFlow's, or the one of a prefix, to a new folder in our form.

    Args:
        old: a folder of checkpoints, a prefix, or a file of a checkpoint.
        new: a folder that does not exist, or is empty.

    Raises:
        NotFoundError: there is no old checkpoint.
        DataLossError: it is truncated or damaged.
        InvalidArgumentError: it is no checkpoint of TensorFlow.
        AlreadyExistsError: there is something in the new folder.
    """
    folder = as_path(new)
    if os.path.exists(folder) and (not os.path.isdir(folder) or os.listdir(folder)):
        raise AlreadyExistsError(f"{folder!r} must be a new folder, or an empty one; nothing is overwritten")
    with open_arrays(old) as file:
        if not isinstance(file, PartedArrays):
            raise InvalidArgumentError(f"{file.path!r} is no checkpoint of TensorFlow; it needs no conversion")
        naming = _storable(our_names(file))
        arrays: dict[str, Any] = {name: naming.read(file, name) for name in naming.taken}
        step = step_of(file.path.removesuffix(".index"), arrays)
        path = file.path
    new_prefix = save_checkpoint(folder, step, {GLOBAL_STEP: np.int64(step), **arrays})
    return Conversion(path, new_prefix, step, tuple(sorted(_fates(naming), key=lambda fate: fate.source)))


def _storable(naming: Naming) -> Naming:
    """Leaves what our checkpoints cannot hold."""
    refused = {n: t for n, t in naming.taken.items() if not can_hold(t.dtype)}
    reasons = {source: f"its type is {t.dtype}" for t in refused.values() for source in t.sources}
    return Naming({n: t for n, t in naming.taken.items() if n not in refused}, {**naming.left, **reasons})


def _fates(naming: Naming) -> Iterator[Fate]:
    for taken in naming.taken.values():
        kind = f"{taken.dtype} {list(taken.shape)}"
        source, parts = taken.sources[0], len(taken.sources)
        shown = f"{source} ({parts} parts)" if parts > 1 else source
        yield Fate("renamed" if taken.is_renamed else "taken", shown, taken.name, kind)
    for source, reason in naming.left.items():
        yield Fate("left", source, "", "", reason)
