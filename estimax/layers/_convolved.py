"""Convolutions as functions: `conv1d`, `conv2d`, `conv3d`, each a layer that is called once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from estimax.layers._convolution import ZEROS, Conv1D, Conv2D, Conv3D


def conv1d(
    inputs: Any,
    filters: int,
    kernel_size: Any,
    strides: Any = 1,
    padding: str = "valid",
    data_format: str = "channels_last",
    dilation_rate: Any = 1,
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
    """Convolves [batch, steps, channels] with filters that are learned.

    Arguments as for `conv2d`; `padding` may be 'causal' as well: no step sees later ones.

    Example:
        >>> import numpy as np, estimax as tf
        >>> tf.layers.conv1d(np.zeros((2, 8, 3), np.float32), filters=4, kernel_size=3, padding="causal").shape
        (2, 8, 4)
    """
    layer = Conv1D(
        filters,
        kernel_size,
        strides,
        padding,
        data_format,
        dilation_rate,
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


def conv2d(
    inputs: Any,
    filters: int,
    kernel_size: Any,
    strides: Any = (1, 1),
    padding: str = "valid",
    data_format: str = "channels_last",
    dilation_rate: Any = (1, 1),
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
    """Convolves images with filters that are learned, in the variables `name/kernel` and `name/bias`.

    Args:
        inputs: [batch, height, width, channels].
        filters: how many channels the output has.
        kernel_size: of the window; one number, or one for each axis.
        strides: how far the window moves; one number, or one for each axis.
        padding: 'valid', or 'same' for as many windows as there are strides in the axis.
        data_format: 'channels_first' for [batch, channels, height, width].
        dilation_rate: how far the elements of the window stand apart; not together with strides.
        activation: applied to the result; None for none.
        use_bias: whether a bias is added.
        kernel_initializer: that of the scope, glorot_uniform by default, where None.
        bias_initializer: of the bias.
        kernel_regularizer: what it makes of the kernel is added to the regularization losses.
        bias_regularizer: the same of the bias.
        activity_regularizer: the same of the output, for each example.
        kernel_constraint: applied to the kernel after each step of an optimizer.
        bias_constraint: the same to the bias.
        trainable: whether optimizers change the variables.
        name: `conv2d`, `conv2d_1`, ... by order of creation where None.
        reuse: whether the variables exist (True), or may (`tf.AUTO_REUSE`).

    Returns:
        [batch, height, width, filters].

    Raises:
        ValueError: an input of other dimensions, or arguments that make no sense.

    Example:
        >>> import numpy as np, estimax as tf
        >>> tf.layers.conv2d(np.zeros((2, 8, 8, 3), np.float32), 16, 3, strides=2, padding="same").shape
        (2, 4, 4, 16)
    """
    layer = Conv2D(
        filters,
        kernel_size,
        strides,
        padding,
        data_format,
        dilation_rate,
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


def conv3d(
    inputs: Any,
    filters: int,
    kernel_size: Any,
    strides: Any = (1, 1, 1),
    padding: str = "valid",
    data_format: str = "channels_last",
    dilation_rate: Any = (1, 1, 1),
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
    """Convolves volumes [batch, depth, height, width, channels]; arguments as for `conv2d`."""
    layer = Conv3D(
        filters,
        kernel_size,
        strides,
        padding,
        data_format,
        dilation_rate,
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
