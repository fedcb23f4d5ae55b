"""Recordings by JAX's profiler: what each moment of some steps was spent on, for TensorBoard and Perfetto.

A recording never ends a run: what goes wrong with it is logged.
"""

from __future__ import annotations

import contextlib
import math
import os
from collections.abc import Mapping

import jax
import numpy as np

from estimax import logging
from estimax.train._loop import Observer, Run


class Recording:
    """One recording at a time, written below `<folder>/plugins/profile/<time>/`.

    Beside what TensorBoard's profile page reads, `perfetto_trace.json.gz` is for https://ui.perfetto.dev.

    Args:
        folder: for the files.
    """

    def __init__(self, folder: str) -> None:
        self.folder = folder
        self.is_on = False

    def start(self, what: str) -> None:
        """Starts to record, unless something else records in this process.

        Args:
            what: is recorded, for log lines.
        """
        try:
            jax.profiler.start_trace(self.folder, create_perfetto_trace=True)
        except Exception as error:  # whatever it is, the run is worth more
            logging.warning("There is no profile of %s: %s", what, error)
        else:
            self.is_on = True
            logging.info("Saving profile for %s into '%s'.", what, os.path.join(self.folder, "plugins", "profile"))

    def stop(self) -> None:
        """Writes what was recorded, if anything was."""
        if not self.is_on:
            return
        self.is_on = False
        try:
            jax.profiler.stop_trace()  # type: ignore[no-untyped-call]  # of JAX
        except Exception as error:  # whatever it is, the run is worth more
            logging.warning("The profile could not be written: %s", error)


class Profiler(Observer):
    """Records some steps of a run, once.

    Args:
        first: the first of them, counted from the start of the run.
        stop: the one after the last.
        folder: for the files.
    """

    def __init__(self, first: int, stop: int, folder: str) -> None:
        self._range = first, stop
        self._recording = Recording(folder)
        self._is_due = True
        self._call = contextlib.ExitStack()

    def begin(self, run: Run) -> None:
        first, stop = self._range
        self._range = run.first_step + first, run.first_step + stop

    def next_stop(self, step: int) -> float:
        return min((end for end in self._range if end > step), default=math.inf)

    def before_steps(self, run: Run, count: int) -> None:
        first, stop = self._range
        if self._is_due and count and first <= run.step:
            self._is_due = False
            self._recording.start(f"steps {first} to {stop - 1}")
        if self._recording.is_on:
            self._call.enter_context(jax.profiler.StepTraceAnnotation("train", step_num=run.step))

    def after_steps(self, run: Run, first: int, values: Mapping[str, np.ndarray]) -> None:
        self._call.close()
        if run.step >= self._range[1]:
            self._recording.stop()

    def end(self, run: Run, is_exhausted: bool) -> None:
        self.close(run)

    def close(self, run: Run) -> None:
        self._call.close()
        self._recording.stop()
