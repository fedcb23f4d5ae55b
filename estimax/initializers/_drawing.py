"""Draws of floats in NumPy, of any float type, from a seed or from a generator that is handed in."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.random import Generator

from estimax.initializers._initializer import Array


def generator_of(seed: int | None, rng: Generator | None) -> Generator:
    """Returns one that starts from the seed, else the one that was given, else any."""
    if seed is not None:
        return np.random.default_rng(seed)
    return np.random.default_rng() if rng is None else rng


def drawn_dtype(kind: np.dtype[Any]) -> Any:
    """Returns the type to draw in: generators know float32 and float64 only."""
    return np.float64 if kind == np.float64 else np.float32


def scaled(values: Array, mean: float, stddev: float, kind: np.dtype[Any]) -> Array:
    """Returns values of mean 0 and deviation 1 with another mean and deviation."""
    return np.asarray(values * stddev + mean, kind)


def within_two(generator: Generator, shape: tuple[int, ...], kind: Any) -> Array:
    """Draws standard normal values until none is beyond 2: three times as fast as inverting the distribution."""
    values: Array = generator.standard_normal(math.prod(shape), kind)
    beyond = np.flatnonzero(np.abs(values) > 2)
    while beyond.size:
        values[beyond] = generator.standard_normal(beyond.size, kind)
        beyond = beyond[np.abs(values[beyond]) > 2]
    return values.reshape(shape)


def uniform(generator: Generator, shape: tuple[int, ...], low: float, high: float, kind: np.dtype[Any]) -> Array:
    """Draws evenly from `low` up to, but not with, `high`."""
    values = np.asarray(generator.random(shape, drawn_dtype(kind)) * (high - low) + low, kind)
    below: Array = np.nextafter(kind.type(high), kind.type(low))
    return np.asarray(np.minimum(values, below))  # rounding may have reached `high`
