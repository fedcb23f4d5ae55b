"""Decoding of CSV record by record, by the exact rules of the original.

It is what the quick way through Arrow is measured against, serves the blocks that
Arrow could read otherwise, and finds the record to name in an error.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from estimax._base._dtypes import DType
from estimax._base._errors import InvalidArgumentError
from estimax._base._string_array import StringArray

_INTEGER = re.compile(rb"-?[0-9]+")
_FLOAT = re.compile(rb"[+-]?(([0-9]+\.?[0-9]*|\.[0-9]+)(e[+-]?[0-9]+)?|inf|nan)", re.IGNORECASE)
_QUOTED = re.compile(rb'"([^"]*(?:""[^"]*)*)"')
_LINE_END = re.compile(rb"[\r\n]")


@dataclass(frozen=True)
class Column:
    """A column to decode: its position in a record, its type, and its default (None where a value is required)."""

    position: int
    dtype: DType
    default: Any


@dataclass(frozen=True)
class Format:
    """How records are written.

    Attributes:
        delimiter: one byte.
        quotes: whether fields may stand in double quotes.
        na_value: a text that stands for a missing field, beside the empty one.
        width: how many fields every record must have; None where they only must reach the last column.
    """

    delimiter: bytes
    quotes: bool
    na_value: bytes
    width: int | None


class _BadRecord(Exception):
    """What is wrong with a record, or with one of its fields."""


def decode_exactly(records: StringArray, columns: Sequence[Column], form: Format) -> tuple[Any, ...]:
    """Decodes records one by one; returns an array of their shape for each column.

    Raises:
        InvalidArgumentError: a record that breaks the rules; the message names its file and line where they are known.
    """
    rows: list[list[Any]] = []
    for index, record in enumerate(records.flat.to_pylist()):
        try:
            rows.append(_values(record, columns, form))
        except _BadRecord as error:
            where = records.describe_origin(index) or f"record {index}"
            raise InvalidArgumentError(f"{where}: {error}; the record is {_short(record)}") from None
    results = []
    for i, column in enumerate(columns):
        values = [row[i] for row in rows]
        array = StringArray.of(values) if column.dtype.is_string else np.array(values, column.dtype.as_numpy_dtype)
        results.append(array.reshape(records.shape))
    return tuple(results)


def _values(record: bytes, columns: Sequence[Column], form: Format) -> list[Any]:
    fields = split_fields(record, form, None if form.width is not None else columns[-1].position + 1)
    if form.width is not None and len(fields) != form.width:
        raise _BadRecord(f"expected {form.width} fields, got {len(fields)}")
    if len(fields) <= columns[-1].position:
        raise _BadRecord(f"expected at least {columns[-1].position + 1} fields, got {len(fields)}")
    return [_value(fields[column.position], column, form.na_value) for column in columns]


def split_fields(record: bytes, form: Format, most: int | None = None) -> list[bytes]:
    """Splits a record into its fields, or into the first `most` of them, whatever follows; none if it is empty.

    Line ends at the start of a field are passed over, and are no field if nothing follows, as in the original.
    """
    fields: list[bytes] = []
    position = 0
    while position >= 0 and (most is None or len(fields) < most):
        start = position
        while record[position : position + 1] in (b"\r", b"\n"):
            position += 1
        if position == len(record) and (position > start or not record):
            break
        quoted = _QUOTED.match(record, position) if form.quotes else None
        if quoted is None:
            end = record.find(form.delimiter, position)
            field = record[position:] if end < 0 else record[position:end]
            if (form.quotes and b'"' in field) or _LINE_END.search(field):
                raise _BadRecord(f"field {len(fields)} has a quote or a line end in it, but does not stand in quotes")
        else:
            end = quoted.end() if quoted.end() < len(record) else -1
            field = quoted[1].replace(b'""', b'"')
            if end >= 0 and record[end : end + 1] != form.delimiter:
                raise _BadRecord(f"field {len(fields)} goes on after its closing quote; a quote in it must be doubled")
        fields.append(field)
        position = end + 1 if end >= 0 else -1
    return fields


def _value(field: bytes, column: Column, na_value: bytes) -> Any:
    dtype = column.dtype
    if field in (b"", na_value):
        if column.default is None:
            raise _BadRecord(f"field {column.position} is required, but is empty")
        return column.default
    if dtype.is_string:
        return field
    text = field.strip()
    if dtype.is_floating and (not text or _FLOAT.fullmatch(text)):
        # A field of blanks alone is zero, as in the original. Arrow rounds once, also to float32; Python would twice.
        return pa.scalar(text.decode() or "0").cast(dtype.name).as_py()
    if dtype.is_floating or not _INTEGER.fullmatch(text):
        raise _BadRecord(f"field {column.position} must be a number of type {dtype.name}; it is {_short(field)}")
    # The first 20 digits tell whether a number fits; Python refuses to read thousands of them.
    number = int(text.lstrip(b"-0")[:20] or b"0") * (-1 if text.startswith(b"-") else 1)
    if not dtype.min <= number <= dtype.max:
        raise _BadRecord(f"field {column.position} must fit into {dtype.name}; it is {_short(field)}")
    return number


def _short(text: bytes) -> str:
    shown = text.decode("utf-8", "replace")
    return repr(shown if len(shown) <= 100 else shown[:97] + "...")
