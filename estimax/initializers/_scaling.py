"""Initializers whose variance follows from the numbers of inputs and outputs of a unit."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from numpy.random import Generator

from estimax._base._dtypes import float32
from estimax._base._errors import InvalidArgumentError
from estimax.initializers._drawing import drawn_dtype, generator_of, scaled, uniform, within_two
from estimax.initializers._initializer import Array, Initializer, float_dtype

# The standard deviation of a normal distribution that is cut off at two standard deviations.
_CUT_STDDEV = 0.87962566103423978
_MODES = ("fan_in", "fan_out", "fan_avg")
_DISTRIBUTIONS = ("normal", "truncated_normal", "untruncated_normal", "uniform")


@dataclass(frozen=True)
class VarianceScaling(Initializer):
    """Draws with a variance of `scale / n`, where n counts a unit's inputs or outputs.

    Args:
        scale: positive.
        mode: n is the number of inputs ('fan_in'), of outputs ('fan_out') or their mean ('fan_avg').
        distribution: 'truncated_normal' (or 'normal'), 'untruncated_normal' or 'uniform'.
        seed: for the same values at every call.
        dtype: a float type.

    Raises:
        InvalidArgumentError: an argument is none of these.
    """

    scale: float = 1.0
    mode: str = "fan_in"
    distribution: str = "truncated_normal"
    seed: int | None = None
    dtype: Any = float32

    def __post_init__(self) -> None:
        if self.scale <= 0:
            raise InvalidArgumentError(f"scale of variance_scaling_initializer must be positive; got {self.scale}")
        for name, value, known in (
            ("mode", self.mode, _MODES),
            ("distribution", self.distribution.lower(), _DISTRIBUTIONS),
        ):
            if value not in known:
                raise InvalidArgumentError(
                    f"{name} of variance_scaling_initializer must be one of {', '.join(known)}; got {value!r}"
                )

    def __call__(self, shape: Sequence[int], dtype: Any = None, rng: Generator | None = None) -> Array:
        kind = float_dtype("variance_scaling_initializer", dtype, self.dtype)
        shape = tuple(shape)
        inputs, outputs = fans(shape)
        count = {"fan_in": inputs, "fan_out": outputs, "fan_avg": (inputs + outputs) / 2}[self.mode]
        variance = self.scale / max(1.0, count)
        generator = generator_of(self.seed, rng)
        if self.distribution.lower() == "uniform":
            limit = math.sqrt(3 * variance)
            return uniform(generator, shape, -limit, limit, kind)
        if self.distribution.lower() == "untruncated_normal":
            return scaled(generator.standard_normal(shape, drawn_dtype(kind)), 0.0, math.sqrt(variance), kind)
        values = within_two(generator, shape, drawn_dtype(kind))
        return scaled(values, 0.0, math.sqrt(variance) / _CUT_STDDEV, kind)


def fans(shape: tuple[int, ...]) -> tuple[float, float]:
    """Returns the numbers of inputs and outputs of a unit; axes before the last two are a window of a convolution."""
    if len(shape) < 2:
        size = float(shape[0]) if shape else 1.0
        return size, size
    window = math.prod(shape[:-2])
    return float(window * shape[-2]), float(window * shape[-1])


@dataclass(frozen=True)
class UniformUnitScaling(Initializer):
    """Draws evenly such that a product with the variable keeps the scale of its input.

    Args:
        factor: of the limits; what fits the activation that follows.
        seed: for the same values at every call.
        dtype: a float type.
    """

    factor: float = 1.0
    seed: int | None = None
    dtype: Any = float32

    def __call__(self, shape: Sequence[int], dtype: Any = None, rng: Generator | None = None) -> Array:
        kind = float_dtype("uniform_unit_scaling_initializer", dtype, self.dtype)
        limit = self.factor * math.sqrt(3 / max(math.prod(tuple(shape)[:-1]), 1))
        return uniform(generator_of(self.seed, rng), tuple(shape), -limit, limit, kind)
