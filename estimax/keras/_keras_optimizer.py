"""Optimizers of Keras 3 as optimizers of a training step."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from estimax.keras._frame_scope import first_value
from estimax.train._gradients import IndexedSlices
from estimax.train._optimizer import Key, Optimizer, Update


@dataclass(frozen=True, eq=False)
class KerasOptimizer(Optimizer):
    """An optimizer of Keras 3, run by its own `stateless_apply`: any of them, a program's own too.

    Its numbers are Keras' own, with all of its options (weight decay, clipping, averages). Its
    variables are saved under their paths; the learning rate is that of the program.

    Args:
        optimizer: built for the variables.
        variables: Keras' variables, by the names that they have in the model function.
    """

    optimizer: Any
    variables: Mapping[str, Any]
    learning_rate: float = 0.0  # of the interface; the optimizer has its own

    @property
    def name(self) -> str:  # type: ignore[override]  # an attribute of others
        """The name of the class, as it stands in checkpoints."""
        return type(self.optimizer).__name__

    def state_keys(self, variables: Mapping[str, jax.ShapeDtypeStruct]) -> list[Key]:
        """Returns a key for each variable of the optimizer but its learning rate."""
        return [("", name) for name in self._state()]

    def first_state(self, variables: Mapping[str, np.ndarray]) -> dict[Key, np.ndarray]:
        """Returns the values that the optimizer's variables have."""
        rng = np.random.default_rng(0)
        return {("", n): first_value(v)(v.shape, v.dtype, rng=rng) for n, v in self._state().items()}

    def saved_name(self, key: Key, copy: int) -> str:
        """Returns `training/<class>/<path>`."""
        return f"training/{self.name}{f'_{copy}' if copy else ''}/{key[1]}"

    def apply(self, update: Update) -> Update:
        """Returns variables and state after a step of Keras' optimizer."""
        names = list(self.variables)
        state = self._state()
        by_id = {id(v): update.state["", name] for name, v in state.items()}
        own = [by_id[id(v)] if id(v) in by_id else jnp.asarray(v.value) for v in self.optimizer.variables]
        gradients = [_dense(update.gradients.get(n), update.variables[n]) for n in names]
        moved, after = self.optimizer.stateless_apply(own, gradients, [update.variables[n] for n in names])
        kept = {id(v): value for v, value in zip(self.optimizer.variables, after, strict=True)}
        return replace(
            update,
            variables={**update.variables, **dict(zip(names, moved, strict=True))},
            state={("", name): kept[id(v)] for name, v in state.items()},
        )

    def _state(self) -> dict[str, Any]:
        """Returns the variables of the optimizer by their paths, without the learning rate."""
        rate = getattr(self.optimizer, "_learning_rate", None)
        return {_saved_path(v): v for v in self.optimizer.variables if v is not rate}


def _saved_path(variable: Any) -> str:
    return str(variable.path).partition("/")[2] or str(variable.path)


def _dense(gradient: Any, param: Any) -> Any:
    if isinstance(gradient, IndexedSlices):
        gradient = replace(gradient, dense_shape=param.shape).to_dense()
    return None if gradient is None else jnp.asarray(gradient, param.dtype).reshape(param.shape)
