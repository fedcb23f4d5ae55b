"""Lines of text files, read in blocks of whole lines."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Any, BinaryIO

import numpy as np
import pyarrow as pa

from estimax._base._dtypes import string
from estimax._base._errors import DataLossError, OpError
from estimax._base._files import open_read
from estimax._base._line_array import NEWLINE, LineArray
from estimax._base._shapes import TensorSpec
from estimax._graph._tensor import Tensor
from estimax.data._step import Chunk, ChunkIterator, Context, State, Step

_COMPRESSIONS = {"": None, "GZIP": "gzip"}


@dataclass(frozen=True, eq=False)
class TextLines(Step):
    """The lines of one or more files."""

    filenames: Tensor
    compression: str
    block_bytes: int

    def __post_init__(self) -> None:
        if not self.filenames.dtype.is_string:
            raise TypeError(f"filenames must be strings; got {self.filenames!r}")
        if self.compression not in _COMPRESSIONS:
            raise ValueError(f"compression_type must be '' or 'GZIP'; got {self.compression!r}")

    @property
    def spec(self) -> Any:
        return TensorSpec((), string)

    def iterate(self, context: Context) -> ChunkIterator:
        names = np.asarray(self.filenames.numpy(), object).reshape(-1)
        return _LineIterator([os.fsdecode(n) for n in names], self.compression, self.block_bytes)


class _LineIterator(ChunkIterator):
    """Holds one block of lines; its position is where in the file the block starts, and the lines handed out since.

    Carriage returns are no part of a line, wherever they stand, as in the original.
    """

    def __init__(self, files: list[str], compression: str, block_bytes: int) -> None:
        self.files = files
        self.compression = _COMPRESSIONS[compression]
        self.block_bytes = block_bytes
        self.number = 0  # of the file
        self.offset = 0  # of the block, in bytes of the file (uncompressed)
        self.line = 1  # number of the block's first line
        self.taken = 0
        self._block: LineArray | None = None
        self._length = 0  # of the block in the file
        self._file: BinaryIO | None = None
        self._rest = b""

    def next(self, at_most: int) -> Chunk | None:
        while self._block is None:
            if self.number >= len(self.files):
                return None
            self._block = self._read_block()
            if self._block is None:
                self._close()
                self.number, self.offset, self.line = self.number + 1, 0, 1
        part = self._block[self.taken : self.taken + at_most]
        self.taken += len(part)
        if self.taken == len(self._block):
            self.offset, self.line = self.offset + self._length, self.line + self.taken
            self._block, self.taken = None, 0
        return Chunk((part,), len(part))

    def _read_block(self) -> LineArray | None:
        """Reads on to the last newline of the next block; None where no lines are left in the file."""
        parts = [self._rest] if self._rest else []
        cut = 0
        while not cut and (data := self._read()):
            cut = data.rfind(b"\n") + 1
            parts.append(data[:cut] if cut else data)
        self._rest = data[cut:] if cut else b""
        text = b"".join(parts)
        self._length = len(text)
        if b"\r" in text:
            text = text.replace(b"\r", b"")
        if not text:
            return None
        block = np.frombuffer(text, np.uint8)
        count = int(np.count_nonzero(block == NEWLINE)) + (not text.endswith(b"\n"))
        return LineArray(block, count, self.files[self.number], self.line)

    def _read(self) -> bytes:
        try:
            if self._file is None:
                self._file = self._open()
                self._skip(self._file)
            return self._file.read(self.block_bytes)
        except (OSError, EOFError) as error:
            if isinstance(error, OpError):
                raise
            name = self.files[self.number]
            raise DataLossError(f"{name} cannot be read on from line {self.line}: {error}") from None

    def _open(self) -> BinaryIO:
        file = open_read(self.files[self.number])
        if not self.compression:
            return file
        stream: BinaryIO = pa.CompressedInputStream(file, self.compression)
        return stream

    def _skip(self, file: BinaryIO) -> None:
        """Goes to the offset; compressed text must be read up to there."""
        left = self.offset
        if not self.compression:
            left -= min(left, file.seek(0, os.SEEK_END))
            file.seek(self.offset)
        while left and (data := file.read(min(left, self.block_bytes))):
            left -= len(data)
        if left:
            raise _is_shorter(self._name(), self.line)

    def _close(self) -> None:
        if self._file is not None:
            self._file.close()
        self._file, self._rest = None, b""

    def __del__(self) -> None:
        self._close()

    def state(self) -> State:
        return {
            "file": self.number,
            "name": self._name(),
            "offset": self.offset,
            "line": self.line,
            "taken": self.taken,
        }

    def _name(self) -> str:
        return self.files[self.number] if self.number < len(self.files) else ""

    def restore(self, state: State) -> None:
        self._close()
        self.number, self.offset, self.line = state["file"], state["offset"], state["line"]
        self._block, self.taken = None, 0
        if state["name"] != self._name():
            raise DataLossError(
                f"the input continues in file {state['name']!r}, but file {self.number} of the input is now "
                f"{self._name()!r}: the files have changed since the checkpoint"
            )
        left = state["taken"]
        while left:
            chunk = self.next(left)
            if chunk is None or self.number != state["file"]:
                raise _is_shorter(state["name"], state["line"])
            left -= chunk.size


def _is_shorter(name: str, line: int) -> DataLossError:
    return DataLossError(
        f"{name} is shorter than when the checkpoint was written: the input has been read to line {line} and beyond"
    )
