"""`input_layer`: the columns of a network's input side by side."""

from __future__ import annotations

from collections.abc import Collection, Mapping, MutableMapping, Sequence
from typing import Any

import jax.numpy as jnp

from estimax._base._errors import InvalidArgumentError
from estimax._scope._frame import frame
from estimax._scope._variables import VariableHandle, variable_scope
from estimax.feature_column._column import DenseColumn
from estimax.feature_column._entering import enter_together
from estimax.feature_column._selection import scope_names, sorted_columns
from estimax.feature_column._shared_embedding import make_shared_tables


def input_layer(
    features: Mapping[str, Any],
    feature_columns: Any,
    weight_collections: Any = None,
    trainable: bool = True,
    cols_to_vars: MutableMapping[Any, Any] | None = None,
    cols_to_output_tensors: MutableMapping[Any, Any] | None = None,
) -> Any:
    """Computes dense columns and joins them in the order of their names.

    Args:
        features: raw features by name, Tensors [batch] or [batch, k].
        feature_columns: numeric, bucketized, indicator and embedding columns, shared ones too.
        weight_collections: of no effect.
        trainable: whether training changes the variables of the columns.
        cols_to_vars: gets, for each column, the list of the variables that it made.
        cols_to_output_tensors: gets, for each column, its part of the result.

    Returns:
        float32 [batch, sum of the widths].

    Raises:
        InvalidArgumentError: a categorical column, two columns of one name, or a
            feature that is not there or of another type.

    Example:
        >>> import estimax as tf
        >>> columns = [tf.feature_column.numeric_column("width"), tf.feature_column.numeric_column("height")]
        >>> tf.compat.v1.feature_column.input_layer({"width": [1.0, 2.0], "height": [3.0, 4.0]}, columns).tolist()
        [[3.0, 1.0], [4.0, 2.0]]
    """
    columns = dense_columns(feature_columns)
    make_shared_tables(columns, trainable)
    name = frame().unique_name("input_layer")
    return joined(name, features, columns, trainable, cols_to_vars, cols_to_output_tensors)


def joined(
    scope: str,
    features: Mapping[str, Any],
    columns: Sequence[DenseColumn],
    trainable: bool,
    cols_to_vars: MutableMapping[Any, Any] | None = None,
    cols_to_output_tensors: MutableMapping[Any, Any] | None = None,
) -> Any:
    """Computes columns in a scope, which gets their variables, and joins them."""
    parts = [column.host(features) for column in columns]
    arrays = iter(enter_together([p for part in parts for p in part]))
    outputs = []
    with variable_scope(scope):
        for column, part, own in zip(columns, parts, scope_names(columns), strict=True):
            known = set(frame().specs)
            with variable_scope(own):
                output = column.device([next(arrays) for _ in part], trainable)
            outputs.append(output)
            if cols_to_vars is not None:
                cols_to_vars[column] = made_since(known)
            if cols_to_output_tensors is not None:
                cols_to_output_tensors[column] = output
        return outputs[0] if len(outputs) == 1 else jnp.concatenate(outputs, axis=1)


def made_since(known: Collection[str]) -> list[VariableHandle]:
    """Returns the variables of the running model function but for those of the given names."""
    active = frame()
    return [VariableHandle(spec, active.variable(spec)) for name, spec in active.specs.items() if name not in known]


def dense_columns(feature_columns: Any) -> list[DenseColumn]:
    """Returns columns in the order of their names.

    Raises:
        InvalidArgumentError: none, two of one name, or one that is not dense.
    """
    return [_dense(column) for column in sorted_columns(feature_columns)]


def _dense(column: Any) -> DenseColumn:
    if isinstance(column, DenseColumn):
        return column
    raise InvalidArgumentError(
        f"the columns of an input layer must be dense; {column.name!r} is categorical. Wrap it in an "
        f"indicator_column or an embedding_column"
    )
