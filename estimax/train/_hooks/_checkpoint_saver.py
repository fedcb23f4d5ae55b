"""`CheckpointSaverHook`: asks for checkpoints in the words of hooks."""

from __future__ import annotations

import math
import os
from collections.abc import Sequence
from typing import Any

from estimax.train._hooks._seldom import SeldomHook
from estimax.train._saving import CheckpointSaverListener


class CheckpointSaverHook(SeldomHook):
    """Asks a run for checkpoints every so many steps or seconds, in place of what the `RunConfig` says.

    It is a description: the run's own saver, which writes while training goes on,
    does the work. There is a checkpoint before the first step and one after the last.

    Args:
        checkpoint_dir: the folder.
        save_secs: seconds between two, or None.
        save_steps: steps between two, or None.
        saver: a `Saver`, which says how many checkpoints are kept.
        checkpoint_basename: the beginning of their names; 'model.ckpt' alone.
        scaffold: a `Scaffold`, whose saver counts.
        listeners: told of every checkpoint.
        save_graph_def: has no effect.

    Raises:
        ValueError: both or neither of `save_secs` and `save_steps`, both a saver and a
            scaffold, or another basename.

    Example:
        >>> import estimax as tf
        >>> hook = tf.train.CheckpointSaverHook("model", save_steps=500, saver=tf.train.Saver(max_to_keep=2))
        >>> hook.save_steps, hook.saver.max_to_keep
        (500, 2)
    """

    def __init__(
        self,
        checkpoint_dir: str | os.PathLike[str],
        save_secs: float | None = None,
        save_steps: int | None = None,
        saver: Any = None,
        checkpoint_basename: str = "model.ckpt",
        scaffold: Any = None,
        listeners: Sequence[CheckpointSaverListener] | None = None,
        save_graph_def: bool = True,
    ) -> None:
        if (save_secs is None) == (save_steps is None):
            raise ValueError(f"exactly one of save_secs and save_steps must be given; got {save_secs} and {save_steps}")
        if saver is not None and scaffold is not None:
            raise ValueError("saver and scaffold cannot both be given; a Scaffold has a saver of its own")
        if checkpoint_basename != "model.ckpt":
            raise ValueError(f"checkpoint_basename must be 'model.ckpt'; got {checkpoint_basename!r}")
        self.checkpoint_dir = os.fspath(checkpoint_dir)
        self.save_secs = save_secs
        self.save_steps = save_steps
        self.scaffold = scaffold
        self._saver = saver
        self.listeners = tuple(listeners or ())

    @property
    def saver(self) -> Any:
        """The `Saver` that says how many checkpoints are kept, the scaffold's if there is one, or None."""
        return self._saver if self.scaffold is None else self.scaffold.saver

    def next_due_step(self, step: int) -> float:
        return math.inf
