"""Separable convolutions: each channel by itself first, then a mixture of the channels at each place."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

import jax.numpy as jnp

from estimax.layers._convolution import ZEROS, Convolution
from estimax.nn import _convolution
from estimax.nn._arrays import as_array, as_floats


class _Separable(Convolution):
    """What both have in common; arguments as for `separable_conv2d`.

    Attributes:
        depthwise_kernel: [*kernel_size, channels, depth_multiplier], after the first call.
        pointwise_kernel: [1, ..., channels * depth_multiplier, filters].
        bias: [filters], or None.
    """

    _result: ClassVar[str] = "separable_conv2d"

    def __init__(
        self,
        filters: int,
        kernel_size: Any,
        strides: Any = 1,
        padding: str = "valid",
        data_format: str = "channels_last",
        dilation_rate: Any = 1,
        depth_multiplier: int = 1,
        activation: Callable[[Any], Any] | str | None = None,
        use_bias: bool = True,
        depthwise_initializer: Any = None,
        pointwise_initializer: Any = None,
        bias_initializer: Any = ZEROS,
        depthwise_regularizer: Any = None,
        pointwise_regularizer: Any = None,
        bias_regularizer: Any = None,
        activity_regularizer: Any = None,
        depthwise_constraint: Any = None,
        pointwise_constraint: Any = None,
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
            dilation_rate,
            activation,
            use_bias,
            bias_initializer=bias_initializer,
            bias_regularizer=bias_regularizer,
            activity_regularizer=activity_regularizer,
            bias_constraint=bias_constraint,
            trainable=trainable,
            name=name,
            **kwargs,
        )
        self.depth_multiplier = int(depth_multiplier)
        self.depthwise_initializer, self.pointwise_initializer = depthwise_initializer, pointwise_initializer
        self.depthwise_regularizer, self.pointwise_regularizer = depthwise_regularizer, pointwise_regularizer
        self.depthwise_constraint, self.pointwise_constraint = depthwise_constraint, pointwise_constraint

    def build(self, input_shape: Any) -> None:
        """Makes `depthwise_kernel`, `pointwise_kernel` and `bias`."""
        channels = self.demand_channels(input_shape)
        self.depthwise_kernel = self.add_weight(
            "depthwise_kernel",
            (*self.kernel_size, channels, self.depth_multiplier),
            None,
            self.depthwise_initializer,
            self.depthwise_regularizer,
            constraint=self.depthwise_constraint,
        )
        self.pointwise_kernel = self.add_weight(
            "pointwise_kernel",
            (*(1,) * self.rank, channels * self.depth_multiplier, self.filters),
            None,
            self.pointwise_initializer,
            self.pointwise_regularizer,
            constraint=self.pointwise_constraint,
        )
        self.add_bias()
        self.built = True


class SeparableConv1D(_Separable):
    """Convolves each channel of [batch, steps, channels] by itself, then mixes them; see `separable_conv1d`."""

    rank, _more_paddings = 1, ("causal",)

    def call(self, inputs: Any, *args: Any, **kwargs: Any) -> Any:
        """Computes the output: that of images of height 1."""
        array, padding = self.padded(as_floats(inputs))
        axis = 2 if self._first else 1
        out = _convolution.separable_conv2d(
            jnp.expand_dims(array, axis),
            as_array(self.depthwise_kernel, array.dtype)[None],
            as_array(self.pointwise_kernel, array.dtype)[None],
            (1, *self.strides),
            padding,
            "NCHW" if self._first else "NHWC",
            (1, *self.dilation_rate),
        )
        return self.finished(jnp.squeeze(out, axis))


class SeparableConv2D(_Separable):
    """Convolves each channel of images by itself, then mixes them; see `separable_conv2d`.

    Example:
        >>> import numpy as np, estimax as tf
        >>> tf.layers.SeparableConv2D(8, 3)(np.zeros((1, 5, 5, 2), np.float32)).shape
        (1, 3, 3, 8)
    """

    rank = 2

    def call(self, inputs: Any, *args: Any, **kwargs: Any) -> Any:
        """Computes the output."""
        array = as_floats(inputs)
        depthwise, pointwise = (as_array(k, array.dtype) for k in (self.depthwise_kernel, self.pointwise_kernel))
        padding, layout = self.padding.upper(), self._layout
        return self.finished(
            _convolution.separable_conv2d(
                array, depthwise, pointwise, self.strides, padding, layout, self.dilation_rate
            )
        )


def separable_conv1d(
    inputs: Any,
    filters: int,
    kernel_size: Any,
    strides: Any = 1,
    padding: str = "valid",
    data_format: str = "channels_last",
    dilation_rate: Any = 1,
    depth_multiplier: int = 1,
    activation: Callable[[Any], Any] | str | None = None,
    use_bias: bool = True,
    depthwise_initializer: Any = None,
    pointwise_initializer: Any = None,
    bias_initializer: Any = ZEROS,
    depthwise_regularizer: Any = None,
    pointwise_regularizer: Any = None,
    bias_regularizer: Any = None,
    activity_regularizer: Any = None,
    depthwise_constraint: Any = None,
    pointwise_constraint: Any = None,
    bias_constraint: Any = None,
    trainable: bool = True,
    name: str | None = None,
    reuse: Any = None,
) -> Any:
    """Convolves each channel of [batch, steps, channels] by itself, then mixes the channels at each step.

    Arguments as for `separable_conv2d`; `padding` may be 'causal' as well.
    """
    layer = SeparableConv1D(
        filters,
        kernel_size,
        strides,
        padding,
        data_format,
        dilation_rate,
        depth_multiplier,
        activation,
        use_bias,
        depthwise_initializer,
        pointwise_initializer,
        bias_initializer,
        depthwise_regularizer,
        pointwise_regularizer,
        bias_regularizer,
        activity_regularizer,
        depthwise_constraint,
        pointwise_constraint,
        bias_constraint,
        trainable,
        name,
        _scope=name,
        _reuse=reuse,
    )
    return layer(inputs)


def separable_conv2d(
    inputs: Any,
    filters: int,
    kernel_size: Any,
    strides: Any = (1, 1),
    padding: str = "valid",
    data_format: str = "channels_last",
    dilation_rate: Any = (1, 1),
    depth_multiplier: int = 1,
    activation: Callable[[Any], Any] | str | None = None,
    use_bias: bool = True,
    depthwise_initializer: Any = None,
    pointwise_initializer: Any = None,
    bias_initializer: Any = ZEROS,
    depthwise_regularizer: Any = None,
    pointwise_regularizer: Any = None,
    bias_regularizer: Any = None,
    activity_regularizer: Any = None,
    depthwise_constraint: Any = None,
    pointwise_constraint: Any = None,
    bias_constraint: Any = None,
    trainable: bool = True,
    name: str | None = None,
    reuse: Any = None,
) -> Any:
    """Convolves each channel of images by itself, then mixes the channels at each place.

    Variables: `name/depthwise_kernel`, `name/pointwise_kernel` and `name/bias`.

    Args:
        inputs: [batch, height, width, channels].
        filters: how many channels the output has.
        kernel_size: of the window; one number, or one for each axis.
        strides: how far the window moves.
        padding: 'valid' or 'same'.
        data_format: 'channels_first' for [batch, channels, height, width].
        dilation_rate: how far the elements of the window stand apart; not together with strides.
        depth_multiplier: how many channels the first convolution makes of each.
        activation: applied to the result; None for none.
        use_bias: whether a bias is added.
        depthwise_initializer: that of the scope, glorot_uniform by default, where None.
        pointwise_initializer: the same.
        bias_initializer: of the bias.
        depthwise_regularizer: what it makes of the first kernel is added to the regularization losses.
        pointwise_regularizer: the same of the second one.
        bias_regularizer: the same of the bias.
        activity_regularizer: the same of the output, for each example.
        depthwise_constraint: applied to the first kernel after each step of an optimizer.
        pointwise_constraint: the same to the second one.
        bias_constraint: the same to the bias.
        trainable: whether optimizers change the variables.
        name: `separable_conv2d`, `separable_conv2d_1`, ... by order of creation where None.
        reuse: whether the variables exist (True), or may (`tf.AUTO_REUSE`).
    """
    layer = SeparableConv2D(
        filters,
        kernel_size,
        strides,
        padding,
        data_format,
        dilation_rate,
        depth_multiplier,
        activation,
        use_bias,
        depthwise_initializer,
        pointwise_initializer,
        bias_initializer,
        depthwise_regularizer,
        pointwise_regularizer,
        bias_regularizer,
        activity_regularizer,
        depthwise_constraint,
        pointwise_constraint,
        bias_constraint,
        trainable,
        name,
        _scope=name,
        _reuse=reuse,
    )
    return layer(inputs)
