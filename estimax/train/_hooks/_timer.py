"""`SecondOrStepTimer`: what is due every so many seconds or steps."""

from __future__ import annotations

import time
from collections.abc import Callable


class SecondOrStepTimer:
    """Tells when something is due that happens every so many seconds or steps; the first time at once.

    Args:
        every_secs: seconds between two times, or None.
        every_steps: steps between two times, or None.
        clock: seconds.

    Raises:
        ValueError: neither of the two is given, or both.

    Example:
        >>> import estimax as tf
        >>> timer = tf.train.SecondOrStepTimer(every_steps=3)
        >>> due = []
        >>> for step in range(8):
        ...     if timer.should_trigger_for_step(step):
        ...         due.append((step, timer.update_last_triggered_step(step)[1]))
        >>> due
        [(0, None), (3, 3), (6, 3)]
    """

    def __init__(
        self,
        every_secs: float | None = None,
        every_steps: int | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        if every_secs is None and every_steps is None:
            raise ValueError("either every_secs or every_steps must be given; got neither")
        if every_secs is not None and every_steps is not None:
            raise ValueError(f"every_secs and every_steps cannot both be given; got {every_secs} and {every_steps}")
        self._every_secs = every_secs
        self._every_steps = every_steps
        self._clock = clock
        self.reset()

    def reset(self) -> None:
        """Forgets when it was due last: it is due at once again."""
        self._last_triggered_step: int | None = None
        self._last_triggered_time: float | None = None

    def should_trigger_for_step(self, step: int) -> bool:
        """Tells whether it is due at a step; never twice at the same one."""
        if self._last_triggered_step is None or self._last_triggered_time is None:
            return True
        if step == self._last_triggered_step:
            return False
        if self._every_secs is not None:
            return self._clock() >= self._last_triggered_time + self._every_secs
        assert self._every_steps is not None
        return step >= self._last_triggered_step + self._every_steps

    def update_last_triggered_step(self, step: int) -> tuple[float | None, int | None]:
        """Notes that it has happened.

        Returns:
            The seconds and steps since the last time; (None, None) for the first.
        """
        now = self._clock()
        before_step, before_time = self._last_triggered_step, self._last_triggered_time
        self._last_triggered_step, self._last_triggered_time = step, now
        if before_step is None or before_time is None:
            return None, None
        return now - before_time, step - before_step

    def last_triggered_step(self) -> int | None:
        """Returns the step at which it happened last, or None."""
        return self._last_triggered_step

    def next_due_step(self, step: int, first: int) -> float:
        """Returns the first step from `step` on at which it may be due, in a run that starts at `first`.

        Infinity where that is a matter of time.
        """
        if step <= first:
            return first
        if self._every_steps is None:
            return float("inf")
        return step + (first - step) % self._every_steps


class NeverTriggerTimer(SecondOrStepTimer):
    """Is never due.

    Example:
        >>> from estimax.python.training.basic_session_run_hooks import NeverTriggerTimer
        >>> NeverTriggerTimer().should_trigger_for_step(1)
        False
    """

    def __init__(self) -> None:
        super().__init__(every_secs=float("inf"))

    def should_trigger_for_step(self, step: int) -> bool:
        return False

    def update_last_triggered_step(self, step: int) -> tuple[float | None, int | None]:
        return None, None

    def next_due_step(self, step: int, first: int) -> float:
        return float("inf")
