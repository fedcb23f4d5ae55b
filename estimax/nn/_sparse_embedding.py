"""Looking up and combining the rows that the lists of ids of a batch name."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from estimax._base._errors import InvalidArgumentError
from estimax._base._lazy import resolve
from estimax._graph._boundary import is_device_array
from estimax._graph._tensor import Tensor
from estimax.nn._arrays import as_array
from estimax.nn._embedding import embedding_lookup

_COMBINERS = ("mean", "sqrtn", "sum")


def embedding_lookup_sparse(
    params: Any,
    sp_ids: Any,
    sp_weights: Any,
    combiner: str | None = None,
    max_norm: float | None = None,
    name: str | None = None,
    allow_fast_lookup: bool = False,
    *,
    partition_strategy: str = "div",
) -> jax.Array:
    """Returns for each row of ids one row: the sum, or a mean, of the rows of a table that they name.

    Args:
        params: a table [rows, ...], or a list of tables that are parts of one.
        sp_ids: a sparse or ragged Tensor [batch, lists] of integers; or a dense one in which
            negative ids stand for none.
        sp_weights: numbers in the same places, or None for 1.
        combiner: 'mean' (the default): the weighted sum divided by the sum of the weights; 'sqrtn':
            divided by the root of the sum of their squares; or 'sum'.
        max_norm: rows that are longer are scaled down to this L2 norm before.
        name: has no effect.
        allow_fast_lookup: has no effect.
        partition_strategy: as for `embedding_lookup`.

    Returns:
        [batch, ...]; zeros for a row without ids.

    Raises:
        InvalidArgumentError: an unknown combiner, or ids and weights that do not fit.

    Example:
        >>> import estimax as tf
        >>> ids = tf.SparseTensor(indices=[[0, 0], [0, 1], [1, 0]], values=[0, 1, 1], dense_shape=[2, 2])
        >>> tf.nn.embedding_lookup_sparse([[1.0, 2.0], [3.0, 4.0]], ids, None, combiner="sum").tolist()
        [[4.0, 6.0], [3.0, 4.0]]
    """
    how = _checked(combiner)
    ids, weights = _rectangles(sp_ids, sp_weights)
    rows = embedding_lookup(params, ids, max_norm, partition_strategy=partition_strategy)
    return _combined(rows, ids >= 0, weights, how)


def safe_embedding_lookup_sparse(
    embedding_weights: Any,
    sparse_ids: Any,
    sparse_weights: Any = None,
    combiner: str | None = "mean",
    default_id: int | None = None,
    max_norm: float | None = None,
    name: str | None = None,
    allow_fast_lookup: bool = False,
    *,
    partition_strategy: str = "div",
) -> jax.Array:
    """Does what `embedding_lookup_sparse` does, without ids that are negative and weights that are not positive.

    Args:
        embedding_weights: a table, or a list of tables that are parts of one.
        sparse_ids: as there.
        sparse_weights: as there.
        combiner: as there; with 'sum' all weights count.
        default_id: whose row is taken for a row without ids; None for zeros.
        max_norm: as there.
        name: has no effect.
        allow_fast_lookup: has no effect.
        partition_strategy: as there.
    """
    how = _checked(combiner)
    ids, weights = _rectangles(sparse_ids, sparse_weights)
    counts = ids >= 0 if weights is None or how == "sum" else (ids >= 0) & (weights > 0)
    wanted = jnp.where(counts, ids, -1)
    if default_id is not None:
        empty = ~counts.any(1, keepdims=True) & (jnp.arange(ids.shape[1]) == 0)
        wanted, counts = jnp.where(empty, default_id, wanted), counts | empty
        weights = None if weights is None else jnp.where(empty, 1, weights)
    rows = embedding_lookup(embedding_weights, wanted, max_norm, partition_strategy=partition_strategy)
    return _combined(rows, counts, weights, how)


def _checked(combiner: str | None) -> str:
    how = combiner or "mean"
    if how not in _COMBINERS:
        raise InvalidArgumentError(f"combiner must be one of {', '.join(map(repr, _COMBINERS))}; got {combiner!r}")
    return how


def _rectangles(ids: Any, weights: Any) -> tuple[Any, Any]:
    """Takes lists of ids to the device as [batch, k], -1 where there is none, and weights as [batch, k]."""
    if weights is not None and isinstance(ids, Tensor) and isinstance(weights, Tensor):
        ids, weights = resolve("estimax.feature_column._padding:padded_together")(ids, weights, "sp_ids")
    elif not is_device_array(ids):
        ids = resolve("estimax.feature_column._padding:padded")(ids, -1)
    placed = as_array(ids)
    if placed.ndim != 2 or not jnp.issubdtype(placed.dtype, jnp.integer):
        raise InvalidArgumentError(
            f"ids must be integers [batch, lists], sparse, ragged or dense; got {placed.dtype} of shape {placed.shape}"
        )
    if weights is None:
        return placed, None
    counted = as_array(weights, jnp.float32)
    if counted.shape != placed.shape:
        raise InvalidArgumentError(
            f"there must be one weight for each id; got ids of shape {placed.shape} and weights of {counted.shape}"
        )
    return placed, counted


def _combined(rows: Any, counts: Any, weights: Any, combiner: str) -> jax.Array:
    weight = counts.astype(rows.dtype) if weights is None else jnp.where(counts, weights.astype(rows.dtype), 0)
    wide = weight.reshape((*weight.shape, *(1,) * (rows.ndim - 2)))
    total = jnp.sum(rows * wide, 1)
    if combiner == "sum":
        return total
    norm = jnp.sum(wide if combiner == "mean" else jnp.square(wide), 1)
    empty = norm == 0
    norm = jnp.where(empty, 1, norm)
    return jnp.where(empty, 0, total / (norm if combiner == "mean" else jnp.sqrt(norm)))
