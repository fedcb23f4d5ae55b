"""Sums, means and extremes of lists."""

from __future__ import annotations

from typing import Any

import numpy as np

from estimax._array._dimensions import positive_axis
from estimax._array._shape import expand_dims
from estimax._base._dtypes import DType, bool_, float64
from estimax._base._errors import InvalidArgumentError
from estimax._base._shapes import TensorSpec
from estimax._graph._columnwise import column_op
from estimax._graph._op import as_tensor
from estimax._graph._ragged_parts import bounds_of, without_level
from estimax._graph._varying import RaggedValue
from estimax.math._reductions import (
    reduce_all,
    reduce_any,
    reduce_max,
    reduce_mean,
    reduce_min,
    reduce_prod,
    reduce_sum,
)
from estimax.ragged._conversion import check_ragged, list_shape, ragged_or_dense, without_levels

_FUNCTIONS: dict[str, Any] = {
    "sum": np.add,
    "mean": np.add,
    "prod": np.multiply,
    "max": np.maximum,
    "min": np.minimum,
    "any": np.logical_or,
    "all": np.logical_and,
}

_DENSE = {
    "sum": reduce_sum,
    "mean": reduce_mean,
    "prod": reduce_prod,
    "max": reduce_max,
    "min": reduce_min,
    "any": reduce_any,
    "all": reduce_all,
}


def _result_dtype(dtype: DType, how: str) -> DType:
    if how in ("any", "all"):
        return bool_
    return float64 if how == "mean" and dtype.is_integer else dtype


def _spec(x: TensorSpec, *, axis: int | None, how: str) -> TensorSpec:
    ragged = check_ragged(f"reduce_{how}", x)
    if x.dtype.is_string or x.dtype.is_bool != (how in ("any", "all")):
        wanted = "truth values" if how in ("any", "all") else "numbers"
        raise TypeError(f"reduce_{how} needs {wanted}; got {x.dtype.name}")
    dtype = _result_dtype(x.dtype, how)
    if axis is None:
        return TensorSpec([], dtype)
    shape = list(list_shape(ragged))
    del shape[axis]
    levels = ragged.ragged_rank - (axis <= ragged.ragged_rank)
    if axis <= ragged.ragged_rank:
        shape[: ragged.ragged_rank] = [shape[0] if axis else None, *[None] * (ragged.ragged_rank - 1)]
    return ragged_or_dense(shape, dtype, levels)


def _reduced(x: RaggedValue, *, axis: int | None, how: str) -> Any:
    values: Any = x.values
    if axis is None:
        row = np.repeat(np.arange(len(x)), np.diff(bounds_of(x)))
        flat = values.reshape((len(values), int(np.prod(values.shape[1:], dtype=np.int64))))
        return _grouped(flat.reshape(-1), np.repeat(row, flat.shape[1]), len(x), how)
    if axis < len(x.splits):
        splits, place, count = without_level(x, axis)
        return without_levels(_grouped(values, place, count, how), splits)
    inner = axis - len(x.splits) + 1
    moved = np.moveaxis(values, inner, 0)
    size, *rest = moved.shape
    count = int(np.prod(rest, dtype=np.int64))
    reduced = _grouped(moved.reshape(-1), np.tile(np.arange(count), size), count, how)
    return without_levels(reduced.reshape(rest), x.splits)


def _grouped(values: np.ndarray, place: np.ndarray, count: int, how: str) -> np.ndarray:
    """Combines the values of each of `count` places; what none is for is what combining nothing gives."""
    dtype = np.dtype(np.float64) if how == "mean" and values.dtype.kind in "iu" else values.dtype
    out = np.full((count, *values.shape[1:]), _nothing(dtype, how), dtype)
    _FUNCTIONS[how].at(out, place, values)
    if how != "mean":
        return out
    counts = np.bincount(place, minlength=count).reshape((count, *[1] * (values.ndim - 1)))
    with np.errstate(invalid="ignore"):
        return np.asarray(out / counts, dtype)


def _nothing(dtype: np.dtype[Any], how: str) -> Any:
    if how in ("max", "min"):
        limits: Any = np.finfo(dtype) if dtype.kind == "f" else np.iinfo(dtype)
        return limits.min if how == "max" else limits.max
    return how in ("prod", "all")


_REDUCE = column_op("RaggedReduce", _spec, _reduced, composite=True)


def reduce(input_tensor: Any, axis: Any, how: str, keepdims: bool = False) -> Any:
    """Combines the values along axes of a ragged Tensor: what `tf.reduce_sum` and its kin do with one.

    Args:
        input_tensor: RaggedTensor.
        axis: one axis or several, or None for all.
        how: "sum", "mean", "prod", "max", "min", "any" or "all".
        keepdims: whether the axes stay, with size 1; only where the result is dense.

    Raises:
        InvalidArgumentError: there is no such axis.

    Example:
        >>> import estimax as tf
        >>> from estimax.ragged._reductions import reduce
        >>> reduce(tf.ragged.constant([[1, 2], [], [3]]), 1, "sum").numpy()
        array([3, 0, 3], dtype=int32)
    """
    tensor = as_tensor(input_tensor)
    spec = check_ragged(f"reduce_{how}", tensor.spec)
    rank = len(list_shape(spec))
    if axis is None:
        axes = list(range(rank))
    else:
        axes = sorted({positive_axis(a, rank) for a in np.atleast_1d(np.asarray(axis)).tolist()})
    if len(axes) == rank:
        out = _REDUCE(tensor, axis=None, how=how)
    elif how == "mean" and len(axes) > 1:
        raise InvalidArgumentError("reduce_mean of a RaggedTensor takes one axis, or all")
    else:
        out = tensor
        for number in reversed(axes):
            out = _along(out, number, how)
    if not keepdims:
        return out
    if not out.spec.is_dense:
        raise InvalidArgumentError("keepdims is for results without lists; leave it out, or use to_tensor() first")
    for number in axes:
        out = expand_dims(out, number)
    return out


def _along(tensor: Any, axis: int, how: str) -> Any:
    if tensor.spec.is_dense:
        return _DENSE[how](tensor, axis=axis)
    return _REDUCE(tensor, axis=axis, how=how)
