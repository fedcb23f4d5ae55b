"""Ragged Tensors of Python lists and of numbers: `constant`, `placeholder`, `range`."""

from __future__ import annotations

from typing import Any

import numpy as np

from estimax._base._dtypes import as_dtype, float32
from estimax._base._errors import InvalidArgumentError
from estimax._base._shapes import RaggedTensorSpec, TensorSpec
from estimax._graph._column import to_value
from estimax._graph._columnwise import column_op
from estimax._graph._function import placeholder_for
from estimax._graph._op import as_tensor
from estimax._graph._stretches import splits_of
from estimax._graph._tensor import concrete
from estimax._graph._varying import RaggedValue, as_rows, empty_values


def constant(
    pylist: Any,
    dtype: Any = None,
    ragged_rank: int | None = None,
    inner_shape: Any = None,
    name: str | None = None,
    row_splits_dtype: Any = None,
) -> Any:
    """Makes a RaggedTensor of nested Python lists.

    Args:
        pylist: lists, all of one depth.
        dtype: of the elements; that of the first where None, and float32 where there is none.
        ragged_rank: how many levels of lists may differ in length; all but the innermost where None.
        inner_shape: the shape of what the innermost ragged lists hold, instead of `ragged_rank`.
        name: has no effect.
        row_splits_dtype: has no effect; it is int64.

    Raises:
        InvalidArgumentError: single values stand at different depths, or there are fewer levels of lists.

    Example:
        >>> import estimax as tf
        >>> tf.ragged.constant([[3, 1], [], [2]])
        <tf.RaggedTensor [[3, 1], [], [2]]>
    """
    given = pylist.tolist() if isinstance(pylist, np.ndarray) else pylist
    wanted = None if dtype is None else as_dtype(dtype)
    depth = _depth(given)
    if inner_shape is not None:
        inner = tuple(int(s) for s in inner_shape)
        levels = max(depth - 1 - len(inner), 0) if ragged_rank is None else int(ragged_rank)
    else:
        levels = max(depth - 1, 0) if ragged_rank is None else int(ragged_rank)
    if levels and levels >= max(depth, 2) and _has_values(given):
        raise InvalidArgumentError(
            f"lists {depth} deep have at most {depth - 1} ragged levels; got ragged_rank={levels}"
        )
    splits = []
    items = given
    for _ in range(levels):
        splits.append(splits_of(np.array([len(i) for i in items], np.int64)))
        items = [value for item in items for value in item]
    if items == [] and (wanted is None or inner_shape is not None or levels):
        tail = inner if inner_shape is not None else (0,) * max(depth - levels - 1, 0)
        values = empty_values(wanted or float32, (0, *tail))
    else:
        values = to_value(items, wanted)  # type: ignore[assignment]  # lists give dense values
    return concrete(RaggedValue(values, splits) if levels else values)


def _depth(value: Any) -> int:
    """Returns how deep lists are; raises InvalidArgumentError where values stand at different depths."""
    if not isinstance(value, list | tuple | np.ndarray):
        return 0
    depths = {_depth(v) for v in value}
    if 0 in depths and len(depths) > 1:
        raise InvalidArgumentError(f"all single values must stand at the same depth of lists; got {value!r}")
    return 1 + max(depths, default=0)


def _has_values(value: Any) -> bool:
    return any(map(_has_values, value)) if isinstance(value, list | tuple | np.ndarray) else True


def placeholder(dtype: Any, ragged_rank: int, value_shape: Any = None, name: str | None = None) -> Any:
    """Makes a RaggedTensor whose value is given when the graph is run."""
    shape = [None] * (ragged_rank + 1) + ([] if value_shape is None else list(value_shape))
    if not ragged_rank:
        return placeholder_for(TensorSpec(shape, dtype, name))
    return placeholder_for(RaggedTensorSpec(shape, dtype, ragged_rank, name))


def _range_spec(*specs: TensorSpec) -> TensorSpec:
    if any(not s.dtype.is_numeric or s.dtype.is_bool or s.shape.ndims not in (0, 1, None) for s in specs):
        raise InvalidArgumentError(f"ranges are described by numbers, or vectors of numbers; got {specs}")
    sizes = {s.shape[0] for s in specs if s.shape.ndims == 1} - {None, 1}
    if len(sizes) > 1:
        raise InvalidArgumentError(
            f"ranges need as many starts as limits and steps; got {sorted(s for s in sizes if s)}"
        )
    known = sizes.pop() if sizes else 1 if all(s.shape.ndims == 0 for s in specs) else None
    return RaggedTensorSpec([known, None], specs[0].dtype, 1)


def _range(*columns: Any) -> RaggedValue:
    rows = [as_rows(c) for c in columns]
    sizes = [r.shapes[:, 0] if r.rank else np.ones(len(r), np.int64) for r in rows]
    counts = sizes[0]
    for size in sizes[1:]:
        counts = np.where(counts == 1, size, counts)
    if any(((size != counts) & (size != 1)).any() for size in sizes):
        raise InvalidArgumentError("ranges need as many starts as limits and steps")
    row = np.repeat(np.arange(len(counts)), counts)
    within = np.arange(len(row)) - splits_of(counts)[row]
    start, limit, delta = (
        np.asarray(r.flat)[r.splits[row] + np.where(s[row] == 1, 0, within)] for r, s in zip(rows, sizes, strict=True)
    )
    if (delta == 0).any():
        raise InvalidArgumentError("the step of a range must not be 0")
    lengths = np.maximum(np.ceil((limit.astype(np.float64) - start) / delta), 0).astype(np.int64)
    splits = splits_of(lengths)
    number = np.arange(splits[-1]) - np.repeat(splits[:-1], lengths)
    values = (np.repeat(start, lengths) + number * np.repeat(delta, lengths)).astype(start.dtype)
    return RaggedValue(values, (splits_of(counts), splits))


_RANGE = column_op("RaggedRange", _range_spec, _range, same_dtype=True)


def ragged_range(
    starts: Any,
    limits: Any = None,
    deltas: Any = 1,
    dtype: Any = None,
    name: str | None = None,
    row_splits_dtype: Any = None,
) -> Any:
    """Counts from each start up to but without each limit: one list for each; with one argument, from 0.

    Raises:
        InvalidArgumentError: a step is 0, or there are not as many starts as limits.

    Example:
        >>> import estimax as tf
        >>> tf.ragged.range([3, 0, 2])
        <tf.RaggedTensor [[0, 1, 2], [], [0, 1]]>
    """
    if limits is None:
        starts, limits = 0, starts
    wanted = None if dtype is None else as_dtype(dtype)
    first = next((as_tensor(v) for v in (starts, limits, deltas) if not isinstance(v, int | float)), as_tensor(starts))
    common = wanted or first.dtype
    return _RANGE(*(as_tensor(v, common) for v in (starts, limits, deltas)))
