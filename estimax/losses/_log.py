"""The log loss: cross entropy of yes-no labels from probabilities instead of logits."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from estimax.losses._reduction import Reduction, compute_weighted_loss
from estimax.losses._shapes import require_same_shape
from estimax.nn._arrays import as_array


def log_loss(
    labels: Any,
    predictions: Any,
    weights: Any = 1.0,
    epsilon: float = 1e-7,
    scope: str | None = None,
    loss_collection: str | None = "losses",
    reduction: str = Reduction.SUM_BY_NONZERO_WEIGHTS,
) -> jax.Array:
    """Returns `-y * log(p + epsilon) - (1 - y) * log(1 - p + epsilon)`, reduced.

    Args:
        labels: 0 or 1.
        predictions: probabilities, of the same shape.
        weights: a scalar, or an array that broadcasts to `labels`.
        epsilon: keeps the logarithms finite.
        scope: under which the result has a name.
        loss_collection: to which the result is added; None for none.
        reduction: one of `Reduction`.

    Raises:
        InvalidArgumentError: a shape does not fit.

    Example:
        >>> import estimax as tf
        >>> round(float(tf.losses.log_loss([1.0], [0.5])), 4)
        0.6931
    """
    y, p = as_array(labels, jnp.float32), as_array(predictions, jnp.float32)
    require_same_shape("log_loss", y, p, ("labels", "predictions"))
    each = -y * jnp.log(p + epsilon) - (1 - y) * jnp.log(1 - p + epsilon)
    return compute_weighted_loss(each, weights, scope or "log_loss", loss_collection, reduction)
