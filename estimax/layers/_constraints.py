"""Constraints: functions that are applied to a variable after each step of an optimizer."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp

from estimax._base._configured import Configured
from estimax.nn._arrays import as_floats

_LEAST = 1e-7  # of a norm that something is divided by


class Constraint(Configured, ABC):
    """The interface of the constraints of Keras; any function of an array does as well."""

    @abstractmethod
    def __call__(self, w: Any) -> Any:
        """Returns the value that takes the place of `w`."""


@dataclass(frozen=True)
class NonNeg(Constraint):
    """Sets negative values to 0.

    Example:
        >>> import estimax as tf
        >>> tf.keras.constraints.NonNeg()([-1.0, 2.0]).tolist()
        [0.0, 2.0]
    """

    def __call__(self, w: Any) -> jax.Array:
        values = as_floats(w)
        return values * (values >= 0)


@dataclass(frozen=True)
class MaxNorm(Constraint):
    """Scales values down where their norm along `axis` exceeds `max_value`: Srivastava et al. (2014)."""

    max_value: float = 2
    axis: int | tuple[int, ...] = 0

    def __call__(self, w: Any) -> jax.Array:
        values = as_floats(w)
        norms = _norms(values, self.axis)
        return values * (jnp.clip(norms, 0, self.max_value) / (_LEAST + norms))


@dataclass(frozen=True)
class UnitNorm(Constraint):
    """Scales values to a norm of 1 along `axis`."""

    axis: int | tuple[int, ...] = 0

    def __call__(self, w: Any) -> jax.Array:
        values = as_floats(w)
        return values / (_LEAST + _norms(values, self.axis))


@dataclass(frozen=True)
class MinMaxNorm(Constraint):
    """Moves norms along `axis` by a share of `rate` into the range from `min_value` to `max_value`."""

    min_value: float = 0.0
    max_value: float = 1.0
    rate: float = 1.0
    axis: int | tuple[int, ...] = 0

    def __call__(self, w: Any) -> jax.Array:
        values = as_floats(w)
        norms = _norms(values, self.axis)
        wanted = self.rate * jnp.clip(norms, self.min_value, self.max_value) + (1 - self.rate) * norms
        return values * (wanted / (_LEAST + norms))


non_neg = NonNeg
max_norm = MaxNorm
unit_norm = UnitNorm
min_max_norm = MinMaxNorm

CONSTRAINTS: dict[str, Any] = {
    "non_neg": NonNeg,
    "max_norm": MaxNorm,
    "unit_norm": UnitNorm,
    "min_max_norm": MinMaxNorm,
    "NonNeg": NonNeg,
    "MaxNorm": MaxNorm,
    "UnitNorm": UnitNorm,
    "MinMaxNorm": MinMaxNorm,
}
"""By the names that layers take for a constraint."""


def get(identifier: Any) -> Any:
    """Returns a constraint from its name, its class or itself; None for None."""
    if isinstance(identifier, str):
        if identifier not in CONSTRAINTS:
            raise ValueError(f"a constraint must be one of {', '.join(CONSTRAINTS)}; got {identifier!r}")
        return CONSTRAINTS[identifier]()
    return identifier() if isinstance(identifier, type) else identifier


def _norms(values: jax.Array, axis: int | tuple[int, ...]) -> jax.Array:
    return jnp.sqrt(jnp.sum(jnp.square(values), axis, keepdims=True))
