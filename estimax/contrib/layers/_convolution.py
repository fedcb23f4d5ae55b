"""Convolutions with the names of 1.x (`Conv/weights`, `Conv/biases`), and poolings."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from estimax._scope._crossing import to_device
from estimax._scope._scopes import variable_scope
from estimax.contrib._arg_scope import add_arg_scope
from estimax.contrib.layers._initializers import xavier_initializer
from estimax.contrib.layers._parts import collected, finished, model_variable
from estimax.initializers import zeros_initializer
from estimax.layers import _sizes
from estimax.nn import _convolution, _pooling, _transposed_convolution
from estimax.nn._activations import relu
from estimax.nn._arrays import as_array, as_floats
from estimax.nn._bias import bias_add

_XAVIER, _ZEROS = xavier_initializer(), zeros_initializer()


def _layout(array: Any, data_format: str | None) -> tuple[int, str, int]:
    """Returns how many axes of space there are, the data format of these, and how many channels."""
    rank = array.ndim - 2
    if rank not in (1, 2, 3):
        raise ValueError(f"a convolution needs an input of 3 to 5 dimensions; got shape {array.shape}")
    first = (data_format or "").startswith("NC")
    return rank, _sizes.layout(rank, first), int(array.shape[1 if first else -1])


@add_arg_scope
def convolution(
    inputs: Any,
    num_outputs: int,
    kernel_size: Any,
    stride: Any = 1,
    padding: str = "SAME",
    data_format: str | None = None,
    rate: Any = 1,
    activation_fn: Callable[[Any], Any] | None = relu,
    normalizer_fn: Callable[..., Any] | None = None,
    normalizer_params: Mapping[str, Any] | None = None,
    weights_initializer: Any = _XAVIER,
    weights_regularizer: Callable[[Any], Any] | None = None,
    biases_initializer: Any = _ZEROS,
    biases_regularizer: Callable[[Any], Any] | None = None,
    reuse: Any = None,
    variables_collections: Any = None,
    outputs_collections: Any = None,
    trainable: bool = True,
    scope: Any = None,
) -> Any:
    """Convolves along one to three axes of space, by default with ReLU and padding 'SAME'.

    Args:
        inputs: [batch, ...space..., channels], or with the channels second for 'NCHW' and the like.
        num_outputs: how many channels the output has.
        kernel_size: of the window; one number, or one for each axis.
        stride: how far the window moves.
        padding: 'SAME' or 'VALID'.
        data_format: 'NHWC' (the default), 'NCHW' and the like.
        rate: how far the elements of the window stand apart.
        activation_fn: as the arguments that follow, see `fully_connected`.
        normalizer_fn: takes the place of the biases.
        normalizer_params: arguments of it.
        weights_initializer: of `weights`.
        weights_regularizer: what it makes of the weights is added to the regularization losses.
        biases_initializer: of `biases`; None for no biases.
        biases_regularizer: as that of the weights.
        reuse: whether the variables exist (True), or may (`tf.AUTO_REUSE`).
        variables_collections: collections that the variables are added to.
        outputs_collections: collections that the output is added to.
        trainable: whether optimizers change the variables.
        scope: `Conv`, `Conv_1`, ... by order of creation where None.

    Example:
        >>> import numpy as np, estimax as tf
        >>> tf.contrib.layers.conv2d(np.zeros((1, 8, 8, 3), np.float32), 16, [3, 3], stride=2).shape
        (1, 4, 4, 16)
    """
    with variable_scope(scope, "Conv", [inputs], reuse=reuse):
        array = as_floats(to_device(inputs))
        rank, layout, channels = _layout(array, data_format)
        window = _sizes.sizes("Conv", "kernel_size", kernel_size, rank)
        shape = (*window, channels, int(num_outputs))
        weights = model_variable(
            "weights", shape, weights_initializer, weights_regularizer, trainable, variables_collections
        )
        out = _convolution.convolution(array, as_array(weights, array.dtype), stride, padding, layout, rate)
        if normalizer_fn is None and biases_initializer is not None:
            biases = model_variable(
                "biases", shape[-1:], biases_initializer, biases_regularizer, trainable, variables_collections
            )
            out = bias_add(out, biases, layout)
        return finished(out, normalizer_fn, normalizer_params, activation_fn, outputs_collections)


convolution1d = convolution2d = convolution3d = conv1d = conv2d = conv3d = convolution


@add_arg_scope
def convolution2d_transpose(
    inputs: Any,
    num_outputs: int,
    kernel_size: Any,
    stride: Any = 1,
    padding: str = "SAME",
    data_format: str = "NHWC",
    activation_fn: Callable[[Any], Any] | None = relu,
    normalizer_fn: Callable[..., Any] | None = None,
    normalizer_params: Mapping[str, Any] | None = None,
    weights_initializer: Any = _XAVIER,
    weights_regularizer: Callable[[Any], Any] | None = None,
    biases_initializer: Any = _ZEROS,
    biases_regularizer: Callable[[Any], Any] | None = None,
    reuse: Any = None,
    variables_collections: Any = None,
    outputs_collections: Any = None,
    trainable: bool = True,
    scope: Any = None,
) -> Any:
    """Makes images larger, `stride` times with padding 'SAME'; the other arguments are those of `convolution`.

    The variables are `Conv2d_transpose/weights`, [*kernel_size, num_outputs, channels], and `biases`.
    """
    with variable_scope(scope, "Conv2d_transpose", [inputs], reuse=reuse):
        array = as_floats(to_device(inputs))
        rank, layout, channels = _layout(array, data_format)
        window, steps = (
            _sizes.sizes("Conv2d_transpose", n, v, rank) for n, v in (("kernel_size", kernel_size), ("stride", stride))
        )
        shape = (*window, int(num_outputs), channels)
        weights = model_variable(
            "weights", shape, weights_initializer, weights_regularizer, trainable, variables_collections
        )
        space = array.shape[2:] if layout.startswith("NC") else array.shape[1:-1]
        more = [max(w - s, 0) if padding.upper() == "VALID" else 0 for w, s in zip(window, steps, strict=True)]
        grown = [size * s + m for size, s, m in zip(space, steps, more, strict=True)]
        out = _transposed_convolution.conv_transpose(
            array, as_array(weights, array.dtype), grown, steps, padding.upper(), layout
        )
        if normalizer_fn is None and biases_initializer is not None:
            biases = model_variable(
                "biases", [num_outputs], biases_initializer, biases_regularizer, trainable, variables_collections
            )
            out = bias_add(out, biases, layout)
        return finished(out, normalizer_fn, normalizer_params, activation_fn, outputs_collections)


conv2d_transpose = convolution2d_transpose


@add_arg_scope
def separable_convolution2d(
    inputs: Any,
    num_outputs: int | None,
    kernel_size: Any,
    depth_multiplier: int = 1,
    stride: Any = 1,
    padding: str = "SAME",
    data_format: str = "NHWC",
    rate: Any = 1,
    activation_fn: Callable[[Any], Any] | None = relu,
    normalizer_fn: Callable[..., Any] | None = None,
    normalizer_params: Mapping[str, Any] | None = None,
    weights_initializer: Any = _XAVIER,
    pointwise_initializer: Any = None,
    weights_regularizer: Callable[[Any], Any] | None = None,
    biases_initializer: Any = _ZEROS,
    biases_regularizer: Callable[[Any], Any] | None = None,
    reuse: Any = None,
    variables_collections: Any = None,
    outputs_collections: Any = None,
    trainable: bool = True,
    scope: Any = None,
) -> Any:
    """Convolves each channel of images by itself, then mixes them; the arguments are those of `convolution`.

    The variables are `SeparableConv2d/depthwise_weights`, `pointwise_weights` and `biases`. With
    `num_outputs=None` the channels are not mixed. `depth_multiplier` channels are made of each first.
    """
    with variable_scope(scope, "SeparableConv2d", [inputs], reuse=reuse):
        array = as_floats(to_device(inputs))
        _, layout, channels = _layout(array, data_format)
        window = _sizes.sizes("SeparableConv2d", "kernel_size", kernel_size, 2)
        wide = channels * depth_multiplier

        def variable(name: str, shape: Any, initializer: Any, regularizer: Any) -> Any:
            return model_variable(name, shape, initializer, regularizer, trainable, variables_collections)

        shape = (*window, channels, depth_multiplier)
        depthwise = variable("depthwise_weights", shape, weights_initializer, weights_regularizer)
        depthwise = as_array(depthwise, array.dtype)
        if num_outputs is None:
            out = _convolution.depthwise_conv2d(array, depthwise, stride, padding.upper(), layout, rate)
        else:
            start = weights_initializer if pointwise_initializer is None else pointwise_initializer
            mixing = variable("pointwise_weights", (1, 1, wide, num_outputs), start, weights_regularizer)
            mixing = as_array(mixing, array.dtype)
            out = _convolution.separable_conv2d(array, depthwise, mixing, stride, padding.upper(), layout, rate)
        if normalizer_fn is None and biases_initializer is not None:
            biases = variable("biases", [num_outputs or wide], biases_initializer, biases_regularizer)
            out = bias_add(out, biases, layout)
        return finished(out, normalizer_fn, normalizer_params, activation_fn, outputs_collections)


separable_conv2d = separable_convolution2d


@add_arg_scope
def max_pool2d(
    inputs: Any,
    kernel_size: Any,
    stride: Any = 2,
    padding: str = "VALID",
    data_format: str = "NHWC",
    outputs_collections: Any = None,
    scope: Any = None,
) -> Any:
    """Takes the greatest values of windows of images, which move by 2 by default."""
    out = _pooling.max_pool2d(to_device(inputs), kernel_size, stride, padding.upper(), data_format)
    return collected(out, outputs_collections)


@add_arg_scope
def avg_pool2d(
    inputs: Any,
    kernel_size: Any,
    stride: Any = 2,
    padding: str = "VALID",
    data_format: str = "NHWC",
    outputs_collections: Any = None,
    scope: Any = None,
) -> Any:
    """Takes the means of windows of images, which move by 2 by default."""
    out = _pooling.avg_pool2d(to_device(inputs), kernel_size, stride, padding.upper(), data_format)
    return collected(out, outputs_collections)
