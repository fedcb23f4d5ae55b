"""Plain gradient descent: the rule without state."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import jax

from estimax.train._learning_rate import LearningRate, Number
from estimax.train._rule import Rule, scalar_like


@dataclass(frozen=True, eq=False)
class GradientDescentOptimizer(Rule):
    """Subtracts the gradient times the learning rate: `w -= rate * g`.

    Args:
        learning_rate: a number, an array, a schedule or a function of no arguments.
        use_locking: accepted for programs that pass it; it has no effect.
        name: of the optimizer.

    Example:
        >>> import estimax as tf
        >>> tf.train.GradientDescentOptimizer(0.1).slots()
        {}
    """

    learning_rate: LearningRate
    use_locking: bool = False
    name: str = "GradientDescent"

    @property
    def zero_gradient_changes_nothing(self) -> bool:
        return True

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
        return param - scalar_like(learning_rate, param) * gradient, {}
