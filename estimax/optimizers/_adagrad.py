"""Adagrad with an epsilon, in Keras' form."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import jax
import jax.numpy as jnp

from estimax.optimizers._optimizer import Optimizer
from estimax.train._learning_rate import LearningRate, Number
from estimax.train._optimizer import require_at_least_zero
from estimax.train._rule import scalar_like


@dataclass(eq=False)
class Adagrad(Optimizer):
    """Divides by the root of the sum of squared gradients: `a += g^2`, `w -= rate * g / (sqrt(a) + epsilon)`.

    Duchi, Hazan and Singer, "Adaptive Subgradient Methods for Online Learning and
    Stochastic Optimization" (2011).

    Args:
        learning_rate: a number, an array, a schedule or a function of no arguments.
        initial_accumulator_value: where the sum of squares starts; zero or positive.
        epsilon: keeps the division finite.
        name: of the optimizer, in checkpoints.
        clipnorm, clipvalue, global_clipnorm, decay, lr: see `Optimizer`.

    Raises:
        InvalidArgumentError: the initial value is negative.

    Example:
        >>> import estimax as tf
        >>> tf.optimizers.Adagrad(0.1).slots()
        {'accumulator': 0.1}
    """

    learning_rate: LearningRate = 0.001
    initial_accumulator_value: float = 0.1
    epsilon: float = 1e-7
    name: str = "Adagrad"

    def __post_init__(self) -> None:
        super().__post_init__()
        require_at_least_zero("Adagrad", initial_accumulator_value=self.initial_accumulator_value, epsilon=self.epsilon)

    @property
    def zero_gradient_changes_nothing(self) -> bool:
        return self.epsilon > 0

    def slots(self) -> dict[str, float]:
        """Returns the slot of the sum of squares and its initial value."""
        return {"accumulator": self.initial_accumulator_value}

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
        squares = slots["accumulator"] + jnp.square(gradient)
        move = scalar_like(learning_rate, param) * gradient / (jnp.sqrt(squares) + self.epsilon)
        return param - move, {"accumulator": squares}
