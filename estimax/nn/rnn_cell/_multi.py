"""`MultiRNNCell`: cells on top of each other."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import jax.numpy as jnp

from estimax._base._errors import InvalidArgumentError
from estimax._scope._variables import variable_scope
from estimax.nn.rnn_cell._cell import RNNCell


class MultiRNNCell(RNNCell):
    """Cells of which each reads the output of the one below.

    One object that is given several times has its variables once.

    Args:
        cells: from the lowest to the highest.
        state_is_tuple: whether the state is a tuple of the states of the cells, or these side by side.

    Raises:
        InvalidArgumentError: no cells, or something else than cells.

    Example:
        >>> import estimax as tf
        >>> cells = [tf.nn.rnn_cell.GRUCell(4), tf.nn.rnn_cell.BasicLSTMCell(2)]
        >>> tf.nn.rnn_cell.MultiRNNCell(cells).state_size
        (4, LSTMStateTuple(c=2, h=2))
    """

    def __init__(self, cells: Sequence[RNNCell], state_is_tuple: bool = True) -> None:
        super().__init__()
        listed = list(cells) if isinstance(cells, list | tuple) else []
        wrong = [c for c in listed if not isinstance(c, RNNCell)]
        if not listed or wrong:
            raise InvalidArgumentError(f"MultiRNNCell takes a list of cells; got {wrong[0] if wrong else cells!r}")
        if not state_is_tuple and any(isinstance(c.state_size, tuple) for c in listed):
            raise InvalidArgumentError("with state_is_tuple=False all cells must have a state that is no tuple")
        self.cells = listed
        self.state_is_tuple = state_is_tuple

    @property
    def state_size(self) -> Any:
        sizes = tuple(cell.state_size for cell in self.cells)
        return sizes if self.state_is_tuple else sum(sizes)

    @property
    def output_size(self) -> int:
        size: int = self.cells[-1].output_size
        return size

    def call(self, inputs: Any, state: Any) -> tuple[Any, Any]:
        if not self.state_is_tuple:
            ends = [sum(c.state_size for c in self.cells[: i + 1]) for i in range(len(self.cells) - 1)]
            state = jnp.split(state, ends, axis=1)
        after = []
        for number, (cell, own) in enumerate(zip(self.cells, state, strict=True)):
            with variable_scope(f"cell_{number}"):
                inputs, one = cell(inputs, own)
            after.append(one)
        return inputs, tuple(after) if self.state_is_tuple else jnp.concatenate(after, axis=1)
