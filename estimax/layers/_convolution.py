"""What convolution layers have in common, and the classes along one, two and three axes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

import jax.numpy as jnp

from estimax.initializers import zeros_initializer
from estimax.layers import _sizes
from estimax.layers._by_name import activation_of
from estimax.layers._input_spec import InputSpec
from estimax.layers._layer import Layer
from estimax.nn import _convolution
from estimax.nn._arrays import as_array, as_floats
from estimax.nn._bias import bias_add

ZEROS = zeros_initializer()


class Convolution(Layer):
    """Convolves an input with filters that it learns; arguments as for `conv2d`.

    Attributes:
        kernel: [*kernel_size, channels, filters], after the first call.
        bias: [filters], or None.
        rank: how many axes of space there are.

    Raises:
        ValueError: an argument makes no sense.
    """

    rank: ClassVar[int]
    _function: ClassVar[Callable[..., Any]] = staticmethod(_convolution.convolution)
    _result: ClassVar[str] = "Conv2D"
    _more_paddings: ClassVar[tuple[str, ...]] = ()

    def __init__(
        self,
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
        groups: int = 1,
        **kwargs: Any,
    ) -> None:
        super().__init__(trainable, name, activity_regularizer=activity_regularizer, **kwargs)
        self.filters, self.groups = int(filters), int(groups)
        if self.filters < 1 or self.groups < 1 or self.filters % self.groups:
            raise ValueError(
                f"filters of layer {self.name!r} must be a positive number, divisible by its {groups} group(s) of "
                f"channels; got {filters}"
            )
        self.kernel_size = _sizes.sizes(self.name, "kernel_size", kernel_size, self.rank)
        self.strides = _sizes.sizes(self.name, "strides", strides, self.rank)
        self.dilation_rate = _sizes.sizes(self.name, "dilation_rate", dilation_rate, self.rank)
        self.padding = _sizes.padding(self.name, padding, *self._more_paddings)
        if max(self.strides) > 1 and max(self.dilation_rate) > 1:
            raise ValueError(
                f"layer {self.name!r} has strides of 1 or a dilation_rate of 1; got {strides}, {dilation_rate}"
            )
        self.data_format = data_format
        self._first = _sizes.channels_first(self.name, data_format)
        self._layout = _sizes.layout(self.rank, self._first)
        self.activation, self.use_bias = activation_of(activation), use_bias
        self.kernel_initializer, self.bias_initializer = kernel_initializer, bias_initializer
        self.kernel_regularizer, self.bias_regularizer = kernel_regularizer, bias_regularizer
        self.kernel_constraint, self.bias_constraint = kernel_constraint, bias_constraint
        self.input_spec = InputSpec(ndim=self.rank + 2)

    def build(self, input_shape: Any) -> None:
        """Makes `kernel` and `bias`."""
        channels = self.demand_channels(input_shape)
        if channels % self.groups:
            raise ValueError(f"layer {self.name!r} has {self.groups} groups of channels; its input has {channels}")
        self.kernel = self.add_kernel("kernel", (*self.kernel_size, channels // self.groups, self.filters))
        self.add_bias()
        self.built = True

    def call(self, inputs: Any, *args: Any, **kwargs: Any) -> Any:
        """Computes the output."""
        array, padding = self.padded(as_floats(inputs))
        kernel = as_array(self.kernel, array.dtype)
        out = type(self)._function(array, kernel, self.strides, padding, self._layout, self.dilation_rate)
        return self.finished(out)

    # What the kinds of convolution share.

    def demand_channels(self, input_shape: Any) -> int:
        """Makes the number of channels of the first input that of all later ones; returns it."""
        axis = 1 if self._first else -1
        channels = int(input_shape[axis])
        self.input_spec = InputSpec(ndim=self.rank + 2, axes={axis: channels})
        return channels

    def add_kernel(self, name: str, shape: tuple[int, ...]) -> Any:
        """Makes a variable with what the layer says of kernels."""
        return self.add_weight(
            name, shape, None, self.kernel_initializer, self.kernel_regularizer, constraint=self.kernel_constraint
        )

    def add_bias(self) -> None:
        """Makes the bias, if there is one."""
        self.bias = None
        if self.use_bias:
            start = ZEROS if self.bias_initializer is None else self.bias_initializer
            self.bias = self.add_weight(
                "bias", [self.filters], None, start, self.bias_regularizer, constraint=self.bias_constraint
            )

    def padded(self, array: Any) -> tuple[Any, str]:
        """Returns the input and the padding that is left to do: 'causal' is done here, before the first step."""
        if self.padding != "causal":
            return array, self.padding.upper()
        before = [(0, 0)] * array.ndim
        before[2 if self._first else 1] = (self.dilation_rate[0] * (self.kernel_size[0] - 1), 0)
        return jnp.pad(array, before), "VALID"

    def finished(self, out: Any) -> Any:
        """Adds the bias and applies the activation."""
        if self.bias is not None:
            out = bias_add(out, self.bias, self._layout)
        return self.activated(out, self._result if self.bias is None else "BiasAdd")


class Conv1D(Convolution):
    """Convolves [batch, steps, channels]; `padding` may be 'causal': no step sees later ones."""

    rank, _result, _more_paddings = 1, "conv1d", ("causal",)


class Conv2D(Convolution):
    """Convolves images.

    Example:
        >>> import numpy as np, estimax as tf
        >>> layer = tf.layers.Conv2D(8, kernel_size=3, padding="same", activation=tf.nn.relu)
        >>> layer(np.zeros((1, 5, 5, 2), np.float32)).shape
        (1, 5, 5, 8)
        >>> layer.kernel.shape
        (3, 3, 2, 8)
    """

    rank = 2


class Conv3D(Convolution):
    """Convolves volumes."""

    rank, _result = 3, "Conv3D"
