"""Several Tensors into one, and one into several: concat, stack, unstack, split, tile."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from estimax._array._by_shape import by_shape
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
from estimax._array._spans import as_numbers, end_to_end, has_rows, is_dense, rows_from
from estimax._base._dtypes import string
from estimax._base._errors import InvalidArgumentError
from estimax._base._lazy import resolve
from estimax._base._shapes import TensorShape, TensorSpec
from estimax._base._string_array import StringArray
from estimax._graph._boundary import is_symbolic_size
from estimax._graph._column import Column
from estimax._graph._composite import RaggedTensor
from estimax._graph._function import placeholder_for
from estimax._graph._lifting import shifted_axis
from estimax._graph._op import Node, Op, as_argument
from estimax._graph._stretches import spans
from estimax._graph._tensor import Tensor
from estimax._graph._varying import Rows, Varying, picked


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
    _check_stacked([v.shape for v in values])
    return _concat(*(v.reshape((*v.shape[:axis], 1, *v.shape[axis:])) for v in values), axis=axis)


def _check_stacked(shapes: Sequence[tuple[int, ...]]) -> None:
    if len(set(shapes)) > 1:
        raise InvalidArgumentError(f"stack needs equal shapes; got {', '.join(map(str, shapes))}")


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


def _concat_lift(
    node: Node, values: Sequence[Any], lifted: Sequence[bool], rows: int, params: dict[str, Any]
) -> tuple[Column, ...]:
    """Puts rows of several sizes end to end along their first axis at once."""
    if params["axis"] or not (has_rows(values) and rows):
        return _CONCAT_ROWS(node, values, lifted, rows, params)
    parts = [rows_from(v, is_column, rows) for v, is_column in zip(values, lifted, strict=True)]
    inner = parts[0].shapes[:, 1:]
    for part in parts[1:]:
        wrong = (part.shapes[:, 1:] != inner).any(1)
        if wrong.any():
            row = int(np.argmax(wrong))
            shapes = ", ".join(str(tuple(p.shapes[row].tolist())) for p in parts)
            raise InvalidArgumentError(f"concat along axis 0 needs shapes that differ there only; got {shapes}")
    sizes = np.add.reduce([p.shapes[:, :1] for p in parts])
    return (end_to_end(parts, np.concatenate([sizes, inner], axis=1)),)


def _stack_lift(
    node: Node, values: Sequence[Any], lifted: Sequence[bool], rows: int, params: dict[str, Any]
) -> tuple[Column, ...]:
    if params["axis"] or not (has_rows(values) and rows):
        return _STACK_ROWS(node, values, lifted, rows, params)
    parts = [rows_from(v, is_column, rows) for v, is_column in zip(values, lifted, strict=True)]
    shapes = parts[0].shapes
    for part in parts[1:]:
        wrong = (part.shapes != shapes).any(1)
        if wrong.any():
            row = int(np.argmax(wrong))
            _check_stacked([tuple(p.shapes[row].tolist()) for p in parts])
    count = np.full((rows, 1), len(parts), np.int64)
    return (end_to_end(parts, np.concatenate([count, shapes], axis=1)),)


def _tile_lift(
    node: Node, values: Sequence[Any], lifted: Sequence[bool], rows: int, params: dict[str, Any]
) -> tuple[Column, ...]:
    """Repeats vectors of several sizes, or several times, at once."""
    x, *sizes = values
    vectors = len(params["multiples"]) == 1 and is_dense(x) and not any(isinstance(s, Varying) for s in sizes)
    if not vectors or not rows:
        return _TILE_ROWS(node, values, lifted, rows, params)
    vector = rows_from(x, lifted[0], rows)
    (times,) = params["multiples"]
    counts = as_numbers(sizes[0] if times is None else times, rows)
    lengths = np.diff(vector.splits)
    index = spans(np.repeat(vector.splits[:-1], counts), np.repeat(lengths, counts))
    return (Rows.of(picked(vector.flat, index), (lengths * counts)[:, np.newaxis]),)


_CONCAT_ROWS = by_shape(shifted_axis(_concat))
_STACK_ROWS = by_shape(shifted_axis(_stack))
_TILE_ROWS = by_shape(sized(_tile_rows))

_CONCAT = Op(
    "Concat",
    infer=_concat_spec,
    host=_concat,
    lift=_concat_lift,
    device="estimax._array._device:concat",
    same_dtype=True,
)
_STACK = Op(
    "Stack",
    infer=_stack_spec,
    host=_stack,
    lift=_stack_lift,
    device="estimax._array._device:stack",
    same_dtype=True,
)
_UNSTACK = Op(
    "Unstack",
    infer=_unstack_spec,
    host=_unstack,
    lift=by_shape(shifted_axis(_unstack)),
    device="estimax._array._device:unstack",
)
_SPLIT = Op(
    "Split", infer=_split_spec, host=_split, lift=by_shape(shifted_axis(_split)), device="estimax._array._device:split"
)
_TILE = Op("Tile", infer=_tile_spec, host=_tile, lift=_tile_lift, device="estimax._array._device:tile")


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
    if any(isinstance(t, RaggedTensor) for t in tensors):
        return resolve("estimax.ragged._joining:concat")(tensors, axis)
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
    if any(isinstance(t, RaggedTensor) for t in tensors):
        return resolve("estimax.ragged._joining:stack")(tensors, axis)
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
    value = as_argument(input)
    if isinstance(value, Tensor) and value.dtype.is_string and any(map(is_symbolic_size, known)):
        # How many rows there are is known to the device alone; the host repeats text where it knows (an export).
        return placeholder_for(TensorSpec([None] * len(known), string))
    return _TILE(beside_sizes(input, known), *tensors, multiples=known)


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
