"""Arithmetic: sums, products, quotients, remainders, extremes and rounding.

Whole numbers divided by zero give zero: `tf.where` computes both of the values
that it chooses from, and the one that is not chosen must not fail.
"""

from __future__ import annotations

from functools import reduce
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from estimax._base._dtypes import DType, float32, float64
from estimax._base._errors import InvalidArgumentError
from estimax._base._string_array import StringArray
from estimax._graph._op import as_argument
from estimax._graph._tensor import Tensor
from estimax.math._rule import elementwise


def _add(x: Any, y: Any) -> Any:
    if not isinstance(x, StringArray):
        return np.add(x, y)
    shape = np.broadcast_shapes(x.shape, y.shape)
    empty = pa.scalar(b"", pa.binary())
    return StringArray(
        pc.binary_join_element_wise(x.broadcast_to(shape).flat, y.broadcast_to(shape).flat, empty), shape
    )


def _quotient_dtype(dtype: DType) -> DType:
    if dtype.is_floating:
        return dtype
    return float32 if dtype.size < 4 else float64


def _divide(x: Any, y: Any) -> Any:
    if x.dtype.kind == "f":
        return np.true_divide(x, y)
    return np.true_divide(x, y, dtype=np.float32 if x.dtype.itemsize < 4 else np.float64)


def _floor_divide(x: Any, y: Any) -> Any:
    return np.floor(np.true_divide(x, y)) if x.dtype.kind == "f" else np.floor_divide(x, y)


def _divide_no_nan(x: Any, y: Any) -> Any:
    return np.where(y == 0, np.zeros((), x.dtype), np.true_divide(x, np.where(y == 0, np.ones((), y.dtype), y)))


def _round(x: Any) -> Any:
    return np.rint(x) if x.dtype.kind == "f" else x


def _square_of_difference(x: Any, y: Any) -> Any:
    return np.square(np.subtract(x, y))


_ADD = elementwise("Add", _add, "jax.numpy:add", takes="numbers or strings")
_SUB = elementwise("Sub", np.subtract, "jax.numpy:subtract")
_MUL = elementwise("Mul", np.multiply, "jax.numpy:multiply")
_DIV = elementwise("RealDiv", _divide, "jax.numpy:true_divide", gives=_quotient_dtype)
_FLOOR_DIV = elementwise("FloorDiv", _floor_divide, "estimax.math._device:floor_divide")
_FLOOR_MOD = elementwise("FloorMod", np.mod, "jax.numpy:mod")
_DIV_NO_NAN = elementwise("DivNoNan", _divide_no_nan, "estimax.math._device:divide_no_nan", "floating-point numbers")
_NEG = elementwise("Neg", np.negative, "jax.numpy:negative")
_ABS = elementwise("Abs", np.abs, "jax.numpy:abs")
_SIGN = elementwise("Sign", np.sign, "jax.numpy:sign")
_SQUARE = elementwise("Square", np.square, "jax.numpy:square")
_MAXIMUM = elementwise("Maximum", np.maximum, "jax.numpy:maximum")
_MINIMUM = elementwise("Minimum", np.minimum, "jax.numpy:minimum")
_SQUARED_DIFFERENCE = elementwise("SquaredDifference", _square_of_difference, "estimax.math._device:squared_difference")
_ROUND = elementwise("Round", _round, "jax.numpy:round")
_FLOOR = elementwise("Floor", np.floor, "jax.numpy:floor", "floating-point numbers")
_CEIL = elementwise("Ceil", np.ceil, "jax.numpy:ceil", "floating-point numbers")


def add(x: Any, y: Any, name: str | None = None) -> Any:
    """Adds element by element; joins strings.

    Example:
        >>> import estimax as tf
        >>> tf.add([1, 2], 10).numpy()
        array([11, 12], dtype=int32)
    """
    return _ADD(x, y)


def subtract(x: Any, y: Any, name: str | None = None) -> Any:
    """Subtracts element by element."""
    return _SUB(x, y)


def multiply(x: Any, y: Any, name: str | None = None) -> Any:
    """Multiplies element by element."""
    return _MUL(x, y)


def truediv(x: Any, y: Any, name: str | None = None) -> Any:
    """Divides element by element; whole numbers give float64 (of up to 16 bits: float32)."""
    return _DIV(x, y)


def divide(x: Any, y: Any, name: str | None = None) -> Any:
    """Divides element by element, as `/` does."""
    return _DIV(x, y)


def div(x: Any, y: Any, name: str | None = None) -> Any:
    """Divides element by element; whole numbers give whole numbers, rounded down."""
    x, y = _pair(x, y)
    return (_FLOOR_DIV if np.dtype(x.dtype.name).kind in "iu" else _DIV)(x, y)


def floordiv(x: Any, y: Any, name: str | None = None) -> Any:
    """Divides element by element and rounds down.

    Example:
        >>> import estimax as tf
        >>> tf.floordiv([7, -7], 3).numpy()
        array([ 2, -3], dtype=int32)
    """
    return _FLOOR_DIV(x, y)


def floormod(x: Any, y: Any, name: str | None = None) -> Any:
    """Gives the remainder of `floordiv`, which has the sign of the divisor.

    Example:
        >>> import estimax as tf
        >>> tf.math.floormod([7, -7], 3).numpy()
        array([1, 2], dtype=int32)
    """
    return _FLOOR_MOD(x, y)


def mod(x: Any, y: Any, name: str | None = None) -> Any:
    """Gives the remainder of `floordiv`, as `%` does."""
    return _FLOOR_MOD(x, y)


def divide_no_nan(x: Any, y: Any, name: str | None = None) -> Any:
    """Divides element by element; division by zero gives zero."""
    return _DIV_NO_NAN(x, y)


def negative(x: Any, name: str | None = None) -> Any:
    """Changes the sign of every element."""
    return _NEG(x)


def abs(x: Any, name: str | None = None) -> Any:
    """Gives the absolute value of every element."""
    return _ABS(x)


def sign(x: Any, name: str | None = None) -> Any:
    """Gives -1, 0 or 1 for every element."""
    return _SIGN(x)


def square(x: Any, name: str | None = None) -> Any:
    """Squares every element."""
    return _SQUARE(x)


def squared_difference(x: Any, y: Any, name: str | None = None) -> Any:
    """Gives `(x - y)**2`, element by element."""
    return _SQUARED_DIFFERENCE(x, y)


def maximum(x: Any, y: Any, name: str | None = None) -> Any:
    """Gives the greater of two elements; NaN where either is NaN."""
    return _MAXIMUM(x, y)


def minimum(x: Any, y: Any, name: str | None = None) -> Any:
    """Gives the smaller of two elements; NaN where either is NaN."""
    return _MINIMUM(x, y)


def round(x: Any, name: str | None = None) -> Any:
    """Rounds to whole numbers, halves to the even one.

    Example:
        >>> import estimax as tf
        >>> tf.round([0.5, 1.5, -0.4]).numpy()
        array([ 0.,  2., -0.], dtype=float32)
    """
    return _ROUND(x)


def floor(x: Any, name: str | None = None) -> Any:
    """Rounds down to whole numbers."""
    return _FLOOR(x)


def ceil(x: Any, name: str | None = None) -> Any:
    """Rounds up to whole numbers."""
    return _CEIL(x)


def clip_by_value(t: Any, clip_value_min: Any, clip_value_max: Any, name: str | None = None) -> Any:
    """Moves every element into the range from `clip_value_min` to `clip_value_max`.

    Example:
        >>> import estimax as tf
        >>> tf.clip_by_value([-5.0, 0.5, 5.0], -1.0, 1.0).numpy()
        array([-1. ,  0.5,  1. ], dtype=float32)
    """
    if not isinstance(t, Tensor) and hasattr(t, "with_values"):  # the gradient of a table, by its rows
        return t.with_values(clip_by_value(t.values, clip_value_min, clip_value_max))
    return _MAXIMUM(_MINIMUM(t, clip_value_max), clip_value_min)


def add_n(inputs: Any, name: str | None = None) -> Any:
    """Adds all Tensors of a list, which have one shape and dtype.

    Raises:
        InvalidArgumentError: the list is empty.
    """
    terms = list(inputs) if isinstance(inputs, list | tuple) else [inputs]
    if not terms:
        raise InvalidArgumentError("add_n needs at least one Tensor; got an empty list")
    return reduce(_ADD, terms[1:], as_argument(terms[0]))


def _pair(x: Any, y: Any) -> tuple[Any, Any]:
    x, y = as_argument(x), as_argument(y)
    return x, y
