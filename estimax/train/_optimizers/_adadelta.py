"""Adadelta: steps in the units of the parameter, from two decaying mean squares."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import jax
import jax.numpy as jnp

from estimax.train._learning_rate import LearningRate, Number
from estimax.train._rule import Rule, scalar_like


@dataclass(frozen=True, eq=False)
class AdadeltaOptimizer(Rule):
    """Scales the gradient by the ratio of past steps to past gradients.

    `s = rho * s + (1 - rho) * g^2`, `u = sqrt(d + epsilon) / sqrt(s + epsilon) * g`,
    `d = rho * d + (1 - rho) * u^2` and `w -= rate * u`. Zeiler, "ADADELTA: An Adaptive
    Learning Rate Method" (2012), whose own rule has a rate of 1.

    Args:
        learning_rate: a number, an array, a schedule or a function of no arguments.
        rho: the share of both mean squares that a step keeps.
        epsilon: lets the first steps be more than zero.
        use_locking: accepted for programs that pass it; it has no effect.
        name: of the optimizer and of its slots.

    Example:
        >>> import estimax as tf
        >>> tf.train.AdadeltaOptimizer(1.0).slots()
        {'Adadelta': 0.0, 'Adadelta_1': 0.0}
    """

    learning_rate: LearningRate = 0.001
    rho: float = 0.95
    epsilon: float = 1e-8
    use_locking: bool = False
    name: str = "Adadelta"

    def slots(self) -> dict[str, float]:
        """Returns the slots of the mean squared gradient and of the mean squared step."""
        return {self.name: 0.0, f"{self.name}_1": 0.0}

    def update(
        self,
        param: jax.Array,
        slots: Mapping[str, jax.Array],
        gradient: jax.Array,
        scalars: Mapping[str, jax.Array],
        learning_rate: Number,
        step: Number,
    ) -> tuple[jax.Array, dict[str, jax.Array]]:
        """Returns the parameter and both mean squares after one step."""
        rho = scalar_like(self.rho, param)
        gradients_name, steps_name = self.slots()
        gradients = rho * slots[gradients_name] + (1 - rho) * jnp.square(gradient)
        move = jnp.sqrt(slots[steps_name] + self.epsilon) / jnp.sqrt(gradients + self.epsilon) * gradient
        steps = rho * slots[steps_name] + (1 - rho) * jnp.square(move)
        moved = param - scalar_like(learning_rate, param) * move
        return moved, {gradients_name: gradients, steps_name: steps}
