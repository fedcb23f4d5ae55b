"""Distributions: how the values of an array are spread, counted on the device in ranges of one width.

A summary of a large array leaves the device as 34 numbers. Of arrays with many values a
sample is counted.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

RANGES = 30
SIZE = 4 + RANGES
MOST_VALUES = 2048
_SMALL = 64


def counted(array: Any) -> jax.Array:
    """Counts the finite values of an array of any shape.

    Returns:
        float32 [34]: least, greatest, sum and sum of squares, then how many lie in each of 30 ranges of one
        width. At most 2,048 values are counted: of more, every k-th, for a k that meets all columns alike.

    Example:
        >>> import numpy as np
        >>> from estimax.train._distributions import counted
        >>> found = np.asarray(counted([0.0, 1.0, 1.0, 3.0, np.nan]))
        >>> found[:4].tolist(), found[[4, 14, 33]].tolist()
        ([0.0, 3.0, 5.0, 11.0], [1.0, 2.0, 1.0])
    """
    return counted_together([array])[0]


def counted_together(arrays: Sequence[Any]) -> jax.Array:
    """Counts several arrays, each as `counted` does, in few operations; returns a row for each."""
    samples = [_sample(jnp.asarray(array, jnp.float32)) for array in arrays]
    # Those of a size that differs much stand apart, so that little is padded.
    is_small = np.array([len(sample) <= _SMALL for sample in samples])
    groups = [chosen for chosen in (np.flatnonzero(is_small), np.flatnonzero(~is_small)) if len(chosen)]
    counts = jnp.concatenate([_counted([samples[i] for i in chosen]) for chosen in groups])
    return counts[np.argsort(np.concatenate(groups))] if len(groups) > 1 else counts


def _counted(samples: Sequence[jax.Array]) -> jax.Array:
    """Counts samples of similar sizes."""
    size = max(1, *(len(sample) for sample in samples))
    values = jnp.stack([jnp.pad(s, (0, size - len(s)), constant_values=jnp.nan) for s in samples])
    is_finite = jnp.isfinite(values)
    kept = jnp.where(is_finite, values, 0)
    least = jnp.min(jnp.where(is_finite, values, jnp.inf), axis=1, keepdims=True)
    greatest = jnp.max(jnp.where(is_finite, values, -jnp.inf), axis=1, keepdims=True)
    # Half of each, since their difference may be more than a float32 holds.
    width = (greatest / 2 - least / 2) / RANGES
    place = jnp.floor((values / 2 - least / 2) / jnp.where(width > 0, width, 1))
    place = jnp.where(is_finite, jnp.clip(place, 0, RANGES - 1), RANGES).astype(jnp.int32)
    row = jnp.arange(len(values))[:, None]
    counts = jnp.zeros((len(values), RANGES + 1), jnp.float32).at[row, place].add(1.0)
    sums = [jnp.sum(kept, axis=1, keepdims=True), jnp.sum(kept * kept, axis=1, keepdims=True)]
    return jnp.concatenate([least, greatest, *sums, counts[:, :RANGES]], axis=1)


def _sample(array: jax.Array) -> jax.Array:
    stride = -(-array.size // MOST_VALUES) or 1
    width = array.shape[-1] if array.ndim > 1 else 1
    while math.gcd(stride, width) > 1:
        stride += 1
    return array.reshape(-1)[::stride]
