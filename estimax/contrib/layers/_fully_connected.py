"""Fully connected layers with the names of 1.x: `weights` and `biases`."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from typing import Any

import jax.numpy as jnp

from estimax._scope._crossing import to_device
from estimax._scope._scopes import variable_scope
from estimax.contrib._arg_scope import add_arg_scope
from estimax.contrib.layers._initializers import xavier_initializer
from estimax.contrib.layers._parts import finished, model_variable
from estimax.initializers import zeros_initializer
from estimax.nn._activations import relu as relu_of
from estimax.nn._activations import relu6 as relu6_of
from estimax.nn._arrays import as_array, as_floats

_XAVIER, _ZEROS = xavier_initializer(), zeros_initializer()


@add_arg_scope
def fully_connected(
    inputs: Any,
    num_outputs: int,
    activation_fn: Callable[[Any], Any] | None = relu_of,
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
    """Computes `activation(inputs @ weights + biases)`, by default with ReLU.

    Args:
        inputs: [..., features], of two dimensions or more.
        num_outputs: size of the last axis of the output.
        activation_fn: ReLU by default; None for none.
        normalizer_fn: such as `batch_norm`; takes the place of the biases.
        normalizer_params: arguments of it.
        weights_initializer: of `weights`.
        weights_regularizer: what it makes of the weights is added to the regularization losses.
        biases_initializer: of `biases`; None for no biases.
        biases_regularizer: as that of the weights.
        reuse: whether the variables exist (True), or may (`tf.AUTO_REUSE`).
        variables_collections: collections that the variables are added to; a list, or lists by name.
        outputs_collections: collections that the output is added to.
        trainable: whether optimizers change the variables.
        scope: `fully_connected`, `fully_connected_1`, ... by order of creation where None.

    Raises:
        ValueError: the input has less than two dimensions.

    Example:
        >>> import estimax as tf
        >>> out = tf.contrib.layers.fully_connected([[1.0, -3.0]], 1, weights_initializer=tf.ones_initializer())
        >>> out.tolist()
        [[0.0]]
    """
    with variable_scope(scope, "fully_connected", [inputs], reuse=reuse):
        array = as_floats(to_device(inputs))
        if array.ndim < 2:
            raise ValueError(f"fully_connected needs an input of two dimensions or more; got shape {array.shape}")
        shape = (array.shape[-1], int(num_outputs))
        weights = model_variable(
            "weights", shape, weights_initializer, weights_regularizer, trainable, variables_collections
        )
        out = jnp.matmul(array, as_array(weights, array.dtype))
        if normalizer_fn is None and biases_initializer is not None:
            biases = model_variable(
                "biases", shape[1:], biases_initializer, biases_regularizer, trainable, variables_collections
            )
            out = out + as_array(biases, array.dtype)
        return finished(out, normalizer_fn, normalizer_params, activation_fn, outputs_collections)


linear = functools.partial(fully_connected, activation_fn=None)
relu = functools.partial(fully_connected, activation_fn=relu_of)
relu6 = functools.partial(fully_connected, activation_fn=relu6_of)


@add_arg_scope
def bias_add(
    inputs: Any,
    activation_fn: Callable[[Any], Any] | None = None,
    initializer: Any = _ZEROS,
    regularizer: Callable[[Any], Any] | None = None,
    reuse: Any = None,
    variables_collections: Any = None,
    outputs_collections: Any = None,
    trainable: bool = True,
    data_format: str = "NHWC",
    scope: Any = None,
) -> Any:
    """Adds a bias to each channel, in the variable `BiasAdd/biases`.

    Args:
        inputs: [..., channels], or [batch, channels, ...] for the data format 'NCHW'.
        activation_fn: applied to the result; None for none.
        initializer: of the biases.
        regularizer: what it makes of the biases is added to the regularization losses.
        reuse: whether the variable exists (True), or may (`tf.AUTO_REUSE`).
        variables_collections: collections that the variable is added to.
        outputs_collections: collections that the output is added to.
        trainable: whether optimizers change the variable.
        data_format: 'NHWC' or 'NCHW'.
        scope: `BiasAdd`, `BiasAdd_1`, ... by order of creation where None.
    """
    with variable_scope(scope, "BiasAdd", [inputs], reuse=reuse):
        array = as_floats(to_device(inputs))
        axis = 1 if data_format.startswith("NC") else array.ndim - 1
        biases = model_variable(
            "biases", [array.shape[axis]], initializer, regularizer, trainable, variables_collections
        )
        wide = [-1 if i == axis else 1 for i in range(array.ndim)]
        out = array + as_array(biases, array.dtype).reshape(wide)
        return finished(out, None, None, activation_fn, outputs_collections)
