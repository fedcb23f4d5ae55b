"""`tensor[...]` with integers, slices, new axes and an ellipsis; `tf.slice` and `tf.reverse`."""

from __future__ import annotations

import builtins
from typing import Any

import numpy as np

from estimax._array._dimensions import as_sizes, beside_sizes, complete, positive_axis, rank_of, rearranged, sized
from estimax._base._errors import InvalidArgumentError
from estimax._base._shapes import TensorSpec
from estimax._graph._lifting import leading_axis, shifted_axis
from estimax._graph._op import Op, as_argument


def as_key(key: list[Any]) -> tuple[Any, ...]:
    """Makes what NumPy indexes with of a key of the graph, where it is written with lists and words."""
    words = {"new": None, "...": Ellipsis}
    return tuple(
        words[item] if isinstance(item, str) else builtins.slice(*item) if isinstance(item, list | tuple) else item
        for item in key
    )


def _indexed_spec(x: TensorSpec, *, key: list[Any]) -> TensorSpec:
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
            shape.append(None if size is None else len(range(*builtins.slice(*item).indices(size))))
        else:
            _check_index(int(item), sizes.pop(0))
    return TensorSpec(shape, x.dtype)


def _check_index(index: int, size: int | None) -> None:
    if size is not None and not -size <= index < size:
        raise InvalidArgumentError(f"index {index} is out of bounds for an axis of size {size}")


def _indexed(x: Any, *, key: list[Any]) -> Any:
    try:
        return rearranged(x, lambda a: a[as_key(key)])
    except IndexError as error:
        raise InvalidArgumentError(f"{error}; the shape is {x.shape}") from None


def _indexed_rows(column: Any, *, key: list[Any]) -> Any:
    return _indexed(column, key=[[None, None, None], *key])


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
        if not 0 <= start <= end <= total:
            raise InvalidArgumentError(f"slice from {start} to {end} is outside of an axis of size {total}")
    return rearranged(x, lambda a: a[tuple(map(builtins.slice, starts, ends))])


def _slice_rows(column: Any, *sizes: Any, begin: list[Any], size: list[Any]) -> Any:
    full = complete([*begin, *size], sizes)
    return _slice(column, begin=[0, *full[: len(begin)]], size=[-1, *full[len(begin) :]])


def _reverse(x: Any, *, axis: tuple[int, ...]) -> Any:
    return rearranged(x, lambda a: np.flip(a, axis))


def _same_spec(x: TensorSpec, *, axis: tuple[int, ...]) -> TensorSpec:
    return x


_INDEXED = Op(
    "StridedSlice",
    infer=_indexed_spec,
    host=_indexed,
    lift=leading_axis(_indexed_rows),
    device="estimax._array._device:indexed",
)
_SLICE = Op("Slice", infer=_slice_spec, host=_slice, lift=sized(_slice_rows), device="estimax._array._device:slice_")
_REVERSE = Op("Reverse", infer=_same_spec, host=_reverse, lift=shifted_axis(_reverse), device="jax.numpy:flip")


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


def reverse(tensor: Any, axis: Any, name: str | None = None) -> Any:
    """Reverses the order of the elements along the given axes."""
    tensor = as_argument(tensor)
    axes = np.atleast_1d(np.asarray(axis)).tolist()
    return _REVERSE(tensor, axis=tuple(positive_axis(a, rank_of(tensor)) for a in axes))
