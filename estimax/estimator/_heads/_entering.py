"""Where a head finds the values that it is given: labels, weights and logits.

In a model function numbers are device arrays. Those that came with the batch have
a host Tensor behind them, on which they are checked by the thread that reads the
input; those that the model function computed stay on the device, unchecked.
"""

from __future__ import annotations

from typing import Any

import jax

from estimax._base._errors import UnimplementedError
from estimax._graph._boundary import current_boundary, is_device_array
from estimax._graph._op import as_argument, as_tensor, on_device
from estimax.nn._arrays import as_floats


def behind(value: Any) -> Any:
    """Returns the host Tensor of a value where there is one, else the device array."""
    if not is_device_array(value):
        return as_argument(value)
    boundary = current_boundary.get()
    if boundary is None and isinstance(value, jax.core.Tracer):  # a program differentiates or compiles the loss
        return value
    tensor = as_tensor(value)
    try:
        return tensor if boundary is None or boundary.enter(tensor) is value else value
    except UnimplementedError:
        return value


def checked_logits(logits: Any, dimension: int) -> Any:
    """Returns logits as a device array of floats.

    Raises:
        ValueError: they have another shape than [batch, ..., dimension].
    """
    array = as_floats(on_device(logits))
    if array.ndim < 2 or array.shape[-1] != dimension:
        raise ValueError(f"logits must have shape [batch, {dimension}]; got {shape_of(array)}")
    return array


def as_column(array: Any, logits: Any) -> Any:
    """Returns an array that has one axis less than the logits with a last axis of size 1."""
    return array[..., None] if array.ndim == logits.ndim - 1 else array


def shape_of(array: Any) -> str:
    """Returns a shape for messages; the first size, which differs from batch to batch, is None."""
    return f"[{', '.join(['None', *map(str, array.shape[1:])])}]" if array.ndim else "[]"
