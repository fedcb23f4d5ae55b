"""Rows of CSV files: blocks of whole records go to the decoder of `decode_csv`, a column at a time."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from estimax._base import _nest as nest
from estimax._base._compression import check_compression
from estimax._base._dtypes import string
from estimax._base._errors import InvalidArgumentError
from estimax._base._shapes import TensorSpec
from estimax._graph._function import Function, placeholder_for
from estimax._graph._tensor import Tensor
from estimax.data._csv_decoding import BlockDecoder, CsvFormat
from estimax.data._csv_text import count_lines, cut, first_record, record_ends
from estimax.data._file_iterator import Block, StreamIterator, check_names, names_of
from estimax.data._step import Chunk, ChunkIterator, Context, Step
from estimax.io._csv import decode_csv

_LINE_END = re.compile(rb"\r\n?|\n")
_LONGEST_RECORD = 1 << 26  # bytes: more is a quote that nothing closes


def csv_rows(
    filenames: Tensor,
    record_defaults: Sequence[Any],
    form: CsvFormat,
    na_value: str = "",
    select_cols: Sequence[int] | None = None,
    structure: Any = None,
) -> CsvRows:
    """Makes the step that reads CSV files.

    Args:
        filenames: strings of any shape.
        record_defaults: see `decode_csv`.
        form: how the files are written.
        na_value: see `decode_csv`.
        select_cols: see `decode_csv`.
        structure: of an element; its leaves say which of the columns they are, counted
            among those selected. A tuple of all where it is None.
    """
    structure = tuple(range(len(record_defaults))) if structure is None else structure

    def decoder(select: Sequence[int] | None) -> Function:
        record = placeholder_for(TensorSpec((), string))
        columns = decode_csv(record, record_defaults, form.delimiter, form.quotes, None, na_value, select)
        return Function([record], [columns[i] for i in nest.flatten(structure)])

    blank = decoder([0]) if (select_cols is None and len(record_defaults) == 1) or select_cols == [0] else None
    return CsvRows(filenames, nest.map_leaves(lambda _: None, structure), decoder(select_cols), blank, form)


@dataclass(frozen=True, eq=False)
class CsvRows(Step):
    """The rows of one or more CSV files.

    `decoder` makes the leaves of an element of a record. `blank` does so for a
    record without any field where that is allowed: an empty line is an empty field
    to the first column, if no other is asked for.
    """

    filenames: Tensor
    structure: Any
    decoder: Function
    blank: Function | None
    form: CsvFormat

    def __post_init__(self) -> None:
        check_names(self.filenames)
        check_compression(self.form.compression)

    @property
    def spec(self) -> Any:
        return nest.pack(self.structure, [t.spec for t in self.decoder.outputs])

    def iterate(self, context: Context) -> ChunkIterator:
        return _CsvIterator(self)

    def project(self, keep: tuple[int, ...]) -> Step:
        if not keep:
            return super().project(keep)
        return dataclasses.replace(
            self,
            structure=tuple(None for _ in keep),
            decoder=self.decoder.select(keep),
            blank=self.blank and self.blank.select(keep),
        )


class _CsvIterator(StreamIterator):
    def __init__(self, step: CsvRows) -> None:
        super().__init__(names_of(step.filenames), step.form.compression, step.form.block_bytes)
        self.form = step.form
        self.decoder = BlockDecoder(step.decoder, step.blank, step.form)
        self._has_records = False  # whether complete records may be in what was read ahead

    def _close(self) -> None:
        super()._close()
        self._has_records = False

    def _read_block(self) -> Block | None:
        text, self._rest = self._rest, b""
        is_last = False
        while True:
            if self._has_records and text:
                found = cut(text, self.form.delimiter, self.form.quotes, is_last)
                if found.end:
                    self._rest, self._has_records = text[found.end :], found.misplaced is not None
                    return self._block_of(text[: found.end])
                bad = self._end_of_bad(text, found.misplaced, is_last)
                if bad:
                    self._rest = text[bad:]
                    self._pass_over(text[:bad])
                    text, self._rest = self._rest, b""
                    continue
            if is_last:
                if self.form.header and not self.offset:
                    raise InvalidArgumentError(f"{self.name} must begin with the names of its columns; it is empty")
                return None
            data = self._read()
            text, self._has_records, is_last = text + data, True, not data

    def _end_of_bad(self, text: bytes, misplaced: int | None, is_last: bool) -> int:
        """Returns where a first record ends that is not well formed, 0 where it is or may be."""
        end = _LINE_END.search(text, misplaced) if misplaced is not None else None
        if end is not None and (is_last or end.end() < len(text) or end[0] != b"\r"):
            return end.end()
        return len(text) if is_last or len(text) > _LONGEST_RECORD else 0

    def _pass_over(self, text: bytes) -> None:
        """Leaves out a record that cannot be decoded, with an error unless they are to be ignored."""
        line = self.line
        self.offset, self.line = self.offset + len(text), self.line + count_lines(text)
        if not self.form.ignore_errors:
            self.decoder.decode_one(text.rstrip(b"\r\n"), self.name, line)  # says what is wrong
            raise InvalidArgumentError(
                f"{self.name}, line {line}: a quote stands within a field, or is not closed; the record begins "
                f"{text[:100].decode(errors='replace')!r}"
            )

    def _block_of(self, text: bytes) -> Block:
        try:
            return self._decoded(text)
        except InvalidArgumentError:
            return self._block_before_error(text)

    def _decoded(self, text: bytes) -> Block:
        start = first_record(text, self.form.quotes) if self.form.header and not self.offset else 0
        body, line = text[start:], self.line + count_lines(text[:start])
        columns = self.decoder.decode(body, self.name, line) if body else ()
        size = len(columns[0]) if columns else 0
        return Block(Chunk(columns, size), len(text), count_lines(text))

    def _block_before_error(self, text: bytes) -> Block:
        """Returns the rows before the first that cannot be decoded; raises its error where there are none."""
        ends = record_ends(text, self.form.quotes).tolist()
        good, bad = 0, len(ends)  # the first `good` records can be decoded, the first `bad` cannot
        while bad - good > 1:
            middle = (good + bad) // 2
            try:
                self._decoded(text[: ends[middle - 1]])
                good = middle
            except InvalidArgumentError:
                bad = middle
        end = ends[good - 1] if good else 0
        self._rest, self._has_records = text[end:] + self._rest, True
        if good:
            return self._decoded(text[:end])
        self._rest = self._rest[ends[0] :]
        try:
            return self._decoded(text[: ends[0]])
        finally:
            self.offset, self.line = self.offset + ends[0], self.line + count_lines(text[: ends[0]])
