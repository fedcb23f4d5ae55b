"""Gradient descent with momentum, plain or in Nesterov's form."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import jax

from estimax.train._learning_rate import LearningRate, Number
from estimax.train._rule import Rule, scalar_like


@dataclass(frozen=True, eq=False)
class MomentumOptimizer(Rule):
    """Follows a decaying sum of the gradients: `m = momentum * m + g`, `w -= rate * m`.

    With `use_nesterov` the step is `w -= rate * (g + momentum * m)`, the form of
    Sutskever et al., "On the importance of initialization and momentum in deep
    learning" (2013).

    Args:
        learning_rate: a number, an array, a schedule or a function of no arguments.
        momentum: the share of the sum that a step keeps, usually 0.9.
        use_locking: accepted for programs that pass it; it has no effect.
        name: of the optimizer and of its slot.
        use_nesterov: whether to look one step ahead.

    Example:
        >>> import estimax as tf
        >>> tf.train.MomentumOptimizer(0.1, 0.9).slots()
        {'Momentum': 0.0}
    """

    learning_rate: LearningRate
    momentum: Number
    use_locking: bool = False
    name: str = "Momentum"
    use_nesterov: bool = False

    def slots(self) -> dict[str, float]:
        """Returns the slot of the decaying sum, which starts at zero."""
        return {self.name: 0.0}

    def update(
        self,
        param: jax.Array,
        slots: Mapping[str, jax.Array],
        gradient: jax.Array,
        scalars: Mapping[str, jax.Array],
        learning_rate: Number,
        step: Number,
    ) -> tuple[jax.Array, dict[str, jax.Array]]:
        """Returns the parameter and the decaying sum after one step."""
        rate, momentum = scalar_like(learning_rate, param), scalar_like(self.momentum, param)
        total = momentum * slots[self.name] + gradient
        direction = gradient + momentum * total if self.use_nesterov else total
        return param - rate * direction, {self.name: total}
