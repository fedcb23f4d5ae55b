"""Lengths, letter case, joining and cutting of strings.

Strings are bytes; what counts or changes letters takes them as ASCII unless it
is told that they are UTF-8.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from estimax._base._arrow import binary_array, from_numpy
from estimax._base._dtypes import int32, string
from estimax._base._errors import InvalidArgumentError
from estimax._base._shapes import TensorSpec, broadcast_shapes
from estimax._base._string_array import StringArray
from estimax._graph._lifting import broadcasting
from estimax._graph._op import Op, as_argument
from estimax._graph._stretches import splits_of
from estimax._graph._tensor import Tensor
from estimax.strings._flat_bytes import bytes_of, character_starts, counts_between, cut
from estimax.strings._rule import check_strings, each_string, text_of

_UNITS = ("BYTE", "UTF8_CHAR")


def _check_unit(*, unit: str) -> None:
    if unit not in _UNITS:
        raise InvalidArgumentError(f"unit must be one of {', '.join(_UNITS)}; got {unit!r}")


def _length(flat: pa.Array, *, unit: str) -> np.ndarray:
    data, offsets = bytes_of(flat)
    sizes = counts_between(character_starts(data), offsets) if unit == "UTF8_CHAR" else np.diff(offsets)
    return sizes.astype(np.int32)


def _check_encoding(*, encoding: str) -> None:
    if encoding.lower() not in ("", "utf-8"):
        raise InvalidArgumentError(f"encoding must be '' (ASCII) or 'utf-8'; got {encoding!r}")


def _upper(flat: pa.Array, *, encoding: str) -> pa.Array:
    return _each(str.upper, pc.ascii_upper, flat) if encoding else _ascii(pc.ascii_upper, flat)


def _lower(flat: pa.Array, *, encoding: str) -> pa.Array:
    return _each(str.lower, pc.ascii_lower, flat) if encoding else _ascii(pc.ascii_lower, flat)


def _strip(flat: pa.Array) -> pa.Array:
    return _ascii(pc.ascii_trim_whitespace, flat)


def _ascii(function: Callable[..., pa.Array], flat: pa.Array) -> pa.Array:
    """Applies a function of Arrow that looks at ASCII letters only, and so takes any bytes."""
    return function(flat.view(pa.string())).view(pa.binary())


def _each(function: Callable[[str], str], ascii_function: Callable[..., pa.Array], flat: pa.Array) -> pa.Array:
    """Applies a function of Python, which knows letters whose capital is two, to the strings that need it.

    Wrong bytes become U+FFFD.
    """
    data, offsets = bytes_of(flat)
    needing = np.flatnonzero(counts_between(data >= 0x80, offsets))
    plain = _ascii(ascii_function, flat)
    if not len(needing):
        return plain
    words = flat.take(from_numpy(needing)).to_pylist()
    changed = binary_array([function(w.decode(errors="replace")).encode() for w in words])
    place = np.arange(len(flat))
    place[needing] = len(flat) + np.arange(len(needing))
    return pa.concat_arrays([plain, changed]).take(from_numpy(place))


def _join_spec(*specs: TensorSpec, separator: str) -> TensorSpec:
    for spec in specs:
        check_strings("join", spec)
    try:
        return TensorSpec(broadcast_shapes(*(s.shape for s in specs)), string)
    except ValueError as error:
        raise InvalidArgumentError(f"join: {error}") from None


def _join(*values: StringArray, separator: str) -> StringArray:
    shape = np.broadcast_shapes(*(v.shape for v in values))
    flat = [v.broadcast_to(shape).flat for v in values]
    return StringArray(pc.binary_join_element_wise(*flat, pa.scalar(separator.encode(), pa.binary())), shape)


def _substr_spec(x: TensorSpec, pos: TensorSpec, length: TensorSpec, *, unit: str) -> TensorSpec:
    check_strings("substr", x)
    _check_unit(unit=unit)
    if not pos.dtype.is_integer or not length.dtype.is_integer:
        raise TypeError(f"substr needs whole numbers; got {pos.dtype.name} and {length.dtype.name}")
    try:
        return TensorSpec(broadcast_shapes(x.shape, pos.shape, length.shape), string)
    except ValueError as error:
        raise InvalidArgumentError(f"substr: {error}") from None


def _substr(x: StringArray, pos: Any, length: Any, *, unit: str) -> StringArray:
    shape = np.broadcast_shapes(x.shape, pos.shape, length.shape)
    x = x.broadcast_to(shape)
    sizes = _length(x.flat, unit=unit)
    begin = np.broadcast_to(pos, shape).ravel().astype(np.int64)
    begin = np.where(begin < 0, begin + sizes, begin)
    outside = np.flatnonzero((begin < 0) | (begin > sizes))
    if len(outside):
        where = int(outside[0])
        number = np.broadcast_to(pos, shape).ravel()[where]
        raise InvalidArgumentError(
            f"substr starts at {number}, outside of the string {x.flat[where].as_py()!r}"
            f"{' at ' + place if (place := x.describe_origin(where)) else ''}"
        )
    count = np.broadcast_to(length, shape).ravel().astype(np.int64)
    if unit == "BYTE":
        count = np.where(count < 0, sizes, count)
    count = np.clip(count, 0, sizes - begin)
    if unit == "UTF8_CHAR":
        begin, count = _as_bytes(x.flat, begin, count)
    return StringArray(cut(x.flat, begin, count), shape, x.origin)


def _as_bytes(flat: pa.Array, begin: np.ndarray, count: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Returns at which byte stretches of characters begin, and how many bytes they have.

    Bytes before the first character of a string count as part of it.
    """
    data, offsets = bytes_of(flat)
    starts = character_starts(data)
    first = splits_of(starts)[offsets[:-1]]
    at = np.append(np.flatnonzero(starts), len(data))
    left = np.where(begin == 0, offsets[:-1], at[np.minimum(first + begin, len(at) - 1)])
    right = np.minimum(at[np.minimum(first + begin + count, len(at) - 1)], offsets[1:])
    left = np.minimum(left, offsets[1:])
    right = np.where(count == 0, left, right)
    return left - offsets[:-1], right - left


_LENGTH = each_string("StringLength", _length, int32, _check_unit)
_UPPER = each_string("StringUpper", _upper, check=_check_encoding)
_LOWER = each_string("StringLower", _lower, check=_check_encoding)
_STRIP = each_string("StringStrip", _strip)
_JOIN = Op("StringJoin", infer=_join_spec, host=_join, lift=broadcasting)
_SUBSTR = Op("Substr", infer=_substr_spec, host=_substr, lift=broadcasting)


def length(input: Any, name: str | None = None, unit: str = "BYTE") -> Any:
    """Gives the length of each string as int32: in bytes, or with `unit="UTF8_CHAR"` in characters.

    Example:
        >>> import estimax as tf
        >>> tf.strings.length(["apt", ""]).numpy()
        array([3, 0], dtype=int32)
    """
    return _LENGTH(input, unit=unit)


def upper(input: Any, encoding: str = "", name: str | None = None) -> Any:
    """Makes capitals of the letters a to z, and with `encoding="utf-8"` of all letters."""
    return _UPPER(input, encoding=encoding)


def lower(input: Any, encoding: str = "", name: str | None = None) -> Any:
    """Makes small letters of A to Z, and with `encoding="utf-8"` of all letters."""
    return _LOWER(input, encoding=encoding)


def strip(input: Any, name: str | None = None) -> Any:
    """Removes white space from both ends of each string.

    Example:
        >>> import estimax as tf
        >>> tf.strings.strip(" apt ").numpy()
        b'apt'
    """
    return _STRIP(input)


def join(inputs: Any, separator: str = "", name: str | None = None) -> Any:
    """Joins the strings of several Tensors, element by element.

    Args:
        inputs: a list of Tensors of strings, of one shape or single strings.
        separator: put between them.
        name: has no effect.

    Example:
        >>> import estimax as tf
        >>> tf.strings.join([["a", "b"], "c"], separator="-").numpy().tolist()
        [b'a-c', b'b-c']
    """
    if isinstance(inputs, Tensor | str | bytes) or not inputs:
        raise InvalidArgumentError(f"join needs a list of at least one Tensor of strings; got {inputs!r}")
    return _JOIN(*(as_argument(v) for v in inputs), separator=text_of(separator))


def substr(input: Any, pos: Any, len: Any, name: str | None = None, unit: str = "BYTE") -> Any:
    """Cuts `len` bytes (or with `unit="UTF8_CHAR"` characters) from position `pos` on out of each string.

    A negative position counts from the end; where the string ends earlier, so does the result.
    A negative `len` means all that is left in bytes, and nothing in characters.

    Raises:
        InvalidArgumentError: a string is shorter than `pos`.

    Example:
        >>> import estimax as tf
        >>> tf.strings.substr(["abcdef", "xyz"], 1, 3).numpy().tolist()
        [b'bcd', b'yz']
    """
    return _SUBSTR(input, pos, len, unit=unit)
