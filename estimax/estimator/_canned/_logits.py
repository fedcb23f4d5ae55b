"""The logits of linear models and of networks, under the original's variable names."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from estimax import feature_column as fc
from estimax import layers
from estimax._scope._frame import frame
from estimax._scope._variables import variable_scope

LINEAR_SCOPE = "linear"
DNN_SCOPE = "dnn"


def linear_logits(features: Any, columns: Sequence[Any], units: int, sparse_combiner: str) -> Any:
    """Returns the weighted sum of the columns, [batch, units]."""
    with variable_scope(LINEAR_SCOPE):
        return fc.linear_model(features, columns, units=units, sparse_combiner=sparse_combiner)


def dnn_logits(
    features: Any,
    columns: Sequence[Any],
    units: int,
    hidden_units: Sequence[int],
    activation_fn: Callable[[Any], Any],
    dropout: float | None,
    batch_norm: bool,
    training: bool,
) -> Any:
    """Returns the output of a fully connected network over the columns, [batch, units]."""
    with variable_scope(DNN_SCOPE):
        with variable_scope("input_from_feature_columns"):
            net = fc.input_layer(features, columns)
        for number, size in enumerate(hidden_units):
            net = layers.dense(net, size, activation=activation_fn, name=f"hiddenlayer_{number}")
            net = layers.dropout(net, dropout, training=training) if dropout else net
            if batch_norm:
                with variable_scope(f"hiddenlayer_{number}"):
                    net = layers.batch_normalization(
                        net, momentum=0.999, epsilon=1e-3, training=training, name=f"batchnorm_{number}"
                    )
        return layers.dense(net, units, name="logits")


def variables_under(scope: str) -> list[str]:
    """Returns the names of the trainable variables that the running model function made under a scope."""
    return [name for name, spec in frame().specs.items() if spec.is_trainable and name.startswith(f"{scope}/")]


def checked_hidden_units(hidden_units: Any) -> tuple[int, ...]:
    """Returns the sizes of hidden layers as integers; programs also give strings.

    Raises:
        ValueError: a size that is not a positive whole number.
    """
    try:
        sizes = tuple(int(u) for u in hidden_units)
    except (TypeError, ValueError):
        sizes = (0,)
    if any(size < 1 for size in sizes):
        raise ValueError(f"hidden_units must be positive whole numbers, one for each layer; got {hidden_units!r}")
    return sizes
