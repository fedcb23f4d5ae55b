"""Host values, and columns of them: one value for each of many rows.

A value is a NumPy array or, for strings, a `StringArray`. A column of n rows is
the same with one more leading axis; where the rows differ in shape it is `Rows`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from estimax._base._dtypes import DType, as_dtype, string
from estimax._base._errors import InvalidArgumentError
from estimax._base._shapes import TensorSpec
from estimax._base._string_array import StringArray


class Rows:
    """A column whose rows have different shapes: a list of values."""

    def __init__(self, values: Iterable[Any], dtype: DType) -> None:
        self.values = list(values)
        self.dtype = dtype

    def __len__(self) -> int:
        return len(self.values)

    def __getitem__(self, key: Any) -> Any:
        if isinstance(key, int | np.integer):
            return self.values[key]
        if isinstance(key, slice):
            return Rows(self.values[key], self.dtype)
        key = np.asarray(key)
        return Rows([self.values[i] for i in (np.flatnonzero(key) if key.dtype == bool else key)], self.dtype)


Value = np.ndarray | StringArray
Column = np.ndarray | StringArray | Rows


def spec_of(value: Value) -> TensorSpec:
    """Returns the spec of a value."""
    return TensorSpec(value.shape, string if isinstance(value, StringArray) else as_dtype(value.dtype))


def take_rows(column: Column, rows: np.ndarray) -> Column:
    """Returns the rows at the given positions."""
    return column.take(rows) if isinstance(column, StringArray) else column[rows]


def concatenate_rows(columns: Sequence[Column]) -> Column:
    """Joins columns one below the other."""
    if len(columns) == 1:
        return columns[0]
    shapes = {None if isinstance(c, Rows) else tuple(c.shape[1:]) for c in columns}
    if len(shapes) > 1 or None in shapes:
        first = columns[0]
        dtype = first.dtype if isinstance(first, Rows) else spec_of(first).dtype
        return Rows([row for c in columns for row in rows_of(c)], dtype)
    if isinstance(columns[0], StringArray):
        return StringArray.concatenate(columns)  # type: ignore[arg-type]  # all are, since a column keeps its dtype
    return np.concatenate(columns)  # type: ignore[arg-type]  # all are, since a column keeps its dtype


def rows_of(column: Column) -> list[Value]:
    """Returns the rows of a column, each a value of its own."""
    if isinstance(column, Rows):
        return column.values
    if isinstance(column, StringArray):
        return [column[i : i + 1].reshape(column.shape[1:]) for i in range(len(column))]
    return [np.asarray(row) for row in column]


def stack_rows(values: Sequence[Value], dtype: DType) -> Column:
    """Makes a column of values: an array where their shapes agree, else `Rows`."""
    if len({v.shape for v in values}) > 1:
        return Rows(values, dtype)
    if dtype.is_string:
        return StringArray.concatenate([StringArray.of(v).reshape((1, *v.shape)) for v in values])
    return np.stack(values)


def empty_column(spec: TensorSpec) -> Column:
    """Returns a column without rows."""
    shape = (0, *(0 if s is None else s for s in spec.shape))
    return StringArray.of([]).reshape(shape) if spec.dtype.is_string else np.empty(shape, spec.dtype.as_numpy_dtype)


def repeat_value(value: Value, rows: int) -> Column:
    """Returns a column with the same value in every row, without copying numbers."""
    return (
        value.broadcast_to((rows, *value.shape))
        if isinstance(value, StringArray)
        else np.broadcast_to(value, (rows, *value.shape))
    )


def batch_rows(column: Column, size: int, component: int) -> Column:
    """Groups every `size` rows into one: a column [k*size, ...] becomes [k, size, ...].

    Raises:
        InvalidArgumentError: rows of one batch differ in shape.
    """
    if not isinstance(column, Rows):
        return column.reshape((len(column) // size, size, *column.shape[1:]))
    batches = []
    for start in range(0, len(column), size):
        rows = column.values[start : start + size]
        for i, row in enumerate(rows):
            if row.shape != rows[0].shape:
                raise InvalidArgumentError(
                    f"the elements of a batch must have the same shape; component {component} of the first element "
                    f"has shape {list(rows[0].shape)} and of element {i} {list(row.shape)}. Use padded_batch, or "
                    f"make them equal in a map() before batch()"
                )
        batches.append(stack_rows(rows, column.dtype))
    return stack_rows(batches, column.dtype)  # type: ignore[arg-type]  # the rows of each batch agree


def to_value(data: Any, dtype: DType | None = None) -> Value:
    """Makes a host value of Python numbers, strings, lists, NumPy arrays or data-frame columns.

    Python integers become int32 and Python floats float32, as in the original;
    arrays keep their type.

    Raises:
        TypeError: the data is not of the wanted type, or of mixed types.
        InvalidArgumentError: the numbers do not fit the wanted type.
    """
    if isinstance(data, StringArray):
        return data
    if dtype is not None and dtype.is_string:
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
    first = data
    while isinstance(first, list | tuple) and first:
        first = first[0]
    if isinstance(first, np.generic | np.ndarray):
        return array.dtype
    if array.dtype == np.int64 and array.size and (array.max() > 2**31 - 1 or array.min() < -(2**31)):
        return np.int64
    return {"i": np.int32, "f": np.float32}.get(array.dtype.kind, array.dtype)


def _shown(array: np.ndarray) -> str:
    text = np.array2string(array, threshold=6, edgeitems=3)
    return text if len(text) < 80 else text[:77] + "..."
