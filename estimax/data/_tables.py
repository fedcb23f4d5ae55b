"""Tables in memory: data frames and Arrow tables of any library, by the Arrow PyCapsule interface.

Whatever has `__arrow_c_stream__` or `__arrow_c_array__` (pandas, polars, pyarrow,
DuckDB, ...) is taken without importing where it comes from.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import pyarrow as pa

from estimax._base import _nest as nest
from estimax._base._errors import InvalidArgumentError
from estimax._graph._tensor import Tensor
from estimax._graph._varying import Dense, RaggedValue
from estimax.data._arrow_columns import Nulls, value_of


def as_columns(tensors: Any) -> Any:
    """Replaces tables in a structure by dictionaries of their columns, and their columns by arrays.

    Missing values become 0, '', False and NaN. All else is left as it is.

    Raises:
        InvalidArgumentError: a column of a type that no Tensor can hold.

    Example:
        >>> import pyarrow as pa
        >>> from estimax.data._tables import as_columns
        >>> as_columns((pa.table({"size": [1, 2]}), 3))
        ({'size': array([1, 2])}, 3)
    """
    return nest.map_leaves(_as_columns, tensors)


def _as_columns(value: Any) -> Any:
    if isinstance(value, Tensor) or not (hasattr(value, "__arrow_c_stream__") or hasattr(value, "__arrow_c_array__")):
        return value
    try:
        table = _read_table(value)
    except (pa.ArrowInvalid, pa.ArrowTypeError):  # it is a column
        return value_of(_joined(_read_column(value)), _name(value), Nulls())
    return columns_of_table(table)


def columns_of_table(table: Any, nulls: Nulls | None = None) -> dict[str, Dense | RaggedValue]:
    """Returns the columns of a table by name, in its order; without copying, if it is in one piece.

    The index of a pandas data frame is no column.

    Args:
        table: anything with the Arrow PyCapsule interface.
        nulls: what stands for missing values: 0, '', False and NaN where it is None.

    Raises:
        InvalidArgumentError: a column of a type that no Tensor can hold, two of one name, or
            missing values where there may be none.

    Example:
        >>> import pyarrow as pa
        >>> from estimax.data._tables import columns_of_table
        >>> columns_of_table(pa.table({"size": [1.5, None], "kind": ["house", None]}))
        {'size': array([1.5, nan]), 'kind': StringArray([b'house', b''])}
    """
    read = _read_table(table)
    names = table_columns(read.schema)
    return {n: value_of(_joined(read.column(n)), n, nulls or Nulls()) for n in names}


def table_columns(schema: pa.Schema) -> list[str]:
    """Returns the names of the columns of a table, without those that are the index of a pandas data frame.

    Raises:
        InvalidArgumentError: two columns have one name, or there are none.
    """
    twice = sorted({name for name in schema.names if schema.names.count(name) > 1})
    if twice:
        raise InvalidArgumentError(f"the columns of a table must differ in their names; {twice} occur more than once")
    index = _pandas_index(schema)
    names = [name for name in schema.names if name not in index]
    if not names:
        raise InvalidArgumentError("a table must have at least one column; this one has none")
    return names


def _pandas_index(schema: pa.Schema) -> set[str]:
    said = (schema.metadata or {}).get(b"pandas")
    try:
        index = json.loads(said)["index_columns"] if said else []
    except (ValueError, KeyError, TypeError):
        return set()
    return {name for name in index if isinstance(name, str)}


def _read_table(table: Any) -> pa.Table:
    if isinstance(table, pa.Table):
        return table
    if hasattr(table, "__arrow_c_stream__"):
        return pa.RecordBatchReader.from_stream(table).read_all()
    return pa.Table.from_batches([pa.record_batch(table)])


def _read_column(value: Any) -> pa.Array | pa.ChunkedArray:
    try:
        return pa.chunked_array(value) if hasattr(value, "__arrow_c_stream__") else pa.array(value)
    except (pa.ArrowInvalid, pa.ArrowTypeError) as error:
        raise TypeError(f"the values of {_name(value)!r} must all be of one type: {error}") from None


def _name(value: Any) -> str:
    name = getattr(value, "name", None)
    return name if isinstance(name, str) and name else "the value"


def _joined(column: pa.Array | pa.ChunkedArray) -> pa.Array:
    if isinstance(column, pa.Array):
        return column
    chunks: Sequence[pa.Array] = column.chunks
    if len(chunks) == 1:
        return chunks[0]
    try:
        return column.combine_chunks()
    except pa.ArrowInvalid as error:
        raise InvalidArgumentError(f"the column is too large for one array ({error}); read it from a file") from None
