"""`train_and_evaluate`: training, with an evaluation and exports after checkpoints."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from estimax.estimator._estimator import Estimator
from estimax.estimator._exporters import Exporter, export_all
from estimax.train._hook_runner import check_hooks
from estimax.train._interruption import is_interrupted
from estimax.train._saving import CheckpointSaverListener


@dataclass(frozen=True)
class TrainSpec:
    """How to train.

    Args:
        input_fn: as for `Estimator.train`; called once.
        max_steps: the global step at which to stop; None until the input ends.
        hooks: `SessionRunHook`s, called around the steps.
        saving_listeners: told of every checkpoint.
    """

    input_fn: Callable[..., Any]
    max_steps: float | None = None
    hooks: Sequence[Any] | None = None
    saving_listeners: Sequence[CheckpointSaverListener] | None = None

    def __post_init__(self) -> None:
        _check_callable(self.input_fn)
        check_hooks(self.hooks)
        if self.max_steps is not None and self.max_steps <= 0:
            raise ValueError(f"max_steps must be positive, or None; got {self.max_steps}")


@dataclass(frozen=True)
class EvalSpec:
    """How to evaluate while training.

    Args:
        input_fn: as for `Estimator.evaluate`; called for each evaluation.
        steps: batches of an evaluation; None for all.
        name: the results go to `eval_<name>`.
        hooks: `SessionRunHook`s, called around the batches.
        exporters: an `Exporter` or several.
        start_delay_secs: of no effect in one process.
        throttle_secs: an evaluation starts no sooner than this after the one before.
    """

    input_fn: Callable[..., Any]
    steps: int | None = 100
    name: str | None = None
    hooks: Sequence[Any] | None = None
    exporters: Any = None
    start_delay_secs: float = 120
    throttle_secs: float = 600

    def __post_init__(self) -> None:
        _check_callable(self.input_fn)
        check_hooks(self.hooks)
        if self.steps is not None and self.steps <= 0:
            raise ValueError(f"steps must be positive, or None for all batches; got {self.steps}")
        for name in ("start_delay_secs", "throttle_secs"):
            if getattr(self, name) < 0:
                raise ValueError(f"{name} must not be negative; got {getattr(self, name)}")
        exporters = (self.exporters,) if isinstance(self.exporters, Exporter) else tuple(self.exporters or ())
        for exporter in exporters:
            if not isinstance(exporter, Exporter):
                raise TypeError(f"exporters must be Exporters; got {exporter!r}")
        names = [e.name for e in exporters]
        if len(set(names)) < len(names):
            raise ValueError(f"exporters must have different names; got {names}")
        object.__setattr__(self, "exporters", exporters)


def _check_callable(input_fn: Any) -> None:
    if not callable(input_fn):
        raise TypeError(f"input_fn must be a function; got {input_fn!r}")


class _Evaluator(CheckpointSaverListener):
    """Evaluates checkpoints while training: not the first, and not too soon after the one before."""

    def __init__(
        self, estimator: Estimator, spec: EvalSpec, max_steps: float | None, clock: Callable[[], float]
    ) -> None:
        self.estimator = estimator
        self.spec = spec
        self.max_steps = max_steps
        self.clock = clock
        self.result: tuple[dict[str, Any] | None, list[bytes | None] | None] = (None, None)
        self._evaluated_step: int | None = None
        self._evaluated_at = float("-inf")
        self._is_first = estimator.latest_checkpoint() is None  # a run that goes on does not save where it starts

    def after_save(self, session: object, global_step_value: int) -> None:
        if self._is_first:
            self._is_first = False
        elif is_interrupted():
            return
        elif self.clock() - self._evaluated_at >= self.spec.throttle_secs:
            self._evaluate(global_step_value)

    def end(self, session: object, global_step_value: int) -> None:
        if global_step_value != self._evaluated_step:
            self._evaluate(global_step_value)

    def _evaluate(self, step: int) -> None:
        self._evaluated_step, self._evaluated_at = step, self.clock()
        metrics = self.estimator.evaluate(self.spec.input_fn, self.spec.steps, self.spec.hooks, name=self.spec.name)
        is_final = self.max_steps is not None and step >= self.max_steps
        self.result = (metrics, export_all(self.spec.exporters, self.estimator, metrics, is_final))


def train_and_evaluate(
    estimator: Estimator, train_spec: TrainSpec, eval_spec: EvalSpec
) -> tuple[dict[str, Any] | None, list[bytes | None] | None]:
    """Trains, evaluates and exports after checkpoints, and again at the end.

    How often is a matter of `RunConfig.save_checkpoints_steps` or `_secs` and of
    `EvalSpec.throttle_secs`. A run that was interrupted goes on where it was when the
    same program is started again.

    Returns:
        The metrics of the last evaluation and, for each exporter, the path of its
        last export or None; (None, None) where `max_steps` was reached before.

    Raises:
        TypeError: an argument of another kind.
    """
    for given, kind in ((estimator, Estimator), (train_spec, TrainSpec), (eval_spec, EvalSpec)):
        if not isinstance(given, kind):
            raise TypeError(f"train_and_evaluate takes an Estimator, a TrainSpec and an EvalSpec; got {given!r}")
    evaluator = _Evaluator(estimator, eval_spec, train_spec.max_steps, time.monotonic)
    listeners = [*(train_spec.saving_listeners or ()), evaluator]
    estimator.train(train_spec.input_fn, train_spec.hooks, max_steps=train_spec.max_steps, saving_listeners=listeners)
    return evaluator.result
