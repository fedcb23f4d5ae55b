"""Special functions, products that forgive zeros, and quotients that are cut off."""

from __future__ import annotations

from typing import Any

import numpy as np

from estimax._base._lazy import resolve
from estimax.math._rule import elementwise

_FLOATS = "floating-point numbers"


def _special(name: str) -> Any:
    """Returns a kernel that is SciPy's function, which loads when it is first used."""

    def kernel(*values: Any) -> Any:
        return resolve(f"scipy.special:{name}")(*values)

    return kernel


def _product_no_nan(x: Any, y: Any) -> Any:
    return np.where(y == 0, np.zeros((), x.dtype), x * y)


def _quotient_by(x: Any, y: Any) -> Any:
    return np.where(x == 0, np.zeros((), x.dtype), np.true_divide(x, y))


def _truncated_quotient(x: Any, y: Any) -> Any:
    if x.dtype.kind == "f":
        return np.trunc(np.true_divide(x, y))
    quotient = np.floor_divide(x, y)
    return quotient + ((np.remainder(x, y) != 0) & ((x < 0) != (y < 0))).astype(x.dtype)


_ERF = elementwise("Erf", _special("erf"), "jax.scipy.special:erf", _FLOATS)
_ERFC = elementwise("Erfc", _special("erfc"), "jax.scipy.special:erfc", _FLOATS)
_LGAMMA = elementwise("Lgamma", _special("gammaln"), "jax.scipy.special:gammaln", _FLOATS)
_DIGAMMA = elementwise("Digamma", _special("psi"), "jax.scipy.special:digamma", _FLOATS)
_XLOGY = elementwise("Xlogy", _special("xlogy"), "jax.scipy.special:xlogy", _FLOATS)
_XDIVY = elementwise("Xdivy", _quotient_by, "estimax.math._device:xdivy", _FLOATS)
_MUL_NO_NAN = elementwise("MulNoNan", _product_no_nan, "estimax.math._device:multiply_no_nan", _FLOATS)
_TRUNCATE_DIV = elementwise("TruncateDiv", _truncated_quotient, "estimax.math._device:truncate_div")
_TRUNCATE_MOD = elementwise("TruncateMod", np.fmod, "jax.numpy:fmod")


def erf(x: Any, name: str | None = None) -> Any:
    """Gives the error function: twice the integral of the normal density of variance 1/2 from 0 to x."""
    return _ERF(x)


def erfc(x: Any, name: str | None = None) -> Any:
    """Gives `1 - erf(x)`, exact for large numbers too."""
    return _ERFC(x)


def lgamma(x: Any, name: str | None = None) -> Any:
    """Gives the logarithm of the absolute value of the gamma function.

    Example:
        >>> from estimax import math
        >>> round(float(math.exp(math.lgamma(5.0))))
        24
    """
    return _LGAMMA(x)


def digamma(x: Any, name: str | None = None) -> Any:
    """Gives the derivative of the logarithm of the gamma function."""
    return _DIGAMMA(x)


def xlogy(x: Any, y: Any, name: str | None = None) -> Any:
    """Gives `x * log(y)`, and 0 where x is 0."""
    return _XLOGY(x, y)


def xdivy(x: Any, y: Any, name: str | None = None) -> Any:
    """Gives `x / y`, and 0 where x is 0."""
    return _XDIVY(x, y)


def multiply_no_nan(x: Any, y: Any, name: str | None = None) -> Any:
    """Gives `x * y`, and 0 where y is 0, even if x is infinite or NaN."""
    return _MUL_NO_NAN(x, y)


def truncatediv(x: Any, y: Any, name: str | None = None) -> Any:
    """Divides and cuts off the fraction.

    Example:
        >>> from estimax import math
        >>> math.truncatediv([7, -7], 2).numpy()
        array([ 3, -3], dtype=int32)
    """
    return _TRUNCATE_DIV(x, y)


def truncatemod(x: Any, y: Any, name: str | None = None) -> Any:
    """Gives the remainder of `truncatediv`, which has the sign of x."""
    return _TRUNCATE_MOD(x, y)
