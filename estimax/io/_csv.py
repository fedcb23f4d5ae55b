"""`decode_csv`: rows of comma-separated values to one Tensor per column.

Whole blocks of lines go to Arrow's CSV reader. Where that fails, or could
disagree with the original, the rows are decoded one by one by the exact rules,
which also finds the row to name in an error.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv

from estimax._base._dtypes import DType, as_dtype, float32, float64, int32, int64, string
from estimax._base._errors import InvalidArgumentError
from estimax._base._line_array import LineArray
from estimax._base._shapes import TensorSpec
from estimax._base._string_array import StringArray
from estimax._graph._column import to_value
from estimax._graph._lifting import broadcasting
from estimax._graph._op import Op, as_tensor
from estimax._graph._tensor import Tensor

_ARROW = {
    "float32": pa.float32(),
    "float64": pa.float64(),
    "int32": pa.int32(),
    "int64": pa.int64(),
    "string": pa.binary(),
}
_INTEGER = re.compile(rb"[+-]?[0-9]+\Z")


def decode_csv(
    records: Any,
    record_defaults: Sequence[Any],
    field_delim: str = ",",
    use_quote_delim: bool = True,
    name: str | None = None,
    na_value: str = "",
    select_cols: Sequence[int] | None = None,
) -> list[Any]:
    """Converts CSV records to Tensors, one for each column.

    Args:
        records: strings of any shape, one record each.
        record_defaults: for each column a list with its default, `[0.0]`, whose type
            is the type of the column; an empty Tensor or list of a dtype means that
            the field is required. float32, float64, int32, int64 and string.
        field_delim: the character between fields.
        use_quote_delim: whether fields may stand in double quotes (RFC 4180).
        name: of no effect.
        na_value: a text that stands for a missing field, beside the empty one.
        select_cols: positions of the columns to return, in increasing order.

    Returns:
        Tensors of the shape of `records`.

    Raises:
        InvalidArgumentError: a record with too few or too many fields, a number that
            cannot be parsed or does not fit, a required field that is empty; the
            message names the file and line where they are known.

    Example:
        >>> import estimax as tf
        >>> size, kind = tf.io.decode_csv(["1000,house", "800,"], [[0], ["apt"]])
        >>> size.numpy(), kind.numpy()
        (array([1000,  800], dtype=int32), array([b'house', b'apt'], dtype=object))
    """
    dtypes, defaults = zip(*(_default(d, i) for i, d in enumerate(record_defaults)), strict=True)
    if len(field_delim) != 1:
        raise ValueError(f"field_delim must be one character; got {field_delim!r}")
    if select_cols is not None and (len(select_cols) != len(dtypes) or list(select_cols) != sorted(set(select_cols))):
        raise ValueError(
            f"select_cols must be increasing, one position for each of the {len(dtypes)} record_defaults; "
            f"got {list(select_cols)}"
        )
    results = DECODE_CSV(
        as_tensor(records, string),
        dtypes=list(dtypes),
        defaults=list(defaults),
        delimiter=field_delim,
        quotes=use_quote_delim,
        na_value=na_value,
        select=None if select_cols is None else list(select_cols),
    )
    return list(results)


def _default(given: Any, column: int) -> tuple[DType, Any]:
    """Returns the type of a column and its default, None where the field is required."""
    if isinstance(given, DType | type):
        return as_dtype(given), None
    value: Any = given.value if isinstance(given, Tensor) else to_value(given)
    dtype = string if isinstance(value, StringArray) else as_dtype(value.dtype)
    if dtype not in (float32, float64, int32, int64, string) or value.size > 1:
        raise TypeError(
            f"record_defaults[{column}] must be one number or string, or empty for a required field; got {given!r}"
        )
    if value.size == 0:
        return dtype, None
    item = value.reshape((1,))[0]
    return dtype, item.decode() if isinstance(item, bytes) else item.item()


def _infer(records: TensorSpec, *, dtypes: Sequence[DType], **_: Any) -> tuple[TensorSpec, ...]:
    return tuple(TensorSpec(records.shape, d) for d in dtypes)


def _decode(
    records: StringArray,
    *,
    dtypes: Sequence[DType],
    defaults: Sequence[Any],
    delimiter: str,
    quotes: bool,
    na_value: str,
    select: Sequence[int] | None,
    needed: tuple[bool, ...],
) -> tuple[Any, ...]:
    columns = list(select) if select is not None else list(range(len(dtypes)))
    block = _block(records, quotes)
    parsed = None
    if block is not None and records.size:
        width = None if select is not None else len(dtypes)
        kinds = {c: d for c, d, n in zip(columns, dtypes, needed, strict=True) if n or not d.is_string}
        parsed = _parse(block, kinds, records.size, width, delimiter, quotes, na_value)
    if parsed is None:
        return _decode_exactly(records, columns, dtypes, defaults, delimiter, quotes, na_value, select is None)
    results: list[Any] = []
    for position, dtype, default, is_needed in zip(columns, dtypes, defaults, needed, strict=True):
        if dtype.is_string and not is_needed:
            results.append(None)
            continue
        array = parsed[position]
        if array.null_count:
            if default is None:
                return _decode_exactly(records, columns, dtypes, defaults, delimiter, quotes, na_value, select is None)
            array = pc.fill_null(array, pa.scalar(default, array.type))
        value = StringArray(array) if dtype.is_string else array.to_numpy(zero_copy_only=False)
        results.append(value.reshape(records.shape))
    return tuple(results)


DECODE_CSV = Op("DecodeCSV", infer=_infer, host=_decode, lift=broadcasting, partial=True)


def _block(records: StringArray, quotes: bool) -> Any:
    """Returns the records as bytes with a newline after each, or None where Arrow could misread them."""
    if isinstance(records, LineArray):
        block: Any = records.block
    else:
        if pc.any(pc.match_substring(records.flat, "\n")).as_py():
            return None
        if pc.any(pc.match_substring(records.flat, "\r")).as_py():
            return None
        block = pc.binary_join_element_wise(records.flat, b"", b"\n").buffers()[2]
        block = np.frombuffer(block, np.uint8) if block is not None else np.empty(0, np.uint8)
    if quotes and np.any(block == ord('"')) and _LONE_QUOTE.search(memoryview(block)):
        return None
    return block


_LONE_QUOTE = re.compile(rb'[^,;|\t\n"]"[^,;|\t\n"]')


def _parse(
    block: np.ndarray,
    kinds: dict[int, DType],
    rows: int,
    width: int | None,
    delimiter: str,
    quotes: bool,
    na_value: str,
) -> dict[int, pa.Array] | None:
    """Parses a block with Arrow; None where it fails or finds other rows or columns than expected."""
    names = {c: f"f{c}" for c in kinds} or {0: "f0"}
    try:
        table = csv.read_csv(
            pa.BufferReader(pa.py_buffer(block)),
            read_options=csv.ReadOptions(
                autogenerate_column_names=True, block_size=max(len(block) + 1, 64), use_threads=False
            ),
            parse_options=csv.ParseOptions(
                delimiter=delimiter, quote_char='"' if quotes else False, ignore_empty_lines=False
            ),
            convert_options=csv.ConvertOptions(
                column_types={names[c]: _ARROW[d.name] for c, d in kinds.items()},
                include_columns=list(names.values()) if width is None or len(kinds) < width else None,
                null_values=sorted({"", na_value}),
                strings_can_be_null=True,
                quoted_strings_can_be_null=True,
                check_utf8=False,
            ),
        )
    except (pa.ArrowInvalid, pa.ArrowKeyError):
        return None
    if table.num_rows != rows or (width is not None and not _has_width(block, table, width, delimiter)):
        return None
    return {c: table.column(names[c]).combine_chunks() for c in kinds}


def _has_width(block: np.ndarray, table: pa.Table, width: int, delimiter: str) -> bool:
    """Whether the first row has `width` fields; Arrow refuses rows that differ from the first."""
    if table.num_columns == width:
        return True
    end = np.flatnonzero(block[:65536] == 10)
    first = block[: end[0]].tobytes() if len(end) else block[:65536].tobytes()
    return len(_split(first, delimiter.encode(), True) or ()) == width


def _decode_exactly(
    records: StringArray,
    columns: Sequence[int],
    dtypes: Sequence[DType],
    defaults: Sequence[Any],
    delimiter: str,
    quotes: bool,
    na_value: str,
    exact_width: bool,
) -> tuple[Any, ...]:
    """Decodes record by record by the original's rules; raises for the first bad one."""
    rows: list[list[Any]] = []
    for index, record in enumerate(records.flat.to_pylist()):
        fields = _split(record, delimiter.encode(), quotes)
        if fields is None:
            raise InvalidArgumentError(
                f"{_where(records, index)}: quotes must enclose a whole field; got {_short(record)}"
            )
        if len(fields) <= columns[-1] or (exact_width and len(fields) != len(dtypes)):
            wanted = len(dtypes) if exact_width else f"at least {columns[-1] + 1}"
            raise InvalidArgumentError(
                f"{_where(records, index)}: expected {wanted} fields, got {len(fields)}: {_short(record)}"
            )
        rows.append(
            [
                _field(fields[c], dtype, default, na_value.encode(), _Place(records, index, c, record))
                for c, dtype, default in zip(columns, dtypes, defaults, strict=True)
            ]
        )
    out = []
    for i, dtype in enumerate(dtypes):
        values = [row[i] for row in rows]
        array = StringArray.of(values) if dtype.is_string else np.array(values, dtype.as_numpy_dtype)
        out.append(array.reshape(records.shape))
    return tuple(out)


def _split(record: bytes, delimiter: bytes, quotes: bool) -> list[bytes] | None:
    """Splits a record into fields; None where quotes stand in the middle of a field."""
    if not quotes or b'"' not in record:
        return record.split(delimiter)
    fields, position = [], 0
    while True:
        if record[position : position + 1] == b'"':
            match = _QUOTED.match(record, position)
            end = match.end() if match else -1
            if end < 0 or record[end : end + 1] not in (b"", delimiter):
                return None
            fields.append(record[position + 1 : end - 1].replace(b'""', b'"'))
        else:
            end = record.find(delimiter, position)
            end = len(record) if end < 0 else end
            if b'"' in record[position:end]:
                return None
            fields.append(record[position:end])
        if end == len(record):
            return fields
        position = end + 1


_QUOTED = re.compile(rb'"(?:[^"]|"")*"(?!")')


class _Place:
    """Where a field stands, for messages."""

    def __init__(self, records: StringArray, index: int, column: int, record: bytes) -> None:
        self.records, self.index, self.column, self.record = records, index, column, record

    def error(self, what: str) -> InvalidArgumentError:
        where = _where(self.records, self.index)
        return InvalidArgumentError(f"{where}, field {self.column}: {what}; the record is {_short(self.record)}")


def _field(field: bytes, dtype: DType, default: Any, na_value: bytes, place: _Place) -> Any:
    if field in (b"", na_value):
        if default is None:
            raise place.error("a value is required, but the field is empty")
        return default
    if dtype.is_string:
        return field
    text = field.strip()
    if dtype.is_integer:
        if not _INTEGER.match(text):
            raise place.error(f"expected a number of type {dtype.name}, got {_short(field)}")
        number = int(text)
        if not dtype.min <= number <= dtype.max:
            raise place.error(f"{number} does not fit into {dtype.name}")
        return number
    try:
        if b"_" in text:
            raise ValueError
        return float(text)
    except ValueError:
        raise place.error(f"expected a number of type {dtype.name}, got {_short(field)}") from None


def _where(records: StringArray, index: int) -> str:
    return records.describe_origin(index) or f"record {index}"


def _short(text: bytes) -> str:
    shown = text.decode("utf-8", "replace")
    return repr(shown if len(shown) <= 100 else shown[:97] + "...")
