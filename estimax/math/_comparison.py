"""Comparisons and logic: what gives truth values."""

from __future__ import annotations

from typing import Any

import numpy as np

from estimax._array._shape import reshape
from estimax._base._dtypes import DType, bool_
from estimax._base._string_array import StringArray
from estimax._graph._op import OPS, Op
from estimax.math._rule import elementwise


def _bool(dtype: DType) -> DType:
    return bool_


def _equal(x: Any, y: Any) -> Any:
    return x.equals(y) if isinstance(x, StringArray) else np.equal(x, y)


def _not_equal(x: Any, y: Any) -> Any:
    return np.logical_not(x.equals(y)) if isinstance(x, StringArray) else np.not_equal(x, y)


_EQUAL = elementwise("Equal", _equal, "jax.numpy:equal", "values", _bool)
_NOT_EQUAL = elementwise("NotEqual", _not_equal, "jax.numpy:not_equal", "values", _bool)
_LESS = elementwise("Less", np.less, "jax.numpy:less", gives=_bool)
_LESS_EQUAL = elementwise("LessEqual", np.less_equal, "jax.numpy:less_equal", gives=_bool)
_GREATER = elementwise("Greater", np.greater, "jax.numpy:greater", gives=_bool)
_GREATER_EQUAL = elementwise("GreaterEqual", np.greater_equal, "jax.numpy:greater_equal", gives=_bool)
_AND = elementwise("LogicalAnd", np.logical_and, "jax.numpy:logical_and", "truth values")
_OR = elementwise("LogicalOr", np.logical_or, "jax.numpy:logical_or", "truth values")
_XOR = elementwise("LogicalXor", np.logical_xor, "jax.numpy:logical_xor", "truth values")
_NOT = elementwise("LogicalNot", np.logical_not, "jax.numpy:logical_not", "truth values")
_IS_NAN = elementwise("IsNan", np.isnan, "jax.numpy:isnan", "floating-point numbers", _bool)
_IS_INF = elementwise("IsInf", np.isinf, "jax.numpy:isinf", "floating-point numbers", _bool)
_IS_FINITE = elementwise("IsFinite", np.isfinite, "jax.numpy:isfinite", "floating-point numbers", _bool)


def equal(x: Any, y: Any, name: str | None = None) -> Any:
    """Tells where two Tensors of numbers, truth values or strings are equal.

    Example:
        >>> import estimax as tf
        >>> tf.equal(["house", "apt"], "apt").numpy()
        array([False,  True])
    """
    return _EQUAL(x, y)


def not_equal(x: Any, y: Any, name: str | None = None) -> Any:
    """Tells where two Tensors of numbers, truth values or strings differ."""
    return _NOT_EQUAL(x, y)


def less(x: Any, y: Any, name: str | None = None) -> Any:
    """Tells where `x < y`."""
    return _LESS(x, y)


def less_equal(x: Any, y: Any, name: str | None = None) -> Any:
    """Tells where `x <= y`."""
    return _LESS_EQUAL(x, y)


def greater(x: Any, y: Any, name: str | None = None) -> Any:
    """Tells where `x > y`."""
    return _GREATER(x, y)


def greater_equal(x: Any, y: Any, name: str | None = None) -> Any:
    """Tells where `x >= y`."""
    return _GREATER_EQUAL(x, y)


def is_non_decreasing(x: Any, name: str | None = None) -> Any:
    """Tells whether no element, in row-major order, is less than the one before it."""
    return _rising(x, _GREATER_EQUAL)


def is_strictly_increasing(x: Any, name: str | None = None) -> Any:
    """Tells whether each element, in row-major order, is greater than the one before it.

    Example:
        >>> from estimax import math
        >>> bool(math.is_strictly_increasing([1, 2, 2])), bool(math.is_non_decreasing([1, 2, 2]))
        (False, True)
    """
    return _rising(x, _GREATER)


def _rising(x: Any, compare: Op) -> Any:
    flat = reshape(x, [-1])
    return OPS["All"](compare(flat[1:], flat[:-1]), axis=(0,), keepdims=False)


def logical_and(x: Any, y: Any, name: str | None = None) -> Any:
    """Tells where both are true."""
    return _AND(x, y)


def logical_or(x: Any, y: Any, name: str | None = None) -> Any:
    """Tells where one or both are true."""
    return _OR(x, y)


def logical_xor(x: Any, y: Any, name: str | None = "LogicalXor") -> Any:
    """Tells where exactly one is true."""
    return _XOR(x, y)


def logical_not(x: Any, name: str | None = None) -> Any:
    """Tells where it is false."""
    return _NOT(x)


def is_nan(x: Any, name: str | None = None) -> Any:
    """Tells which numbers are NaN."""
    return _IS_NAN(x)


def is_inf(x: Any, name: str | None = None) -> Any:
    """Tells which numbers are infinite, of either sign."""
    return _IS_INF(x)


def is_finite(x: Any, name: str | None = None) -> Any:
    """Tells which numbers are neither infinite nor NaN."""
    return _IS_FINITE(x)
