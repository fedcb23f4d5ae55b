"""Means, and errors that are means."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp

from estimax.metrics._total import Metric, Tally, collected, paired, ratio, safe_divide, streaming, weighted
from estimax.nn._arrays import as_array


def mean_tally(values: Any, weights: Any = None) -> Tally:
    """Counts for the mean of values of any shape, weighted by weights that broadcast to them."""
    values, weights = weighted(values, weights)
    return Tally({"total": jnp.sum(values * weights), "count": jnp.sum(weights)}, ratio)


@collected
def mean(
    values: Any,
    weights: Any = None,
    metrics_collections: Any = None,
    updates_collections: Any = None,
    name: str | None = None,
) -> Metric:
    """Returns the mean of values of any shape, weighted by weights that broadcast to them.

    Here and in all metrics, `metrics_collections` are those to which the value is
    added and `updates_collections` those to which the update is; `name` is the scope of
    the totals, which are local variables.

    Returns:
        The value before this batch, and the value after it.

    Example:
        >>> import estimax as tf
        >>> value, update = tf.metrics.mean([1.0, 2.0, 6.0], weights=[1.0, 1.0, 0.0])
        >>> float(update)
        1.5
    """
    return streaming(name or "mean", mean_tally(values, weights))


@collected
def mean_tensor(
    values: Any,
    weights: Any = None,
    metrics_collections: Any = None,
    updates_collections: Any = None,
    name: str | None = None,
) -> Metric:
    """Returns the mean over batches of each element: the shape of the values, which is the same in all batches."""
    values, weights = weighted(values, weights)
    totals = {"total_tensor": values * weights, "count_tensor": weights}
    return streaming(name or "mean", Tally(totals, lambda t: safe_divide(t["total_tensor"], t["count_tensor"])))


@collected
def percentage_below(
    values: Any,
    threshold: float,
    weights: Any = None,
    metrics_collections: Any = None,
    updates_collections: Any = None,
    name: str | None = None,
) -> Metric:
    """Returns the share, from 0 to 1, of values that are below the threshold."""
    return streaming(name or "percentage_below_threshold", mean_tally(as_array(values) < threshold, weights))


@collected
def mean_squared_error(
    labels: Any,
    predictions: Any,
    weights: Any = None,
    metrics_collections: Any = None,
    updates_collections: Any = None,
    name: str | None = None,
) -> Metric:
    """Returns the mean of (label - prediction)^2."""
    return streaming(name or "mean_squared_error", mean_tally(jnp.square(_difference(labels, predictions)), weights))


@collected
def mean_absolute_error(
    labels: Any,
    predictions: Any,
    weights: Any = None,
    metrics_collections: Any = None,
    updates_collections: Any = None,
    name: str | None = None,
) -> Metric:
    """Returns the mean of |label - prediction|."""
    return streaming(name or "mean_absolute_error", mean_tally(jnp.abs(_difference(labels, predictions)), weights))


@collected
def mean_relative_error(
    labels: Any,
    predictions: Any,
    normalizer: Any,
    weights: Any = None,
    metrics_collections: Any = None,
    updates_collections: Any = None,
    name: str | None = None,
) -> Metric:
    """Returns the mean of |label - prediction| / normalizer; 0 stands where the normalizer is 0."""
    error = jnp.abs(_difference(labels, predictions))
    scale, _ = paired(normalizer, error, jnp.float32)
    relative = jnp.where(scale == 0, 0, error / jnp.where(scale == 0, 1, scale))
    return streaming(name or "mean_relative_error", mean_tally(relative, weights))


@collected
def root_mean_squared_error(
    labels: Any,
    predictions: Any,
    weights: Any = None,
    metrics_collections: Any = None,
    updates_collections: Any = None,
    name: str | None = None,
) -> Metric:
    """Returns the square root of the mean of (label - prediction)^2."""
    squared = mean_tally(jnp.square(_difference(labels, predictions)), weights)
    return streaming(name or "root_mean_squared_error", squared.mapped(jnp.sqrt))


@collected
def mean_cosine_distance(
    labels: Any,
    predictions: Any,
    dim: int,
    weights: Any = None,
    metrics_collections: Any = None,
    updates_collections: Any = None,
    name: str | None = None,
) -> Metric:
    """Returns 1 - the mean of label * prediction summed along an axis; both are unit vectors along it.

    Args:
        labels: unit vectors.
        predictions: unit vectors, of the same shape.
        dim: the axis of the vectors.
        weights: with an axis of size 1 in the place of `dim`, or without it.
        metrics_collections: to which the value is added.
        updates_collections: to which the update is added.
        name: scope of the totals.
    """
    labels, predictions = paired(labels, predictions, jnp.float32)
    similar, counts = weighted(jnp.sum(labels * predictions, axis=dim, keepdims=True), weights)
    totals = {"total": jnp.sum(similar * counts), "count": jnp.sum(counts)}
    return streaming(name or "mean_cosine_distance", Tally(totals, lambda t: 1 - safe_divide(t["total"], t["count"])))


def _difference(labels: Any, predictions: Any) -> Any:
    labels, predictions = paired(labels, predictions, jnp.float32)
    return labels - predictions
