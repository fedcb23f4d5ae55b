"""Gradient descent with L1 and L2 penalties that are solved for, not differentiated."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import jax
import jax.numpy as jnp

from estimax.train._learning_rate import LearningRate, Number
from estimax.train._optimizer import require_at_least_zero
from estimax.train._rule import Rule, scalar_like


@dataclass(frozen=True, eq=False)
class ProximalGradientDescentOptimizer(Rule):
    """Takes a step of gradient descent and then shrinks the result towards zero.

    `u = w - rate * g` and `w = sign(u) * max(|u| - rate * l1, 0) / (1 + rate * l2)`. Duchi
    and Singer, "Efficient Online and Batch Learning Using Forward Backward Splitting" (2009).

    Args:
        learning_rate: a number, an array, a schedule or a function of no arguments.
        l1_regularization_strength: of the L1 penalty; zero or positive.
        l2_regularization_strength: of the L2 penalty; zero or positive.
        use_locking: accepted for programs that pass it; it has no effect.
        name: of the optimizer.

    Raises:
        InvalidArgumentError: a strength is negative.

    Example:
        >>> import estimax as tf
        >>> tf.train.ProximalGradientDescentOptimizer(0.1, l1_regularization_strength=0.01).slots()
        {}
    """

    learning_rate: LearningRate
    l1_regularization_strength: float = 0.0
    l2_regularization_strength: float = 0.0
    use_locking: bool = False
    name: str = "ProximalGradientDescent"

    def __post_init__(self) -> None:
        super().__post_init__()
        require_at_least_zero(
            "ProximalGradientDescentOptimizer",
            l1_regularization_strength=self.l1_regularization_strength,
            l2_regularization_strength=self.l2_regularization_strength,
        )

    @property
    def zero_gradient_changes_nothing(self) -> bool:
        return not (self.l1_regularization_strength or self.l2_regularization_strength)

    def slots(self) -> dict[str, float]:
        """Returns no slots: the rule remembers nothing."""
        return {}

    def update(
        self,
        param: jax.Array,
        slots: Mapping[str, jax.Array],
        gradient: jax.Array,
        scalars: Mapping[str, jax.Array],
        learning_rate: Number,
        step: Number,
    ) -> tuple[jax.Array, dict[str, jax.Array]]:
        """Returns the parameter after one step."""
        rate = scalar_like(learning_rate, param)
        moved = param - rate * gradient
        if self.l1_regularization_strength:
            moved = jnp.sign(moved) * jnp.maximum(jnp.abs(moved) - rate * self.l1_regularization_strength, 0)
        return moved / (1 + rate * self.l2_regularization_strength), {}
