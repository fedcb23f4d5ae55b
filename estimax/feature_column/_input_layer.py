"""`input_layer`: the columns of a network's input side by side."""

from __future__ import annotations

from collections.abc import Mapping, MutableMapping
from typing import Any

import jax.numpy as jnp

from estimax._base._errors import InvalidArgumentError
from estimax._scope._frame import frame
from estimax._scope._variables import variable_scope
from estimax.feature_column._column import DenseColumn
from estimax.feature_column._entering import enter_together
from estimax.feature_column._selection import scope_name, sorted_columns


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
        feature_columns: numeric, bucketized, indicator and embedding columns.
        weight_collections: of no effect.
        trainable: whether training changes the variables of the columns.
        cols_to_vars: gets, for each column, the names of its variables.
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
    columns = [_dense(column) for column in sorted_columns(feature_columns)]
    active = frame()
    with variable_scope(active.unique_name("input_layer")):
        parts = [column.host(features) for column in columns]
        arrays = iter(enter_together([p for part in parts for p in part]))
        outputs = []
        for column, part in zip(columns, parts, strict=True):
            known = set(active.specs)
            with variable_scope(scope_name(column)):
                output = column.device([next(arrays) for _ in part], trainable)
            outputs.append(output)
            if cols_to_vars is not None:
                cols_to_vars[column] = [name for name in active.specs if name not in known]
            if cols_to_output_tensors is not None:
                cols_to_output_tensors[column] = output
    return outputs[0] if len(outputs) == 1 else jnp.concatenate(outputs, axis=1)


def _dense(column: Any) -> DenseColumn:
    if isinstance(column, DenseColumn):
        return column
    raise InvalidArgumentError(
        f"the columns of an input layer must be dense; {column.name!r} is categorical. Wrap it in an "
        f"indicator_column or an embedding_column"
    )
