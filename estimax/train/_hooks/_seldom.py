"""`SeldomHook`: a hook that is called at the steps it names, so that many run in one compiled call between them."""

from __future__ import annotations

from typing import Any

from estimax.train._session_run_hook import SessionRunHook


class SeldomHook(SessionRunHook):
    """A hook whose class says in `next_due_step` when it wants to be called.

    What the class knows of itself a subclass may change: one that has its own
    `before_run` or `after_run`, and no `next_due_step`, is called around every step.

    Example:
        >>> import estimax as tf
        >>> class Watch(tf.train.StopAtStepHook):
        ...     def after_run(self, run_context, run_values):
        ...         super().after_run(run_context, run_values)
        >>> tf.train.StopAtStepHook(last_step=10).next_due_step(3), Watch(last_step=10).next_due_step(3)
        (9, 3)
    """

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        own = vars(cls)
        if ("before_run" in own or "after_run" in own) and "next_due_step" not in own:
            cls.next_due_step = SessionRunHook.next_due_step  # type: ignore[method-assign]  # the point of it
