"""Metrics of decisions: accuracy, precision, recall."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import jax.numpy as jnp

from estimax.metrics._mean import mean
from estimax.metrics._total import Metric, safe_divide, streaming, weighted


def accuracy(labels: Any, predictions: Any, weights: Any = None, name: str | None = None) -> Metric:
    """Returns how often predictions equal labels."""
    labels, predictions = jnp.asarray(labels), jnp.asarray(predictions)
    if labels.size != predictions.size:
        raise ValueError(f"labels and predictions must have one shape; got {labels.shape} and {predictions.shape}")
    return mean(labels.reshape(predictions.shape) == predictions, weights, name or "accuracy")


def precision(labels: Any, predictions: Any, weights: Any = None, name: str | None = None) -> Metric:
    """Returns true positives / predicted positives; 0 where nothing was predicted positive."""
    increments = _counts(labels, predictions, weights, ("true_positives", "false_positives"))
    return streaming(name or "precision", increments, _share_of_true_positives)


def recall(labels: Any, predictions: Any, weights: Any = None, name: str | None = None) -> Metric:
    """Returns true positives / real positives; 0 where there are none."""
    increments = _counts(labels, predictions, weights, ("true_positives", "false_negatives"))
    return streaming(name or "recall", increments, _share_of_true_positives)


def _counts(labels: Any, predictions: Any, weights: Any, names: tuple[str, ...]) -> dict[str, Any]:
    predicted = jnp.asarray(predictions).astype(bool)
    real = jnp.asarray(labels).astype(bool).reshape(predicted.shape)
    cases = {
        "true_positives": real & predicted,
        "false_positives": ~real & predicted,
        "false_negatives": real & ~predicted,
    }
    out = {}
    for name in names:
        values, w = weighted(cases[name], weights)
        out[name] = jnp.sum(values * w)
    return out


def _share_of_true_positives(totals: Mapping[str, Any]) -> Any:
    return safe_divide(totals["true_positives"], sum(totals.values()))
