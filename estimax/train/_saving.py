"""Saving checkpoints while a run goes on."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from functools import partial
from typing import Any

import numpy as np

from estimax import logging
from estimax.train._background_writing import BackgroundWriter
from estimax.train._checkpoints import save_checkpoint
from estimax.train._interruption import Interrupted
from estimax.train._loop import Observer, Run
from estimax.train._snapshots import Snapshots


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

    The loop waits for a copy of the state; a thread writes it. The loop waits for
    the thread too before the next checkpoint, at the end of the run, and where
    listeners are to be told: what they are told of is there. If the thread fails,
    the run ends with its error after the steps that are being done.

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
        self._writer = BackgroundWriter()
        self._snapshots = Snapshots()

    def prepare(self, run: Run) -> None:
        for listener in self.listeners:
            listener.begin()

    def begin(self, run: Run) -> None:
        if run.step == self.restored_step:
            self.saved_step, self._saved_at = run.step, self.clock()
            self._saved_position = run.position is not None
            self._writer.start(self._snapshots.preparation(run.arrays()))
        else:
            self._save(run, is_last=False)

    def next_stop(self, step: int) -> float:
        if self.every_steps is None:
            return math.inf
        return step + self.every_steps - (step - self.first_step) % self.every_steps

    def after_steps(self, run: Run, first: int, values: Mapping[str, np.ndarray]) -> None:
        self._writer.check()
        by_steps = self.every_steps is not None and run.step - self.saved_step >= self.every_steps
        by_time = self.every_secs is not None and self.clock() - self._saved_at >= self.every_secs
        if (by_steps or by_time) and not run.is_interrupted:
            self._save(run, is_last=run.step >= self.last_step)

    def end(self, run: Run, is_exhausted: bool) -> None:
        is_new = run.step != self.saved_step
        is_last = not run.is_interrupted or run.step >= self.last_step
        if is_new or self._saved_position == is_last:
            self._save(run, is_last, is_new)
        self._writer.wait()
        if run.is_interrupted:
            logging.warning(
                "Step %d is saved in %s; the same program, started again, goes on from there.", run.step, self.model_dir
            )
            return
        self._tell(run, lambda listener: listener.end(run.session, run.step), self.listeners)

    def close(self, run: Run) -> None:
        try:
            self._writer.wait()
        except Exception as error:  # another one ends the run already
            logging.error("The last checkpoint in %s could not be written: %s", self.model_dir, error)

    def _save(self, run: Run, is_last: bool, is_new: bool = True) -> None:
        listeners = self.listeners if is_new else ()
        for listener in listeners:
            listener.before_save(run.session, run.step)
        if is_new:
            logging.info("Saving checkpoints for %s into %s/model.ckpt.", run.step, self.model_dir)
        self._writer.wait()
        self._writer.start(
            partial(
                save_checkpoint,
                self.model_dir,
                run.step,
                self._snapshots.take(run.arrays()),
                input_state=None if is_last else run.position,
                keep_max=self.keep_max,
                keep_every_n_hours=self.keep_every_n_hours,
            )
        )
        self.saved_step, self._saved_at, self._saved_position = run.step, self.clock(), not is_last
        if listeners:
            self._writer.wait()
            self._tell(run, lambda listener: listener.after_save(run.session, run.step), listeners)

    def _tell(
        self,
        run: Run,
        how: Callable[[CheckpointSaverListener], Any],
        listeners: Sequence[CheckpointSaverListener],
    ) -> None:
        """Tells listeners of what is saved; a signal need not wait for what they do with it."""
        if run.interruption.signal is not None:
            run.interrupt()
        try:
            for listener in listeners:
                with nullcontext() if run.is_interrupted else run.interruption.leaving():
                    if how(listener):
                        run.request_stop()
        except Interrupted:
            run.interrupt()
