"""Adadelta under Keras' names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import jax
import jax.numpy as jnp

from estimax.optimizers._optimizer import Optimizer
from estimax.train._learning_rate import LearningRate, Number
from estimax.train._rule import scalar_like


@dataclass(eq=False)
class Adadelta(Optimizer):
    """Scales the gradient by the ratio of past steps to past gradients.

    `s = rho * s + (1 - rho) * g^2`, `u = sqrt(d + epsilon) / sqrt(s + epsilon) * g`,
    `d = rho * d + (1 - rho) * u^2` and `w -= rate * u`. Zeiler, "ADADELTA: An Adaptive
    Learning Rate Method" (2012), whose own rule has a rate of 1.

    Args:
        learning_rate: a number, an array, a schedule or a function of no arguments.
        rho: the share of both mean squares that a step keeps.
        epsilon: lets the first steps be more than zero.
        name: of the optimizer, in checkpoints.
        clipnorm, clipvalue, global_clipnorm, decay, lr: see `Optimizer`.

    Example:
        >>> import estimax as tf
        >>> tf.optimizers.Adadelta(1.0).slots()
        {'accum_grad': 0.0, 'accum_var': 0.0}
    """

    hyperparameters = ("rho",)

    learning_rate: LearningRate = 0.001
    rho: float = 0.95
    epsilon: float = 1e-7
    name: str = "Adadelta"

    def slots(self) -> dict[str, float]:
        """Returns the slots of the mean squared gradient and of the mean squared step."""
        return {"accum_grad": 0.0, "accum_var": 0.0}

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
        gradients = rho * slots["accum_grad"] + (1 - rho) * jnp.square(gradient)
        move = jnp.sqrt(slots["accum_var"] + self.epsilon) / jnp.sqrt(gradients + self.epsilon) * gradient
        steps = rho * slots["accum_var"] + (1 - rho) * jnp.square(move)
        return param - scalar_like(learning_rate, param) * move, {"accum_grad": gradients, "accum_var": steps}
