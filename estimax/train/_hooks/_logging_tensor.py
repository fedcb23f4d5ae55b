"""`LoggingTensorHook`: logs values of the model, as `loss = 0.25, step = 100 (0.123 sec)`."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from estimax import logging
from estimax._scope._frame import current_frame
from estimax.train._hooks._seldom import SeldomHook
from estimax.train._hooks._timer import NeverTriggerTimer, SecondOrStepTimer
from estimax.train._session_run_hook import SessionRunArgs, SessionRunContext, SessionRunValues


class LoggingTensorHook(SeldomHook):
    """Logs values of a step, every so many steps or seconds, and at the end.

    Args:
        tensors: names or arrays of the model function, in a list, which are logged
            under their own names, or in a dictionary, under its keys, in alphabetical order.
        every_n_iter: steps between two lines; the first step has one.
        every_n_secs: seconds between two lines.
        at_end: whether there is a line for the last step when the run has ended.
        formatter: makes the line of the dictionary of values.

    Raises:
        ValueError: both or neither of `every_n_iter` and `every_n_secs` (the latter
            without `at_end`), or one that is not positive.

    Example:
        >>> import estimax as tf
        >>> hook = tf.train.LoggingTensorHook({"loss": "loss:0"}, every_n_iter=100)
        >>> hook.next_due_step(1)
        100
    """

    def __init__(
        self,
        tensors: Mapping[str, Any] | Sequence[Any],
        every_n_iter: int | None = None,
        every_n_secs: float | None = None,
        at_end: bool = False,
        formatter: Callable[[dict[str, Any]], str] | None = None,
    ) -> None:
        only_at_end = at_end and every_n_iter is None and every_n_secs is None
        if not only_at_end and (every_n_iter is None) == (every_n_secs is None):
            raise ValueError(
                f"exactly one of every_n_iter and every_n_secs must be given, or at_end alone; got "
                f"every_n_iter={every_n_iter}, every_n_secs={every_n_secs}, at_end={at_end}"
            )
        if every_n_iter is not None and every_n_iter <= 0:
            raise ValueError(f"every_n_iter must be positive; got {every_n_iter}")
        if isinstance(tensors, str):
            raise TypeError(f"tensors must be a list or a dictionary; got the string {tensors!r}. Write [{tensors!r}]")
        named = dict(tensors) if isinstance(tensors, Mapping) else {_tag(tensor): tensor for tensor in tensors}
        self._tag_order = sorted(named) if isinstance(tensors, Mapping) else list(named)
        self._current_tensors = named
        self._formatter = formatter
        self._log_at_end = at_end
        self._timer = NeverTriggerTimer() if only_at_end else SecondOrStepTimer(every_n_secs, every_n_iter)
        self._should_trigger = False
        self._iter_count = 0

    def begin(self) -> None:
        self._timer.reset()
        self._iter_count = 0

    def before_run(self, run_context: SessionRunContext) -> SessionRunArgs | None:
        self._iter_count = run_context.step - self.first_step
        self._should_trigger = self._timer.should_trigger_for_step(self._iter_count)
        return SessionRunArgs(self._current_tensors) if self._should_trigger else None

    def after_run(self, run_context: SessionRunContext, run_values: SessionRunValues) -> None:
        if self._should_trigger:
            self._log_tensors(run_values.results)

    def end(self, session: Any) -> None:
        if self._log_at_end:
            self._log_tensors(session.run(self._current_tensors))

    def next_due_step(self, step: int) -> float:
        return self._timer.next_due_step(step, self.first_step)

    def _log_tensors(self, tensor_values: Mapping[str, Any]) -> None:
        """Logs the values of a step; subclasses may do something else with them."""
        elapsed, _ = self._timer.update_last_triggered_step(self._iter_count)
        with np.printoptions(suppress=True):
            if self._formatter:
                logging.info(self._formatter(dict(tensor_values)))
                return
            stats = ", ".join(f"{tag} = {tensor_values[tag]!s}" for tag in self._tag_order)
            took = "" if elapsed is None or math.isinf(elapsed) else f" ({elapsed:.3f} sec)"
            logging.info("%s%s", stats, took)


def _tag(tensor: Any) -> str:
    """Returns what a line calls a tensor that was given without a name of its own."""
    if isinstance(tensor, str):
        return tensor
    active = current_frame.get()
    name = None if active is None else active.result_name(tensor) or active.name_of(tensor)
    name = getattr(tensor, "name", None) if name is None else f"{name}:0"
    shape = tuple(getattr(tensor, "shape", ()))
    return f'Tensor("{name or "?"}", shape={shape}, dtype={getattr(tensor, "dtype", None)})'
