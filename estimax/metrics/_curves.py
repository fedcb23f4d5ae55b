"""Areas under curves, from counts at many thresholds.

The original has two ways to integrate the ROC curve: with small constants in its
fractions (`tf.metrics.auc`), and with fractions that are 0 where nothing was
counted (its Keras metrics, which the heads of 2.x report).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import jax.numpy as jnp
import numpy as np

from estimax.metrics._thresholds import confusion_at_thresholds
from estimax.metrics._total import Metric, Tally, collected, safe_divide, streaming

_THRESHOLD_MARGIN = 1e-7
_EPSILON = 1e-6
_METHODS = ("trapezoidal", "minoring", "majoring", "careful_interpolation")


@collected
def auc(
    labels: Any,
    predictions: Any,
    weights: Any = None,
    num_thresholds: int = 200,
    metrics_collections: Any = None,
    updates_collections: Any = None,
    curve: str = "ROC",
    name: str | None = None,
    summation_method: str = "trapezoidal",
    thresholds: Sequence[float] | None = None,
) -> Metric:
    """Returns the area under the ROC or precision-recall curve.

    Args:
        labels: truth values or 0 and 1, of any shape.
        predictions: scores in [0, 1], of the same shape.
        weights: broadcast to the labels.
        num_thresholds: at how many thresholds the curve is taken.
        metrics_collections: to which the value is added.
        updates_collections: to which the update is added.
        curve: 'ROC' or 'PR'.
        name: scope of the counts.
        summation_method: 'trapezoidal', 'minoring', 'majoring', or for 'PR'
            'careful_interpolation' (Davis and Goadrich, "The relationship between
            precision-recall and ROC curves", ICML 2006).
        thresholds: between 0 and 1, instead of `num_thresholds` evenly spaced ones.

    Raises:
        ValueError: an unknown curve or method.

    Example:
        >>> import estimax as tf
        >>> round(float(tf.metrics.auc(labels=[0, 1, 0, 1], predictions=[0.1, 0.4, 0.5, 0.9])[1]), 4)
        0.75
    """
    tally = auc_tally(labels, predictions, weights, num_thresholds, curve, summation_method, thresholds)
    return streaming(name or "auc", tally)


def auc_tally(
    labels: Any,
    predictions: Any,
    weights: Any = None,
    num_thresholds: int = 200,
    curve: str = "ROC",
    summation_method: str = "trapezoidal",
    thresholds: Sequence[float] | None = None,
) -> Tally:
    """Counts for the area under a curve, see `auc`."""
    if curve not in ("ROC", "PR") or summation_method not in _METHODS:
        raise ValueError(
            f"curve must be 'ROC' or 'PR' and summation_method one of {_METHODS}; got {curve!r}, {summation_method!r}"
        )
    cuts = auc_thresholds(num_thresholds) if thresholds is None else with_ends(thresholds)
    increments = confusion_at_thresholds(labels, predictions, weights, cuts)
    return Tally(increments, partial(_area, curve=curve, method=summation_method))


def exact_auc_tally(labels: Any, predictions: Any, weights: Any = None, curve: str = "ROC") -> Tally:
    """Counts for the area under a curve at 200 thresholds without constants, as the original's Keras metric has it.

    The PR curve is integrated by the interpolation of Davis and Goadrich (see `auc`).
    """
    increments = confusion_at_thresholds(labels, predictions, weights, auc_thresholds(200))
    return Tally(increments, interpolated_area if curve == "PR" else _roc)


def auc_thresholds(count: int) -> np.ndarray:
    """Returns evenly spaced thresholds, the outer ones a little beyond 0 and 1."""
    return with_ends([(i + 1) / (count - 1) for i in range(count - 2)])


def with_ends(inner: Sequence[float]) -> np.ndarray:
    """Returns thresholds in rising order, between one a little below 0 and one a little above 1."""
    return np.array([-_THRESHOLD_MARGIN, *sorted(inner), 1 + _THRESHOLD_MARGIN], np.float32)


def _area(totals: Mapping[str, Any], curve: str, method: str) -> Any:
    if method == "careful_interpolation":
        return interpolated_area(totals)
    tp, fp = totals["true_positives"], totals["false_positives"]
    fn, tn = totals["false_negatives"], totals["true_negatives"]
    hits = (tp + _EPSILON) / (tp + fn + _EPSILON)
    x, y = (fp / (fp + tn + _EPSILON), hits) if curve == "ROC" else (hits, (tp + _EPSILON) / (tp + fp + _EPSILON))
    height = {
        "trapezoidal": (y[:-1] + y[1:]) / 2,
        "minoring": jnp.minimum(y[:-1], y[1:]),
        "majoring": jnp.maximum(y[:-1], y[1:]),
    }[method]
    return jnp.sum((x[:-1] - x[1:]) * height)


def _roc(totals: Mapping[str, Any]) -> Any:
    tp, fp = totals["true_positives"], totals["false_positives"]
    x, y = safe_divide(fp, fp + totals["true_negatives"]), safe_divide(tp, tp + totals["false_negatives"])
    return jnp.sum((x[:-1] - x[1:]) * (y[:-1] + y[1:]) / 2)


def interpolated_area(totals: Mapping[str, Any]) -> Any:
    """Integrates precision between thresholds with true positives linear in positives."""
    tp, fp, fn = totals["true_positives"], totals["false_positives"], totals["false_negatives"]
    gained = tp[:-1] - tp[1:]
    positives = tp + fp
    slope = safe_divide(gained, positives[:-1] - positives[1:])
    intercept = tp[1:] - slope * positives[1:]
    both = (positives[:-1] > 0) & (positives[1:] > 0)
    growth = jnp.where(both, safe_divide(positives[:-1], positives[1:]), 1)
    return jnp.sum(safe_divide(slope * (gained + intercept * jnp.log(growth)), tp[1:] + fn[1:]))
