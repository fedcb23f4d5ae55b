"""Gradient transformations of optax as optimizers.

A transformation is known by its two functions, so that optax need not be there. It
sees all variables of a train op at once, tables as whole arrays, and keeps a state of
its own form; its arrays are saved under their paths in that state.
"""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from estimax._base._errors import InvalidArgumentError
from estimax.train._gradients import IndexedSlices
from estimax.train._optimizer import Key, Optimizer, Update


def is_transformation(given: Any) -> bool:
    """Whether something is a gradient transformation: an object with the functions `init` and `update`.

    Example:
        >>> is_transformation("adam")
        False
    """
    return (
        not isinstance(given, type | Optimizer)
        and callable(getattr(given, "init", None))
        and callable(getattr(given, "update", None))
    )


@dataclass(frozen=True, eq=False)
class OptaxOptimizer(Optimizer):
    """An optimizer that is a gradient transformation of optax: `optax.adamw(1e-3)`, or a chain of several.

    Its learning rate and schedules are in the transformation, which counts its own steps.
    A transformation that takes extra arguments gets the loss as `value`. Tables are updated
    as a whole, so that the cost of a step grows with them.

    Args:
        transformation: with `init` and `update`.
        name: under which its state is saved, `training/<name>/...`.

    Raises:
        InvalidArgumentError: it has not these two functions.
    """

    transformation: Any
    name: str = "optax"
    learning_rate: float = 0.0  # of the original's interface; transformations have their own

    def __post_init__(self) -> None:
        if not is_transformation(self.transformation):
            raise InvalidArgumentError(
                f"OptaxOptimizer needs a gradient transformation, such as optax.adam(1e-3); got {self.transformation!r}"
            )

    def state_keys(self, variables: Mapping[str, jax.ShapeDtypeStruct]) -> list[Key]:
        """Returns a key for each array of the state: its path, which ends in a variable where it belongs to one."""
        leaves, _ = jax.tree_util.tree_flatten_with_path(jax.eval_shape(self.transformation.init, dict(variables)))
        return [("", "/".join(_step_of_path(step) for step in path)) for path, _ in leaves]

    def first_state(self, variables: Mapping[str, np.ndarray]) -> dict[Key, np.ndarray]:
        """Returns the state before the first step, which may depend on the variables."""
        arrays = {name: jnp.asarray(v) for name, v in variables.items()}
        leaves = jax.tree.leaves(self.transformation.init(arrays))
        return dict(zip(self.state_keys(_shapes(arrays)), [np.asarray(_saved(v)) for v in leaves], strict=True))

    def saved_name(self, key: Key, copy: int) -> str:
        """Returns `training/<name>/<path>`."""
        return f"training/{self.name}{f'_{copy}' if copy else ''}/{key[1]}"

    def apply(self, update: Update) -> Update:
        """Applies the transformation to the gradients and adds what comes of it to the variables."""
        params = dict(update.variables)
        keys = self.state_keys(_shapes(params))
        like, structure = jax.tree.flatten(jax.eval_shape(self.transformation.init, _shapes(params)))
        leaves = [_restored(update.state[key], spec) for key, spec in zip(keys, like, strict=True)]
        zeros = {name: jnp.zeros_like(v) for name, v in params.items() if name not in update.gradients}
        gradients = zeros | {n: _dense(g, params[n]) for n, g in update.gradients.items()}
        gradients = {name: gradients[name] for name in params}
        extra = {"value": update.loss} if _takes_extra(self.transformation.update) else {}
        state = jax.tree.unflatten(structure, leaves)
        steps, state = self.transformation.update(gradients, state, params, **extra)
        moved = {n: jnp.asarray(p + steps[n], p.dtype) for n, p in params.items()}
        after = [_saved(v).astype(_saved_dtype(s)) for v, s in zip(jax.tree.leaves(state), like, strict=True)]
        return replace(update, variables=moved, state=dict(zip(keys, after, strict=True)))


def _shapes(arrays: Mapping[str, Any]) -> dict[str, jax.ShapeDtypeStruct]:
    shapes = jax.eval_shape(lambda: {name: jnp.zeros(v.shape, v.dtype) for name, v in arrays.items()})
    return dict(shapes)


def _dense(gradient: Any, param: Any) -> Any:
    if isinstance(gradient, IndexedSlices):
        gradient = replace(gradient, dense_shape=param.shape).to_dense()
    return jnp.asarray(gradient, param.dtype).reshape(param.shape)


def _step_of_path(step: Any) -> str:
    """Returns one step of a path in a tree as a part of a name: an index, a field or a key."""
    for attribute in ("key", "name", "idx"):
        if hasattr(step, attribute):
            return str(getattr(step, attribute))
    return str(step)


def _is_key(dtype: Any) -> bool:
    return bool(jnp.issubdtype(dtype, jax.dtypes.prng_key))


def _saved(leaf: Any) -> Any:
    """Returns an array of the state as it is saved: keys of random numbers as the numbers they are made of."""
    array = jnp.asarray(leaf)
    return jax.random.key_data(array) if _is_key(array.dtype) else array


def _saved_dtype(spec: Any) -> Any:
    return jnp.uint32 if _is_key(spec.dtype) else spec.dtype


def _restored(array: Any, spec: Any) -> Any:
    return jax.random.wrap_key_data(array) if _is_key(spec.dtype) else array


def _takes_extra(function: Any) -> bool:
    return any(p.kind == p.VAR_KEYWORD for p in inspect.signature(function).parameters.values())
