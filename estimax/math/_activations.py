"""Functions that networks use, where programs use them in input functions: softmax, relu and their kin."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from estimax._array._by_shape import by_shape
from estimax._array._dimensions import positive_axis
from estimax._base._shapes import TensorSpec
from estimax._graph._lifting import shifted_axis
from estimax._graph._op import Op, as_argument
from estimax.math._rule import check_kind, elementwise

_FLOATS = "floating-point numbers"


def _along(name: str, kernel: Callable[..., Any], device: str) -> Op:
    """Makes an op of floating-point numbers that works along an axis and keeps the shape."""

    def infer(x: TensorSpec, *, axis: int) -> TensorSpec:
        check_kind(name, x, _FLOATS)
        return x

    def host(x: Any, *, axis: int) -> Any:
        with np.errstate(all="ignore"):
            return kernel(x - x.max(axis, keepdims=True, initial=-np.inf), axis)

    return Op(name, infer=infer, host=host, lift=by_shape(shifted_axis(host)), device=device)


def _softmax(x: np.ndarray, axis: int) -> Any:
    powers = np.exp(x)
    return powers / powers.sum(axis, keepdims=True)


def _log_softmax(x: np.ndarray, axis: int) -> Any:
    return x - np.log(np.exp(x).sum(axis, keepdims=True))


def _relu(x: Any) -> Any:
    return np.maximum(x, x.dtype.type(0))


def _relu6(x: Any) -> Any:
    return np.minimum(_relu(x), x.dtype.type(6))


def _elu(x: Any) -> Any:
    return np.where(x > 0, x, np.expm1(np.minimum(x, 0)))


def _log_sigmoid(x: Any) -> Any:
    return np.minimum(x, 0) - np.log1p(np.exp(-np.abs(x)))


_SOFTMAX = _along("Softmax", _softmax, "jax.nn:softmax")
_LOG_SOFTMAX = _along("LogSoftmax", _log_softmax, "jax.nn:log_softmax")
_RELU = elementwise("Relu", _relu, "jax.nn:relu")
_RELU6 = elementwise("Relu6", _relu6, "estimax.math._device:relu6")
_ELU = elementwise("Elu", _elu, "jax.nn:elu", _FLOATS)
_LOG_SIGMOID = elementwise("LogSigmoid", _log_sigmoid, "jax.nn:log_sigmoid", _FLOATS)


def softmax(logits: Any, axis: Any = None, name: str | None = None, dim: Any = None) -> Any:
    """Gives probabilities that are proportional to `exp(logits)` along an axis, the last one by default.

    Example:
        >>> from estimax import math
        >>> math.softmax([0.0, 0.0]).numpy()
        array([0.5, 0.5], dtype=float32)
    """
    return _applied(_SOFTMAX, logits, axis, dim)


def log_softmax(logits: Any, axis: Any = None, name: str | None = None, dim: Any = None) -> Any:
    """Gives the logarithm of `softmax(logits)`, computed without it."""
    return _applied(_LOG_SOFTMAX, logits, axis, dim)


def relu(features: Any, name: str | None = None) -> Any:
    """Gives `max(x, 0)`."""
    return _RELU(features)


def relu6(features: Any, name: str | None = None) -> Any:
    """Gives `min(max(x, 0), 6)`."""
    return _RELU6(features)


def elu(features: Any, name: str | None = None) -> Any:
    """Gives x where it is positive, else `exp(x) - 1`."""
    return _ELU(features)


def log_sigmoid(x: Any, name: str | None = None) -> Any:
    """Gives the logarithm of `sigmoid(x)`, without overflow."""
    return _LOG_SIGMOID(x)


def _applied(op: Op, x: Any, axis: Any, dim: Any) -> Any:
    tensor = as_argument(x)
    along = -1 if axis is None and dim is None else dim if axis is None else axis
    return op(tensor, axis=positive_axis(along, len(tensor.shape)))
