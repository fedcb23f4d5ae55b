"""Random numbers inside of a model function, by JAX's own generators.

They follow the key of the step that is computed, so that each step draws others.
Outside of a model function, where an array of the device is drawn for, they follow
the seed of the program, as those of the host do.
"""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from estimax._base._lazy import resolve
from estimax.random._seed import next_entropy


def next_key(seed: int | None = None) -> Any:
    """Returns the next key of the step; with a seed, one that depends on the two, or on the seed alone."""
    frame = resolve("estimax._scope._frame:frame")()
    if frame.key is None:
        if seed is not None:
            return jax.random.key(seed)
        if resolve("estimax._scope._frame:current_frame").get() is None:
            return jax.random.key(next_entropy())
    if seed is None:
        return frame.next_key()
    return jax.random.fold_in(jax.random.fold_in(frame.key(), 0), seed)  # the frame's own numbers start from 1


def draw(name: str, shape: Any, seed: int | None, dtype: Any, *parameters: Any) -> jax.Array:
    """Draws numbers of the distribution of a host op."""
    key, sizes = next_key(seed), tuple(shape)
    kind = jax.dtypes.canonicalize_dtype(dtype)
    first, *rest = (jnp.asarray(p) for p in parameters)
    if name == "RandomUniform":
        return jnp.asarray(first + jax.random.uniform(key, sizes, kind) * (rest[0] - first), kind)
    if name == "RandomIntegers":
        return jax.random.randint(key, sizes, first, rest[0], kind)
    if name == "RandomNormal":
        return jnp.asarray(first + jax.random.normal(key, sizes, kind) * rest[0], kind)
    if name == "TruncatedNormal":
        return jnp.asarray(first + jax.random.truncated_normal(key, -2.0, 2.0, sizes, kind) * rest[0], kind)
    if name == "RandomGamma":
        return jnp.asarray(jax.random.gamma(key, first, sizes, kind) / rest[0], kind)
    return jnp.asarray(jax.random.poisson(key, first, sizes), kind)


def categorical(logits: Any, count: int, seed: int | None, dtype: Any) -> jax.Array:
    """Draws numbers of classes."""
    rows = jnp.asarray(logits)[:, jnp.newaxis, :]
    drawn = jax.random.categorical(next_key(seed), rows, shape=(rows.shape[0], count))
    return drawn.astype(jax.dtypes.canonicalize_dtype(dtype))


def shuffle(value: Any, seed: int | None) -> jax.Array:
    """Brings the entries along the first axis into a random order."""
    return jax.random.permutation(next_key(seed), jnp.asarray(value))
