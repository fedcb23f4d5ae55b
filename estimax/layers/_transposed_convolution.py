"""Transposed convolutions: layers that make images and volumes larger."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from estimax.layers._convolution import ZEROS, Convolution
from estimax.nn import _transposed_convolution
from estimax.nn._arrays import as_array, as_floats


class _Transposed(Convolution):
    """The gradient of a convolution by its input.

    Attributes:
        kernel: [*kernel_size, filters, channels], after the first call.
    """

    _transposed: ClassVar[Callable[..., Any]]

    def __init__(
        self,
        filters: int,
        kernel_size: Any,
        strides: Any = 1,
        padding: str = "valid",
        data_format: str = "channels_last",
        activation: Callable[[Any], Any] | str | None = None,
        use_bias: bool = True,
        kernel_initializer: Any = None,
        bias_initializer: Any = ZEROS,
        kernel_regularizer: Any = None,
        bias_regularizer: Any = None,
        activity_regularizer: Any = None,
        kernel_constraint: Any = None,
        bias_constraint: Any = None,
        trainable: bool = True,
        name: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(
            filters,
            kernel_size,
            strides,
            padding,
            data_format,
            1,
            activation,
            use_bias,
            kernel_initializer,
            bias_initializer,
            kernel_regularizer,
            bias_regularizer,
            activity_regularizer,
            kernel_constraint,
            bias_constraint,
            trainable,
            name,
            **kwargs,
        )

    def build(self, input_shape: Any) -> None:
        """Makes `kernel` and `bias`."""
        channels = self.demand_channels(input_shape)
        self.kernel = self.add_kernel("kernel", (*self.kernel_size, self.filters, channels))
        self.add_bias()
        self.built = True

    def call(self, inputs: Any, *args: Any, **kwargs: Any) -> Any:
        """Computes the output."""
        array = as_floats(inputs)
        kernel = as_array(self.kernel, array.dtype)
        space = array.shape[2:] if self._first else array.shape[1:-1]
        shape = [self._grown(*one) for one in zip(space, self.kernel_size, self.strides, strict=True)]
        out = type(self)._transposed(array, kernel, shape, self.strides, self.padding.upper(), self._layout)
        return self.finished(out)

    def _grown(self, size: Any, window: int, stride: int) -> Any:
        """Returns the size of the output along an axis: the largest one that a convolution makes into `size`."""
        return size * stride + (max(window - stride, 0) if self.padding == "valid" else 0)


class Conv2DTranspose(_Transposed):
    """Transposes the convolution of images; arguments as for `conv2d_transpose`.

    Example:
        >>> import numpy as np, estimax as tf
        >>> tf.layers.Conv2DTranspose(3, 2, strides=2)(np.zeros((1, 4, 4, 8), np.float32)).shape
        (1, 8, 8, 3)
    """

    rank, _result, _transposed = 2, "conv2d_transpose", staticmethod(_transposed_convolution.conv2d_transpose)


class Conv3DTranspose(_Transposed):
    """Transposes the convolution of volumes; arguments as for `conv3d_transpose`."""

    rank, _result, _transposed = 3, "conv3d_transpose", staticmethod(_transposed_convolution.conv3d_transpose)


def conv2d_transpose(
    inputs: Any,
    filters: int,
    kernel_size: Any,
    strides: Any = (1, 1),
    padding: str = "valid",
    data_format: str = "channels_last",
    activation: Callable[[Any], Any] | str | None = None,
    use_bias: bool = True,
    kernel_initializer: Any = None,
    bias_initializer: Any = ZEROS,
    kernel_regularizer: Any = None,
    bias_regularizer: Any = None,
    activity_regularizer: Any = None,
    kernel_constraint: Any = None,
    bias_constraint: Any = None,
    trainable: bool = True,
    name: str | None = None,
    reuse: Any = None,
) -> Any:
    """Makes images larger: transposes the convolution that would make the output into the input.

    Args:
        inputs: [batch, height, width, channels].
        filters: how many channels the output has.
        kernel_size: of the window; one number, or one for each axis.
        strides: how many times larger the output is.
        padding: 'same' for exactly so many times, 'valid' for what wider windows reach besides.
        data_format: 'channels_first' for [batch, channels, height, width].
        activation: as the arguments that follow, see `conv2d`.
        use_bias: see `conv2d`.
        kernel_initializer: see `conv2d`.
        bias_initializer: see `conv2d`.
        kernel_regularizer: see `conv2d`.
        bias_regularizer: see `conv2d`.
        activity_regularizer: see `conv2d`.
        kernel_constraint: see `conv2d`.
        bias_constraint: see `conv2d`.
        trainable: see `conv2d`.
        name: `conv2d_transpose`, `conv2d_transpose_1`, ... by order of creation where None.
        reuse: see `conv2d`.
    """
    layer = Conv2DTranspose(
        filters,
        kernel_size,
        strides,
        padding,
        data_format,
        activation,
        use_bias,
        kernel_initializer,
        bias_initializer,
        kernel_regularizer,
        bias_regularizer,
        activity_regularizer,
        kernel_constraint,
        bias_constraint,
        trainable,
        name,
        _scope=name,
        _reuse=reuse,
    )
    return layer(inputs)


def conv3d_transpose(
    inputs: Any,
    filters: int,
    kernel_size: Any,
    strides: Any = (1, 1, 1),
    padding: str = "valid",
    data_format: str = "channels_last",
    activation: Callable[[Any], Any] | str | None = None,
    use_bias: bool = True,
    kernel_initializer: Any = None,
    bias_initializer: Any = ZEROS,
    kernel_regularizer: Any = None,
    bias_regularizer: Any = None,
    activity_regularizer: Any = None,
    kernel_constraint: Any = None,
    bias_constraint: Any = None,
    trainable: bool = True,
    name: str | None = None,
    reuse: Any = None,
) -> Any:
    """Makes volumes larger; arguments as for `conv2d_transpose`, with one axis more."""
    layer = Conv3DTranspose(
        filters,
        kernel_size,
        strides,
        padding,
        data_format,
        activation,
        use_bias,
        kernel_initializer,
        bias_initializer,
        kernel_regularizer,
        bias_regularizer,
        activity_regularizer,
        kernel_constraint,
        bias_constraint,
        trainable,
        name,
        _scope=name,
        _reuse=reuse,
    )
    return layer(inputs)
