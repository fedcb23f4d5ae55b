"""What a hook is: something of the user's that is called before and after the steps of a run.

The words are the original's: a call of a step is a "run" of a session, and what a
hook wants to see of it are its fetches.
"""

from __future__ import annotations

from typing import Any, NamedTuple


class SessionRunArgs(NamedTuple):
    """What a hook asks of the next step.

    Attributes:
        fetches: arrays of the model function, their names, variables, or a dictionary or list of these.
        feed_dict: must be None; there is no feeding.
        options: has no effect.

    Example:
        >>> import estimax as tf
        >>> tf.train.SessionRunArgs("loss:0").fetches
        'loss:0'
    """

    fetches: Any
    feed_dict: Any = None
    options: Any = None


class SessionRunValues(NamedTuple):
    """What a hook gets of a step.

    Attributes:
        results: the values of the fetches, NumPy arrays in the same structure.
        options: always None.
        run_metadata: always None.
    """

    results: Any
    options: Any = None
    run_metadata: Any = None


class SessionRunContext:
    """The step that is about to be done, or has just been done, as a hook sees it.

    Args:
        original_args: what the loop itself asks of the step.
        session: gives the values of variables and of the last step.
        step: the number of the step: it takes the global step from `step` to `step + 1`.
    """

    def __init__(self, original_args: SessionRunArgs, session: Any, step: int = 0) -> None:
        self.original_args = original_args
        self.session = session
        self.step = step
        self._stop_requested = False

    @property
    def stop_requested(self) -> bool:
        """Whether a hook asked for the end of the run."""
        return self._stop_requested

    def request_stop(self) -> None:
        """Ends the run after this step."""
        self._stop_requested = True


class SessionRunHook:
    """Something that is called around the steps of a run. Every method may be left out.

    The order is the original's: `begin` once, `after_create_session` once, then for
    each step `before_run` and `after_run`, and `end` when the run has ended without
    an error.

    Attributes:
        first_step: the global step at which the run starts; set before `begin`.

    Example:
        >>> import estimax as tf
        >>> class Teller(tf.train.SessionRunHook):
        ...     def before_run(self, run_context):
        ...         return tf.train.SessionRunArgs("loss:0")
        ...     def after_run(self, run_context, run_values):
        ...         print(run_values.results)
    """

    first_step: int = 0

    def begin(self) -> None:
        """Is called before the first step."""

    def after_create_session(self, session: Any, coord: Any) -> None:
        """Is called when the variables have their first or restored values; `coord` is None."""

    def before_run(self, run_context: SessionRunContext) -> SessionRunArgs | None:
        """Is called before a step; returns what `after_run` shall get of it."""
        return None

    def after_run(self, run_context: SessionRunContext, run_values: SessionRunValues) -> None:
        """Is called after a step."""

    def end(self, session: Any) -> None:
        """Is called after the last step."""

    def next_due_step(self, step: int) -> float:
        """Returns the number of the first step from `step` on at which the hook wants to be called.

        Every step, unless a hook says otherwise. Steps between are done many in one
        compiled call. The answer must depend on `step` and `first_step` alone, since
        the thread that reads the input asks for it ahead; infinity is for a hook that
        wants to be called when the loop stops anyway, every 1,024 steps or sooner.
        """
        return step
