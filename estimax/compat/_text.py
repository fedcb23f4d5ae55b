"""The functions of `tf.compat` that were to bridge versions of Python, and what is asked of dimensions."""

from __future__ import annotations

import numbers
import os
from typing import Any

import numpy as np

bytes_or_text_types = (bytes, str)
integral_types = (numbers.Integral, np.integer)
real_types = (numbers.Real, np.integer, np.floating)
complex_types = (numbers.Complex, np.number)


def as_bytes(bytes_or_text: bytes | str, encoding: str = "utf-8") -> bytes:
    """Returns a text as bytes.

    Raises:
        TypeError: it is neither text nor bytes.

    Example:
        >>> from estimax import compat
        >>> compat.as_bytes("é"), compat.as_text(b"x")
        (b'\\xc3\\xa9', 'x')
    """
    if isinstance(bytes_or_text, str):
        return bytes_or_text.encode(encoding)
    if isinstance(bytes_or_text, bytes | bytearray):
        return bytes(bytes_or_text)
    raise TypeError(f"expected bytes or a text; got {bytes_or_text!r}")


def as_text(bytes_or_text: bytes | str, encoding: str = "utf-8") -> str:
    """Returns bytes as a text.

    Raises:
        TypeError: it is neither text nor bytes.
    """
    return bytes_or_text if isinstance(bytes_or_text, str) else as_bytes(bytes_or_text).decode(encoding)


as_str = as_text


def as_str_any(value: Any, encoding: str = "utf-8") -> str:
    """Returns bytes as a text, and anything else as `str` writes it."""
    return as_text(value, encoding) if isinstance(value, bytes) else str(value)


def path_to_str(path: Any) -> Any:
    """Returns the path of a `pathlib.Path` as a text, anything else as it is."""
    return os.fspath(path) if hasattr(path, "__fspath__") else path


def dimension_value(dimension: Any) -> Any:
    """Returns the size of a dimension, as a number or None where it is open."""
    return getattr(dimension, "value", dimension)


def dimension_at_index(shape: Any, index: int) -> Any:
    """Returns one dimension of a shape."""
    return shape[index]


def forward_compatible(year: int, month: int, day: int) -> bool:
    """Returns True: there is no older program to be compatible with."""
    return True
