"""What may be given as a learning rate, and its value in a step."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from estimax._base._errors import InvalidArgumentError
from estimax._graph._tensor import Tensor
from estimax._scope._crossing import to_device
from estimax.train._global_step import get_or_create_global_step

Number = float | np.ndarray | jax.Array
LearningRate = Number | Callable[..., Number]


def rate_now(rate: LearningRate) -> jax.Array:
    """Returns a learning rate as a float32 scalar.

    Functions are called: with the global step if they take an argument, as schedules
    do, else with nothing. Inside a model function the result is that of the step that
    runs.

    Raises:
        InvalidArgumentError: it is not one number.

    Example:
        >>> float(rate_now(0.5)), float(rate_now(lambda: 0.25)), float(rate_now(lambda step: 1 / (step + 1)))
        (0.5, 0.25, 1.0)
    """
    value = rate
    if callable(rate):
        value = rate(get_or_create_global_step()) if _takes_step(rate) else rate()
    array = jnp.asarray(to_device(value), jnp.float32)
    if array.size != 1:
        raise InvalidArgumentError(f"learning_rate must be one number; got an array of shape {array.shape}")
    return array.reshape(())


def check_rate(optimizer: str, rate: Any) -> None:
    """Refuses what cannot be a learning rate, as far as it can be seen before training.

    Raises:
        InvalidArgumentError: it is no number, array or function, or it is negative or NaN.
    """
    if isinstance(rate, bool) or not isinstance(rate, int | float | np.generic | np.ndarray | jax.Array | Tensor):
        if callable(rate) and not isinstance(rate, type):
            return
        raise InvalidArgumentError(
            f"learning_rate of {optimizer} must be a number, an array, a schedule or a function; got {rate!r}"
        )
    if isinstance(rate, int | float | np.generic) and not float(rate) >= 0:
        raise InvalidArgumentError(f"learning_rate of {optimizer} must be zero or positive; got {rate}")


def _takes_step(function: Callable[..., Any]) -> bool:
    """Whether a function needs an argument."""
    try:
        parameters = inspect.signature(function).parameters.values()
    except ValueError:  # a function that does not tell
        return False
    positional = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    return any(p.kind in positional and p.default is p.empty for p in parameters)
