"""Taking a host Tensor to the device, wherever the caller runs."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp

from estimax._graph._boundary import current_boundary, is_device_array
from estimax._graph._tensor import Tensor


def to_device(value: Any) -> Any:
    """Returns the device array of a host Tensor: an entry of the model function that runs, else a copy."""
    if is_device_array(value):
        return value
    boundary = current_boundary.get()
    if boundary is not None and isinstance(value, Tensor):
        return boundary.enter(value)
    return jnp.asarray(value.numpy() if isinstance(value, Tensor) else value)
