"""What the first rows of CSV files say about their columns: names and types."""

from __future__ import annotations

import csv
import io
import itertools
import re
from collections.abc import Generator, Sequence
from contextlib import closing
from typing import Any

import numpy as np

from estimax._base._compression import open_decompressed
from estimax._base._errors import DataLossError, InvalidArgumentError, OpError
from estimax.data._csv_decoding import CsvFormat

_INTEGER = re.compile(r"\s*-?[0-9]+\s*", re.ASCII)
_FLOAT = re.compile(r"\s*[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)(e[+-]?[0-9]+)?\s*", re.ASCII | re.IGNORECASE)
# From narrow to wide: a column has the first type that holds all its values.
_TYPES = ("int32", "int64", "float32", "float64", "string")
_DEFAULTS: dict[str, Any] = {name: np.zeros(1, name) for name in _TYPES[:-1]} | {"string": [""]}


def column_names(files: Sequence[str], form: CsvFormat, encoding: str) -> list[str]:
    """Reads the names of columns from the headers of files.

    Raises:
        InvalidArgumentError: a file without a header or with other names than the first,
            or bytes that are not text in this encoding.
    """
    names: list[str] | None = None
    for file in files:
        with closing(_rows(file, form, encoding)) as rows:
            _, header = next(rows, (0, []))
        if not header:
            raise InvalidArgumentError(f"{file} must begin with the names of its columns; its first line is empty")
        unreadable = [name for name in header if re.search("[\udc80-\udcff]", name)]
        if unreadable:
            shown = unreadable[0].encode(encoding, "surrogateescape")
            raise InvalidArgumentError(f"{file}: the name of a column, {shown!r}, is not {encoding}; give its encoding")
        if names is not None and header != names:
            raise InvalidArgumentError(
                f"all files must have the same columns; {file} has {header}, and {files[0]} has {names}. Give "
                "column_names to read both under the same names"
            )
        names = header
    return names or []


def infer_defaults(
    files: Sequence[str],
    names: Sequence[str],
    columns: Sequence[int],
    form: CsvFormat,
    na_value: str,
    encoding: str,
    num_rows: int | None,
) -> list[Any]:
    """Returns a default for each column, 0 or '', of the first type that holds all its values in the first rows.

    The types are, in this order, int32, int64, float32, float64 and string. A value
    that is missing fits any; a column without values is of strings. Infinity and NaN
    are no numbers here, as in the original.

    Args:
        files: where the rows are, one file after the other.
        names: of all columns.
        columns: positions of those to look at.
        form: how the files are written.
        na_value: a text that stands for a missing value, beside the empty one.
        encoding: of the text.
        num_rows: how many rows to look at, None for all.

    Raises:
        InvalidArgumentError: a row with more or fewer fields than there are names.
    """
    widest = [-1] * len(columns)
    with closing(_data_rows(files, form, encoding)) as rows:
        for file, line, row in itertools.islice(rows, num_rows):
            if len(row) != len(names):
                raise InvalidArgumentError(f"{file}, line {line}: expected {len(names)} fields, got {len(row)}")
            for i, column in enumerate(columns):
                if row[column] not in ("", na_value):
                    widest[i] = _widest(row[column], widest[i])
    return [_DEFAULTS[_TYPES[position]] for position in widest]


def _widest(value: str, known: int) -> int:
    """Returns the position of the first type, from the known one on, that holds a value."""
    return next(i for i in range(max(known, 0), len(_TYPES)) if _fits(value, _TYPES[i]))


def _fits(value: str, name: str) -> bool:
    if name == "string":
        return True
    if name.startswith("int"):
        limits = np.iinfo(name)
        digits = value.strip().lstrip("-").lstrip("0")
        return bool(_INTEGER.fullmatch(value)) and len(digits) < 20 and limits.min <= int(value) <= limits.max
    if not _FLOAT.fullmatch(value):
        return False
    with np.errstate(over="ignore"):
        return bool(np.isfinite(np.dtype(name).type(value)))


def _data_rows(
    files: Sequence[str], form: CsvFormat, encoding: str
) -> Generator[tuple[str, int, list[str]], None, None]:
    for file in files:
        with closing(_rows(file, form, encoding)) as rows:
            for number, (line, row) in enumerate(rows):
                if number or not form.header:
                    yield file, line, row


def _rows(file: str, form: CsvFormat, encoding: str) -> Generator[tuple[int, list[str]], None, None]:
    """Yields the rows of a file, each with the number of its first line."""
    opened = io.TextIOWrapper(open_decompressed(file, form.compression), encoding, "surrogateescape", newline="")
    with opened as text:
        reader = csv.reader(
            text, delimiter=form.delimiter, quoting=csv.QUOTE_MINIMAL if form.quotes else csv.QUOTE_NONE
        )
        line = 1
        try:
            for row in reader:
                yield line, row
                line = reader.line_num + 1
        except csv.Error as error:
            raise InvalidArgumentError(f"{file}, line {line}: {error}") from None
        except OSError as error:
            if isinstance(error, OpError):
                raise
            raise DataLossError(f"{file} cannot be read on from line {line}: {error}") from None
