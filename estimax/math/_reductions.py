"""Reductions along axes: sums, means, extremes, truths, and positions of extremes; running sums."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from estimax._array._dimensions import positive_axis
from estimax._base._dtypes import DType, as_dtype, int64
from estimax._base._errors import InvalidArgumentError
from estimax._base._shapes import TensorSpec
from estimax._graph._lifting import shifted_axis
from estimax._graph._op import Op, as_argument
from estimax.math._rule import check_kind

Axes = tuple[int, ...]


def _reduction(name: str, kernel: Callable[..., Any], device: str, takes: str = "numbers") -> Op:
    def infer(x: TensorSpec, *, axis: Axes, keepdims: bool) -> TensorSpec:
        check_kind(name, x, takes)
        reduced = [a % len(x.shape) for a in axis]
        if keepdims:
            return TensorSpec((1 if i in reduced else s for i, s in enumerate(x.shape)), x.dtype)
        return TensorSpec((s for i, s in enumerate(x.shape) if i not in reduced), x.dtype)

    def host(x: Any, *, axis: Axes, keepdims: bool) -> Any:
        with np.errstate(all="ignore"):
            return np.asarray(kernel(x, tuple(axis), keepdims), x.dtype)

    return Op(name, infer=infer, host=host, lift=shifted_axis(host), device=device)


def _sum(x: Any, axis: Axes, keepdims: bool) -> Any:
    return np.sum(x, axis, x.dtype, keepdims=keepdims)


def _mean(x: Any, axis: Axes, keepdims: bool) -> Any:
    count = int(np.prod([x.shape[a] for a in axis], dtype=np.int64))
    if x.dtype.kind == "f":
        total = np.sum(x, axis, np.float32 if x.dtype.itemsize < 4 else x.dtype, keepdims=keepdims)
        return total / np.asarray(count, total.dtype)
    total = _sum(x, axis, keepdims)
    quotient = np.abs(total) // max(count, 1)
    return np.where(total < 0, -quotient, quotient)


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


def _running_spec(x: TensorSpec, *, axis: int, exclusive: bool, reverse: bool) -> TensorSpec:
    check_kind("cumsum", x, "numbers")
    return x


def _cumsum(x: Any, *, axis: int, exclusive: bool, reverse: bool) -> Any:
    x = np.flip(x, axis) if reverse else x
    out = np.cumsum(x, axis, x.dtype)
    out = out - x if exclusive else out
    return np.flip(out, axis) if reverse else out


_SUM = _reduction("Sum", _sum, "estimax.math._device:reduce_sum")
_MEAN = _reduction("Mean", _mean, "estimax.math._device:reduce_mean")
_MAX = _reduction("Max", _max, "estimax.math._device:reduce_max")
_MIN = _reduction("Min", _min, "estimax.math._device:reduce_min")
_PROD = _reduction("Prod", _prod, "estimax.math._device:reduce_prod")
_ANY = _reduction("Any", _any, "jax.numpy:any", "truth values")
_ALL = _reduction("All", _all, "jax.numpy:all", "truth values")
_ARGMAX = Op(
    "ArgMax", infer=_position_spec, host=_argmax, lift=shifted_axis(_argmax), device="estimax.math._device:argmax"
)
_ARGMIN = Op(
    "ArgMin", infer=_position_spec, host=_argmin, lift=shifted_axis(_argmin), device="estimax.math._device:argmin"
)
_CUMSUM = Op(
    "Cumsum", infer=_running_spec, host=_cumsum, lift=shifted_axis(_cumsum), device="estimax.math._device:cumsum"
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
    return _reduce(_SUM, input_tensor, (axis, reduction_indices), (keepdims, keep_dims))


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
    return _reduce(_MEAN, input_tensor, (axis, reduction_indices), (keepdims, keep_dims))


def reduce_max(
    input_tensor: Any,
    axis: Any = None,
    keepdims: bool | None = None,
    name: str | None = None,
    reduction_indices: Any = None,
    keep_dims: bool | None = None,
) -> Any:
    """Gives the greatest element along the given axes; the arguments are those of `reduce_sum`."""
    return _reduce(_MAX, input_tensor, (axis, reduction_indices), (keepdims, keep_dims))


def reduce_min(
    input_tensor: Any,
    axis: Any = None,
    keepdims: bool | None = None,
    name: str | None = None,
    reduction_indices: Any = None,
    keep_dims: bool | None = None,
) -> Any:
    """Gives the smallest element along the given axes; the arguments are those of `reduce_sum`."""
    return _reduce(_MIN, input_tensor, (axis, reduction_indices), (keepdims, keep_dims))


def reduce_prod(
    input_tensor: Any,
    axis: Any = None,
    keepdims: bool | None = None,
    name: str | None = None,
    reduction_indices: Any = None,
    keep_dims: bool | None = None,
) -> Any:
    """Multiplies the elements along the given axes; the arguments are those of `reduce_sum`."""
    return _reduce(_PROD, input_tensor, (axis, reduction_indices), (keepdims, keep_dims))


def reduce_any(
    input_tensor: Any,
    axis: Any = None,
    keepdims: bool | None = None,
    name: str | None = None,
    reduction_indices: Any = None,
    keep_dims: bool | None = None,
) -> Any:
    """Tells whether any element along the given axes is true; the arguments are those of `reduce_sum`."""
    return _reduce(_ANY, input_tensor, (axis, reduction_indices), (keepdims, keep_dims))


def reduce_all(
    input_tensor: Any,
    axis: Any = None,
    keepdims: bool | None = None,
    name: str | None = None,
    reduction_indices: Any = None,
    keep_dims: bool | None = None,
) -> Any:
    """Tells whether all elements along the given axes are true; the arguments are those of `reduce_sum`."""
    return _reduce(_ALL, input_tensor, (axis, reduction_indices), (keepdims, keep_dims))


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


def cumsum(x: Any, axis: Any = 0, exclusive: bool = False, reverse: bool = False, name: str | None = None) -> Any:
    """Gives the running sum along an axis.

    Args:
        x: numbers.
        axis: along which to add.
        exclusive: whether each sum leaves out its own element.
        reverse: whether to add from the end.
        name: has no effect.

    Example:
        >>> import estimax as tf
        >>> tf.cumsum([1, 2, 3], exclusive=True).numpy()
        array([0, 1, 3], dtype=int32)
    """
    tensor = as_argument(x)
    return _CUMSUM(tensor, axis=positive_axis(axis, len(tensor.shape)), exclusive=exclusive, reverse=reverse)


def _position(op: Op, x: Any, axis: Any, dimension: Any, output_type: Any) -> Any:
    tensor = as_argument(x)
    given = dimension if axis is None else axis
    return op(tensor, axis=positive_axis(0 if given is None else given, len(tensor.shape)), dtype=as_dtype(output_type))


def _reduce(op: Op, x: Any, axes: Sequence[Any], keepdims: Sequence[bool | None]) -> Any:
    tensor = as_argument(x)
    rank = len(tensor.shape)
    given = next((a for a in axes if a is not None), None)
    listed = range(rank) if given is None else np.atleast_1d(np.asarray(given)).tolist()
    axis = tuple(sorted({positive_axis(a, rank) for a in listed}))
    return op(tensor, axis=axis, keepdims=any(bool(k) for k in keepdims))
