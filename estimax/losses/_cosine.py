"""The cosine distance between unit vectors."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from estimax._base._errors import InvalidArgumentError
from estimax.losses._reduction import Reduction, compute_weighted_loss
from estimax.losses._shapes import require_same_shape
from estimax.nn._arrays import as_array


def cosine_distance(
    labels: Any,
    predictions: Any,
    axis: int | None = None,
    weights: Any = 1.0,
    scope: str | None = None,
    loss_collection: str | None = "losses",
    reduction: str = Reduction.SUM_BY_NONZERO_WEIGHTS,
    dim: int | None = None,
) -> jax.Array:
    """Returns 1 minus the scalar product along an axis, reduced.

    Args:
        labels: vectors of length 1 along `axis`; they are not normalised here.
        predictions: vectors of length 1, of the same shape.
        axis: of the vectors; it stays with size 1.
        weights: a scalar, or an array that broadcasts to the distances.
        scope: under which the result has a name.
        loss_collection: to which the result is added; None for none.
        reduction: one of `Reduction`.
        dim: an older name of `axis`.

    Raises:
        InvalidArgumentError: a shape does not fit or there is no axis.

    Example:
        >>> import estimax as tf
        >>> float(tf.losses.cosine_distance([[1.0, 0.0]], [[0.0, 1.0]], axis=1))
        1.0
    """
    along = dim if axis is None else axis
    if along is None:
        raise InvalidArgumentError("cosine_distance needs axis=, the axis of the vectors")
    y, p = as_array(labels, jnp.float32), as_array(predictions, jnp.float32)
    require_same_shape("cosine_distance", y, p, ("labels", "predictions"))
    each = 1 - jnp.sum(y * p, along, keepdims=True)
    return compute_weighted_loss(each, weights, scope or "cosine_distance_loss", loss_collection, reduction)
