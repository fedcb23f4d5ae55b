"""How records stand in TFRecord and event files, and where in a block of bytes they are.

A record is its length (8 bytes, little-endian), the masked CRC-32C of the length
(4 bytes), the data, and the masked CRC-32C of the data (4 bytes); nothing stands
between records. Whole blocks of records are found, checked and made at once.

The format: https://www.tensorflow.org/tutorials/load_data/tfrecord#tfrecords_format_details
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from estimax._base._crc32c import SpanChecksums, crc32c, crc32c_of_numbers, masked

_HEADER = 12
_FOOTER = 4
_AROUND = _HEADER + _FOOTER
_FEW = 16  # records; below, a loop is faster

Array = np.ndarray[Any, Any]


def framed(records: Sequence[bytes]) -> bytes:
    """Returns records as they stand in a file.

    Example:
        >>> from estimax._base._record_framing import framed
        >>> framed([b"a"]).hex()
        '01000000000000000175de4161786ee428'
    """
    if len(records) < _FEW:
        return b"".join(part for record in records for part in _parts(record))
    lengths = np.array([len(r) for r in records], np.int64)
    ends = np.cumsum(lengths + _AROUND) - _FOOTER
    starts = ends - lengths
    gap = bytes(_AROUND)
    block = np.frombuffer(bytearray(gap[_FOOTER:] + gap.join(records) + gap[_HEADER:]), np.uint8)
    _write(block, starts - _HEADER, lengths.astype("<u8"))
    _write(block, starts - _FOOTER, masked(crc32c_of_numbers(lengths.astype(np.uint64))).astype("<u4"))
    _write(block, ends, masked(SpanChecksums().of(block, starts, ends)).astype("<u4"))
    return block.tobytes()


def _parts(record: bytes) -> tuple[bytes, bytes, bytes, bytes]:
    length = struct.pack("<Q", len(record))
    return length, _stored(crc32c(length)), record, _stored(crc32c(record))


def _stored(checksum: int) -> bytes:
    return struct.pack("<I", int(masked(checksum)))


def _write(block: Array, at: Array, numbers: Array) -> None:
    """Writes the bytes of each number into the block, wherever it begins."""
    size = numbers.dtype.itemsize
    block[at[:, np.newaxis] + np.arange(size)] = numbers.view(np.uint8).reshape(-1, size)


def numbers_at(block: Array, at: Array, dtype: str) -> Array:
    """Returns the numbers whose bytes begin at the given positions of a block, aligned or not."""
    size = np.dtype(dtype).itemsize
    if not len(at):
        return np.empty(0, dtype)
    windows = np.ndarray((len(block) - size + 1,), f"V{size}", block, 0, (1,))
    return windows[at].view(dtype)


@dataclass(frozen=True)
class Found:
    """The records that a block of bytes holds.

    Attributes:
        starts: int64, where the data of each record begins.
        ends: int64, where it ends.
        length: how many bytes the records take, from the beginning of the block.
        damage: what is wrong with what stands behind them, '' if nothing is.
        missing: how many more bytes of the file are needed, at least, for one more record.
    """

    starts: Array
    ends: Array
    length: int
    damage: str
    missing: int


class RecordFinder:
    """Finds the records of blocks of bytes, and checks them; keeps the memory that it works in."""

    def __init__(self) -> None:
        self._checksums = SpanChecksums()

    def find(self, block: Array) -> Found:
        """Finds the records that stand in a block one after the other.

        Args:
            block: uint8, with the first byte of a record first.
        """
        headers, stop = _walk(block)
        lengths = numbers_at(block, headers, "<u8")
        is_sound = numbers_at(block, headers + 8, "<u4") == masked(crc32c_of_numbers(lengths))
        if not is_sound.all():
            count = int(np.argmin(is_sound))
            stop, damage, missing = int(headers[count]), "its length has a wrong checksum", 0
        elif stop > len(block):
            count, damage, missing = len(headers) - 1, "", stop - len(block)
            stop = int(headers[count])
        else:
            count, damage, missing = len(headers), "", stop + _HEADER - len(block)
        starts = headers[:count] + _HEADER
        ends = starts + lengths[:count].astype(np.int64)
        is_sound = numbers_at(block, ends, "<u4") == masked(self._checksums.of(block, starts, ends))
        if not is_sound.all():
            count = int(np.argmin(is_sound))
            stop, damage, missing = int(headers[count]), "its data have a wrong checksum", 0
        return Found(starts[:count], ends[:count], stop, damage, missing)


def _walk(block: Array) -> tuple[Array, int]:
    """Returns where each header begins, the last one's record being whole or not, and where the one after would."""
    unpack, data, last = struct.Struct("<Q").unpack_from, block.data, len(block) - _HEADER
    headers = []
    at = 0
    while at <= last:
        headers.append(at)
        at += unpack(data, at)[0] + _AROUND
    return np.fromiter(headers, np.int64, len(headers)), at
