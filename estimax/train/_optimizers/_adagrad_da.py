"""Adagrad in its dual averaging form: weights follow from all gradients so far, and L1 makes them zero."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp

from estimax.train._learning_rate import LearningRate, Number
from estimax.train._optimizer import require_at_least_zero, require_positive
from estimax.train._rule import Rule, scalar_like


@dataclass(frozen=True, eq=False)
class AdagradDAOptimizer(Rule):
    """Computes the weight anew from the sum of gradients and the sum of their squares.

    With `t` steps done, this one included, `s += g`, `q += g^2` and
    `w = -rate * sign(s) * max(|s| - l1 * t, 0) / (l2 * t * rate + sqrt(q))`. Duchi, Hazan
    and Singer, "Adaptive Subgradient Methods for Online Learning and Stochastic
    Optimization" (2011), section 5. The initial weight plays no part in it.

    Args:
        learning_rate: a number, an array, a schedule or a function of no arguments.
        global_step: accepted for programs that pass it; the step of the training loop is used.
        initial_gradient_squared_accumulator_value: where the sum of squares starts; positive.
        l1_regularization_strength: of the L1 penalty; zero or positive.
        l2_regularization_strength: of the L2 penalty; zero or positive.
        use_locking: accepted for programs that pass it; it has no effect.
        name: of the optimizer and of its slots.

    Raises:
        InvalidArgumentError: a strength is negative or the initial value is not positive.

    Example:
        >>> import estimax as tf
        >>> tf.train.AdagradDAOptimizer(0.1, global_step=None).slots()
        {'AdagradDA': 0.0, 'AdagradDA_1': 0.1}
    """

    learning_rate: LearningRate
    global_step: Any = None
    initial_gradient_squared_accumulator_value: float = 0.1
    l1_regularization_strength: float = 0.0
    l2_regularization_strength: float = 0.0
    use_locking: bool = False
    name: str = "AdagradDA"

    def __post_init__(self) -> None:
        super().__post_init__()
        require_positive(
            "AdagradDAOptimizer",
            initial_gradient_squared_accumulator_value=self.initial_gradient_squared_accumulator_value,
        )
        require_at_least_zero(
            "AdagradDAOptimizer",
            l1_regularization_strength=self.l1_regularization_strength,
            l2_regularization_strength=self.l2_regularization_strength,
        )

    def slots(self) -> dict[str, float]:
        """Returns the slots of the sum of gradients and of the sum of squares."""
        return {self.name: 0.0, f"{self.name}_1": self.initial_gradient_squared_accumulator_value}

    def update(
        self,
        param: jax.Array,
        slots: Mapping[str, jax.Array],
        gradient: jax.Array,
        scalars: Mapping[str, jax.Array],
        learning_rate: Number,
        step: Number,
    ) -> tuple[jax.Array, dict[str, jax.Array]]:
        """Returns the parameter and both sums after one step."""
        sum_name, squares_name = self.slots()
        total, squares = slots[sum_name] + gradient, slots[squares_name] + jnp.square(gradient)
        rate, steps = scalar_like(learning_rate, param), scalar_like(step, param) + 1
        shrunk = total
        if self.l1_regularization_strength:
            shrunk = jnp.sign(total) * jnp.maximum(jnp.abs(total) - self.l1_regularization_strength * steps, 0)
        moved = -rate * shrunk / (self.l2_regularization_strength * steps * rate + jnp.sqrt(squares))
        return moved, {sum_name: total, squares_name: squares}
