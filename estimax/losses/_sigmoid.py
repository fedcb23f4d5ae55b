"""The loss for independent yes-no labels: sigmoid cross entropy."""

from __future__ import annotations

from typing import Any

import jax

from estimax.losses._reduction import Reduction, compute_weighted_loss
from estimax.losses._shapes import require_same_shape
from estimax.nn._arrays import as_array, as_floats
from estimax.nn._cross_entropy import sigmoid_cross_entropy_with_logits


def sigmoid_cross_entropy(
    multi_class_labels: Any,
    logits: Any,
    weights: Any = 1.0,
    label_smoothing: float = 0,
    scope: str | None = None,
    loss_collection: str | None = "losses",
    reduction: str = Reduction.SUM_BY_NONZERO_WEIGHTS,
) -> jax.Array:
    """Returns the cross entropy of labels that are each true or false on their own.

    Args:
        multi_class_labels: [batch, labels], 0 or 1.
        logits: of the same shape.
        weights: a scalar, [batch, 1] or [batch, labels].
        label_smoothing: from 0 to 1; the share by which every label moves towards 1/2.
        scope: under which the result has a name.
        loss_collection: to which the result is added; None for none.
        reduction: one of `Reduction`.

    Raises:
        InvalidArgumentError: a shape does not fit.

    Example:
        >>> import estimax as tf
        >>> float(tf.losses.sigmoid_cross_entropy([[1, 0]], [[0.0, 0.0]]))
        0.6931471824645996
    """
    z = as_floats(logits)
    y = as_array(multi_class_labels, z.dtype)
    require_same_shape("sigmoid_cross_entropy", y, z, ("multi_class_labels", "logits"))
    if label_smoothing:
        y = y * (1 - label_smoothing) + 0.5 * label_smoothing
    each = sigmoid_cross_entropy_with_logits(labels=y, logits=z)
    return compute_weighted_loss(each, weights, scope or "sigmoid_cross_entropy_loss", loss_collection, reduction)
