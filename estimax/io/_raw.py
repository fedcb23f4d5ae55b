"""`decode_raw`: the bytes of strings as numbers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from estimax._base._dtypes import DType, as_dtype, string
from estimax._base._errors import InvalidArgumentError
from estimax._base._record_array import spans_of
from estimax._base._shapes import TensorSpec
from estimax._base._string_array import StringArray
from estimax._graph._column import Column
from estimax._graph._op import Op, as_tensor
from estimax._graph._varying import Rows, as_rows

if TYPE_CHECKING:
    from estimax._graph._op import Node


def decode_raw(
    input_bytes: Any = None,
    out_type: Any = None,
    little_endian: bool = True,
    name: str | None = None,
    bytes: Any = None,
) -> Any:
    """Reads the bytes of strings as numbers.

    Args:
        input_bytes: strings of any shape, all of the same length.
        out_type: type of the numbers.
        little_endian: whether the lowest byte of a number comes first.
        name: of no effect.
        bytes: the old name of `input_bytes`.

    Returns:
        A Tensor with one more axis, for the numbers of each string.

    Raises:
        InvalidArgumentError: strings of different lengths, or no whole number of numbers.

    Example:
        >>> import estimax as tf
        >>> from estimax.io._raw import decode_raw
        >>> decode_raw([b"\\x01\\x00\\x02\\x00", b"\\xff\\xff\\x00\\x01"], tf.int16).numpy()
        array([[  1,   2],
               [ -1, 256]], dtype=int16)
    """
    dtype = as_dtype(out_type)
    if dtype.is_string:
        raise TypeError("out_type must be a type of numbers; got string")
    given = bytes if input_bytes is None else input_bytes
    return DECODE_RAW(as_tensor(given, string), out_type=dtype, little_endian=bool(little_endian))


def _infer(strings: TensorSpec, *, out_type: DType, little_endian: bool) -> TensorSpec:
    return TensorSpec(strings.shape.concatenate([None]), out_type)


def _decode(strings: StringArray, *, out_type: DType, little_endian: bool) -> np.ndarray:
    numbers, counts = _numbers(strings, out_type, little_endian)
    differs = np.flatnonzero(counts != counts[0]) if len(counts) else counts
    if len(differs):
        raise _unequal(strings, 0, int(differs[0]))
    return numbers.reshape((*strings.shape, int(counts[0]) if len(counts) else 0))


def _decode_rows(
    node: Node, values: Sequence[Any], lifted: Sequence[bool], rows: int, params: dict[str, Any]
) -> tuple[Column, ...]:
    """Decodes a column; strings of one row must agree in length, those of two need not."""
    (column,) = values
    shaped = as_rows(column)
    strings: Any = shaped.flat
    numbers, counts = _numbers(strings, **params)
    first = np.minimum(shaped.splits[:-1], max(len(counts) - 1, 0))
    sizes = counts[first] if len(counts) else np.zeros(rows, np.int64)
    of_row = np.repeat(np.arange(rows), np.diff(shaped.splits))
    differs = np.flatnonzero(counts != sizes[of_row])
    if len(differs):
        raise _unequal(strings, int(shaped.splits[of_row[differs[0]]]), int(differs[0]))
    sizes = np.where(np.diff(shaped.splits) > 0, sizes, 0)
    return (Rows.of(numbers, np.concatenate([shaped.shapes, sizes[:, np.newaxis]], 1)),)


def _numbers(strings: StringArray, out_type: DType, little_endian: bool) -> tuple[np.ndarray, np.ndarray]:
    """Returns the numbers of all strings, one after the other, and how many there are in each."""
    spans = spans_of(strings)
    dtype = np.dtype(out_type.as_numpy_dtype)
    size = dtype.itemsize
    counts = spans.lengths // size
    uneven = np.flatnonzero(counts * size != spans.lengths)
    if len(uneven):
        row = int(uneven[0])
        raise InvalidArgumentError(
            f"{_place(strings, row)} must hold whole {out_type.name} numbers of {size} bytes; it has "
            f"{int(spans.lengths[row])} bytes"
        )
    data = spans.joined(size)
    if out_type.is_bool:
        return data != 0, counts
    numbers = data.view(dtype)
    return (numbers if little_endian or size == 1 else numbers.byteswap()), counts


def _unequal(strings: StringArray, first: int, other: int) -> InvalidArgumentError:
    lengths = spans_of(strings).lengths
    return InvalidArgumentError(
        f"decode_raw needs strings of one length; {_place(strings, other)} has {int(lengths[other])} bytes and "
        f"another {int(lengths[first])}. Decode before batch(), and use padded_batch"
    )


def _place(strings: StringArray, index: int) -> str:
    return strings.describe_origin(index) or f"string {index}"


DECODE_RAW = Op("DecodeRaw", infer=_infer, host=_decode, lift=_decode_rows)
