"""Metrics of several classes, from the confusion matrix."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp

from estimax.metrics._total import Metric, Tally, collected, paired, safe_divide, streaming, weighted


@collected
def mean_iou(
    labels: Any,
    predictions: Any,
    num_classes: int,
    weights: Any = None,
    metrics_collections: Any = None,
    updates_collections: Any = None,
    name: str | None = None,
) -> Metric:
    """Returns the mean over classes of intersection / union: true positives / (labels or predictions of the class).

    Classes that neither labels nor predictions have do not count.

    Args:
        labels: ids of classes, of any shape.
        predictions: ids of classes, of the same shape.
        num_classes: how many classes there are; other ids are left out.
        weights: broadcast to the labels.
        metrics_collections: to which the value is added.
        updates_collections: to which the update is added.
        name: scope of the counts.
    """
    matrix = confusion_matrix(labels, predictions, num_classes, weights)
    tally = Tally(
        {"total_confusion_matrix": matrix}, lambda t: mean_intersection_over_union(t["total_confusion_matrix"])
    )
    return streaming(name or "mean_iou", tally)


def confusion_matrix(labels: Any, predictions: Any, num_classes: int, weights: Any = None) -> Any:
    """Returns how much weight of the labels of each class (rows) is predicted as each (columns)."""
    real, predicted, w = _ids(labels, predictions, weights)
    return jnp.einsum("nr,np,n->rp", _hot(real, num_classes), _hot(predicted, num_classes), w)


def mean_intersection_over_union(matrix: Any) -> Any:
    """Returns the mean, over classes that there are, of their diagonal / (row + column - diagonal)."""
    own = jnp.diagonal(matrix)
    union = matrix.sum(0) + matrix.sum(1) - own
    return safe_divide(safe_divide(own, union).sum(), (union > 0).sum())


@collected
def mean_per_class_accuracy(
    labels: Any,
    predictions: Any,
    num_classes: int,
    weights: Any = None,
    metrics_collections: Any = None,
    updates_collections: Any = None,
    name: str | None = None,
) -> Metric:
    """Returns the mean over classes of the share of their labels that are predicted.

    A class without labels counts as 0. The arguments are those of `mean_iou`.
    """
    real, predicted, w = _ids(labels, predictions, weights)
    own = _hot(real, num_classes)
    counts = {"count": own.T @ w, "total": own.T @ (w * (real == predicted))}
    return streaming(name or "mean_accuracy", Tally(counts, lambda t: safe_divide(t["total"], t["count"]).mean()))


def _ids(labels: Any, predictions: Any, weights: Any) -> tuple[Any, Any, Any]:
    real, predicted = paired(labels, predictions)
    _, w = weighted(predicted, weights)
    return real.reshape(-1), predicted.reshape(-1), w.reshape(-1)


def _hot(ids: Any, size: int) -> Any:
    return (ids[:, jnp.newaxis] == jnp.arange(size)).astype(jnp.float32)
