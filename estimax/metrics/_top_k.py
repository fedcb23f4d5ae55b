"""Metrics of rankings: how many of an example's labels are among its k best scores."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp

from estimax.metrics._total import Metric, Tally, collected, safe_divide, streaming, weighted
from estimax.nn._arrays import as_array
from estimax.nn._top_k import top_k


@collected
def precision_at_k(
    labels: Any,
    predictions: Any,
    k: int,
    class_id: int | None = None,
    weights: Any = None,
    metrics_collections: Any = None,
    updates_collections: Any = None,
    name: str | None = None,
) -> Metric:
    """Returns which share of the k best classes of each example are among its labels.

    Args:
        labels: ids of classes [batch, labels] or [batch]; -1 for none.
        predictions: scores [batch, classes].
        k: how many of the best count.
        class_id: the only class that counts, among labels and predictions.
        weights: [batch] or [batch, 1].
        metrics_collections: to which the value is added.
        updates_collections: to which the update is added.
        name: scope of the totals.

    Example:
        >>> import estimax as tf
        >>> float(tf.metrics.precision_at_k([[0], [2]], [[0.7, 0.2, 0.1], [0.5, 0.3, 0.2]], k=1)[1])
        0.5
    """
    return precision_at_top_k(labels, top_k(predictions, k).indices, k, class_id, weights, name=name)


@collected
def precision_at_top_k(
    labels: Any,
    predictions_idx: Any,
    k: int | None = None,
    class_id: int | None = None,
    weights: Any = None,
    metrics_collections: Any = None,
    updates_collections: Any = None,
    name: str | None = None,
) -> Metric:
    """Returns the precision at k of classes that are given best first, [batch, k]; see `precision_at_k`."""
    best = as_array(predictions_idx)[:, :k]
    hits = _among(best, _label_matrix(labels))
    chosen = jnp.ones_like(hits) if class_id is None else (best == class_id).astype(jnp.float32)
    at = _place(k, class_id)
    return streaming(name or f"precision{at}", _share(hits * chosen, chosen, weights, at, "false_positive"))


@collected
def recall_at_k(
    labels: Any,
    predictions: Any,
    k: int,
    class_id: int | None = None,
    weights: Any = None,
    metrics_collections: Any = None,
    updates_collections: Any = None,
    name: str | None = None,
) -> Metric:
    """Returns which share of the labels of each example are among its k best classes; see `precision_at_k`."""
    return recall_at_top_k(labels, top_k(predictions, k).indices, k, class_id, weights, name=name)


@collected
def recall_at_top_k(
    labels: Any,
    predictions_idx: Any,
    k: int | None = None,
    class_id: int | None = None,
    weights: Any = None,
    metrics_collections: Any = None,
    updates_collections: Any = None,
    name: str | None = None,
) -> Metric:
    """Returns the recall at k of classes that are given best first, [batch, k]; see `precision_at_k`."""
    real = _label_matrix(labels)
    hits = _among(real, as_array(predictions_idx)[:, :k])
    repeated = jnp.tril(real[:, :, jnp.newaxis] == real[:, jnp.newaxis, :], -1).any(-1)
    wanted = ((real >= 0 if class_id is None else real == class_id) & ~repeated).astype(jnp.float32)
    at = _place(k, class_id)
    return streaming(name or f"recall{at}", _share(hits * wanted, wanted, weights, at, "false_negative"))


@collected
def average_precision_at_k(
    labels: Any,
    predictions: Any,
    k: int,
    weights: Any = None,
    metrics_collections: Any = None,
    updates_collections: Any = None,
    name: str | None = None,
) -> Metric:
    """Returns the mean over examples of the precision at each of the k places that a label takes.

    The precisions of an example are summed and divided by the number of its labels,
    k at most. The arguments are those of `precision_at_k`.
    """
    real = _label_matrix(labels)
    hits = _among(top_k(predictions, k).indices, real)
    precisions = jnp.cumsum(hits, axis=1) / jnp.arange(1, k + 1)
    possible = jnp.minimum((real >= 0).sum(1), k)
    each = (precisions * hits).sum(1) / jnp.maximum(possible, 1)
    values, w = weighted(each, weights)
    totals = {"max": jnp.sum(w), "total": jnp.sum(values * w)}
    tally = Tally(totals, lambda t: safe_divide(t["total"], t["max"]))
    return streaming(name or f"average_precision_at_{k}", tally)


def _label_matrix(labels: Any) -> Any:
    labels = as_array(labels)
    return labels[:, jnp.newaxis] if labels.ndim == 1 else labels


def _among(ids: Any, others: Any) -> Any:
    """Returns 1.0 for each of the ids [batch, n] that its row of the others has, else 0.0."""
    return (ids[:, :, jnp.newaxis] == others[:, jnp.newaxis, :]).any(-1).astype(jnp.float32)


def _place(k: int | None, class_id: int | None) -> str:
    """Returns the end of the names of totals: `_at_3`, `_at_3_class2`."""
    return f"_at_{'k' if k is None else k}{'' if class_id is None else f'_class{class_id}'}"


def _share(hits: Any, counted: Any, weights: Any, at: str, others: str) -> Tally:
    """Counts hits among what was counted, and what else was, under the names `true_positive_at_3` and like `others`."""
    found, w = weighted(hits.sum(1), weights)
    missed = (counted - hits).sum(1)
    names = (f"true_positive{at}", f"{others}{at}")
    totals = dict(zip(names, (jnp.sum(found * w), jnp.sum(missed * w)), strict=True))
    return Tally(totals, lambda t: safe_divide(t[names[0]], t[names[0]] + t[names[1]]))
