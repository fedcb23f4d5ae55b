"""Pooling layers: the greatest or the mean of what a window sees, as it moves."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from estimax.layers import _sizes
from estimax.layers._input_spec import InputSpec
from estimax.layers._layer import Layer
from estimax.nn import _pooling


class Pooling(Layer):
    """What all pooling layers are.

    Args:
        pool_size: of the window; one number, or one for each axis of space.
        strides: how far the window moves; the size of the window if None.
        padding: 'valid', or 'same' for as many windows as there are strides in the axis.
        data_format: 'channels_last' or 'channels_first'.
        name: of the layer.
        kwargs: of `Layer`.

    Raises:
        ValueError: an argument is none of these.
    """

    _rank: ClassVar[int]
    _function: ClassVar[Callable[..., Any]]
    _result: ClassVar[str]

    def __init__(
        self,
        pool_size: Any,
        strides: Any,
        padding: str = "valid",
        data_format: str = "channels_last",
        name: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(name=name, **kwargs)
        self.pool_size = _sizes.sizes(self.name, "pool_size", pool_size, self._rank)
        self.strides = _sizes.sizes(self.name, "strides", pool_size if strides is None else strides, self._rank)
        self.padding = _sizes.padding(self.name, padding)
        self.data_format = data_format
        self._layout = _sizes.layout(self._rank, _sizes.channels_first(self.name, data_format))
        self.input_spec = InputSpec(ndim=self._rank + 2)

    def call(self, inputs: Any, *args: Any, **kwargs: Any) -> Any:
        """Computes the output."""
        pooled = type(self)._function(inputs, self.pool_size, self.strides, self.padding.upper(), self._layout)
        return self.named_result(self._result, pooled)


class MaxPooling1D(Pooling):
    """Takes the greatest values of windows of [batch, steps, channels]."""

    _rank, _function, _result = 1, staticmethod(_pooling.max_pool1d), "MaxPool"


class MaxPooling2D(Pooling):
    """Takes the greatest values of windows of images.

    Example:
        >>> import numpy as np, estimax as tf
        >>> tf.layers.MaxPooling2D(2, 2)(np.zeros((1, 4, 4, 3), np.float32)).shape
        (1, 2, 2, 3)
    """

    _rank, _function, _result = 2, staticmethod(_pooling.max_pool2d), "MaxPool"


class MaxPooling3D(Pooling):
    """Takes the greatest values of windows of volumes."""

    _rank, _function, _result = 3, staticmethod(_pooling.max_pool3d), "MaxPool3D"


class AveragePooling1D(Pooling):
    """Takes the means of windows of [batch, steps, channels]; what is padded does not count."""

    _rank, _function, _result = 1, staticmethod(_pooling.avg_pool1d), "AvgPool"


class AveragePooling2D(Pooling):
    """Takes the means of windows of images; what is padded does not count."""

    _rank, _function, _result = 2, staticmethod(_pooling.avg_pool2d), "AvgPool"


class AveragePooling3D(Pooling):
    """Takes the means of windows of volumes; what is padded does not count."""

    _rank, _function, _result = 3, staticmethod(_pooling.avg_pool3d), "AvgPool3D"


def max_pooling1d(
    inputs: Any,
    pool_size: Any,
    strides: Any,
    padding: str = "valid",
    data_format: str = "channels_last",
    name: str | None = None,
) -> Any:
    """Takes the greatest values of windows of [batch, steps, channels]; see `max_pooling2d`."""
    return MaxPooling1D(pool_size, strides, padding, data_format, name)(inputs)


def max_pooling2d(
    inputs: Any,
    pool_size: Any,
    strides: Any,
    padding: str = "valid",
    data_format: str = "channels_last",
    name: str | None = None,
) -> Any:
    """Takes the greatest values of windows of images.

    Args:
        inputs: [batch, height, width, channels].
        pool_size: of the window; one number, or one for each axis.
        strides: how far the window moves.
        padding: 'valid', or 'same' for as many windows as there are strides in the axis.
        data_format: 'channels_first' for [batch, channels, height, width].
        name: of the layer.

    Raises:
        ValueError: an input of other dimensions, or arguments that make no sense.

    Example:
        >>> import numpy as np, estimax as tf
        >>> image = np.arange(16.0, dtype=np.float32).reshape(1, 4, 4, 1)
        >>> tf.layers.max_pooling2d(image, pool_size=2, strides=2)[0, :, :, 0].tolist()
        [[5.0, 7.0], [13.0, 15.0]]
    """
    return MaxPooling2D(pool_size, strides, padding, data_format, name)(inputs)


def max_pooling3d(
    inputs: Any,
    pool_size: Any,
    strides: Any,
    padding: str = "valid",
    data_format: str = "channels_last",
    name: str | None = None,
) -> Any:
    """Takes the greatest values of windows of volumes; see `max_pooling2d`."""
    return MaxPooling3D(pool_size, strides, padding, data_format, name)(inputs)


def average_pooling1d(
    inputs: Any,
    pool_size: Any,
    strides: Any,
    padding: str = "valid",
    data_format: str = "channels_last",
    name: str | None = None,
) -> Any:
    """Takes the means of windows of [batch, steps, channels]; see `average_pooling2d`."""
    return AveragePooling1D(pool_size, strides, padding, data_format, name)(inputs)


def average_pooling2d(
    inputs: Any,
    pool_size: Any,
    strides: Any,
    padding: str = "valid",
    data_format: str = "channels_last",
    name: str | None = None,
) -> Any:
    """Takes the means of windows of images; what is padded does not count. Arguments as for `max_pooling2d`."""
    return AveragePooling2D(pool_size, strides, padding, data_format, name)(inputs)


def average_pooling3d(
    inputs: Any,
    pool_size: Any,
    strides: Any,
    padding: str = "valid",
    data_format: str = "channels_last",
    name: str | None = None,
) -> Any:
    """Takes the means of windows of volumes; see `average_pooling2d`."""
    return AveragePooling3D(pool_size, strides, padding, data_format, name)(inputs)
