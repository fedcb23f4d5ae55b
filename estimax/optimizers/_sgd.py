"""Gradient descent in Keras' form: momentum sums steps, not gradients."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import jax

from estimax._base._errors import InvalidArgumentError
from estimax.optimizers._optimizer import Optimizer
from estimax.train._learning_rate import LearningRate, Number
from estimax.train._rule import scalar_like


@dataclass(eq=False)
class SGD(Optimizer):
    """Subtracts the gradient times the learning rate, with momentum if wanted.

    `m = momentum * m - rate * g`, `w += m`; with `nesterov` `w += momentum * m - rate * g`:
    Sutskever et al., "On the importance of initialization and momentum in deep learning" (2013).

    Args:
        learning_rate: a number, an array, a schedule or a function of no arguments.
        momentum: the share of the last step that is added to the next one, from 0 to 1.
        nesterov: whether to look one step ahead.
        name: of the optimizer, in checkpoints.
        clipnorm, clipvalue, global_clipnorm, decay, lr: see `Optimizer`.

    Raises:
        InvalidArgumentError: the momentum is not between 0 and 1.

    Example:
        >>> import estimax as tf
        >>> tf.optimizers.SGD(0.1, momentum=0.9).slots()
        {'momentum': 0.0}
    """

    hyperparameters = ("momentum",)

    learning_rate: LearningRate = 0.01
    momentum: Number = 0.0
    nesterov: bool = False
    name: str = "SGD"

    def __post_init__(self) -> None:
        super().__post_init__()
        if isinstance(self.momentum, int | float) and not 0 <= self.momentum <= 1:
            raise InvalidArgumentError(f"momentum of SGD must be between 0 and 1; got {self.momentum}")

    @property
    def _has_momentum(self) -> bool:
        return not isinstance(self.momentum, int | float) or self.momentum > 0

    @property
    def zero_gradient_changes_nothing(self) -> bool:
        return not self._has_momentum

    def slots(self) -> dict[str, float]:
        """Returns the slot of the last step, with momentum."""
        return {"momentum": 0.0} if self._has_momentum else {}

    def update(
        self,
        param: jax.Array,
        slots: Mapping[str, jax.Array],
        gradient: jax.Array,
        scalars: Mapping[str, jax.Array],
        learning_rate: Number,
        step: Number,
    ) -> tuple[jax.Array, dict[str, jax.Array]]:
        """Returns the parameter and the last step."""
        move = scalar_like(learning_rate, param) * gradient
        if not self._has_momentum:
            return param - move, {}
        momentum = scalar_like(self.momentum, param)
        last = momentum * slots["momentum"] - move
        return param + (momentum * last - move if self.nesterov else last), {"momentum": last}
