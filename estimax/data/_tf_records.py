"""The records of TFRecord files, read in blocks of whole records."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from estimax._base._compression import check_compression, open_decompressed, skip_bytes
from estimax._base._dtypes import string
from estimax._base._errors import DataLossError, InvalidArgumentError, OpError
from estimax._base._record_array import RecordArray
from estimax._base._record_framing import RecordFinder
from estimax._base._shapes import TensorSpec
from estimax._base._wire_format import PADDING, Spans
from estimax._graph._tensor import Tensor
from estimax.data._file_iterator import Block, StreamIterator, check_names, names_of
from estimax.data._step import Chunk, ChunkIterator, Context, Step

_MOST_BYTES = 2**31 - 1  # of a record, with its checksums


@dataclass(frozen=True, eq=False)
class TFRecords(Step):
    """The records of one or more files."""

    filenames: Tensor
    compression: str
    block_bytes: int

    def __post_init__(self) -> None:
        check_names(self.filenames)
        check_compression(self.compression)

    @property
    def spec(self) -> Any:
        return TensorSpec((), string)

    def iterate(self, context: Context) -> ChunkIterator:
        return _RecordIterator(names_of(self.filenames), self.compression, self.block_bytes)


class _RecordIterator(StreamIterator):
    """Cuts blocks after their last whole record.

    Records before a damaged one are handed out; who reads on gets the error.
    """

    unit = "record"

    def __init__(self, files: Sequence[str], compression: str, block_bytes: int) -> None:
        super().__init__(files, compression, block_bytes)
        self._finder = RecordFinder()

    def _read_block(self) -> Block | None:
        rest = np.frombuffer(self._rest, np.uint8)
        block, size = self._room_for(rest, self._at_once), len(rest)
        self._at_once = min(2 * self._at_once, self.block_bytes)
        wanted = size + 1
        while True:
            while size < wanted and (count := self._read_into(block[size:-PADDING])):
                size += count
            if not size:
                return None
            block[size : size + PADDING] = 0
            found = self._finder.find(block[:size])
            if len(found.starts):
                self._rest = block[found.length : size].tobytes()
                spans = Spans(block, found.starts, found.ends)
                return Block(Chunk((RecordArray(spans, self.name, self.line),), len(spans)), found.length, len(spans))
            if found.damage:
                hint = "; is this a TFRecord file, and compression_type the right one?" if self.line == 1 else ""
                raise DataLossError(f"{self._place()} is damaged: {found.damage}{hint}")
            if size < wanted:
                raise DataLossError(
                    f"{self._place()} is cut off: at least {found.missing} bytes are missing at the end"
                )
            wanted = size + found.missing
            if wanted > _MOST_BYTES:
                raise InvalidArgumentError(f"{self._place()} has {wanted:,} bytes; records must be smaller than 2 GiB")
            if wanted > len(block) - PADDING:
                block = self._room_for(block[:size], max(found.missing, self._at_once))

    @staticmethod
    def _room_for(start: np.ndarray, more: int) -> np.ndarray:
        """Returns memory that begins with some bytes and has room for more, and for what stands behind a block."""
        block = np.empty(len(start) + more + PADDING, np.uint8)
        block[: len(start)] = start
        return block

    def _read_into(self, room: np.ndarray) -> int:
        """Reads on; returns how many bytes, 0 at the end of the file."""
        try:
            if self._file is None:
                self._file = open_decompressed(self.name, self.compression)
                if skip_bytes(self._file, self.offset):
                    raise self._is_shorter(self.name, self.line)
            if isinstance(self._file, io.BufferedReader):
                return self._file.readinto(room.data)
            data = self._file.read(len(room))
        except (OSError, EOFError) as error:
            if isinstance(error, OpError):
                raise
            raise DataLossError(f"{self._place()} cannot be read: {error}") from None
        room[: len(data)] = np.frombuffer(data, np.uint8)
        return len(data)

    def _place(self) -> str:
        decompressed = " once decompressed" if self.compression else ""
        return f"{self.name}, record {self.line}, which begins at byte {self.offset}{decompressed},"
