"""CRC-32C, the checksum of TFRecord and event files, for thousands of byte strings at once.

A checksum is linear over XOR: that of a text is the XOR of those of its parts, each
advanced over the bytes behind it. So the units of 16 bytes of a whole block are
looked up in tables together, and then joined in pairs, pairs of pairs, and so on; a
string that stands in the block is made of the few largest of these that lie in it.

The polynomial: RFC 3720, appendix B.4. Table look-ups of several bits at a time:
Kounavis and Berry, "Novel table lookup-based algorithms for high-performance CRC
generation", 2008.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

_POLYNOMIAL = 0x82F63B78  # reflected
_ALL = 0xFFFFFFFF
_MASK_DELTA = 0xA282EAD8
_UNIT = 16  # bytes
_STATE = 4  # bytes
_AT_ONCE = 1 << 14  # units; their temporary arrays stay in the cache
_WORD_BITS = 13  # of a word looked up at once: five tables of 32 KiB
_STATE_BITS = 11  # of a state looked up at once: three tables of 8 KiB
_LONG = 4096  # bytes from which on arrays pay for a single text
GAP = 16  # bytes at least between two spans, so that no unit holds bytes of both

Array = np.ndarray[Any, Any]


def crc32c(data: bytes) -> int:
    """Returns the checksum of one byte string.

    Example:
        >>> from estimax._base._crc32c import crc32c
        >>> hex(crc32c(b"123456789"))
        '0xe3069283'
    """
    if len(data) >= _LONG:
        block = np.frombuffer(data, np.uint8)
        return int(SpanChecksums().of(block, np.zeros(1, np.int64), np.array([len(data)]))[0])
    table = _byte_table_list()
    state = _ALL
    for byte in data:
        state = table[(state ^ byte) & 255] ^ (state >> 8)
    return state ^ _ALL


def crc32c_of_both(first: int, second: int, size: int) -> int:
    """Returns the checksum of a text and another behind it, from the checksums of each and the size of the second.

    Example:
        >>> from estimax._base._crc32c import crc32c, crc32c_of_both
        >>> crc32c_of_both(crc32c(b"1234"), crc32c(b"56789"), 5) == crc32c(b"123456789")
        True
    """
    state = np.array([first], np.uint32)
    units = (size + _UNIT - 1) // _UNIT
    for k in range(units.bit_length()):
        if units >> k & 1:
            state = _shifted(state, k)
    return int(_without_zeros(state, np.array([units * _UNIT - size]))[0]) ^ second


def masked(crc: Any) -> Any:
    """Returns a checksum, or an array of them, in the form in which record files store it.

    Stored checksums are rotated and shifted, so that those of a text which holds
    checksums itself do not become regular.
    """
    wide = np.asarray(crc, np.uint64)
    rotated = (wide >> np.uint64(15)) | (wide << np.uint64(17))
    return ((rotated + np.uint64(_MASK_DELTA)) & np.uint64(_ALL)).astype(np.uint32)


def crc32c_of_numbers(numbers: Array) -> Array:
    """Returns the checksums of texts of eight bytes each, given as the uint64 that their bytes are, lowest first."""
    state = np.zeros(len(numbers), np.uint32)
    signed = (numbers ^ np.uint64(_ALL)).view(np.int64)
    for k, table in enumerate(_tables().words[1]):
        state ^= table[(signed >> (_WORD_BITS * k)) & (len(table) - 1)]
    return state ^ np.uint32(_ALL)


class SpanChecksums:
    """Checksums of the parts of blocks of bytes; keeps the memory that it works in for the next block."""

    def __init__(self) -> None:
        self._words = np.empty(0, "<u8")
        self._states = np.empty(0, np.uint32)
        self._word, self._index = np.empty(_AT_ONCE, np.uint64), np.empty(_AT_ONCE, np.uint64)
        self._found = np.empty(_AT_ONCE, np.uint32)

    def of(self, block: Array, starts: Array, ends: Array) -> Array:
        """Returns the checksums of parts of a block.

        Args:
            block: uint8.
            starts: int64, where each part begins, rising.
            ends: int64, where each part ends, at least `GAP` bytes before the next begins.

        Returns:
            uint32, one for each part.
        """
        short = ends - starts < _STATE
        if short.any():  # the first state would reach beyond them
            out = np.empty(len(starts), np.uint32)
            out[short] = [crc32c(block[s:e].tobytes()) for s, e in zip(starts[short], ends[short], strict=True)]
            out[~short] = self.of(block, starts[~short], ends[~short])
            return out
        if not len(starts):
            return np.empty(0, np.uint32)
        first = int(starts[0])
        starts, ends = starts - first, ends - first
        units = self._isolated(block[first : first + int(ends[-1])], starts, ends)
        begin, end = starts >> 4, (ends + 15) >> 4
        levels = self._levels(units, int((end - begin).max()))
        return _without_zeros(_joined(levels, begin, end), (end << 4) - ends) ^ np.uint32(_ALL)

    def _isolated(self, block: Array, starts: Array, ends: Array) -> Array:
        """Returns the units of a block with zeros between the parts, and the first state mixed into each part."""
        size = len(block) // _UNIT * 2 + 6
        if len(self._words) < size:
            self._words, self._states = np.empty(size, "<u8"), np.empty(size, np.uint32)
        words = self._words[:size]
        words[-6:] = 0
        words.view(np.uint8)[: len(block)] = block
        everything = np.uint64(2**64 - 1)
        last = ends >> 3
        words[last] &= ~(everything << ((ends & 7) << 3).astype(np.uint64))
        words[last + 1] = 0
        shift = ((starts & 7) << 3).astype(np.uint64)
        word = starts >> 3
        words[word[1:] - 1] = 0
        words[word] = (words[word] & (everything << shift)) ^ (np.uint64(_ALL) << shift)
        words[word + 1] ^= np.where(shift > 32, np.uint64(_ALL) >> (np.uint64(64) - np.maximum(shift, 1)), 0)
        return words.reshape(-1, 2)

    def _levels(self, units: Array, longest: int) -> list[Array]:
        """Returns the state after each unit, after each pair, after each pair of pairs, as far as they are needed."""
        out = self._states[: len(units)]
        self._advance(units, out)
        levels, free = [out], self._states[len(units) :]
        while longest >> len(levels):
            below = levels[-1]
            pairs = len(below) // 2
            out, free = free[:pairs], free[pairs:]
            self._shift(below[0 : 2 * pairs : 2], len(levels) - 1, out)
            np.bitwise_xor(out, below[1 : 2 * pairs : 2], out=out)
            levels.append(out)
        return levels

    def _advance(self, units: Array, out: Array) -> None:
        """Puts out the state after each unit when the state before it was mixed into it."""
        out[:] = 0
        for start in range(0, len(units), _AT_ONCE):
            part = slice(start, start + _AT_ONCE)
            for number, tables in enumerate(_tables().words):
                self._look_up(units[part, number], tables, _WORD_BITS, out[part])

    def _shift(self, states: Array, k: int, out: Array) -> None:
        """Puts out what states become over 2**k units of zeros."""
        out[:] = 0
        for start in range(0, len(states), _AT_ONCE):
            part = slice(start, start + _AT_ONCE)
            self._look_up(states[part], _shift_tables(k), _STATE_BITS, out[part])

    def _look_up(self, numbers: Array, tables: tuple[Array, ...], bits: int, out: Array) -> None:
        """Adds what stands in the tables for each number."""
        word, index, found = (a[: len(numbers)] for a in (self._word, self._index, self._found))
        word[:] = numbers
        mask = np.uint64((1 << bits) - 1)
        for k, table in enumerate(tables):
            part = word
            if k:
                part = np.right_shift(word, np.uint64(bits * k), out=index)
            if k < len(tables) - 1:
                part = np.bitwise_and(part, mask, out=index)
            np.take(table, part.view(np.int64), out=found, mode="wrap")
            np.bitwise_xor(out, found, out=out)


def _joined(levels: list[Array], begin: Array, end: Array) -> Array:
    """Returns the states after the units from begin to before end."""
    position, state = begin.copy(), np.zeros(len(begin), np.uint32)
    steps = [(k, True) for k in range(len(levels))] + [(k, False) for k in reversed(range(len(levels)))]
    for k, only_odd in steps:
        fits = position + (1 << k) <= end
        if only_odd:
            fits &= (position >> k) & 1 == 1
        chosen = np.flatnonzero(fits)
        if len(chosen):
            at = position[chosen]
            state[chosen] = _shifted(state[chosen], k) ^ levels[k][at >> k]
            position[chosen] = at + (1 << k)
    return state


def _shifted(state: Array, k: int) -> Array:
    """Returns what states become over 2**k units of zeros."""
    low, middle, high = _shift_tables(k)
    wide = state.astype(np.int64)
    out: Array = low[wide & 2047] ^ middle[(wide >> 11) & 2047] ^ high[wide >> 22]
    return out


@cache
def _shift_tables(k: int) -> tuple[Array, ...]:
    """Returns, for each `_STATE_BITS` of a state, what they become over 2**k units of zeros."""
    if not k:
        return _tables().shifts
    return tuple(_shifted(table, k - 1) for table in _shift_tables(k - 1))


def _without_zeros(state: Array, count: Array) -> Array:
    """Takes the states back by `count` zero bytes, fewer than there are in a unit."""
    back = _tables().back
    base, wide = count << 8, state.astype(np.int64)
    out: Array = (
        back[0][base + (wide & 255)]
        ^ back[1][base + ((wide >> 8) & 255)]
        ^ back[2][base + ((wide >> 16) & 255)]
        ^ back[3][base + (wide >> 24)]
    )
    return out


@dataclass(frozen=True)
class _Tables:
    """What is looked up.

    Attributes:
        words: for each of the two words of a unit, for each `_WORD_BITS` of it, the state that they alone lead to.
        shifts: for each `_STATE_BITS` of a state, what they become over a unit of zeros.
        back: for each byte of a state, what it was `n` zero bytes before, at `n * 256 + byte`.
    """

    words: tuple[tuple[Array, ...], ...]
    shifts: tuple[Array, ...]
    back: tuple[Array, ...]


@cache
def _tables() -> _Tables:
    byte = _byte_table()
    followed = [byte]  # by that many zero bytes
    for _ in range(_UNIT - 1):
        state = followed[-1]
        followed.append(byte[state & 255] ^ (state >> np.uint32(8)))

    def lead_to(bits: int, at: int, size: int, behind: int) -> Array:
        """The states that the bits of a number, from bit `at` on, lead to, with some bytes behind the number."""
        numbers = np.arange(1 << min(bits, size * 8 - at), dtype=np.uint64) << np.uint64(at)
        places = numbers.view(np.uint8).reshape(-1, 8)[:, :size]
        parts = [followed[size - 1 - i + behind][places[:, i]] for i in range(size)]
        state: Array = np.bitwise_xor.reduce(parts)
        return state

    words = tuple(tuple(lead_to(_WORD_BITS, at, 8, behind) for at in range(0, 64, _WORD_BITS)) for behind in (8, 0))
    # A state is mixed into the first four bytes behind it.
    shifts = tuple(lead_to(_STATE_BITS, at, _STATE, _UNIT - _STATE) for at in range(0, 32, _STATE_BITS))
    index_of = np.zeros(256, np.uint32)  # by the upper byte of an entry, where it stands
    index_of[byte >> 24] = np.arange(256)
    back = [np.arange(256, dtype=np.uint32) << np.arange(0, 32, 8, dtype=np.uint32)[:, np.newaxis]]
    for _ in range(_UNIT - 1):
        last = index_of[back[-1] >> 24]
        back.append(((back[-1] ^ byte[last]) << np.uint32(8)) | last)
    return _Tables(words, shifts, tuple(np.stack(back, 1).reshape(4, -1)))


@cache
def _byte_table() -> Array:
    state: Array = np.arange(256, dtype=np.uint32)
    for _ in range(8):
        state = (state >> np.uint32(1)) ^ (np.uint32(_POLYNOMIAL) * (state & np.uint32(1)))
    return state


@cache
def _byte_table_list() -> list[int]:
    made: list[int] = _byte_table().tolist()
    return made
