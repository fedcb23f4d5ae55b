"""`SummarySaverHook`: writes summaries to an event file."""

from __future__ import annotations

import os
from typing import Any

from estimax.summary import FileWriterCache
from estimax.train._hooks._seldom import SeldomHook
from estimax.train._hooks._timer import SecondOrStepTimer
from estimax.train._session_run_hook import SessionRunArgs, SessionRunContext, SessionRunValues


class SummarySaverHook(SeldomHook):
    """Writes summaries of a step, every so many steps or seconds, beginning with the first.

    Args:
        save_steps: steps between two, or None.
        save_secs: seconds between two, or None.
        output_dir: the folder of the event file.
        summary_writer: a `FileWriter`, in place of a folder.
        scaffold: a `Scaffold` with a `summary_op`.
        summary_op: what `tf.summary.merge_all()`, `merge` or a single summary gave in the model function, or a list.

    Raises:
        ValueError: both or neither of `save_steps` and `save_secs`, or of `scaffold` and `summary_op`.

    Example:
        >>> import estimax as tf
        >>> scaffold = tf.train.Scaffold()
        >>> hook = tf.train.SummarySaverHook(save_steps=10, output_dir="summaries", scaffold=scaffold)
        >>> hook.next_due_step(1)
        10
    """

    def __init__(
        self,
        save_steps: int | None = None,
        save_secs: float | None = None,
        output_dir: str | os.PathLike[str] | None = None,
        summary_writer: Any = None,
        scaffold: Any = None,
        summary_op: Any = None,
    ) -> None:
        if (scaffold is None) == (summary_op is None):
            raise ValueError(
                f"exactly one of scaffold and summary_op must be given; got {scaffold!r} and {summary_op!r}"
            )
        self._timer = SecondOrStepTimer(save_secs, save_steps)
        self._summary_op = summary_op
        self._summary_writer = summary_writer
        self._output_dir = output_dir
        self._scaffold = scaffold
        self._request_summary = False

    def begin(self) -> None:
        self._timer.reset()
        if self._summary_writer is None and self._output_dir is not None:
            self._summary_writer = FileWriterCache.get(self._output_dir)

    def before_run(self, run_context: SessionRunContext) -> SessionRunArgs | None:
        summary_op = self._get_summary_op()
        self._request_summary = summary_op is not None and self._timer.should_trigger_for_step(run_context.step)
        return SessionRunArgs(summary_op) if self._request_summary else None

    def after_run(self, run_context: SessionRunContext, run_values: SessionRunValues) -> None:
        if not self._request_summary:
            return
        self._timer.update_last_triggered_step(run_context.step)
        if self._summary_writer is not None:
            results = run_values.results
            for summary in results if isinstance(results, list | tuple) else [results]:
                if summary is not None:
                    self._summary_writer.add_summary(summary, run_context.step + 1)

    def end(self, session: Any) -> None:
        if self._summary_writer is not None:
            self._summary_writer.flush()

    def next_due_step(self, step: int) -> float:
        return self._timer.next_due_step(step, self.first_step)

    def _get_summary_op(self) -> Any:
        return self._scaffold.summary_op if self._summary_op is None else self._summary_op
