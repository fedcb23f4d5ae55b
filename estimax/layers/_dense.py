"""The fully connected layer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax.numpy as jnp

from estimax.initializers import zeros_initializer
from estimax.layers._by_name import activation_of
from estimax.layers._input_spec import InputSpec
from estimax.layers._layer import Layer
from estimax.nn._arrays import as_array, as_floats

_ZEROS = zeros_initializer()


class Dense(Layer):
    """Computes `activation(inputs @ kernel + bias)`; arguments as for `dense`.

    Attributes:
        kernel: [features, units], after the first call.
        bias: [units], or None.

    Example:
        >>> import estimax as tf
        >>> layer = tf.layers.Dense(2, kernel_initializer=tf.ones_initializer())
        >>> layer(tf.constant([[1.0, 2.0, 3.0]])).tolist()
        [[6.0, 6.0]]
        >>> layer.kernel.shape
        (3, 2)
    """

    def __init__(
        self,
        units: int,
        activation: Callable[[Any], Any] | str | None = None,
        use_bias: bool = True,
        kernel_initializer: Any = None,
        bias_initializer: Any = _ZEROS,
        kernel_regularizer: Any = None,
        bias_regularizer: Any = None,
        activity_regularizer: Any = None,
        kernel_constraint: Any = None,
        bias_constraint: Any = None,
        trainable: bool = True,
        name: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(trainable, name, activity_regularizer=activity_regularizer, **kwargs)
        self.units = int(units)
        if self.units < 0:
            raise ValueError(f"units of a dense layer must be a whole number that is not negative; got {units!r}")
        self.activation = activation_of(activation)
        self.use_bias = use_bias
        self.kernel_initializer, self.bias_initializer = kernel_initializer, bias_initializer
        self.kernel_regularizer, self.bias_regularizer = kernel_regularizer, bias_regularizer
        self.kernel_constraint, self.bias_constraint = kernel_constraint, bias_constraint
        self.input_spec = InputSpec(min_ndim=2)

    def build(self, input_shape: Any) -> None:
        """Makes `kernel` and `bias`."""
        features = int(input_shape[-1])
        self.input_spec = InputSpec(min_ndim=2, axes={-1: features})
        self.kernel = self.add_weight(
            "kernel",
            [features, self.units],
            initializer=self.kernel_initializer,
            regularizer=self.kernel_regularizer,
            constraint=self.kernel_constraint,
        )
        self.bias = None
        if self.use_bias:
            self.bias = self.add_weight(
                "bias",
                [self.units],
                initializer=_ZEROS if self.bias_initializer is None else self.bias_initializer,
                regularizer=self.bias_regularizer,
                constraint=self.bias_constraint,
            )
        self.built = True

    def call(self, inputs: Any, *args: Any, **kwargs: Any) -> Any:
        """Computes the output, [..., units]."""
        array = as_floats(inputs)
        out = jnp.matmul(array, as_array(self.kernel, array.dtype))
        if self.bias is not None:
            out = out + as_array(self.bias, array.dtype)
        return self.activated(out, "MatMul" if self.bias is None else "BiasAdd")

    def compute_output_shape(self, input_shape: Any) -> tuple[Any, ...]:
        """Returns the shape of the input with `units` as its last size."""
        return (*tuple(input_shape)[:-1], self.units)


def dense(
    inputs: Any,
    units: int,
    activation: Callable[[Any], Any] | str | None = None,
    use_bias: bool = True,
    kernel_initializer: Any = None,
    bias_initializer: Any = _ZEROS,
    kernel_regularizer: Any = None,
    bias_regularizer: Any = None,
    activity_regularizer: Any = None,
    kernel_constraint: Any = None,
    bias_constraint: Any = None,
    trainable: bool = True,
    name: str | None = None,
    reuse: Any = None,
) -> Any:
    """Computes activation(inputs @ kernel + bias), in the variables `name/kernel` and `name/bias`.

    Args:
        inputs: [..., features], numbers; two dimensions or more.
        units: size of the output's last axis.
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
        name: `dense`, `dense_1`, ... by order of creation where None.
        reuse: whether the variables exist (True), or may (`tf.AUTO_REUSE`).

    Returns:
        [..., units].

    Raises:
        ValueError: the input has less than two dimensions.

    Example:
        >>> import estimax as tf
        >>> tf.layers.dense([[1.0, 2.0]], 1, kernel_initializer=tf.ones_initializer()).tolist()
        [[3.0]]
    """
    layer = Dense(
        units,
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
