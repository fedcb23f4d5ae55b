"""RMSprop in Keras' form, which with momentum is another rule than without."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import jax
import jax.numpy as jnp

from estimax._base._errors import InvalidArgumentError
from estimax.optimizers._optimizer import Optimizer
from estimax.train._learning_rate import LearningRate, Number
from estimax.train._rule import scalar_like


@dataclass(eq=False)
class RMSprop(Optimizer):
    """Divides the gradient by the root of its decaying mean square.

    `s += (1 - rho) * (g^2 - s)` and `w -= rate * g / (sqrt(s) + epsilon)`. With momentum epsilon
    stands inside the root: `m = momentum * m + rate * g / sqrt(s + epsilon)`, `w -= m`. Tieleman
    and Hinton, "Neural Networks for Machine Learning", lecture 6.5 (2012). With `centered` the
    root is of the variance `s - mean(g)^2`.

    Without momentum, means of rows of a table that a batch did not look up decay, and the
    values stay; with momentum these rows keep both.

    Args:
        learning_rate: a number, an array, a schedule or a function of no arguments.
        rho: the share of the means that a step keeps.
        momentum: the share of the last step that is added to the next one, from 0 to 1.
        epsilon: keeps the division finite.
        centered: whether to divide by the deviation instead of the root mean square.
        name: of the optimizer, in checkpoints.
        clipnorm, clipvalue, global_clipnorm, decay, lr: see `Optimizer`.

    Raises:
        InvalidArgumentError: the momentum is not between 0 and 1.

    Example:
        >>> import estimax as tf
        >>> tf.optimizers.RMSprop(momentum=0.9).slots()
        {'rms': 0.0, 'momentum': 0.0}
    """

    hyperparameters = ("rho", "momentum")

    learning_rate: LearningRate = 0.001
    rho: float = 0.9
    momentum: Number = 0.0
    epsilon: float = 1e-7
    centered: bool = False
    name: str = "RMSprop"

    def __post_init__(self) -> None:
        super().__post_init__()
        if isinstance(self.momentum, int | float) and not 0 <= self.momentum <= 1:
            raise InvalidArgumentError(f"momentum of RMSprop must be between 0 and 1; got {self.momentum}")

    @property
    def _has_momentum(self) -> bool:
        return not isinstance(self.momentum, int | float) or self.momentum > 0

    @property
    def rows_only(self) -> bool:
        return self._has_momentum

    @property
    def keeps_other_rows(self) -> bool:
        return True

    def slots(self) -> dict[str, float]:
        """Returns the slots: the mean square, the last step, the mean."""
        slots = {"rms": 0.0}
        if self._has_momentum:
            slots["momentum"] = 0.0
        if self.centered:
            slots["mg"] = 0.0
        return slots

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
        rate, share = scalar_like(learning_rate, param), 1 - scalar_like(self.rho, param)
        after = {"rms": slots["rms"] + share * (jnp.square(gradient) - slots["rms"])}
        variance = after["rms"]
        if self.centered:
            after["mg"] = slots["mg"] + share * (gradient - slots["mg"])
            variance = variance - jnp.square(after["mg"])
        if self._has_momentum:
            momentum = scalar_like(self.momentum, param)
            after["momentum"] = momentum * slots["momentum"] + rate * gradient / jnp.sqrt(variance + self.epsilon)
            moved = param - after["momentum"]
        else:
            moved = param - rate * gradient / (jnp.sqrt(variance) + self.epsilon)
        return moved, {name: after[name] for name in self.slots()}
