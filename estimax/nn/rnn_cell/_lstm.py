"""The cells of TensorFlow 1.x with long short-term memory."""

from __future__ import annotations

from typing import Any, NamedTuple

import jax
import jax.numpy as jnp

from estimax._scope._frame import Initializer
from estimax._scope._variables import variable_scope
from estimax.initializers import zeros_initializer
from estimax.nn._recurrent_cell import check_units, named_activation
from estimax.nn.rnn_cell._cell import RNNCell


class LSTMStateTuple(NamedTuple):
    """The state of a cell with memory.

    Attributes:
        c: the memory, [batch, num_units].
        h: the output, [batch, output_size].
    """

    c: Any
    h: Any


class LSTMCell(RNNCell):
    """Long short-term memory: Hochreiter and Schmidhuber (1997).

    With peepholes and a projection as in Sak, Senior and Beaufays (2014). The gates
    stand side by side: input, candidate, forget, output.

    Args:
        num_units: width of the memory.
        use_peepholes: whether the gates see the memory.
        cell_clip: the greatest absolute value in the memory; None for any.
        initializer: of all weights; glorot_uniform where None.
        num_proj: width of the output if it is projected; None for `num_units`.
        proj_clip: the greatest absolute value of a projected output; None for any.
        num_unit_shards: of no effect.
        num_proj_shards: of no effect.
        forget_bias: added to the forget gate, so that the memory lasts at first.
        state_is_tuple: whether the state is an `LSTMStateTuple`, or memory and output side by side.
        activation: of candidate and output: a function or the name of one; tanh where None.
        reuse: of no effect: a cell uses its variables whenever it is called.
        name: see `RNNCell`.
        dtype: see `RNNCell`.

    Raises:
        InvalidArgumentError: fewer than 1 unit, or an unknown activation.
    """

    def __init__(
        self,
        num_units: int,
        use_peepholes: bool = False,
        cell_clip: float | None = None,
        initializer: Initializer | None = None,
        num_proj: int | None = None,
        proj_clip: float | None = None,
        num_unit_shards: Any = None,
        num_proj_shards: Any = None,
        forget_bias: float = 1.0,
        state_is_tuple: bool = True,
        activation: Any = None,
        reuse: Any = None,
        name: str | None = None,
        dtype: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(name=name, dtype=dtype, **kwargs)
        self.num_units = check_units(num_units, type(self).__name__)
        self.use_peepholes = use_peepholes
        self.cell_clip = cell_clip
        self.initializer = initializer
        self.num_proj = None if num_proj is None else check_units(num_proj, type(self).__name__)
        self.proj_clip = proj_clip
        self.forget_bias = forget_bias
        self.state_is_tuple = state_is_tuple
        self.activation = named_activation(activation or "tanh", f"activation of {type(self).__name__}")

    @property
    def state_size(self) -> Any:
        sizes = LSTMStateTuple(self.num_units, self.output_size)
        return sizes if self.state_is_tuple else sum(sizes)

    @property
    def output_size(self) -> int:
        return self.num_proj or self.num_units

    def call(self, inputs: Any, state: Any) -> tuple[Any, Any]:
        memory, last = state if self.state_is_tuple else jnp.split(state, [self.num_units], axis=1)
        both = jnp.concatenate([inputs, last], axis=1)
        kernel = self.variable("kernel", (both.shape[1], 4 * self.num_units), self.initializer)
        total = both @ kernel + self.variable("bias", (4 * self.num_units,), zeros_initializer())
        enter, candidate, forget, leave = jnp.split(total, 4, axis=1)
        enter, forget = enter + self._seen("w_i_diag", memory), forget + self._seen("w_f_diag", memory)
        memory = jax.nn.sigmoid(forget + self.forget_bias) * memory
        memory = memory + jax.nn.sigmoid(enter) * self.activation(candidate)
        memory = _clipped(memory, self.cell_clip)
        output = jax.nn.sigmoid(leave + self._seen("w_o_diag", memory)) * self.activation(memory)
        output = self._projected(output)
        return output, LSTMStateTuple(memory, output) if self.state_is_tuple else jnp.concatenate([memory, output], 1)

    def _seen(self, name: str, memory: Any) -> Any:
        """Returns what a gate sees of the memory."""
        return self.variable(name, (self.num_units,), self.initializer) * memory if self.use_peepholes else 0.0

    def _projected(self, output: Any) -> Any:
        if self.num_proj is None:
            return output
        with variable_scope("projection"):
            kernel = self.variable("kernel", (self.num_units, self.num_proj), self.initializer)
        return _clipped(output @ kernel, self.proj_clip)


def _clipped(values: Any, limit: float | None) -> Any:
    return values if limit is None else jnp.clip(values, -limit, limit)


class BasicLSTMCell(LSTMCell):
    """Long short-term memory without peepholes, clipping and projection.

    Args:
        num_units: width of the memory and of the output.
        forget_bias: see `LSTMCell`.
        state_is_tuple: see `LSTMCell`.
        activation: see `LSTMCell`.
        reuse: of no effect.
        name: see `RNNCell`.
        dtype: see `RNNCell`.

    Example:
        >>> import estimax as tf
        >>> tf.nn.rnn_cell.BasicLSTMCell(3).state_size
        LSTMStateTuple(c=3, h=3)
    """

    def __init__(
        self,
        num_units: int,
        forget_bias: float = 1.0,
        state_is_tuple: bool = True,
        activation: Any = None,
        reuse: Any = None,
        name: str | None = None,
        dtype: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(
            num_units,
            forget_bias=forget_bias,
            state_is_tuple=state_is_tuple,
            activation=activation,
            name=name,
            dtype=dtype,
            **kwargs,
        )
