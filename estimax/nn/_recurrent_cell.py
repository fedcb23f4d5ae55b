"""What a recurrent cell is: variables, and a pure function of one step.

A cell that is run over a sequence makes its variables once (`weights`) and is
then a function of inputs and state (`step`), which is what `jax.lax.scan` wants.
It knows nothing of time: see `_recurrent_scan.py`.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from typing import Any

import jax
import jax.numpy as jnp

from estimax import initializers
from estimax._base._errors import InvalidArgumentError
from estimax._base._lazy import did_you_mean
from estimax._scope._crossing import to_device
from estimax._scope._frame import Initializer, frame
from estimax._scope._variables import get_variable, variable_scope
from estimax.nn import _activations

Weights = Mapping[str, Any]
Activation = Callable[[Any], Any]


class RecurrentCell(ABC):
    """The interface of every cell of a recurrent network.

    Attributes:
        name: the scope of its variables; None for one made of the name of its class.
    """

    name: str | None = None

    @property
    @abstractmethod
    def state_size(self) -> Any:
        """The width of the state: a number, or a tuple of them."""

    @property
    @abstractmethod
    def output_size(self) -> int:
        """The width of the output."""

    @abstractmethod
    def weights(self, input_size: int) -> Weights:
        """Makes the variables in the current scope, for inputs of that width."""

    @abstractmethod
    def step(self, weights: Weights, inputs: Any, state: Any) -> tuple[Any, Any]:
        """Computes one step.

        Args:
            weights: as `weights` made them, and what `dropped` added.
            inputs: [batch, input_size].
            state: [batch, size] for each of `state_size`.

        Returns:
            The output [batch, output_size] and the new state.
        """

    def dropped(self, weights: Weights, batch: Any, input_size: int) -> Weights:
        """Adds what is dropped in all steps of a batch of sequences while training: nothing."""
        return weights

    def zero_state(self, batch_size: Any, dtype: Any = jnp.float32) -> Any:
        """Returns the state before the first step, zeros [batch_size, size]."""
        return jax.tree.map(lambda size: jnp.zeros((batch_size, size), dtype), self.state_size)

    def scope(self) -> Any:
        """Enters the scope of the cell's variables; cells without a name get `kind`, `kind_1`, ..."""
        return variable_scope(self.name or frame().unique_name(snake_case(type(self).__name__)))

    def __call__(self, inputs: Any, states: Any, training: bool = False) -> tuple[Any, Any]:
        """Computes one step with the variables of the cell: see `step`."""
        array = jnp.asarray(to_device(inputs), jnp.float32)
        with self.scope():
            weights = self.weights(array.shape[-1])
        if training:
            weights = self.dropped(weights, array.shape[0], array.shape[-1])
        listed = isinstance(states, list)
        output, after = self.step(weights, array, tuple(states) if listed and len(states) > 1 else _single(states))
        return output, (list(after) if isinstance(after, tuple) else [after]) if listed else after


def _single(states: Any) -> Any:
    return states[0] if isinstance(states, list) else states


def snake_case(name: str) -> str:
    """Returns the name that variables of a class have.

    Example:
        >>> snake_case("SimpleRNNCell"), snake_case("LSTMCell")
        ('simple_rnn_cell', 'lstm_cell')
    """
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name).lower()


def check_units(units: Any, cell: str) -> int:
    """Returns the size of a cell; raises InvalidArgumentError unless it is a whole number of 1 or more."""
    try:
        size = int(units)
    except (TypeError, ValueError):
        size = 0
    if size < 1 or isinstance(units, bool) or (not isinstance(units, str) and size != units):
        raise InvalidArgumentError(f"units of {cell} must be a whole number, 1 or more; got {units!r}")
    return size


def check_rate(rate: float, what: str) -> None:
    """Raises InvalidArgumentError unless a rate of dropout lies in [0, 1)."""
    if not 0 <= rate < 1:
        raise InvalidArgumentError(f"{what} must lie in [0, 1); got {rate!r}")


def named_activation(given: Any, argument: str) -> Activation:
    """Returns an activation that is given by name, as a function, or as None for none.

    Raises:
        InvalidArgumentError: an unknown name, or something that cannot be called.
    """
    if given is None or given == "linear":
        return lambda x: x
    if given == "hard_sigmoid":
        return lambda x: jnp.clip(0.2 * x + 0.5, 0.0, 1.0)
    found = getattr(_activations, given, None) if isinstance(given, str) else given
    if not callable(found):
        known = ("tanh", "sigmoid", "relu", "hard_sigmoid", "linear", "softsign", "softplus", "elu", "selu")
        raise InvalidArgumentError(
            f"{argument} must be a function of an array or one of {', '.join(map(repr, known))}; "
            f"got {given!r}{did_you_mean(str(given), known)}"
        )
    activation: Activation = found
    return activation


def named_initializer(given: Any, argument: str) -> Initializer:
    """Returns an initializer that is given by name or as it is.

    Raises:
        InvalidArgumentError: an unknown name, or something that cannot be called.
    """
    found = getattr(initializers, given, None) if isinstance(given, str) else given
    made = found() if isinstance(given, str) and callable(found) else found
    if not callable(made):
        raise InvalidArgumentError(
            f"{argument} must be one of tf.initializers or its name, as 'glorot_uniform'; got {given!r}"
        )
    initializer: Initializer = made
    return initializer


def variable(name: str, shape: tuple[int, ...], initializer: Initializer) -> Any:
    """Returns a trainable variable of the current scope."""
    return get_variable(name, shape, initializer=initializer)


def kept(rate: float, shape: tuple[Any, ...]) -> Any:
    """Draws which values are kept while training: 0, or 1 / (1 - rate)."""
    return jax.random.bernoulli(frame().next_key(), 1 - rate, shape) / (1 - rate)
