"""`is_tensor`: whether something is a Tensor, of the host or of the device."""

from __future__ import annotations

import sys
from typing import Any

from estimax._graph._tensor import Tensor


def is_tensor(x: Any) -> bool:
    """Tells whether something is a Tensor, sparse and ragged ones too, or an array of JAX; NumPy's are none.

    Example:
        >>> import estimax as tf
        >>> tf.is_tensor(tf.constant(1)), tf.is_tensor([1])
        (True, False)
    """
    jax = sys.modules.get("jax")  # where it is not loaded, nothing is an array of its
    return isinstance(x, Tensor) or (jax is not None and isinstance(x, jax.Array))
