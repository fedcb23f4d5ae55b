"""`tensor[...]` with integers, slices, new axes and an ellipsis; `tf.slice`, `tf.strided_slice` and `tf.reverse`.

A key is a list, so that a graph with it can be saved: integers, slices as lists
of three, and the words "new", "..." and, for what a Tensor says, "at".
"""

from __future__ import annotations

import builtins
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from estimax._array._by_shape import by_shape
from estimax._array._dimensions import (
    as_sizes,
    beside_sizes,
    complete,
    positive_axis,
    rank_of,
    rearranged,
    same_in_all_rows,
    sized,
)
from estimax._array._spans import as_numbers, cut, is_dense, rows_from
from estimax._base._errors import InvalidArgumentError
from estimax._base._shapes import TensorSpec
from estimax._graph._column import Column
from estimax._graph._lifting import by_rows, leading_axis, shifted_axis
from estimax._graph._op import Node, Op, as_argument
from estimax._graph._varying import Rows, Varying

_ALL = [None, None, None]


def as_key(key: list[Any]) -> tuple[Any, ...]:
    """Makes what NumPy indexes with of a key of the graph, where it is written with lists and words."""
    words = {"new": None, "...": Ellipsis}
    return tuple(
        words[item] if isinstance(item, str) else builtins.slice(*item) if isinstance(item, list | tuple) else item
        for item in key
    )


def filled_key(key: list[Any], values: Sequence[Any]) -> list[Any]:
    """Puts the values that were Tensors into the places of a key that say "at"."""
    rest = iter(values)

    def fill(item: Any) -> Any:
        if isinstance(item, list | tuple):
            return [fill(part) for part in item]
        return next(rest) if item == "at" else item

    return [fill(item) for item in key]


def _indexed_spec(x: TensorSpec, *bounds: TensorSpec, key: list[Any]) -> TensorSpec:
    for bound in bounds:
        if bound.shape.ndims or not bound.dtype.is_integer:
            raise TypeError(f"an index or a bound of a slice must be a single whole number; got {bound}")
    if x.shape.ndims is None:
        return TensorSpec(None, x.dtype)
    used = sum(item not in ("new", "...") for item in key)
    if used > len(x.shape):
        raise InvalidArgumentError(f"{used} indices are too many for a Tensor of shape {tuple(x.shape)}")
    shape: list[int | None] = []
    sizes = list(x.shape)
    for item in key if "..." in key else [*key, "..."]:
        if item == "new":
            shape.append(1)
        elif item == "...":
            rest = len(x.shape) - used
            shape += sizes[:rest]
            sizes = sizes[rest:]
        elif isinstance(item, list | tuple):
            size = sizes.pop(0)
            known = size is not None and "at" not in item
            shape.append(len(range(*builtins.slice(*item).indices(size or 0))) if known else None)
        else:
            size = sizes.pop(0)
            if item != "at":
                _check_index(int(item), size)
    return TensorSpec(shape, x.dtype)


def _check_index(index: int, size: int | None) -> None:
    if size is not None and not -size <= index < size:
        raise InvalidArgumentError(f"index {index} is out of bounds for an axis of size {size}")


def _indexed(x: Any, *bounds: Any, key: list[Any]) -> Any:
    full = as_key(filled_key(key, [int(b) for b in bounds]))
    try:
        return rearranged(x, lambda a: a[full])
    except IndexError as error:
        raise InvalidArgumentError(f"{error}; the shape is {x.shape}") from None


def _indexed_rows(column: Any, *, key: list[Any]) -> Any:
    return _indexed(column, key=[_ALL, *key])


_SAME_KEY = by_shape(leading_axis(_indexed_rows))


def _indexed_lift(
    node: Node, values: Sequence[Any], lifted: Sequence[bool], rows: int, params: dict[str, Any]
) -> tuple[Column, ...]:
    """Cuts rows of several shapes, or by bounds that differ, as stretches; else all rows at once."""
    x, *bounds = values
    same = [same_in_all_rows(v) if is_column else v for v, is_column in zip(bounds, lifted[1:], strict=True)]
    if not rows or not is_dense(x) or any(isinstance(b, Varying) for b in bounds):
        return by_rows(node, values, lifted, rows, params)
    agreed = all(s is not None for s in same)
    if agreed and (not isinstance(x, Rows) or not _along_first_axis(params["key"])):
        key = filled_key(params["key"], [int(s) for s in same])
        return _SAME_KEY(node, [x], lifted[:1], rows, {"key": key})
    given = iter([as_numbers(b if s is None else s, rows) for b, s in zip(bounds, same, strict=True)])
    if not _along_first_axis(params["key"]):
        return by_rows(node, values, lifted, rows, params)
    return (_cut(rows_from(x, lifted[0], rows), params["key"][0], given),)


def _along_first_axis(key: list[Any]) -> bool:
    """Whether a key says something of the first axis only, and each of its slices has a known step."""
    first, *rest = key or ["..."]
    if first in ("new", "...") or any(item not in (_ALL, "...") for item in rest):
        return False
    return not isinstance(first, list | tuple) or first[2] != "at"


def _cut(x: Rows, item: Any, given: Iterator[np.ndarray]) -> Any:
    """Applies an integer or a slice to the first axis of rows."""
    count = len(x)
    sizes = x.shapes[:, 0]
    if isinstance(item, list | tuple):
        start, stop = (next(given) if b == "at" else b for b in item[:2])
        first, lengths = _slice_bounds(sizes, start, stop, item[2] or 1)
        part = cut(x, first, lengths, item[2] or 1)
        return Rows.of(part.flat, part.shapes)
    index = next(given) if item == "at" else np.full(count, item, np.int64)
    wrong = (index < -sizes) | (index >= sizes)
    if wrong.any():
        _check_index(int(index[wrong][0]), int(sizes[wrong][0]))
    part = cut(x, np.where(index < 0, index + sizes, index), np.ones(count, np.int64))
    return Rows.of(part.flat, part.shapes[:, 1:])


def _slice_bounds(sizes: np.ndarray, start: Any, stop: Any, step: int) -> tuple[np.ndarray, np.ndarray]:
    """Returns where a slice starts in axes of several sizes, and how many entries it takes."""
    lowest, highest = (0, sizes) if step > 0 else (-1, sizes - 1)

    def bound(value: Any, default: Any) -> np.ndarray:
        wanted = default if value is None else np.clip(np.where(value < 0, value + sizes, value), lowest, highest)
        return np.broadcast_to(np.asarray(wanted, np.int64), sizes.shape)

    first = bound(start, lowest if step > 0 else highest)
    last = bound(stop, highest if step > 0 else lowest)
    return first, np.maximum(0, -((first - last) // step))


def _slice_spec(x: TensorSpec, *sizes: TensorSpec, begin: list[Any], size: list[Any]) -> TensorSpec:
    if len(begin) != len(x.shape) or len(size) != len(x.shape):
        raise InvalidArgumentError(f"slice needs a begin and a size for each of {len(x.shape)} axes")
    shape: list[int | None] = []
    for total, start, length in zip(x.shape, begin, size, strict=True):
        if length == -1:
            shape.append(None if total is None or start is None else total - start)
        else:
            shape.append(length)
        known = start is not None and shape[-1] is not None and total is not None
        if known and not 0 <= start <= start + shape[-1] <= total:
            raise InvalidArgumentError(f"slice from {start} of size {length} is outside of an axis of size {total}")
    return TensorSpec(shape, x.dtype)


def _slice(x: Any, *sizes: Any, begin: list[Any], size: list[Any]) -> Any:
    full = complete([*begin, *size], sizes)
    starts, lengths = full[: len(begin)], full[len(begin) :]
    ends = [t if n == -1 else s + n for t, s, n in zip(x.shape, starts, lengths, strict=True)]
    for total, start, end in zip(x.shape, starts, ends, strict=True):
        _check_block(total, start, end)
    return rearranged(x, lambda a: a[tuple(map(builtins.slice, starts, ends))])


def _check_block(total: int, start: int, end: int) -> None:
    if not 0 <= start <= end <= total:
        raise InvalidArgumentError(f"slice from {start} to {end} is outside of an axis of size {total}")


def _slice_rows(column: Any, *sizes: Any, begin: list[Any], size: list[Any]) -> Any:
    full = complete([*begin, *size], sizes)
    return _slice(column, begin=[0, *full[: len(begin)]], size=[-1, *full[len(begin) :]])


_SAME_BLOCK = by_shape(sized(_slice_rows))


def _slice_lift(
    node: Node, values: Sequence[Any], lifted: Sequence[bool], rows: int, params: dict[str, Any]
) -> tuple[Column, ...]:
    """Cuts vectors as stretches, whose bounds may differ; blocks of more axes by their shapes."""
    x, *sizes = values
    vectors = len(params["begin"]) == 1 and is_dense(x) and not any(isinstance(s, Varying) for s in sizes)
    if not vectors or not rows:
        return _SAME_BLOCK(node, values, lifted, rows, params)
    given = iter(sizes)
    (start,), (length,) = params["begin"], params["size"]
    begin = as_numbers(next(given) if start is None else start, rows)
    wanted = as_numbers(next(given) if length is None else length, rows)
    vector = rows_from(x, lifted[0], rows)
    totals = vector.shapes[:, 0]
    ends = np.where(wanted == -1, totals, begin + wanted)
    wrong = (begin < 0) | (begin > ends) | (ends > totals)
    if wrong.any():
        _check_block(*(int(v[wrong][0]) for v in (totals, begin, ends)))
    part = cut(vector, begin, ends - begin)
    return (Rows.of(part.flat, part.shapes),)


def _reverse(x: Any, *, axis: tuple[int, ...]) -> Any:
    return rearranged(x, lambda a: np.flip(a, axis))


def _same_spec(x: TensorSpec, *, axis: tuple[int, ...]) -> TensorSpec:
    return x


_INDEXED = Op(
    "StridedSlice",
    infer=_indexed_spec,
    host=_indexed,
    lift=_indexed_lift,
    device="estimax._array._device:indexed",
)
_SLICE = Op("Slice", infer=_slice_spec, host=_slice, lift=_slice_lift, device="estimax._array._device:slice_")
_REVERSE = Op(
    "Reverse", infer=_same_spec, host=_reverse, lift=by_shape(shifted_axis(_reverse)), device="jax.numpy:flip"
)


def slice(input_: Any, begin: Any, size: Any, name: str | None = None) -> Any:
    """Cuts a block out of a Tensor.

    Args:
        input_: the Tensor.
        begin: where the block starts, for each axis.
        size: how long it is, for each axis; -1 for all that is left.
        name: has no effect.

    Raises:
        InvalidArgumentError: the block is not inside the Tensor.

    Example:
        >>> import estimax as tf
        >>> tf.slice([1, 2, 3, 4], [1], [2]).numpy()
        array([2, 3], dtype=int32)
    """
    starts, more = as_sizes(begin)
    lengths, still_more = as_sizes(size)
    return _SLICE(beside_sizes(input_, [*starts, *lengths]), *more, *still_more, begin=starts, size=lengths)


def strided_slice(
    input_: Any,
    begin: Any,
    end: Any,
    strides: Any = None,
    begin_mask: int = 0,
    end_mask: int = 0,
    ellipsis_mask: int = 0,
    new_axis_mask: int = 0,
    shrink_axis_mask: int = 0,
    var: Any = None,
    name: str | None = None,
) -> Any:
    """Indexes as `tensor[begin:end:strides]` does, an axis for each number; bit i of a mask is about number i.

    Args:
        input_: the Tensor.
        begin: where each slice starts.
        end: where it ends.
        strides: its steps; 1 by default.
        begin_mask: whether the start counts for nothing: all from the first.
        end_mask: whether the end counts for nothing: all up to the last.
        ellipsis_mask: whether the place stands for `...`.
        new_axis_mask: whether it stands for a new axis.
        shrink_axis_mask: whether it is an integer, `begin`, and the axis goes away.
        var: has no effect.
        name: has no effect.

    Example:
        >>> import estimax as tf
        >>> tf.strided_slice([1, 2, 3, 4, 5], [1], [-1], [2]).numpy()
        array([2, 4], dtype=int32)
    """
    starts, more = as_sizes(begin)
    stops, still_more = as_sizes(end)
    steps, last = as_sizes([1] * len(starts) if strides is None else strides)
    given = (iter(more), iter(still_more), iter(last))
    key: list[Any] = []
    bounds: list[Any] = []
    for i, numbers in enumerate(zip(starts, stops, steps, strict=True)):
        bit = 1 << i
        tensors = [next(rest) if n is None else None for n, rest in zip(numbers, given, strict=True)]
        if ellipsis_mask & bit or new_axis_mask & bit:
            key.append("..." if ellipsis_mask & bit else "new")
            continue
        hidden = (bool(begin_mask & bit), bool(end_mask & bit), False)
        item: list[Any] = [None if hide else "at" if n is None else n for n, hide in zip(numbers, hidden, strict=True)]
        taken = 1 if shrink_axis_mask & bit else 3
        if shrink_axis_mask & bit:
            item[0] = "at" if numbers[0] is None else numbers[0]
        bounds += [t for t, part in zip(tensors[:taken], item, strict=False) if part == "at"]
        key.append(item[0] if shrink_axis_mask & bit else item)
    return _INDEXED(input_, *bounds, key=key)


def reverse(tensor: Any, axis: Any, name: str | None = None) -> Any:
    """Reverses the order of the elements along the given axes."""
    tensor = as_argument(tensor)
    axes = np.atleast_1d(np.asarray(axis)).tolist()
    return _REVERSE(tensor, axis=tuple(positive_axis(a, rank_of(tensor)) for a in axes))
