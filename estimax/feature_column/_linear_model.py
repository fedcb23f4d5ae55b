"""`linear_model`: a weighted sum of all columns."""

from __future__ import annotations

from collections.abc import Mapping, MutableMapping, Sequence
from typing import Any

import jax.numpy as jnp

from estimax._base._errors import InvalidArgumentError
from estimax._scope._frame import frame
from estimax._scope._variables import Table, get_variable, variable_scope
from estimax.feature_column._checks import is_whole
from estimax.feature_column._column import CategoricalColumn, DenseColumn, FeatureColumn
from estimax.feature_column._combining import check_combiner, combine, read_ids
from estimax.feature_column._entering import enter_together
from estimax.feature_column._input_layer import made_since
from estimax.feature_column._selection import scope_names, sorted_columns
from estimax.feature_column._shared_embedding import make_shared_tables
from estimax.initializers import zeros_initializer


def linear_model(
    features: Mapping[str, Any],
    feature_columns: Any,
    units: int = 1,
    sparse_combiner: str = "sum",
    weight_collections: Any = None,
    trainable: bool = True,
    cols_to_vars: MutableMapping[Any, Any] | None = None,
) -> Any:
    """Computes a weighted sum of columns, plus a bias; all weights start at zero.

    A categorical or bucketized column has a weight for each category, of which those
    of the example are combined; a dense column one for each of its numbers. The
    variables are `linear_model/<column>/weights` and `linear_model/bias_weights`.

    Args:
        features: raw features by name, Tensors [batch] or [batch, k].
        feature_columns: columns of any kind.
        units: how many sums, each with weights of its own.
        sparse_combiner: how the weights of an example with several categories in a
            column become one: 'mean', 'sqrtn' or 'sum'.
        weight_collections: of no effect.
        trainable: whether training changes the variables.
        cols_to_vars: gets, for each column and for 'bias', the list of its variables.

    Returns:
        float32 [batch, units].

    Raises:
        InvalidArgumentError: two columns of one name, or a feature that is not there or of another type.

    Example:
        >>> import estimax as tf
        >>> columns = [tf.feature_column.numeric_column("width")]
        >>> tf.compat.v1.feature_column.linear_model({"width": [1.0, 2.0]}, columns).tolist()
        [[0.0], [0.0]]
    """
    columns = sorted_columns(feature_columns)
    check_combiner(sparse_combiner, "sparse_combiner")
    check_units(units)
    make_shared_tables(columns, trainable)
    return weighted_sum(
        frame().unique_name("linear_model"), features, columns, units, sparse_combiner, trainable, cols_to_vars
    )


def weighted_sum(
    scope: str,
    features: Mapping[str, Any],
    columns: Sequence[FeatureColumn],
    units: int,
    sparse_combiner: str,
    trainable: bool,
    cols_to_vars: MutableMapping[Any, Any] | None = None,
) -> Any:
    """Computes the sum in a scope, which gets the weights and the bias."""
    parts = [_host(column, features) for column in columns]
    arrays = iter(enter_together([p for part in parts for p in part]))
    sums: list[Any] = []
    dense: list[tuple[Any, Any]] = []
    with variable_scope(scope):
        for column, part, own in zip(columns, parts, scope_names(columns), strict=True):
            known = set(frame().specs)
            mine = [next(arrays) for _ in part]
            with variable_scope(own):
                if isinstance(column, CategoricalColumn):
                    sums.append(_categorical(column, mine, units, sparse_combiner, trainable))
                else:
                    dense.append(_dense(column, mine, units, trainable))
            if cols_to_vars is not None:
                cols_to_vars[column] = made_since(known)
        known = set(frame().specs)
        bias = get_variable("bias_weights", (units,), initializer=zeros_initializer(), trainable=trainable)
        if cols_to_vars is not None:
            cols_to_vars["bias"] = made_since(known)
        if dense:
            sums.append(jnp.concatenate([x for x, _ in dense], 1) @ jnp.concatenate([w for _, w in dense]))
        return sum(sums[1:], sums[0]) + bias


def check_units(units: Any) -> None:
    """Raises InvalidArgumentError unless a linear model has at least one sum."""
    if not is_whole(units) or units < 1:
        raise InvalidArgumentError(f"units must be 1 or more, a whole number; got {units!r}")


def _host(column: FeatureColumn, features: Mapping[str, Any]) -> tuple[Any, ...]:
    if isinstance(column, CategoricalColumn):
        return column.row_ids(features).parts
    assert isinstance(column, DenseColumn)
    return column.host(features)


def _categorical(
    column: CategoricalColumn, arrays: Sequence[Any], units: int, sparse_combiner: str, trainable: bool
) -> Any:
    table = Table("weights", (column.num_buckets, units), zeros_initializer(), trainable=trainable)
    ids, weights = arrays[0], arrays[1] if len(arrays) > 1 else None
    return combine(table.lookup(read_ids(ids, weights, sparse_combiner)), ids, weights, sparse_combiner)


def _dense(column: Any, arrays: Sequence[Any], units: int, trainable: bool) -> tuple[Any, Any]:
    """Returns the numbers of a column [batch, n] and their weights [n, units]."""
    weights = get_variable("weights", (column.width, units), initializer=zeros_initializer(), trainable=trainable)
    return column.device(arrays, trainable), weights
