"""What an optimizer is: an element-wise rule and a description of its state.

A rule sees one block of parameters, the slots of the same shape and the
gradient. Because every element stands alone, the same rule serves a whole array
and the few rows of a table that a batch looked up. `minimize` computes nothing:
it says which loss is to be minimised with which rule, and the training loop acts
on that.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import jax
import jax.numpy as jnp
import numpy as np

from estimax._base._errors import InvalidArgumentError

Number = float | np.ndarray | jax.Array
LearningRate = Number | Callable[[], Number]


class Optimizer(ABC):
    """The interface of every optimizer: a frozen description with a pure update rule.

    Example:
        >>> import estimax as tf
        >>> tf.train.AdagradOptimizer(learning_rate=0.1).slots()
        {'Adagrad': 0.1}
    """

    rows_only: ClassVar[bool] = True
    """Whether rows of a table that a batch did not look up keep their values and slots."""

    zero_gradient_changes_nothing: ClassVar[bool] = False
    """Whether the rule leaves parameter and slots bit for bit alone where the gradient is 0."""

    name: str
    learning_rate: LearningRate

    @abstractmethod
    def slots(self) -> dict[str, float]:
        """Returns the initial value of each slot; `f"{variable}/{suffix}"` is its name in a checkpoint."""

    def scalars(self) -> dict[str, float]:
        """Returns the initial values of the optimizer's own scalars, by their names in a checkpoint."""
        return {}

    @abstractmethod
    def update(
        self,
        param: jax.Array,
        slots: Mapping[str, jax.Array],
        gradient: jax.Array,
        scalars: Mapping[str, jax.Array],
        learning_rate: Number,
        step: Number,
    ) -> tuple[jax.Array, dict[str, jax.Array]]:
        """Returns the parameter and the slots after one step.

        Args:
            param: values of any shape, or some rows of a table.
            slots: arrays of the shape of `param`, under the suffixes of `slots()`.
            gradient: of the loss with respect to `param`, of its shape.
            scalars: the values of `scalars()` before this step.
            learning_rate: of this step, see `current_learning_rate`.
            step: the global step before this step.
        """

    def update_scalars(self, scalars: Mapping[str, jax.Array]) -> dict[str, jax.Array]:
        """Returns the optimizer's scalars after one step; called once a step, after all updates."""
        return dict(scalars)

    def current_learning_rate(self) -> jax.Array:
        """Returns the learning rate as a float32 scalar; calls it first if it is a function."""
        rate = self.learning_rate
        return jnp.asarray(rate() if callable(rate) else rate, jnp.float32)

    def minimize(self, loss: Any, global_step: Any = None, var_list: Any = None, name: str | None = None) -> TrainOp:
        """Declares that `loss` is minimised with this optimizer; the training loop carries it out.

        Args:
            loss: a scalar.
            global_step: what `get_global_step()` returned, to have it grow by one a step.
            var_list: the variables to train; all trainable ones if None.
            name: accepted for programs that pass it; it has no effect.

        Raises:
            InvalidArgumentError: there is no loss.
        """
        if loss is None:
            raise InvalidArgumentError(f"{type(self).__name__}.minimize needs a scalar loss; got None")
        return TrainOp(optimizer=self, loss=loss, var_list=var_list, global_step=global_step)


@dataclass(frozen=True, eq=False)
class TrainOp:
    """What `minimize` returns: the loss to be minimised, by which rule, over which variables."""

    optimizer: Optimizer
    loss: Any
    var_list: Any = None
    global_step: Any = None


def scalar_like(value: Number, param: jax.Array) -> jax.Array:
    """Returns a hyper-parameter in the element type of the parameter, so that a rule keeps that type.

    Rounding first also matters for the numbers: `1 - beta2` of a float32 `beta2`
    is not the float32 of `1 - beta2`.
    """
    return jnp.asarray(value, param.dtype)


def require_at_least_zero(optimizer: str, **values: float) -> None:
    """Refuses negative hyper-parameters.

    Raises:
        InvalidArgumentError: one of `values` is below zero.
    """
    for name, value in values.items():
        if value < 0:
            raise InvalidArgumentError(f"{name} of {optimizer} must be zero or positive; got {value}")


def require_positive(optimizer: str, **values: float) -> None:
    """Refuses hyper-parameters that are zero or negative.

    Raises:
        InvalidArgumentError: one of `values` is not above zero.
    """
    for name, value in values.items():
        if value <= 0:
            raise InvalidArgumentError(f"{name} of {optimizer} must be positive; got {value}")
