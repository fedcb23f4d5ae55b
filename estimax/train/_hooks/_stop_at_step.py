"""`StopAtStepHook`: ends a run at a step."""

from __future__ import annotations

import math

from estimax.train._hooks._seldom import SeldomHook
from estimax.train._session_run_hook import SessionRunContext, SessionRunValues


class StopAtStepHook(SeldomHook):
    """Ends a run after some steps, or at a global step.

    Args:
        num_steps: how many steps to do, counted from where the first run with this hook starts.
        last_step: the global step at which to end.

    Raises:
        ValueError: neither of the two is given, or both.

    Example:
        >>> import estimax as tf
        >>> hook = tf.train.StopAtStepHook(num_steps=1000)  # estimator.train(input_fn, hooks=[hook])
    """

    def __init__(self, num_steps: float | None = None, last_step: float | None = None) -> None:
        if num_steps is None and last_step is None:
            raise ValueError("one of num_steps and last_step must be given; got neither")
        if num_steps is not None and last_step is not None:
            raise ValueError(f"only one of num_steps and last_step can be given; got {num_steps} and {last_step}")
        self._num_steps = num_steps
        self._last_step = last_step

    def begin(self) -> None:
        if self._last_step is None:
            assert self._num_steps is not None
            self._last_step = self.first_step + self._num_steps

    def after_run(self, run_context: SessionRunContext, run_values: SessionRunValues) -> None:
        assert self._last_step is not None
        if run_context.step + 1 >= self._last_step:
            run_context.request_stop()

    def next_due_step(self, step: int) -> float:
        return math.inf if self._last_step is None else max(step, math.ceil(self._last_step) - 1)
