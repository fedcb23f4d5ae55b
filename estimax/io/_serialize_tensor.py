"""`serialize_tensor` and `parse_tensor`: a whole Tensor in one string, in the original's form (`TensorProto`)."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from estimax._base._arrow import binary_array
from estimax._base._dtypes import DType, as_dtype, string
from estimax._base._errors import InvalidArgumentError
from estimax._base._shapes import TensorSpec
from estimax._base._string_array import StringArray
from estimax._base._wire_format import DELIMITED, VARINT, WireError, delimited, fields, varint
from estimax._graph._op import Op, as_tensor

# The numbers of the types, from the public description of the format.
_TYPES = {
    "float32": 1,
    "float64": 2,
    "int32": 3,
    "uint8": 4,
    "int16": 5,
    "int8": 6,
    "string": 7,
    "int64": 9,
    "bool": 10,
    "uint16": 17,
    "float16": 19,
    "uint32": 22,
    "uint64": 23,
}
_DTYPE, _SHAPE, _CONTENT, _STRINGS = 1, 2, 4, 8  # the fields of a TensorProto


def serialize_tensor(tensor: Any, name: str | None = None) -> Any:
    """Writes a Tensor, its type and its shape into one string.

    Example:
        >>> from estimax.io._serialize_tensor import parse_tensor, serialize_tensor
        >>> parse_tensor(serialize_tensor([[1.5, 2.5]]), "float32").numpy()
        array([[1.5, 2.5]], dtype=float32)
    """
    return _SERIALIZE(as_tensor(tensor))


def parse_tensor(serialized: Any, out_type: Any, name: str | None = None) -> Any:
    """Reads a Tensor that `serialize_tensor` wrote.

    Args:
        serialized: one string.
        out_type: the type of the Tensor.
        name: of no effect.

    Raises:
        InvalidArgumentError: the string is no Tensor, or one of another type.
    """
    return _PARSE(as_tensor(serialized, string), out_type=as_dtype(out_type))


def _serialize(value: Any) -> StringArray:
    name = "string" if isinstance(value, StringArray) else value.dtype.name
    axes = b"".join(delimited(2, varint(1 << 3 | VARINT) + varint(size) if size else b"") for size in value.shape)
    parts = [varint(_DTYPE << 3 | VARINT) + varint(_TYPES[name]), delimited(_SHAPE, axes)]
    if isinstance(value, StringArray):
        parts += [delimited(_STRINGS, text) for text in value.flat.to_pylist()]
    elif value.size:
        parts.append(delimited(_CONTENT, value.astype(value.dtype.newbyteorder("<")).tobytes()))
    return StringArray(binary_array([b"".join(parts)]), ())


def _parse(serialized: StringArray, *, out_type: DType) -> Any:
    data = serialized.flat[0].as_py()
    try:
        number, shape, content, strings = _read(data)
        if number != _TYPES[out_type.name]:
            found = next((name for name, code in _TYPES.items() if code == number), f"of type number {number}")
            raise InvalidArgumentError(f"the serialized Tensor must be {out_type.name}; it is {found}")
        count = math.prod(shape)
        if out_type.is_string and len(strings) == count:
            return StringArray(binary_array(strings), shape)
        if not out_type.is_string and len(content) == count * out_type.size:
            dtype = np.dtype(out_type.as_numpy_dtype)
            return np.frombuffer(content, dtype.newbyteorder("<")).astype(dtype).reshape(shape)
    except WireError:
        pass
    shown = f"{data[:40]!r}{'...' if len(data) > 40 else ''}"
    raise InvalidArgumentError(f"parse_tensor takes what serialize_tensor wrote; got {shown}")


def _read(data: bytes) -> tuple[int, tuple[int, ...], bytes, list[bytes]]:
    """Returns the number of the type, the shape, the bytes of the numbers, and the strings."""
    number, shape, content, strings = 0, [], b"", []
    for field, kind, value in fields(data):
        if (field, kind) == (_DTYPE, VARINT):
            number = value
        elif (field, kind) == (_SHAPE, DELIMITED):
            axes = [axis for f, k, axis in fields(value) if (f, k) == (2, DELIMITED)]
            shape = [next((size for f, k, size in fields(axis) if (f, k) == (1, VARINT)), 0) for axis in axes]
        elif (field, kind) == (_CONTENT, DELIMITED):
            content = value
        elif (field, kind) == (_STRINGS, DELIMITED):
            strings.append(value)
    return number, tuple(shape), content, strings


_SERIALIZE = Op("SerializeTensor", infer=lambda x: TensorSpec((), string), host=_serialize)
_PARSE = Op("ParseTensor", infer=lambda x, *, out_type: TensorSpec(None, out_type), host=_parse)
