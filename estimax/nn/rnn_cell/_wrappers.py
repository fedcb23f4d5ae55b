"""Cells around other cells: dropout, residual connections, devices."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import jax
import jax.numpy as jnp

from estimax._base._errors import InvalidArgumentError
from estimax.nn._recurrent_loops import drawn_key, sequence_key
from estimax.nn.rnn_cell._cell import RNNCell
from estimax.nn.rnn_cell._lstm import LSTMStateTuple


class _Wrapper(RNNCell):
    """A cell whose variables are those of another one."""

    def __init__(self, cell: RNNCell, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        if not isinstance(cell, RNNCell):
            raise InvalidArgumentError(f"{type(self).__name__} takes a cell; got {cell!r}")
        self.cell = cell

    @property
    def wrapped_cell(self) -> RNNCell:
        """The cell inside."""
        return self.cell

    @property
    def state_size(self) -> Any:
        return self.cell.state_size

    @property
    def output_size(self) -> int:
        return self.cell.output_size

    @contextmanager
    def scope(self, name: Any = None) -> Iterator[None]:
        yield

    def call(self, inputs: Any, state: Any) -> tuple[Any, Any]:
        return self.cell(inputs, state)


class DeviceWrapper(_Wrapper):
    """Does what the cell does; where is decided elsewhere.

    Args:
        cell: what is wrapped.
        device: of no effect.
    """

    def __init__(self, cell: RNNCell, device: Any = None, **kwargs: Any) -> None:
        super().__init__(cell, **kwargs)


class ResidualWrapper(_Wrapper):
    """Adds the inputs of a cell to its output: He et al. (2016).

    Args:
        cell: what is wrapped.
        residual_fn: (inputs, outputs) -> outputs, in place of the sum.

    Raises:
        InvalidArgumentError: the inputs have another width than the output; raised at the first step.
    """

    def __init__(self, cell: RNNCell, residual_fn: Callable[[Any, Any], Any] | None = None, **kwargs: Any) -> None:
        super().__init__(cell, **kwargs)
        self.residual_fn = residual_fn

    def call(self, inputs: Any, state: Any) -> tuple[Any, Any]:
        output, after = self.cell(inputs, state)
        if self.residual_fn is not None:
            return self.residual_fn(inputs, output), after
        if inputs.shape != output.shape:
            raise InvalidArgumentError(
                f"a ResidualWrapper needs inputs as wide as the output of its cell; got {inputs.shape[1]} and "
                f"{output.shape[1]}"
            )
        return inputs + output, after


class DropoutWrapper(_Wrapper):
    """Drops inputs, outputs and state of a cell at random, and divides the others by the share that is kept.

    Other values are dropped in each step. With `variational_recurrent` they are the
    same in all steps of a batch of sequences: Gal and Ghahramani, NIPS 2016. The memory
    in an `LSTMStateTuple` is never dropped.

    Args:
        cell: what is wrapped.
        input_keep_prob: the share of the inputs that is kept, a number or an array; it holds in all modes, so a
            program gives 1 except while training.
        output_keep_prob: the share of the output that is kept.
        state_keep_prob: the share of the state that is kept, as the next step sees it.
        variational_recurrent: whether the same values are dropped in all steps.
        input_size: of no effect.
        dtype: of no effect.
        seed: of no effect: random numbers depend on the seed of the run and the step.
        dropout_state_filter_visitor: of no effect but None.

    Raises:
        InvalidArgumentError: a share outside (0, 1].
    """

    def __init__(
        self,
        cell: RNNCell,
        input_keep_prob: Any = 1.0,
        output_keep_prob: Any = 1.0,
        state_keep_prob: Any = 1.0,
        variational_recurrent: bool = False,
        input_size: Any = None,
        dtype: Any = None,
        seed: Any = None,
        dropout_state_filter_visitor: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(cell, **kwargs)
        shares = {
            "input_keep_prob": input_keep_prob,
            "output_keep_prob": output_keep_prob,
            "state_keep_prob": state_keep_prob,
        }
        for name, share in shares.items():
            if isinstance(share, int | float) and not 0 < share <= 1:
                raise InvalidArgumentError(f"{name} of DropoutWrapper must lie in (0, 1]; got {share!r}")
        if dropout_state_filter_visitor is not None:
            raise InvalidArgumentError("dropout_state_filter_visitor of DropoutWrapper must be None")
        self.shares = tuple(shares.values())
        self.variational_recurrent = variational_recurrent

    def call(self, inputs: Any, state: Any) -> tuple[Any, Any]:
        output, after = self.cell(self._kept(inputs, 0), state)
        return self._kept(output, 1), self._kept_state(after)

    def _kept(self, values: Any, number: int, part: int = 0) -> Any:
        share = self.shares[number]
        if isinstance(share, int | float) and share == 1:
            return values
        key = jax.random.fold_in(sequence_key(self), 16 * part + number) if self.variational_recurrent else drawn_key()
        there = jax.random.bernoulli(key, share, values.shape)
        return jnp.where(there, values / share, 0)

    def _kept_state(self, state: Any) -> Any:
        part = 0

        def kept(value: Any) -> Any:
            nonlocal part
            if isinstance(value, LSTMStateTuple):
                return LSTMStateTuple(value.c, kept(value.h))
            if isinstance(value, tuple):
                return tuple(kept(v) for v in value)
            part += 1
            return self._kept(value, 2, part)

        return kept(state)
