"""Convolutions: `conv1d`, `conv2d`, `conv3d`, by channel (`depthwise_conv2d`) and apart (`separable_conv2d`).

They are cross-correlations, as everywhere in networks: filters are not turned round.
An argument has the names of both TensorFlow 1.x and 2.x. Positions are those of 2.x;
`estimax.compat.v1.nn` has those of 1.x.
"""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from estimax._base._errors import InvalidArgumentError
from estimax.nn._arrays import as_array, as_floats
from estimax.nn._convolving import convolved
from estimax.nn._spatial import Padding, Space, one_of, shifts, widths

_SMALL_WINDOW = 64
"""Elements of a window up to which adding up shifted inputs is faster than a convolution by channel."""


def _convolution(
    function: str,
    rank: int | None,
    x: Any,
    filters: Any,
    strides: Any,
    padding: Any,
    data_format: str | None,
    dilations: Any,
) -> jax.Array:
    array, kernel = _alike(x, filters)
    space = Space.of(function, array, rank, data_format)
    array = space.channels_last(array)
    groups = _groups(function, array, kernel, space.rank)
    steps, spread = space.sizes(strides, "strides"), space.sizes(dilations, "dilations")
    return jnp.asarray(space.as_given(convolved(array, kernel, steps, space.padding(padding), spread, groups)))


def _alike(x: Any, filters: Any) -> tuple[jax.Array, jax.Array]:
    array = as_floats(x)
    return array, as_array(filters, array.dtype)


def _groups(function: str, array: Any, kernel: Any, rank: int) -> int:
    if kernel.ndim != rank + 2:
        raise InvalidArgumentError(
            f"{function} needs filters of {rank + 2} dimensions, [*window, channels, out]; got shape {kernel.shape}"
        )
    channels, own = array.shape[-1], kernel.shape[-2]
    groups = channels // own if own else 0
    if not groups or channels % own or kernel.shape[-1] % groups:
        raise InvalidArgumentError(
            f"{function} needs filters for the channels of the input, or for a part of them that divides both; the "
            f"input has {channels} channels, the filters have shape {kernel.shape}"
        )
    return groups


def conv1d(
    input: Any = None,
    filters: Any = None,
    stride: Any = None,
    padding: Any = None,
    data_format: str | None = None,
    dilations: Any = None,
    name: str | None = None,
    *,
    value: Any = None,
    use_cudnn_on_gpu: bool | None = None,
) -> jax.Array:
    """Convolves along one axis.

    Args:
        input: [batch, width, channels], or [batch, channels, width] for the data format 'NCW'.
        filters: [window, channels, out].
        stride: how far the window moves.
        padding: 'SAME', 'VALID', or pairs of sizes for all three axes.
        data_format: 'NWC', which is the default, or 'NCW'.
        dilations: how far the elements of the window stand apart; 1 by default.
        name: has no effect.
        value: an older name of `input`.
        use_cudnn_on_gpu: has no effect.

    Raises:
        InvalidArgumentError: shapes, sizes or formats that do not fit.

    Example:
        >>> import estimax as tf
        >>> tf.nn.conv1d([[[1.0], [2.0], [4.0]]], [[[1.0]], [[-1.0]]], stride=1, padding="VALID").tolist()
        [[[-1.0], [-2.0]]]
    """
    x = one_of("conv1d", input=input, value=value)
    return _convolution("conv1d", 1, x, one_of("conv1d", filters=filters), stride, padding, data_format, dilations)


def conv2d(
    input: Any,
    filters: Any = None,
    strides: Any = None,
    padding: Any = None,
    data_format: str | None = None,
    dilations: Any = None,
    name: str | None = None,
    *,
    filter: Any = None,
    use_cudnn_on_gpu: bool | None = None,
) -> jax.Array:
    """Convolves images.

    Args:
        input: [batch, height, width, channels], or [batch, channels, height, width] for 'NCHW'.
        filters: [height, width, channels, out]; for groups of channels, with fewer channels.
        strides: how far the window moves: one number, two, or four for all axes.
        padding: 'SAME', 'VALID', or pairs of sizes for all four axes.
        data_format: 'NHWC', which is the default, or 'NCHW'.
        dilations: how far the elements of the window stand apart; in the forms of `strides`.
        name: has no effect.
        filter: an older name of `filters`.
        use_cudnn_on_gpu: has no effect.

    Raises:
        InvalidArgumentError: shapes, sizes or formats that do not fit.

    Example:
        >>> import numpy as np, estimax as tf
        >>> image = np.ones((1, 4, 4, 1), np.float32)
        >>> tf.nn.conv2d(image, np.ones((3, 3, 1, 1), np.float32), strides=[1, 2, 2, 1], padding="SAME")[0, :, :, 0]
        Array([[9., 6.],
               [6., 4.]], dtype=float32)
    """
    kernel = one_of("conv2d", filters=filters, filter=filter)
    return _convolution("conv2d", 2, input, kernel, strides, padding, data_format, dilations)


def conv3d(
    input: Any,
    filters: Any = None,
    strides: Any = None,
    padding: Any = None,
    data_format: str | None = None,
    dilations: Any = None,
    name: str | None = None,
    *,
    filter: Any = None,
) -> jax.Array:
    """Convolves volumes [batch, depth, height, width, channels] with [depth, height, width, channels, out].

    The other arguments are those of `conv2d`; the data formats are 'NDHWC' and 'NCDHW'.
    """
    kernel = one_of("conv3d", filters=filters, filter=filter)
    return _convolution("conv3d", 3, input, kernel, strides, padding, data_format, dilations)


def convolution(
    input: Any,
    filters: Any = None,
    strides: Any = None,
    padding: Any = "VALID",
    data_format: str | None = None,
    dilations: Any = None,
    name: str | None = None,
    *,
    filter: Any = None,
    dilation_rate: Any = None,
) -> jax.Array:
    """Convolves along as many axes as the input has between batch and channels, one to three.

    Strides and dilations are one number for each of these axes. The other arguments
    are those of `conv2d`; `dilation_rate` is an older name of `dilations`.
    """
    kernel = one_of("convolution", filters=filters, filter=filter)
    spread = dilations if dilation_rate is None else dilation_rate
    return _convolution("convolution", None, input, kernel, strides, padding, data_format, spread)


def atrous_conv2d(value: Any, filters: Any, rate: int, padding: Any, name: str | None = None) -> jax.Array:
    """Convolves images with windows whose elements stand `rate` apart.

    It is `conv2d` with `dilations=rate` and strides of 1.
    """
    return _convolution("atrous_conv2d", 2, value, filters, 1, padding, "NHWC", rate)


def depthwise_conv2d(
    input: Any,
    filter: Any = None,
    strides: Any = None,
    padding: Any = None,
    data_format: str | None = None,
    dilations: Any = None,
    name: str | None = None,
    *,
    rate: Any = None,
    filters: Any = None,
) -> jax.Array:
    """Convolves each channel of images with filters of its own.

    Args:
        input: [batch, height, width, channels].
        filter: [height, width, channels, multiplier].
        strides: as for `conv2d`.
        padding: as for `conv2d`.
        data_format: as for `conv2d`.
        dilations: as for `conv2d`.
        name: has no effect.
        rate: an older name of `dilations`.
        filters: the same as `filter`.

    Returns:
        [batch, height, width, channels * multiplier], the results of one channel side by side.
    """
    kernel = one_of("depthwise_conv2d", filter=filter, filters=filters)
    return _depthwise("depthwise_conv2d", input, kernel, strides, padding, data_format, _spread(dilations, rate))


def _spread(dilations: Any, rate: Any) -> Any:
    return dilations if rate is None else rate


def _depthwise(
    function: str, x: Any, filters: Any, strides: Any, padding: Any, data_format: str | None, dilations: Any
) -> jax.Array:
    array, kernel = _alike(x, filters)
    space = Space.of(function, array, 2, data_format)
    array = space.channels_last(array)
    channels = array.shape[-1]
    if kernel.ndim != 4 or kernel.shape[2] != channels:
        raise InvalidArgumentError(
            f"{function} needs filters [height, width, {channels}, multiplier] for an input of {channels} channels; "
            f"got shape {kernel.shape}"
        )
    steps, spread = space.sizes(strides, "strides"), space.sizes(dilations, "dilations")
    return jnp.asarray(space.as_given(_by_channel(array, kernel, steps, space.padding(padding), spread)))


def _by_channel(
    x: Any, kernel: Any, strides: tuple[int, ...], padding: Padding, dilations: tuple[int, ...]
) -> jax.Array:
    """Convolves each channel alone: by adding up shifted inputs where windows are small.

    On a CPU that takes a tenth of the time of a convolution in groups, or less.
    """
    channels, multiplier = kernel.shape[2:]
    if kernel.shape[0] * kernel.shape[1] > _SMALL_WINDOW:
        apart = kernel.reshape((*kernel.shape[:2], 1, channels * multiplier))
        return convolved(x, apart, strides, padding, dilations, channels)
    pads = widths(x.shape[1:-1], kernel.shape[:2], strides, dilations, padding)
    wide = jnp.pad(x, [(0, 0), *pads, (0, 0)])
    shifted = shifts(wide, kernel.shape[:2], strides, dilations)
    taps = kernel.reshape((-1, channels, multiplier))
    total: Any = sum(part[..., jnp.newaxis] * taps[i] for i, part in enumerate(shifted))
    return jnp.reshape(total, (*total.shape[:-2], channels * multiplier))


def depthwise_conv2d_native(
    input: Any,
    filter: Any,
    strides: Any,
    padding: Any,
    data_format: str | None = "NHWC",
    dilations: Any = None,
    name: str | None = None,
) -> jax.Array:
    """Does what `depthwise_conv2d` does."""
    return depthwise_conv2d(input, filter, strides, padding, data_format, dilations)


def separable_conv2d(
    input: Any,
    depthwise_filter: Any,
    pointwise_filter: Any,
    strides: Any,
    padding: Any,
    data_format: str | None = None,
    dilations: Any = None,
    name: str | None = None,
    *,
    rate: Any = None,
) -> jax.Array:
    """Convolves each channel of images by itself, and then mixes the channels at each place.

    Args:
        input: [batch, height, width, channels].
        depthwise_filter: [height, width, channels, multiplier].
        pointwise_filter: [1, 1, channels * multiplier, out].
        strides: of the first convolution, as for `conv2d`.
        padding: as for `conv2d`.
        data_format: as for `conv2d`.
        dilations: of the first convolution, as for `conv2d`.
        name: has no effect.
        rate: an older name of `dilations`.
    """
    function = "separable_conv2d"
    apart = _depthwise(function, input, depthwise_filter, strides, padding, data_format, _spread(dilations, rate))
    return _convolution(function, 2, apart, pointwise_filter, 1, "VALID", data_format, 1)
