"""RMSProp: the gradient over the root of its decaying mean square, with momentum if wanted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import jax
import jax.numpy as jnp

from estimax.train._learning_rate import LearningRate, Number
from estimax.train._rule import Rule, scalar_like


@dataclass(frozen=True, eq=False)
class RMSPropOptimizer(Rule):
    """Divides the gradient by the root of its decaying mean square.

    `s += (1 - decay) * (g^2 - s)`, `m = momentum * m + rate * g / sqrt(s + epsilon)`,
    `w -= m`. `s` starts at one and epsilon stands inside the root. Tieleman and
    Hinton, "Neural Networks for Machine Learning", lecture 6.5 (2012). With
    `centered` the root is of the variance `s - mean(g)^2`: Graves, "Generating
    Sequences With Recurrent Neural Networks" (2013).

    Args:
        learning_rate: a number, an array, a schedule or a function of no arguments.
        decay: the share of the means that a step keeps.
        momentum: the share of the last step that is added to the next one.
        epsilon: keeps the division finite.
        use_locking: accepted for programs that pass it; it has no effect.
        centered: whether to divide by the deviation instead of the root mean square.
        name: of the optimizer and of its slots.

    Example:
        >>> import estimax as tf
        >>> tf.train.RMSPropOptimizer(0.01).slots()
        {'RMSProp': 1.0, 'RMSProp_1': 0.0}
    """

    learning_rate: LearningRate
    decay: float = 0.9
    momentum: Number = 0.0
    epsilon: float = 1e-10
    use_locking: bool = False
    centered: bool = False
    name: str = "RMSProp"

    def slots(self) -> dict[str, float]:
        """Returns the slots: the mean square, with `centered` the mean, and the last step."""
        if self.centered:
            return {self.name: 1.0, f"{self.name}_1": 0.0, f"{self.name}_2": 0.0}
        return {self.name: 1.0, f"{self.name}_1": 0.0}

    def update(
        self,
        param: jax.Array,
        slots: Mapping[str, jax.Array],
        gradient: jax.Array,
        scalars: Mapping[str, jax.Array],
        learning_rate: Number,
        step: Number,
    ) -> tuple[jax.Array, dict[str, jax.Array]]:
        """Returns the parameter and the slots after one step."""
        rate, momentum = scalar_like(learning_rate, param), scalar_like(self.momentum, param)
        share = 1 - scalar_like(self.decay, param)
        square_name, *mean_name, last_name = self.slots()
        square = slots[square_name] + share * (jnp.square(gradient) - slots[square_name])
        means = {name: slots[name] + share * (gradient - slots[name]) for name in mean_name}
        variance = square - sum(jnp.square(mean) for mean in means.values()) if means else square
        last = momentum * slots[last_name] + rate * gradient / jnp.sqrt(variance + self.epsilon)
        return param - last, {square_name: square, **means, last_name: last}
