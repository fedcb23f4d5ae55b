"""`GlobalStepWaiterHook`: the delayed start of a worker, which nobody has to wait for here."""

from __future__ import annotations

from estimax import logging
from estimax.train._hooks._seldom import SeldomHook


class GlobalStepWaiterHook(SeldomHook):
    """Would hold a worker back until others have reached a step.

    All workers of a run do the same steps together, so there is nobody to wait
    for: the hook says so, and the run starts at once.

    Args:
        wait_until_step: the global step.

    Example:
        >>> import estimax as tf
        >>> hook = tf.train.GlobalStepWaiterHook(0)
    """

    def __init__(self, wait_until_step: int) -> None:
        self._wait_until_step = wait_until_step

    def begin(self) -> None:
        if self.first_step < self._wait_until_step:
            logging.warning(
                "GlobalStepWaiterHook does not wait for step %s: all workers of a run do the same steps together.",
                self._wait_until_step,
            )

    def next_due_step(self, step: int) -> float:
        return float("inf")
