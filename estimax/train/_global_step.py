"""The global step as model functions see it: a number on the device that grows by one a step."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp

from estimax._scope._frame import current_frame

GLOBAL_STEP = "global_step"
"""The name under which the step stands among the values of a `Frame` and in checkpoints."""


def get_global_step(graph: Any = None) -> Any:
    """Returns the number of steps done before this one, an integer scalar; None outside of a model function.

    Learning rates may be computed from it. It is counted with 64 bits in checkpoints
    and has 32 on the device, as all integers.

    Args:
        graph: has no effect.

    Example:
        >>> import estimax as tf
        >>> tf.train.get_global_step() is None
        True
    """
    return None if current_frame.get() is None else get_or_create_global_step()


def get_or_create_global_step(graph: Any = None) -> Any:
    """Returns the number of steps done before this one; 0 outside of a model function.

    Example:
        >>> import estimax as tf
        >>> int(tf.train.get_or_create_global_step())
        0
    """
    active = current_frame.get()
    if active is None:
        return jnp.int32(0)
    step = active.values.get(GLOBAL_STEP)
    step = jnp.int32(0) if step is None else step
    active.handed[id(step)] = (GLOBAL_STEP, step)
    return step


def create_global_step(graph: Any = None) -> Any:
    """Returns the global step, which exists in every model function."""
    return get_or_create_global_step()
