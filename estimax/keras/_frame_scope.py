"""`FrameScope`: layers of Keras 3 in model functions have variables of the model function.

Keras reads and changes variables through a `keras.StatelessScope` where one is open,
and makes no values for variables then. `FrameScope` stands around a call of a model
function. When a variable of Keras is read first, a variable of the frame is made under
its path (`dense/kernel`), whose value it has in this call. What layers change of their
own state, such as running means, is written back. Random streams start from a new key
in each call, which follows from the seed and the step.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from estimax._scope._frame import Frame, VariableSpec
from estimax.initializers import Initializer
from estimax.keras._keras3 import keras3
from estimax.modules._keys import next_key

_STREAM = "seed_generator_state"

_OPEN: ContextVar[FrameScope | None] = ContextVar("scope", default=None)


class FrameScope(keras3().StatelessScope):  # type: ignore[misc]  # Keras has no types
    """The values that variables of Keras have in a call of a model function.

    Args:
        active: the frame of the call.
    """

    def __init__(self, active: Frame) -> None:
        super().__init__(collect_losses=True, initialize_variables=False)
        self._frame = active
        self._names: dict[int, str] = {}
        self._variables: list[Any] = []
        self._is_local = False
        self._at_first: dict[int, Any] = {}
        self._given_names: Mapping[int, str] = {}

    @classmethod
    def current(cls) -> FrameScope:
        """Returns the scope of the model function that runs."""
        scope = _OPEN.get()
        if scope is None:
            raise RuntimeError("no model function runs")
        return scope

    def __enter__(self) -> FrameScope:
        self._token = _OPEN.set(self)
        super().__enter__()
        return self

    def __exit__(self, *failure: Any) -> None:
        super().__exit__(*failure)
        _OPEN.reset(self._token)

    @contextmanager
    def making_locals(self) -> Iterator[None]:
        """Makes what is read first in this context the state of metrics, which starts anew in each evaluation."""
        before, self._is_local = self._is_local, True
        try:
            yield
        finally:
            self._is_local = before

    @contextmanager
    def before_updates(self) -> Iterator[None]:
        """Gives the state of metrics, in this context, as it was when the call began."""
        kept = dict(self.state_mapping)
        self.state_mapping |= self._at_first
        try:
            yield
        finally:
            self.state_mapping.update(kept)

    def use_names(self, names: Mapping[int, str]) -> None:
        """Says the names of variables, by their identity, that are not to have their paths as names."""
        self._given_names = names

    def get_current_value(self, variable: Any) -> Any:
        """Returns the value of a variable of Keras in this call."""
        if id(variable) not in self.state_mapping:
            self._variables.append(variable)  # as long as it lives, nothing else has its id
            self.state_mapping[id(variable)] = self._first(variable)
        return self.state_mapping[id(variable)]

    def add_update(self, update: tuple[Any, Any]) -> None:
        """Takes a new value of a variable, which holds from now on and, in training, in the next step."""
        variable, value = update
        self.get_current_value(variable)
        super().add_update(update)
        if id(variable) in self._names:
            self._frame.updates[self._names[id(variable)]] = value

    def name_of(self, variable: Any) -> str:
        """Returns the name that a variable of Keras has in the frame."""
        self.get_current_value(variable)
        return self._names[id(variable)]

    def _first(self, variable: Any) -> Any:
        if variable.name == _STREAM:
            return jax.random.bits(next_key(), variable.shape, jnp.uint32).astype(variable.dtype)
        path = self._given_names.get(id(variable), variable.path)
        name = self._free_name(self._frame.full_name(path))
        dtype = np.dtype(jax.dtypes.canonicalize_dtype(variable.dtype))
        is_trained = bool(variable.trainable) and not self._is_local and bool(jnp.issubdtype(dtype, jnp.inexact))
        shape = tuple(variable.shape)
        spec = VariableSpec(name, shape, dtype, first_value(variable), is_trained, is_local=self._is_local)
        value = self._frame.variable(spec)
        if self._is_local:
            self._at_first[id(variable)] = value
        self._names[id(variable)] = name
        self._frame.handed[id(variable)] = (name, variable)
        if variable.constraint is not None and is_trained:
            self._frame.constraints[name] = variable.constraint
        return value

    def _free_name(self, name: str) -> str:
        """Returns a name that no other variable has: of layers with the same name, the second is numbered."""
        layer, _, leaf = name.rpartition("/")
        free, number = name, 0
        while free in self._frame.specs:
            number += 1
            free = f"{layer}_{number}/{leaf}" if layer else f"{leaf}_{number}"
        return free


def first_value(variable: Any) -> Callable[..., np.ndarray]:
    """Returns an initializer that gives the first value of a variable of Keras: the value it has, if it has one."""

    def initializer(shape: Any, dtype: Any = None, rng: np.random.Generator | None = None) -> np.ndarray:
        start = getattr(variable, "_initializer", None)  # is there as long as the variable has no value
        if start is None:
            return np.asarray(variable.value)
        if isinstance(start, Initializer):
            return np.asarray(start(shape, dtype, rng=rng))
        return np.asarray(_seeded(start, rng)(shape, dtype=variable.dtype))

    return initializer


def _seeded(start: Any, rng: np.random.Generator | None) -> Any:
    """Returns an initializer that draws from the seed of the run, where the program gives no other."""
    if rng is None or not isinstance(start, keras3().initializers.Initializer):
        return start
    config = start.get_config()
    if config.get("seed", 0) is not None:
        return start
    return type(start).from_config({**config, "seed": int(rng.integers(2**31))})
