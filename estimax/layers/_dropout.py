"""Dropout."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from estimax._scope._crossing import to_device
from estimax._scope._frame import frame


def dropout(inputs: Any, rate: float = 0.5, training: bool = False, name: str | None = None) -> Any:
    """Sets a random share `rate` of the values to zero and divides the others by 1 - rate, while training.

    Srivastava et al., "Dropout: A Simple Way to Prevent Neural Networks from
    Overfitting", JMLR 2014.

    Raises:
        ValueError: a rate outside [0, 1).
    """
    array = to_device(inputs)
    if not 0 <= rate < 1:
        raise ValueError(f"the rate of dropout must lie in [0, 1); got {rate}")
    if not training or rate == 0:
        return array
    kept = jax.random.bernoulli(frame().next_key(), 1 - rate, array.shape)
    return jnp.where(kept, array / (1 - rate), 0)
