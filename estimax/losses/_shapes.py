"""The shapes that a loss needs, and the sizes of 1 that it forgives."""

from __future__ import annotations

import jax

from estimax._base._errors import InvalidArgumentError


def require_same_shape(loss: str, labels: jax.Array, predictions: jax.Array, names: tuple[str, str]) -> None:
    """Refuses labels and predictions whose difference would broadcast unseen.

    Args:
        loss: name of the loss, for the message.
        labels: an array.
        predictions: an array.
        names: of the two arguments, for the message.

    Raises:
        InvalidArgumentError: the shapes differ.
    """
    if labels.shape == predictions.shape:
        return
    message = (
        f"{loss} needs {names[0]} and {names[1]} of one shape; "
        f"{names[0]} has shape {labels.shape}, {names[1]} {predictions.shape}"
    )
    if labels.size == predictions.size:
        message += f". If they mean the same, reshape one: tf.reshape({names[0]}, tf.shape({names[1]}))"
    raise InvalidArgumentError(message)


def without_last_axis_of_one(array: jax.Array, rank: int) -> jax.Array:
    """Returns the array without its last axis if that has size 1 and is one more than `rank`."""
    if array.ndim == rank + 1 and array.shape[-1] == 1:
        return array[..., 0]
    return array
