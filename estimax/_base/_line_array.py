"""Lines of text files as an array of strings that keeps the blocks of bytes they stand in.

Reading hands over blocks of whole lines. What is cut out, shuffled or batched of
them is a choice of lines of these blocks: no bytes move before someone looks at
single lines. A decoder decodes each block once, as it stands, and chooses among
the results.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Hashable, Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from estimax._base._arrow import from_numpy
from estimax._base._string_array import Origin, StringArray

NEWLINE = 10

# Lines that keep blocks of more than this alive, and of many times their own size, are copied out of them.
_MOST_BYTES_KEPT = 64 << 20
_WASTE = 4
_MOST_JOINED = 8  # times as many lines as are chosen


class LineBlock:
    """Successive lines of one file, each closed by a newline.

    Attributes:
        text: the lines.
        data: the same as uint8.
        count: how many lines.
        file: where they came from.
        first_line: the number of the first of them there, from 1.
        origin: where each came from, if not one below the other.
        made: what was made of the whole block, by who made it; lives as long as the block.
        watchers: told of each block that is read after this one, so that who decodes
            this one can begin with the next; shared by the blocks of a file.
        asked: how many of the lines were asked for in pieces.
    """

    def __init__(self, text: bytes, count: int, file: str, first_line: int, origin: Origin | None = None) -> None:
        self.text = text if not text or text.endswith(b"\n") else text + b"\n"
        self.data = np.frombuffer(self.text, np.uint8)
        self.count = count
        self.file = file
        self.first_line = first_line
        self.made: dict[Hashable, Any] = {}
        self.watchers: dict[Hashable, Callable[[LineBlock], None]] = {}
        self.asked = 0
        self._origin = origin
        self._ends: np.ndarray | None = None
        self._flat: pa.Array | None = None

    @property
    def ends(self) -> np.ndarray:
        """For each line, the position of its newline."""
        if self._ends is None:
            self._ends = np.flatnonzero(self.data == NEWLINE)
        return self._ends

    @property
    def flat(self) -> pa.Array:
        """The lines as an Arrow array."""
        if self._flat is None:
            data = self.data[self.data != NEWLINE]
            offsets = np.zeros(self.count + 1, np.int32)
            offsets[1:] = self.ends - np.arange(self.count)
            self._flat = pa.Array.from_buffers(
                pa.binary(), self.count, [None, pa.py_buffer(offsets), pa.py_buffer(data)]
            )
        return self._flat

    @property
    def closed(self) -> pa.Array:
        """The lines with their newlines as an Arrow array; shares memory."""
        offsets = np.zeros(self.count + 1, np.int32)
        offsets[1:] = self.ends + 1
        buffers = [None, pa.py_buffer(offsets), pa.py_buffer(self.text)]
        return pa.Array.from_buffers(pa.binary(), self.count, buffers)

    @property
    def origin(self) -> Origin:
        if self._origin is None:
            lines = np.arange(self.first_line, self.first_line + self.count)
            self._origin = Origin((self.file,), np.zeros(self.count, np.int32), lines)
        return self._origin


class LineArray(StringArray):
    """Lines out of one or several blocks.

    Made of the bytes of one block: `count` lines, each but possibly the last
    closed by a newline, the first of them line `first_line` of `file`.
    """

    __slots__ = ("_flat", "_origin", "blocks", "lines", "which")

    def __init__(self, block: bytes | np.ndarray, count: int, file: str, first_line: int) -> None:
        block = block if isinstance(block, bytes) else block.tobytes()
        self._set((LineBlock(block, count, file, first_line),), None, range(count), (count,))

    def _set(self, blocks: tuple[LineBlock, ...], which: Any, lines: Any, shape: tuple[int, ...]) -> LineArray:
        self.blocks = blocks
        self.which: np.ndarray | None = which  # the block of each line; None where it is one, and lines is a range
        self.lines: Any = lines  # the numbers of the lines in their blocks
        self.shape = shape
        self._flat: pa.Array | None = None
        self._origin: Origin | None = None
        return self

    def _like(self, blocks: tuple[LineBlock, ...], which: Any, lines: Any, shape: tuple[int, ...]) -> LineArray:
        return object.__new__(LineArray)._set(blocks, which, lines, shape)

    @property
    def size(self) -> int:
        return int(np.prod(self.shape))

    @property
    def nbytes(self) -> int:
        held = sum(len(b.data) for b in self.blocks)
        return int(held * self.size / max(1, sum(b.count for b in self.blocks)))

    @property
    def block(self) -> np.ndarray:
        """The lines one after the other, each closed by a newline; not copied where they are successive."""
        if self.which is None:
            block = self.blocks[0]
            if len(self.lines) == block.count:
                return block.data
            start = int(block.ends[self.lines.start - 1]) + 1 if self.lines.start else 0
            stop = int(block.ends[self.lines.stop - 1]) + 1 if self.lines.stop else 0
            return block.data[start : max(start, stop)]
        return _bytes_of(self._arrow(lambda block: block.closed))

    @property
    def ends(self) -> np.ndarray:
        """For each line, the position of its newline in `block`."""
        if self.which is None and len(self.lines) == self.blocks[0].count:
            return self.blocks[0].ends
        return np.flatnonzero(self.block == NEWLINE)

    @property
    def flat(self) -> pa.Array:
        if self._flat is None:
            self._flat = self._arrow(lambda block: block.flat)
        return self._flat

    @property
    def origin(self) -> Origin | None:  # type: ignore[override]  # computed when asked for
        if self._origin is None:
            if self.which is None:
                self._origin = self.blocks[0].origin.take(slice(self.lines.start, self.lines.stop))
            else:
                joined = Origin.concatenate([b.origin for b in self.blocks])
                self._origin = joined.take(_starts(self.blocks)[self.which] + self.lines)
        return self._origin

    def gathered(self, columns: Sequence[Sequence[Any]]) -> tuple[Any, ...]:
        """Chooses the rows of these lines among what was made of their whole blocks.

        Args:
            columns: for each block, arrays with a row for each of its lines; None for
                what is not wanted.

        Returns:
            For each array of a block, one of the shape of this array.
        """
        if self.which is None:
            rows = slice(self.lines.start, self.lines.stop)
            return tuple(None if c is None else c[rows].reshape(self.shape) for c in columns[0])
        if sum(b.count for b in self.blocks) <= _MOST_JOINED * self.size:
            rows = _starts(self.blocks)[self.which] + self.lines
            return tuple(None if c[0] is None else _picked(c, rows, self.shape) for c in zip(*columns, strict=True))
        return self._gathered_by_block(columns)

    def _gathered_by_block(self, columns: Sequence[Sequence[Any]]) -> tuple[Any, ...]:
        """Does not join what it needs little of."""
        order, bounds = self._by_block()
        lines = [self.lines[order[a:b]] for a, b in itertools.pairwise(bounds)]
        back = _inverse(order)
        results = []
        for parts in zip(*columns, strict=True):
            taken = [None if p is None else p.take(n) for p, n in zip(parts, lines, strict=True)]
            results.append(None if parts[0] is None else _picked(taken, back, self.shape))
        return tuple(results)

    def _by_block(self) -> tuple[np.ndarray, np.ndarray]:
        """Returns the positions of the lines, block by block, and where in them each block begins."""
        assert self.which is not None
        order = np.argsort(self.which.astype(np.uint16, copy=False), kind="stable")
        counts = np.bincount(self.which, minlength=len(self.blocks))
        return order, np.concatenate([[0], np.cumsum(counts)])

    def _arrow(self, of_block: Callable[[LineBlock], pa.Array]) -> pa.Array:
        """Returns some form of the lines as one Arrow array."""
        if self.which is None:
            return of_block(self.blocks[0])[self.lines.start : self.lines.stop]
        strings = [(StringArray(of_block(b)),) for b in self.blocks]
        return self.gathered(strings)[0].flat

    def _rows(self, start: int, stop: int) -> StringArray:
        if start == 0 and stop == self.shape[0]:
            return self
        width = int(np.prod(self.shape[1:], dtype=np.int64))
        part = slice(start * width, stop * width)
        shape = (stop - start, *self.shape[1:])
        if self.which is None:
            return self._like(self.blocks, None, self.lines[part], shape)
        return self._pruned(self.which[part], self.lines[part], shape)

    def gather(self, index: np.ndarray) -> StringArray:
        flat = index.ravel()
        if self.which is None:
            which, lines = np.zeros(len(flat), np.int32), self.lines.start + flat
        else:
            which, lines = self.which[flat], self.lines[flat]
        return self._pruned(which, lines, index.shape)

    def _pruned(self, which: np.ndarray, lines: np.ndarray, shape: tuple[int, ...]) -> StringArray:
        """Returns lines without the blocks that they do not need."""
        counts = np.bincount(which, minlength=len(self.blocks))
        if not counts.all():
            used = np.flatnonzero(counts) if len(which) else np.zeros(1, np.int64)
            which = np.searchsorted(used, which).astype(np.int32)
            made = self._like(tuple(self.blocks[i] for i in used), which, lines, shape)
        else:
            made = self._like(self.blocks, which, lines, shape)
        held = sum(len(b.data) for b in made.blocks)
        return made._copied() if held > max(_MOST_BYTES_KEPT, _WASTE * made.nbytes) else made

    def _copied(self) -> StringArray:
        """Returns the lines in a block of their own."""
        block = LineBlock(self.block.tobytes(), self.size, "", 1, self.origin)
        return self._like((block,), None, range(self.size), self.shape)

    @staticmethod
    def joined(arrays: Sequence[LineArray]) -> LineArray:
        """Joins arrays of lines along the first axis."""
        shape = (sum(a.shape[0] for a in arrays), *arrays[0].shape[1:])
        first, last = arrays[0], arrays[-1]
        if all(a.which is None and a.blocks == first.blocks for a in arrays) and all(
            a.lines.stop == b.lines.start for a, b in itertools.pairwise(arrays)
        ):
            return first._like(first.blocks, None, range(first.lines.start, last.lines.stop), shape)
        numbers: dict[int, int] = {}
        blocks: list[LineBlock] = []
        which, lines = [], []
        for array in arrays:
            own = []
            for block in array.blocks:
                if id(block) not in numbers:
                    numbers[id(block)] = len(blocks)
                    blocks.append(block)
                own.append(numbers[id(block)])
            choice = np.zeros(array.size, np.int32) if array.which is None else array.which
            which.append(np.array(own, np.int32)[choice])
            lines.append(np.arange(array.lines.start, array.lines.stop) if array.which is None else array.lines)
        return first._like(tuple(blocks), np.concatenate(which), np.concatenate(lines), shape)

    def _with_shape(self, shape: tuple[int, ...]) -> StringArray:
        return self._like(self.blocks, self.which, self.lines, shape)


def _starts(blocks: Sequence[LineBlock]) -> np.ndarray:
    """Returns the number of the first line of each block among the lines of all of them."""
    return np.cumsum([0, *(b.count for b in blocks[:-1])])


def _picked(parts: Sequence[Any], rows: np.ndarray, shape: tuple[int, ...]) -> Any:
    """Returns rows of arrays that are joined, in a shape."""
    if isinstance(parts[0], StringArray):
        flat = parts[0].flat if len(parts) == 1 else pa.concat_arrays([p.flat for p in parts])
        return StringArray(flat.take(from_numpy(rows)), shape)
    joined = parts[0] if len(parts) == 1 else np.concatenate(parts)
    return joined[rows].reshape(shape)


def _bytes_of(array: pa.Array) -> np.ndarray:
    """Returns the bytes of an array of strings, one after the other."""
    _, offsets, data = array.buffers()
    if not len(array):
        return np.empty(0, np.uint8)
    bounds = np.frombuffer(offsets, np.int32, len(array) + 1, array.offset * 4)
    return np.frombuffer(data, np.uint8)[bounds[0] : bounds[-1]]


def _inverse(order: np.ndarray) -> np.ndarray:
    """Returns where each position stands in an order."""
    inverse = np.empty_like(order)
    inverse[order] = np.arange(len(order))
    return inverse
