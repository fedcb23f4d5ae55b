"""From Arrow's arrays to columns of a dataset, and from Arrow's types to specs.

Numbers and strings are not copied. Arrow has nulls and we have not: what stands
for them is said by `Nulls`. Dates, times and durations are whole numbers of the
unit of their type, counted from 1970-01-01 UTC or from midnight.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from estimax._base._arrow import from_numpy, to_numpy
from estimax._base._dtypes import DType, as_dtype, bool_, float64, int64, string
from estimax._base._errors import InvalidArgumentError
from estimax._base._shapes import RaggedTensorSpec, TensorSpec
from estimax._base._string_array import StringArray, as_binary
from estimax._graph._column import Column, dense_rows, to_value
from estimax._graph._stretches import splits_of
from estimax._graph._varying import Dense, RaggedValue

_LISTS = (pa.types.is_list, pa.types.is_large_list, pa.types.is_list_view, pa.types.is_large_list_view)
_STRINGS = (
    pa.types.is_string,
    pa.types.is_large_string,
    pa.types.is_string_view,
    pa.types.is_binary,
    pa.types.is_large_binary,
    pa.types.is_binary_view,
    pa.types.is_fixed_size_binary,
)
_INSTANTS = (pa.types.is_date, pa.types.is_time, pa.types.is_timestamp, pa.types.is_duration)


@dataclass(frozen=True)
class Nulls:
    """What stands for a missing value.

    Attributes:
        rule: 'default' for 0, '', False and, among floating-point numbers, NaN; 'error' for
            none, so that a missing value is an error; or a value for some columns by name,
            the default for the others. In a column of lists, the rule is for what they hold; a
            missing list is an empty one.
    """

    rule: str | Mapping[str, Any] = "default"

    def __post_init__(self) -> None:
        if not isinstance(self.rule, Mapping) and self.rule not in ("default", "error"):
            raise InvalidArgumentError(
                f"nulls must be 'default', 'error' or a dictionary from columns to values; got {self.rule!r}"
            )

    def fill(self, column: str, dtype: DType) -> Any:
        """Returns the value for missing ones in a column.

        Raises:
            InvalidArgumentError: there is none.
        """
        if isinstance(self.rule, Mapping) and column in self.rule:
            return self.rule[column]
        if self.rule == "error":
            raise InvalidArgumentError(
                f"column {column!r} has missing values; say what stands for them, such as nulls={{{column!r}: ...}}, "
                "or give nulls='default'"
            )
        return b"" if dtype.is_string else False if dtype.is_bool else float("nan") if dtype.is_floating else 0


def spec_of_type(kind: pa.DataType, column: str) -> TensorSpec:
    """Returns the spec of one row of a column of an Arrow type.

    Lists are vectors, [None] or, where all have one length, [n]; lists of lists are ragged.

    Raises:
        InvalidArgumentError: no Tensor can hold such values.
    """
    if pa.types.is_fixed_size_list(kind):
        inner = spec_of_type(kind.value_type, column)
        if not inner.shape.is_fully_defined():
            raise _unsupported(kind, column)
        return TensorSpec((kind.list_size, *inner.shape), inner.dtype)
    if _is_any(kind, _LISTS):
        inner = spec_of_type(kind.value_type, column)
        shape = (None, *inner.shape)
        if inner.shape.is_fully_defined():
            return TensorSpec(shape, inner.dtype)
        rank = inner.ragged_rank if isinstance(inner, RaggedTensorSpec) else 0
        return RaggedTensorSpec(shape, inner.dtype, rank + 1)
    if pa.types.is_dictionary(kind) or pa.types.is_run_end_encoded(kind):
        return spec_of_type(kind.value_type, column)
    if isinstance(kind, pa.BaseExtensionType):
        return spec_of_type(kind.storage_type, column)
    return TensorSpec((), _dtype(kind, column))


def _dtype(kind: pa.DataType, column: str) -> DType:
    if _is_any(kind, _STRINGS):
        return string
    if pa.types.is_boolean(kind):
        return bool_
    if _is_any(kind, _INSTANTS):
        return int64
    if pa.types.is_decimal(kind):
        return float64
    if pa.types.is_integer(kind) or pa.types.is_floating(kind):
        return as_dtype(kind.to_pandas_dtype())
    raise _unsupported(kind, column)


def _is_any(kind: pa.DataType, tests: Any) -> bool:
    return any(test(kind) for test in tests)


def _unsupported(kind: pa.DataType, column: str) -> InvalidArgumentError:
    if pa.types.is_null(kind):
        return InvalidArgumentError(
            f"column {column!r} has no values, and no type; leave it out, or cast it to the type that it should have"
        )
    return InvalidArgumentError(
        f"column {column!r} is of Arrow's type {kind}, which no Tensor can hold; leave it out, or turn it into columns "
        "of numbers, strings or lists of them"
    )


def column_of(array: pa.Array, column: str, nulls: Nulls) -> Column:
    """Makes a column of an Arrow array; its rows are as `spec_of_type` says.

    Raises:
        InvalidArgumentError: no Tensor can hold such values, or there are nulls and no value for them.
    """
    made: Any = value_of(array, column, nulls)
    if isinstance(made, RaggedValue) and len(made.splits) == 1:
        made = dense_rows(made.values, np.diff(made.splits[0]))
    column_made: Column = made
    return column_made


def value_of(array: pa.Array, column: str, nulls: Nulls) -> Dense | RaggedValue:
    """Makes one value of an Arrow array, ragged where it holds lists; see `column_of`."""
    kind = array.type
    if isinstance(kind, pa.BaseExtensionType):
        return value_of(array.storage, column, nulls)
    if pa.types.is_dictionary(kind):
        return value_of(array.dictionary_decode(), column, nulls)
    if pa.types.is_run_end_encoded(kind):
        return value_of(pc.run_end_decode(array), column, nulls)
    if pa.types.is_fixed_size_list(kind):
        return _fixed_lists(array, column, nulls)
    if _is_any(kind, _LISTS):
        return _lists(array, column, nulls)
    return _scalars(array, column, nulls)


def _scalars(array: pa.Array, column: str, nulls: Nulls) -> Dense:
    dtype = _dtype(array.type, column)
    if dtype.is_string:
        array = array if array.type == pa.binary() else array.cast(pa.binary())
    elif pa.types.is_decimal(array.type):
        array = array.cast(pa.float64())
    elif _is_any(array.type, _INSTANTS):
        array = array.view(pa.int32() if array.type.bit_width == 32 else pa.int64()).cast(pa.int64())
    if array.null_count:
        array = _filled(array, column, nulls.fill(column, dtype))
    if isinstance(array, np.ndarray):
        return array
    return StringArray(as_binary(array)) if dtype.is_string else to_numpy(array)


def _filled(array: pa.Array, column: str, value: Any) -> pa.Array | np.ndarray:
    """Puts a value in the place of nulls, by way of NumPy: Arrow's own scalars would load pandas."""
    dtype = _dtype(array.type, column)
    is_there = to_numpy(array.is_valid())
    try:
        if not dtype.is_string:
            bare = pa.Array.from_buffers(array.type, len(array), [None, array.buffers()[1]], offset=array.offset)
            return np.where(is_there, to_numpy(bare), np.asarray(to_value(value, dtype)))
        replacement = to_value(value, dtype)
    except (TypeError, ValueError):
        raise InvalidArgumentError(
            f"what stands for missing values of column {column!r} must be of type {dtype.name}; got {value!r}"
        ) from None
    assert isinstance(replacement, StringArray)
    order = np.where(is_there, np.arange(len(array)), len(array))
    return pa.concat_arrays([array, replacement.flat]).take(from_numpy(order))


def _fixed_lists(array: pa.Array, column: str, nulls: Nulls) -> Dense | RaggedValue:
    size = array.type.list_size
    items = array.values.slice(array.offset * size, len(array) * size)
    if array.null_count:
        is_there = np.repeat(to_numpy(array.is_valid()), size)
        items = items.take(
            pa.Array.from_buffers(pa.int64(), len(items), [_bits(is_there), pa.py_buffer(np.arange(len(items)))])
        )
    values: Any = value_of(items, column, nulls)
    if isinstance(values, RaggedValue):
        raise _unsupported(array.type, column)
    made: Dense = values.reshape((len(array), size, *values.shape[1:]))
    return made


def _bits(flags: np.ndarray) -> pa.Buffer:
    return pa.py_buffer(np.packbits(flags, bitorder="little"))


def _lists(array: pa.Array, column: str, nulls: Nulls) -> RaggedValue:
    lengths = pc.list_value_length(array).cast(pa.int64())
    splits = splits_of(_filled(lengths, column, 0) if lengths.null_count else to_numpy(lengths))
    below = value_of(array.flatten(), column, nulls)
    if isinstance(below, RaggedValue):
        return RaggedValue(below.values, (splits, *below.splits))
    return RaggedValue(below, (splits,))
