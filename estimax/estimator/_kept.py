"""What training left on the device, so that nobody has to read back the checkpoint that was just written."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from estimax._base._checkpoint_index import ORIGINAL_SUFFIX, SUFFIX
from estimax._base._errors import NotFoundError
from estimax.train._checkpoints import Checkpoint


class KeptVariables:
    """The variables of one checkpoint. They are given for this very file alone: not once it was replaced."""

    def __init__(self) -> None:
        self._checkpoint: Checkpoint | None = None
        self._stamp: Any = None
        self._is_whole = False

    def remember(self, prefix: str, step: int, variables: Mapping[str, Any], is_whole: bool) -> None:
        """Takes the device arrays of the variables that a checkpoint holds.

        Args:
            prefix: path of the checkpoint, which exists.
            step: the global step.
            variables: arrays that are never handed to a step that consumes them.
            is_whole: whether all is here that a training run starts from: the slots too,
                and no position in the middle of the input.
        """
        self._checkpoint = Checkpoint(prefix, step, dict(variables))
        self._stamp, self._is_whole = stamp(prefix), is_whole

    def forget(self) -> None:
        """Lets go of the arrays."""
        self._checkpoint = None

    def of(self, prefix: str | None, whole: bool = False) -> Checkpoint | None:
        """Returns a checkpoint with device arrays as variables, or None where another one is kept."""
        kept = self._checkpoint
        if kept is None or prefix != kept.prefix or (whole and not self._is_whole) or stamp(prefix) != self._stamp:
            return None
        return kept


def stamp(prefix: str | None) -> Any:
    """Returns what changes when a checkpoint is written again.

    Raises:
        NotFoundError: there is none.
    """
    if prefix is None:
        return None
    path = next((p for suffix in (SUFFIX, ORIGINAL_SUFFIX, "") if os.path.exists(p := f"{prefix}{suffix}")), prefix)
    try:
        found = os.stat(path)
    except FileNotFoundError:
        raise NotFoundError(f"there is no checkpoint {prefix!r}") from None
    return found.st_mtime_ns, found.st_size, found.st_ino
