"""Areas under curves, from counts at many thresholds."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

import jax.numpy as jnp
import numpy as np

from estimax.metrics._total import Metric, safe_divide, streaming, weighted

_THRESHOLD_MARGIN = 1e-7
_EPSILON = 1e-6


def auc(
    labels: Any,
    predictions: Any,
    weights: Any = None,
    num_thresholds: int = 200,
    curve: str = "ROC",
    name: str | None = None,
    summation_method: str = "trapezoidal",
) -> Metric:
    """Returns the area under the ROC or precision-recall curve.

    Args:
        labels: truth values or 0 and 1, of any shape.
        predictions: scores in [0, 1], of the same shape.
        weights: broadcast to the labels.
        num_thresholds: at how many thresholds the curve is taken.
        curve: 'ROC' or 'PR'.
        name: scope of the counts.
        summation_method: 'trapezoidal', 'minoring', 'majoring', or for 'PR'
            'careful_interpolation' (Davis and Goadrich, "The relationship between
            precision-recall and ROC curves", ICML 2006).

    Raises:
        ValueError: an unknown curve or method.
    """
    methods = ("trapezoidal", "minoring", "majoring", "careful_interpolation")
    if curve not in ("ROC", "PR") or summation_method not in methods:
        raise ValueError(
            f"curve must be 'ROC' or 'PR' and summation_method one of {methods}; got {curve!r}, {summation_method!r}"
        )
    increments = confusion_at_thresholds(labels, predictions, weights, auc_thresholds(num_thresholds))
    area = partial(_area, curve=curve, method=summation_method)
    return streaming(name or "auc", increments, area)


def auc_thresholds(count: int) -> np.ndarray:
    """Returns evenly spaced thresholds, the outer ones a little beyond 0 and 1."""
    inner = [(i + 1) / (count - 1) for i in range(count - 2)]
    return np.array([-_THRESHOLD_MARGIN, *inner, 1 + _THRESHOLD_MARGIN], np.float32)


def confusion_at_thresholds(labels: Any, predictions: Any, weights: Any, thresholds: np.ndarray) -> dict[str, Any]:
    """Counts true and false positives and negatives at each threshold: arrays of the thresholds' shape."""
    scores = jnp.asarray(predictions, jnp.float32).reshape(1, -1)
    _, w = weighted(predictions, weights)
    w = w.reshape(1, -1)
    real = jnp.asarray(labels).astype(bool).reshape(1, -1)
    positive = scores > thresholds[:, np.newaxis]
    cases = {
        "true_positives": positive & real,
        "false_positives": positive & ~real,
        "false_negatives": ~positive & real,
        "true_negatives": ~positive & ~real,
    }
    return {name: jnp.sum(jnp.where(case, w, 0), axis=1) for name, case in cases.items()}


def _area(totals: Mapping[str, Any], curve: str, method: str) -> Any:
    tp, fp = totals["true_positives"], totals["false_positives"]
    fn, tn = totals["false_negatives"], totals["true_negatives"]
    if method == "careful_interpolation":
        return _interpolated(tp, fp, fn)
    hits = (tp + _EPSILON) / (tp + fn + _EPSILON)
    x, y = (fp / (fp + tn + _EPSILON), hits) if curve == "ROC" else (hits, (tp + _EPSILON) / (tp + fp + _EPSILON))
    height = {
        "trapezoidal": (y[:-1] + y[1:]) / 2,
        "minoring": jnp.minimum(y[:-1], y[1:]),
        "majoring": jnp.maximum(y[:-1], y[1:]),
    }[method]
    return jnp.sum((x[:-1] - x[1:]) * height)


def _interpolated(tp: Any, fp: Any, fn: Any) -> Any:
    """Integrates precision between thresholds with true positives linear in positives."""
    gained = tp[:-1] - tp[1:]
    positives = tp + fp
    slope = safe_divide(gained, positives[:-1] - positives[1:])
    intercept = tp[1:] - slope * positives[1:]
    both = (positives[:-1] > 0) & (positives[1:] > 0)
    growth = jnp.where(both, safe_divide(positives[:-1], positives[1:]), 1)
    return jnp.sum(safe_divide(slope * (gained + intercept * jnp.log(growth)), tp[1:] + fn[1:]))
