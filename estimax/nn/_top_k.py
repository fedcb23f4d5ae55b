"""The largest entries of each row, and whether a target is among them."""

from __future__ import annotations

from typing import Any, NamedTuple

import jax
import jax.numpy as jnp

from estimax._base._errors import InvalidArgumentError
from estimax.nn._arrays import as_array, as_floats


class TopK(NamedTuple):
    """The largest entries and where they stand.

    Attributes:
        values: [..., k], in the type of the input.
        indices: int32 [..., k], positions along the last axis.
    """

    values: jax.Array
    indices: jax.Array


def top_k(input: Any, k: int = 1, sorted: bool = True, index_type: Any = None, name: str | None = None) -> TopK:
    """Returns the `k` largest entries along the last axis, and their positions.

    Args:
        input: an array of rank 1 or more.
        k: how many, at most the size of the last axis.
        sorted: accepted for programs that pass it; the entries are always in falling
            order, equal ones by position.
        index_type: accepted for programs that pass it; the positions are int32.
        name: has no effect.

    Raises:
        InvalidArgumentError: the last axis has fewer than `k` entries, or there is none.

    Example:
        >>> import estimax as tf
        >>> values, indices = tf.nn.top_k([1.0, 5.0, 3.0], k=2)
        >>> values.tolist(), indices.tolist()
        ([5.0, 3.0], [1, 2])
    """
    array = as_array(input)
    if array.ndim == 0 or array.shape[-1] < k:
        raise InvalidArgumentError(f"top_k needs at least k={k} entries in the last axis; the shape is {array.shape}")
    return TopK(*jax.lax.top_k(array, k))


def in_top_k(predictions: Any, targets: Any, k: int, name: str | None = None) -> jax.Array:
    """Returns for each row whether its target is among the `k` largest predictions.

    Entries that equal the k-th largest count as among them. A row with a prediction
    that is not finite, or with a target that is no class, gives False. The first two
    arguments may stand in either order, as the versions of the original differ in
    it; the one of rank 2 is taken as the predictions.

    Args:
        predictions: float [batch, classes].
        targets: int [batch].
        k: how many.
        name: has no effect.

    Returns:
        bool [batch].

    Raises:
        InvalidArgumentError: the shapes are not those above.

    Example:
        >>> import estimax as tf
        >>> tf.nn.in_top_k([[0.1, 0.7, 0.2], [0.5, 0.2, 0.3]], [2, 1], k=2).tolist()
        [True, False]
    """
    first, second = as_array(predictions), as_array(targets)
    scores, labels = (second, first) if first.ndim < second.ndim else (first, second)
    if scores.ndim != 2 or labels.shape != scores.shape[:1]:
        raise InvalidArgumentError(
            "in_top_k needs predictions of shape [batch, classes] and targets of shape [batch]; "
            f"the shapes are {first.shape} and {second.shape}"
        )
    scores = as_floats(scores)
    classes = scores.shape[1]
    known = (labels >= 0) & (labels < classes)
    own = jnp.take_along_axis(scores, jnp.clip(labels, 0, classes - 1)[:, None], axis=1)
    return known & jnp.isfinite(scores).all(axis=1) & ((scores > own).sum(axis=1) < k)
