"""Gradients of tables: the rows that were read, and what belongs to each.

A table that is read by rows has a gradient of few rows. `IndexedSlices` holds them
as the look-up read them, repetitions included; `merged` sums what belongs to one row.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

Gradient = Any
"""An array of the shape of the variable, or `IndexedSlices` of its rows."""


@partial(
    jax.tree_util.register_dataclass,
    data_fields=["values", "indices"],
    meta_fields=["dense_shape", "parts"],
)
@dataclass(frozen=True, eq=False)
class IndexedSlices:
    """Some rows of a larger array that is zero elsewhere: `tf.IndexedSlices`.

    Attributes:
        values: [n, ...], the rows.
        indices: int32 [n], where each of them stands; a row may stand several times, and counts as their
            sum. An index that is not in the array is that of no row.
        dense_shape: of the larger array.
        parts: how many of the rows came of each reading, where they came of several.

    Example:
        >>> import jax.numpy as jnp
        >>> import estimax as tf
        >>> slices = tf.IndexedSlices(jnp.array([[1.0], [2.0], [4.0]]), jnp.array([2, 0, 2]), (3, 1))
        >>> slices.to_dense().tolist()
        [[2.0], [0.0], [5.0]]
    """

    values: Any
    indices: Any
    dense_shape: tuple[int, ...] | None = None
    parts: tuple[int, ...] = ()

    @property
    def shape(self) -> tuple[int, ...] | None:
        """The shape of the larger array."""
        return self.dense_shape

    @property
    def dtype(self) -> Any:
        """The type of the elements."""
        return self.values.dtype

    def with_values(self, values: Any) -> IndexedSlices:
        """Returns other values for the same rows."""
        return replace(self, values=values)

    def to_dense(self) -> jax.Array:
        """Returns the larger array; its cost is that of the array.

        Raises:
            ValueError: `dense_shape` is not known.
        """
        if self.dense_shape is None:
            raise ValueError("IndexedSlices without dense_shape cannot be made dense")
        zeros = jnp.zeros(tuple(self.dense_shape), self.values.dtype)
        return zeros.at[self.indices].add(self.values, mode="drop", wrap_negative_indices=False)

    def __jax_array__(self) -> jax.Array:
        return self.to_dense()

    def __mul__(self, factor: Any) -> IndexedSlices:
        return self.with_values(self.values * factor)

    __rmul__ = __mul__

    def __truediv__(self, divisor: Any) -> IndexedSlices:
        return self.with_values(self.values / divisor)

    def __neg__(self) -> IndexedSlices:
        return self.with_values(-self.values)


def joined(parts: list[IndexedSlices]) -> IndexedSlices:
    """Returns the rows of several readings of one table as one, which remembers how many each of them read."""
    if len(parts) == 1:
        return parts[0]
    return IndexedSlices(
        jnp.concatenate([p.values for p in parts]),
        jnp.concatenate([p.indices for p in parts]),
        parts[0].dense_shape,
        tuple(len(p.indices) for p in parts),
    )


def merged(slices: IndexedSlices, scratch: Any = None) -> tuple[IndexedSlices, Any]:
    """Sums what one reading has for one row, so that each row stands there once.

    The original looks up each row of a batch once, so its norms see these sums. A
    table that several columns share is looked up by each of them, and its rows stand
    there once for each column that read them; so they do here.

    Args:
        slices: rows of one table.
        scratch: see `apply_to_rows`; without it the indices are sorted, which is slower.

    Returns:
        As many rows as before; those that are not needed are zero, and their index is
        that of no row. And the scratch, to be handed on.

    Example:
        >>> import jax.numpy as jnp
        >>> once, _ = merged(IndexedSlices(jnp.array([[1.0], [2.0], [4.0]]), jnp.array([2, 0, 2]), (3, 1)))
        >>> once.indices.tolist(), once.values.tolist()
        ([0, 2, 3], [[2.0], [5.0], [0.0]])
    """
    sizes = slices.parts or (len(slices.indices),)
    parts, start = [], 0
    for size in sizes:
        values, indices = slices.values[start : start + size], slices.indices[start : start + size]
        part = IndexedSlices(values, indices, slices.dense_shape)
        start += size
        if scratch is None:
            part = _sorted(part)
        else:
            part, scratch = _placed(part, scratch)
        parts.append(part)
    return joined(parts), scratch


def merge_all(
    gradients: Mapping[str, Gradient], scratch: Mapping[str, Any]
) -> tuple[dict[str, Gradient], dict[str, Any]]:
    """Returns gradients as norms are taken of them, with the rows of tables merged; and the scratch."""
    once, used = dict(gradients), dict(scratch)
    for name, gradient in gradients.items():
        if isinstance(gradient, IndexedSlices):
            once[name], own = merged(gradient, scratch.get(name))
            if own is not None:
                used[name] = own
    return once, used


def _placed(slices: IndexedSlices, scratch: Any) -> tuple[IndexedSlices, Any]:
    """Sums at the place of one of the repetitions of each index, on which they agree by the scratch."""
    count, indices = len(slices.indices), slices.indices
    own = jnp.arange(count, dtype=scratch.dtype)
    scratch = scratch.at[indices].set(own, mode="drop", wrap_negative_indices=False)
    place = scratch.at[indices].get(mode="fill", fill_value=count, wrap_negative_indices=False)
    values = jnp.zeros_like(slices.values).at[place].add(slices.values, mode="drop", wrap_negative_indices=False)
    return replace(slices, values=values, indices=jnp.where(place == own, indices, scratch.shape[0])), scratch


def _sorted(slices: IndexedSlices) -> IndexedSlices:
    """Sorts the indices, numbers the distinct ones, and sums by these numbers."""
    count = len(slices.indices)
    if count == 0:
        return slices
    nowhere = np.iinfo(slices.indices.dtype).max if slices.dense_shape is None else slices.dense_shape[0]
    indices = jnp.where(slices.indices < 0, nowhere, slices.indices)
    order = jnp.argsort(indices)
    indices = indices[order]
    starts = jnp.concatenate([jnp.ones(1, bool), indices[1:] != indices[:-1]])
    places = jnp.cumsum(starts) - 1
    present = (indices < nowhere).reshape(-1, *[1] * (slices.values.ndim - 1))
    values = jnp.where(present, slices.values[order], 0)
    return IndexedSlices(
        jnp.zeros_like(slices.values).at[places].add(values),
        jnp.full_like(indices, nowhere).at[places].set(indices),
        slices.dense_shape,
    )
