"""Optimizers that treat every element alone.

A rule sees one block of parameters, the slots of the same shape and the gradient.
Because every element stands alone, the same rule serves a whole array and the few
rows of a table that a batch looked up.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from estimax.train._gradients import IndexedSlices
from estimax.train._learning_rate import Number, check_rate
from estimax.train._optimizer import Key, Optimizer, Update
from estimax.train._row_updates import Batch, update_table


class Rule(Optimizer):
    """The interface of element-wise optimizers.

    Example:
        >>> import estimax as tf
        >>> tf.train.AdagradOptimizer(learning_rate=0.1).slots()
        {'Adagrad': 0.1}
    """

    def __post_init__(self) -> None:
        check_rate(type(self).__name__, self.learning_rate)

    @property
    def rows_only(self) -> bool:
        return True

    @property
    def zero_gradient_changes_nothing(self) -> bool:
        """Whether the rule leaves parameter and slots bit for bit alone where the gradient is 0."""
        return False

    @property
    def clips(self) -> bool:
        """Whether gradients are made smaller by their norms before they are used."""
        return False

    @abstractmethod
    def slots(self) -> dict[str, float]:
        """Returns the initial value of each slot, by its name."""

    def scalars(self) -> dict[str, float]:
        """Returns the initial values of the optimizer's own scalars, by their names."""
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
            slots: arrays of the shape of `param`, under the names of `slots()`.
            gradient: of the loss with respect to `param`, of its shape.
            scalars: the values of `scalars()` before this step.
            learning_rate: of this step, see `current_learning_rate`.
            step: the global step before this step.
        """

    def update_scalars(self, scalars: Mapping[str, jax.Array], step: Number) -> dict[str, jax.Array]:
        """Returns the optimizer's scalars after one step; called once a step, after all updates."""
        return dict(scalars)

    def saved_name(self, key: Key, copy: int) -> str:
        """Returns `variable/slot`, or the name of a scalar."""
        return "/".join(filter(None, key))

    def state_keys(self, variables: Mapping[str, jax.ShapeDtypeStruct]) -> list[Key]:
        """Returns a key for each slot of each variable, and for each scalar."""
        slots = [(name, slot) for name in variables for slot in self.slots()]
        return slots + [("", name) for name in self.scalars()]

    def first_state(self, variables: Mapping[str, np.ndarray]) -> dict[Key, np.ndarray]:
        """Returns the slots and scalars before the first step."""
        state: dict[Key, np.ndarray] = {}
        for name, array in variables.items():
            for slot, value in self.slots().items():
                state[name, slot] = np.full(array.shape, value, array.dtype)
        return state | {("", name): np.asarray(value, np.float32) for name, value in self.scalars().items()}

    def apply(self, update: Update) -> Update:
        """Applies the rule to each variable that has a gradient, and then steps the scalars."""
        scalars = {name: update.state["", name] for name in self.scalars()}
        variables, state, scratch = dict(update.variables), dict(update.state), dict(update.scratch)
        for name, gradient in update.gradients.items():
            slots = {slot: update.state[name, slot] for slot in self.slots()}
            if isinstance(gradient, IndexedSlices):
                batch = Batch(gradient.indices, gradient.values, scalars, update.rate, update.step)
                variables[name], slots, own = update_table(self, variables[name], slots, scratch.get(name), batch)
                if own is not None:
                    scratch[name] = own
            else:
                param = variables[name]
                gradient = jnp.asarray(gradient, param.dtype).reshape(param.shape)
                variables[name], slots = self.update(param, slots, gradient, scalars, update.rate, update.step)
            state |= {(name, slot): value for slot, value in slots.items()}
        after = self.update_scalars(scalars, update.step) if scalars else {}
        state |= {("", name): value for name, value in after.items()}
        return replace(update, variables=variables, state=state, scratch=scratch)


def scalar_like(value: Any, param: jax.Array) -> jax.Array:
    """Returns a hyper-parameter in the element type of the parameter, so that a rule keeps that type.

    Rounding first also matters for the numbers: `1 - beta2` of a float32 `beta2`
    is not the float32 of `1 - beta2`.
    """
    return jnp.asarray(value, param.dtype)
