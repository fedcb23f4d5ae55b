"""What the sparse operations do on the device; loaded when it is first needed."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp


def scatter(indices: Any, values: Any, default: Any, *sizes: Any, known: list[Any], validate: bool) -> Any:
    """Puts values at places of an array; indices outside of it are left out."""
    rest = iter(sizes)
    shape = [int(next(rest)) if size is None else size for size in known]
    places = jnp.atleast_1d(indices) if len(known) > 1 else jnp.atleast_1d(indices).reshape((-1, 1))
    empty = jnp.full(shape, default, values.dtype)
    return empty.at[tuple(places[:, axis] for axis in range(len(shape)))].set(values, mode="drop")
