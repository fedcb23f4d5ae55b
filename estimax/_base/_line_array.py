"""Lines of a text file as an array of strings that keeps the block of bytes they stand in.

Reading hands over blocks of whole lines; a CSV decoder that gets such an array
parses the block as it is. Only who looks at single lines pays for cutting them.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa

from estimax._base._string_array import Origin, StringArray

NEWLINE = 10


class LineArray(StringArray):
    """Successive lines of one file, without their newlines.

    `block` holds `count` lines as uint8, each but possibly the last closed by a
    newline; `first_line` is the number of the first of them, from 1.
    """

    __slots__ = ("_ends", "_flat", "_origin", "block", "file", "first_line")

    def __init__(self, block: np.ndarray, count: int, file: str, first_line: int, ends: Any = None) -> None:
        self.block = block
        self.shape = (count,)
        self.file = file
        self.first_line = first_line
        self._ends: np.ndarray | None = ends
        self._flat: pa.Array | None = None
        self._origin: Origin | None = None

    @property
    def size(self) -> int:
        return int(np.prod(self.shape))

    @property
    def nbytes(self) -> int:
        return int(self.block.nbytes)

    @property
    def ends(self) -> np.ndarray:
        """For each line, the position of its newline (or the end of the block)."""
        if self._ends is None:
            ends = np.flatnonzero(self.block == NEWLINE)
            self._ends = ends if len(ends) == self.size else np.append(ends, len(self.block))
        return self._ends

    @property
    def flat(self) -> pa.Array:
        if self._flat is None:
            data = np.ascontiguousarray(self.block[self.block != NEWLINE])
            offsets = np.zeros(self.size + 1, np.int32)
            offsets[1:] = self.ends - np.arange(self.size)
            self._flat = pa.Array.from_buffers(
                pa.binary(), self.size, [None, pa.py_buffer(offsets), pa.py_buffer(data)]
            )
        return self._flat

    @property
    def origin(self) -> Origin | None:  # type: ignore[override]  # as above
        if self._origin is None:
            lines = np.arange(self.first_line, self.first_line + self.size)
            self._origin = Origin((self.file,), np.zeros(self.size, np.int32), lines)
        return self._origin

    def _rows(self, start: int, stop: int) -> StringArray:
        if start == 0 and stop == self.shape[0]:
            return self
        width = int(np.prod(self.shape[1:], dtype=np.int64))
        first, last = start * width, stop * width
        begin = int(self.ends[first - 1]) + 1 if first else 0
        end = int(self.ends[last - 1]) + 1 if last > first else begin
        ends = self.ends[first:last] - begin
        part = LineArray(self.block[begin:end], last - first, self.file, self.first_line + first, ends)
        return part._with_shape((stop - start, *self.shape[1:]))

    def _with_shape(self, shape: tuple[int, ...]) -> StringArray:
        lines = LineArray(self.block, self.size, self.file, self.first_line, self._ends)
        lines.shape = shape
        return lines
