"""The simple cell and the gated recurrent unit of TensorFlow 1.x."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from estimax._scope._frame import Initializer
from estimax._scope._variables import variable_scope
from estimax.initializers import ones_initializer, zeros_initializer
from estimax.nn._recurrent_cell import check_units, named_activation
from estimax.nn.rnn_cell._cell import RNNCell


class BasicRNNCell(RNNCell):
    """Computes `h = activation([x, h] @ kernel + bias)`: Elman (1990).

    Args:
        num_units: width of the output, which is the state.
        activation: a function or the name of one; tanh where None.
        reuse: of no effect: a cell uses its variables whenever it is called.
        name: see `RNNCell`.
        dtype: see `RNNCell`.

    Raises:
        InvalidArgumentError: fewer than 1 unit, or an unknown activation.
    """

    def __init__(
        self,
        num_units: int,
        activation: Any = None,
        reuse: Any = None,
        name: str | None = None,
        dtype: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(name=name, dtype=dtype, **kwargs)
        self.num_units = check_units(num_units, type(self).__name__)
        self.activation = named_activation(activation or "tanh", f"activation of {type(self).__name__}")

    @property
    def state_size(self) -> Any:
        return self.num_units

    @property
    def output_size(self) -> int:
        return self.num_units

    def call(self, inputs: Any, state: Any) -> tuple[Any, Any]:
        both = jnp.concatenate([inputs, state], axis=1)
        kernel = self.variable("kernel", (both.shape[1], self.num_units))
        output = self.activation(both @ kernel + self.variable("bias", (self.num_units,), zeros_initializer()))
        return output, output


class GRUCell(RNNCell):
    """Gated recurrent unit: Cho et al. (2014). The gates stand side by side: reset, update.

    Args:
        num_units: width of the output, which is the state.
        activation: of the candidate: a function or the name of one; tanh where None.
        reuse: of no effect: a cell uses its variables whenever it is called.
        kernel_initializer: of both kernels; glorot_uniform where None.
        bias_initializer: of both biases; ones for the gates and zeros for the candidate where None.
        name: see `RNNCell`.
        dtype: see `RNNCell`.

    Raises:
        InvalidArgumentError: fewer than 1 unit, or an unknown activation.
    """

    def __init__(
        self,
        num_units: int,
        activation: Any = None,
        reuse: Any = None,
        kernel_initializer: Initializer | None = None,
        bias_initializer: Initializer | None = None,
        name: str | None = None,
        dtype: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(name=name, dtype=dtype, **kwargs)
        self.num_units = check_units(num_units, type(self).__name__)
        self.activation = named_activation(activation or "tanh", f"activation of {type(self).__name__}")
        self.kernel_initializer = kernel_initializer
        self.bias_initializer = bias_initializer

    @property
    def state_size(self) -> Any:
        return self.num_units

    @property
    def output_size(self) -> int:
        return self.num_units

    def call(self, inputs: Any, state: Any) -> tuple[Any, Any]:
        gates = self._layer("gates", [inputs, state], 2 * self.num_units, ones_initializer())
        reset, update = jnp.split(jax.nn.sigmoid(gates), 2, axis=1)
        candidate = self._layer("candidate", [inputs, reset * state], self.num_units, zeros_initializer())
        output = update * state + (1 - update) * self.activation(candidate)
        return output, output

    def _layer(self, scope: str, parts: list[Any], width: int, bias: Initializer) -> Any:
        both = jnp.concatenate(parts, axis=1)
        with variable_scope(scope):
            kernel = self.variable("kernel", (both.shape[1], width), self.kernel_initializer)
            return both @ kernel + self.variable("bias", (width,), self.bias_initializer or bias)
