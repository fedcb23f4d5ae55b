"""Powers, roots, exponentials, logarithms and the trigonometric and hyperbolic functions."""

from __future__ import annotations

from typing import Any

import numpy as np

from estimax.math._rule import elementwise

_FLOATS = "floating-point numbers"


def _sigmoid(x: Any) -> Any:
    """Computes 1 / (1 + exp(-x)) without overflow: the exponent is never positive."""
    z = np.exp(-np.abs(x))
    return np.where(x >= 0, 1, z) / (1 + z)


def _softplus(x: Any) -> Any:
    return np.maximum(x, 0) + np.log1p(np.exp(-np.abs(x)))


def _rsqrt(x: Any) -> Any:
    return np.reciprocal(np.sqrt(x))


_POW = elementwise("Pow", np.power, "jax.numpy:power")
_SQRT = elementwise("Sqrt", np.sqrt, "jax.numpy:sqrt", _FLOATS)
_RSQRT = elementwise("Rsqrt", _rsqrt, "jax.lax:rsqrt", _FLOATS)
_RECIPROCAL = elementwise("Reciprocal", np.reciprocal, "jax.numpy:reciprocal", _FLOATS)
_EXP = elementwise("Exp", np.exp, "jax.numpy:exp", _FLOATS)
_EXPM1 = elementwise("Expm1", np.expm1, "jax.numpy:expm1", _FLOATS)
_LOG = elementwise("Log", np.log, "jax.numpy:log", _FLOATS)
_LOG1P = elementwise("Log1p", np.log1p, "jax.numpy:log1p", _FLOATS)
_SIN = elementwise("Sin", np.sin, "jax.numpy:sin", _FLOATS)
_COS = elementwise("Cos", np.cos, "jax.numpy:cos", _FLOATS)
_TAN = elementwise("Tan", np.tan, "jax.numpy:tan", _FLOATS)
_ASIN = elementwise("Asin", np.arcsin, "jax.numpy:arcsin", _FLOATS)
_ACOS = elementwise("Acos", np.arccos, "jax.numpy:arccos", _FLOATS)
_ATAN = elementwise("Atan", np.arctan, "jax.numpy:arctan", _FLOATS)
_ATAN2 = elementwise("Atan2", np.arctan2, "jax.numpy:arctan2", _FLOATS)
_SINH = elementwise("Sinh", np.sinh, "jax.numpy:sinh", _FLOATS)
_COSH = elementwise("Cosh", np.cosh, "jax.numpy:cosh", _FLOATS)
_TANH = elementwise("Tanh", np.tanh, "jax.numpy:tanh", _FLOATS)
_ASINH = elementwise("Asinh", np.arcsinh, "jax.numpy:arcsinh", _FLOATS)
_ACOSH = elementwise("Acosh", np.arccosh, "jax.numpy:arccosh", _FLOATS)
_ATANH = elementwise("Atanh", np.arctanh, "jax.numpy:arctanh", _FLOATS)
_SIGMOID = elementwise("Sigmoid", _sigmoid, "jax.nn:sigmoid", _FLOATS)
_SOFTPLUS = elementwise("Softplus", _softplus, "jax.nn:softplus", _FLOATS)


def pow(x: Any, y: Any, name: str | None = None) -> Any:
    """Raises `x` to the power of `y`, element by element.

    Raises:
        InvalidArgumentError: a whole number is raised to a negative one.
    """
    return _POW(x, y)


def sqrt(x: Any, name: str | None = None) -> Any:
    """Gives the square root; NaN for negative numbers."""
    return _SQRT(x)


def rsqrt(x: Any, name: str | None = None) -> Any:
    """Gives one divided by the square root."""
    return _RSQRT(x)


def reciprocal(x: Any, name: str | None = None) -> Any:
    """Gives one divided by each element."""
    return _RECIPROCAL(x)


def exp(x: Any, name: str | None = None) -> Any:
    """Raises e to the power of each element."""
    return _EXP(x)


def expm1(x: Any, name: str | None = None) -> Any:
    """Gives `exp(x) - 1`, exact for small numbers too."""
    return _EXPM1(x)


def log(x: Any, name: str | None = None) -> Any:
    """Gives the natural logarithm; -inf for zero, NaN for negative numbers."""
    return _LOG(x)


def log1p(x: Any, name: str | None = None) -> Any:
    """Gives `log(1 + x)`, exact for small numbers too."""
    return _LOG1P(x)


def sin(x: Any, name: str | None = None) -> Any:
    """Gives the sine of angles in radians."""
    return _SIN(x)


def cos(x: Any, name: str | None = None) -> Any:
    """Gives the cosine of angles in radians."""
    return _COS(x)


def tan(x: Any, name: str | None = None) -> Any:
    """Gives the tangent of angles in radians."""
    return _TAN(x)


def asin(x: Any, name: str | None = None) -> Any:
    """Gives the angle, in radians, whose sine it is."""
    return _ASIN(x)


def acos(x: Any, name: str | None = None) -> Any:
    """Gives the angle, in radians, whose cosine it is."""
    return _ACOS(x)


def atan(x: Any, name: str | None = None) -> Any:
    """Gives the angle, in radians, whose tangent it is."""
    return _ATAN(x)


def atan2(y: Any, x: Any, name: str | None = None) -> Any:
    """Gives the angle, in radians from -pi to pi, of the points (x, y)."""
    return _ATAN2(y, x)


def sinh(x: Any, name: str | None = None) -> Any:
    """Gives the hyperbolic sine."""
    return _SINH(x)


def cosh(x: Any, name: str | None = None) -> Any:
    """Gives the hyperbolic cosine."""
    return _COSH(x)


def tanh(x: Any, name: str | None = None) -> Any:
    """Gives the hyperbolic tangent."""
    return _TANH(x)


def asinh(x: Any, name: str | None = None) -> Any:
    """Gives the number whose hyperbolic sine it is."""
    return _ASINH(x)


def acosh(x: Any, name: str | None = None) -> Any:
    """Gives the number, not negative, whose hyperbolic cosine it is; NaN below 1."""
    return _ACOSH(x)


def atanh(x: Any, name: str | None = None) -> Any:
    """Gives the number whose hyperbolic tangent it is."""
    return _ATANH(x)


def sigmoid(x: Any, name: str | None = None) -> Any:
    """Gives the logistic function `1 / (1 + exp(-x))`.

    Example:
        >>> import estimax as tf
        >>> tf.math.sigmoid([-1000.0, 0.0]).numpy()
        array([0. , 0.5], dtype=float32)
    """
    return _SIGMOID(x)


def softplus(features: Any, name: str | None = None) -> Any:
    """Gives `log(1 + exp(x))`."""
    return _SOFTPLUS(features)
