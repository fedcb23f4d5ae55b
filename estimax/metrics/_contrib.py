"""The metrics of `tf.contrib.metrics`: those of `tf.metrics` with predictions before labels, and the F1 score."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any

import jax.numpy as jnp

from estimax.metrics import _classification, _confusion, _curves, _mean, _thresholds, _top_k
from estimax.metrics._total import Metric, Tally, collected, streaming
from estimax.nn._arrays import as_array

_EPSILON = 1e-7


def _predictions_first(metric: Callable[..., Metric]) -> Callable[..., Metric]:
    """Returns a metric whose first two arguments by position are predictions and labels."""

    @wraps(metric)
    def swapped(*args: Any, **kwargs: Any) -> Metric:
        names = dict(zip(("predictions", "labels"), args, strict=False))
        rest = args[2:]
        labels = kwargs.pop("labels", names.get("labels"))
        predictions = kwargs.pop("predictions", names.get("predictions"))
        return metric(labels, predictions, *rest, **kwargs)

    return swapped


streaming_accuracy = _predictions_first(_classification.accuracy)
streaming_auc = _predictions_first(_curves.auc)
streaming_false_negatives = _predictions_first(_classification.false_negatives)
streaming_false_positives = _predictions_first(_classification.false_positives)
streaming_true_negatives = _predictions_first(_classification.true_negatives)
streaming_true_positives = _predictions_first(_classification.true_positives)
streaming_mean = _mean.mean
streaming_mean_absolute_error = _predictions_first(_mean.mean_absolute_error)
streaming_mean_iou = _predictions_first(_confusion.mean_iou)
streaming_mean_relative_error = _predictions_first(_mean.mean_relative_error)
streaming_mean_squared_error = _predictions_first(_mean.mean_squared_error)
streaming_mean_tensor = _mean.mean_tensor
streaming_percentage_less = _mean.percentage_below
streaming_precision = _predictions_first(_classification.precision)
streaming_precision_at_thresholds = _predictions_first(_thresholds.precision_at_thresholds)
streaming_recall = _predictions_first(_classification.recall)
streaming_recall_at_thresholds = _predictions_first(_thresholds.recall_at_thresholds)
streaming_root_mean_squared_error = _predictions_first(_mean.root_mean_squared_error)
streaming_sparse_average_precision_at_k = _predictions_first(_top_k.average_precision_at_k)
streaming_sparse_precision_at_k = _predictions_first(_top_k.precision_at_k)
streaming_sparse_recall_at_k = _predictions_first(_top_k.recall_at_k)


def accuracy(predictions: Any, labels: Any, weights: Any = None, name: str | None = None) -> Any:
    """Returns how often predictions equal labels in this batch alone.

    Example:
        >>> import estimax as tf
        >>> float(tf.contrib.metrics.accuracy(predictions=[1, 0], labels=[1, 1]))
        0.5
    """
    equal = (as_array(predictions) == as_array(labels)).astype(jnp.float32)
    if weights is None:
        return equal.mean()
    w = jnp.broadcast_to(as_array(weights, jnp.float32), equal.shape)
    return jnp.sum(equal * w) / jnp.sum(w)


@collected
def f1_score(
    labels: Any,
    predictions: Any,
    weights: Any = None,
    num_thresholds: int = 200,
    metrics_collections: Any = None,
    updates_collections: Any = None,
    name: str | None = None,
) -> Metric:
    """Returns the greatest harmonic mean of precision and recall at any of so many thresholds.

    Args:
        labels: truth values or 0 and 1, of any shape.
        predictions: scores in [0, 1], of the same shape.
        weights: broadcast to the labels.
        num_thresholds: how many thresholds there are, evenly spaced.
        metrics_collections: to which the value is added.
        updates_collections: to which the update is added.
        name: scope of the counts.

    Example:
        >>> import estimax as tf
        >>> round(float(tf.contrib.metrics.f1_score([0, 1, 1], [0.6, 0.7, 0.2])[1]), 4)
        0.8
    """
    cuts = _curves.auc_thresholds(num_thresholds)
    counts = _thresholds.confusion_at_thresholds(labels, predictions, weights, cuts)
    return streaming(name or "f1", Tally(counts, _best_f1))


def _best_f1(totals: Mapping[str, Any]) -> Any:
    tp = totals["true_positives"]
    precision = tp / (_EPSILON + tp + totals["false_positives"])
    recall = tp / (_EPSILON + tp + totals["false_negatives"])
    return jnp.max(2 * precision * recall / (precision + recall + _EPSILON))


def aggregate_metrics(*value_update_tuples: Metric) -> tuple[list[Any], list[Any]]:
    """Returns the values and the updates of metrics, each in a list.

    Raises:
        ValueError: there are no metrics.
    """
    if not value_update_tuples:
        raise ValueError("aggregate_metrics needs at least one metric, a pair of value and update")
    values, updates = zip(*value_update_tuples, strict=True)
    return list(values), list(updates)


def aggregate_metric_map(names_to_tuples: Mapping[str, Metric]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Returns the values and the updates of metrics, each by name."""
    values = {name: pair[0] for name, pair in names_to_tuples.items()}
    return values, {name: pair[1] for name, pair in names_to_tuples.items()}
