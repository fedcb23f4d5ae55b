"""Adagrad: a learning rate for each element that shrinks with the gradients it has seen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import jax
import jax.numpy as jnp

from estimax.train._learning_rate import LearningRate, Number
from estimax.train._optimizer import require_positive
from estimax.train._rule import Rule, scalar_like


@dataclass(frozen=True, eq=False)
class AdagradOptimizer(Rule):
    """Divides by the root of the sum of squared gradients: `a += g^2`, `w -= rate * g / sqrt(a)`.

    From Duchi, Hazan and Singer, "Adaptive Subgradient Methods for Online Learning
    and Stochastic Optimization" (2011), with a positive start of the sum in place
    of an epsilon.

    Args:
        learning_rate: a number, an array, a schedule or a function of no arguments.
        initial_accumulator_value: where the sum of squares starts; positive.
        use_locking: accepted for programs that pass it; it has no effect.
        name: of the optimizer and of its slot.

    Raises:
        InvalidArgumentError: the initial value is not positive.

    Example:
        >>> import estimax as tf
        >>> tf.train.AdagradOptimizer(0.1, initial_accumulator_value=0.5).slots()
        {'Adagrad': 0.5}
    """

    learning_rate: LearningRate
    initial_accumulator_value: float = 0.1
    use_locking: bool = False
    name: str = "Adagrad"

    def __post_init__(self) -> None:
        super().__post_init__()
        require_positive("AdagradOptimizer", initial_accumulator_value=self.initial_accumulator_value)

    @property
    def zero_gradient_changes_nothing(self) -> bool:
        return True

    def slots(self) -> dict[str, float]:
        """Returns the slot of the sum of squares and its initial value."""
        return {self.name: self.initial_accumulator_value}

    def update(
        self,
        param: jax.Array,
        slots: Mapping[str, jax.Array],
        gradient: jax.Array,
        scalars: Mapping[str, jax.Array],
        learning_rate: Number,
        step: Number,
    ) -> tuple[jax.Array, dict[str, jax.Array]]:
        """Returns the parameter and the sum of squares after one step."""
        squares = slots[self.name] + jnp.square(gradient)
        return param - scalar_like(learning_rate, param) * gradient / jnp.sqrt(squares), {self.name: squares}
