"""Adam and Adamax, in Keras' form."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import jax
import jax.numpy as jnp

from estimax.optimizers._optimizer import Optimizer
from estimax.train._learning_rate import LearningRate, Number
from estimax.train._rule import scalar_like


@dataclass(eq=False)
class Adam(Optimizer):
    """Steps by the mean gradient over the root of the mean squared gradient.

    `m += (1 - beta_1) * (g - m)`, `v += (1 - beta_2) * (g^2 - v)` and
    `w -= rate * sqrt(1 - beta_2^t) / (1 - beta_1^t) * m / (sqrt(v) + epsilon)`: Kingma and
    Ba, "Adam: A Method for Stochastic Optimization" (2015). With `amsgrad` the greatest `v`
    so far takes its place: Reddi, Kale and Kumar, "On the Convergence of Adam and Beyond"
    (2018). Rows of a table that a batch did not look up move too, because their means decay.

    Args:
        learning_rate: a number, an array, a schedule or a function of no arguments.
        beta_1: the share of the mean gradient that a step keeps.
        beta_2: the share of the mean squared gradient that a step keeps.
        epsilon: keeps the division finite.
        amsgrad: whether to divide by the greatest mean so far.
        name: of the optimizer, in checkpoints.
        clipnorm, clipvalue, global_clipnorm, decay, lr: see `Optimizer`.

    Example:
        >>> import estimax as tf
        >>> tf.optimizers.Adam(amsgrad=True).slots()
        {'m': 0.0, 'v': 0.0, 'vhat': 0.0}
    """

    hyperparameters = ("beta_1", "beta_2")

    learning_rate: LearningRate = 0.001
    beta_1: float = 0.9
    beta_2: float = 0.999
    epsilon: float = 1e-7
    amsgrad: bool = False
    name: str = "Adam"

    @property
    def rows_only(self) -> bool:
        return False

    def slots(self) -> dict[str, float]:
        """Returns the slots of the mean gradient and of the mean squared gradient."""
        return {"m": 0.0, "v": 0.0, "vhat": 0.0} if self.amsgrad else {"m": 0.0, "v": 0.0}

    def update(
        self,
        param: jax.Array,
        slots: Mapping[str, jax.Array],
        gradient: jax.Array,
        scalars: Mapping[str, jax.Array],
        learning_rate: Number,
        step: Number,
    ) -> tuple[jax.Array, dict[str, jax.Array]]:
        """Returns the parameter and the means after one step."""
        beta1, beta2 = scalar_like(self.beta_1, param), scalar_like(self.beta_2, param)
        power1, power2 = power_of(self.beta_1, step), power_of(self.beta_2, step)
        rate = scalar_like(jnp.float32(learning_rate) * jnp.sqrt(1 - power2) / (1 - power1), param)
        mean = slots["m"] + (1 - beta1) * (gradient - slots["m"])
        square = slots["v"] + (1 - beta2) * (jnp.square(gradient) - slots["v"])
        after = {"m": mean, "v": square}
        if self.amsgrad:
            after["vhat"] = jnp.maximum(slots["vhat"], square)
        return param - rate * mean / (jnp.sqrt(after.get("vhat", square)) + self.epsilon), after


@dataclass(eq=False)
class Adamax(Optimizer):
    """Steps by the mean gradient over the greatest gradient, which decays.

    `m += (1 - beta_1) * (g - m)`, `v = max(beta_2 * v, |g|)` and
    `w -= rate / (1 - beta_1^t) * m / (v + epsilon)`: Kingma and Ba (2015), section 7.1. Rows
    of a table that a batch did not look up keep their values and means.

    Args:
        learning_rate: a number, an array, a schedule or a function of no arguments.
        beta_1: the share of the mean gradient that a step keeps.
        beta_2: the share of the greatest gradient that a step keeps.
        epsilon: keeps the division finite.
        name: of the optimizer, in checkpoints.
        clipnorm, clipvalue, global_clipnorm, decay, lr: see `Optimizer`.

    Example:
        >>> import estimax as tf
        >>> tf.optimizers.Adamax().slots()
        {'m': 0.0, 'v': 0.0}
    """

    hyperparameters = ("beta_1", "beta_2")

    learning_rate: LearningRate = 0.001
    beta_1: float = 0.9
    beta_2: float = 0.999
    epsilon: float = 1e-7
    name: str = "Adamax"

    def slots(self) -> dict[str, float]:
        """Returns the slots of the mean gradient and of the greatest gradient."""
        return {"m": 0.0, "v": 0.0}

    def update(
        self,
        param: jax.Array,
        slots: Mapping[str, jax.Array],
        gradient: jax.Array,
        scalars: Mapping[str, jax.Array],
        learning_rate: Number,
        step: Number,
    ) -> tuple[jax.Array, dict[str, jax.Array]]:
        """Returns the parameter, the mean and the greatest gradient after one step."""
        beta1, beta2 = scalar_like(self.beta_1, param), scalar_like(self.beta_2, param)
        rate = scalar_like(jnp.float32(learning_rate) / (1 - power_of(self.beta_1, step)), param)
        mean = slots["m"] + (1 - beta1) * (gradient - slots["m"])
        greatest = jnp.maximum(beta2 * slots["v"], jnp.abs(gradient))
        return param - rate * mean / (greatest + self.epsilon), {"m": mean, "v": greatest}


def power_of(beta: float, step: Number) -> jax.Array:
    """Returns a beta to the power of the number of this step, counted from 1."""
    return jnp.power(jnp.float32(beta), jnp.asarray(step, jnp.float32) + 1)
