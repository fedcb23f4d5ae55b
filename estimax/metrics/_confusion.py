"""Metrics of several classes, from the confusion matrix."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import jax.numpy as jnp

from estimax.metrics._total import Metric, Tally, paired, safe_divide, streaming, weighted


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
        metrics_collections: has no effect.
        updates_collections: has no effect.
        name: scope of the counts.
    """
    real, predicted, w = _ids(labels, predictions, weights)
    matrix = jnp.einsum("nr,np,n->rp", _hot(real, num_classes), _hot(predicted, num_classes), w)

    def result(totals: Mapping[str, Any]) -> Any:
        found = totals["matrix"]
        own = jnp.diagonal(found)
        union = found.sum(0) + found.sum(1) - own
        return safe_divide(safe_divide(own, union).sum(), (union > 0).sum())

    return streaming(name or "mean_iou", Tally({"matrix": matrix}, result))


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
