"""The two kinds of pre-made models: a weighted sum of columns and a network over them.

Each is a description that is checked when it is made and computes logits under the
original's variable names. A model is one of them, or the sum of one of each.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, ClassVar, final

from estimax import feature_column as fc
from estimax import layers
from estimax._scope._assigning import run_now
from estimax._scope._frame import frame
from estimax._scope._scopes import name_scope
from estimax._scope._variables import variable_scope
from estimax.estimator._canned._activations import checked_activation
from estimax.estimator._canned._optimizers import OptimizerChoice
from estimax.estimator._canned._showing import show_layer, show_weights
from estimax.feature_column._combining import check_combiner
from estimax.feature_column._selection import sorted_columns


@dataclass(frozen=True)
class Part(ABC):
    """The interface of both.

    Attributes:
        scope: stands before the names of its variables.
        columns: its inputs.
        optimizer: what changes its variables.
    """

    scope: ClassVar[str]

    columns: tuple[fc.FeatureColumn, ...]
    optimizer: OptimizerChoice

    @abstractmethod
    def logits(self, features: Any, units: int, training: bool) -> Any:
        """Computes float32 [batch, units]; makes the variables of the part."""

    def variables(self) -> list[str]:
        """Returns the names of the trainable variables that the running model function made for the part."""
        specs = frame().specs.items()
        return [name for name, spec in specs if spec.is_trainable and name.startswith(f"{self.scope}/")]

    def tags(self) -> AbstractContextManager[str]:
        """Opens the name scope of what the part shows: in the family of 1.x its own, in that of 2.x none."""
        return name_scope(f"{self.scope}/" if self.optimizer.family.shows_in_scopes else None)

    def show_layers(self, layers: Mapping[str, Any]) -> None:
        """Shows the values of layers, by their names."""
        with self.tags():
            for name, values in layers.items():
                show_layer(name, values)


@final
@dataclass(frozen=True)
class LinearPart(Part):
    """A weighted sum of columns.

    Attributes:
        sparse_combiner: 'sum', 'mean' or 'sqrtn' of the weights of several values of a feature.
    """

    scope: ClassVar[str] = "linear"

    sparse_combiner: str = "sum"

    def __post_init__(self) -> None:
        check_combiner(self.sparse_combiner, "sparse_combiner")

    def logits(self, features: Any, units: int, training: bool) -> Any:
        """Computes the weighted sums of the columns, float32 [batch, units]."""
        with variable_scope(self.scope):
            sums = fc.linear_model(features, self.columns, units=units, sparse_combiner=self.sparse_combiner)
        if training:
            with self.tags():
                show_weights(self.variables(), bias=f"{self.scope}/linear_model/bias_weights")
        return sums


@final
@dataclass(frozen=True)
class NetworkPart(Part):
    """A fully connected network: in each layer a matrix, the activation, dropout, batch normalization.

    Attributes:
        hidden_units: sizes of the hidden layers.
        activation: of the hidden layers; None for none.
        dropout: the share of hidden values that is left out while training; None for none.
        batch_norm: whether hidden layers are followed by batch normalization.
    """

    scope: ClassVar[str] = "dnn"

    hidden_units: tuple[int, ...]
    activation: Callable[[Any], Any] | None
    dropout: float | None
    batch_norm: bool

    def logits(self, features: Any, units: int, training: bool) -> Any:
        """Computes the output of the network, float32 [batch, units]."""
        shown = {}
        with variable_scope(self.scope):
            with variable_scope("input_from_feature_columns"):
                net = fc.input_layer(features, self.columns)
            for number, size in enumerate(self.hidden_units):
                name = f"hiddenlayer_{number}"
                shown[f"{self.scope}/{name}"] = net = self._hidden(net, name, number, size, training)
            shown[f"{self.scope}/logits"] = net = layers.dense(net, units, name="logits")
        if training:
            self.show_layers(shown)
        return net

    def _hidden(self, net: Any, name: str, number: int, size: int, training: bool) -> Any:
        net = layers.dense(net, size, activation=self.activation, name=name)
        with variable_scope(name, auxiliary_name_scope=False), name_scope(f"{self.scope}/{name}/"):
            if self.dropout:
                net = layers.dropout(net, self.dropout, training=training)
            if not self.batch_norm:
                return net
            normalization = layers.BatchNormalization(momentum=0.999, epsilon=1e-3, name=f"batchnorm_{number}")
            net = normalization(net, training=training)
        run_now(normalization.updates)
        return net


def network_part(
    columns: Any, optimizer: OptimizerChoice, hidden_units: Any, activation_fn: Any, dropout: Any, batch_norm: Any
) -> NetworkPart:
    """Makes a network from the arguments of an estimator.

    Raises:
        ValueError: no column or one that is not dense, a size that is not a positive whole
            number, an unknown activation, or a dropout outside [0, 1).
    """
    return NetworkPart(
        _dense_columns(columns),
        optimizer,
        _checked_hidden_units(hidden_units),
        checked_activation(activation_fn),
        _checked_dropout(dropout),
        bool(batch_norm),
    )


def checked_columns(columns: Any) -> tuple[fc.FeatureColumn, ...]:
    """Returns columns in the order of their names, from one column or any iterable of them.

    Raises:
        ValueError: none, something else than a column, or two of one name.
    """
    return tuple(sorted_columns(columns))


def _dense_columns(columns: Any) -> tuple[fc.FeatureColumn, ...]:
    listed = checked_columns(columns)
    for column in listed:
        if isinstance(column, fc.CategoricalColumn) and not isinstance(column, fc.DenseColumn):
            raise ValueError(
                f"the columns of a network must be dense; {column.name!r} is categorical. Wrap it in an "
                f"indicator_column or an embedding_column"
            )
        if not isinstance(column, fc.DenseColumn):
            raise ValueError(f"the columns of a network must be dense; {column.name!r} is a {type(column).__name__}")
    return listed


def _checked_hidden_units(hidden_units: Any) -> tuple[int, ...]:
    """Returns the sizes of hidden layers as integers; programs also give strings."""
    try:
        sizes = tuple(int(u) for u in hidden_units)
    except (TypeError, ValueError):
        sizes = (0,)
    if any(size < 1 for size in sizes):
        raise ValueError(f"hidden_units must be positive whole numbers, one for each layer; got {hidden_units!r}")
    return sizes


def _checked_dropout(dropout: Any) -> float | None:
    if dropout is None:
        return None
    if isinstance(dropout, bool | str) or not 0 <= dropout < 1:
        raise ValueError(
            f"dropout must be the share of hidden values to leave out, from 0 to less than 1, or None; got {dropout!r}"
        )
    return float(dropout)
