"""The loss of sequences of classes (`tf.contrib.seq2seq.sequence_loss`)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax

from estimax._base._errors import InvalidArgumentError
from estimax.nn._arrays import as_array, as_floats
from estimax.nn._cross_entropy import sparse_softmax_cross_entropy_with_logits

_SMALL = 1e-12


def sequence_loss(
    logits: Any,
    targets: Any,
    weights: Any,
    average_across_timesteps: bool = True,
    average_across_batch: bool = True,
    softmax_loss_function: Callable[..., Any] | None = None,
    name: str | None = None,
) -> jax.Array:
    """Returns the weighted cross entropy of sequences.

    Args:
        logits: [batch, time, classes].
        targets: integers [batch, time], ids of classes.
        weights: [batch, time]; 0 for steps that are not there.
        average_across_timesteps: whether to divide by the sum of the weights over time.
        average_across_batch: whether to divide by the sum of the weights over the batch.
        softmax_loss_function: (labels=, logits=) -> losses, in place of the sparse softmax cross entropy.
        name: of the result.

    Returns:
        A number; without one of the averages, [batch] or [time]; without both, [batch, time].

    Raises:
        InvalidArgumentError: an argument has another number of axes.

    Example:
        >>> import estimax as tf
        >>> round(float(tf.contrib.seq2seq.sequence_loss(tf.zeros([1, 2, 2]), [[0, 1]], [[1.0, 0.0]])), 4)
        0.6931
    """
    z, y, w = as_floats(logits), as_array(targets), as_floats(weights)
    if (z.ndim, y.ndim, w.ndim) != (3, 2, 2):
        raise InvalidArgumentError(
            "sequence_loss takes logits [batch, time, classes], targets [batch, time] and weights [batch, time]; "
            f"got shapes {z.shape}, {y.shape}, {w.shape}"
        )
    function = softmax_loss_function or sparse_softmax_cross_entropy_with_logits
    flat = as_floats(function(labels=y.reshape(-1), logits=z.reshape(-1, z.shape[-1])))
    each = flat.reshape(y.shape) * w
    if average_across_timesteps and average_across_batch:
        return each.sum() / (w.sum() + _SMALL)
    if not average_across_timesteps and not average_across_batch:
        return each
    axis = 1 if average_across_timesteps else 0
    return each.sum(axis) / (w.sum(axis) + _SMALL)
