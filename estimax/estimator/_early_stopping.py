"""Hooks that end a training run early, by what its evaluations found (`tf.estimator.experimental`).

The hooks read the curves that evaluations leave in the model folder, so they decide
by all evaluations there, also by those of a run that was interrupted; nothing else
of a decision is kept: a run that is started again decides anew, with its first step.
"""

from __future__ import annotations

import operator
import os
from collections.abc import Callable, Mapping
from typing import Any

from estimax import logging
from estimax._base._files import names_in
from estimax.estimator._estimator import Estimator
from estimax.summary import read_events
from estimax.train._hooks._seldom import SeldomHook
from estimax.train._hooks._stop_at_step import StopAtStepHook
from estimax.train._hooks._timer import SecondOrStepTimer
from estimax.train._session_run_hook import SessionRunContext, SessionRunHook, SessionRunValues

_Metrics = Mapping[int, Mapping[str, float]]


def make_early_stopping_hook(
    estimator: Estimator,
    should_stop_fn: Callable[[], bool],
    run_every_secs: float | None = 60,
    run_every_steps: int | None = None,
) -> SessionRunHook:
    """Returns a hook that ends a training run when a function says so.

    Args:
        estimator: the one that is trained.
        should_stop_fn: takes nothing; whether to stop. It is called after the first step, too.
        run_every_secs: seconds between two calls, or None. Steps are done up to 1,024 at a
            time, and the function is called between.
        run_every_steps: steps between two calls, or None.

    Raises:
        TypeError: the first is no Estimator, or the second no function.
        ValueError: neither `run_every_secs` nor `run_every_steps`, or both.

    Example:
        >>> import tempfile, estimax as tf
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     estimator = tf.estimator.BaselineRegressor(model_dir=folder)
        ...     hook = tf.estimator.experimental.make_early_stopping_hook(
        ...         estimator, lambda: False, run_every_secs=None, run_every_steps=50)
        >>> hook.next_due_step(1)
        50
    """
    if not isinstance(estimator, Estimator):
        raise TypeError(f"estimator must be a tf.estimator.Estimator; got {estimator!r}")
    if not callable(should_stop_fn):
        raise TypeError(f"should_stop_fn must be a function; got {should_stop_fn!r}")
    if run_every_secs is not None and run_every_steps is not None:
        raise ValueError(
            f"only one of run_every_secs and run_every_steps can be given; got {run_every_secs} and {run_every_steps}. "
            f"For steps write run_every_secs=None"
        )
    return _StopOnPredicateHook(should_stop_fn, run_every_secs, run_every_steps)


def stop_if_higher_hook(
    estimator: Estimator,
    metric_name: str,
    threshold: float,
    eval_dir: str | os.PathLike[str] | None = None,
    min_steps: int = 0,
    run_every_secs: float | None = 60,
    run_every_steps: int | None = None,
) -> SessionRunHook:
    """Returns a hook that ends a training run when a metric was found to be higher than a threshold.

    Args:
        estimator: the one that is trained.
        metric_name: 'accuracy', for instance: a result of `estimator.evaluate`.
        threshold: a number.
        eval_dir: where evaluations leave their curves; `estimator.eval_dir()` if None.
        min_steps: evaluations before this step do not count.
        run_every_secs: seconds between two looks at them, or None.
        run_every_steps: steps between two, or None.

    Raises:
        KeyError: while the run goes on, if the evaluations have no such metric.
    """
    should_stop = _crosses(operator.gt, "greater than", metric_name, threshold, _found(estimator, eval_dir), min_steps)
    return make_early_stopping_hook(estimator, should_stop, run_every_secs, run_every_steps)


def stop_if_lower_hook(
    estimator: Estimator,
    metric_name: str,
    threshold: float,
    eval_dir: str | os.PathLike[str] | None = None,
    min_steps: int = 0,
    run_every_secs: float | None = 60,
    run_every_steps: int | None = None,
) -> SessionRunHook:
    """Returns a hook that ends a training run when a metric was found to be lower than a threshold.

    The arguments are those of `stop_if_higher_hook`.
    """
    should_stop = _crosses(operator.lt, "less than", metric_name, threshold, _found(estimator, eval_dir), min_steps)
    return make_early_stopping_hook(estimator, should_stop, run_every_secs, run_every_steps)


def stop_if_no_increase_hook(
    estimator: Estimator,
    metric_name: str,
    max_steps_without_increase: int,
    eval_dir: str | os.PathLike[str] | None = None,
    min_steps: int = 0,
    run_every_secs: float | None = 60,
    run_every_steps: int | None = None,
) -> SessionRunHook:
    """Returns a hook that ends a training run when a metric has not increased for some steps.

    Args:
        estimator: the one that is trained.
        metric_name: a result of `estimator.evaluate`.
        max_steps_without_increase: how many steps may lie between the best evaluation and a later one.
        eval_dir: where evaluations leave their curves; `estimator.eval_dir()` if None.
        min_steps: evaluations before this step do not count.
        run_every_secs: seconds between two looks at them, or None.
        run_every_steps: steps between two, or None.

    Raises:
        KeyError: while the run goes on, if the evaluations have no such metric.
    """
    found = _found(estimator, eval_dir)
    should_stop = _stalls(operator.gt, "increase", metric_name, max_steps_without_increase, found, min_steps)
    return make_early_stopping_hook(estimator, should_stop, run_every_secs, run_every_steps)


def stop_if_no_decrease_hook(
    estimator: Estimator,
    metric_name: str,
    max_steps_without_decrease: int,
    eval_dir: str | os.PathLike[str] | None = None,
    min_steps: int = 0,
    run_every_secs: float | None = 60,
    run_every_steps: int | None = None,
) -> SessionRunHook:
    """Returns a hook that ends a training run when a metric has not decreased for some steps.

    The arguments are those of `stop_if_no_increase_hook`.
    """
    found = _found(estimator, eval_dir)
    should_stop = _stalls(operator.lt, "decrease", metric_name, max_steps_without_decrease, found, min_steps)
    return make_early_stopping_hook(estimator, should_stop, run_every_secs, run_every_steps)


def make_stop_at_checkpoint_step_hook(
    estimator: Estimator, last_step: int, wait_after_file_check_secs: float = 30
) -> SessionRunHook:
    """Returns a hook that ends a training run at a global step.

    All workers of a run do the same steps together, so none has to look for the
    checkpoint of another, as in the original.

    Args:
        estimator: the one that is trained.
        last_step: the global step.
        wait_after_file_check_secs: has no effect.
    """
    return StopAtStepHook(last_step=last_step)


def read_eval_metrics(eval_dir: str | os.PathLike[str]) -> dict[int, dict[str, float]]:
    """Returns what evaluations found: global step -> name -> value, by step; empty where there was none.

    Example:
        >>> import tempfile
        >>> from estimax.estimator._early_stopping import read_eval_metrics
        >>> from estimax.summary import EventWriter
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     with EventWriter(folder) as writer:
        ...         writer.scalar("accuracy", 0.75, step=100)
        ...     read_eval_metrics(folder)
        {100: {'accuracy': 0.75}}
    """
    return _EvalMetrics(os.fspath(eval_dir))()


class _EvalMetrics:
    """What evaluations found so far; each event file is read once for each change of it."""

    def __init__(self, folder: str) -> None:
        self.folder = folder
        self._read: dict[str, tuple[Any, list[tuple[int, str, float]]]] = {}

    def __call__(self) -> dict[int, dict[str, float]]:
        found: dict[int, dict[str, float]] = {}
        for path in self._files():
            for step, tag, value in self._points(path):
                found.setdefault(step, {})[tag] = value
        return dict(sorted(found.items()))

    def _files(self) -> list[str]:
        if not os.path.isdir(self.folder):
            return []
        return [os.path.join(self.folder, name) for name in names_in(self.folder) if ".tfevents." in name]

    def _points(self, path: str) -> list[tuple[int, str, float]]:
        status = os.stat(path)
        stamp = (status.st_size, status.st_mtime_ns)
        if path not in self._read or self._read[path][0] != stamp:
            points = [(e.step, e.tag, e.value) for e in read_events(path) if not isinstance(e.value, str)]
            self._read[path] = (stamp, points)
        return self._read[path][1]


def _found(estimator: Estimator, eval_dir: str | os.PathLike[str] | None) -> Callable[[], _Metrics]:
    if not isinstance(estimator, Estimator):
        raise TypeError(f"estimator must be a tf.estimator.Estimator; got {estimator!r}")
    return _EvalMetrics(estimator.eval_dir() if eval_dir is None else os.fspath(eval_dir))


def _crosses(
    is_beyond: Callable[[float, float], bool],
    words: str,
    metric_name: str,
    threshold: float,
    found: Callable[[], _Metrics],
    min_steps: int,
) -> Callable[[], bool]:
    def should_stop() -> bool:
        for step, metrics in found().items():
            if step < min_steps:
                continue
            value = _value(metrics, metric_name)
            if is_beyond(value, threshold):
                logging.info(
                    'At step %s, metric "%s" has value %s which is %s the configured threshold (%s) '
                    "for early stopping.",
                    *(step, metric_name, value, words, threshold),
                )
                return True
        return False

    return should_stop


def _stalls(
    is_better: Callable[[float, float], bool],
    word: str,
    metric_name: str,
    max_steps: int,
    found: Callable[[], _Metrics],
    min_steps: int,
) -> Callable[[], bool]:
    def should_stop() -> bool:
        best: tuple[int, float] | None = None
        for step, metrics in found().items():
            if step < min_steps:
                continue
            value = _value(metrics, metric_name)
            if best is None or is_better(value, best[1]):
                best = (step, value)
            if step - best[0] >= max_steps:
                logging.info(
                    'No %s in metric "%s" for %s steps, which is greater than or equal to max steps (%s) '
                    "configured for early stopping.",
                    *(word, metric_name, step - best[0], max_steps),
                )
                return True
        return False

    return should_stop


def _value(metrics: Mapping[str, float], name: str) -> float:
    if name not in metrics:
        raise KeyError(f"early stopping goes by the metric {name!r}; the evaluations have {', '.join(sorted(metrics))}")
    return metrics[name]


class _StopOnPredicateHook(SeldomHook):
    """Ends a run when a function says so."""

    def __init__(
        self, should_stop_fn: Callable[[], bool], run_every_secs: float | None, run_every_steps: int | None
    ) -> None:
        self._should_stop_fn = should_stop_fn
        self._timer = SecondOrStepTimer(run_every_secs, run_every_steps)

    def begin(self) -> None:
        self._timer.reset()

    def after_run(self, run_context: SessionRunContext, run_values: SessionRunValues) -> None:
        step = run_context.step
        if not self._timer.should_trigger_for_step(step):
            return
        self._timer.update_last_triggered_step(step)
        if self._should_stop_fn():
            logging.info("Requesting early stopping at global step %d", step)
            run_context.request_stop()

    def next_due_step(self, step: int) -> float:
        return self._timer.next_due_step(step, self.first_step)
