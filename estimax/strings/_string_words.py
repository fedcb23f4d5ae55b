"""The bytes of whole columns of strings as 64-bit words: what hash functions read.

Hash functions fetch words at any byte of a string. Here they fetch them of all
strings at once, as NumPy arrays, a cache's worth of strings at a time.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa

Words = npt.NDArray[np.uint64]
Positions = npt.NDArray[np.int64]

# Small enough that a dozen temporaries of a chunk stay in the processor's cache.
_CHUNK_ROWS = 8192
_CHUNK_BYTES = 1 << 19


class StringWords(NamedTuple):
    """Some strings of a chunk: where each starts in the chunk, and how long it is.

    `words[i]` is the little-endian 64-bit word at byte i, for every i, aligned or
    not. Spelling all of them out costs a third of a nanosecond a byte and makes
    each fetch an aligned gather, several times faster than an unaligned one.
    """

    words: Words
    start: Positions
    length: Positions

    def fetch(self, offset: int) -> Words:
        """Returns the word at `offset` bytes after the start of each string."""
        return self.words[offset:][self.start]

    def fetch_from_end(self, offset: int) -> Words:
        """Returns the word at `offset` bytes before the end of each string."""
        words: Words = self.words[self.start + (self.length - offset)]
        return words

    def take(self, rows: Positions) -> StringWords:
        return StringWords(self.words, self.start[rows], self.length[rows])

    def by_length(self) -> tuple[Positions, StringWords]:
        """Returns the strings with the most whole words first, and where each stood."""
        order = np.argsort(-(self.length >> 3), kind="stable")
        return order, self.take(order)

    def whole_words(self) -> Iterator[tuple[int, Words]]:
        """Yields the first word of each string, the second, and so on, and how many strings have one; `by_length`."""
        counts = self.length >> 3
        having = len(counts) - np.cumsum(np.bincount(counts))[:-1]
        for number, count in enumerate(having.tolist()):
            yield count, self.words[8 * number :][self.start[:count]]

    def rest(self) -> Words:
        """Returns what is left of each string after its whole words: up to seven bytes, zeros above them."""
        bits = (self.length & 7).view(np.uint64) << np.uint64(3)
        return self.words[self.start + (self.length & -8)] & ((np.uint64(1) << bits) - np.uint64(1))


def chunks_of_words(flat: pa.Array) -> Iterator[tuple[slice, StringWords]]:
    """Cuts a binary array into runs of rows whose bytes, spelled out as words, fit the cache."""
    size = len(flat)
    _, offset_buffer, data_buffer = flat.buffers()
    if not size:
        return
    offsets = np.frombuffer(offset_buffer, np.int32, size + 1, flat.offset * 4)
    data = np.frombuffer(data_buffer, np.uint8) if data_buffer is not None else np.empty(0, np.uint8)
    room = np.empty(min(int(offsets[size]) - int(offsets[0]), _CHUNK_BYTES) + 1, np.uint64)
    first = 0
    while first < size:
        begin = int(offsets[first])
        last = min(first + _CHUNK_ROWS, size)
        if offsets[last] - begin > _CHUNK_BYTES:
            fitting = int(np.searchsorted(offsets[first : last + 1], begin + _CHUNK_BYTES, "right")) - 1
            last = first + max(fitting, 1)
        bounds = offsets[first : last + 1].astype(np.int64)
        words = _words(data[begin : int(bounds[-1])], room)
        yield slice(first, last), StringWords(words, bounds[:-1] - begin, bounds[1:] - bounds[:-1])
        first = last


def _words(data: npt.NDArray[np.uint8], room: Words) -> Words:
    """Returns the word at every byte, in `room`; the last ones continue into zeros."""
    padded = np.zeros(len(data) + 8, np.uint8)
    padded[: len(data)] = data
    overlapping: Words = np.ndarray((len(data) + 1,), "<u8", padded, 0, (1,))
    if len(overlapping) > len(room):  # one string longer than a chunk: read in place
        return overlapping
    words = room[: len(overlapping)]
    words[:] = overlapping
    return words
