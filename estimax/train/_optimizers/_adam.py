"""Adam: decaying means of the gradient and of its square, corrected for their start at zero."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import jax
import jax.numpy as jnp

from estimax.train._learning_rate import LearningRate, Number
from estimax.train._rule import Rule, scalar_like


@dataclass(frozen=True, eq=False)
class AdamOptimizer(Rule):
    """Steps by the mean gradient over the root of the mean squared gradient.

    `m += (1 - beta1) * (g - m)`, `v += (1 - beta2) * (g^2 - v)` and
    `w -= rate * sqrt(1 - beta2^t) / (1 - beta1^t) * m / (sqrt(v) + epsilon)`:
    Kingma and Ba, "Adam: A Method for Stochastic Optimization" (2015), in the order
    of computation given at the end of their section 2. The powers of the betas are
    scalars of the optimizer. Rows of a table that a batch did not look up move too,
    because their means decay.

    Args:
        learning_rate: a number, an array, a schedule or a function of no arguments.
        beta1: the share of the mean gradient that a step keeps.
        beta2: the share of the mean squared gradient that a step keeps.
        epsilon: keeps the division finite.
        use_locking: accepted for programs that pass it; it has no effect.
        name: of the optimizer and of its slots.

    Example:
        >>> import estimax as tf
        >>> tf.train.AdamOptimizer().slots()
        {'Adam': 0.0, 'Adam_1': 0.0}
    """

    learning_rate: LearningRate = 0.001
    beta1: float = 0.9
    beta2: float = 0.999
    epsilon: float = 1e-8
    use_locking: bool = False
    name: str = "Adam"

    @property
    def rows_only(self) -> bool:
        return False

    def slots(self) -> dict[str, float]:
        """Returns the slots of the mean gradient and of the mean squared gradient."""
        return {self.name: 0.0, f"{self.name}_1": 0.0}

    def scalars(self) -> dict[str, float]:
        """Returns the powers of the betas at the first step."""
        return {"beta1_power": self.beta1, "beta2_power": self.beta2}

    def update(
        self,
        param: jax.Array,
        slots: Mapping[str, jax.Array],
        gradient: jax.Array,
        scalars: Mapping[str, jax.Array],
        learning_rate: Number,
        step: Number,
    ) -> tuple[jax.Array, dict[str, jax.Array]]:
        """Returns the parameter and both means after one step."""
        beta1, beta2 = scalar_like(self.beta1, param), scalar_like(self.beta2, param)
        power1, power2 = scalar_like(scalars["beta1_power"], param), scalar_like(scalars["beta2_power"], param)
        first, second = self.slots()
        mean = slots[first] + (1 - beta1) * (gradient - slots[first])
        square = slots[second] + (1 - beta2) * (jnp.square(gradient) - slots[second])
        rate = scalar_like(learning_rate, param) * jnp.sqrt(1 - power2) / (1 - power1)
        return param - rate * mean / (jnp.sqrt(square) + self.epsilon), {first: mean, second: square}

    def update_scalars(self, scalars: Mapping[str, jax.Array], step: Number) -> dict[str, jax.Array]:
        """Returns the next powers of the betas."""
        return {
            "beta1_power": scalars["beta1_power"] * self.beta1,
            "beta2_power": scalars["beta2_power"] * self.beta2,
        }
