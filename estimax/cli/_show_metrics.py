"""The curves of a model folder in a few numbers: the first value, the best, the last."""

from __future__ import annotations

import fnmatch
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from estimax.summary._reading_runs import TRAINING, Curve, RunRecord

_FIRST = ("loss", "average_loss")
_LESS = ("loss", "error", "rmse", "mse", "mae", "mape", "entropy", "perplexity")
_MORE = ("accuracy", "auc", "precision", "recall", "f1", "iou", "ndcg", "score")
_NEITHER = ("baseline",)


class Point(NamedTuple):
    """A value of a curve and its step."""

    step: int
    value: float


@dataclass(frozen=True, eq=False)
class Metric:
    """A curve of one run.

    Attributes:
        tag: its name.
        run: the folder of the run, '.' for training.
        curve: its points, at least one.
    """

    tag: str
    run: str
    curve: Curve

    @property
    def first(self) -> Point:
        return self._at(0)

    @property
    def last(self) -> Point:
        return self._at(-1)

    @property
    def best(self) -> Point | None:
        """The least of a loss or error, the greatest of an accuracy or the like; None for other curves."""
        sign = direction(self.tag)
        is_known = np.isfinite(self.curve.values)
        if not sign or not is_known.any():
            return None
        return self._at(int(np.argmax(np.where(is_known, sign * self.curve.values, -np.inf))))

    def _at(self, place: int) -> Point:
        return Point(int(self.curve.steps[place]), float(self.curve.values[place]))


def direction(tag: str) -> int:
    """Tells of the name of a curve whether less of it is better (-1), more (1), or neither (0).

    Example:
        >>> from estimax.cli._show_metrics import direction
        >>> direction("average_loss"), direction("auc_precision_recall"), direction("learning_rate")
        (-1, 1, 0)
    """
    for part in (tag.rpartition("/")[2].lower(), tag.lower()):
        if any(word in part for word in _NEITHER):
            return 0
        for words, sign in ((_LESS, -1), (_MORE, 1)):
            if any(word in part for word in words):
                return sign
    return 0


def metrics_of(runs: Mapping[str, RunRecord], pattern: str = "*") -> list[Metric]:
    """Lists the curves of all runs: losses, what is evaluated and can be better or worse, the rest of it, training.

    Curves of one name stand together, training before evaluations.

    Args:
        runs: name of a run -> what was read.
        pattern: of names, with or without that of the run, with `*` and `?`.
    """
    found = [Metric(tag, run, curve) for run, record in runs.items() for tag, curve in record.scalars.items()]
    evaluated = {m.tag for m in found if m.run != TRAINING}

    def place(metric: Metric) -> tuple[int, str, bool, str]:
        if metric.tag in _FIRST:
            group = _FIRST.index(metric.tag)
        else:
            group = len(_FIRST) + 2 * (metric.tag not in evaluated) + (not direction(metric.tag))
        return group, metric.tag, metric.run != TRAINING, metric.run

    wanted = [m for m in found if any(fnmatch.fnmatchcase(n, pattern) for n in (m.tag, f"{m.run}/{m.tag}"))]
    return sorted(wanted, key=place)
