"""The wire format of protocol buffers, read for thousands of messages in lock-step.

A message is a sequence of fields: a tag (number of the field and how its value is
written), then the value. Where messages of a column stand in one block of bytes,
their first bytes, their lengths and their lists are read with a few array
operations for all of them; nothing here knows what the fields mean.

The format: https://protobuf.dev/programming-guides/encoding/
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

VARINT, FIXED64, DELIMITED, FIXED32 = 0, 1, 2, 5  # how a value is written
PADDING = 64  # bytes at least that stand behind the last span of a block
_LONGEST_VARINT = 10
_FEW = 8  # messages; of so few, each is read by itself

Array = np.ndarray[Any, Any]


class WireError(ValueError):
    """Bytes that are no message."""


def varint(value: int) -> bytes:
    """Returns a number below 2**64 in groups of seven bits, lowest first; all bytes but the last have the top bit set.

    Example:
        >>> from estimax._base._wire_format import varint
        >>> varint(300).hex()
        'ac02'
    """
    out = bytearray()
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    out.append(value)
    return bytes(out)


def delimited(number: int, content: bytes) -> bytes:
    """Returns a field that holds a text, a message or a packed list."""
    return varint(number << 3 | DELIMITED) + varint(len(content)) + content


def read_varint(data: bytes, at: int) -> tuple[int, int]:
    """Returns a number and where it ends; what goes beyond 64 bits is dropped, as in every reader.

    Raises:
        WireError: it does not end within ten bytes, or within the data.
    """
    value = 0
    for count in range(_LONGEST_VARINT):
        if at + count >= len(data):
            break
        byte = data[at + count]
        value |= (byte & 127) << (7 * count)
        if byte < 128:
            return value & (2**64 - 1), at + count + 1
    raise WireError(f"there is no whole number at byte {at}")


def fields(data: bytes) -> Iterator[tuple[int, int, Any]]:
    """Yields the number, the kind and the value (an int or bytes) of each field of a message.

    Raises:
        WireError: the message is cut off, or has a field of a kind that is no longer in use.
    """
    at = 0
    while at < len(data):
        tag, at = read_varint(data, at)
        number, kind = tag >> 3, tag & 7
        if kind == VARINT:
            value: Any
            value, at = read_varint(data, at)
        elif kind in (FIXED64, FIXED32, DELIMITED):
            size = {FIXED64: 8, FIXED32: 4}.get(kind)
            if size is None:
                size, at = read_varint(data, at)
            if at + size > len(data):
                raise WireError(f"a field of {size} bytes at byte {at} goes beyond the end")
            value, at = data[at : at + size], at + size
        else:
            raise WireError(f"there is no field at byte {at}")
        if not number:
            raise WireError(f"there is no field at byte {at}")
        yield number, kind, value


@dataclass(frozen=True)
class Spans:
    """Parts of a block of bytes, one for each row.

    Attributes:
        data: uint8; there are `PADDING` bytes or more behind the last part.
        starts: int64 [rows].
        ends: int64 [rows].
    """

    data: Array
    starts: Array
    ends: Array

    def __len__(self) -> int:
        return len(self.starts)

    @property
    def lengths(self) -> Array:
        return self.ends - self.starts

    def take(self, rows: Any) -> Spans:
        return Spans(self.data, self.starts[rows], self.ends[rows])

    def bytes_of(self, row: int) -> bytes:
        return self.data[int(self.starts[row]) : int(self.ends[row])].tobytes()

    def heads(self, size: int) -> Array:
        """Returns the first bytes of each part, and what follows it where it is shorter: uint8 [rows, size]."""
        return windows(self.data, self.starts, size)

    def joined(self, item: int = 1) -> Array:
        """Returns the bytes of all parts, one after the other; their lengths are multiples of `item`."""
        return joined(self.data, self.starts, self.lengths, item)


def windows(data: Array, at: Array, size: int) -> Array:
    """Returns `size` bytes from each of the given positions on: uint8 [positions, size]."""
    if not size or not len(at):
        return np.empty((len(at), size), np.uint8)
    if size > PADDING and int(at.max()) + size > len(data):
        data = np.concatenate([data, np.zeros(size, np.uint8)])
    view = np.ndarray((len(data) - size + 1,), f"V{size}", data, 0, (1,))
    return view[at].view(np.uint8).reshape(len(at), size)


def joined(data: Array, starts: Array, lengths: Array, item: int = 1) -> Array:
    """Returns the bytes from each start on, as many as said, one part after the other."""
    if not len(starts):
        return np.empty(0, np.uint8)
    size = int(lengths[0])
    if (lengths == size).all():
        return windows(data, starts, size).reshape(-1)
    counts = lengths // item
    behind = np.cumsum(counts)
    index = np.repeat(starts - (behind - counts) * item, counts) + np.arange(int(behind[-1])) * item
    return windows(data, index, item).reshape(-1) if item > 1 else data[index]


def varints_at(data: Array, at: Array) -> tuple[Array, Array]:
    """Returns the numbers at the given positions, and where each ends; -1 and the position where there is none."""
    first = data[at]
    value = (first & 127).astype(np.int64)
    longer = np.flatnonzero(first > 127)
    behind = at + 1
    for count in range(1, _LONGEST_VARINT):
        if not len(longer):
            return value, behind
        byte = data[at[longer] + count]
        value[longer] |= (byte & 127).astype(np.int64) << (7 * count)
        behind[longer] += 1
        longer = longer[byte > 127]
    value[longer], behind[longer] = -1, at[longer]
    return value, behind


def decode_varints(flat: Array) -> tuple[Array, Array]:
    """Returns all numbers, int64, of bytes that hold one after the other, and where each of them ends.

    A number that does not end counts as none; one of more than ten bytes is cut off.
    """
    is_last = flat < 128
    if is_last.all():
        return flat.astype(np.int64), np.arange(1, len(flat) + 1)
    ends = np.flatnonzero(is_last) + 1
    starts = np.append(0, ends[:-1])
    values = np.zeros(len(ends), np.uint64)
    lengths = ends - starts
    longer = np.arange(len(ends))
    for count in range(_LONGEST_VARINT):
        longer = longer[lengths[longer] > count]
        if not len(longer):
            break
        bits = (flat[starts[longer] + count] & 127).astype(np.uint64)
        values[longer] |= bits << np.uint64(7 * count)
    return values.view(np.int64), ends


def split_delimited(spans: Spans) -> tuple[Spans, Array, Array]:
    """Cuts messages that consist of fields with the number 1, delimited, into the values of these.

    Returns:
        The values of all rows, one after the other; how many each row has; and which
        rows hold something else, of whose values none is given.
    """
    data, ends = spans.data, spans.ends
    counts = np.zeros(len(spans), np.int64)
    is_other = np.zeros(len(spans), bool)
    at = spans.starts
    rows = np.flatnonzero(at < ends)
    at = at[rows]
    found: list[tuple[Array, Array, Array]] = []
    while len(rows):
        if len(rows) <= _FEW:
            for one, begin in zip(rows.tolist(), at.tolist(), strict=True):
                parts = _split_one(data[begin : ends[one]].tobytes())
                if parts is None:
                    is_other[one] = True
                else:
                    own = np.array(parts, np.int64).reshape(-1, 2) + begin
                    found.append((np.full(len(own), one), own[:, 0], own[:, 1]))
            break
        size, start = varints_at(data, at + 1)
        stop = start + size
        is_sound = (data[at] == (1 << 3 | DELIMITED)) & (size >= 0) & (stop >= start) & (stop <= ends[rows])
        if not is_sound.all():
            is_other[rows[~is_sound]] = True
            rows, start, stop = rows[is_sound], start[is_sound], stop[is_sound]
        found.append((rows, start, stop))
        goes_on = stop < ends[rows]
        if goes_on.all():
            at = stop
        else:
            rows, at = rows[goes_on], stop[goes_on]
    if not found:
        return Spans(data, counts[:0], counts[:0]), counts, is_other
    if len(found) == 1 and not is_other.any() and np.array_equal(found[0][0], np.arange(len(spans))):
        return Spans(data, found[0][1], found[0][2]), counts + 1, is_other
    row, start, stop = (np.concatenate(parts) for parts in zip(*found, strict=True))
    if is_other.any():
        kept = ~is_other[row]
        row, start, stop = row[kept], start[kept], stop[kept]
    order = np.argsort(row, kind="stable")
    counts = np.bincount(row, minlength=len(spans))
    return Spans(data, start[order], stop[order]), counts, is_other


def _split_one(message: bytes) -> list[tuple[int, int]] | None:
    """Returns where the values of one message begin and end; None where it holds something else."""
    at, parts = 0, []
    while at < len(message):
        try:
            size, start = read_varint(message, at + 1)
        except WireError:
            return None
        if message[at] != (1 << 3 | DELIMITED) or start + size > len(message):
            return None
        at = start + size
        parts.append((start, at))
    return parts
