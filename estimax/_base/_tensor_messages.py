"""What TensorFlow's files say of arrays: types by number, shapes, slices of arrays, arrays within messages.

The messages are those of the public `types.proto`, `tensor_shape.proto`,
`tensor_slice.proto` and `tensor.proto`. Everything here raises `WireError`
for bytes that make no sense; who reads a file says which file that was.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import ml_dtypes
import numpy as np

from estimax._base._wire_format import WireError, decode_varints, fields

STRING = 7  # the number of the type of strings
TYPES: dict[int, np.dtype[Any]] = {
    1: np.dtype(np.float32),
    2: np.dtype(np.float64),
    3: np.dtype(np.int32),
    4: np.dtype(np.uint8),
    5: np.dtype(np.int16),
    6: np.dtype(np.int8),
    STRING: np.dtype(object),
    8: np.dtype(np.complex64),
    9: np.dtype(np.int64),
    10: np.dtype(np.bool_),
    11: np.dtype(np.int8),  # 11 to 13, 15 and 16 are quantized numbers
    12: np.dtype(np.uint8),
    13: np.dtype(np.int32),
    14: np.dtype(ml_dtypes.bfloat16),
    15: np.dtype(np.int16),
    16: np.dtype(np.uint16),
    17: np.dtype(np.uint16),
    18: np.dtype(np.complex128),
    19: np.dtype(np.float16),
    22: np.dtype(np.uint32),
    23: np.dtype(np.uint64),
    24: np.dtype(ml_dtypes.float8_e5m2),
    25: np.dtype(ml_dtypes.float8_e4m3fn),
}
_MOST_DIMENSIONS = 64  # of a NumPy array
_LARGEST = 1 << 48

Array = np.ndarray[Any, Any]
Slice = tuple[tuple[int, int | None], ...]
"""For each dimension where a part of an array begins and how long it is, None for all of it."""


def by_number(data: bytes) -> dict[int, list[Any]]:
    """Returns the values of the fields of a message, by the fields' numbers."""
    found: dict[int, list[Any]] = {}
    for number, _, value in fields(data):
        found.setdefault(number, []).append(value)
    return found


def whole_number(said: dict[int, list[Any]], number: int, default: int = 0) -> int:
    """Returns a field that is a whole number, or the default where it is left out."""
    value = said.get(number, [default])[-1]
    if not isinstance(value, int):
        raise WireError(f"field {number} is no whole number")
    return value - 2**64 if value >= 2**63 else value


def content(said: dict[int, list[Any]], number: int) -> bytes:
    """Returns a field that is text or a message, none where it is left out."""
    return _bytes(said.get(number, [b""])[-1])


def contents(said: dict[int, list[Any]], number: int) -> list[bytes]:
    """Returns all values of a field that is text or a message."""
    return [_bytes(value) for value in said.get(number, [])]


def _bytes(value: Any) -> bytes:
    if not isinstance(value, bytes):
        raise WireError(f"a message stands where there is {value!r}")
    return value


def text(data: bytes) -> str:
    """Returns a name; bytes that are no UTF-8 stay distinguishable."""
    return data.decode(errors="surrogateescape")


def shape_of(data: bytes) -> tuple[int, ...]:
    """Reads a `TensorShapeProto`."""
    said = by_number(data)
    if whole_number(said, 3):
        raise WireError("a stored array must have a shape")
    shape = tuple(whole_number(by_number(dim), 1) for dim in contents(said, 2))
    if len(shape) > _MOST_DIMENSIONS or not all(0 <= n <= _LARGEST for n in shape) or math.prod(shape) > _LARGEST:
        raise WireError(f"there are no arrays of shape {shape[:_MOST_DIMENSIONS]}")
    return shape


def slice_of(data: bytes) -> Slice:
    """Reads a `TensorSliceProto`."""
    extents = [by_number(extent) for extent in contents(by_number(data), 1)]
    return tuple((whole_number(e, 1), whole_number(e, 2) if 2 in e else None) for e in extents)


@dataclass(frozen=True)
class Place:
    """Where a part stands in an array: for each dimension where it begins and ends."""

    bounds: tuple[tuple[int, int], ...]

    @property
    def shape(self) -> tuple[int, ...]:
        return tuple(end - start for start, end in self.bounds)

    @property
    def slices(self) -> tuple[slice, ...]:
        return tuple(slice(start, end) for start, end in self.bounds)


def place_of(part: Slice, shape: tuple[int, ...]) -> Place:
    """Returns where a part stands in an array of a shape.

    Raises:
        WireError: it does not lie within the array.
    """
    if len(part) != len(shape):
        raise WireError(f"a part of {len(part)} dimensions does not lie in the shape {shape}")
    ends = [n if length is None else start + length for (start, length), n in zip(part, shape, strict=True)]
    if any(not 0 <= start <= end <= n for (start, _), end, n in zip(part, ends, shape, strict=True)):
        raise WireError(f"the part {part} does not lie in the shape {shape}")
    return Place(tuple((start, end) for (start, _), end in zip(part, ends, strict=True)))


# Fields of a TensorProto that hold numbers, by the type's number: the field, and how its numbers are written.
_VALUES: dict[int, tuple[int, str]] = {
    **{kind: (7, "varint") for kind in (3, 4, 5, 6, 11, 12, 13, 15, 16, 17)},
    1: (5, "<f4"),
    2: (6, "<f8"),
    8: (9, "<f4"),
    9: (10, "varint"),
    10: (11, "varint"),
    14: (13, "half"),
    18: (12, "<f8"),
    19: (13, "half"),
    22: (16, "varint"),
    23: (17, "varint"),
}


def array_of(data: bytes, kind: int, shape: tuple[int, ...]) -> Array:
    """Reads a `TensorProto` of a type and a shape that are known.

    Raises:
        WireError: it holds more or fewer values.
    """
    said = by_number(data)
    count = math.prod(shape)
    if kind == STRING:
        strings = contents(said, 8)
        out = np.empty(len(strings), object)
        out[:] = strings
        return _filled(out, count).reshape(shape)
    raw = content(said, 4)
    if raw:
        if len(raw) != count * TYPES[kind].itemsize:
            raise WireError(f"{len(raw)} bytes are no array of shape {shape}")
        return np.frombuffer(raw, TYPES[kind]).reshape(shape)
    number, form = _VALUES[kind]
    return _filled(_numbers(said.get(number, []), form, TYPES[kind]), count).reshape(shape)


def _filled(values: Array, count: int) -> Array:
    if len(values) != count:
        raise WireError(f"there are {len(values)} values where {count} belong")
    return values


def _numbers(chunks: list[Any], form: str, dtype: np.dtype[Any]) -> Array:
    """Returns the numbers of a repeated field, whether it was written in one piece or one by one."""
    if form.startswith("<"):
        item = np.dtype(form).itemsize
        raw = b"".join(_bytes(chunk) for chunk in chunks)
        if len(raw) % item or (len(raw) // item * item) % dtype.itemsize:
            raise WireError(f"{len(raw)} bytes are no numbers of the type {dtype}")
        return np.frombuffer(raw, dtype)
    parts = [np.array([c], np.uint64).view(np.int64) if isinstance(c, int) else _varints(c) for c in chunks]
    values = np.concatenate([*parts, np.empty(0, np.int64)])
    if form == "half":
        return values.astype(np.uint16).view(dtype)
    return values.astype(dtype)


def _varints(chunk: bytes) -> Array:
    if not chunk:
        return np.empty(0, np.int64)
    values, ends = decode_varints(np.frombuffer(chunk, np.uint8))
    if not len(ends) or ends[-1] != len(chunk):
        raise WireError("a whole number does not end")
    return values


def fixed32(said: dict[int, list[Any]], number: int) -> int:
    """Returns a field of four bytes as a number, 0 where it is left out."""
    data = content(said, number)
    if len(data) not in (0, 4):
        raise WireError(f"field {number} does not have four bytes")
    return int.from_bytes(data, "little")
