"""Decoding blocks of CSV records, a column at a time, by the kernel of `decode_csv`.

What that kernel takes for lines may hold no line ends: those within quotes are
replaced before it runs and put back after. Only records with errors are looked at one by one.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow.compute as pc

from estimax._base._arrow import binary_array, to_numpy
from estimax._base._errors import InvalidArgumentError
from estimax._base._line_array import NEWLINE, LineArray
from estimax._base._string_array import Origin, StringArray
from estimax._graph._column import Column, concatenate_rows, take_rows
from estimax._graph._function import Function
from estimax.data._csv_text import Records, one_a_line, split_records
from estimax.data._file_iterator import BLOCK_BYTES


@dataclass(frozen=True)
class CsvFormat:
    """How CSV files are written.

    Attributes:
        delimiter: the character between fields.
        quotes: whether fields may stand in double quotes.
        header: whether the first record of each file has the names of the columns.
        compression: '', 'GZIP' or 'ZLIB'.
        block_bytes: how much is read at a time.
        ignore_errors: whether rows that cannot be decoded are left out.
        names: of the columns, for messages.
    """

    delimiter: str = ","
    quotes: bool = True
    header: bool = False
    compression: str = ""
    block_bytes: int = BLOCK_BYTES
    ignore_errors: bool = False
    names: tuple[str, ...] = ()


@dataclass(frozen=True)
class BlockDecoder:
    """Makes columns of the text of complete, well-formed records.

    `decoder` makes columns of records. `blank` does so for a record without any
    field, given one of empty fields, where that is allowed.
    """

    decoder: Function
    blank: Function | None
    form: CsvFormat

    def decode(self, text: bytes, file: str, first_line: int) -> tuple[Column, ...]:
        """Decodes records that begin at a line of a file.

        Returns:
            The columns; none where all records are left out.

        Raises:
            InvalidArgumentError: a record breaks the rules, and errors are not ignored.
        """
        lines: StringArray | None = None
        records = one_a_line(text, self.form.quotes)
        if records is not None:
            ends = np.frombuffer(records.text, np.uint8) == NEWLINE
            count = int(np.count_nonzero(ends)) + (not records.text.endswith(b"\n"))
            lines = LineArray(records.text, count, file, first_line)
            try:
                return _with_line_ends(self._run(lines, file), records)
            except InvalidArgumentError:
                if not records.has_line_ends and not self.form.ignore_errors:
                    raise
        if lines is None or records is None or records.has_line_ends:
            lines = _strings(*split_records(text, self.form.quotes), file, first_line)
        return self._those_that_decode(lines, file) if self.form.ignore_errors else self._run(lines, file)

    def decode_one(self, record: bytes, file: str, line: int) -> tuple[Column, ...]:
        """Decodes one record, well formed or not."""
        return self._run(_strings([record], np.zeros(1, np.int64), file, line), file)

    def _run(self, records: StringArray, file: str) -> tuple[Column, ...]:
        try:
            if self.blank is None:
                return tuple(self.decoder.over_rows([records], len(records)))
            return self._run_with_blanks(records, self.blank)
        except InvalidArgumentError as error:
            raise InvalidArgumentError(_naming_column(str(error), file, self.form.names)) from None

    def _run_with_blanks(self, records: StringArray, blank: Function) -> tuple[Column, ...]:
        is_blank = _lengths(records) == 0
        rows = np.flatnonzero(~is_blank)
        if len(rows) == len(records):
            return tuple(self.decoder.over_rows([records], len(records)))
        origin = records.take(np.flatnonzero(is_blank)[:1]).origin
        of_blank = blank.over_rows([StringArray(binary_array([self.form.delimiter.encode()]), None, origin)], 1)
        if not len(rows):
            return tuple(take_rows(column, np.zeros(len(records), np.int64)) for column in of_blank)
        of_others = self.decoder.over_rows([records.take(rows)], len(rows))
        order = np.where(is_blank, len(rows), np.cumsum(~is_blank) - 1)
        return tuple(take_rows(concatenate_rows(c), order) for c in zip(of_others, of_blank, strict=True))

    def _those_that_decode(self, records: StringArray, file: str) -> tuple[Column, ...]:
        """Decodes what can be decoded: halves what cannot, until single records are left out."""
        try:
            return self._run(records, file)
        except InvalidArgumentError:
            if len(records) == 1:
                return ()
        half = len(records) // 2
        parts = [self._those_that_decode(records[:half], file), self._those_that_decode(records[half:], file)]
        kept = [part for part in parts if part]
        return tuple(concatenate_rows(columns) for columns in zip(*kept, strict=True))


def _strings(records: Sequence[bytes], lines_before: np.ndarray, file: str, first_line: int) -> StringArray:
    """Makes an array of records, each so many lines below the first."""
    origin = Origin((file,), np.zeros(len(records), np.int32), first_line + lines_before)
    return StringArray(binary_array(records), None, origin)


def _lengths(records: StringArray) -> np.ndarray:
    if isinstance(records, LineArray):
        return np.diff(records.ends, prepend=-1) - 1
    lengths: np.ndarray = to_numpy(pc.binary_length(records.flat))
    return lengths


def _with_line_ends(columns: tuple[Column, ...], records: Records) -> tuple[Column, ...]:
    """Puts the line ends within quotes back in their places."""
    if records.newline is None or records.carriage_return is None:
        return columns
    restored = []
    for column in columns:
        if isinstance(column, StringArray):
            flat = column.flat
            for stand_in, line_end in [(records.newline, b"\n"), (records.carriage_return, b"\r")]:
                flat = pc.replace_substring(flat, stand_in, line_end)
            column = StringArray(flat, column.shape)
        restored.append(column)
    return tuple(restored)


def _naming_column(message: str, file: str, names: Sequence[str]) -> str:
    """Adds the name of a column to a message that has its number."""
    start = len(file) if message.startswith(file) else 0

    def named(found: re.Match[str]) -> str:
        number = int(found[1])
        return f"{found[0]} ({names[number]!r})" if number < len(names) else found[0]

    return message[:start] + re.sub(r"\bfield (\d+)\b", named, message[start:], count=1)
