"""Losses for one class out of several: softmax cross entropy with ids or with probabilities as labels."""

from __future__ import annotations

from typing import Any

import jax

from estimax.losses._reduction import Reduction, compute_weighted_loss
from estimax.losses._shapes import require_same_shape, without_last_axis_of_one
from estimax.nn._arrays import as_array, as_floats
from estimax.nn._cross_entropy import (
    softmax_cross_entropy_with_logits,
    sparse_softmax_cross_entropy_with_logits,
)


def sparse_softmax_cross_entropy(
    labels: Any,
    logits: Any,
    weights: Any = 1.0,
    scope: str | None = None,
    loss_collection: str | None = "losses",
    reduction: str = Reduction.SUM_BY_NONZERO_WEIGHTS,
) -> jax.Array:
    """Returns the cross entropy with the ids of classes as labels.

    Args:
        labels: integers [batch] or [batch, 1], ids of classes.
        logits: [batch, classes].
        weights: a scalar, or [batch] or [batch, 1].
        scope: under which the result has a name.
        loss_collection: to which the result is added; None for none.
        reduction: one of `Reduction`.

    Raises:
        InvalidArgumentError: a shape does not fit, or a label is no class (inside a
            compiled function its loss is NaN instead).

    Example:
        >>> import estimax as tf
        >>> float(tf.losses.sparse_softmax_cross_entropy(labels=[0], logits=[[0.0, 0.0]]))
        0.6931471824645996
    """
    z = as_floats(logits)
    y = without_last_axis_of_one(as_array(labels), z.ndim - 1)
    each = sparse_softmax_cross_entropy_with_logits(labels=y, logits=z)
    weight = without_last_axis_of_one(as_array(weights), each.ndim)
    return compute_weighted_loss(each, weight, scope or "sparse_softmax_cross_entropy_loss", loss_collection, reduction)


def softmax_cross_entropy(
    onehot_labels: Any,
    logits: Any,
    weights: Any = 1.0,
    label_smoothing: float = 0,
    scope: str | None = None,
    loss_collection: str | None = "losses",
    reduction: str = Reduction.SUM_BY_NONZERO_WEIGHTS,
) -> jax.Array:
    """Returns the cross entropy with probabilities of the classes as labels.

    Args:
        onehot_labels: [batch, classes], usually one 1 in each row.
        logits: [batch, classes].
        weights: a scalar or [batch].
        label_smoothing: from 0 to 1; the share of every label that is spread evenly over the classes.
        scope: under which the result has a name.
        loss_collection: to which the result is added; None for none.
        reduction: one of `Reduction`.

    Raises:
        InvalidArgumentError: a shape does not fit.

    Example:
        >>> import estimax as tf
        >>> float(tf.losses.softmax_cross_entropy([[0.0, 1.0]], [[0.0, 0.0]]))
        0.6931471824645996
    """
    z = as_floats(logits)
    y = as_array(onehot_labels, z.dtype)
    require_same_shape("softmax_cross_entropy", y, z, ("onehot_labels", "logits"))
    if label_smoothing:
        y = y * (1 - label_smoothing) + label_smoothing / z.shape[-1]
    each = softmax_cross_entropy_with_logits(labels=y, logits=z)
    return compute_weighted_loss(each, weights, scope or "softmax_cross_entropy_loss", loss_collection, reduction)
