"""Metrics of scores: counts, precision and recall at thresholds, and what one rate is where another is reached."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import jax.numpy as jnp
import numpy as np

from estimax.metrics._total import Metric, Tally, collected, streaming, weighted
from estimax.nn._arrays import as_array

_EPSILON = 1e-7  # keeps fractions finite where nothing was counted, as in the original


def confusion_at_thresholds(labels: Any, predictions: Any, weights: Any, thresholds: Any) -> dict[str, Any]:
    """Counts true and false positives and negatives at each threshold: arrays of the thresholds' shape."""
    scores, w = weighted(predictions, weights)
    scores, w = scores.reshape(1, -1), w.reshape(1, -1)
    real = as_array(labels).astype(bool).reshape(1, -1)
    if real.size != scores.size:
        raise ValueError(f"labels and predictions must have one shape; they hold {real.size} and {scores.size} values")
    positive = scores > jnp.asarray(thresholds, jnp.float32)[:, np.newaxis]
    cases = {
        "true_positives": positive & real,
        "false_positives": positive & ~real,
        "false_negatives": ~positive & real,
        "true_negatives": ~positive & ~real,
    }
    return {name: jnp.sum(jnp.where(case, w, 0), axis=1) for name, case in cases.items()}


@collected
def precision_at_thresholds(
    labels: Any,
    predictions: Any,
    thresholds: Sequence[float],
    weights: Any = None,
    metrics_collections: Any = None,
    updates_collections: Any = None,
    name: str | None = None,
) -> Metric:
    """Returns for each threshold the precision of calling scores above it positive: [thresholds].

    Example:
        >>> import estimax as tf
        >>> tf.metrics.precision_at_thresholds([0, 1, 0, 1], [0.2, 0.6, 0.3, 0.9], [0.5, 0.1])[1].round(2).tolist()
        [1.0, 0.5]
    """
    return _at_thresholds(
        "precision_at_thresholds",
        ("true_positives", "false_positives"),
        _precision,
        labels,
        predictions,
        thresholds,
        weights,
        name,
    )


@collected
def recall_at_thresholds(
    labels: Any,
    predictions: Any,
    thresholds: Sequence[float],
    weights: Any = None,
    metrics_collections: Any = None,
    updates_collections: Any = None,
    name: str | None = None,
) -> Metric:
    """Returns for each threshold the recall of calling scores above it positive: [thresholds]."""
    return _at_thresholds(
        "recall_at_thresholds",
        ("true_positives", "false_negatives"),
        _sensitivity,
        labels,
        predictions,
        thresholds,
        weights,
        name,
    )


@collected
def true_positives_at_thresholds(
    labels: Any,
    predictions: Any,
    thresholds: Sequence[float],
    weights: Any = None,
    metrics_collections: Any = None,
    updates_collections: Any = None,
    name: str | None = None,
) -> Metric:
    """Returns for each threshold how many positives score above it: [thresholds]."""
    return _count_at("true_positives", labels, predictions, thresholds, weights, name)


@collected
def false_positives_at_thresholds(
    labels: Any,
    predictions: Any,
    thresholds: Sequence[float],
    weights: Any = None,
    metrics_collections: Any = None,
    updates_collections: Any = None,
    name: str | None = None,
) -> Metric:
    """Returns for each threshold how many negatives score above it: [thresholds]."""
    return _count_at("false_positives", labels, predictions, thresholds, weights, name)


@collected
def true_negatives_at_thresholds(
    labels: Any,
    predictions: Any,
    thresholds: Sequence[float],
    weights: Any = None,
    metrics_collections: Any = None,
    updates_collections: Any = None,
    name: str | None = None,
) -> Metric:
    """Returns for each threshold how many negatives do not score above it: [thresholds]."""
    return _count_at("true_negatives", labels, predictions, thresholds, weights, name)


@collected
def false_negatives_at_thresholds(
    labels: Any,
    predictions: Any,
    thresholds: Sequence[float],
    weights: Any = None,
    metrics_collections: Any = None,
    updates_collections: Any = None,
    name: str | None = None,
) -> Metric:
    """Returns for each threshold how many positives do not score above it: [thresholds]."""
    return _count_at("false_negatives", labels, predictions, thresholds, weights, name)


@collected
def sensitivity_at_specificity(
    labels: Any,
    predictions: Any,
    specificity: float,
    weights: Any = None,
    num_thresholds: int = 200,
    metrics_collections: Any = None,
    updates_collections: Any = None,
    name: str | None = None,
) -> Metric:
    """Returns the recall of positives at the threshold whose recall of negatives is nearest to a given one.

    Args:
        labels: truth values or 0 and 1, of any shape.
        predictions: scores in [0, 1], of the same shape.
        specificity: the recall of negatives that is asked for, in [0, 1].
        weights: broadcast to the labels.
        num_thresholds: among how many thresholds, evenly spaced, it is looked for.
        metrics_collections: to which the value is added.
        updates_collections: to which the update is added.
        name: scope of the counts.

    Raises:
        ValueError: the specificity is not between 0 and 1.
    """
    _check_share("specificity", specificity)

    def result(totals: Mapping[str, Any]) -> Any:
        return _sensitivity(totals)[jnp.argmin(jnp.abs(_specificity(totals) - specificity))]

    counts = confusion_at_thresholds(labels, predictions, weights, _even(num_thresholds))
    return streaming(name or "sensitivity_at_specificity", Tally(counts, result))


@collected
def specificity_at_sensitivity(
    labels: Any,
    predictions: Any,
    sensitivity: float,
    weights: Any = None,
    num_thresholds: int = 200,
    metrics_collections: Any = None,
    updates_collections: Any = None,
    name: str | None = None,
) -> Metric:
    """Returns the recall of negatives at the threshold whose recall of positives is nearest to a given one.

    The arguments are those of `sensitivity_at_specificity`; where several thresholds
    are as near, the highest one counts.

    Raises:
        ValueError: the sensitivity is not between 0 and 1.
    """
    _check_share("sensitivity", sensitivity)

    def result(totals: Mapping[str, Any]) -> Any:
        far = jnp.abs(_sensitivity(totals) - sensitivity)
        return _specificity(totals)[far.shape[0] - 1 - jnp.argmin(far[::-1])]

    counts = confusion_at_thresholds(labels, predictions, weights, _even(num_thresholds))
    return streaming(name or "specificity_at_sensitivity", Tally(counts, result))


def _at_thresholds(
    metric: str,
    cases: Sequence[str],
    result: Callable[[Mapping[str, Any]], Any],
    labels: Any,
    predictions: Any,
    thresholds: Sequence[float],
    weights: Any,
    name: str | None,
) -> Metric:
    counts = confusion_at_thresholds(labels, predictions, weights, np.array(thresholds, np.float32))
    return streaming(name or metric, Tally({case: counts[case] for case in cases}, result))


def _count_at(
    case: str, labels: Any, predictions: Any, thresholds: Sequence[float], weights: Any, name: str | None
) -> Metric:
    return _at_thresholds(case, (case,), lambda totals: totals[case], labels, predictions, thresholds, weights, name)


def _precision(totals: Mapping[str, Any]) -> Any:
    return totals["true_positives"] / (_EPSILON + totals["true_positives"] + totals["false_positives"])


def _sensitivity(totals: Mapping[str, Any]) -> Any:
    return totals["true_positives"] / (totals["true_positives"] + totals["false_negatives"] + _EPSILON)


def _specificity(totals: Mapping[str, Any]) -> Any:
    return totals["true_negatives"] / (totals["true_negatives"] + totals["false_positives"] + _EPSILON)


def _even(count: int) -> np.ndarray:
    inner = [(i + 1) / (count - 1) for i in range(count - 2)]
    return np.array([-_EPSILON, *inner, 1 + _EPSILON], np.float32)


def _check_share(name: str, value: float) -> None:
    if not 0 <= value <= 1:
        raise ValueError(f"{name} must be between 0 and 1; got {value}")
