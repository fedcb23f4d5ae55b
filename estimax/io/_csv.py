"""`decode_csv`: rows of comma-separated values to one Tensor per column.

Whole blocks of lines go to Arrow's CSV reader. Where that fails, or could
disagree with the original, the rows are decoded one by one by the exact rules,
which also finds the row to name in an error. The rules of quotes are checked
here for a whole block at once, since Arrow is more lenient.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv

from estimax._base._arrow import to_numpy
from estimax._base._dtypes import DType, as_dtype, string
from estimax._base._line_array import NEWLINE, LineArray
from estimax._base._shapes import TensorSpec
from estimax._base._string_array import StringArray
from estimax._graph._lifting import broadcasting
from estimax._graph._op import Op, as_tensor
from estimax.io._csv_memory import DecodedBlocks
from estimax.io._csv_records import Column, Format, decode_exactly, split_fields

_ARROW = {
    "float32": pa.float32(),
    "float64": pa.float64(),
    "int32": pa.int32(),
    "int64": pa.int64(),
    "string": pa.binary(),
}
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


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
    if not record_defaults:
        raise ValueError("record_defaults must have one entry for each column; got none")
    dtypes, defaults = zip(*(_default(d, i) for i, d in enumerate(record_defaults)), strict=True)
    if len(field_delim.encode()) != 1 or field_delim in ('"\r\n' if use_quote_delim else "\r\n"):
        raise ValueError(f"field_delim must be one ASCII character, not a quote or line end; got {field_delim!r}")
    if select_cols is not None and not _is_increasing(select_cols, len(dtypes)):
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


def _is_increasing(columns: Sequence[int], count: int) -> bool:
    return len(columns) == count and list(columns) == sorted(set(columns)) and columns[0] >= 0


def _default(given: Any, column: int) -> tuple[DType, Any]:
    """Returns the type of a column and its default, None where the field is required."""
    value: Any = np.empty(0)
    if isinstance(given, DType | type):
        dtype = as_dtype(given)
    else:
        tensor = as_tensor(given)
        dtype, value = tensor.dtype, tensor.value
    if dtype.name not in _ARROW or value is None or value.size > 1:
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
    prepared: DecodedBlocks,
) -> tuple[Any, ...]:
    positions = range(len(dtypes)) if select is None else select
    columns = [Column(*parts) for parts in zip(positions, dtypes, defaults, strict=True)]
    form = Format(delimiter.encode(), quotes, na_value.encode(), len(dtypes) if select is None else None)
    # Columns that nothing needs are read too where their values can be in error.
    wanted = [c for c, n in zip(columns, needed, strict=True) if n or not c.dtype.is_string or c.default is None]

    def parsed(text: bytes, rows: int) -> tuple[Any, ...] | None:
        found = _parse(text, rows, wanted, form)
        return None if found is None else tuple(found.get(c.position) for c in columns)

    results = None
    if isinstance(records, LineArray) and _is_worth_whole_blocks(records):
        blocks = [prepared.columns(block, needed, parsed) for block in records.blocks]
        if all(block is not None for block in blocks):
            return records.gathered([block for block in blocks if block is not None])
    elif records.size and (text := _text(records)) is not None:
        results = parsed(text, records.size)
    if results is None:
        return decode_exactly(records, columns, form)
    return tuple(None if column is None else column.reshape(records.shape) for column in results)


def _is_worth_whole_blocks(lines: LineArray) -> bool:
    """Whether the lines are, with those asked for before, a good part of their blocks.

    Successive lines always are: those after them come next. Of a choice of lines,
    such as a shard, the others may never be asked for.
    """
    if lines.which is None:
        return lines.size > 0
    for block, count in zip(lines.blocks, np.bincount(lines.which, minlength=len(lines.blocks)), strict=True):
        block.asked += int(count)
    new = [block for block in lines.blocks if not block.made]
    return sum(b.count for b in new) <= _GOOD_PART * max(lines.size, sum(b.asked for b in new))


def _remembering(**params: Any) -> DecodedBlocks:
    return DecodedBlocks()


_LARGE_TEXT = 1 << 17
_PARTS = 4
_GOOD_PART = 4

DECODE_CSV = Op("DecodeCSV", infer=_infer, host=_decode, lift=broadcasting, prepare=_remembering, partial=True)


def _parse(text: bytes, rows: int, columns: Sequence[Column], form: Format) -> dict[int, Any] | None:
    """Decodes records with Arrow; None where it fails, or may disagree with the exact rules."""
    if not _is_regular(text, form):
        return None
    types = {c.position: _ARROW[c.dtype.name] for c in columns}
    arrays = _read(text, types, form)
    if arrays is None or any(len(array) != rows for array in arrays.values()):
        return None
    # An empty record has no fields; Arrow gives it empty ones.
    if all(array.null_count for array in arrays.values()) and (text.startswith(b"\n") or b"\n\n" in text):
        return None
    suspects = {c.position: _suspect(c.dtype, arrays[c.position], text) for c in columns}
    patterns = {position: pattern for position, pattern in suspects.items() if pattern}
    if patterns:
        fields = _read(text, dict.fromkeys(patterns, pa.binary()), form) or {}
        if any(pc.any(pc.match_substring_regex(fields[p], pattern)).as_py() for p, pattern in patterns.items()):
            return None
    results: dict[int, Any] = {}
    for column in columns:
        array = arrays[column.position]
        if array.null_count:
            if column.default is None:
                return None
            array = pc.fill_null(array, pa.scalar(column.default, array.type))
        results[column.position] = StringArray(array) if column.dtype.is_string else to_numpy(array)
    return results


def _text(records: StringArray) -> bytes | None:
    """Returns the records with a newline after each, or None where there are line ends in them."""
    if isinstance(records, LineArray):
        return records.block.tobytes()
    if pc.any(pc.match_substring_regex(records.flat, "[\r\n]")).as_py():
        return None
    _, offsets, data = pc.binary_join_element_wise(records.flat, b"", b"\n").buffers()
    start, end = np.frombuffer(offsets, np.int32)[[0, -1]].tolist()
    joined: bytes = data[start:end].to_pybytes()
    return joined


def _is_regular(text: bytes, form: Format) -> bool:
    """Whether Arrow, if it finds all records of one width, splits them into fields as the exact rules do."""
    if form.quotes and b'"' in text and not _has_regular_quotes(text, form.delimiter):
        return False
    end = text.find(b"\n")
    first = text if end < 0 else text[:end]
    return form.width is None or len(split_fields(first, form)) == form.width


def _has_regular_quotes(text: bytes, delimiter: bytes) -> bool:
    """Whether quotes enclose whole fields, and are doubled within.

    Of the quotes of a line every second one, from the first on, opens: it stands at the start of a field or right
    after another, which it doubles. The ones between close: at the end of a field, or right before one that opens.
    """
    block = np.frombuffer(text, np.uint8)
    quotes = np.flatnonzero(block == ord('"'))
    if len(quotes) % 2:
        return False
    opening, closing = quotes[::2], quotes[1::2]
    is_border = np.ones(len(block) + 2, bool)  # of a field; shifted by one, with the borders of the block
    is_border[1:-1] = (block == NEWLINE) | (block == ord(delimiter))
    is_doubled = np.append(closing[:-1] + 1 == opening[1:], False)
    opens = is_border[opening] | np.roll(is_doubled, 1)
    closes = is_border[closing + 2] | is_doubled
    newlines = np.flatnonzero(block == NEWLINE)
    same_line = np.searchsorted(newlines, opening) == np.searchsorted(newlines, closing)
    return bool(np.all(opens & closes & same_line))


def _read(text: bytes, types: Mapping[int, pa.DataType], form: Format) -> dict[int, pa.Array] | None:
    """Reads some columns; None where a record has another width than the first, or a value another type."""
    names = {position: f"f{position}" for position in types}
    if text.startswith(_BYTE_ORDER_MARK):  # part of the first field to the original; Arrow drops one
        text = _BYTE_ORDER_MARK + text
    try:
        table = csv.read_csv(
            pa.BufferReader(text),
            read_options=csv.ReadOptions(
                autogenerate_column_names=True, block_size=_block_size(len(text)), use_threads=True
            ),
            parse_options=csv.ParseOptions(
                delimiter=form.delimiter.decode(), quote_char='"' if form.quotes else False, ignore_empty_lines=False
            ),
            convert_options=csv.ConvertOptions(
                column_types={names[position]: kind for position, kind in types.items()},
                include_columns=list(names.values()),
                null_values=sorted({"", form.na_value.decode()}),
                strings_can_be_null=True,
                quoted_strings_can_be_null=True,
                check_utf8=False,
            ),
        )
    except (pa.ArrowInvalid, pa.ArrowKeyError):
        return None
    return {position: table.column(name).combine_chunks() for position, name in names.items()}


def _block_size(size: int) -> int:
    """Returns how many bytes Arrow shall parse at once: a large text in parts, on several cores."""
    return size // _PARTS + 1 if size >= _LARGE_TEXT else max(size + 1, 64)


def _suspect(dtype: DType, array: pa.Array, text: bytes) -> str | None:
    """Returns a pattern of fields that Arrow takes for numbers of this type and the original does not.

    None where there can be none: no hexadecimal integer without an `x`, no `infinity` without an `n` or where all
    numbers are finite.
    """
    if dtype.is_integer and ((b"x" in text and b"0x" in text) or (b"X" in text and b"0X" in text)):
        return "0[xX]"
    if dtype.is_floating and (b"n" in text or b"N" in text) and not pc.all(pc.is_finite(array)).as_py():
        return r"(?i)inity|nan\("
    return None
