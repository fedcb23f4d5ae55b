"""Several Tensors into one, and one into several: concat, stack, unstack, split, tile, pad."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from estimax._array._dimensions import (
    DeviceShape,
    as_sizes,
    beside_sizes,
    complete,
    positive_axis,
    rank_of,
    rearranged,
    sized,
)
from estimax._base._errors import InvalidArgumentError
from estimax._base._shapes import TensorShape, TensorSpec
from estimax._base._string_array import StringArray
from estimax._graph._lifting import leading_axis, shifted_axis
from estimax._graph._op import Op, as_argument
from estimax._graph._tensor import Tensor


def _merged(name: str, shapes: Sequence[TensorShape]) -> list[int | None]:
    """Returns the one shape that all the shapes are."""
    merged = list(shapes[0])
    for other in shapes[1:]:
        if not TensorShape(merged).is_compatible_with(other):
            raise InvalidArgumentError(f"{name} needs equal shapes; got {', '.join(str(tuple(s)) for s in shapes)}")
        merged = [b if a is None else a for a, b in zip(merged, other, strict=True)]
    return merged


def _concat_spec(*specs: TensorSpec, axis: int) -> TensorSpec:
    sizes = [s.shape[axis] if axis < len(s.shape) else None for s in specs]
    others = [TensorShape((*s.shape[:axis], None, *s.shape[axis + 1 :])) for s in specs]
    merged = _merged(f"concat along axis {axis}, apart from that axis,", others)
    merged[axis] = None if None in sizes else sum(s for s in sizes if s is not None)
    return TensorSpec(merged, specs[0].dtype)


def _concat(*values: Any, axis: int) -> Any:
    if isinstance(values[0], StringArray):
        return StringArray.concatenate(values, axis)
    try:
        return np.concatenate(values, axis)
    except ValueError as error:
        raise InvalidArgumentError(f"concat: {error}") from None


def _stack_spec(*specs: TensorSpec, axis: int) -> TensorSpec:
    merged = _merged("stack", [s.shape for s in specs])
    return TensorSpec((*merged[:axis], len(specs), *merged[axis:]), specs[0].dtype)


def _stack(*values: Any, axis: int) -> Any:
    if len({v.shape for v in values}) > 1:
        raise InvalidArgumentError(f"stack needs equal shapes; got {', '.join(str(v.shape) for v in values)}")
    return _concat(*(v.reshape((*v.shape[:axis], 1, *v.shape[axis:])) for v in values), axis=axis)


def _unstack_spec(x: TensorSpec, *, num: int, axis: int) -> tuple[TensorSpec, ...]:
    if x.shape[axis] not in (num, None):
        raise InvalidArgumentError(f"unstack into {num} needs axis {axis} of that size; the shape is {tuple(x.shape)}")
    return (TensorSpec((*x.shape[:axis], *x.shape[axis + 1 :]), x.dtype),) * num


def _unstack(x: Any, *, num: int, axis: int) -> tuple[Any, ...]:
    if x.shape[axis] != num:
        raise InvalidArgumentError(f"unstack into {num} needs axis {axis} of that size; the shape is {x.shape}")
    return tuple(rearranged(x, lambda a, i=i: a.take(i, axis)) for i in range(num))  # type: ignore[misc]


def _split_spec(x: TensorSpec, *, sizes: list[int], axis: int) -> tuple[TensorSpec, ...]:
    known = x.shape[axis]
    parts = _split_sizes(sizes, known) if known is not None else [None if s == -1 else s for s in sizes]
    return tuple(TensorSpec((*x.shape[:axis], part, *x.shape[axis + 1 :]), x.dtype) for part in parts)


def _split_sizes(sizes: list[int], total: int) -> list[int]:
    rest = total - sum(s for s in sizes if s != -1)
    if rest < 0 or (rest and -1 not in sizes):
        raise InvalidArgumentError(f"parts of sizes {sizes} do not make up an axis of size {total}")
    return [rest if s == -1 else s for s in sizes]


def _split(x: Any, *, sizes: list[int], axis: int) -> tuple[Any, ...]:
    ends = np.cumsum(_split_sizes(sizes, x.shape[axis]))
    before = (np.s_[:],) * axis
    return tuple(
        rearranged(x, lambda a, key=(*before, np.s_[start:end]): a[key])  # type: ignore[misc]
        for start, end in zip([0, *ends[:-1]], ends, strict=True)
    )


def _tile_spec(x: TensorSpec, *sizes: TensorSpec, multiples: list[Any]) -> TensorSpec:
    if len(multiples) != len(x.shape):
        raise InvalidArgumentError(f"tile needs {len(x.shape)} multiples, one for each axis; got {len(multiples)}")
    shape = (None if s is None or m is None else s * m for s, m in zip(x.shape, multiples, strict=True))
    return TensorSpec(shape, x.dtype)


def _tile(x: Any, *sizes: Any, multiples: list[Any]) -> Any:
    return rearranged(x, lambda a: np.tile(a, complete(multiples, sizes)))


def _tile_rows(column: Any, *sizes: Any, multiples: list[Any]) -> Any:
    return _tile(column, *sizes, multiples=[1, *multiples])


def _pad_spec(x: TensorSpec, *, paddings: list[list[int]], mode: str, value: Any) -> TensorSpec:
    if len(paddings) != len(x.shape) or any(len(p) != 2 for p in paddings):
        raise InvalidArgumentError(f"paddings must be {len(x.shape)} pairs, one for each axis; got {paddings}")
    shape = (None if s is None else s + sum(p) for s, p in zip(x.shape, paddings, strict=True))
    return TensorSpec(shape, x.dtype)


def _pad(x: Any, *, paddings: list[list[int]], mode: str, value: Any) -> Any:
    if mode != "constant":
        return rearranged(x, lambda a: np.pad(a, paddings, mode=mode))  # type: ignore[call-overload]
    if not isinstance(x, StringArray):
        return np.pad(x, paddings, constant_values=x.dtype.type(value))
    filler = StringArray.concatenate([x.reshape(-1), StringArray.of([value or b""])])
    positions = np.arange(x.size).reshape(x.shape)
    return filler.gather(np.pad(positions, paddings, constant_values=x.size))


def _pad_rows(column: Any, *, paddings: list[list[int]], mode: str, value: Any) -> Any:
    return _pad(column, paddings=[[0, 0], *paddings], mode=mode, value=value)


_CONCAT = Op(
    "Concat",
    infer=_concat_spec,
    host=_concat,
    lift=shifted_axis(_concat),
    device="estimax._array._device:concat",
    same_dtype=True,
)
_STACK = Op(
    "Stack",
    infer=_stack_spec,
    host=_stack,
    lift=shifted_axis(_stack),
    device="estimax._array._device:stack",
    same_dtype=True,
)
_UNSTACK = Op(
    "Unstack", infer=_unstack_spec, host=_unstack, lift=shifted_axis(_unstack), device="estimax._array._device:unstack"
)
_SPLIT = Op("Split", infer=_split_spec, host=_split, lift=shifted_axis(_split), device="estimax._array._device:split")
_TILE = Op("Tile", infer=_tile_spec, host=_tile, lift=sized(_tile_rows), device="estimax._array._device:tile")
_PAD = Op("Pad", infer=_pad_spec, host=_pad, lift=leading_axis(_pad_rows), device="estimax._array._device:pad")


def concat(values: Any, axis: Any, name: str | None = "concat") -> Any:
    """Joins Tensors along an axis that they have.

    Raises:
        InvalidArgumentError: their shapes differ in another axis.

    Example:
        >>> import estimax as tf
        >>> tf.concat([[1, 2], [3]], axis=0).numpy()
        array([1, 2, 3], dtype=int32)
    """
    if isinstance(values, list | tuple) and any(isinstance(v, DeviceShape) for v in values):
        return DeviceShape(size for v in values for size in as_sizes(v)[0])
    tensors = _listed("concat", values)
    return _CONCAT(*tensors, axis=positive_axis(axis, rank_of(tensors[0])))


def stack(values: Any, axis: Any = 0, name: str | None = "stack") -> Any:
    """Joins Tensors of one shape along a new axis.

    Example:
        >>> import estimax as tf
        >>> tf.stack([[1, 2], [3, 4]], axis=1).numpy()
        array([[1, 3],
               [2, 4]], dtype=int32)
    """
    tensors = _listed("stack", values)
    return _STACK(*tensors, axis=positive_axis(axis, rank_of(tensors[0]) + 1))


def unstack(value: Any, num: Any = None, axis: Any = 0, name: str | None = "unstack") -> list[Any]:
    """Cuts a Tensor into a list of Tensors, one for each position along an axis.

    Raises:
        InvalidArgumentError: the size of the axis is not known, or is not `num`.
    """
    tensor = as_argument(value)
    number = positive_axis(axis, rank_of(tensor))
    count = tensor.shape[number] if num is None else int(num)
    if count is None:
        raise InvalidArgumentError(f"unstack needs num, as the size of axis {axis} of {tuple(tensor.shape)} is open")
    return list(_UNSTACK(tensor, num=count, axis=number))


def split(
    value: Any, num_or_size_splits: Any, axis: Any = 0, num: int | None = None, name: str | None = "split"
) -> list[Any]:
    """Cuts a Tensor along an axis into equal parts, or into parts of given sizes.

    Args:
        value: the Tensor.
        num_or_size_splits: a number of parts, or a list of sizes, of which one may be -1.
        axis: along which to cut.
        num: has no effect.
        name: has no effect.

    Raises:
        InvalidArgumentError: the parts do not make up the axis.
    """
    tensor = as_argument(value)
    number = positive_axis(axis, rank_of(tensor))
    parts = np.asarray(num_or_size_splits)
    if parts.ndim:
        return list(_SPLIT(tensor, sizes=parts.tolist(), axis=number))
    total = tensor.shape[number]
    if total is None or total % int(parts):
        raise InvalidArgumentError(f"axis {axis} of {tuple(tensor.shape)} cannot be cut into {parts} equal parts")
    return list(_SPLIT(tensor, sizes=[total // int(parts)] * int(parts), axis=number))


def tile(input: Any, multiples: Any, name: str | None = None) -> Any:
    """Repeats a Tensor along each axis as often as `multiples` says."""
    known, tensors = as_sizes(multiples)
    return _TILE(beside_sizes(input, known), *tensors, multiples=known)


def pad(tensor: Any, paddings: Any, mode: str = "CONSTANT", name: str | None = None, constant_values: Any = 0) -> Any:
    """Adds elements before and after each axis.

    Args:
        tensor: the Tensor.
        paddings: for each axis, how many to add before and after.
        mode: "CONSTANT" adds `constant_values`; "REFLECT" and "SYMMETRIC" mirror.
        name: has no effect.
        constant_values: what to add.

    Raises:
        InvalidArgumentError: there is not one pair for each axis, or no such mode.
    """
    if mode.lower() not in ("constant", "reflect", "symmetric"):
        raise InvalidArgumentError(f"mode must be CONSTANT, REFLECT or SYMMETRIC; got {mode!r}")
    pairs = np.asarray(paddings).tolist()
    value = constant_values.numpy() if isinstance(constant_values, Tensor) else constant_values
    return _PAD(tensor, paddings=pairs, mode=mode.lower(), value=value)


def _listed(name: str, values: Any) -> list[Any]:
    if isinstance(values, list | tuple):
        items = [
            v if isinstance(v, list | tuple | int | float | bool | str | bytes) else as_argument(v) for v in values
        ]
        dtype = next((v.dtype for v in items if isinstance(v, Tensor)), None)
        items = [as_argument(v, dtype) for v in items]
    else:
        tensor = as_argument(values)
        items = unstack(tensor) if rank_of(tensor) else [tensor]
    if not items:
        raise InvalidArgumentError(f"{name} needs at least one Tensor; got an empty list")
    return items
