"""Vocabularies and tables in text files: one entry on each line."""

from __future__ import annotations

from os import PathLike
from typing import Any

import numpy as np

from estimax._base._dtypes import DType, string
from estimax._base._errors import InvalidArgumentError
from estimax._base._files import as_path, open_read
from estimax._base._string_array import Origin, StringArray
from estimax._graph._stretches import splits_of
from estimax._graph._varying import Dense
from estimax.strings._conversion import to_number
from estimax.strings._flat_bytes import bytes_of
from estimax.strings._splitting import split_at_bytes

WHOLE_LINE, LINE_NUMBER = -2, -1


def read_lines(path: str | bytes | PathLike[str], most: int | None = None) -> StringArray:
    """Returns the lines of a text file without their ends, each of which knows where it stands.

    Args:
        path: of the file, local or remote.
        most: how many lines to read; all where None.

    Raises:
        NotFoundError: there is no such file.
        InvalidArgumentError: the file has fewer lines than `most`, none at all, or an empty one.

    Example:
        >>> import pathlib, tempfile
        >>> from estimax.lookup._text_file import read_lines
        >>> path = pathlib.Path(tempfile.mkdtemp(), "towns.txt")
        >>> path.write_bytes(b"Bern\\r\\nBasel")
        11
        >>> read_lines(path).tolist()
        [b'Bern', b'Basel']
    """
    name = as_path(path)
    with open_read(name) as file:
        text: bytes = file.read()
    pieces, _ = split_at_bytes(StringArray.of([text.replace(b"\r\n", b"\n").removesuffix(b"\n")]).flat, b"\n", False)
    if not text:
        raise InvalidArgumentError(f"{name} is empty; a vocabulary has one word on each line")
    if most is not None:
        if len(pieces) < most:
            raise InvalidArgumentError(f"{name} has {len(pieces)} lines; vocab_size asks for {most}")
        pieces = pieces[:most]
    _, offsets = bytes_of(pieces)
    empty = np.diff(offsets) == 0
    if empty.any():
        raise InvalidArgumentError(f"{name}, line {int(np.argmax(empty)) + 1}, is empty; every line must have a word")
    lines = np.arange(1, len(pieces) + 1)
    return StringArray(pieces, None, Origin((name,), np.zeros(len(lines), np.int32), lines))


def column_of(lines: StringArray, index: int, dtype: DType, delimiter: bytes) -> Dense:
    """Returns one column of a table in a text file.

    Args:
        lines: of the file.
        index: number of the column, from 0; `WHOLE_LINE` or `LINE_NUMBER`, which counts from 0.
        dtype: of its values.
        delimiter: what stands between columns, one byte.

    Raises:
        InvalidArgumentError: a line has too few columns, or no number where there must be one.
    """
    if index == LINE_NUMBER:
        return np.arange(len(lines), dtype=np.int64)
    cells = lines if index == WHOLE_LINE else _cells(lines, index, delimiter)
    if dtype.is_string:
        return cells
    numbers: np.ndarray = to_number(cells, dtype).value
    return numbers


def _cells(lines: StringArray, index: int, delimiter: bytes) -> StringArray:
    pieces, counts = split_at_bytes(lines.flat, delimiter, skip_empty=False)
    short = counts <= index
    if short.any():
        line = int(np.argmax(short))
        raise InvalidArgumentError(
            f"{lines.describe_origin(line)}: column {index} (from 0) is asked for, and the line has {counts[line]} "
            f"columns between {delimiter!r}: {lines[line]!r}"
        )
    first = splits_of(counts)[:-1]
    return StringArray(StringArray(pieces).take(first + index).flat, None, lines.origin)


def check_file_column(index: Any, dtype: DType, what: str) -> int:
    """Returns the number of a column.

    Raises:
        InvalidArgumentError: there is no such column, or it cannot be of that type.
    """
    number = int(index)
    if number < WHOLE_LINE:
        raise InvalidArgumentError(f"{what}_index must be -2 (WHOLE_LINE), -1 (LINE_NUMBER) or a column; got {number}")
    if number == LINE_NUMBER and dtype.name != "int64":
        raise InvalidArgumentError(f"{what}_dtype must be int64 for line numbers; got {dtype.name}")
    if number == WHOLE_LINE and not (dtype == string or dtype.is_integer):
        raise InvalidArgumentError(f"{what}_dtype must be string or an integer type for whole lines; got {dtype.name}")
    return number
