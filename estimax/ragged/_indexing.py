"""Indexing ragged Tensors by numbers and slices: one list, some of the lists, some of each list."""

from __future__ import annotations

from typing import Any

import numpy as np

from estimax._array._dimensions import rearranged
from estimax._base._errors import InvalidArgumentError
from estimax._base._shapes import TensorSpec
from estimax._graph._columnwise import column_op
from estimax._graph._stretches import spans, splits_of
from estimax._graph._varying import RaggedValue, picked_rows
from estimax.ragged._conversion import check_ragged, list_shape, ragged_or_dense, without_levels

Key = list[Any]

_ALL = [None, None, None]


def _whole_key(key: Key, rank: int) -> Key:
    """Returns a key with one item for each axis."""
    if key.count("...") > 1 or len(key) - ("..." in key) > rank:
        raise InvalidArgumentError(f"too many indices for {rank} dimensions: {key}")
    if any(isinstance(item, list) and item[2] == 0 for item in key):
        raise InvalidArgumentError("the step of a slice must not be 0")
    place = key.index("...") if "..." in key else len(key)
    given = [k for k in key if k != "..."]
    return [*given[:place], *[_ALL] * (rank - len(given)), *given[place:]]


def _spec(x: TensorSpec, *, key: Key) -> TensorSpec:
    ragged = check_ragged("indexing", x)
    sizes = list_shape(ragged)
    whole = _whole_key(key, len(sizes))
    shape: list[int | None] = []
    levels = ragged.ragged_rank
    for axis, (item, size) in enumerate(zip(whole, sizes, strict=True)):
        if isinstance(item, list):
            same = item == _ALL or size is None
            shape.append(size if same else len(range(*slice(*item).indices(size or 0))))
        elif axis <= ragged.ragged_rank and shape:
            raise InvalidArgumentError(
                "a list inside of others is not chosen by its number, as some may be too short; use a slice, or "
                "to_tensor() first"
            )
        elif axis < ragged.ragged_rank + 1:
            levels -= 1
    return ragged_or_dense(shape, x.dtype, max(levels, 0))


def _index(x: RaggedValue, *, key: Key) -> Any:
    picked = _picked(x, _whole_key(key, len(x.splits) + x.values.ndim - 1))
    return without_levels(picked.values, picked.splits) if isinstance(picked, RaggedValue) else picked


def _picked(x: Any, key: Key) -> Any:
    """Applies a key, without numbers behind slices of lists, to each row of a column of lists."""
    if not isinstance(x, RaggedValue):
        return _inside(x, key)
    item, *rest = key
    lists = x.splits[0]
    lengths = np.diff(lists)
    if isinstance(item, int):
        number = np.where(item < 0, lengths + item, item)
        outside = (number < 0) | (number >= lengths)
        if outside.any():
            raise InvalidArgumentError(f"index {item} is out of bounds for {lengths[outside][0]} lists or values")
        return _picked(picked_rows(x.below, lists[:-1] + number), rest)
    below = x.below
    if item != _ALL:
        starts, counts, step = _bounds(lengths, item)
        number = np.arange(counts.sum()) - np.repeat(splits_of(counts)[:-1], counts)
        index = (
            spans(lists[:-1] + starts, counts) if step == 1 else np.repeat(lists[:-1] + starts, counts) + number * step
        )
        lists, below = splits_of(counts), picked_rows(below, index)
    below = _picked(below, rest)
    if isinstance(below, RaggedValue):
        return RaggedValue(below.values, (lists, *below.splits))
    return RaggedValue(below, (lists,))


def _inside(x: Any, key: Key) -> Any:
    """Applies a key to what stands in the dense axes."""
    if all(item == _ALL for item in key):
        return x
    whole = (np.s_[:], *(slice(*item) if isinstance(item, list) else item for item in key))
    try:
        return rearranged(x, lambda a: a[whole])
    except IndexError as error:
        raise InvalidArgumentError(str(error)) from None


def _bounds(lengths: np.ndarray, item: list[int | None]) -> tuple[np.ndarray, np.ndarray, int]:
    """Returns where a slice of lists of these lengths starts, and how much it takes: Python's rule for slices."""
    start, stop, step = item[0], item[1], item[2] or 1
    lowest, highest = (np.zeros_like(lengths), lengths) if step > 0 else (np.full_like(lengths, -1), lengths - 1)
    first = (lowest if step > 0 else highest) if start is None else _clipped(start, lengths, lowest, highest)
    last = (highest if step > 0 else lowest) if stop is None else _clipped(stop, lengths, lowest, highest)
    distance = last - first if step > 0 else first - last
    return first, np.maximum((distance + abs(step) - 1) // abs(step), 0), step


def _clipped(bound: int, lengths: np.ndarray, lowest: np.ndarray, highest: np.ndarray) -> np.ndarray:
    clipped: np.ndarray = np.clip(bound + lengths if bound < 0 else np.full_like(lengths, bound), lowest, highest)
    return clipped


_INDEX = column_op("RaggedIndex", _spec, _index, composite=True)
