"""From the categories of an example, one or several, to one row of numbers."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from estimax._base._errors import InvalidArgumentError

COMBINERS = ("mean", "sqrtn", "sum")


def check_combiner(combiner: Any, argument: str) -> None:
    """Raises InvalidArgumentError unless a combiner is one of 'mean', 'sqrtn' and 'sum'."""
    if combiner not in COMBINERS:
        raise InvalidArgumentError(f"{argument} must be one of {', '.join(map(repr, COMBINERS))}; got {combiner!r}")


def counts(ids: Any, weights: Any, buckets: int) -> Any:
    """Counts how often each example has each category, or sums the weights.

    Args:
        ids: integers [batch, k]; those that are not in [0, buckets) do not count.
        weights: [batch, k], or None for 1.
        buckets: number of categories.

    Returns:
        float32 [batch, buckets].
    """
    _check_weights(ids, weights)
    if ids.shape[1] == 1:
        hot = jax.nn.one_hot(ids[:, 0], buckets)
        return hot if weights is None else hot * weights
    hot = jax.nn.one_hot(ids, buckets)
    return hot.sum(1) if weights is None else (hot * weights[..., None]).sum(1)


def read_ids(ids: Any, weights: Any, combiner: str) -> Any:
    """Returns the rows of a table that are read for the categories of each example, of the shape of `ids`.

    Those are the categories that count, and for an example without any the first row,
    which does not change what is combined. The original reads the same, and the rows that
    were read are those that some optimizers change even where their gradient is zero.

    Args:
        ids: [batch, k], negative where there is no category.
        weights: [batch, k], or None for 1.
        combiner: one of `COMBINERS`.
    """
    counted = _counted(ids, weights, combiner)
    is_empty = ~counted.any(1, keepdims=True)
    is_first = jax.lax.broadcasted_iota(jnp.int32, ids.shape, 1) == 0
    return jnp.where(is_empty & is_first, 0, jnp.where(counted, ids, -1))


def combine(rows: Any, ids: Any, weights: Any, combiner: str) -> Any:
    """Combines the rows of a table that belong to the categories of each example.

    'sum' is the weighted sum, 'mean' that divided by the sum of the weights, and
    'sqrtn' divided by the root of the sum of their squares. The latter two leave out
    weights that are not positive, as the original does.

    Args:
        rows: [batch, k, n]; where there is no category they do not count.
        ids: [batch, k], negative where there is no category.
        weights: [batch, k], or None for 1.
        combiner: one of `COMBINERS`.

    Returns:
        [batch, n]; zeros for an example without categories.
    """
    _check_weights(ids, weights)
    rows = jnp.where((ids >= 0)[..., None], rows, 0)
    if weights is None:
        if ids.shape[1] == 1:
            return rows[:, 0]
        total = _sum_of_values(rows)
        if combiner == "sum":
            return total
        count = jnp.maximum((ids >= 0).sum(1, keepdims=True), 1).astype(rows.dtype)
        return total / (count if combiner == "mean" else jnp.sqrt(count))
    weights = jnp.where(_counted(ids, weights, combiner), weights, 0)
    total = _sum_of_values(rows * weights[..., None])
    if combiner == "sum":
        return total
    norm = _sum_of_values(weights if combiner == "mean" else jnp.square(weights))
    norm = jnp.where(norm > 0, norm, 1)
    return total / (norm if combiner == "mean" else jnp.sqrt(norm))[:, None]


def _counted(ids: Any, weights: Any, combiner: str) -> Any:
    """Returns which categories are combined."""
    return ids >= 0 if weights is None or combiner == "sum" else (ids >= 0) & (weights > 0)


def _sum_of_values(x: Any) -> Any:
    """Sums [batch, k, ...] over k, in pairs, pairs of pairs, and so on.

    In this order zeros at the end change no bit of the sum, so it does not matter how far a batch was padded.
    """
    while (size := x.shape[1]) != 1:
        if not isinstance(size, int) or size == 0:  # open in an export, where nothing has to agree bit by bit
            return x.sum(1)
        if size % 2:
            x = jnp.pad(x, [(0, 0), (0, 1)] + [(0, 0)] * (x.ndim - 2))
        x = x[:, 0::2] + x[:, 1::2]
    return x[:, 0]


def clipped(rows: Any, max_norm: float) -> Any:
    """Scales the rows [..., n] that are longer than `max_norm` down to that length."""
    squares = jnp.square(rows).sum(-1, keepdims=True)
    # The root of 0 has no gradient, so it is never taken.
    scale = max_norm / jnp.sqrt(jnp.maximum(squares, max_norm**2))
    return rows * scale


def _check_weights(ids: Any, weights: Any) -> None:
    if weights is not None and weights.shape != ids.shape:
        raise InvalidArgumentError(
            f"there must be one weight for each value; got values of shape {ids.shape} and weights of {weights.shape}"
        )
