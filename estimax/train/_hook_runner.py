"""Calling hooks around the steps of a run, in the original's order.

`HookCalls` serves every kind of run; `HookRunner` is the observer through which it
takes part in a training run. A hook that says which steps it wants to see is called
around the compiled calls that end with these.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import jax
import numpy as np

from estimax._base._errors import InvalidArgumentError, UnimplementedError
from estimax._scope._frame import entered
from estimax.train._fetching import References
from estimax.train._global_step import GLOBAL_STEP
from estimax.train._hook_session import HookSession
from estimax.train._loop import Observer, Run
from estimax.train._session_run_hook import SessionRunArgs, SessionRunContext, SessionRunHook, SessionRunValues


def check_hooks(hooks: Any) -> tuple[SessionRunHook, ...]:
    """Returns hooks as a tuple.

    Raises:
        TypeError: one of them is no `SessionRunHook`.
    """
    listed = tuple(hooks or ())
    for hook in listed:
        if not isinstance(hook, SessionRunHook):
            raise TypeError(f"hooks must be of a class derived from tf.train.SessionRunHook; got {hook!r}")
    return listed


class HookCalls:
    """The hooks of a run, and what each asked of the step that is being done.

    Args:
        hooks: in the order in which they are called.
        references: of the call of the model function.
    """

    def __init__(self, hooks: Sequence[SessionRunHook], references: References) -> None:
        self.hooks = tuple(hooks)
        self.references = references
        self._context: SessionRunContext | None = None
        self._asked: list[SessionRunArgs | None] = []

    def begin(self, first_step: int) -> None:
        """Begins all hooks, in the context of the model function's graph."""
        with entered(self.references.call.frame):
            for hook in self.hooks:
                hook.first_step = first_step
                hook.begin()

    def start(self, session: HookSession) -> None:
        """Tells that the variables have values."""
        with entered(self.references.call.frame):
            for hook in self.hooks:
                hook.after_create_session(session, None)

    def before(self, session: HookSession, step: int) -> None:
        """Asks what shall be fetched of a step."""
        self._context = SessionRunContext(SessionRunArgs(None), session, step)
        with entered(self.references.call.frame):
            self._asked = [_asked(hook, hook.before_run(self._context)) for hook in self.hooks]

    def before_the_end(self, session: HookSession, step: int) -> None:
        """Asks once more, for a step for which it will turn out that the input has ended."""
        context = SessionRunContext(SessionRunArgs(None), session, step)
        with entered(self.references.call.frame):
            for hook in self.hooks:
                if hook.next_due_step(step) <= step:
                    hook.before_run(context)

    def after(self, session: HookSession, fetched: Mapping[str, Any], variables: Mapping[str, Any]) -> bool:
        """Hands out what was fetched; returns whether the run shall stop."""
        assert self._context is not None
        step = self._context.step

        def read(reference: str) -> Any:
            if reference == f"variable:{GLOBAL_STEP}":
                return np.asarray(step, np.int64)
            if reference.startswith("variable:"):
                return variables[reference.removeprefix("variable:")]
            return fetched[reference]

        with entered(self.references.call.frame):
            for hook, args in zip(self.hooks, self._asked, strict=True):
                results = None if args is None else self.references.values_of(args.fetches, read)
                hook.after_run(self._context, SessionRunValues(results))
        return self._context.stop_requested

    def end(self, session: HookSession) -> None:
        """Ends all hooks."""
        with entered(self.references.call.frame):
            for hook in self.hooks:
                hook.end(session)

    def next_due_step(self, step: int) -> float:
        """Returns the first step from `step` on that a hook wants to see."""
        return min((hook.next_due_step(step) for hook in self.hooks), default=math.inf)


def _asked(hook: SessionRunHook, args: Any) -> SessionRunArgs | None:
    if args is None:
        return None
    if not isinstance(args, SessionRunArgs):
        raise InvalidArgumentError(
            f"{type(hook).__name__}.before_run must return a tf.train.SessionRunArgs or None; got {args!r}"
        )
    if args.feed_dict:
        raise UnimplementedError(
            f"{type(hook).__name__} feeds {list(args.feed_dict)}; the values of a run come from its input function"
        )
    return args


class HookRunner(Observer):
    """Lets hooks take part in a training run.

    Args:
        hooks: in the order in which they are called.
        references: of the call of the model function.
        scaffold: whose `init_fn` changes the first values of variables; or None.
        is_new: whether the run starts from first values.
    """

    def __init__(
        self, hooks: Sequence[SessionRunHook], references: References, scaffold: Any = None, is_new: bool = True
    ) -> None:
        self.calls = HookCalls(hooks, references)
        self.scaffold = scaffold
        self.is_new = is_new
        self._session: HookSession | None = None

    def prepare(self, run: Run) -> None:
        self._session = run.session or session_of(run, self.calls.references)
        self.calls.begin(run.step)
        init_fn = getattr(self.scaffold, "init_fn", None)
        if init_fn is not None and self.is_new:
            init_fn(self._session)

    def begin(self, run: Run) -> None:
        assert self._session is not None
        self.calls.start(self._session)

    def next_stop(self, step: int) -> float:
        return self.calls.next_due_step(step) + 1

    def before_steps(self, run: Run, count: int) -> None:
        assert self._session is not None
        if count:
            self.calls.before(self._session, run.step + count - 1)
        else:
            self.calls.before_the_end(self._session, run.step)

    def after_steps(self, run: Run, first: int, values: Mapping[str, np.ndarray]) -> None:
        assert self._session is not None
        if self.calls.after(self._session, run.fetched, run.arrays()):
            run.request_stop()
        self._session.is_stopped = run.is_stopped

    def end(self, run: Run, is_exhausted: bool) -> None:
        assert self._session is not None
        self._session.is_stopped = True
        self.calls.end(self._session)


def session_of(run: Run, references: References) -> HookSession:
    """Returns a training run as hooks and listeners see it."""

    def load(values: Mapping[str, np.ndarray]) -> None:
        before = run.state["variables"]
        changed = {n: jax.device_put(np.asarray(v, before[n].dtype)) for n, v in values.items()}
        run.state = run.state | {"variables": {**before, **changed}}

    return HookSession(references, run.arrays, lambda: run.fetched, load)
