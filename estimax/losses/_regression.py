"""Losses for numbers: squared, absolute and Huber's, which is the one near zero and the other far away."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from estimax.losses._reduction import Reduction, compute_weighted_loss
from estimax.losses._shapes import require_same_shape
from estimax.nn._arrays import absolute, as_array


def mean_squared_error(
    labels: Any,
    predictions: Any,
    weights: Any = 1.0,
    scope: str | None = None,
    loss_collection: str | None = "losses",
    reduction: str = Reduction.SUM_BY_NONZERO_WEIGHTS,
) -> jax.Array:
    """Returns the squared differences, reduced; their mean by default.

    Args:
        labels: an array.
        predictions: an array of the same shape.
        weights: a scalar, or an array that broadcasts to `labels`.
        scope: under which the result has a name.
        loss_collection: to which the result is added; None for none.
        reduction: one of `Reduction`.

    Raises:
        InvalidArgumentError: a shape does not fit.

    Example:
        >>> import estimax as tf
        >>> float(tf.losses.mean_squared_error([1.0, 2.0], [3.0, 2.0]))
        2.0
    """
    y, p = _pair("mean_squared_error", labels, predictions)
    return compute_weighted_loss(jnp.square(p - y), weights, scope or "mean_squared_error", loss_collection, reduction)


def absolute_difference(
    labels: Any,
    predictions: Any,
    weights: Any = 1.0,
    scope: str | None = None,
    loss_collection: str | None = "losses",
    reduction: str = Reduction.SUM_BY_NONZERO_WEIGHTS,
) -> jax.Array:
    """Returns the absolute differences, reduced; arguments and errors as for `mean_squared_error`.

    Example:
        >>> import estimax as tf
        >>> float(tf.losses.absolute_difference([1.0, 2.0], [3.0, 2.0]))
        1.0
    """
    y, p = _pair("absolute_difference", labels, predictions)
    return compute_weighted_loss(absolute(p - y), weights, scope or "absolute_difference", loss_collection, reduction)


def huber_loss(
    labels: Any,
    predictions: Any,
    weights: Any = 1.0,
    delta: float = 1.0,
    scope: str | None = None,
    loss_collection: str | None = "losses",
    reduction: str = Reduction.SUM_BY_NONZERO_WEIGHTS,
) -> jax.Array:
    """Returns half the squared difference up to `delta`, and from there on a line of slope `delta`.

    From Huber, "Robust Estimation of a Location Parameter" (1964).

    Args:
        labels: an array.
        predictions: an array of the same shape.
        weights: a scalar, or an array that broadcasts to `labels`.
        delta: where the parabola becomes a line.
        scope: under which the result has a name.
        loss_collection: to which the result is added; None for none.
        reduction: one of `Reduction`.

    Raises:
        InvalidArgumentError: a shape does not fit.

    Example:
        >>> import estimax as tf
        >>> float(tf.losses.huber_loss([0.0, 0.0], [1.0, 3.0]))
        1.5
    """
    y, p = _pair("huber_loss", labels, predictions)
    error = absolute(p - y)
    near = jnp.minimum(error, delta)
    each = 0.5 * jnp.square(near) + delta * (error - near)
    return compute_weighted_loss(each, weights, scope or "huber_loss", loss_collection, reduction)


def _pair(loss: str, labels: Any, predictions: Any) -> tuple[jax.Array, jax.Array]:
    y, p = as_array(labels, jnp.float32), as_array(predictions, jnp.float32)
    require_same_shape(loss, y, p, ("labels", "predictions"))
    return y, p
