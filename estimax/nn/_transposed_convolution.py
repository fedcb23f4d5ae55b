"""Transposed convolutions: what maps the result of a convolution back to the shape of its input.

Each is the transpose of the linear map that the convolution is. Zeiler et al., "Deconvolutional
Networks" (2010).
"""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from estimax._base._errors import InvalidArgumentError
from estimax._graph._boundary import is_device_array
from estimax._graph._tensor import Tensor
from estimax.nn._arrays import as_array, as_floats
from estimax.nn._convolving import transposed
from estimax.nn._spatial import Padding, Space, one_of, widths


def _transposed(
    function: str,
    rank: int | None,
    x: Any,
    filters: Any,
    output_shape: Any,
    strides: Any,
    padding: Any,
    data_format: str | None,
    dilations: Any = None,
) -> jax.Array:
    array = as_floats(x)
    kernel = as_array(filters, array.dtype)
    space = Space.of(function, array, rank, data_format)
    array = space.channels_last(array)
    if kernel.ndim != space.rank + 2 or kernel.shape[-1] != array.shape[-1]:
        raise InvalidArgumentError(
            f"{function} needs filters [*window, out, {array.shape[-1]}] for an input of {array.shape[-1]} channels; "
            f"got shape {kernel.shape}"
        )
    steps, spread = space.sizes(strides, "strides"), space.sizes(dilations, "dilations")
    sides = space.padding(padding)
    wanted = _output_sizes(space, output_shape, array)
    shape = (array.shape[0], *wanted, kernel.shape[-2])
    _check_output(function, array, shape, kernel.shape[: space.rank], (steps, spread), sides)

    return jnp.asarray(space.as_given(transposed(array, kernel, wanted, steps, sides, spread)))


def _output_sizes(space: Space, output_shape: Any, array: Any) -> tuple[int, ...]:
    """Returns the spatial sizes of a shape that is written out, or made of the shapes of other Tensors."""
    if isinstance(output_shape, Tensor) and not output_shape.is_symbolic:
        output_shape = output_shape.numpy()
    listed = list(np.atleast_1d(output_shape)) if isinstance(output_shape, np.ndarray | int) else list(output_shape)
    if len(listed) == space.rank:
        own = listed
    elif len(listed) == space.rank + 2:
        own = listed[2:] if space.channels_first else listed[1:-1]
    else:
        raise InvalidArgumentError(
            f"{space.function} needs an output_shape of {space.rank + 2} sizes, those of {array.ndim} axes; "
            f"got {output_shape}"
        )
    return tuple(_size(space.function, size) for size in own)


def _size(function: str, size: Any) -> int:
    if isinstance(size, Tensor) and not size.is_symbolic:
        return int(size.numpy())
    if isinstance(size, Tensor) or (is_device_array(size) and isinstance(size, jax.core.Tracer)):
        raise InvalidArgumentError(
            f"{function} needs an output_shape whose sizes between batch and channels are known when the program is "
            f"made; got {size!r}. Take them of x.shape"
        )
    return int(size)


def _check_output(
    function: str,
    array: Any,
    shape: tuple[Any, ...],
    window: tuple[int, ...],
    moves: tuple[tuple[int, ...], tuple[int, ...]],
    padding: Padding,
) -> None:
    """Refuses an output that the convolution would not map back to the shape of the input."""
    steps, spread = moves
    pads = widths(shape[1:-1], window, steps, spread, padding)
    reach = [(w - 1) * d + 1 for w, d in zip(window, spread, strict=True)]
    found = tuple(
        (size + before + after - r) // step + 1
        for size, (before, after), r, step in zip(shape[1:-1], pads, reach, steps, strict=True)
    )
    if found != tuple(array.shape[1:-1]):
        raise InvalidArgumentError(
            f"{function} needs an output_shape that a convolution with these strides and this padding makes into the "
            f"sizes of the input, {tuple(array.shape[1:-1])}; of {tuple(shape[1:-1])} it makes {found}"
        )


def conv1d_transpose(
    input: Any,
    filters: Any,
    output_shape: Any,
    strides: Any,
    padding: Any = "SAME",
    data_format: str | None = None,
    dilations: Any = None,
    name: str | None = None,
) -> jax.Array:
    """Transposes `conv1d`: from [batch, width, channels] and [window, out, channels] to `output_shape`."""
    return _transposed("conv1d_transpose", 1, input, filters, output_shape, strides, padding, data_format, dilations)


def conv2d_transpose(
    input: Any = None,
    filters: Any = None,
    output_shape: Any = None,
    strides: Any = None,
    padding: Any = "SAME",
    data_format: str | None = None,
    dilations: Any = None,
    name: str | None = None,
    *,
    value: Any = None,
    filter: Any = None,
) -> jax.Array:
    """Transposes `conv2d`.

    Args:
        input: [batch, height, width, channels].
        filters: [height, width, out, channels].
        output_shape: [batch, height, width, out]; the batch may be anything, that of the input is taken.
        strides: of the convolution that is transposed, as for `conv2d`.
        padding: as for `conv2d`.
        data_format: as for `conv2d`.
        dilations: as for `conv2d`.
        name: has no effect.
        value: an older name of `input`.
        filter: an older name of `filters`.

    Raises:
        InvalidArgumentError: shapes, sizes or formats that do not fit.

    Example:
        >>> import numpy as np, estimax as tf
        >>> x, kernel = np.ones((1, 2, 2, 1), np.float32), np.ones((2, 2, 1, 1), np.float32)
        >>> tf.nn.conv2d_transpose(x, kernel, [1, 4, 4, 1], strides=2).shape
        (1, 4, 4, 1)
    """
    name_ = "conv2d_transpose"
    x, kernel = one_of(name_, input=input, value=value), one_of(name_, filters=filters, filter=filter)
    shape = one_of(name_, output_shape=output_shape)
    return _transposed(name_, 2, x, kernel, shape, strides, padding, data_format, dilations)


def conv3d_transpose(
    input: Any = None,
    filters: Any = None,
    output_shape: Any = None,
    strides: Any = None,
    padding: Any = "SAME",
    data_format: str | None = None,
    dilations: Any = None,
    name: str | None = None,
    *,
    value: Any = None,
    filter: Any = None,
) -> jax.Array:
    """Transposes `conv3d`; the arguments are those of `conv2d_transpose`, with one axis more."""
    name_ = "conv3d_transpose"
    x, kernel = one_of(name_, input=input, value=value), one_of(name_, filters=filters, filter=filter)
    shape = one_of(name_, output_shape=output_shape)
    return _transposed(name_, 3, x, kernel, shape, strides, padding, data_format, dilations)


def conv_transpose(
    input: Any,
    filters: Any,
    output_shape: Any,
    strides: Any,
    padding: Any = "SAME",
    data_format: str | None = None,
    dilations: Any = None,
    name: str | None = None,
) -> jax.Array:
    """Transposes `convolution`, along one to three axes."""
    return _transposed("conv_transpose", None, input, filters, output_shape, strides, padding, data_format, dilations)


def atrous_conv2d_transpose(
    value: Any, filters: Any, output_shape: Any, rate: int, padding: Any, name: str | None = None
) -> jax.Array:
    """Transposes `atrous_conv2d`."""
    return _transposed("atrous_conv2d_transpose", 2, value, filters, output_shape, 1, padding, "NHWC", rate)
