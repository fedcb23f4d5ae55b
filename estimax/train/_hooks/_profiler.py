"""`ProfilerHook`: where the time of a step goes, for TensorBoard's profile page."""

from __future__ import annotations

import os
from typing import Any

from estimax.train._hooks._seldom import SeldomHook
from estimax.train._hooks._timer import SecondOrStepTimer
from estimax.train._profiling import Recording
from estimax.train._session_run_hook import SessionRunArgs, SessionRunContext, SessionRunValues


class ProfilerHook(SeldomHook):
    """Records a profile of one step, every so many steps or seconds.

    It is a trace by JAX's profiler, written below `<output_dir>/plugins/profile/<time>/`, where
    the profile page of TensorBoard finds it. The first step, in which the program is
    compiled, is left out. While another profile is being recorded, none is.

    Args:
        save_steps: steps between two, or None.
        save_secs: seconds between two, or None.
        output_dir: the folder.
        show_dataflow: has no effect.
        show_memory: has no effect.

    Raises:
        ValueError: neither of `save_steps` and `save_secs`, or both.

    Example:
        >>> import estimax as tf
        >>> hook = tf.train.ProfilerHook(save_steps=100, output_dir="profiles")
        >>> hook.next_due_step(0), hook.next_due_step(100)
        (99, 199)
    """

    def __init__(
        self,
        save_steps: int | None = None,
        save_secs: float | None = None,
        output_dir: str | os.PathLike[str] = "",
        show_dataflow: bool = True,
        show_memory: bool = False,
    ) -> None:
        self._timer = SecondOrStepTimer(save_secs, save_steps)
        self._every_steps = save_steps
        self._recording = Recording(os.fspath(output_dir) or os.curdir)

    def begin(self) -> None:
        self._timer.reset()
        self._timer.update_last_triggered_step(self.first_step)

    def before_run(self, run_context: SessionRunContext) -> SessionRunArgs | None:
        is_first = run_context.step == self.first_step
        if not is_first and self._timer.should_trigger_for_step(run_context.step + 1):
            self._timer.update_last_triggered_step(run_context.step + 1)
            self._recording.start(f"step {run_context.step + 1}")
        return None

    def after_run(self, run_context: SessionRunContext, run_values: SessionRunValues) -> None:
        self._recording.stop()

    def end(self, session: Any) -> None:
        self._recording.stop()

    def next_due_step(self, step: int) -> float:
        if self._every_steps is None:
            return float("inf")
        due = max(step, self.first_step + 1)
        return due + (self.first_step - 1 - due) % self._every_steps
