"""Between NumPy and Arrow by their buffers.

pyarrow's own conversions import pandas where it is installed, which costs a third
of a second at the first one; these do not.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa


def from_numpy(array: np.ndarray) -> pa.Array:
    """Wraps a one-dimensional array of numbers without copying; truth values are packed."""
    if array.dtype == bool:
        return pa.Array.from_buffers(
            pa.bool_(), len(array), [None, pa.py_buffer(np.packbits(array, bitorder="little"))]
        )
    data = np.ascontiguousarray(array)
    return pa.Array.from_buffers(pa.from_numpy_dtype(data.dtype), len(data), [None, pa.py_buffer(data)])


def to_numpy(array: pa.Array) -> np.ndarray:
    """Returns the values of an array of numbers or truth values without nulls; numbers are not copied.

    Raises:
        ValueError: there are nulls.
    """
    if array.null_count:
        raise ValueError(f"the array has {array.null_count} nulls")
    data = array.buffers()[1]
    if array.type == pa.bool_():
        bits = np.frombuffer(data, np.uint8) if data is not None else np.empty(0, np.uint8)
        unpacked = np.unpackbits(bits, bitorder="little")
        return unpacked[array.offset : array.offset + len(array)].astype(bool)
    dtype = np.dtype(array.type.to_pandas_dtype())
    if data is None:
        return np.empty(0, dtype)
    values: np.ndarray = np.frombuffer(data, dtype, len(array), array.offset * dtype.itemsize)
    return values


def binary_array(strings: Sequence[bytes]) -> pa.Array:
    """Makes an Arrow array of byte strings.

    Raises:
        ValueError: they have 2 GiB or more.
    """
    offsets = np.zeros(len(strings) + 1, np.int64)
    np.cumsum([len(s) for s in strings], out=offsets[1:])
    if offsets[-1] >= 2**31:
        raise ValueError(f"an array of strings holds less than 2 GiB; these have {offsets[-1]:,} bytes")
    buffers = [None, pa.py_buffer(offsets.astype(np.int32)), pa.py_buffer(b"".join(strings))]
    return pa.Array.from_buffers(pa.binary(), len(strings), buffers)
