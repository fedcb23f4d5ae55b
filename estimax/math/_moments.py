"""Reductions that are made of others: variance, norms, logarithms of sums of exponentials, counts."""

from __future__ import annotations

from typing import Any

from estimax._array._control import stop_gradient
from estimax._array._creation import zeros_like
from estimax._array._selection import where_v2
from estimax._array._shape import squeeze
from estimax._base._dtypes import as_dtype, int64
from estimax._base._errors import InvalidArgumentError
from estimax._graph._op import as_argument
from estimax.math._arithmetic import abs as absolute
from estimax.math._arithmetic import add, maximum, multiply, square, subtract
from estimax.math._casting import cast
from estimax.math._comparison import is_finite, not_equal
from estimax.math._functions import exp, log, rsqrt, sqrt
from estimax.math._reductions import chosen_axes, reduce_max, reduce_mean, reduce_sum


def reduce_variance(input_tensor: Any, axis: Any = None, keepdims: bool | None = None, name: str | None = None) -> Any:
    """Gives the mean of the squared distances from the mean, along the given axes or of all elements.

    Example:
        >>> from estimax import math
        >>> float(math.reduce_variance([1.0, 3.0]))
        1.0
    """
    x = as_argument(input_tensor)
    distance = subtract(x, reduce_mean(x, axis, keepdims=True))
    return reduce_mean(square(distance), axis, keepdims)


def reduce_std(input_tensor: Any, axis: Any = None, keepdims: bool | None = None, name: str | None = None) -> Any:
    """Gives the square root of the variance, along the given axes or of all elements."""
    return sqrt(reduce_variance(input_tensor, axis, keepdims))


def reduce_logsumexp(
    input_tensor: Any,
    axis: Any = None,
    keepdims: bool | None = None,
    name: str | None = None,
    reduction_indices: Any = None,
    keep_dims: bool | None = None,
) -> Any:
    """Gives `log(sum(exp(x)))`, without overflow; the arguments are those of `reduce_sum`.

    Example:
        >>> from estimax import math
        >>> float(math.reduce_logsumexp([1000.0, -1000.0]))
        1000.0
    """
    x = as_argument(input_tensor)
    axes = chosen_axes(reduction_indices if axis is None else axis, len(x.shape))
    greatest = stop_gradient(reduce_max(x, axes, keepdims=True))
    shift = where_v2(is_finite(greatest), greatest, zeros_like(greatest))
    out = add(log(reduce_sum(exp(subtract(x, shift)), axes, keepdims=True)), shift)
    return out if keepdims or keep_dims or not axes else squeeze(out, list(axes))


def count_nonzero(
    input: Any,
    axis: Any = None,
    keepdims: bool | None = None,
    dtype: Any = int64,
    name: str | None = None,
    reduction_indices: Any = None,
    keep_dims: bool | None = None,
    input_tensor: Any = None,
) -> Any:
    """Counts the elements that are not 0, not False or not empty, along the given axes or all of them.

    Example:
        >>> from estimax import math
        >>> math.count_nonzero([[1, 0], [2, 3]], axis=1).numpy()
        array([1, 2])
    """
    x = as_argument(input if input_tensor is None else input_tensor)
    hit = not_equal(x, zeros_like(x))
    return reduce_sum(cast(hit, as_dtype(dtype)), axis, keepdims, None, reduction_indices, keep_dims)


def norm(
    tensor: Any,
    ord: Any = "euclidean",
    axis: Any = None,
    keepdims: bool | None = None,
    name: str | None = None,
    keep_dims: bool | None = None,
) -> Any:
    """Gives the length of vectors: along the given axes, or of all elements as one vector.

    Args:
        tensor: floating-point numbers.
        ord: 'euclidean' or 2, 1 (the sum of absolute values), or infinity (their maximum).
        axis: one axis, several, or None for all.
        keepdims: whether the axes stay, with size 1.
        name: has no effect.
        keep_dims: the same as `keepdims`.

    Raises:
        InvalidArgumentError: another order.

    Example:
        >>> from estimax import math
        >>> float(math.norm([3.0, 4.0]))
        5.0
    """
    keep = keepdims or keep_dims
    if ord in ("euclidean", "fro", 2):
        return sqrt(reduce_sum(square(tensor), axis, keep))
    if ord == 1:
        return reduce_sum(absolute(tensor), axis, keep)
    if ord == float("inf"):
        return reduce_max(absolute(tensor), axis, keep)
    raise InvalidArgumentError(f"ord must be 'euclidean', 1, 2 or infinity; got {ord!r}")


def l2_normalize(x: Any, axis: Any = None, epsilon: float = 1e-12, name: str | None = None, dim: Any = None) -> Any:
    """Divides by the length of vectors along the given axes, or of all elements as one vector.

    Args:
        x: floating-point numbers.
        axis: one axis, several, or None for all.
        epsilon: the least square of a length, so that zeros stay zeros.
        name: has no effect.
        dim: the same as `axis`.

    Example:
        >>> from estimax import math
        >>> math.l2_normalize([3.0, 4.0]).numpy()
        array([0.6, 0.8], dtype=float32)
    """
    tensor = as_argument(x)
    squares = reduce_sum(square(tensor), dim if axis is None else axis, keepdims=True)
    return multiply(tensor, rsqrt(maximum(squares, epsilon)))


def moments(
    x: Any, axes: Any, shift: Any = None, name: str | None = None, keep_dims: bool | None = None, keepdims: Any = None
) -> tuple[Any, Any]:
    """Gives the mean and the variance along the given axes."""
    keep = bool(keepdims or keep_dims)
    return reduce_mean(x, axes, keep), reduce_variance(x, axes, keep)
