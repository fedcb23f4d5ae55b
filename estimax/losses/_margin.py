"""The hinge loss: zero for logits on the right side of a margin."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from estimax.losses._reduction import Reduction, compute_weighted_loss
from estimax.losses._shapes import require_same_shape
from estimax.nn._arrays import as_array


def hinge_loss(
    labels: Any,
    logits: Any,
    weights: Any = 1.0,
    scope: str | None = None,
    loss_collection: str | None = "losses",
    reduction: str = Reduction.SUM_BY_NONZERO_WEIGHTS,
) -> jax.Array:
    """Returns `max(0, 1 - s * logits)`, reduced, with `s` 1 for the label 1 and -1 for the label 0.

    Args:
        labels: 0 or 1.
        logits: an array of the same shape.
        weights: a scalar, or an array that broadcasts to `labels`.
        scope: under which the result has a name.
        loss_collection: to which the result is added; None for none.
        reduction: one of `Reduction`.

    Raises:
        InvalidArgumentError: a shape does not fit.

    Example:
        >>> import estimax as tf
        >>> float(tf.losses.hinge_loss([1.0, 0.0], [0.5, -3.0]))
        0.25
    """
    y, z = as_array(labels, jnp.float32), as_array(logits, jnp.float32)
    require_same_shape("hinge_loss", y, z, ("labels", "logits"))
    each = jax.nn.relu(1 - (2 * y - 1) * z)
    return compute_weighted_loss(each, weights, scope or "hinge_loss", loss_collection, reduction)
