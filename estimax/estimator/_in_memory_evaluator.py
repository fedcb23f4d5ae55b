"""`InMemoryEvaluatorHook`: evaluations while a model is trained, without checkpoints."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import jax
import numpy as np

from estimax.estimator import _evaluation
from estimax.estimator._estimator import Estimator
from estimax.estimator._restored import Restored
from estimax.train._global_step import GLOBAL_STEP
from estimax.train._hook_runner import check_hooks
from estimax.train._hooks._seldom import SeldomHook
from estimax.train._hooks._timer import SecondOrStepTimer
from estimax.train._session_run_hook import SessionRunContext, SessionRunValues


class InMemoryEvaluatorHook(SeldomHook):
    """Evaluates the variables of a training run as they are, before the first step, every so many, and at the end.

    Results are logged and written like those of `estimator.evaluate`. The run goes on
    as it would have without them, to the last bit.

    Args:
        estimator: the one that is trained.
        input_fn: as for `Estimator.evaluate`; called for each evaluation.
        steps: how many batches; None for all.
        hooks: hooks of the evaluations.
        name: results go to the folder `eval_<name>` of the model folder, without one to `eval`.
        every_n_iter: steps of training between two evaluations.

    Raises:
        TypeError: the first is no Estimator, or a hook none.
        ValueError: `every_n_iter` or `steps` is not positive.

    Example:
        >>> import tempfile, estimax as tf
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     estimator = tf.estimator.BaselineRegressor(model_dir=folder)
        ...     hook = tf.estimator.experimental.InMemoryEvaluatorHook(estimator, input_fn=dict, every_n_iter=50)
        >>> hook.next_due_step(0), hook.next_due_step(50)
        (49, 99)
    """

    def __init__(
        self,
        estimator: Estimator,
        input_fn: Callable[..., Any],
        steps: int | None = None,
        hooks: Sequence[Any] | None = None,
        name: str | None = None,
        every_n_iter: int = 100,
    ) -> None:
        if not isinstance(estimator, Estimator):
            raise TypeError(f"estimator must be a tf.estimator.Estimator; got {estimator!r}")
        if not every_n_iter or every_n_iter < 0:
            raise ValueError(f"every_n_iter must be positive; got {every_n_iter}")
        if steps is not None and steps <= 0:
            raise ValueError(f"steps must be positive, or None for all batches; got {steps}")
        self._estimator = estimator
        self._input_fn = input_fn
        self._steps = steps
        self._hooks = check_hooks(hooks)
        self._name = name
        self._every_n_iter = every_n_iter
        self._timer = SecondOrStepTimer(every_steps=every_n_iter)

    def begin(self) -> None:
        self._timer.reset()

    def after_create_session(self, session: Any, coord: Any) -> None:
        self._timer.update_last_triggered_step(self.first_step)
        self._evaluate(session)

    def after_run(self, run_context: SessionRunContext, run_values: SessionRunValues) -> None:
        done = run_context.step + 1
        if self._timer.should_trigger_for_step(done):
            self._timer.update_last_triggered_step(done)
            self._evaluate(run_context.session)

    def end(self, session: Any) -> None:
        self._evaluate(session)

    def next_due_step(self, step: int) -> float:
        return step + (self.first_step - 1 - step) % self._every_n_iter

    def _evaluate(self, session: Any) -> None:
        variables, specs = session.variables(), session.graph.references.call.frame.specs
        step = int(variables[GLOBAL_STEP])
        values = {name: variables[name] for name, spec in specs.items() if not spec.is_local and name in variables}
        restored = Restored(jax.device_put({**values, GLOBAL_STEP: np.int32(step)}), step, None)
        _evaluation.evaluate(
            self._estimator, self._input_fn, self._steps, None, self._name, self._hooks, restored=restored
        )
