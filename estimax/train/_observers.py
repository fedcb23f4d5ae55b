"""What follows a run: log lines, event files, the guard against NaN."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping, Sequence

import numpy as np

from estimax import logging
from estimax.summary import DeclaredSummary, EventWriter, Summary, summary_values
from estimax.train._loop import Observer, Run


class NanLossDuringTrainingError(RuntimeError):
    """The loss became NaN or infinite."""

    def __str__(self) -> str:
        return super().__str__() or "NaN loss during training."


class NanGuard(Observer):
    """Ends the run with an error at the first loss that is not a finite number, before anything of it is saved."""

    def after_steps(self, run: Run, first: int, values: Mapping[str, np.ndarray]) -> None:
        bad = np.flatnonzero(~np.isfinite(values["loss"]))
        if len(bad):
            raise NanLossDuringTrainingError(
                f"the loss is {values['loss'][bad[0]]} at step {first + int(bad[0])}. Look for features without "
                f"normalization, a learning rate that is too high, or missing values; checkpoints before this step "
                f"are intact"
            )


class LossLogger(Observer):
    """Logs the loss of every so many steps, and the last one.

    Steps are done many at a time; when each of them was is taken to be evenly spaced.
    """

    def __init__(self, every_steps: int, clock: Callable[[], float] = time.monotonic) -> None:
        self.every_steps = every_steps
        self.clock = clock
        self._began = 0.0
        self._logged_at: float | None = None
        self._last_loss: float | None = None

    def begin(self, run: Run) -> None:
        self._began = self.clock()

    def after_steps(self, run: Run, first: int, values: Mapping[str, np.ndarray]) -> None:
        losses = values["loss"]
        self._last_loss = float(losses[-1])
        now = self.clock()
        secs_per_step = (now - self._began) / len(losses)
        for step in _due(run.first_step, first, run.step, self.every_steps):
            done_at = self._began + (step + 1 - first) * secs_per_step
            took = "" if self._logged_at is None else f" ({done_at - self._logged_at:.3f} sec)"
            logging.info("loss = %s, step = %s%s", losses[step - first], step, took)
            self._logged_at = done_at
        self._began = now

    def end(self, run: Run, is_exhausted: bool) -> None:
        if self._last_loss is not None:
            logging.info("Loss for final step: %s.", np.float32(self._last_loss))


class StepCounter(Observer):
    """Logs and writes how many steps a second the run does."""

    def __init__(self, every_steps: int, writer: EventWriter, clock: Callable[[], float] = time.monotonic) -> None:
        self.every_steps = every_steps
        self.writer = writer
        self.clock = clock
        self._since: tuple[int, float] = (0, 0.0)

    def begin(self, run: Run) -> None:
        self._since = (run.step, self.clock())

    def after_steps(self, run: Run, first: int, values: Mapping[str, np.ndarray]) -> None:
        step, began = self._since
        if run.step - step < self.every_steps:
            return
        now = self.clock()
        rate = (run.step - step) / max(now - began, 1e-9)
        logging.info("global_step/sec: %g", rate)
        self.writer.scalar("global_step/sec", rate, run.step)
        self._since = (run.step, now)


class SummaryWriter(Observer):
    """Writes the loss and the summaries of every so many steps to the event file, at the global step after them.

    Args:
        every_steps: steps between two.
        writer: of the event file.
        drawn: summaries that are no curves; the loop stops where they are due, so that it
            knows their values.
    """

    def __init__(self, every_steps: int, writer: EventWriter, drawn: Sequence[DeclaredSummary] = ()) -> None:
        self.every_steps = every_steps
        self.writer = writer
        self.drawn = tuple(drawn)
        self._first_step = 0

    def begin(self, run: Run) -> None:
        self._first_step = run.first_step

    def next_stop(self, step: int) -> float:
        return step + (self._first_step - step) % self.every_steps + 1 if self.drawn else math.inf

    def after_steps(self, run: Run, first: int, values: Mapping[str, np.ndarray]) -> None:
        for step in _due(run.first_step, first, run.step, self.every_steps):
            self.writer.scalars({tag: float(v[step - first]) for tag, v in values.items()}, step + 1)
            if step == run.step - 1:
                self._draw(run, step)

    def _draw(self, run: Run, step: int) -> None:
        for declared in self.drawn:
            known = run.fetched.get(f"summary:{declared.tag}", declared.value)
            self.writer.summary(Summary(value=summary_values(declared, np.asarray(known))), step + 1)

    def end(self, run: Run, is_exhausted: bool) -> None:
        self.writer.flush()


class Stop(Observer):
    """Ends the run at a step."""

    def __init__(self, at_step: float) -> None:
        self.at_step = at_step

    def next_stop(self, step: int) -> float:
        return self.at_step if step < self.at_step else math.inf


def _due(origin: int, first: int, stop: int, every: int) -> range:
    """Returns the steps in [first, stop) that lie a multiple of `every` after the origin."""
    return range(first + (origin - first) % every, stop, every)
