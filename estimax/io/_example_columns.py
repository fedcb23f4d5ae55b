"""From the values of a feature to columns: dense, padded, sparse or ragged.

The rows of a column are single examples, or batches of them; `batches` says how
many examples each batch has, and is None where the rows are single examples.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from estimax._base._string_array import StringArray
from estimax._graph._stretches import splits_of
from estimax._graph._varying import RaggedValue, Rows, SparseColumn

Array = np.ndarray[Any, Any]
Values = Array | StringArray


def fixed(values: Values, shape: Sequence[int], examples: int, batches: Array | None) -> Any:
    """Makes a dense column of values of one shape, one for each example."""
    if batches is None:
        return values.reshape((examples, *shape))
    shapes = np.concatenate(
        [batches[:, np.newaxis], np.broadcast_to(np.array(shape, np.int64), (len(batches), len(shape)))], 1
    )
    return Rows.of(values, shapes)


def with_default(values: Values, is_there: Array, default: Values) -> Values:
    """Puts a default where examples lack a feature.

    Args:
        values: those of the examples that have it, each as many as the default.
        is_there: which have it.
        default: one-dimensional.
    """
    size = len(default)
    rows = np.cumsum(is_there) - 1
    index = np.where(is_there[:, np.newaxis], rows[:, np.newaxis] * size, len(values)) + np.arange(size)
    return _joined(values, default, index.reshape(-1))


def padded(values: Values, lengths: Array, shape: Sequence[int], default: Values, batches: Array | None) -> Any:
    """Makes a dense column of sequences, filled up to the longest of their batch.

    Args:
        values: those of all sequences.
        lengths: how many items of `shape` each example has.
        shape: of an item.
        default: one value, to fill up with.
        batches: how many examples each batch has.
    """
    item = math.prod(shape)
    if batches is None:
        return Rows.of(values, _with_shape([lengths], shape))
    longest = largest(lengths, batches)
    widths = np.repeat(longest, batches) * item
    starts = splits_of(widths)
    filled = lengths * item
    index = np.full(int(starts[-1]), len(values))
    index[np.arange(len(values)) + np.repeat(starts[:-1] - splits_of(filled)[:-1], filled)] = np.arange(len(values))
    return Rows.of(_joined(values, default, index), _with_shape([batches, longest], shape))


def sparse(values: Values, lengths: Array, batches: Array | None) -> SparseColumn:
    """Makes a sparse column of lists: each value stands at its position in the list."""
    splits = splits_of(lengths)
    position = np.arange(len(values)) - np.repeat(splits[:-1], lengths)
    return placed([position], values, lengths, [lengths], batches)


def placed(
    positions: Sequence[Array], values: Values, lengths: Array, sizes: Sequence[Array], batches: Array | None
) -> SparseColumn:
    """Makes a sparse column.

    Args:
        positions: for each axis, where the values stand.
        values: those of all examples.
        lengths: how many values each example has.
        sizes: for each axis, the size in each example; the largest counts in a batch.
        batches: how many examples each batch has.
    """
    splits = splits_of(lengths)
    if batches is None:
        return SparseColumn(_columns(positions), values, splits, _columns(sizes))
    bounds = splits_of(batches)
    in_batch = np.arange(len(lengths)) - np.repeat(bounds[:-1], batches)
    shapes = [batches, *(largest(size, batches) for size in sizes)]
    return SparseColumn(_columns([np.repeat(in_batch, lengths), *positions]), values, splits[bounds], _columns(shapes))


def ragged(values: Values, levels: Sequence[Array], batches: Array | None) -> Any:
    """Makes a column of nested lists.

    Args:
        values: those of the innermost lists.
        levels: the lengths of the lists, those of the examples first.
        batches: how many examples each batch has.
    """
    splits = [splits_of(lengths) for lengths in levels]
    if batches is not None:
        return RaggedValue(values, (splits_of(batches), *splits))
    if len(splits) == 1:
        return Rows.of(values, levels[0][:, np.newaxis])
    return RaggedValue(values, splits)


def _with_shape(sizes: Sequence[Array], shape: Sequence[int]) -> Array:
    return _columns([*sizes, *(np.full(len(sizes[0]), s) for s in shape)])


def _columns(parts: Sequence[Array]) -> Array:
    return np.stack([np.asarray(p, np.int64) for p in parts], 1)


def largest(sizes: Array, batches: Array) -> Array:
    """Returns the largest size in each batch, 0 for an empty one."""
    out = np.zeros(len(batches), np.int64)
    filled = batches > 0
    if filled.any():
        out[filled] = np.maximum.reduceat(sizes, splits_of(batches)[:-1][filled])
    return out


def _joined(values: Values, more: Values, index: Array) -> Values:
    """Returns the values at the given positions of two arrays seen as one."""
    if isinstance(values, StringArray):
        return StringArray.concatenate([values, StringArray.of(more)]).gather(index)
    return np.concatenate([values, np.asarray(more, values.dtype)])[index]
