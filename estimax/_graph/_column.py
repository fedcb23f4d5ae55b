"""Host values, and columns of them: one value for each of many rows.

A value is a NumPy array or, for strings, a `StringArray`; a sparse or ragged one
is a `SparseValue` or `RaggedValue`. A column of n rows is the same with one more
leading axis; where the rows differ in size it is one of the kinds of `_varying`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from estimax._base._dtypes import DType
from estimax._base._errors import InvalidArgumentError
from estimax._base._shapes import RaggedTensorSpec, SparseTensorSpec, TensorSpec
from estimax._base._string_array import StringArray
from estimax._graph._varying import (
    RaggedValue,
    Rows,
    SparseColumn,
    SparseValue,
    Varying,
    dtype_of,
    empty_values,
    joined,
    picked_rows,
)

Value = np.ndarray | StringArray | SparseValue | RaggedValue
Column = np.ndarray | StringArray | Varying


def spec_of(value: Any) -> TensorSpec:
    """Returns the spec of a value."""
    if isinstance(value, SparseValue):
        return SparseTensorSpec(value.shape, value.dtype)
    if isinstance(value, RaggedValue):
        return RaggedTensorSpec(value.shape, value.dtype, len(value.splits))
    return TensorSpec(value.shape, dtype_of(value))


def take_rows(column: Column, rows: np.ndarray) -> Any:
    """Returns the rows at the given positions."""
    return picked_rows(column, rows)


def concatenate_rows(columns: Sequence[Column]) -> Column:
    """Joins columns one below the other."""
    first = columns[0]
    if len(columns) == 1:
        return first
    if isinstance(first, SparseColumn | RaggedValue):
        return first.concatenate(columns)
    shapes = {None if isinstance(c, Varying) else tuple(c.shape[1:]) for c in columns}
    if len(shapes) > 1 or None in shapes:
        return Rows.concatenate(columns)
    made: Column = joined(columns)
    return made


def rows_of(column: Column) -> list[Any]:
    """Returns the rows of a column, each a value of its own."""
    if isinstance(column, Varying):
        return column.rows()
    if isinstance(column, StringArray):
        return [column[i : i + 1].reshape(column.shape[1:]) for i in range(len(column))]
    return [np.asarray(row) for row in column]


def stack_rows(values: Sequence[Any], dtype: DType) -> Column:
    """Makes a column of values: an array where their shapes agree, else a column whose rows differ."""
    if values and isinstance(values[0], SparseValue):
        return SparseColumn.concatenate([v.as_column() for v in values])
    if values and isinstance(values[0], RaggedValue):
        return RaggedValue.concatenate([v.as_column() for v in values])
    if len({v.shape for v in values}) > 1:
        return Rows.from_values(values, dtype)
    if dtype.is_string:
        return StringArray.concatenate([StringArray.of(v).reshape((1, *v.shape)) for v in values])
    return np.stack(values)


def empty_column(spec: TensorSpec) -> Column:
    """Returns a column without rows."""
    none = np.zeros(1, np.int64)
    if isinstance(spec, SparseTensorSpec):
        rank = spec.shape.ndims or 0
        indices, shapes = np.empty((0, rank), np.int64), np.empty((0, rank), np.int64)
        return SparseColumn(indices, empty_values(spec.dtype), none, shapes)
    if isinstance(spec, RaggedTensorSpec):
        inner = tuple(s or 0 for s in spec.shape.as_list()[spec.ragged_rank + 1 :])
        return RaggedValue(empty_values(spec.dtype, (0, *inner)), (none,) * (spec.ragged_rank + 1))
    return empty_values(spec.dtype, (0, *(0 if s is None else s for s in spec.shape.known)))


def repeat_value(value: Any, rows: int) -> Column:
    """Returns a column with the same value in every row, without copying numbers."""
    if isinstance(value, SparseValue | RaggedValue):
        return value.as_column().take(np.zeros(rows, np.int64))
    if isinstance(value, StringArray):
        return value.broadcast_to((rows, *value.shape))
    return np.broadcast_to(value, (rows, *value.shape))


def batch_rows(column: Column, size: int, component: int) -> Column:
    """Groups every `size` rows into one: a column [k*size, ...] becomes [k, size, ...].

    Raises:
        InvalidArgumentError: rows of one batch differ in shape.
    """
    if isinstance(column, SparseColumn):
        return column.batched(size)
    if isinstance(column, RaggedValue):
        return RaggedValue(column.values, (np.arange(0, len(column) + 1, size), *column.splits))
    if not isinstance(column, Varying):
        return column.reshape((len(column) // size, size, *column.shape[1:]))
    assert isinstance(column, Rows)
    shapes = column.shapes.reshape((-1, size, column.rank))
    differs = (shapes != shapes[:, :1]).any(2)
    if differs.any():
        batch, element = np.argwhere(differs)[0]
        raise InvalidArgumentError(
            f"the elements of a batch must have the same shape; component {component} of the first element has shape "
            f"{shapes[batch, 0].tolist()} and of element {element} {shapes[batch, element].tolist()}. Use "
            f"padded_batch, or make them equal in a map() before batch()"
        )
    sizes = np.full((len(shapes), 1), size, np.int64)
    return Rows.of(column.flat, np.concatenate([sizes, shapes[:, 0]], 1))


def unbatch_rows(column: Column) -> tuple[Column, np.ndarray]:
    """Makes a row of each entry along the first axis of every row; returns them and how many each row had."""
    if isinstance(column, SparseColumn):
        return column.unbatched(), column.shapes[:, 0]
    if isinstance(column, RaggedValue):
        below, sizes = column.below, np.diff(column.splits[0])
        if len(column.splits) == 2:  # what lists of one level hold are dense rows
            below = dense_rows(below.values, np.diff(below.splits[0]))
        return below, sizes
    if isinstance(column, Rows):
        sizes = column.shapes[:, 0]
        return Rows.of(column.flat, np.repeat(column.shapes[:, 1:], sizes, axis=0)), sizes
    assert not isinstance(column, Varying)
    count, size, *rest = column.shape
    return column.reshape((count * size, *rest)), np.full(count, size, np.int64)


def dense_rows(values: Any, counts: np.ndarray) -> Any:
    """Returns the column whose rows hold so many successive entries of `values`, along its first axis."""
    inner = np.broadcast_to(np.array(values.shape[1:], np.int64), (len(counts), values.ndim - 1))
    return Rows.of(values.reshape(-1), np.concatenate([counts[:, np.newaxis], inner], 1))


def to_value(data: Any, dtype: DType | None = None) -> Value:
    """Makes a host value of Python numbers, strings, lists, NumPy arrays or data-frame columns.

    Python integers become int32 and Python floats float32, as in the original;
    arrays keep their type.

    Raises:
        TypeError: the data is not of the wanted type, or of mixed types.
        InvalidArgumentError: the numbers do not fit the wanted type.
    """
    if isinstance(data, StringArray | SparseValue | RaggedValue):
        return data
    if (dtype is not None and dtype.is_string) or (dtype is None and isinstance(_first(data), str | bytes)):
        return StringArray.of(data)
    array = data if isinstance(data, np.ndarray) else np.asarray(data)
    if array.dtype.kind in "USOT":
        if dtype is not None:
            raise TypeError(f"expected {dtype.name} values; got {_shown(array)}")
        if isinstance(data, str | bytes | list | tuple):  # not by way of NumPy, which drops zeros at the end
            return StringArray.of(data)
        return StringArray.of(array if array.dtype.kind != "T" else array.astype(object))
    if dtype is None:
        return array.astype(_python_default(data, array), copy=False)
    if array.size and array.dtype.kind == "f" and (dtype.is_integer or dtype.is_bool):
        raise TypeError(f"expected {dtype.name} values; got {_shown(array)}. Convert with tf.cast")
    if dtype.is_integer and array.size and (array.min() < dtype.min or array.max() > dtype.max):
        raise InvalidArgumentError(f"{dtype.name} values lie between {dtype.min} and {dtype.max}; got {_shown(array)}")
    return array.astype(dtype.as_numpy_dtype, copy=False)


def _python_default(data: Any, array: np.ndarray) -> Any:
    if not isinstance(data, int | float | list | tuple) or isinstance(data, np.generic):
        return array.dtype
    first = _first(data)
    if isinstance(first, np.generic | np.ndarray):
        return array.dtype
    if array.dtype == np.int64 and array.size and (array.max() > 2**31 - 1 or array.min() < -(2**31)):
        return np.int64
    return {"i": np.int32, "f": np.float32}.get(array.dtype.kind, array.dtype)


def _first(data: Any) -> Any:
    """Returns the first of nested lists, or what is no list."""
    while isinstance(data, list | tuple) and data:
        data = data[0]
    return data


def _shown(array: np.ndarray) -> str:
    text = np.array2string(array, threshold=6, edgeitems=3)
    return text if len(text) < 80 else text[:77] + "..."
