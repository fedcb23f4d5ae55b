"""`RNNCell`: what a cell of TensorFlow 1.x is, and where its variables stand."""

from __future__ import annotations

import weakref
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from estimax._base._dtypes import as_dtype
from estimax._base._errors import InvalidArgumentError
from estimax._scope._crossing import to_device
from estimax._scope._frame import Frame, Initializer, current_frame
from estimax._scope._scopes import AUTO_REUSE, VariableScope, variable_scope
from estimax.nn._recurrent_cell import snake_case
from estimax.variables import get_variable


class RNNCell(ABC):
    """The interface of every cell; programs may make cells of their own by `call`.

    A cell makes its variables where it is first called within a model function, and
    uses them in each later call there.

    Args:
        trainable: whether training changes the variables.
        name: scope of the variables; made of the name of the class where None.
        dtype: of the variables; float32 where None.
    """

    def __init__(self, trainable: bool = True, name: str | None = None, dtype: Any = None, **kwargs: Any) -> None:
        self.trainable = trainable
        self.name = name
        self.dtype = dtype
        self._within: Callable[[], Frame | None] = lambda: None
        self._scope: VariableScope | None = None

    @property
    @abstractmethod
    def state_size(self) -> Any:
        """The width of the state: a number, or a tuple of widths."""

    @property
    @abstractmethod
    def output_size(self) -> int:
        """The width of the output."""

    def call(self, inputs: Any, state: Any) -> tuple[Any, Any]:
        """Computes the output [batch, output_size] and the new state from inputs [batch, n] and state."""
        raise NotImplementedError(f"{type(self).__name__} must have a method call(inputs, state)")

    def __call__(self, inputs: Any, state: Any, scope: Any = None) -> tuple[Any, Any]:
        """Computes one step in the scope of the cell.

        Args:
            inputs: float32 [batch, n].
            state: as `zero_state` or the step before returned it.
            scope: another name of the scope.

        Returns:
            The output [batch, output_size] and the new state.
        """
        array = jnp.asarray(to_device(inputs))
        if array.ndim != 2:
            raise InvalidArgumentError(
                f"a cell takes inputs [batch, n], those of one step; got shape {array.shape}. Use tf.nn.dynamic_rnn "
                f"for sequences"
            )
        with self.scope(scope):
            return self.call(array, jax.tree.map(lambda s: jnp.asarray(to_device(s)), state))

    def zero_state(self, batch_size: Any, dtype: Any = np.float32) -> Any:
        """Returns the state before the first step: zeros [batch_size, size] for each of `state_size`."""
        kind = as_dtype(dtype).as_numpy_dtype
        return jax.tree.map(lambda size: jnp.zeros((batch_size, size), kind), self.state_size)

    @contextmanager
    def scope(self, name: Any = None) -> Iterator[None]:
        """Enters the scope in which the variables of the cell stand."""
        active = current_frame.get()
        if active is None:
            yield
            return
        if self._within() is not active:
            self._within = weakref.ref(active)
            self._scope = self._opened(name)
        assert self._scope is not None
        with variable_scope(self._scope, reuse=AUTO_REUSE, auxiliary_name_scope=False):
            yield

    def _opened(self, name: Any) -> VariableScope:
        """Makes the scope: that of a name is numbered where another cell took it, one that is given is taken."""
        default = self.name or snake_case(type(self).__name__)
        with variable_scope(name, default_name=default, auxiliary_name_scope=False) as made:
            return made

    def variable(self, name: str, shape: tuple[int, ...], initializer: Initializer | None = None) -> Any:
        """Returns a variable of the cell; its initializer is that of the scopes around where none is given."""
        kind = np.float32 if self.dtype is None else self.dtype
        return get_variable(name, shape, kind, initializer, trainable=self.trainable)
