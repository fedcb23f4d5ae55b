"""Mean and variance, of values and of weighted values, at once or in two steps."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from estimax._graph._tensor import Tensor
from estimax.nn._arrays import as_array, as_floats


def _axes(axes: Any) -> tuple[int, ...]:
    given = axes.numpy() if isinstance(axes, Tensor) else axes
    return tuple(int(a) for a in np.atleast_1d(np.asarray(given)))


def _kept(keepdims: bool | None, keep_dims: bool | None) -> bool:
    return bool(keepdims if keep_dims is None else keep_dims)


def moments(
    x: Any,
    axes: int | Sequence[int],
    shift: Any = None,
    keepdims: bool | None = False,
    name: str | None = None,
    *,
    keep_dims: bool | None = None,
) -> tuple[jax.Array, jax.Array]:
    """Returns mean and variance along axes.

    Args:
        x: an array of floats.
        axes: along which they are taken.
        shift: has no effect.
        keepdims: whether these axes stay, with size 1.
        name: has no effect.
        keep_dims: an older name of `keepdims`.

    Example:
        >>> import estimax as tf
        >>> [v.tolist() for v in tf.nn.moments([[1.0, 2.0], [3.0, 6.0]], axes=[0])]
        [[2.0, 4.0], [1.0, 4.0]]
    """
    array, over, keep = as_floats(x), _axes(axes), _kept(keepdims, keep_dims)
    wide = array.astype(jnp.float32) if array.dtype.itemsize < 4 else array
    mean = jnp.mean(wide, over, keepdims=True)
    variance = jnp.mean(jnp.square(wide - jax.lax.stop_gradient(mean)), over, keepdims=True)
    both = (mean.astype(array.dtype), variance.astype(array.dtype))
    return both if keep else (jnp.squeeze(both[0], over), jnp.squeeze(both[1], over))


def weighted_moments(
    x: Any,
    axes: int | Sequence[int],
    frequency_weights: Any,
    keepdims: bool | None = False,
    name: str | None = None,
    *,
    keep_dims: bool | None = None,
) -> tuple[jax.Array, jax.Array]:
    """Returns mean and variance of values that count as often as their weights say.

    Args:
        x: an array of floats.
        axes: along which they are taken.
        frequency_weights: zero or more, broadcast against `x`.
        keepdims: whether the axes stay, with size 1.
        name: has no effect.
        keep_dims: an older name of `keepdims`.

    Example:
        >>> import estimax as tf
        >>> [float(v) for v in tf.nn.weighted_moments([1.0, 5.0], [0], [3.0, 1.0])]
        [2.0, 3.0]
    """
    array, over, keep = as_floats(x), _axes(axes), _kept(keepdims, keep_dims)
    weights = jnp.broadcast_to(as_array(frequency_weights, array.dtype), array.shape)
    total = jnp.sum(weights, over, keepdims=True)
    mean = jnp.sum(weights * array, over, keepdims=True) / total
    variance = jnp.sum(weights * jnp.square(array), over, keepdims=True) / total - jnp.square(mean)
    return (mean, variance) if keep else (jnp.squeeze(mean, over), jnp.squeeze(variance, over))


def sufficient_statistics(
    x: Any,
    axes: int | Sequence[int],
    shift: Any = None,
    keepdims: bool | None = False,
    name: str | None = None,
    *,
    keep_dims: bool | None = None,
) -> tuple[jax.Array, jax.Array, jax.Array, jax.Array | None]:
    """Returns what `normalize_moments` makes mean and variance of, and what sums of parts can be made of.

    Args:
        x: an array of floats.
        axes: along which sums are taken.
        shift: what is taken off the values first, near the mean for good digits; None for nothing.
        keepdims: whether the axes stay, with size 1.
        name: has no effect.
        keep_dims: an older name of `keepdims`.

    Returns:
        How many values there are, their sum, the sum of their squares, and the shift.
    """
    array, over, keep = as_floats(x), _axes(axes), _kept(keepdims, keep_dims)
    sizes = [array.shape[a] for a in over]
    count = jnp.ones((), array.dtype)
    for size in sizes:
        count = count * size
    moved = array if shift is None else array - as_array(shift, array.dtype)
    first, second = (jnp.sum(v, over, keepdims=keep) for v in (moved, jnp.square(moved)))
    return count, first, second, None if shift is None else as_array(shift, array.dtype)


def normalize_moments(
    counts: Any, mean_ss: Any, variance_ss: Any, shift: Any, name: str | None = None
) -> tuple[jax.Array, jax.Array]:
    """Returns mean and variance from what `sufficient_statistics` gives.

    Example:
        >>> import estimax as tf
        >>> statistics = tf.nn.sufficient_statistics([1.0, 3.0], [0])
        >>> [float(v) for v in tf.nn.normalize_moments(*statistics)]
        [2.0, 1.0]
    """
    count = as_floats(counts)
    shifted = as_floats(mean_ss) / count
    mean = shifted if shift is None else shifted + as_floats(shift)
    return mean, as_floats(variance_ss) / count - jnp.square(shifted)


def zero_fraction(value: Any, name: str | None = None) -> jax.Array:
    """Returns which part of the elements is zero, float32.

    Example:
        >>> import estimax as tf
        >>> float(tf.nn.zero_fraction([0.0, 1.0, 0.0, 2.0]))
        0.5
    """
    return jnp.mean((as_array(value) == 0).astype(jnp.float32))
