"""Poolings: the greatest or the mean of what a window sees, as it moves.

`max_pool` compares shifted inputs, one axis after the other. Its gradient goes to
the first of equal elements, as in the original; XLA's own way to it
(select-and-scatter) takes ten times as long on a CPU.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from estimax._base._dtypes import as_dtype
from estimax._base._errors import InvalidArgumentError
from estimax.nn._arrays import as_array, as_floats
from estimax.nn._spatial import Padding, Space, one_of, shifts, widths


def _lowest(dtype: Any) -> Any:
    return -np.inf if jnp.issubdtype(dtype, jnp.floating) else np.iinfo(dtype).min


def _greater(a: Any, b: Any) -> Any:
    """Returns the greater of two, the first where they are equal, and NaN where there is one."""
    return jnp.where((b > a) | (b != b), b, a)


def _max(
    x: Any, window: Sequence[int], strides: Sequence[int], padding: Padding, dilations: Sequence[int]
) -> jax.Array:
    pads = widths(x.shape[1:-1], window, strides, dilations, padding)
    if any(before or after for before, after in pads):
        x = jnp.pad(x, [(0, 0), *pads, (0, 0)], constant_values=_lowest(x.dtype))
    rank = len(window)
    for axis in reversed(range(rank)):  # the last axis first, so that the first of equals is that of the lowest place
        only = [1] * rank, [1] * rank, [1] * rank
        for chosen, given in zip(only, (window, strides, dilations), strict=True):
            chosen[axis] = given[axis]
        first, *others = shifts(x, *only)
        for other in others:
            first = _greater(first, other)
        x = first
    return jnp.asarray(x)


def _mean(
    x: Any, window: Sequence[int], strides: Sequence[int], padding: Padding, dilations: Sequence[int]
) -> jax.Array:
    pads = [(0, 0), *widths(x.shape[1:-1], window, strides, dilations, padding), (0, 0)]
    shape, steps, spread = ((1, *sizes, 1) for sizes in (window, strides, dilations))

    def total(array: Any) -> Any:
        zero = np.zeros((), array.dtype)
        return jax.lax.reduce_window(array, zero, jax.lax.add, shape, steps, pads, window_dilation=spread)

    if padding == "VALID":
        return jnp.asarray(total(x) / np.prod(window).astype(x.dtype))
    return jnp.asarray(total(x) / total(jnp.ones((1, *x.shape[1:-1], 1), x.dtype)))


_KINDS = {"MAX": _max, "AVG": _mean}


def _pooled(
    function: str,
    kind: str,
    rank: int | None,
    x: Any,
    window: Any,
    strides: Any,
    padding: Any,
    data_format: str | None,
    dilations: Any = None,
) -> jax.Array:
    array = as_array(x) if kind == "MAX" else as_floats(x)
    space = Space.of(function, array, rank, data_format)
    sizes = [space.sizes(one_of(function, ksize=window), "ksize"), space.sizes(strides, "strides")]
    spread = space.sizes(dilations, "dilations")
    if any(size < 1 for size in (*sizes[0], *sizes[1], *spread)):
        raise InvalidArgumentError(f"{function} needs windows and strides of 1 or more; got {window} and {strides}")
    _check_fits(function, space, array, sizes[0], padding)
    out = _KINDS[kind](space.channels_last(array), sizes[0], sizes[1], space.padding(padding), spread)
    return jnp.asarray(space.as_given(out))


def _check_fits(function: str, space: Space, array: Any, window: Sequence[int], padding: Any) -> None:
    own = array.shape[2:] if space.channels_first else array.shape[1:-1]
    if space.padding(padding) == "VALID" and any(
        isinstance(s, int) and s < w for s, w in zip(own, window, strict=True)
    ):
        raise InvalidArgumentError(
            f"{function} with padding 'VALID' needs an input as large as its window, {tuple(window)}; "
            f"got shape {array.shape}"
        )


def max_pool(
    input: Any = None,
    ksize: Any = None,
    strides: Any = None,
    padding: Any = None,
    data_format: str | None = None,
    name: str | None = None,
    *,
    value: Any = None,
) -> jax.Array:
    """Returns the greatest elements of windows.

    Args:
        input: [batch, height, width, channels], or with one or three axes between batch and channels.
        ksize: sizes of the window: one number, one for each of these axes, or one for each axis.
        strides: how far the window moves, in the same forms.
        padding: 'SAME', 'VALID', or pairs of sizes for all axes.
        data_format: 'NHWC' (the default), 'NCHW' and the like for other ranks.
        name: has no effect.
        value: an older name of `input`.

    Raises:
        InvalidArgumentError: shapes, sizes or formats that do not fit.

    Example:
        >>> import numpy as np, estimax as tf
        >>> image = np.arange(16.0, dtype=np.float32).reshape(1, 4, 4, 1)
        >>> tf.nn.max_pool(image, ksize=[1, 2, 2, 1], strides=[1, 2, 2, 1], padding="VALID")[0, :, :, 0]
        Array([[ 5.,  7.],
               [13., 15.]], dtype=float32)
    """
    x = one_of("max_pool", input=input, value=value)
    return _pooled("max_pool", "MAX", None, x, ksize, strides, padding, data_format)


max_pool_v2 = max_pool


def avg_pool(
    input: Any = None,
    ksize: Any = None,
    strides: Any = None,
    padding: Any = None,
    data_format: str | None = None,
    name: str | None = None,
    *,
    value: Any = None,
) -> jax.Array:
    """Returns the means of windows, in which what padding adds does not count; arguments as for `max_pool`.

    Example:
        >>> import estimax as tf
        >>> tf.nn.avg_pool([[[1.0], [3.0], [8.0]]], ksize=2, strides=2, padding="SAME").tolist()
        [[[2.0], [8.0]]]
    """
    x = one_of("avg_pool", input=input, value=value)
    return _pooled("avg_pool", "AVG", None, x, ksize, strides, padding, data_format)


avg_pool_v2 = avg_pool


def max_pool1d(
    input: Any, ksize: Any, strides: Any, padding: Any, data_format: str | None = None, name: str | None = None
) -> jax.Array:
    """Does what `max_pool` does, on [batch, width, channels]."""
    return _pooled("max_pool1d", "MAX", 1, input, ksize, strides, padding, data_format)


def max_pool2d(
    input: Any, ksize: Any, strides: Any, padding: Any, data_format: str | None = None, name: str | None = None
) -> jax.Array:
    """Does what `max_pool` does, on [batch, height, width, channels]."""
    return _pooled("max_pool2d", "MAX", 2, input, ksize, strides, padding, data_format)


def max_pool3d(
    input: Any, ksize: Any, strides: Any, padding: Any, data_format: str | None = None, name: str | None = None
) -> jax.Array:
    """Does what `max_pool` does, on [batch, depth, height, width, channels]."""
    return _pooled("max_pool3d", "MAX", 3, input, ksize, strides, padding, data_format)


def avg_pool1d(
    input: Any, ksize: Any, strides: Any, padding: Any, data_format: str | None = None, name: str | None = None
) -> jax.Array:
    """Does what `avg_pool` does, on [batch, width, channels]."""
    return _pooled("avg_pool1d", "AVG", 1, input, ksize, strides, padding, data_format)


def avg_pool2d(
    input: Any = None,
    ksize: Any = None,
    strides: Any = None,
    padding: Any = None,
    data_format: str | None = None,
    name: str | None = None,
    *,
    value: Any = None,
) -> jax.Array:
    """Does what `avg_pool` does, on [batch, height, width, channels]."""
    x = one_of("avg_pool2d", input=input, value=value)
    return _pooled("avg_pool2d", "AVG", 2, x, ksize, strides, padding, data_format)


def avg_pool3d(
    input: Any, ksize: Any, strides: Any, padding: Any, data_format: str | None = None, name: str | None = None
) -> jax.Array:
    """Does what `avg_pool` does, on [batch, depth, height, width, channels]."""
    return _pooled("avg_pool3d", "AVG", 3, input, ksize, strides, padding, data_format)


def pool(
    input: Any,
    window_shape: Any,
    pooling_type: str,
    strides: Any = None,
    padding: Any = "VALID",
    data_format: str | None = None,
    dilations: Any = None,
    name: str | None = None,
    *,
    dilation_rate: Any = None,
) -> jax.Array:
    """Pools by the kind that `pooling_type` names, 'MAX' or 'AVG', along one to three axes.

    Sizes are one number for each of these axes; strides and dilations are 1 by
    default. `dilation_rate` is an older name of `dilations`.
    """
    if pooling_type not in _KINDS:
        raise InvalidArgumentError(f"pool needs pooling_type 'MAX' or 'AVG'; got {pooling_type!r}")
    spread = dilations if dilation_rate is None else dilation_rate
    return _pooled("pool", pooling_type, None, input, window_shape, strides, padding, data_format, spread)


def max_pool_with_argmax(
    input: Any,
    ksize: Any,
    strides: Any,
    padding: Any,
    data_format: str | None = "NHWC",
    output_dtype: Any = None,
    include_batch_in_index: bool = False,
    name: str | None = None,
    *,
    Targmax: Any = None,
) -> tuple[jax.Array, jax.Array]:
    """Returns the greatest elements of windows over images, and where in the flat image each stands.

    Args:
        input: [batch, height, width, channels].
        ksize: as for `max_pool`.
        strides: as for `max_pool`.
        padding: as for `max_pool`.
        data_format: 'NHWC'.
        output_dtype: of the places; whole numbers of 32 bits on the device.
        include_batch_in_index: whether places are those in the flat batch.
        name: has no effect.
        Targmax: an older name of `output_dtype`.

    Returns:
        The greatest elements, and the places `(y * width + x) * channels + channel`.
    """
    function = "max_pool_with_argmax"
    array = as_floats(input)
    space = Space.of(function, array, 2, data_format)
    window, steps, sides = space.sizes(ksize, "ksize"), space.sizes(strides, "strides"), space.padding(padding)
    pads = [(0, 0), *widths(array.shape[1:-1], window, steps, (1, 1), sides), (0, 0)]
    places = jnp.arange(np.prod(array.shape[1:]), dtype=jnp.int32).reshape((1, *array.shape[1:]))
    ones = (1, 1)
    best, where = (
        shifts(jnp.pad(a, pads, constant_values=v), window, steps, ones) for a, v in ((array, -np.inf), (places, -1))
    )
    value, place = best[0], jnp.broadcast_to(where[0], best[0].shape)
    for other, its_place in zip(best[1:], where[1:], strict=True):
        greater = other > value
        value, place = jnp.where(greater, other, value), jnp.where(greater, its_place, place)
    if include_batch_in_index:
        size = np.int32(np.prod(array.shape[1:]))
        place = place + jnp.arange(array.shape[0], dtype=jnp.int32)[:, None, None, None] * size
    kind = as_dtype(next((d for d in (output_dtype, Targmax) if d is not None), np.int64)).as_numpy_dtype
    return value, place.astype(jax.dtypes.canonicalize_dtype(kind))
