"""Lines of text files, read in blocks of whole lines."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from estimax._base._compression import check_compression
from estimax._base._dtypes import string
from estimax._base._line_array import NEWLINE, LineArray
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
    """Cuts blocks after their last newline.

    Carriage returns are no part of a line, wherever they stand, as in the original.
    """

    def _read_block(self) -> Block | None:
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
        return Block(Chunk((LineArray(text, count, self.name, self.line),), count), length, count)
