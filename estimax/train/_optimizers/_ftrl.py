"""FTRL-Proximal: the rule for wide linear models, with weights that are exactly zero under L1."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import jax
import jax.numpy as jnp

from estimax._base._errors import InvalidArgumentError
from estimax.train._learning_rate import LearningRate, Number
from estimax.train._optimizer import require_at_least_zero
from estimax.train._rule import Rule, scalar_like


@dataclass(frozen=True, eq=False)
class FtrlOptimizer(Rule):
    """Solves for the weight that fits all gradients so far under L1 and L2 penalties.

    With `h = g + 2 * l2_shrinkage * w` and `p = -learning_rate_power`: `n' = n + g^2`,
    `z += h - (n'^p - n^p) / rate * w`, and then
    `w = (sign(z) * l1 - z) / ((beta + n'^p) / rate + 2 * l2)` where `|z| > l1`, else 0.
    McMahan et al., "Ad Click Prediction: a View from the Trenches" (2013), with their
    alpha as `rate`. The weight follows from `n` and `z` alone, so its own initial
    value is felt through `z` only.

    Args:
        learning_rate: a number, an array, a schedule or a function of no arguments.
        learning_rate_power: zero or negative; zero keeps the learning rate constant.
        initial_accumulator_value: where the sum of squares starts; zero or positive.
        l1_regularization_strength: of the L1 penalty; zero or positive.
        l2_regularization_strength: of the L2 penalty on the weights; zero or positive.
        use_locking: accepted for programs that pass it; it has no effect.
        name: of the optimizer and of its slots.
        accum_name: another name for the slot of the sum of squares.
        linear_name: another name for the slot of the linear term.
        l2_shrinkage_regularization_strength: of an L2 penalty that is added to the
            gradient only; zero or positive.
        beta: added to the root of the sum of squares; zero if None.

    Raises:
        InvalidArgumentError: a strength or the initial value is negative, or the power is positive.

    Example:
        >>> import estimax as tf
        >>> tf.train.FtrlOptimizer(0.2, l1_regularization_strength=0.01).slots()
        {'Ftrl': 0.1, 'Ftrl_1': 0.0}
    """

    learning_rate: LearningRate
    learning_rate_power: float = -0.5
    initial_accumulator_value: float = 0.1
    l1_regularization_strength: float = 0.0
    l2_regularization_strength: float = 0.0
    use_locking: bool = False
    name: str = "Ftrl"
    accum_name: str | None = None
    linear_name: str | None = None
    l2_shrinkage_regularization_strength: float = 0.0
    beta: float | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.learning_rate_power > 0:
            given = self.learning_rate_power
            raise InvalidArgumentError(f"learning_rate_power of FtrlOptimizer must be zero or negative; got {given}")
        require_at_least_zero(
            "FtrlOptimizer",
            initial_accumulator_value=self.initial_accumulator_value,
            l1_regularization_strength=self.l1_regularization_strength,
            l2_regularization_strength=self.l2_regularization_strength,
            l2_shrinkage_regularization_strength=self.l2_shrinkage_regularization_strength,
            beta=self.beta or 0.0,
        )

    def slots(self) -> dict[str, float]:
        """Returns the slots of the sum of squares and of the linear term."""
        squares = self.accum_name or self.name
        linear = self.linear_name or self.name
        return {squares: self.initial_accumulator_value, linear if linear != squares else f"{linear}_1": 0.0}

    def update(
        self,
        param: jax.Array,
        slots: Mapping[str, jax.Array],
        gradient: jax.Array,
        scalars: Mapping[str, jax.Array],
        learning_rate: Number,
        step: Number,
    ) -> tuple[jax.Array, dict[str, jax.Array]]:
        """Returns the parameter, the sum of squares and the linear term after one step."""
        rate, l1 = scalar_like(learning_rate, param), scalar_like(self.l1_regularization_strength, param)
        squares_name, linear_name = self.slots()
        shrunk = gradient
        if self.l2_shrinkage_regularization_strength:
            shrunk = gradient + 2 * self.l2_shrinkage_regularization_strength * param
        squares = slots[squares_name] + jnp.square(gradient)
        before, after = self._power(slots[squares_name]), self._power(squares)
        linear = slots[linear_name] + shrunk - (after - before) / rate * param
        curvature = (after + (self.beta or 0.0)) / rate + 2 * self.l2_regularization_strength
        solved = (jnp.sign(linear) * l1 - linear) / curvature
        return jnp.where(jnp.abs(linear) > l1, solved, 0), {squares_name: squares, linear_name: linear}

    def _power(self, squares: jax.Array) -> jax.Array:
        """Returns the sum of squares to the negated power; a root for the usual -0.5, which is faster and exact."""
        if self.learning_rate_power == -0.5:
            return jnp.sqrt(squares)
        return jnp.power(squares, -self.learning_rate_power)
