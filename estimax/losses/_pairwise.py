"""The pairwise squared error: it compares differences within an example, so that a common offset costs nothing."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from estimax.losses._collection import add_loss
from estimax.losses._names import named
from estimax.losses._reduction import require_broadcast
from estimax.losses._shapes import require_same_shape
from estimax.nn._arrays import as_array


def mean_pairwise_squared_error(
    labels: Any, predictions: Any, weights: Any = 1.0, scope: str | None = None, loss_collection: str | None = "losses"
) -> jax.Array:
    """Returns the mean over pairs of elements of an example of `((p_i - p_j) - (y_i - y_j))^2`, summed over examples.

    With `d = p - y` and n elements in an example, the mean over its pairs is
    `2 * sum(d^2) / (n - 1) - 2 * sum(d)^2 / (n * (n - 1))`.

    Args:
        labels: [batch, ...].
        predictions: of the same shape.
        weights: a scalar, or an array of the rank of `labels` with sizes equal to its sizes or 1.
            Elements whose weight is 0 do not count in n.
        scope: under which the result has a name.
        loss_collection: to which the result is added; None for none.

    Raises:
        InvalidArgumentError: a shape does not fit.

    Example:
        >>> import estimax as tf
        >>> float(tf.losses.mean_pairwise_squared_error([[0.0, 0.0, 0.0]], [[1.0, 1.0, 4.0]]))
        6.0
    """
    y, p = as_array(labels, jnp.float32), as_array(predictions, jnp.float32)
    require_same_shape("mean_pairwise_squared_error", y, p, ("labels", "predictions"))
    weight = as_array(weights, jnp.float32)
    require_broadcast(weight.shape, y.shape)
    difference = p - y
    axes = tuple(range(1, difference.ndim))
    count = jnp.broadcast_to(weight != 0, y.shape).sum(axes, keepdims=True, dtype=jnp.float32)
    squares = jnp.square(difference).sum(axes, keepdims=True)
    total = difference.sum(axes, keepdims=True)
    each = 2 * _divided(squares, count - 1) - 2 * _divided(jnp.square(total), count * (count - 1))
    loss = named(jnp.sum(each * weight), scope or "mean_pairwise_squared_error")
    add_loss(loss, loss_collection)
    return loss


def _divided(value: jax.Array, by: jax.Array) -> jax.Array:
    return jnp.where(by > 0, value / jnp.where(by > 0, by, 1), 0)
