"""Strings to numbers, and numbers to strings."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from estimax._base._dtypes import DType, as_dtype, float32, float64, int32, int64, string
from estimax._base._errors import InvalidArgumentError
from estimax._base._shapes import TensorSpec
from estimax._base._string_array import StringArray
from estimax._graph._lifting import broadcasting
from estimax._graph._op import Op, as_tensor
from estimax.strings._fingerprint import decimal_strings
from estimax.strings._rule import check_strings

_ARROW = {float32: pa.float32(), float64: pa.float64(), int32: pa.int32(), int64: pa.int64()}
_FILLS = ("", " ", "-", "0", "+")


def _number_spec(x: TensorSpec, *, dtype: DType) -> TensorSpec:
    check_strings("to_number", x)
    if dtype not in _ARROW:
        raise InvalidArgumentError(f"out_type must be one of float32, float64, int32, int64; got {dtype.name}")
    return TensorSpec(x.shape, dtype)


def _to_number(x: StringArray, *, dtype: DType) -> np.ndarray:
    text = pc.ascii_trim_whitespace(x.flat.view(pa.string()))
    try:
        if dtype.is_integer and pc.any(pc.match_substring_regex(text, "[^0-9-]")).as_py():
            raise pa.ArrowInvalid  # Arrow would read 0x10 as a whole number
        numbers: np.ndarray = text.cast(_ARROW[dtype]).to_numpy(zero_copy_only=False)
    except pa.ArrowInvalid:
        numbers = np.array([_parsed(x, i, s, dtype) for i, s in enumerate(text.view(pa.binary()).to_pylist())])
    return numbers.astype(dtype.as_numpy_dtype, copy=False).reshape(x.shape)


def _parsed(x: StringArray, index: int, text: bytes, dtype: DType) -> Any:
    """Reads one number, and knows what to say if it is none."""
    try:
        if b"_" in text:
            raise ValueError
        read = int if dtype.is_integer else float.fromhex if b"x" in text.lower() else float
        number = read(text.decode("ascii"))
        if dtype.is_integer and not dtype.min <= number <= dtype.max:
            raise ValueError
    except ValueError:
        place = x.describe_origin(index)
        raise InvalidArgumentError(
            f"to_number needs the text of a number of type {dtype.name}; got {x.flat[index].as_py()!r}"
            f"{' at ' + place if place else ''}"
        ) from None
    return dtype.as_numpy_dtype(number)


def _text_spec(x: TensorSpec, *, form: str) -> TensorSpec:
    return TensorSpec(x.shape, string)


def _as_string(x: Any, *, form: str) -> StringArray:
    if isinstance(x, StringArray):
        return x
    if x.dtype.kind == "b":
        return StringArray.of([b"false", b"true"]).gather(x.astype(np.int64))
    if x.dtype.kind in "iu" and form == "%d":
        return decimal_strings(x)
    plain = form.replace("%0", "%")  # no zeros are put before what is not a number
    words = [(form if math.isfinite(v) else plain) % v for v in x.ravel().tolist()]
    return StringArray(pa.array(words, pa.string()).cast(pa.binary()), x.shape)


_TO_NUMBER = Op("StringToNumber", infer=_number_spec, host=_to_number, lift=broadcasting)
_AS_STRING = Op("AsString", infer=_text_spec, host=_as_string, lift=broadcasting)


def to_number(input: Any = None, out_type: Any = float32, name: str | None = None, string_tensor: Any = None) -> Any:
    """Reads the number that each string writes; white space around it is ignored.

    Args:
        input: strings.
        out_type: float32, float64, int32 or int64.
        name: has no effect.
        string_tensor: the same as `input`.

    Raises:
        InvalidArgumentError: a string is not a number of that type; names the string,
            and the file and line it came from where they are known.

    Example:
        >>> import estimax as tf
        >>> tf.strings.to_number(["1.5", " -3e2 "]).numpy()
        array([   1.5, -300. ], dtype=float32)
    """
    return _TO_NUMBER(string_tensor if input is None else input, dtype=as_dtype(out_type))


def as_string(
    input: Any,
    precision: int = -1,
    scientific: bool = False,
    shortest: bool = False,
    width: int = -1,
    fill: str = "",
    name: str | None = None,
) -> Any:
    """Writes each number as a string, as C's `printf` does.

    Args:
        input: numbers, or truth values, which become "true" and "false".
        precision: digits after the point; 6 if negative.
        scientific: whether to write 1.5e+00.
        shortest: whether to write whichever is shorter.
        width: at least so many characters.
        fill: what fills the width: "" or " " (spaces on the left), "0" (zeros) or "-" (spaces
            on the right); "+" writes the sign of positive numbers too.
        name: has no effect.

    Raises:
        InvalidArgumentError: the options contradict each other.

    Example:
        >>> import estimax as tf
        >>> tf.strings.as_string([1, -22]).numpy().tolist()
        [b'1', b'-22']
        >>> tf.strings.as_string(0.5, precision=2).numpy()
        b'0.50'
    """
    if scientific and shortest:
        raise InvalidArgumentError("as_string can be scientific or shortest, not both")
    if fill not in _FILLS:
        raise InvalidArgumentError(f"fill must be one of {_FILLS}; got {fill!r}")
    tensor = as_tensor(input)
    form = f"%{fill}{width if width > -1 else ''}"
    if tensor.dtype.is_floating:
        digits = f".{precision}" if precision > -1 else ""
        form += digits + ("e" if scientific else "g" if shortest else "f")
    elif precision > -1 or scientific or shortest:
        raise InvalidArgumentError(f"precision, scientific and shortest are for fractions; got {tensor.dtype.name}")
    else:
        form += "d"
    return _AS_STRING(tensor, form=form)
