"""`StepCounterHook`: how many steps a second a run does."""

from __future__ import annotations

import os
from typing import Any

from estimax import logging
from estimax.summary import FileWriterCache, Summary
from estimax.train._hooks._seldom import SeldomHook
from estimax.train._hooks._timer import SecondOrStepTimer
from estimax.train._session_run_hook import SessionRunContext, SessionRunValues


class StepCounterHook(SeldomHook):
    """Logs and writes how many steps a second a run does.

    A subclass that has its own `_log_and_record(elapsed_steps, elapsed_time, global_step)`
    does something else with the numbers.

    Args:
        every_n_steps: steps between two measurements, or None.
        every_n_secs: seconds between two, or None.
        output_dir: the folder of the event file; without it and a writer they are only logged.
        summary_writer: a `FileWriter`.

    Raises:
        ValueError: neither of `every_n_steps` and `every_n_secs`, or both.

    Example:
        >>> import estimax as tf
        >>> class Speed(tf.train.StepCounterHook):
        ...     def _log_and_record(self, elapsed_steps, elapsed_time, global_step):
        ...         print(global_step, elapsed_steps)
        >>> hook = Speed(every_n_steps=100)
    """

    def __init__(
        self,
        every_n_steps: int | None = 100,
        every_n_secs: float | None = None,
        output_dir: str | os.PathLike[str] | None = None,
        summary_writer: Any = None,
    ) -> None:
        if (every_n_steps is None) == (every_n_secs is None):
            raise ValueError(
                f"exactly one of every_n_steps and every_n_secs must be given; got {every_n_steps} and {every_n_secs}. "
                f"For seconds write every_n_steps=None"
            )
        self._timer = SecondOrStepTimer(every_n_secs, every_n_steps)
        self._output_dir = output_dir
        self._summary_writer = summary_writer
        self._summary_tag = "global_step/sec"

    def begin(self) -> None:
        self._timer.reset()
        if self._summary_writer is None and self._output_dir is not None:
            self._summary_writer = FileWriterCache.get(self._output_dir)

    def after_run(self, run_context: SessionRunContext, run_values: SessionRunValues) -> None:
        global_step = run_context.step + 1
        if self._timer.should_trigger_for_step(global_step):
            elapsed_time, elapsed_steps = self._timer.update_last_triggered_step(global_step)
            if elapsed_time is not None and elapsed_steps is not None:
                self._log_and_record(elapsed_steps, elapsed_time, global_step)

    def end(self, session: Any) -> None:
        if self._summary_writer is not None:
            self._summary_writer.flush()

    def next_due_step(self, step: int) -> float:
        return self._timer.next_due_step(step, self.first_step)

    def _log_and_record(self, elapsed_steps: int, elapsed_time: float, global_step: int) -> None:
        """Logs and writes one measurement: so many steps in so many seconds, up to a global step."""
        rate = elapsed_steps / max(elapsed_time, 1e-9)
        if self._summary_writer is not None:
            value = Summary.Value(tag=self._summary_tag, simple_value=rate)
            self._summary_writer.add_summary(Summary(value=[value]), global_step)
        logging.info("%s: %g", self._summary_tag, rate)
