"""Reductions along axes: sums, means, extremes, truths, and positions of extremes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from estimax._array._by_shape import by_shape
from estimax._array._dimensions import positive_axis
from estimax._base._dtypes import DType, as_dtype, int64
from estimax._base._errors import InvalidArgumentError
from estimax._base._lazy import resolve
from estimax._base._shapes import TensorSpec
from estimax._graph._column import Column
from estimax._graph._composite import RaggedTensor
from estimax._graph._lifting import shifted_axis
from estimax._graph._op import Node, Op, as_argument
from estimax._graph._varying import Rows
from estimax.math._rule import check_kind

Axes = tuple[int, ...]


def _reduction(
    name: str, kernel: Callable[..., Any], device: str, stretches: Callable[..., Any], takes: str = "numbers"
) -> Op:
    """Makes an op of a kernel (x, axes, keepdims) and one (x, starts, lengths) for stretches of a flat array."""

    def infer(x: TensorSpec, *, axis: Axes, keepdims: bool) -> TensorSpec:
        check_kind(name, x, takes)
        reduced = [a % len(x.shape) for a in axis]
        if keepdims:
            return TensorSpec((1 if i in reduced else s for i, s in enumerate(x.shape)), x.dtype)
        return TensorSpec((s for i, s in enumerate(x.shape) if i not in reduced), x.dtype)

    def host(x: Any, *, axis: Axes, keepdims: bool) -> Any:
        with np.errstate(all="ignore"):
            return np.asarray(kernel(x, tuple(axis), keepdims), x.dtype)

    equal_rows = by_shape(shifted_axis(host))

    def lift(
        node: Node, values: Sequence[Any], lifted: Sequence[bool], rows: int, params: dict[str, Any]
    ) -> tuple[Column, ...]:
        """Reduces whole rows of several sizes at once, stretch by stretch."""
        (x,) = values
        if not isinstance(x, Rows) or not rows or len(params["axis"]) < x.rank:
            return equal_rows(node, values, lifted, rows, params)
        flat, lengths = np.asarray(x.flat), np.diff(x.splits)
        out = np.full(rows, host(flat[:0], axis=(0,), keepdims=False))
        filled = lengths > 0
        if filled.any():
            with np.errstate(all="ignore"):
                out[filled] = stretches(flat, x.splits[:-1][filled], lengths[filled])
        return (out.reshape((rows, *(1,) * x.rank)) if params["keepdims"] else out,)

    return Op(name, infer=infer, host=host, lift=lift, device=device)


def _sums(x: np.ndarray, starts: np.ndarray, lengths: np.ndarray) -> Any:
    """Adds up stretches; fractions with the precision of float64, as there is no pairwise summation here."""
    return np.add.reduceat(x, starts, dtype=np.float64 if x.dtype.kind == "f" else x.dtype)


def _means(x: np.ndarray, starts: np.ndarray, lengths: np.ndarray) -> Any:
    totals = _sums(x, starts, lengths)
    return totals / lengths if x.dtype.kind == "f" else _cut_quotient(totals, lengths.astype(x.dtype))


def _stretches(reduce: Any) -> Callable[..., Any]:
    return lambda x, starts, lengths: reduce.reduceat(x, starts)


def _cut_quotient(total: Any, count: Any) -> Any:
    quotient = np.abs(total) // count
    return np.where(total < 0, -quotient, quotient)


def _sum(x: Any, axis: Axes, keepdims: bool) -> Any:
    return np.sum(x, axis, x.dtype, keepdims=keepdims)


def _mean(x: Any, axis: Axes, keepdims: bool) -> Any:
    count = int(np.prod([x.shape[a] for a in axis], dtype=np.int64))
    if x.dtype.kind == "f":
        total = np.sum(x, axis, np.float32 if x.dtype.itemsize < 4 else x.dtype, keepdims=keepdims)
        return total / np.asarray(count, total.dtype)
    return _cut_quotient(_sum(x, axis, keepdims), max(count, 1))


def _lowest(dtype: Any) -> Any:
    return -np.inf if dtype.kind == "f" else np.iinfo(dtype).min


def _highest(dtype: Any) -> Any:
    return np.inf if dtype.kind == "f" else np.iinfo(dtype).max


def _max(x: Any, axis: Axes, keepdims: bool) -> Any:
    return np.max(x, axis, keepdims=keepdims, initial=_lowest(x.dtype))


def _min(x: Any, axis: Axes, keepdims: bool) -> Any:
    return np.min(x, axis, keepdims=keepdims, initial=_highest(x.dtype))


def _prod(x: Any, axis: Axes, keepdims: bool) -> Any:
    return np.prod(x, axis, x.dtype, keepdims=keepdims)


def _any(x: Any, axis: Axes, keepdims: bool) -> Any:
    return np.any(x, axis, keepdims=keepdims)


def _all(x: Any, axis: Axes, keepdims: bool) -> Any:
    return np.all(x, axis, keepdims=keepdims)


def _position_spec(x: TensorSpec, *, axis: int, dtype: DType) -> TensorSpec:
    check_kind("argmax", x, "numbers")
    if x.shape[axis] == 0:
        raise InvalidArgumentError(f"argmax needs at least one element along axis {axis} of {tuple(x.shape)}")
    return TensorSpec((s for i, s in enumerate(x.shape) if i != axis), dtype)


def _argmax(x: Any, *, axis: int, dtype: DType) -> Any:
    return np.asarray(np.argmax(x, axis), dtype.as_numpy_dtype)


def _argmin(x: Any, *, axis: int, dtype: DType) -> Any:
    return np.asarray(np.argmin(x, axis), dtype.as_numpy_dtype)


_SUM = _reduction("Sum", _sum, "estimax.math._device:reduce_sum", _sums)
_MEAN = _reduction("Mean", _mean, "estimax.math._device:reduce_mean", _means)
_MAX = _reduction("Max", _max, "estimax.math._device:reduce_max", _stretches(np.maximum))
_MIN = _reduction("Min", _min, "estimax.math._device:reduce_min", _stretches(np.minimum))
_PROD = _reduction("Prod", _prod, "estimax.math._device:reduce_prod", _stretches(np.multiply))
_ANY = _reduction("Any", _any, "jax.numpy:any", _stretches(np.logical_or), "truth values")
_ALL = _reduction("All", _all, "jax.numpy:all", _stretches(np.logical_and), "truth values")
_ARGMAX = Op(
    "ArgMax",
    infer=_position_spec,
    host=_argmax,
    lift=by_shape(shifted_axis(_argmax)),
    device="estimax.math._device:argmax",
)
_ARGMIN = Op(
    "ArgMin",
    infer=_position_spec,
    host=_argmin,
    lift=by_shape(shifted_axis(_argmin)),
    device="estimax.math._device:argmin",
)


def reduce_sum(
    input_tensor: Any,
    axis: Any = None,
    keepdims: bool | None = None,
    name: str | None = None,
    reduction_indices: Any = None,
    keep_dims: bool | None = None,
) -> Any:
    """Adds up the elements along the given axes, or all of them.

    Args:
        input_tensor: numbers.
        axis: one axis, several, or None for all.
        keepdims: whether the axes stay, with size 1.
        name: has no effect.
        reduction_indices: the same as `axis`.
        keep_dims: the same as `keepdims`.

    Returns:
        A Tensor of the same dtype.

    Example:
        >>> import estimax as tf
        >>> tf.reduce_sum([[1, 2], [3, 4]], axis=1).numpy()
        array([3, 7], dtype=int32)
    """
    return reduced(_SUM, input_tensor, (axis, reduction_indices), (keepdims, keep_dims))


def reduce_mean(
    input_tensor: Any,
    axis: Any = None,
    keepdims: bool | None = None,
    name: str | None = None,
    reduction_indices: Any = None,
    keep_dims: bool | None = None,
) -> Any:
    """Gives the mean along the given axes, or of all elements; of whole numbers a whole number, cut off.

    The arguments are those of `reduce_sum`.

    Example:
        >>> import estimax as tf
        >>> float(tf.reduce_mean([1.0, 2.0])), int(tf.reduce_mean([1, 2]))
        (1.5, 1)
    """
    return reduced(_MEAN, input_tensor, (axis, reduction_indices), (keepdims, keep_dims))


def reduce_max(
    input_tensor: Any,
    axis: Any = None,
    keepdims: bool | None = None,
    name: str | None = None,
    reduction_indices: Any = None,
    keep_dims: bool | None = None,
) -> Any:
    """Gives the greatest element along the given axes; the arguments are those of `reduce_sum`."""
    return reduced(_MAX, input_tensor, (axis, reduction_indices), (keepdims, keep_dims))


def reduce_min(
    input_tensor: Any,
    axis: Any = None,
    keepdims: bool | None = None,
    name: str | None = None,
    reduction_indices: Any = None,
    keep_dims: bool | None = None,
) -> Any:
    """Gives the smallest element along the given axes; the arguments are those of `reduce_sum`."""
    return reduced(_MIN, input_tensor, (axis, reduction_indices), (keepdims, keep_dims))


def reduce_prod(
    input_tensor: Any,
    axis: Any = None,
    keepdims: bool | None = None,
    name: str | None = None,
    reduction_indices: Any = None,
    keep_dims: bool | None = None,
) -> Any:
    """Multiplies the elements along the given axes; the arguments are those of `reduce_sum`."""
    return reduced(_PROD, input_tensor, (axis, reduction_indices), (keepdims, keep_dims))


def reduce_any(
    input_tensor: Any,
    axis: Any = None,
    keepdims: bool | None = None,
    name: str | None = None,
    reduction_indices: Any = None,
    keep_dims: bool | None = None,
) -> Any:
    """Tells whether any element along the given axes is true; the arguments are those of `reduce_sum`."""
    return reduced(_ANY, input_tensor, (axis, reduction_indices), (keepdims, keep_dims))


def reduce_all(
    input_tensor: Any,
    axis: Any = None,
    keepdims: bool | None = None,
    name: str | None = None,
    reduction_indices: Any = None,
    keep_dims: bool | None = None,
) -> Any:
    """Tells whether all elements along the given axes are true; the arguments are those of `reduce_sum`."""
    return reduced(_ALL, input_tensor, (axis, reduction_indices), (keepdims, keep_dims))


def argmax(
    input: Any, axis: Any = None, name: str | None = None, dimension: Any = None, output_type: Any = int64
) -> Any:
    """Gives the position of the greatest element along an axis, by default the first; the first of equals.

    Example:
        >>> import estimax as tf
        >>> tf.argmax([[1.0, 3.0], [2.0, 0.0]], axis=1).numpy()
        array([1, 0])
    """
    return _position(_ARGMAX, input, axis, dimension, output_type)


def argmin(
    input: Any, axis: Any = None, name: str | None = None, dimension: Any = None, output_type: Any = int64
) -> Any:
    """Gives the position of the smallest element along an axis, by default the first; the first of equals."""
    return _position(_ARGMIN, input, axis, dimension, output_type)


def _position(op: Op, x: Any, axis: Any, dimension: Any, output_type: Any) -> Any:
    tensor = as_argument(x)
    given = dimension if axis is None else axis
    return op(tensor, axis=positive_axis(0 if given is None else given, len(tensor.shape)), dtype=as_dtype(output_type))


def reduced(op: Op, x: Any, axes: Sequence[Any], keepdims: Sequence[bool | None]) -> Any:
    """Applies a reduction along the axes that a caller named in one of two ways, or along all."""
    tensor = as_argument(x)
    given, keep = next((a for a in axes if a is not None), None), any(bool(k) for k in keepdims)
    if isinstance(tensor, RaggedTensor):
        return resolve("estimax.ragged._reductions:reduce")(tensor, given, op.name.lower(), keep)
    return op(tensor, axis=chosen_axes(given, len(tensor.shape)), keepdims=keep)


def chosen_axes(axis: Any, rank: int) -> Axes:
    """Returns one axis, several, or all of them for None, as sorted numbers from 0 on."""
    listed = range(rank) if axis is None else np.atleast_1d(np.asarray(axis)).tolist()
    return tuple(sorted({positive_axis(a, rank) for a in listed}))
