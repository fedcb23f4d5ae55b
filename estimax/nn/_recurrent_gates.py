"""The cells of recurrent networks: simple, LSTM, GRU, and several on top of each other.

Variables, gates and defaults are those of Keras 2, so that weights can be carried
over; see `nn/rnn_cell` for the older cells, whose gates stand in another order.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import KW_ONLY, dataclass
from typing import Any, ClassVar, final

import jax.numpy as jnp
import numpy as np

from estimax._base._errors import InvalidArgumentError
from estimax.nn._recurrent_cell import (
    RecurrentCell,
    Weights,
    check_rate,
    check_units,
    kept,
    named_activation,
    named_initializer,
    variable,
)


@dataclass(frozen=True)
class _GatedCell(RecurrentCell):
    """What the three kinds of cells share: a kernel, a recurrent kernel and a bias for all gates side by side."""

    units: int
    activation: Any = "tanh"
    _: KW_ONLY
    use_bias: bool = True
    kernel_initializer: Any = "glorot_uniform"
    recurrent_initializer: Any = "orthogonal"
    bias_initializer: Any = "zeros"
    dropout: float = 0.0
    recurrent_dropout: float = 0.0
    name: str | None = None

    gates: ClassVar[int] = 1

    def __post_init__(self) -> None:
        kind = type(self).__name__
        object.__setattr__(self, "units", check_units(self.units, kind))
        check_rate(self.dropout, f"dropout of {kind}")
        check_rate(self.recurrent_dropout, f"recurrent_dropout of {kind}")
        named_activation(self.activation, f"activation of {kind}")
        for argument in ("kernel_initializer", "recurrent_initializer", "bias_initializer"):
            named_initializer(getattr(self, argument), f"{argument} of {kind}")

    @property
    def state_size(self) -> Any:
        return self.units

    @property
    def output_size(self) -> int:
        return self.units

    def weights(self, input_size: int) -> Weights:
        """Makes `kernel`, `recurrent_kernel` and, if there is one, `bias`."""
        width = self.units * self.gates
        made = {
            "kernel": variable("kernel", (input_size, width), named_initializer(self.kernel_initializer, "")),
            "recurrent_kernel": variable(
                "recurrent_kernel", (self.units, width), named_initializer(self.recurrent_initializer, "")
            ),
        }
        return made | ({"bias": self._bias(width)} if self.use_bias else {})

    def _bias(self, width: int) -> Any:
        return variable("bias", (width,), named_initializer(self.bias_initializer, ""))

    def dropped(self, weights: Weights, batch: Any, input_size: int) -> Weights:
        """Adds which inputs and outputs are kept, the same ones in all steps: Gal and Ghahramani, NIPS 2016."""
        made = dict(weights)
        if self.dropout:
            made["kept_inputs"] = kept(self.dropout, (batch, input_size))
        if self.recurrent_dropout:
            made["kept_outputs"] = kept(self.recurrent_dropout, (batch, self.units))
        return made

    def step(self, weights: Weights, inputs: Any, state: Any) -> tuple[Any, Any]:
        inputs = inputs * weights["kept_inputs"] if "kept_inputs" in weights else inputs
        return self._step(weights, inputs, state)

    @abstractmethod
    def _step(self, weights: Weights, inputs: Any, state: Any) -> tuple[Any, Any]:
        """Computes one step with the inputs that are kept."""


def _recurrent(weights: Weights, output: Any) -> Any:
    """Returns what the cell sees of its last output."""
    return output * weights["kept_outputs"] if "kept_outputs" in weights else output


@final
@dataclass(frozen=True)
class SimpleRNNCell(_GatedCell):
    """Computes `h = activation(x @ kernel + h @ recurrent_kernel + bias)`: Elman (1990).

    Args:
        units: width of the output, which is the state.
        activation: a function or the name of one.
        use_bias: whether there is a bias.
        kernel_initializer: of the kernel [input, units].
        recurrent_initializer: of the recurrent kernel [units, units].
        bias_initializer: of the bias [units].
        dropout: share of the inputs that is dropped while training.
        recurrent_dropout: share of the last output that is dropped while training.
        name: scope of the variables; `simple_rnn_cell` where None.

    Raises:
        InvalidArgumentError: units below 1, a rate outside [0, 1), or an unknown name.
    """

    def _step(self, weights: Weights, inputs: Any, state: Any) -> tuple[Any, Any]:
        total = inputs @ weights["kernel"] + _recurrent(weights, state) @ weights["recurrent_kernel"]
        total = total + weights["bias"] if self.use_bias else total
        output = named_activation(self.activation, "activation")(total)
        return output, output


@final
@dataclass(frozen=True)
class LSTMCell(_GatedCell):
    """Long short-term memory: Hochreiter and Schmidhuber (1997), with forget gates.

    The gates stand side by side: input, forget, candidate, output. The state is
    (output, memory).

    Args:
        units: width of the output and of the memory.
        recurrent_activation: of the gates.
        unit_forget_bias: whether the bias of the forget gate starts at 1.
        activation, use_bias, kernel_initializer, recurrent_initializer, bias_initializer,
            dropout, recurrent_dropout, name: as those of `SimpleRNNCell`.

    Raises:
        InvalidArgumentError: units below 1, a rate outside [0, 1), or an unknown name.
    """

    _: KW_ONLY
    recurrent_activation: Any = "sigmoid"
    unit_forget_bias: bool = True

    gates: ClassVar[int] = 4

    def __post_init__(self) -> None:
        super().__post_init__()
        named_activation(self.recurrent_activation, "recurrent_activation of LSTMCell")

    @property
    def state_size(self) -> Any:
        return (self.units, self.units)

    def _bias(self, width: int) -> Any:
        first = named_initializer(self.bias_initializer, "")

        def with_open_forget_gate(shape: Any, dtype: Any = None, rng: Any = None) -> np.ndarray:
            values = np.array(first(shape, dtype, rng=rng))
            if self.unit_forget_bias:
                values[self.units : 2 * self.units] = 1
            return values

        return variable("bias", (width,), with_open_forget_gate)

    def _step(self, weights: Weights, inputs: Any, state: Any) -> tuple[Any, Any]:
        output, memory = state
        gate = named_activation(self.recurrent_activation, "recurrent_activation")
        activation = named_activation(self.activation, "activation")
        total = inputs @ weights["kernel"] + _recurrent(weights, output) @ weights["recurrent_kernel"]
        total = total + weights["bias"] if self.use_bias else total
        enter, forget, candidate, leave = jnp.split(total, 4, axis=-1)
        memory = gate(forget) * memory + gate(enter) * activation(candidate)
        output = gate(leave) * activation(memory)
        return output, (output, memory)


@final
@dataclass(frozen=True)
class GRUCell(_GatedCell):
    """Gated recurrent unit: Cho et al. (2014).

    The gates stand side by side: update, reset, candidate.

    Args:
        units: width of the output, which is the state.
        recurrent_activation: of the gates.
        reset_after: whether the reset gate acts after the product with the recurrent
            kernel, with a bias of its own (the bias is then [2, 3 * units]), or before.
        activation, use_bias, kernel_initializer, recurrent_initializer, bias_initializer,
            dropout, recurrent_dropout, name: as those of `SimpleRNNCell`.

    Raises:
        InvalidArgumentError: units below 1, a rate outside [0, 1), or an unknown name.
    """

    _: KW_ONLY
    recurrent_activation: Any = "sigmoid"
    reset_after: bool = True

    gates: ClassVar[int] = 3

    def __post_init__(self) -> None:
        super().__post_init__()
        named_activation(self.recurrent_activation, "recurrent_activation of GRUCell")

    def _bias(self, width: int) -> Any:
        shape = (2, width) if self.reset_after else (width,)
        return variable("bias", shape, named_initializer(self.bias_initializer, ""))

    def _step(self, weights: Weights, inputs: Any, state: Any) -> tuple[Any, Any]:
        gate = named_activation(self.recurrent_activation, "recurrent_activation")
        last = _recurrent(weights, state)
        own = inputs @ weights["kernel"]
        kernel = weights["recurrent_kernel"]
        if self.reset_after:
            before = last @ kernel
            if self.use_bias:
                own, before = own + weights["bias"][0], before + weights["bias"][1]
            update, reset = jnp.split(gate(own[:, : 2 * self.units] + before[:, : 2 * self.units]), 2, axis=-1)
            recurrent = reset * before[:, 2 * self.units :]
        else:
            own = own + weights["bias"] if self.use_bias else own
            both = own[:, : 2 * self.units] + last @ kernel[:, : 2 * self.units]
            update, reset = jnp.split(gate(both), 2, axis=-1)
            recurrent = (reset * last) @ kernel[:, 2 * self.units :]
        candidate = named_activation(self.activation, "activation")(own[:, 2 * self.units :] + recurrent)
        output = update * state + (1 - update) * candidate
        return output, output


@final
@dataclass(frozen=True)
class StackedRNNCells(RecurrentCell):
    """Cells on top of each other: each reads the output of the one below in the same step.

    Args:
        cells: from the lowest to the highest.
        name: scope of the variables; `stacked_rnn_cells` where None.

    Raises:
        InvalidArgumentError: no cells, or something else than cells.

    Example:
        >>> StackedRNNCells([GRUCell(4), LSTMCell(2)]).state_size
        (4, (2, 2))
    """

    cells: Sequence[RecurrentCell]
    name: str | None = None

    def __post_init__(self) -> None:
        cells = tuple(self.cells) if isinstance(self.cells, list | tuple) else ()
        wrong = [c for c in cells if not isinstance(c, RecurrentCell)]
        if not cells or wrong:
            raise InvalidArgumentError(
                f"StackedRNNCells takes a list of cells; got {wrong[0] if wrong else self.cells!r}"
            )
        object.__setattr__(self, "cells", cells)

    @property
    def state_size(self) -> Any:
        return tuple(cell.state_size for cell in self.cells)

    @property
    def output_size(self) -> int:
        return self.cells[-1].output_size

    def weights(self, input_size: int) -> Weights:
        """Makes the variables of all cells, each in a scope of its own."""
        made = {}
        for number, cell in enumerate(self.cells):
            with cell.scope():
                made[str(number)] = cell.weights(self._input_size(number, input_size))
        return made

    def _input_size(self, number: int, input_size: int) -> int:
        return self.cells[number - 1].output_size if number else input_size

    def dropped(self, weights: Weights, batch: Any, input_size: int) -> Weights:
        return {
            str(number): cell.dropped(weights[str(number)], batch, self._input_size(number, input_size))
            for number, cell in enumerate(self.cells)
        }

    def step(self, weights: Weights, inputs: Any, state: Any) -> tuple[Any, Any]:
        after = []
        for number, cell in enumerate(self.cells):
            inputs, one = cell.step(weights[str(number)], inputs, state[number])
            after.append(one)
        return inputs, tuple(after)
