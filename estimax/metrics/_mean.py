"""Means, and errors that are means."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp

from estimax.metrics._total import Metric, ratio, streaming, weighted


def mean(values: Any, weights: Any = None, name: str | None = None) -> Metric:
    """Returns the mean of values of any shape, weighted by weights that broadcast to them."""
    values, weights = weighted(values, weights)
    increments = {"total": jnp.sum(values * weights), "count": jnp.sum(weights)}
    return streaming(name or "mean", increments, ratio)


def mean_squared_error(labels: Any, predictions: Any, weights: Any = None, name: str | None = None) -> Metric:
    """Returns the mean of (label - prediction)^2."""
    return mean(jnp.square(_difference(labels, predictions)), weights, name or "mean_squared_error")


def mean_absolute_error(labels: Any, predictions: Any, weights: Any = None, name: str | None = None) -> Metric:
    """Returns the mean of |label - prediction|."""
    return mean(jnp.abs(_difference(labels, predictions)), weights, name or "mean_absolute_error")


def root_mean_squared_error(labels: Any, predictions: Any, weights: Any = None, name: str | None = None) -> Metric:
    """Returns the square root of the mean of (label - prediction)^2."""
    before, after = mean_squared_error(labels, predictions, weights, name or "root_mean_squared_error")
    return jnp.sqrt(before), jnp.sqrt(after)


def _difference(labels: Any, predictions: Any) -> Any:
    labels, predictions = jnp.asarray(labels, jnp.float32), jnp.asarray(predictions, jnp.float32)
    if labels.shape != predictions.shape:
        if labels.size != predictions.size:
            raise ValueError(f"labels and predictions must have one shape; got {labels.shape} and {predictions.shape}")
        labels = labels.reshape(predictions.shape)
    return labels - predictions
