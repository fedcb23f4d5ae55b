"""The model function of recurrent networks, for any head.

The layers and variables are those of the original: sequence and context columns under
`sequence_features` and `dense_features`, the cells under `rnn_model/rnn`, and a matrix
to the logits, `rnn_model/logits`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, final

import jax.numpy as jnp

from estimax import layers
from estimax._scope._crossing import to_device
from estimax._scope._frame import frame
from estimax._scope._scopes import name_scope
from estimax._scope._variables import variable_scope
from estimax.estimator._canned._optimizers import V2, OptimizerChoice
from estimax.estimator._canned._rnn_sequential_head import SequentialHeadWrapper
from estimax.estimator._canned._showing import show_layer, show_values
from estimax.estimator._heads._head import Head
from estimax.estimator._mode_keys import ModeKeys
from estimax.estimator._spec import EstimatorSpec
from estimax.feature_column._column import DenseColumn
from estimax.feature_column._dense_features import DenseFeatures
from estimax.feature_column._input_layer import dense_columns
from estimax.feature_column._sequence_input_layer import (
    SequenceFeatures,
    concatenate_context_input,
    sequence_columns,
)
from estimax.feature_column._sequence_masks import step_mask
from estimax.nn._recurrent_cell import RecurrentCell, check_units
from estimax.nn._recurrent_gates import GRUCell, LSTMCell, SimpleRNNCell, StackedRNNCells
from estimax.nn._recurrent_scan import run_cell

CELLS: dict[str, Callable[..., RecurrentCell]] = {"simple_rnn": SimpleRNNCell, "lstm": LSTMCell, "gru": GRUCell}

RATE = 0.05
CLIP_NORM = 5.0

FAMILY = replace(
    V2, by_name={name: partial(make, clipnorm=CLIP_NORM) for name, make in V2.by_name.items()}, dnn_rate=RATE
)
"""Optimizers that are given by name scale the gradient of each variable down to a norm of 5."""


@final
@dataclass(frozen=True)
class RNNModel:
    """A recurrent network under a head.

    Attributes:
        head: what the labels mean.
        sequence_columns: what is known of each step.
        context_columns: what is known of an example, put behind the numbers of each of its steps.
        make_cell: makes the cell, inside the model function.
        return_sequences: whether there are logits for each step instead of the last one.
        optimizer: what changes the variables.
    """

    head: Head
    sequence_columns: tuple[DenseColumn, ...]
    context_columns: tuple[DenseColumn, ...]
    make_cell: Callable[[], RecurrentCell]
    return_sequences: bool
    optimizer: OptimizerChoice

    def __call__(self, features: Any, labels: Any, mode: str) -> EstimatorSpec:
        training = mode == ModeKeys.TRAIN
        frame().shows_training = training
        logits, length = self.logits(features, training)
        if isinstance(self.head, SequentialHeadWrapper):
            features = {**features, self.head.sequence_length_mask: step_mask(length)}
        return self.head.create_estimator_spec(
            features, mode, logits, labels=labels, optimizer=self.optimizer.make() if training else None
        )

    def logits(self, features: Any, training: bool) -> tuple[Any, Any]:
        """Returns logits [batch, ..., logits] and the host Tensor of the lengths of sequences, int64 [batch]."""
        numbers, length = SequenceFeatures(self.sequence_columns).steps(features)
        if self.context_columns:
            numbers = concatenate_context_input(DenseFeatures(self.context_columns)(features), numbers)
        lengths = to_device(length)
        with variable_scope("rnn_model"):
            present = jnp.arange(numbers.shape[1]) < lengths[:, None]
            with variable_scope("rnn"):
                made = run_cell(self.make_cell(), numbers, present, training, all_outputs=self.return_sequences)
            net = made.outputs if self.return_sequences else made.output
            logits = layers.dense(net, self.head.logits_dimension, name="logits")
        if training:
            self._show(lengths, net, logits)
        return logits, length

    def _show(self, lengths: Any, net: Any, logits: Any) -> None:
        with name_scope(None):
            show_values("rnn_model/sequence_input_layer/sequence_length", lengths)
            if not self.return_sequences:  # or else there are steps that are not there, whose values mean nothing
                show_layer("rnn_model/rnn", net)
                show_layer("rnn_model/logits", logits)


def rnn_model(
    head: Head,
    sequence_feature_columns: Any,
    context_feature_columns: Any,
    units: Any,
    cell_type: Any,
    rnn_cell_fn: Any,
    return_sequences: bool,
    optimizer: Any,
) -> RNNModel:
    """Makes the model function of a recurrent network from the arguments of an estimator.

    Raises:
        ValueError: an argument that cannot be; it is named.
    """
    context = dense_columns(context_feature_columns) if context_feature_columns else ()
    return RNNModel(
        head,
        tuple(sequence_columns(sequence_feature_columns)),
        tuple(context),
        checked_cell(units, cell_type, rnn_cell_fn),
        bool(return_sequences),
        OptimizerChoice(optimizer, FAMILY, RATE),
    )


def checked_cell(units: Any, cell_type: Any, rnn_cell_fn: Any) -> Callable[[], RecurrentCell]:
    """Returns a function that makes the cell of an estimator.

    Raises:
        ValueError: units and a cell function both, or neither; units that are no sizes; an
            unknown kind of cell; or a function that makes something else.
    """
    if rnn_cell_fn is not None:
        if units is not None or cell_type is not None:
            raise ValueError(
                f"rnn_cell_fn makes the whole cell, so units and cell_type must not be given with it; got "
                f"units={units!r} and cell_type={cell_type!r}"
            )
        if not callable(rnn_cell_fn):
            raise ValueError(f"rnn_cell_fn must be a function that returns a cell; got {rnn_cell_fn!r}")
        return partial(_made, rnn_cell_fn)
    sizes = _checked_sizes(units)
    kind = CELLS.get(cell_type or "simple_rnn") if isinstance(cell_type, str | None) else cell_type
    if not callable(kind):
        raise ValueError(
            f"cell_type must be one of {', '.join(map(repr, CELLS))}, or a class of cells that takes the number of "
            f"units; got {cell_type!r}"
        )
    return partial(_stacked, kind, sizes)


def _checked_sizes(units: Any) -> tuple[int, ...]:
    if units is None:
        raise ValueError("a recurrent network needs units, a list with the size of each layer, or rnn_cell_fn")
    if isinstance(units, str | int) or not hasattr(units, "__iter__"):
        raise ValueError(f"units must be a list with the size of each layer, such as [32, 16]; got {units!r}")
    sizes = tuple(check_units(size, "a recurrent network") for size in units)
    if not sizes:
        raise ValueError("units must be a list with the size of each layer; got an empty one")
    return sizes


def _stacked(kind: Callable[..., RecurrentCell], sizes: tuple[int, ...]) -> RecurrentCell:
    cells = [_made(partial(kind, size)) for size in sizes]
    return cells[0] if len(cells) == 1 else StackedRNNCells(cells)


def _made(function: Callable[[], Any]) -> RecurrentCell:
    cell = function()
    if not isinstance(cell, RecurrentCell):
        raise ValueError(
            f"a recurrent network needs a cell, such as tf.keras.layers.LSTMCell(32) or a list of them in "
            f"tf.keras.layers.StackedRNNCells; got {cell!r}"
        )
    return cell
