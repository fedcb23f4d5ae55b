"""`tf.bitwise`: whole numbers as rows of bits; and numbers whose bits are read as another type."""

from __future__ import annotations

from typing import Any

import numpy as np

from estimax._array._by_shape import by_shape
from estimax._base._dtypes import DType, as_dtype
from estimax._base._errors import InvalidArgumentError
from estimax._base._shapes import TensorSpec
from estimax._graph._lifting import leading_axis
from estimax._graph._op import Op, as_argument
from estimax.math._rule import elementwise

_WHOLE = "whole numbers"


def _shifted(shift: Any) -> Any:
    """Shifts by less than the number of bits, as the results of more depend on the machine."""
    return lambda x, y: shift(x, np.clip(y, 0, x.dtype.itemsize * 8 - 1))


_AND = elementwise("BitwiseAnd", np.bitwise_and, "jax.numpy:bitwise_and", _WHOLE)
_OR = elementwise("BitwiseOr", np.bitwise_or, "jax.numpy:bitwise_or", _WHOLE)
_XOR = elementwise("BitwiseXor", np.bitwise_xor, "jax.numpy:bitwise_xor", _WHOLE)
_INVERT = elementwise("Invert", np.invert, "jax.numpy:invert", _WHOLE)
_LEFT = elementwise("LeftShift", _shifted(np.left_shift), "jax.numpy:left_shift", _WHOLE)
_RIGHT = elementwise("RightShift", _shifted(np.right_shift), "jax.numpy:right_shift", _WHOLE)


def _bitcast_spec(x: TensorSpec, *, dtype: DType) -> TensorSpec:
    if not (x.dtype.is_numeric and dtype.is_numeric):
        raise TypeError(f"bitcast takes numbers; got {x.dtype.name} to {dtype.name}. tf.io.decode_raw reads strings")
    old, new = x.dtype.size, dtype.size
    if new < old:
        return TensorSpec((*x.shape, old // new), dtype)
    if new > old:
        if not x.shape or x.shape[-1] not in (new // old, None):
            raise InvalidArgumentError(
                f"bitcast from {x.dtype.name} to {dtype.name} needs a last axis of size {new // old}; got {x.shape}"
            )
        return TensorSpec(x.shape[:-1], dtype)
    return TensorSpec(x.shape, dtype)


def _bitcast(x: Any, *, dtype: DType) -> Any:
    old, new = x.dtype.itemsize, dtype.size
    if new > old and x.shape[-1] != new // old:
        raise InvalidArgumentError(f"bitcast to {dtype.name} needs a last axis of size {new // old}; got {x.shape}")
    shape = (*x.shape, old // new) if new < old else x.shape[:-1] if new > old else x.shape
    return np.ascontiguousarray(x).reshape(-1).view(dtype.as_numpy_dtype).reshape(shape)


_BITCAST = Op("Bitcast", infer=_bitcast_spec, host=_bitcast, lift=by_shape(leading_axis(_bitcast)))


def bitwise_and(x: Any, y: Any, name: str | None = None) -> Any:
    """Gives the bits that are set in both."""
    return _AND(x, y)


def bitwise_or(x: Any, y: Any, name: str | None = None) -> Any:
    """Gives the bits that are set in one or both."""
    return _OR(x, y)


def bitwise_xor(x: Any, y: Any, name: str | None = None) -> Any:
    """Gives the bits that are set in one of them only.

    Example:
        >>> from estimax import math
        >>> int(math.bitwise_xor(6, 3))
        5
    """
    return _XOR(x, y)


def invert(x: Any, name: str | None = None) -> Any:
    """Gives the bits that are not set."""
    return _INVERT(x)


def left_shift(x: Any, y: Any, name: str | None = None) -> Any:
    """Moves bits up by y places."""
    return _LEFT(x, y)


def right_shift(x: Any, y: Any, name: str | None = None) -> Any:
    """Moves bits down by y places; those of negative numbers are filled up with the sign."""
    return _RIGHT(x, y)


def bitcast(input: Any, type: Any, name: str | None = None) -> Any:
    """Reads the bytes of numbers as another type; a difference in size is made up by the last axis.

    Example:
        >>> import estimax as tf
        >>> from estimax import math
        >>> math.bitcast([1.0], tf.int32).numpy()
        array([1065353216], dtype=int32)
    """
    return _BITCAST(as_argument(input), dtype=as_dtype(type))
