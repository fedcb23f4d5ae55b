"""Regularizers: functions of a variable's value that give a penalty, a scalar, to be added to the loss."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp

from estimax._base._configured import Configured
from estimax.nn._arrays import absolute, as_floats


class Regularizer(Configured, ABC):
    """The interface of the regularizers of Keras; any function of an array does as well."""

    @abstractmethod
    def __call__(self, x: Any) -> Any:
        """Returns the penalty of a value, a scalar."""


@dataclass(frozen=True)
class L1L2(Regularizer):
    """Adds `l1 * sum(|x|)` and `l2 * sum(x ** 2)`.

    Example:
        >>> import estimax as tf
        >>> float(tf.keras.regularizers.L1L2(l1=0.5, l2=0.25)([3.0, -1.0]))
        4.5
    """

    l1: float = 0.0
    l2: float = 0.0

    def __post_init__(self) -> None:
        _check(l1=self.l1, l2=self.l2)

    def __call__(self, x: Any) -> jax.Array:
        values = as_floats(x)
        penalty = jnp.zeros((), values.dtype)
        if self.l1:
            penalty += self.l1 * jnp.sum(absolute(values))
        if self.l2:
            penalty += self.l2 * jnp.sum(jnp.square(values))
        return penalty


@dataclass(frozen=True)
class L1(Regularizer):
    """Gives `l1 * sum(|x|)`. The argument may be called `l` as well."""

    l1: float = 0.01

    def __init__(self, l1: float = 0.01, *, l: float | None = None) -> None:  # noqa: E741  # a name of the original
        object.__setattr__(self, "l1", l1 if l is None else l)
        _check(l1=self.l1)

    def __call__(self, x: Any) -> jax.Array:
        return L1L2(self.l1, 0.0)(x)


@dataclass(frozen=True)
class L2(Regularizer):
    """Gives `l2 * sum(x ** 2)`. The argument may be called `l` as well."""

    l2: float = 0.01

    def __init__(self, l2: float = 0.01, *, l: float | None = None) -> None:  # noqa: E741  # a name of the original
        object.__setattr__(self, "l2", l2 if l is None else l)
        _check(l2=self.l2)

    def __call__(self, x: Any) -> jax.Array:
        return L1L2(0.0, self.l2)(x)


def l1_l2(l1: float = 0.01, l2: float = 0.01) -> L1L2:
    """Returns the sum of both penalties: Zou and Hastie's elastic net (2005)."""
    return L1L2(l1, l2)


l1 = L1
l2 = L2

REGULARIZERS: dict[str, Any] = {"l1": L1, "l2": L2, "l1_l2": l1_l2, "L1": L1, "L2": L2, "L1L2": l1_l2}
"""By the names that layers take for a regularizer."""


def get(identifier: Any) -> Any:
    """Returns a regularizer from its name, its class or itself; None for None."""
    if isinstance(identifier, str):
        if identifier not in REGULARIZERS:
            raise ValueError(f"a regularizer must be one of {', '.join(REGULARIZERS)}; got {identifier!r}")
        return REGULARIZERS[identifier]()
    return identifier() if isinstance(identifier, type) else identifier


def _check(**factors: Any) -> None:
    for name, value in factors.items():
        if isinstance(value, bool) or not isinstance(value, int | float) or not value >= 0:
            raise ValueError(f"the factor {name} of a regularizer must be a number that is not negative; got {value!r}")
