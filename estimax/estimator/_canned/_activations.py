"""Activations of hidden layers as programs give them: a function, the name of one, or None."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import jax.numpy as jnp

from estimax import nn

Activation = Callable[[Any], Any]


def _linear(x: Any) -> Any:
    return x


def _hard_sigmoid(x: Any) -> Any:
    return jnp.clip(0.2 * x + 0.5, 0.0, 1.0)


_BY_NAME: Mapping[str, Activation] = {
    "elu": nn.elu,
    "exponential": jnp.exp,
    "gelu": nn.gelu,
    "hard_sigmoid": _hard_sigmoid,
    "linear": _linear,
    "relu": nn.relu,
    "selu": nn.selu,
    "sigmoid": nn.sigmoid,
    "softmax": nn.softmax,
    "softplus": nn.softplus,
    "softsign": nn.softsign,
    "swish": nn.swish,
    "tanh": nn.tanh,
}


def checked_activation(given: Any) -> Activation | None:
    """Returns an activation as a function; None for none.

    Raises:
        ValueError: an unknown name, or something that is no function.

    Example:
        >>> from estimax.estimator._canned._activations import checked_activation
        >>> checked_activation("relu")([-1.0, 2.0]).tolist()
        [0.0, 2.0]
    """
    if given is None or callable(given):
        return given  # type: ignore[no-any-return]  # a function or None
    if isinstance(given, str) and given in _BY_NAME:
        return _BY_NAME[given]
    raise ValueError(f"activation_fn must be a function, or one of {', '.join(_BY_NAME)}; got {given!r}")
