"""FTRL-Proximal under Keras' names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import jax

from estimax.optimizers._optimizer import Optimizer
from estimax.train._learning_rate import LearningRate, Number
from estimax.train._optimizers import FtrlOptimizer


@dataclass(eq=False)
class Ftrl(Optimizer):
    """Solves for the weight that fits all gradients so far under L1 and L2 penalties.

    The rule is that of `train.FtrlOptimizer`: McMahan et al., "Ad Click Prediction: a View
    from the Trenches" (2013).

    Args:
        learning_rate: a number, an array, a schedule or a function of no arguments.
        learning_rate_power: zero or negative; zero keeps the learning rate constant.
        initial_accumulator_value: where the sum of squares starts; zero or positive.
        l1_regularization_strength: of the L1 penalty; zero or positive.
        l2_regularization_strength: of the L2 penalty on the weights; zero or positive.
        name: of the optimizer, in checkpoints.
        l2_shrinkage_regularization_strength: of an L2 penalty that is added to the
            gradient only; zero or positive.
        beta: added to the root of the sum of squares.
        clipnorm, clipvalue, global_clipnorm, decay, lr: see `Optimizer`.

    Raises:
        InvalidArgumentError: a strength or the initial value is negative, or the power is positive.

    Example:
        >>> import estimax as tf
        >>> tf.optimizers.Ftrl(0.2, l1_regularization_strength=0.01).slots()
        {'accumulator': 0.1, 'linear': 0.0}
    """

    hyperparameters = ("learning_rate_power", "l1_regularization_strength", "l2_regularization_strength", "beta")

    learning_rate: LearningRate = 0.001
    learning_rate_power: float = -0.5
    initial_accumulator_value: float = 0.1
    l1_regularization_strength: float = 0.0
    l2_regularization_strength: float = 0.0
    name: str = "Ftrl"
    l2_shrinkage_regularization_strength: float = 0.0
    beta: float = 0.0

    def __post_init__(self) -> None:
        super().__post_init__()
        self._rule()

    def _rule(self) -> FtrlOptimizer:
        return FtrlOptimizer(
            1.0,
            learning_rate_power=self.learning_rate_power,
            initial_accumulator_value=self.initial_accumulator_value,
            l1_regularization_strength=self.l1_regularization_strength,
            l2_regularization_strength=self.l2_regularization_strength,
            accum_name="accumulator",
            linear_name="linear",
            l2_shrinkage_regularization_strength=self.l2_shrinkage_regularization_strength,
            beta=self.beta,
        )

    def slots(self) -> dict[str, float]:
        """Returns the slots of the sum of squares and of the linear term."""
        return self._rule().slots()

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
        return self._rule().update(param, slots, gradient, scalars, learning_rate, step)
