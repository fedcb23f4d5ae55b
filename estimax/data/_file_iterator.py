"""Going through files block by block: what all sources that read files have in common.

A source says how the next block of a file is read and decoded. Here stands where
reading is, how it is saved and found again, and what is said of a file that has
changed since.
"""

from __future__ import annotations

import os
from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import BinaryIO

import numpy as np

from estimax._base._compression import open_decompressed, skip_bytes
from estimax._base._errors import DataLossError, OpError
from estimax._graph._tensor import Tensor
from estimax.data._step import Chunk, ChunkIterator, State

BLOCK_BYTES = 4 << 20  # of a file that are read at a time, unless a program says otherwise
_FIRST_BYTES = 1 << 18


def check_names(filenames: Tensor) -> None:
    """Raises TypeError where a Tensor cannot hold names of files."""
    if not filenames.dtype.is_string:
        raise TypeError(f"filenames must be strings; got {filenames!r}")


def names_of(filenames: Tensor) -> list[str]:
    """Returns the names of files that a concrete Tensor of any shape holds."""
    return [os.fsdecode(n) for n in np.asarray(filenames.numpy(), object).reshape(-1)]


@dataclass(frozen=True)
class Block:
    """Successive elements of a file.

    Attributes:
        chunk: the elements; there may be none.
        length: how far it reaches in the file, in the unit of offsets.
        lines: how many lines (or records) of the file it takes.
    """

    chunk: Chunk
    length: int
    lines: int


class FileIterator(ChunkIterator):
    """Holds one block; its position is where in the file the block starts, and the elements handed out since."""

    unit = "line"

    def __init__(self, files: Sequence[str]) -> None:
        self.files = files
        self.number = 0  # of the file
        self.offset = 0  # of the block in the file: bytes once decompressed, or what else the source counts
        self.line = 1  # number of the block's first line
        self.taken = 0
        self._block: Block | None = None

    @abstractmethod
    def _read_block(self) -> Block | None:
        """Reads the block at the offset; None where nothing is left in the file."""

    @abstractmethod
    def _close(self) -> None:
        """Closes the file, if one is open, and forgets what was read ahead."""

    def next(self, at_most: int) -> Chunk | None:
        while self._block is None:
            if self.number >= len(self.files):
                return None
            self._block = self._next_block()
            if self._block is None:
                self._next_file()
            elif not self._block.chunk.size:
                self._advance()
        part = self._block.chunk.slice(self.taken, self.taken + at_most)
        self.taken += part.size
        if self.taken == self._block.chunk.size:
            self._advance()
        return part

    def _next_block(self) -> Block | None:
        offset = self.offset
        try:
            return self._read_block()
        except OpError:
            # Who goes on after an error finds what follows it: the source has gone on, or else it is the next file.
            if self.offset == offset:
                self._next_file()
            raise

    def _next_file(self) -> None:
        self._close()
        self.number, self.offset, self.line = self.number + 1, 0, 1

    def _advance(self) -> None:
        assert self._block is not None
        self.offset, self.line = self.offset + self._block.length, self.line + self._block.lines
        self._block, self.taken = None, 0

    def __del__(self) -> None:
        self._close()

    @property
    def name(self) -> str:
        """The file that is being read; '' after the last."""
        return self.files[self.number] if self.number < len(self.files) else ""

    def state(self) -> State:
        return {
            "file": self.number,
            "name": self.name,
            "offset": self.offset,
            "line": self.line,
            "taken": self.taken,
        }

    def restore(self, state: State) -> None:
        self._close()
        self.number, self.offset, self.line = state["file"], state["offset"], state["line"]
        self._block, self.taken = None, 0
        if state["name"] != self.name:
            raise DataLossError(
                f"the input continues in file {state['name']!r}, but file {self.number} of the input is now "
                f"{self.name!r}: the files have changed since the checkpoint"
            )
        left = state["taken"]
        while left:
            chunk = self.next(left)
            if chunk is None or self.number != state["file"]:
                raise self._is_shorter(state["name"], state["line"])
            left -= chunk.size

    def _is_shorter(self, name: str, line: int) -> DataLossError:
        return DataLossError(
            f"{name} is shorter than when the checkpoint was written: the input has been read to {self.unit} {line} "
            "and beyond"
        )


class StreamIterator(FileIterator):
    """Goes through files that are read as bytes from front to back, compressed or not.

    The first block is small, so that the first elements come soon, the later ones
    larger, up to `block_bytes`.
    """

    _file: BinaryIO | None = None

    def __init__(self, files: Sequence[str], compression: str, block_bytes: int) -> None:
        super().__init__(files)
        self.compression = compression
        self.block_bytes = block_bytes
        self._rest = b""  # bytes after the last block that were read already
        self._at_once = min(block_bytes, _FIRST_BYTES)

    def _read(self) -> bytes:
        """Reads on; b'' at the end of the file."""
        try:
            if self._file is None:
                self._file = open_decompressed(self.name, self.compression)
                if skip_bytes(self._file, self.offset):
                    raise self._is_shorter(self.name, self.line)
            at_once = self._at_once
            self._at_once = min(2 * at_once, self.block_bytes)
            return self._file.read(at_once)
        except (OSError, EOFError) as error:
            if isinstance(error, OpError):
                raise
            raise DataLossError(f"{self.name} cannot be read on from {self.unit} {self.line}: {error}") from None

    def _close(self) -> None:
        if self._file is not None:
            self._file.close()
        self._file, self._rest = None, b""
