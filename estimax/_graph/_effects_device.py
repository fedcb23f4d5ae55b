"""Calling back to the host out of a compiled program, for `_effects.py`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import jax
import jax.numpy as jnp

from estimax._graph._effects import GUARDS, is_silent, keep_failure


def refuse_unless(condition: Any, refuse: Callable[..., None], data: Sequence[Any]) -> None:
    """Makes the program call `refuse` with data, on the host, where a condition does not hold.

    Args:
        condition: truth values of the device, all of which must hold.
        refuse: raises an error, given the data as NumPy arrays.
        data: arrays.
    """
    if is_silent():
        return
    holds = jnp.all(jnp.asarray(condition))
    for guard in GUARDS.get():
        holds = holds | ~guard

    def failed(*values: Any) -> None:
        try:
            refuse(*values)
        except Exception as error:
            keep_failure(error)
            raise

    arrays = [jax.lax.stop_gradient(jnp.asarray(value)) for value in data]
    jax.lax.cond(holds, lambda *_: None, lambda *values: jax.debug.callback(failed, *values), *arrays)


def call_with(function: Callable[..., None], data: Sequence[Any]) -> None:
    """Makes the program call a function on the host, with data as NumPy arrays."""
    if is_silent():
        return
    arrays = [jax.lax.stop_gradient(jnp.asarray(value)) for value in data]
    guards = GUARDS.get()
    if not guards:
        jax.debug.callback(function, *arrays)
        return
    wanted = jnp.all(jnp.stack([jnp.asarray(guard) for guard in guards]))
    jax.lax.cond(wanted, lambda *values: jax.debug.callback(function, *values), lambda *_: None, *arrays)


def is_traced(value: Any) -> bool:
    """Whether the values of an array are not known now."""
    return isinstance(value, jax.core.Tracer)
