"""The training loop: stages in, steps done, observers told.

The loop knows nothing of logs, checkpoints or summaries. `Observer`s do: each is
told of the steps that were done, with the values of every one of them, and says
at which step the loop must stop for it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from estimax.train._staging import Ahead, Stage
from estimax.train._step import State, TrainStep


class Run:
    """A training run as observers see it."""

    def __init__(self, state: State, first_step: int, position: Any = None) -> None:
        self.state = state
        self.first_step = first_step
        self.step = first_step
        self.position = position
        self.is_stopped = False

    def request_stop(self) -> None:
        """Ends the run after the steps that are being done."""
        self.is_stopped = True

    def variables(self) -> dict[str, np.ndarray]:
        """Returns the values of all variables, slots and the global step, on the host."""
        values = {name: np.asarray(v) for name, v in self.state["variables"].items()}
        return values | {"global_step": np.asarray(self.step, np.int64)}


class Observer:
    """Something that follows a run. Every method may be left out."""

    def begin(self, run: Run) -> None:
        """Is called before the first step."""

    def next_stop(self, step: int) -> float:
        """Returns the first step after `step` at which `after_steps` must be called.

        Depends on the step alone: the thread that reads the input asks, some stages ahead.
        """
        return math.inf

    def after_steps(self, run: Run, first: int, values: Mapping[str, np.ndarray]) -> None:
        """Is called after the steps `first` to `run.step - 1`, with a value of each step for each name."""

    def end(self, run: Run, is_exhausted: bool) -> None:
        """Is called after the last step; `is_exhausted` says whether the input ended."""


def next_stop_of(observers: Sequence[Observer], last_step: float) -> Callable[[int], float]:
    """Returns, for a step, the next one at which any observer or the end of the run stops the loop."""
    return lambda step: min([last_step, *(o.next_stop(step) for o in observers)])


def run_steps(step: TrainStep, run: Run, stages: Iterable[Stage], observers: Sequence[Observer], last: float) -> Run:
    """Runs until the input ends, step `last` is reached, or an observer requests a stop.

    The run's state is consumed: after an error it must not be used.
    """
    for observer in observers:
        observer.begin(run)
    is_exhausted = False
    if run.step < last and not run.is_stopped:
        ahead = Ahead(iter(stages))
        try:
            for stage in ahead:
                _do(step, run, stage, observers)
                if run.step >= last or run.is_stopped:
                    break
            else:
                is_exhausted = True
        finally:
            ahead.close()
    for observer in observers:
        observer.end(run, is_exhausted)
    return run


def _do(step: TrainStep, run: Run, stage: Stage, observers: Sequence[Observer]) -> None:
    run.state, values = step.run(run.state, stage.arrays, np.int32(stage.count))
    first, run.step, run.position = run.step, run.step + stage.count, stage.position
    on_host = {name: np.asarray(v)[: stage.count] for name, v in values.items()}
    for observer in observers:
        observer.after_steps(run, first, on_host)
