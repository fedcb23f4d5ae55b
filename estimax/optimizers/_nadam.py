"""Adam with Nesterov's momentum, in Keras' form."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import jax
import jax.numpy as jnp

from estimax._base._errors import InvalidArgumentError
from estimax.optimizers._adam import power_of
from estimax.optimizers._optimizer import Optimizer
from estimax.optimizers.schedules import LearningRateSchedule
from estimax.train._learning_rate import LearningRate, Number, rate_now
from estimax.train._rule import scalar_like


@dataclass(eq=False)
class Nadam(Optimizer):
    """Adam with Nesterov's momentum, which rises over the first steps.

    The share of the mean in step `t` is `u_t = beta_1 * (1 - 0.5 * 0.96^(t * decay))`; with
    `p_t` the product of all up to `t`, the step is
    `rate * ((1 - u_t) * g / (1 - p_t) + u_(t+1) * m / (1 - p_(t+1))) / (sqrt(v / (1 - beta_2^t)) + epsilon)`.
    Dozat, "Incorporating Nesterov Momentum into Adam" (2016). Of rows of a table that a
    batch did not look up the means decay, and the values stay.

    Args:
        learning_rate: a number, an array or a function of no arguments; not a schedule.
        beta_1: the share of the mean gradient that a step keeps.
        beta_2: the share of the mean squared gradient that a step keeps.
        epsilon: keeps the division finite.
        name: of the optimizer, in checkpoints.
        clipnorm, clipvalue, global_clipnorm, lr: see `Optimizer`.
        decay: of the momentum, not of the learning rate.

    Raises:
        InvalidArgumentError: the learning rate is a schedule.

    Example:
        >>> import estimax as tf
        >>> tf.optimizers.Nadam().slots()
        {'m': 0.0, 'v': 0.0}
    """

    hyperparameters = ("beta_1", "beta_2")

    learning_rate: LearningRate = 0.001
    beta_1: float = 0.9
    beta_2: float = 0.999
    epsilon: float = 1e-7
    name: str = "Nadam"
    decay: float = field(default=0.004, kw_only=True)

    def __post_init__(self) -> None:
        super().__post_init__()
        if isinstance(self.learning_rate, LearningRateSchedule):
            raise InvalidArgumentError("Nadam does not take a schedule as its learning rate; its momentum has its own")

    @property
    def rows_only(self) -> bool:
        return False

    @property
    def keeps_other_rows(self) -> bool:
        return True

    def current_learning_rate(self) -> jax.Array:
        """Returns the learning rate as a float32 scalar."""
        return rate_now(self.learning_rate)

    def slots(self) -> dict[str, float]:
        """Returns the slots of the mean gradient and of the mean squared gradient."""
        return {"m": 0.0, "v": 0.0}

    def scalars(self) -> dict[str, float]:
        """Returns the hyper-parameters and the product of the shares of the mean so far."""
        return {**super().scalars(), "momentum_cache": 1.0}

    def update_scalars(self, scalars: Mapping[str, jax.Array], step: Number) -> dict[str, jax.Array]:
        """Returns the hyper-parameters and the next product."""
        product = scalars["momentum_cache"] * self._share(step, 1)
        return {**super().update_scalars(scalars, step), "momentum_cache": product}

    def _share(self, step: Number, ahead: int) -> jax.Array:
        """Returns the share of the mean that a step keeps; `ahead` counts from the steps that are done."""
        steps = jnp.asarray(step, jnp.float32) + ahead
        return self.beta_1 * (1 - 0.5 * jnp.power(jnp.float32(0.96), self.decay * steps))

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
        beta1, beta2 = scalar_like(self.beta_1, param), scalar_like(self.beta_2, param)
        share, next_share = self._share(step, 1), self._share(step, 2)
        product = scalars["momentum_cache"] * share
        of_gradient = scalar_like((1 - share) / (1 - product), param)
        of_mean = scalar_like(next_share / (1 - product * next_share), param)
        mean = slots["m"] + (1 - beta1) * (gradient - slots["m"])
        square = slots["v"] + (1 - beta2) * (jnp.square(gradient) - slots["v"])
        corrected = square / scalar_like(1 - power_of(self.beta_2, step), param)
        direction = (of_gradient * gradient + of_mean * mean) / (jnp.sqrt(corrected) + self.epsilon)
        return param - scalar_like(learning_rate, param) * direction, {"m": mean, "v": square}
