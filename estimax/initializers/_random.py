"""Initializers that draw from a distribution whatever the shape of the variable."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.random import Generator

from estimax._base._dtypes import float32
from estimax._base._errors import InvalidArgumentError
from estimax.initializers._drawing import drawn_dtype, generator_of, scaled, uniform, within_two
from estimax.initializers._initializer import Array, Initializer, float_dtype, numpy_dtype


@dataclass(frozen=True)
class RandomNormal(Initializer):
    """Draws from a normal distribution.

    Args:
        mean: of the distribution.
        stddev: its standard deviation.
        seed: for the same values at every call.
        dtype: a float type.
    """

    mean: float = 0.0
    stddev: float = 1.0
    seed: int | None = None
    dtype: Any = float32

    def __call__(self, shape: Sequence[int], dtype: Any = None, rng: Generator | None = None) -> Array:
        kind = float_dtype("random_normal_initializer", dtype, self.dtype)
        values = generator_of(self.seed, rng).standard_normal(tuple(shape), drawn_dtype(kind))
        return scaled(values, self.mean, self.stddev, kind)


@dataclass(frozen=True)
class TruncatedNormal(Initializer):
    """Draws from a normal distribution, anew wherever a value is beyond two standard deviations.

    Args:
        mean: of the distribution before the cut.
        stddev: its standard deviation before the cut.
        seed: for the same values at every call.
        dtype: a float type.
    """

    mean: float = 0.0
    stddev: float = 1.0
    seed: int | None = None
    dtype: Any = float32

    def __call__(self, shape: Sequence[int], dtype: Any = None, rng: Generator | None = None) -> Array:
        kind = float_dtype("truncated_normal_initializer", dtype, self.dtype)
        values = within_two(generator_of(self.seed, rng), tuple(shape), drawn_dtype(kind))
        return scaled(values, self.mean, self.stddev, kind)


@dataclass(frozen=True)
class RandomUniform(Initializer):
    """Draws evenly from a range.

    Args:
        minval: the least value.
        maxval: above the greatest value; 1 for floats if None.
        seed: for the same values at every call.
        dtype: a float or integer type.
    """

    minval: float = 0
    maxval: float | None = None
    seed: int | None = None
    dtype: Any = float32

    def __call__(self, shape: Sequence[int], dtype: Any = None, rng: Generator | None = None) -> Array:
        """Returns values from `minval` up to, but not with, `maxval`.

        Raises:
            InvalidArgumentError: integers without `maxval`.
        """
        kind = numpy_dtype(dtype, self.dtype)
        generator = generator_of(self.seed, rng)
        if kind.kind in "iu":
            if self.maxval is None:
                raise InvalidArgumentError(f"random_uniform_initializer needs maxval for {kind.name} values")
            return generator.integers(int(self.minval), int(self.maxval), tuple(shape), kind)
        float_dtype("random_uniform_initializer", dtype, self.dtype)
        high = 1.0 if self.maxval is None else self.maxval
        return uniform(generator, tuple(shape), self.minval, high, kind)


@dataclass(frozen=True)
class Orthogonal(Initializer):
    """Draws a matrix with orthonormal rows or columns, whichever are fewer, times `gain`.

    Of more than two axes, the last one makes the columns and the others the rows.
    Saxe, McClelland and Ganguli, "Exact solutions to the nonlinear dynamics of
    learning in deep linear neural networks" (2014).

    Args:
        gain: the factor.
        seed: for the same values at every call.
        dtype: a float type.
    """

    gain: float = 1.0
    seed: int | None = None
    dtype: Any = float32

    def __call__(self, shape: Sequence[int], dtype: Any = None, rng: Generator | None = None) -> Array:
        kind = float_dtype("orthogonal_initializer", dtype, self.dtype)
        shape = tuple(shape)
        if len(shape) < 2:
            raise InvalidArgumentError(f"orthogonal_initializer needs a shape of two or more axes; got {shape}")
        rows, columns = math.prod(shape[:-1]), shape[-1]
        drawn = generator_of(self.seed, rng).standard_normal((max(rows, columns), min(rows, columns)))
        basis, triangle = np.linalg.qr(drawn)
        basis = basis * np.sign(np.diag(triangle))
        return (self.gain * (basis if rows >= columns else basis.T)).reshape(shape).astype(kind)
