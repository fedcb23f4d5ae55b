"""The fully connected layer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax.numpy as jnp

from estimax._scope._crossing import to_device
from estimax._scope._frame import Initializer, frame
from estimax._scope._variables import get_variable, variable_scope
from estimax.initializers import glorot_uniform_initializer, zeros_initializer


def dense(
    inputs: Any,
    units: int,
    activation: Callable[[Any], Any] | None = None,
    use_bias: bool = True,
    kernel_initializer: Initializer | None = None,
    bias_initializer: Initializer | None = None,
    trainable: bool = True,
    name: str | None = None,
) -> Any:
    """Computes activation(inputs @ kernel + bias), in the variables `name/kernel` and `name/bias`.

    Args:
        inputs: [..., features], numbers.
        units: size of the output's last axis.
        activation: applied to the result; None for none.
        use_bias: whether a bias is added.
        kernel_initializer: glorot_uniform where None.
        bias_initializer: zeros where None.
        trainable: whether optimizers change the variables.
        name: `dense`, `dense_1`, ... by order of creation where None.

    Returns:
        [..., units].
    """
    array = jnp.asarray(to_device(inputs), jnp.float32)
    with variable_scope(name or frame().unique_name("dense")):
        kernel = get_variable(
            "kernel",
            (array.shape[-1], units),
            initializer=kernel_initializer or glorot_uniform_initializer(),
            trainable=trainable,
        )
        out = array @ kernel
        if use_bias:
            out = out + get_variable(
                "bias", (units,), initializer=bias_initializer or zeros_initializer(), trainable=trainable
            )
    return activation(out) if activation is not None else out
