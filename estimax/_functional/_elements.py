"""What functions of functions have in common: the entries of Tensors along their first axis, and structures of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from estimax._array._closure import Closure, closed
from estimax._base import _nest as nest
from estimax._base._dtypes import DType
from estimax._base._errors import InvalidArgumentError
from estimax._base._shapes import RaggedTensorSpec, SparseTensorSpec, TensorShape, TensorSpec
from estimax._graph._boundary import is_device_array
from estimax._graph._column import Column, concatenate_rows, repeat_value, take_rows, unbatch_rows
from estimax._graph._op import as_argument, as_tensor
from estimax._graph._stretches import splits_of
from estimax._graph._tensor import Tensor
from estimax._graph._varying import RaggedValue, Rows, SparseColumn, empty_values

_PARTS = (Tensor, np.ndarray, DType, TensorSpec, list, tuple, dict)


def structured(value: Any) -> Any:
    """Makes a structure of what a program writes as one: a list of Tensors is one, a list of numbers is data."""
    if isinstance(value, list):
        is_structure = any(isinstance(v, _PARTS) or is_device_array(v) for v in value)
        return tuple(map(structured, value)) if is_structure else value
    if nest.is_nested(value):
        return nest.map_leaves(lambda v: structured(v) if isinstance(v, list) else v, value)
    return value


def arguments_of(value: Any) -> Any:
    """Makes Tensors, or arrays of the device, of the leaves of a structure."""
    return nest.map_leaves(as_argument, structured(value))


def common_size(name: str, elems: Sequence[Tensor]) -> int | None:
    """Returns the size of the first axis of Tensors, as far as it is known.

    Raises:
        InvalidArgumentError: they have no first axis, or several sizes.
    """
    shapes = [t.shape for t in elems]
    if not elems or any(s.ndims == 0 for s in shapes):
        raise InvalidArgumentError(f"{name} goes along the first axis of Tensors; got {', '.join(map(repr, elems))}")
    sizes = {s[0] for s in shapes if s.ndims is not None} - {None}
    if len(sizes) > 1:
        raise InvalidArgumentError(f"{name} goes along the first axes of Tensors in step; got sizes {list(sizes)}")
    return sizes.pop() if sizes else None


def traced(
    call: Callable[..., Any], inputs: Sequence[Tensor], wanted: Callable[[Any], list[Tensor]]
) -> tuple[Closure, Any]:
    """Makes a function of a Python function of placeholders, and returns with it what one call returned.

    `wanted` makes the list of Tensors of what it returns.
    """
    result = call()
    return closed(lambda: wanted(call()), wanted(result), inputs), result


def leaves_like(name: str, result: Any, structure: Any, dtypes: Sequence[Any]) -> list[Tensor]:
    """Returns the leaves of what a function returned, which must be a structure like a given one, of given types.

    Raises:
        ValueError: it is another structure.
        TypeError: a leaf is of another type.
    """
    listed = tuple(result) if isinstance(result, list) and nest.is_nested(structure) else result
    leaves = nest.flatten(nest.map_leaves(lambda _, leaf: leaf, structure, structured(listed)))
    tensors = [as_tensor(leaf, dtype) for leaf, dtype in zip(leaves, dtypes, strict=True)]
    for tensor, dtype in zip(tensors, dtypes, strict=True):
        if dtype is not None and tensor.dtype != dtype:
            raise TypeError(f"{name} needs a function that returns {dtype.name}; got {tensor!r}. Convert with tf.cast")
    return tensors


def entries_of(name: str, values: Sequence[Any], lifted: Sequence[bool], rows: int) -> tuple[list[Column], np.ndarray]:
    """Makes a row of each entry of all rows; returns these columns, and how many entries each row has."""
    split = [
        unbatch_rows(v if is_column else repeat_value(v, rows)) for v, is_column in zip(values, lifted, strict=True)
    ]
    sizes = split[0][1]
    for _, others in split[1:]:
        wrong = others != sizes
        if wrong.any():
            raise InvalidArgumentError(
                f"{name} goes along the first axes of Tensors in step; got sizes {sizes[wrong][0]} and "
                f"{others[wrong][0]}"
            )
    return [column for column, _ in split], sizes


def spread(values: Sequence[Any], lifted: Sequence[bool], rows: np.ndarray) -> list[Column]:
    """Returns what arguments hold in the given rows; those that are no columns hold the same in all."""
    return [
        take_rows(v, rows) if is_column else repeat_value(v, len(rows))
        for v, is_column in zip(values, lifted, strict=True)
    ]


def grouped(name: str, column: Any, sizes: np.ndarray, spec: TensorSpec) -> Column:
    """Makes a row of every so many rows of a column: the opposite of `entries_of`.

    Raises:
        InvalidArgumentError: those that come to stand in one row differ in shape.
    """
    if isinstance(column, RaggedValue):
        return RaggedValue(column.values, (splits_of(sizes), *column.splits))
    if isinstance(column, SparseColumn):
        raise TypeError(f"{name} needs a function that returns dense or ragged Tensors; got sparse ones")
    if isinstance(column, Rows):
        splits = splits_of(sizes)
        first = column.shapes[np.minimum(splits[:-1], max(len(column) - 1, 0))]
        differs = (column.shapes != np.repeat(first, sizes, axis=0)).any(1)
        if differs.any():
            row = int(np.argmax(differs))
            raise InvalidArgumentError(
                f"{name} needs results of one shape for all entries of a Tensor; got {column.shapes[row].tolist()} "
                f"and {np.repeat(first, sizes, axis=0)[row].tolist()}. Pad them, or say that they are ragged with "
                f"fn_output_signature=tf.RaggedTensorSpec(...)"
            )
        inner = np.where((sizes > 0)[:, np.newaxis], first, 0)
        return Rows.of(column.flat, np.concatenate([sizes[:, np.newaxis], inner], axis=1))
    inner = np.broadcast_to(np.array(column.shape[1:], np.int64), (len(sizes), column.ndim - 1))
    return Rows.of(column.reshape(-1), np.concatenate([sizes[:, np.newaxis], inner], axis=1))


def in_order(parts: Sequence[tuple[np.ndarray, list[Column]]]) -> list[Column]:
    """Joins columns of which it is said where their rows are to stand."""
    if not parts:
        return []
    order = np.argsort(np.concatenate([places for places, _ in parts]))
    return [take_rows(concatenate_rows(c), order) for c in zip(*(columns for _, columns in parts), strict=True)]


def nothing(spec: TensorSpec, rows: int) -> Column:
    """Returns rows without entries, whose entries would be of a spec."""
    if isinstance(spec, RaggedTensorSpec):
        none = np.zeros(1, np.int64)
        values = empty_values(spec.dtype, (0, *(s or 0 for s in spec.shape.as_list()[spec.ragged_rank + 1 :])))
        return RaggedValue(values, (np.zeros(rows + 1, np.int64), *(none,) * spec.ragged_rank))
    sizes = [0, *(s or 0 for s in spec.shape.known)]
    return empty_values(spec.dtype, (rows, *sizes))


def together(size: int | None, spec: TensorSpec) -> TensorSpec:
    """Returns the spec of so many values of a spec in one.

    Raises:
        TypeError: they are sparse.
    """
    if isinstance(spec, SparseTensorSpec):
        raise TypeError("a function of entries must return dense or ragged Tensors; got a SparseTensor")
    if isinstance(spec, RaggedTensorSpec):
        return spec.batched(size)
    return TensorSpec(TensorShape([size]).concatenate(spec.shape), spec.dtype)
