"""How ops are made of functions of strings: of each by itself, or of each into several pieces."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from estimax._base._dtypes import DType, string
from estimax._base._shapes import RaggedTensorSpec, SparseTensorSpec, TensorSpec
from estimax._base._string_array import StringArray
from estimax._graph._column import dense_rows
from estimax._graph._columnwise import column_op, dense_splits
from estimax._graph._lifting import broadcasting
from estimax._graph._op import Op
from estimax._graph._stretches import splits_of
from estimax._graph._tensor import Tensor
from estimax._graph._varying import RaggedValue, SparseColumn, as_rows


def check_strings(name: str, spec: TensorSpec) -> None:
    """Refuses what is not strings.

    Raises:
        TypeError: says how to convert.
    """
    if not spec.dtype.is_string:
        raise TypeError(f"{name} needs strings; got {spec.dtype.name}. Convert with tf.strings.as_string")


def text_of(value: Any) -> str:
    """Returns an argument that must be known while the program is traced, as text."""
    value = value.numpy() if isinstance(value, Tensor) else value
    return value.decode() if isinstance(value, bytes) else str(value)


def bytes_of_text(value: Any) -> bytes:
    """Returns an argument that must be known while the program is traced, as bytes."""
    value = value.numpy() if isinstance(value, Tensor) else value
    return value if isinstance(value, bytes) else str(value).encode()


def each_string(
    name: str, kernel: Callable[..., Any], gives: DType = string, check: Callable[..., None] | None = None
) -> Op:
    """Makes an op of one argument.

    Args:
        name: of the op.
        kernel: (flat Arrow array, **params) -> flat Arrow array of binary, or NumPy array.
        gives: dtype of the result.
        check: called with the params when a node is made; raises if they are wrong.
    """

    def infer(x: TensorSpec, **params: Any) -> TensorSpec:
        check_strings(name, x)
        if check is not None:
            check(**params)
        return TensorSpec(x.shape, gives)

    def host(x: StringArray, **params: Any) -> Any:
        out = kernel(x.flat, **params)
        return StringArray(out, x.shape, x.origin) if gives.is_string else out.reshape(x.shape)

    return Op(name, infer=infer, host=host, lift=broadcasting)


def pieces_op(
    name: str, kernel: Callable[..., Any], gives: DType = string, check: Callable[..., None] | None = None
) -> Op:
    """Makes an op that gives several pieces of each string: one more, ragged, axis.

    A single string gives a dense vector. With the param `result="sparse"`, the op
    gives a SparseTensor.

    Args:
        name: of the op.
        kernel: (flat Arrow array, **params) -> the pieces of all strings, as a flat Arrow array
            or NumPy array, and how many each string has.
        gives: dtype of the pieces.
        check: called with the params when a node is made; raises if they are wrong.
    """

    def infer(x: TensorSpec, *, result: str = "ragged", **params: Any) -> TensorSpec:
        check_strings(name, x)
        if check is not None:
            check(**params)
        shape = x.shape.concatenate([None])
        if result == "sparse":
            return SparseTensorSpec(shape, gives)
        if isinstance(x, RaggedTensorSpec):
            return RaggedTensorSpec(shape, gives, x.shape.ndims or x.ragged_rank + 1)
        rank = x.shape.ndims
        if rank is None:
            raise ValueError(f"{name} needs to know the number of dimensions; say the shape with set_shape")
        return RaggedTensorSpec(shape, gives, rank) if rank else TensorSpec([None], gives)

    def of_column(x: Any, *, result: str = "ragged", **params: Any) -> Any:
        strings: Any = x.values if isinstance(x, RaggedValue) else as_rows(x).flat
        pieces, counts = kernel(strings.flat, **params)
        values = _with_origin(pieces, counts, strings) if gives.is_string else pieces
        if isinstance(x, RaggedValue):
            return RaggedValue(values, (*x.splits, *_inner_splits(x), splits_of(counts)))
        if result == "sparse":
            return _sparse(x, values, counts)
        rank = as_rows(x).rank
        return RaggedValue(values, (*dense_splits(x, rank), splits_of(counts))) if rank else dense_rows(values, counts)

    return column_op(name, infer, of_column, composite=True)


def _with_origin(pieces: Any, counts: np.ndarray, strings: StringArray) -> StringArray:
    """Lets each piece know of which file and line its string came, where the string does."""
    origin = strings.origin
    return StringArray(pieces, None, origin.take(np.repeat(np.arange(len(counts)), counts)) if origin else None)


def _inner_splits(x: RaggedValue) -> list[np.ndarray]:
    """Returns the splits of the dense axes of what the innermost lists hold."""
    splits, lists = [], len(x.values)
    for size in x.values.shape[1:]:
        splits.append(size * np.arange(lists + 1))
        lists *= size
    return splits


def _sparse(x: Any, values: Any, counts: np.ndarray) -> SparseColumn:
    rows = as_rows(x)
    row = np.repeat(np.arange(len(rows)), np.diff(rows.splits))
    longest = np.zeros(len(rows), np.int64)
    np.maximum.at(longest, row, counts)
    position = np.arange(len(counts)) - rows.splits[row]
    indices = np.empty((len(values), rows.rank + 1), np.int64)
    ends = splits_of(counts)
    indices[:, -1] = np.arange(len(values)) - np.repeat(ends[:-1], counts)
    for axis in reversed(range(rows.rank)):
        position, place = np.divmod(position, rows.shapes[row, axis])
        indices[:, axis] = np.repeat(place, counts)
    shapes = np.concatenate([rows.shapes, longest[:, np.newaxis]], 1)
    return SparseColumn(indices, values, ends[rows.splits], shapes)
