"""Saving checkpoints while a run goes on."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping, Sequence

import numpy as np

from estimax import logging
from estimax.train._checkpoints import save_checkpoint
from estimax.train._loop import Observer, Run


class CheckpointSaverListener:
    """Something that is told of checkpoints. Every method may be left out.

    Example:
        >>> import estimax as tf
        >>> class Teller(tf.train.CheckpointSaverListener):
        ...     def after_save(self, session, global_step_value):
        ...         print("saved", global_step_value)
    """

    def begin(self) -> None:
        """Is called before the first step."""

    def before_save(self, session: object, global_step_value: int) -> None:
        """Is called before a checkpoint is written."""

    def after_save(self, session: object, global_step_value: int) -> bool | None:
        """Is called after a checkpoint was written; a true result ends the run."""
        return None

    def end(self, session: object, global_step_value: int) -> None:
        """Is called after the last step."""


class CheckpointSaver(Observer):
    """Writes a checkpoint before the first step, every so many steps or seconds, and after the last step.

    A checkpoint that is written in the middle of a run holds the position of the
    input, so that a run that is killed goes on where it was; the last one of a run
    that has ended does not, so that the next one starts its input anew.

    Args:
        model_dir: where to.
        every_steps: steps between checkpoints, or None.
        every_secs: seconds between checkpoints, or None.
        first_step: where the run starts; steps are counted from there.
        last_step: where the run will end, if known.
        restored_step: the step of the checkpoint that the run started from, if it is in `model_dir`.
        keep_max: how many checkpoints are kept; 0 or None for all.
        keep_every_n_hours: one of every so many hours is kept for good.
        listeners: told before and after each.
        clock: seconds.
    """

    def __init__(
        self,
        model_dir: str,
        every_steps: int | None,
        every_secs: float | None,
        first_step: int = 0,
        last_step: float = math.inf,
        restored_step: int | None = None,
        keep_max: int | None = 5,
        keep_every_n_hours: float = 10000,
        listeners: Sequence[CheckpointSaverListener] = (),
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.model_dir = model_dir
        self.every_steps = every_steps
        self.every_secs = every_secs
        self.first_step = first_step
        self.last_step = last_step
        self.restored_step = restored_step
        self.keep_max = keep_max
        self.keep_every_n_hours = keep_every_n_hours
        self.listeners = listeners
        self.clock = clock
        self.saved_step = -1
        self._saved_at = 0.0
        self._saved_position = False

    def begin(self, run: Run) -> None:
        for listener in self.listeners:
            listener.begin()
        if run.step == self.restored_step:
            self.saved_step, self._saved_at = run.step, self.clock()
            self._saved_position = run.position is not None
        else:
            self._save(run, is_last=False)

    def next_stop(self, step: int) -> float:
        if self.every_steps is None:
            return math.inf
        return step + self.every_steps - (step - self.first_step) % self.every_steps

    def after_steps(self, run: Run, first: int, values: Mapping[str, np.ndarray]) -> None:
        by_steps = self.every_steps is not None and run.step - self.saved_step >= self.every_steps
        by_time = self.every_secs is not None and self.clock() - self._saved_at >= self.every_secs
        if by_steps or by_time:
            self._save(run, is_last=run.step >= self.last_step)

    def end(self, run: Run, is_exhausted: bool) -> None:
        is_new = run.step != self.saved_step
        if is_new or self._saved_position:
            self._save(run, is_last=True, is_new=is_new)
        for listener in self.listeners:
            listener.end(None, run.step)

    def _save(self, run: Run, is_last: bool, is_new: bool = True) -> None:
        for listener in self.listeners if is_new else ():
            listener.before_save(None, run.step)
        if is_new:
            logging.info("Saving checkpoints for %s into %s/model.ckpt.", run.step, self.model_dir)
        save_checkpoint(
            self.model_dir,
            run.step,
            run.variables(),
            input_state=None if is_last else run.position,
            keep_max=self.keep_max,
            keep_every_n_hours=self.keep_every_n_hours,
        )
        self.saved_step, self._saved_at, self._saved_position = run.step, self.clock(), not is_last
        for listener in self.listeners if is_new else ():
            if listener.after_save(None, run.step):
                run.request_stop()
