"""Element types: `tf.float32`, `tf.string` and their kin.

A `DType` is a name and the NumPy type that holds its values. Strings are bytes
of any length and are held by `StringArray`, not by a NumPy array; their NumPy
type is `object`.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np


@cache
def _limits_of(dtype: Any) -> Any:
    return np.finfo(dtype) if np.dtype(dtype).kind == "f" else np.iinfo(dtype)


@dataclass(frozen=True)
class DType:
    """The type of a Tensor's elements.

    Example:
        >>> import estimax as tf
        >>> tf.float32.name, tf.as_dtype("int64") is tf.int64
        ('float32', True)
    """

    name: str
    as_numpy_dtype: Any

    @property
    def is_string(self) -> bool:
        return self.name == "string"

    @property
    def is_floating(self) -> bool:
        return self.name.startswith(("float", "bfloat"))

    @property
    def is_integer(self) -> bool:
        return self.name.startswith(("int", "uint"))

    @property
    def is_bool(self) -> bool:
        return self.name == "bool"

    @property
    def is_unsigned(self) -> bool:
        return self.name.startswith("uint")

    @property
    def is_numeric(self) -> bool:
        """Whether the values are numbers or truth values, so that they can cross to the device."""
        return not self.is_string

    @property
    def base_dtype(self) -> DType:
        return self

    @property
    def size(self) -> int:
        """Bytes of one element."""
        return int(np.dtype(self.as_numpy_dtype).itemsize)

    @property
    def min(self) -> Any:
        """The smallest number of this type; TypeError for bool and string."""
        return self._limits.min

    @property
    def max(self) -> Any:
        """The largest number of this type; TypeError for bool and string."""
        return self._limits.max

    @property
    def _limits(self) -> Any:
        if not (self.is_floating or self.is_integer):
            raise TypeError(f"only numbers have a smallest and a largest value; the type is {self.name}")
        return _limits_of(self.as_numpy_dtype)

    def __eq__(self, other: object) -> bool:
        if isinstance(other, DType):
            return self.name == other.name
        try:
            return self.name == as_dtype(other).name
        except TypeError:
            return False

    def __hash__(self) -> int:
        return hash(self.name)

    def __repr__(self) -> str:
        return f"tf.{self.name}"


float16 = DType("float16", np.float16)
float32 = DType("float32", np.float32)
float64 = DType("float64", np.float64)
int8 = DType("int8", np.int8)
int16 = DType("int16", np.int16)
int32 = DType("int32", np.int32)
int64 = DType("int64", np.int64)
uint8 = DType("uint8", np.uint8)
uint16 = DType("uint16", np.uint16)
uint32 = DType("uint32", np.uint32)
uint64 = DType("uint64", np.uint64)
bool_ = DType("bool", np.bool_)
string = DType("string", np.object_)

_ALL = (float16, float32, float64, int8, int16, int32, int64, uint8, uint16, uint32, uint64, bool_, string)
_BY_NAME = {d.name: d for d in _ALL} | {"half": float16, "float": float32, "double": float64}
_PYTHON = {float: float32, int: int32, bool: bool_, str: string, bytes: string}


def as_dtype(value: Any) -> DType:
    """Returns the `DType` that a name, NumPy type or Python type stands for.

    Raises:
        TypeError: there is no such element type.

    Example:
        >>> import estimax as tf
        >>> tf.as_dtype(str)
        tf.string
    """
    if isinstance(value, DType):
        return value
    if isinstance(value, type) and value in _PYTHON:
        return _PYTHON[value]
    if isinstance(value, str) and value in _BY_NAME:
        return _BY_NAME[value]
    try:
        dtype = None if value is None else np.dtype(value)  # NumPy takes None for float64
    except (TypeError, ValueError):
        dtype = None
    if dtype is not None:
        if dtype.kind in "SUOT":
            return string
        if dtype.name in _BY_NAME:
            return _BY_NAME[dtype.name]
    raise TypeError(f"a dtype must be one of {', '.join(d.name for d in _ALL)}; got {value!r}")
