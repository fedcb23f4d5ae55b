"""Cells that take whole sequences, time first: what `tf.contrib.rnn` calls fused.

Here they are loops over the steps like any others, with the variables of the
original's cells.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any

import jax.numpy as jnp

from estimax._base._errors import InvalidArgumentError
from estimax._scope._crossing import to_device
from estimax.nn._recurrent_loops import dynamic_rnn, present_steps, static_rnn
from estimax.nn._recurrent_scan import scan_steps
from estimax.nn.rnn_cell._cell import RNNCell
from estimax.nn.rnn_cell._lstm import LSTMCell


class FusedRNNCell(ABC):
    """The interface of what takes whole sequences."""

    @abstractmethod
    def __call__(
        self, inputs: Any, initial_state: Any = None, dtype: Any = None, sequence_length: Any = None, scope: Any = None
    ) -> tuple[Any, Any]:
        """Runs over sequences.

        Args:
            inputs: [time, batch, n].
            initial_state: before the first step; zeros where None.
            dtype: of that state.
            sequence_length: [batch], how many steps are there; all where None.
            scope: of the variables.

        Returns:
            The outputs of all steps, [time, batch, output_size], and the state after the last one.
        """


class LSTMBlockCell(LSTMCell):
    """Long short-term memory as `BasicLSTMCell`, with peepholes if wanted.

    Args:
        num_units: width of the memory and of the output.
        forget_bias: added to the forget gate.
        cell_clip: the greatest absolute value in the memory; None for any.
        use_peephole: whether the gates see the memory.
        dtype: see `RNNCell`.
        reuse: of no effect.
        name: scope of the variables.
    """

    def __init__(
        self,
        num_units: int,
        forget_bias: float = 1.0,
        cell_clip: float | None = None,
        use_peephole: bool = False,
        dtype: Any = None,
        reuse: Any = None,
        name: str | None = "lstm_cell",
        **kwargs: Any,
    ) -> None:
        super().__init__(
            num_units,
            use_peepholes=use_peephole,
            cell_clip=None if cell_clip is not None and cell_clip < 0 else cell_clip,
            forget_bias=forget_bias,
            name=name,
            dtype=dtype,
            **kwargs,
        )


class LSTMBlockFusedCell(FusedRNNCell):
    """Long short-term memory over whole sequences; the arguments are those of `LSTMBlockCell`.

    Example:
        >>> import estimax as tf
        >>> cell = tf.contrib.rnn.LSTMBlockFusedCell(4)
        >>> outputs, state = cell(tf.ones([3, 2, 5]), dtype=tf.float32, sequence_length=[3, 1])
        >>> outputs.shape, state.c.shape
        ((3, 2, 4), (2, 4))
    """

    def __init__(
        self,
        num_units: int,
        forget_bias: float = 1.0,
        cell_clip: float | None = None,
        use_peephole: bool = False,
        reuse: Any = None,
        dtype: Any = None,
        name: str | None = "lstm_fused_cell",
    ) -> None:
        self.cell = LSTMBlockCell(num_units, forget_bias, cell_clip, use_peephole, dtype, name=name)

    @property
    def num_units(self) -> int:
        """The width of the memory and of the output."""
        return self.cell.num_units

    def __call__(
        self, inputs: Any, initial_state: Any = None, dtype: Any = None, sequence_length: Any = None, scope: Any = None
    ) -> tuple[Any, Any]:
        array = _sequences(inputs)
        time, batch, _ = array.shape
        kind = dtype if dtype is not None else array.dtype
        state = self.cell.zero_state(batch, kind)
        if initial_state is not None:
            state = type(state)(*(jnp.asarray(to_device(s)) for s in initial_state))
        nothing = jnp.zeros((batch, self.num_units), array.dtype)
        made = scan_steps(
            lambda x, before: self.cell(x, before, scope),
            jnp.swapaxes(array, 0, 1),
            state,
            nothing,
            present_steps(sequence_length, time),
            holds_output=False,
        )
        return jnp.swapaxes(made.outputs, 0, 1), made.state


class FusedRNNCellAdaptor(FusedRNNCell):
    """A cell of one step as one of whole sequences.

    Args:
        cell: one of `nn.rnn_cell`.
        use_dynamic_rnn: of no effect: both run in a loop whose program does not grow.
    """

    def __init__(self, cell: RNNCell, use_dynamic_rnn: bool = False) -> None:
        if not isinstance(cell, RNNCell):
            raise InvalidArgumentError(f"FusedRNNCellAdaptor takes a cell; got {cell!r}")
        self.cell = cell
        self.use_dynamic_rnn = use_dynamic_rnn

    def __call__(
        self, inputs: Any, initial_state: Any = None, dtype: Any = None, sequence_length: Any = None, scope: Any = None
    ) -> tuple[Any, Any]:
        if isinstance(inputs, list | tuple):
            return static_rnn(self.cell, inputs, initial_state, dtype, sequence_length, scope)
        return dynamic_rnn(self.cell, inputs, sequence_length, initial_state, dtype, time_major=True, scope=scope)


class TimeReversedFusedRNN(FusedRNNCell):
    """What takes whole sequences, from their end to their beginning.

    Args:
        cell: what is run over the reversed sequences.
    """

    def __init__(self, cell: FusedRNNCell) -> None:
        self.cell = cell

    def __call__(
        self, inputs: Any, initial_state: Any = None, dtype: Any = None, sequence_length: Any = None, scope: Any = None
    ) -> tuple[Any, Any]:
        array = _sequences(inputs)
        outputs, state = self.cell(
            _reversed(array, sequence_length), initial_state, dtype, sequence_length=sequence_length, scope=scope
        )
        return _reversed(outputs, sequence_length), state


def _sequences(inputs: Any) -> Any:
    listed = isinstance(inputs, list | tuple)
    array = jnp.stack([jnp.asarray(to_device(x)) for x in inputs]) if listed else jnp.asarray(to_device(inputs))
    if array.ndim != 3:
        raise InvalidArgumentError(f"a fused cell takes inputs [time, batch, n]; got shape {array.shape}")
    return array


def _reversed(array: Any, lengths: Any) -> Any:
    """Reverses the first steps of each sequence of [time, batch, n]."""
    if lengths is None:
        return array[::-1]
    place = jnp.arange(array.shape[0])[:, jnp.newaxis]
    ends = jnp.asarray(to_device(lengths)).reshape(1, -1)
    order = jnp.where(place < ends, ends - 1 - place, place)
    return jnp.take_along_axis(array, order[:, :, jnp.newaxis], axis=0)
