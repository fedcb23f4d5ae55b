"""Lines of text files, read in blocks of whole lines."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from estimax._base._compression import check_compression
from estimax._base._dtypes import string
from estimax._base._errors import OpError
from estimax._base._line_array import NEWLINE, LineArray, LineBlock
from estimax._base._shapes import TensorSpec
from estimax._graph._tensor import Tensor
from estimax.data._file_iterator import Block, StreamIterator, check_names, names_of
from estimax.data._step import Chunk, ChunkIterator, Context, Step


@dataclass(frozen=True, eq=False)
class TextLines(Step):
    """The lines of one or more files."""

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
        return _LineIterator(names_of(self.filenames), self.compression, self.block_bytes)


class _LineIterator(StreamIterator):
    """Cuts blocks after their last newline, and reads one ahead, so that who decodes them can go ahead too.

    Carriage returns are no part of a line, wherever they stand, as in the original.
    """

    def __init__(self, files: Sequence[str], compression: str, block_bytes: int) -> None:
        super().__init__(files, compression, block_bytes)
        self._ahead: list[Block | OpError | None] = []  # what comes next, once it was read
        self._watchers: dict[Hashable, Callable[[LineBlock], None]] = {}

    def _read_block(self) -> Block | None:
        found = self._ahead.pop() if self._ahead else self._read_lines()
        if isinstance(found, OpError):
            raise found
        if found is not None:
            self._read_ahead(found.lines)
        return found

    def _read_ahead(self, lines: int) -> None:
        line = self.line
        self.line += lines  # for what an error says
        try:
            self._ahead = [self._read_lines()]
        except OpError as error:
            self._ahead = [error]
        finally:
            self.line = line

    def _close(self) -> None:
        super()._close()
        self._ahead = []

    def _read_lines(self) -> Block | None:
        parts: list[bytes | memoryview] = [self._rest]
        cut = 0
        while not cut and (data := self._read()):
            cut = data.rfind(b"\n") + 1
            parts.append(memoryview(data)[:cut] if cut else data)
        self._rest = data[cut:] if cut else b""
        text = b"".join(parts)
        length = len(text)
        if b"\r" in text:
            text = text.replace(b"\r", b"")
        if not text:
            return None
        count = int(np.count_nonzero(np.frombuffer(text, np.uint8) == NEWLINE)) + (not text.endswith(b"\n"))
        lines = LineArray(text, count, self.name, self.line)
        (block,) = lines.blocks
        block.watchers = self._watchers
        for watcher in self._watchers.values():
            watcher(block)
        return Block(Chunk((lines,), count), length, count)
