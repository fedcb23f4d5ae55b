"""Flat Arrow arrays of strings as what they are in memory: bytes, and where each string begins in them."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from estimax._base._errors import InvalidArgumentError
from estimax._graph._stretches import spans, splits_of


def bytes_of(flat: pa.Array) -> tuple[np.ndarray, np.ndarray]:
    """Returns the bytes of all strings, uint8, and where in them each begins and the last one ends, int64.

    Example:
        >>> import pyarrow as pa
        >>> from estimax.strings._flat_bytes import bytes_of
        >>> data, offsets = bytes_of(pa.array([b"ab", b"", b"c"]))
        >>> bytes(data), offsets.tolist()
        (b'abc', [0, 2, 2, 3])
    """
    _, offset_buffer, data_buffer = flat.buffers()
    if not len(flat) or offset_buffer is None:
        return np.zeros(0, np.uint8), np.zeros(len(flat) + 1, np.int64)
    offsets = np.frombuffer(offset_buffer, np.int32, len(flat) + 1, flat.offset * 4).astype(np.int64)
    data = np.frombuffer(data_buffer, np.uint8) if data_buffer is not None else np.zeros(0, np.uint8)
    return data[offsets[0] : offsets[-1]], offsets - offsets[0]


def strings_of(data: np.ndarray, lengths: np.ndarray) -> pa.Array:
    """Cuts successive bytes into strings of the given lengths.

    Raises:
        InvalidArgumentError: there are 2 GiB or more.
    """
    offsets = splits_of(lengths)
    if offsets[-1] >= 2**31:
        raise InvalidArgumentError(f"an array of strings holds less than 2 GiB; these would have {offsets[-1]:,} bytes")
    buffers = [None, pa.py_buffer(offsets.astype(np.int32)), pa.py_buffer(np.ascontiguousarray(data))]
    return pa.Array.from_buffers(pa.binary(), len(lengths), buffers)


def cut(flat: pa.Array, begin: np.ndarray, count: np.ndarray) -> pa.Array:
    """Takes `count` bytes of each string from `begin` on."""
    data, offsets = bytes_of(flat)
    return strings_of(data[spans(offsets[:-1] + begin, count)], count)


def character_starts(data: np.ndarray) -> np.ndarray:
    """Tells which bytes begin a character of UTF-8."""
    starts: np.ndarray = (data & 0xC0) != 0x80
    return starts


def counts_between(marks: np.ndarray, offsets: np.ndarray) -> np.ndarray:
    """Counts the marked bytes of each string."""
    return np.diff(splits_of(marks)[offsets])


def joined_groups(flat: pa.Array, splits: np.ndarray, separator: bytes) -> pa.Array:
    """Joins successive strings, so many to each result, with a separator between them.

    Example:
        >>> import numpy as np, pyarrow as pa
        >>> from estimax.strings._flat_bytes import joined_groups
        >>> joined_groups(pa.array([b"a", b"b", b"c"]), np.array([0, 2, 2, 3]), b"-").to_pylist()
        [b'a-b', b'', b'c']
    """
    lists = pa.ListArray.from_arrays(
        pa.Array.from_buffers(pa.int32(), len(splits), [None, pa.py_buffer(splits.astype(np.int32))]), flat
    )
    return pc.binary_join(lists, pa.scalar(separator, pa.binary()))
