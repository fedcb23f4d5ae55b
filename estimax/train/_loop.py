"""The training loop: stages in, steps done, observers told.

The loop knows nothing of logs, checkpoints or summaries. `Observer`s do: each is
told of the steps that were done, with the values of every one of them, and says
at which step the loop must stop for it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np

from estimax import logging
from estimax._graph._effects import checked
from estimax.train._interruption import Interrupted, Interruption
from estimax.train._staging import Ahead, Stage
from estimax.train._step import State, TrainStep

_PATIENCE_SECS = 1.0
"""An input that is in the midst of a batch when a signal comes is waited for no longer."""


class Run:
    """A training run as observers see it.

    Attributes:
        state: of the training step.
        first_step: where the run started.
        step: the global step: how many steps were done in all.
        position: of the input behind these steps.
        fetched: arrays of the last step, by reference, as far as the step gives any.
        measured: a row of numbers for each step of the last call whose summaries are due.
        batch_size: rows of a batch in the last call.
        session: the run as hooks and listeners see it, or None.
        is_stopped: whether the run ends after the steps that are being done.
        is_interrupted: whether it ends because of a signal, and not as it should.
        interruption: takes note of signals.
    """

    def __init__(self, state: State, first_step: int, position: Any = None) -> None:
        self.state = state
        self.first_step = first_step
        self.step = first_step
        self.position = position
        self.fetched: Mapping[str, Any] = {}
        self.measured: np.ndarray = np.zeros((0, 0), np.float32)
        self.batch_size = 0
        self.session: Any = None
        self.is_stopped = False
        self.is_interrupted = False
        self.interruption = Interruption()

    def request_stop(self) -> None:
        """Ends the run after the steps that are being done."""
        self.is_stopped = True

    def interrupt(self) -> None:
        """Ends the run after the steps that are being done, because of a signal."""
        if not self.is_interrupted:
            logging.warning("%s: the run ends after step %d.", self.interruption.name, self.step)
        self.is_stopped = self.is_interrupted = True

    def arrays(self) -> dict[str, Any]:
        """Returns all variables, slots and the global step where they are; the next step changes them."""
        return {**self.state["variables"], "global_step": np.asarray(self.step, np.int64)}

    def variables(self) -> dict[str, np.ndarray]:
        """Returns the values of all variables, slots and the global step, on the host."""
        return {name: np.asarray(array) for name, array in self.arrays().items()}


class Observer:
    """Something that follows a run. Every method may be left out."""

    def prepare(self, run: Run) -> None:
        """Is called before `begin` of any observer; variables may still get other first values."""

    def begin(self, run: Run) -> None:
        """Is called before the first step."""

    def next_stop(self, step: int) -> float:
        """Returns the first step after `step` at which `after_steps` must be called.

        Depends on the step alone: the thread that reads the input asks, some stages ahead.
        """
        return math.inf

    def before_steps(self, run: Run, count: int) -> None:
        """Is called before the steps `run.step` to `run.step + count - 1`, which are done in one call.

        Once more, with a count of 0, where the input turned out to have ended.
        """

    def after_steps(self, run: Run, first: int, values: Mapping[str, np.ndarray]) -> None:
        """Is called after the steps `first` to `run.step - 1`, with a value of each step for each name."""

    def end(self, run: Run, is_exhausted: bool) -> None:
        """Is called after the last step; `is_exhausted` says whether the input ended."""

    def close(self, run: Run) -> None:
        """Is called last of all, also after an error."""


def next_stop_of(observers: Sequence[Observer], last_step: float) -> Callable[[int], float]:
    """Returns, for a step, the next one at which any observer or the end of the run stops the loop."""
    return lambda step: min([last_step, *(o.next_stop(step) for o in observers)])


def run_steps(step: TrainStep, run: Run, stages: Iterable[Stage], observers: Sequence[Observer], last: float) -> Run:
    """Runs until the input ends, step `last` is reached, an observer requests a stop, or a signal comes.

    The run's state is consumed: after an error it must not be used. Where a signal
    ended the run in the middle, it acts after the observers were told of the end.
    """
    with following(run, observers):
        is_exhausted = False
        if run.step < last and not run.is_stopped:
            ahead = Ahead(iter(stages))
            try:
                is_exhausted = _go(step, run, ahead, observers, last)
            finally:
                ahead.close(_PATIENCE_SECS if run.is_interrupted else math.inf)
        for observer in observers:
            observer.end(run, is_exhausted)
    return run


@contextmanager
def following(run: Run, observers: Sequence[Observer]) -> Iterator[None]:
    """Tells observers of the beginning of a run, and after the block to close; in between, signals are noted."""
    with run.interruption:
        try:
            for observer in observers:
                observer.prepare(run)
            for observer in observers:
                observer.begin(run)
            yield
        finally:
            for observer in observers:
                observer.close(run)


def _go(step: TrainStep, run: Run, ahead: Ahead, observers: Sequence[Observer], last: float) -> bool:
    """Does steps; returns whether the input ended."""
    stages = iter(ahead)
    while run.step < last and not run.is_stopped:
        try:
            with run.interruption.leaving():
                stage = next(stages, None)
        except Interrupted:
            run.interrupt()
            break
        if stage is None:
            for observer in observers:
                observer.before_steps(run, 0)
            return True
        _do(step, run, stage, observers)
    return False


def _do(step: TrainStep, run: Run, stage: Stage, observers: Sequence[Observer]) -> None:
    for observer in observers:
        observer.before_steps(run, stage.count)
    with checked():
        run.state, outcome = step.run(run.state, stage.arrays, np.int32(stage.count), np.int32(run.first_step))
        on_host = {name: np.asarray(v)[: stage.count] for name, v in outcome.values.items()}
    first, run.step, run.position = run.step, run.step + stage.count, stage.position
    run.fetched, run.measured, run.batch_size = outcome.fetched, np.asarray(outcome.measured), stage.batch_size
    if run.interruption.signal is not None:
        run.interrupt()
    for observer in observers:
        observer.after_steps(run, first, on_host)
