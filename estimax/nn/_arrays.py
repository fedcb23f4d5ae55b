"""How the values that a model function holds become JAX arrays.

A model function mixes JAX arrays with NumPy arrays, lists, Tensors of the host
and objects that stand for variables. `jax.numpy` refuses some of these inside a
compiled function, so the functions of this library convert their arguments here.
"""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from estimax._graph._boundary import current_boundary
from estimax._graph._tensor import Tensor


def as_array(value: Any, dtype: Any = None) -> jax.Array:
    """Returns a value as a JAX array, cast to `dtype` if one is given.

    A symbolic Tensor of the host enters the device part of the model function
    that is being traced.

    Raises:
        TypeError: a symbolic Tensor outside of a model function.
    """
    boundary = current_boundary.get()
    if isinstance(value, Tensor) and value.is_symbolic and boundary is not None:
        value = boundary.enter(value)
    array = jnp.asarray(value)
    return array if dtype is None else array.astype(dtype)


def as_floats(value: Any) -> jax.Array:
    """Returns a value as a JAX array of floats: floats keep their type, all else becomes float32."""
    array = as_array(value)
    return array if jnp.issubdtype(array.dtype, jnp.floating) else array.astype(jnp.float32)


def absolute(x: jax.Array) -> jax.Array:
    """Returns `|x|` with a derivative of 0 at 0, as the original has it; JAX's own is 1 there."""
    return x * jax.lax.stop_gradient(jnp.sign(x))
