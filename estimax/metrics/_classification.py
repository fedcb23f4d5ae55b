"""Metrics of decisions: accuracy, precision, recall, and the four counts behind them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import jax.numpy as jnp

from estimax._graph._boundary import is_device_array
from estimax._graph._op import as_tensor
from estimax.math import equal
from estimax.metrics._mean import mean_tally
from estimax.metrics._total import Metric, Tally, collected, paired, safe_divide, streaming, weighted

_CASES: Mapping[str, Callable[[Any, Any], Any]] = {
    "true_positives": lambda real, predicted: real & predicted,
    "false_positives": lambda real, predicted: ~real & predicted,
    "true_negatives": lambda real, predicted: ~real & ~predicted,
    "false_negatives": lambda real, predicted: real & ~predicted,
}


def accuracy_tally(labels: Any, predictions: Any, weights: Any = None) -> Tally:
    """Counts how often predictions equal labels."""
    if _is_text(labels) or _is_text(predictions):
        return mean_tally(equal(as_tensor(labels), as_tensor(predictions)), weights)
    labels, predictions = paired(labels, predictions)
    return mean_tally(labels == predictions, weights)


def precision_tally(labels: Any, predictions: Any, weights: Any = None) -> Tally:
    """Counts for true positives / predicted positives."""
    cases = _counts(labels, predictions, weights, ("true_positives", "false_positives"))
    return Tally(cases, _share_of_true_positives)


def recall_tally(labels: Any, predictions: Any, weights: Any = None) -> Tally:
    """Counts for true positives / real positives."""
    cases = _counts(labels, predictions, weights, ("true_positives", "false_negatives"))
    return Tally(cases, _share_of_true_positives)


@collected
def accuracy(
    labels: Any,
    predictions: Any,
    weights: Any = None,
    metrics_collections: Any = None,
    updates_collections: Any = None,
    name: str | None = None,
) -> Metric:
    """Returns how often predictions equal labels; both are numbers, or both strings.

    Raises:
        ValueError: they do not hold as many values.

    Example:
        >>> import estimax as tf
        >>> float(tf.metrics.accuracy(labels=[1, 0, 1, 1], predictions=[1, 0, 0, 1])[1])
        0.75
    """
    return streaming(name or "accuracy", accuracy_tally(labels, predictions, weights))


@collected
def precision(
    labels: Any,
    predictions: Any,
    weights: Any = None,
    metrics_collections: Any = None,
    updates_collections: Any = None,
    name: str | None = None,
) -> Metric:
    """Returns true positives / predicted positives; 0 where nothing was predicted positive."""
    return streaming(name or "precision", precision_tally(labels, predictions, weights))


@collected
def recall(
    labels: Any,
    predictions: Any,
    weights: Any = None,
    metrics_collections: Any = None,
    updates_collections: Any = None,
    name: str | None = None,
) -> Metric:
    """Returns true positives / real positives; 0 where there are none."""
    return streaming(name or "recall", recall_tally(labels, predictions, weights))


@collected
def true_positives(
    labels: Any,
    predictions: Any,
    weights: Any = None,
    metrics_collections: Any = None,
    updates_collections: Any = None,
    name: str | None = None,
) -> Metric:
    """Returns how many (or how much weight of) predictions and labels are both not zero."""
    return _count("true_positives", labels, predictions, weights, name)


@collected
def false_positives(
    labels: Any,
    predictions: Any,
    weights: Any = None,
    metrics_collections: Any = None,
    updates_collections: Any = None,
    name: str | None = None,
) -> Metric:
    """Returns how many (or how much weight of) predictions are not zero where the label is."""
    return _count("false_positives", labels, predictions, weights, name)


@collected
def true_negatives(
    labels: Any,
    predictions: Any,
    weights: Any = None,
    metrics_collections: Any = None,
    updates_collections: Any = None,
    name: str | None = None,
) -> Metric:
    """Returns how many (or how much weight of) predictions and labels are both zero."""
    return _count("true_negatives", labels, predictions, weights, name)


@collected
def false_negatives(
    labels: Any,
    predictions: Any,
    weights: Any = None,
    metrics_collections: Any = None,
    updates_collections: Any = None,
    name: str | None = None,
) -> Metric:
    """Returns how many (or how much weight of) predictions are zero where the label is not."""
    return _count("false_negatives", labels, predictions, weights, name)


def _count(case: str, labels: Any, predictions: Any, weights: Any, name: str | None) -> Metric:
    counts = _counts(labels, predictions, weights, (case,))
    return streaming(name or case, Tally({"count": counts[f"{case}/count"]}, lambda totals: totals["count"]))


def _counts(labels: Any, predictions: Any, weights: Any, cases: Sequence[str]) -> dict[str, Any]:
    real, predicted = paired(labels, predictions)
    real, predicted = real.astype(bool), predicted.astype(bool)
    out = {}
    for case in cases:
        values, w = weighted(_CASES[case](real, predicted), weights)
        out[f"{case}/count"] = jnp.sum(values * w)
    return out


def _share_of_true_positives(totals: Mapping[str, Any]) -> Any:
    return safe_divide(totals["true_positives/count"], sum(totals.values()))


def _is_text(value: Any) -> bool:
    return not is_device_array(value) and as_tensor(value).dtype.is_string
