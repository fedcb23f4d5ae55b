"""Lines of text files, read in blocks of whole lines."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, BinaryIO

import numpy as np
import pyarrow as pa

from estimax._base._dtypes import string
from estimax._base._errors import DataLossError, NotFoundError
from estimax._base._files import open_read
from estimax._base._line_array import NEWLINE, LineArray
from estimax._base._shapes import TensorSpec
from estimax._graph._tensor import Tensor
from estimax.data._step import Chunk, ChunkIterator, Context, State, Step

_COMPRESSIONS = {"": None, "GZIP": "gzip", "ZLIB": "zlib"}


@dataclass(frozen=True, eq=False)
class TextLines(Step):
    """The lines of one or more files."""

    filenames: Tensor
    compression: str
    block_bytes: int

    def __post_init__(self) -> None:
        if self.compression not in ("", "GZIP"):
            raise ValueError(f"compression_type must be '' or 'GZIP'; got {self.compression!r}")

    @property
    def spec(self) -> Any:
        return TensorSpec((), string)

    def iterate(self, context: Context) -> ChunkIterator:
        names = np.asarray(self.filenames.numpy(), object).reshape(-1)
        return _LineIterator([n.decode() for n in names], self.compression, self.block_bytes)


class _LineIterator(ChunkIterator):
    """Holds one block of lines; its position is that of the next line to hand out."""

    def __init__(self, files: list[str], compression: str, block_bytes: int) -> None:
        self.files = files
        self.compression = _COMPRESSIONS[compression]
        self.block_bytes = block_bytes
        self.number = 0  # of the file
        self.offset = 0  # in bytes of text, of the next line
        self.line = 1
        self._file: BinaryIO | None = None
        self._pending: LineArray | None = None
        self._rest = b""
        self._has_returns = False

    def next(self, at_most: int) -> Chunk | None:
        while self._pending is None or not len(self._pending):
            self._pending = self._read_block()
            if self._pending is None:
                if self.number >= len(self.files):
                    return None
                self._next_file()
        part = self._pending[:at_most]
        self._pending = self._pending[at_most:] if len(part) < len(self._pending) else None
        self.offset += len(part.block)
        self.line += len(part)
        return Chunk((part,), len(part))

    def _next_file(self) -> None:
        self._close()
        self.number, self.offset, self.line = self.number + 1, 0, 1
        self._has_returns = False

    def _close(self) -> None:
        if self._file is not None:
            self._file.close()
        self._file, self._pending, self._rest = None, None, b""

    def _read_block(self) -> LineArray | None:
        """Reads up to the last newline of the next block; None at the end of the file."""
        if self.number >= len(self.files):
            return None
        if self._file is None:
            self._file = self._open()
        parts = [self._rest]
        while True:
            data = self._read()
            if not data:
                text, self._rest = b"".join(parts), b""
                break
            cut = data.rfind(b"\n") + 1
            if cut:
                text, self._rest = b"".join([*parts, data[:cut]]), data[cut:]
                break
            parts.append(data)
        if not text:
            return None
        block = np.frombuffer(text, np.uint8)
        ends = int(np.count_nonzero(block == NEWLINE)) + (not text.endswith(b"\n"))
        return LineArray(block, ends, self.files[self.number], self.line)

    def _read(self) -> bytes:
        assert self._file is not None
        try:
            data = self._file.read(self.block_bytes)
        except (OSError, EOFError) as error:
            raise DataLossError(f"{self.files[self.number]} cannot be read after line {self.line}: {error}") from None
        return self._without_returns(data)

    def _without_returns(self, data: bytes) -> bytes:
        if b"\r" not in data:
            return data
        self._has_returns = True
        return data.replace(b"\r", b"")

    def _open(self) -> BinaryIO:
        name = self.files[self.number]
        try:
            file = open_read(name)
        except FileNotFoundError:
            raise NotFoundError(f"there is no file {name!r} to read lines from") from None
        if self.compression:
            file = pa.CompressedInputStream(file, self.compression)
        return file

    def state(self) -> State:
        return {
            "file": self.number,
            "name": self._name(),
            "offset": self.offset,
            "line": self.line,
            "has_returns": self._has_returns,
        }

    def _name(self) -> str:
        return self.files[self.number] if self.number < len(self.files) else ""

    def restore(self, state: State) -> None:
        self._close()
        self.number, self.offset, self.line = state["file"], state["offset"], state["line"]
        if state["name"] != self._name():
            raise DataLossError(
                f"the input continues in file {state['name']!r}, but file {self.number} of the input is now "
                f"{self._name()!r}: the files have changed since the checkpoint"
            )
        if self.offset:
            self._file = self._open()
            self._has_returns = state["has_returns"]
            self._seek()

    def _seek(self) -> None:
        """Goes to the offset; text whose bytes are not those of the file must be read up to there."""
        assert self._file is not None
        if not self.compression and not self._has_returns:
            self._file.seek(self.offset)
            return
        left = self.offset
        while left:
            data = self._file.read(min(left, self.block_bytes))
            if not data:
                raise DataLossError(f"{self._name()} is shorter than when the checkpoint was written")
            left -= len(self._without_returns(data))
