"""Several strings into one: reduce_join, unsorted_segment_join."""

from __future__ import annotations

from typing import Any

import numpy as np

from estimax._array._dimensions import positive_axis
from estimax._base._dtypes import string
from estimax._base._errors import InvalidArgumentError
from estimax._base._shapes import RaggedTensorSpec, TensorShape, TensorSpec
from estimax._base._string_array import StringArray
from estimax._graph._column import dense_rows
from estimax._graph._columnwise import column_op
from estimax._graph._op import as_tensor
from estimax._graph._ragged_parts import bounds_of, sizes_from, without_level
from estimax._graph._stretches import splits_of
from estimax._graph._varying import RaggedValue, Rows, as_rows
from estimax.strings._flat_bytes import joined_groups
from estimax.strings._rule import bytes_of_text, check_strings


def _join_spec(x: TensorSpec, *, axes: list[int] | None, separator: bytes, keep: bool) -> TensorSpec:
    check_strings("reduce_join", x)
    if axes is None:
        return TensorSpec([1] * (x.shape.ndims or 0) if keep else [], string)
    shape = [1 if i in axes else s for i, s in enumerate(x.shape) if keep or i not in axes]
    return TensorSpec(shape, string)


def _join(x: Any, *, axes: list[int] | None, separator: bytes, keep: bool) -> Any:
    rows = as_rows(x)
    if axes is None:
        joined = StringArray(joined_groups(rows.flat.flat, rows.splits, separator))
        return joined.reshape((len(rows), *([1] * rows.rank if keep else [])))
    left = [i for i in range(rows.rank) if i not in axes]
    order = _reordered(rows, [*left, *reversed(axes)])
    shapes = rows.shapes[:, left]
    lengths = np.repeat(rows.shapes[:, axes].prod(1), shapes.prod(1))
    flat = rows.flat.flat if order is None else rows.flat.take(order).flat
    if keep:
        shapes = np.where(np.isin(np.arange(rows.rank), axes), 1, rows.shapes)
    return Rows.of(StringArray(joined_groups(flat, splits_of(lengths), separator)), shapes)


def _reordered(rows: Rows, axes: list[int]) -> np.ndarray | None:
    """Returns the positions of all elements with the axes of each row in another order; None where it is the same."""
    if axes == sorted(axes):
        return None
    sizes = rows.shapes[:, axes]
    strides = np.ones_like(rows.shapes)
    for axis in reversed(range(rows.rank - 1)):
        strides[:, axis] = strides[:, axis + 1] * rows.shapes[:, axis + 1]
    row = np.repeat(np.arange(len(rows)), np.diff(rows.splits))
    rest = np.arange(len(row)) - rows.splits[row]
    position = rows.splits[row]
    for number in reversed(range(len(axes))):
        rest, index = np.divmod(rest, sizes[row, number])
        position = position + index * strides[row, axes[number]]
    return position


def _ragged_join_spec(x: TensorSpec, *, axis: int, separator: bytes) -> TensorSpec:
    assert isinstance(x, RaggedTensorSpec)
    check_strings("reduce_join", x)
    outer = [x.shape[0] if axis else None] if x.shape.ndims else [None]
    shape = TensorShape([*outer, *[None] * (x.ragged_rank - 1)]).concatenate(sizes_from(x.shape, x.ragged_rank + 1))
    if x.ragged_rank == 1:
        return TensorSpec(shape, string)
    return RaggedTensorSpec(shape, string, x.ragged_rank - 1)


def _ragged_join(x: RaggedValue, *, axis: int, separator: bytes) -> Any:
    splits, place, count = without_level(x, axis)
    values = x.values
    assert isinstance(values, StringArray)
    order = np.argsort(place, kind="stable")
    groups = splits_of(np.bincount(place, minlength=count))
    joined = StringArray(joined_groups(values.take(order).flat, groups, separator))
    return RaggedValue(joined, splits) if len(splits) > 1 else dense_rows(joined, np.diff(splits[0]))


def _ragged_all_spec(x: TensorSpec, *, separator: bytes) -> TensorSpec:
    check_strings("reduce_join", x)
    return TensorSpec([], string)


def _ragged_all(x: RaggedValue, *, separator: bytes) -> StringArray:
    values = x.values
    assert isinstance(values, StringArray)
    inner = int(np.prod(values.shape[1:], dtype=np.int64))
    return StringArray(joined_groups(values.flat, bounds_of(x) * inner, separator))


def _segment_spec(x: TensorSpec, ids: TensorSpec, *, segments: int, separator: bytes) -> TensorSpec:
    check_strings("unsorted_segment_join", x)
    if not ids.dtype.is_integer or not ids.shape.ndims or len(x.shape) < len(ids.shape):
        raise InvalidArgumentError(
            f"unsorted_segment_join needs whole numbers as segment_ids, whose shape is how that of the strings begins; "
            f"got {ids} for {x}"
        )
    return TensorSpec([segments, *x.shape[len(ids.shape) :]], string)


def _segment_join(x: Any, ids: Any, *, segments: int, separator: bytes) -> Any:
    rows, numbers = as_rows(x), as_rows(ids)
    if (rows.shapes[:, : numbers.rank] != numbers.shapes).any():
        raise InvalidArgumentError("segment_ids need a shape that is how the shape of the strings begins")
    given = np.asarray(numbers.flat)
    if ((given < 0) | (given >= segments)).any():
        wrong = given[(given < 0) | (given >= segments)][0]
        raise InvalidArgumentError(f"segment_ids must be from 0 to {segments - 1}; got {wrong}")
    inner_shapes = rows.shapes[:, numbers.rank :]
    inner = inner_shapes.prod(1)
    row = np.repeat(np.arange(len(rows)), np.diff(rows.splits))
    within = (np.arange(len(row)) - rows.splits[row]) % np.maximum(inner[row], 1)
    first = splits_of(segments * inner)
    place = first[row] + np.repeat(given, np.repeat(inner, np.diff(numbers.splits))) * inner[row] + within
    order = np.argsort(place, kind="stable")
    groups = splits_of(np.bincount(place, minlength=int(first[-1])))
    joined = StringArray(joined_groups(rows.flat.take(order).flat, groups, separator))
    return Rows.of(joined, np.column_stack([np.full(len(rows), segments), inner_shapes]))


_JOIN = column_op("ReduceJoin", _join_spec, _join)
_RAGGED_JOIN = column_op("RaggedReduceJoin", _ragged_join_spec, _ragged_join, composite=True)
_RAGGED_ALL = column_op("RaggedJoinAll", _ragged_all_spec, _ragged_all, composite=True)
_SEGMENT_JOIN = column_op("UnsortedSegmentJoin", _segment_spec, _segment_join)


def reduce_join(
    inputs: Any,
    axis: Any = None,
    keep_dims: bool | None = None,
    separator: Any = "",
    name: str | None = None,
    reduction_indices: Any = None,
    keepdims: bool | None = None,
) -> Any:
    """Joins the strings along axes, along the one given first first, or all of them.

    Args:
        inputs: strings, dense or ragged.
        axis: one axis or several; all, in row-major order, where None. Of a ragged Tensor one.
        keep_dims: whether the axes stay, with size 1; not for a ragged Tensor.
        separator: put between the strings.
        name: has no effect.
        reduction_indices: the same as `axis`.
        keepdims: the same as `keep_dims`.

    Raises:
        InvalidArgumentError: there is no such axis.

    Example:
        >>> import estimax as tf
        >>> tf.reduce_join([["a", "b"], ["c", "d"]], axis=1, separator="-").numpy().tolist()
        [b'a-b', b'c-d']
    """
    tensor = as_tensor(inputs)
    given = reduction_indices if axis is None else axis
    between, keep = bytes_of_text(separator), bool(keep_dims or keepdims)
    if isinstance(tensor.spec, RaggedTensorSpec):
        if keep or np.ndim(given):
            raise InvalidArgumentError("reduce_join of a RaggedTensor joins along one axis, or all, and keeps none")
        if given is None:
            return _RAGGED_ALL(tensor, separator=between)
        number = positive_axis(given, tensor.shape.ndims or tensor.spec.ragged_rank + 1)
        if number > tensor.spec.ragged_rank:
            raise InvalidArgumentError(f"reduce_join of a RaggedTensor joins along a ragged axis; got axis {given}")
        return _RAGGED_JOIN(tensor, axis=number, separator=between)
    if given is None:
        return _JOIN(tensor, axes=None, separator=between, keep=keep)
    axes = [positive_axis(a, len(tensor.shape)) for a in np.atleast_1d(np.asarray(given, np.int64)).tolist()]
    if len(set(axes)) < len(axes):
        raise InvalidArgumentError(f"reduce_join takes each axis once; got {given}")
    return _JOIN(tensor, axes=axes, separator=between, keep=keep)


def unsorted_segment_join(
    inputs: Any, segment_ids: Any, num_segments: Any, separator: Any = "", name: str | None = None
) -> Any:
    """Joins the strings that have the same segment id.

    Raises:
        InvalidArgumentError: an id is not from 0 to `num_segments - 1`.

    Example:
        >>> import estimax as tf
        >>> tf.strings.unsorted_segment_join(["a", "b", "c"], [1, 0, 1], 2, "-").numpy().tolist()
        [b'b', b'a-c']
    """
    return _SEGMENT_JOIN(
        as_tensor(inputs), as_tensor(segment_ids), segments=int(num_segments), separator=bytes_of_text(separator)
    )
