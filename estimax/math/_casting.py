"""`tf.cast`: numbers and truth values from one element type to another."""

from __future__ import annotations

from typing import Any

import numpy as np

from estimax._base._dtypes import DType, as_dtype, float32, float64, int32, int64
from estimax._base._lazy import resolve
from estimax._base._shapes import TensorSpec
from estimax._graph._lifting import broadcasting
from estimax._graph._op import Op, as_argument
from estimax._graph._tensor import Tensor
from estimax.math._rule import check_kind


def _infer(x: TensorSpec, *, dtype: DType) -> TensorSpec:
    if x.dtype.is_string != dtype.is_string:
        advice = "tf.strings.to_number reads" if x.dtype.is_string else "tf.strings.as_string writes"
        raise TypeError(f"cast converts between numbers only; got {x.dtype.name} to {dtype.name}. {advice} numbers")
    return TensorSpec(x.shape, dtype)


def _host(x: Any, *, dtype: DType) -> Any:
    if dtype.is_string:
        return x
    with np.errstate(all="ignore"):
        return x.astype(dtype.as_numpy_dtype, copy=False)


def _saturated(x: Any, *, dtype: DType) -> Any:
    lowest, highest = dtype.min, dtype.max
    with np.errstate(all="ignore"):
        out = np.nan_to_num(x, nan=0) if dtype.is_integer and x.dtype.kind == "f" else x
        cast_ = out.astype(dtype.as_numpy_dtype)
        return np.where(out <= lowest, lowest, np.where(out >= highest, highest, cast_)).astype(dtype.as_numpy_dtype)


def _saturated_spec(x: TensorSpec, *, dtype: DType) -> TensorSpec:
    check_kind("saturate_cast", x, "numbers")
    return TensorSpec(x.shape, dtype)


_SATURATE = Op("SaturateCast", infer=_saturated_spec, host=_saturated, lift=broadcasting)
_CAST = Op("Cast", infer=_infer, host=_host, lift=broadcasting, device="estimax.math._device:cast")


def cast(x: Any, dtype: Any, name: str | None = None) -> Any:
    """Converts numbers and truth values to another dtype; fractions are cut off.

    Raises:
        TypeError: from or to strings; `tf.strings.to_number` and `as_string` do that.

    Example:
        >>> import estimax as tf
        >>> tf.cast([1.9, -1.9, 0.0], tf.int32).numpy()
        array([ 1, -1,  0], dtype=int32)
    """
    wanted = as_dtype(dtype)
    x = as_argument(x)
    return x if isinstance(x, Tensor) and x.dtype == wanted else _CAST(x, dtype=wanted)


def saturate_cast(value: Any, dtype: Any, name: str | None = None) -> Any:
    """Converts numbers to another dtype; those beyond its range become its smallest or greatest.

    Example:
        >>> import estimax as tf
        >>> from estimax import math
        >>> math.saturate_cast([-3.5, 300.7], tf.uint8).numpy()
        array([  0, 255], dtype=uint8)
    """
    wanted = as_dtype(dtype)
    x = as_argument(value)
    if not isinstance(x, Tensor):
        return resolve("estimax.math._device:saturate_cast")(x, dtype=wanted.as_numpy_dtype)
    return x if x.dtype == wanted else _SATURATE(x, dtype=wanted)


def to_float(x: Any, name: str | None = "ToFloat") -> Any:
    """Converts to float32."""
    return cast(x, float32)


def to_double(x: Any, name: str | None = "ToDouble") -> Any:
    """Converts to float64."""
    return cast(x, float64)


def to_int32(x: Any, name: str | None = "ToInt32") -> Any:
    """Converts to int32; fractions are cut off."""
    return cast(x, int32)


def to_int64(x: Any, name: str | None = "ToInt64") -> Any:
    """Converts to int64; fractions are cut off."""
    return cast(x, int64)
