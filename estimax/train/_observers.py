"""What follows a run: log lines, event files, the guard against NaN."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np

from estimax import logging
from estimax.summary import DeclaredSummary, EventWriter, Summary, summary_values
from estimax.train._loop import Observer, Run
from estimax.train._measures import Measures
from estimax.train._step import OWN_LOSS

_ALL_UNTIL, _GROWTH = 10, 1.1


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
    """Logs and writes how many steps a second the run does, and writes how many examples."""

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
        rates = {"global_step/sec": rate, "examples/sec": rate * run.batch_size}
        self.writer.scalars({tag: value for tag, value in rates.items() if value}, run.step)
        self._since = (run.step, now)


class SummaryWriter(Observer):
    """Writes the loss and the summaries of every so many steps to the event file, at the global step after them.

    Distributions are large, so of a long run not all are written: the first 10, and from
    there on one whenever the number of steps has grown by a tenth.

    Args:
        every_steps: steps between two.
        writer: of the event file.
        drawn: summaries that are no curves; the loop stops where they are due, so that it
            knows their values.
        measures: what the step measures of itself where summaries are due.
    """

    def __init__(
        self,
        every_steps: int,
        writer: EventWriter,
        drawn: Sequence[DeclaredSummary] = (),
        measures: Measures | None = None,
    ) -> None:
        self.every_steps = every_steps
        self.writer = writer
        self.drawn = tuple(drawn)
        self.measures = measures or Measures()
        self._first_step = 0

    def begin(self, run: Run) -> None:
        self._first_step = run.first_step

    def next_stop(self, step: int) -> float:
        return step + (self._first_step - step) % self.every_steps + 1 if self.drawn else math.inf

    def after_steps(self, run: Run, first: int, values: Mapping[str, np.ndarray]) -> None:
        for number, step in enumerate(_due(run.first_step, first, run.step, self.every_steps)):
            curves = {tag: v[step - first] for tag, v in values.items()}
            if OWN_LOSS in curves:  # stands in place of the loss of the run, as in the original
                curves["loss"] = curves.pop(OWN_LOSS)
            drawn = self._drawn_of(run) if step == run.step - 1 else []
            row = run.measured[number] if self.measures.every else None
            is_whole = _is_chosen(step // self.every_steps)
            self.writer.later(partial(_summary, curves, drawn, self.measures, row, is_whole), step + 1)

    def _drawn_of(self, run: Run) -> list[tuple[DeclaredSummary, np.ndarray]]:
        return [(d, np.asarray(run.fetched.get(f"summary:{d.tag}", d.value))) for d in self.drawn]

    def end(self, run: Run, is_exhausted: bool) -> None:
        self.writer.flush()


def _summary(
    curves: Mapping[str, Any],
    drawn: Sequence[tuple[DeclaredSummary, np.ndarray]],
    measures: Measures,
    row: np.ndarray | None,
    is_whole: bool,
) -> Summary:
    """Makes what is written of a step: distributions among what was measured only where it is whole."""
    made = [Summary.Value(tag=tag, simple_value=float(np.reshape(value, ()))) for tag, value in curves.items()]
    measured = [] if row is None else measures.read(row)
    for declared, value in [*drawn, *measured]:
        if is_whole or declared.kind != "distribution":
            made += summary_values(declared, value)
    return Summary(value=made)


def _is_chosen(number: int) -> bool:
    """Whether one of many summaries is among those that stand for all, the fewer the more there are.

    Example:
        >>> from estimax.train._observers import _is_chosen
        >>> [sum(map(_is_chosen, range(n))) for n in (10, 100, 1000, 100_000)]
        [10, 35, 59, 107]
    """
    return number < _ALL_UNTIL or int(math.log(number, _GROWTH)) != int(math.log(number - 1, _GROWTH))


class Stop(Observer):
    """Ends the run at a step."""

    def __init__(self, at_step: float) -> None:
        self.at_step = at_step

    def next_stop(self, step: int) -> float:
        return self.at_step if step < self.at_step else math.inf


def _due(origin: int, first: int, stop: int, every: int) -> range:
    """Returns the steps in [first, stop) that lie a multiple of `every` after the origin."""
    return range(first + (origin - first) % every, stop, every)
