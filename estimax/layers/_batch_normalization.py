"""Batch normalization."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp
from jax import lax

from estimax._scope._crossing import to_device
from estimax._scope._frame import frame
from estimax._scope._variables import assign, get_variable, variable_scope
from estimax.initializers import ones_initializer, zeros_initializer


def batch_normalization(
    inputs: Any,
    momentum: float = 0.99,
    epsilon: float = 1e-3,
    training: bool = False,
    trainable: bool = True,
    name: str | None = None,
) -> Any:
    """Normalizes the last axis to mean 0 and variance 1, then scales by gamma and shifts by beta.

    While training by the mean and variance of the batch, which also move the moving
    averages; otherwise by the moving averages. Ioffe and Szegedy, "Batch
    Normalization", ICML 2015. Variables: gamma, beta, moving_mean, moving_variance.
    """
    array = jnp.asarray(to_device(inputs), jnp.float32)
    size = (array.shape[-1],)
    with variable_scope(name or frame().unique_name("batch_normalization")):
        gamma = get_variable("gamma", size, initializer=ones_initializer(), trainable=trainable)
        beta = get_variable("beta", size, initializer=zeros_initializer(), trainable=trainable)
        mean = get_variable("moving_mean", size, initializer=zeros_initializer(), trainable=False)
        variance = get_variable("moving_variance", size, initializer=ones_initializer(), trainable=False)
        if training:
            axes = tuple(range(array.ndim - 1))
            batch_mean, batch_variance = jnp.mean(array, axes), jnp.var(array, axes)
            assign("moving_mean", mean * momentum + batch_mean * (1 - momentum))
            assign("moving_variance", variance * momentum + batch_variance * (1 - momentum))
            mean, variance = batch_mean, batch_variance
    return (array - mean) * lax.rsqrt(variance + epsilon) * gamma + beta
