"""Which columns a model gets: a list of them, checked and in their order."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from estimax._base._errors import InvalidArgumentError
from estimax.feature_column._column import FeatureColumn
from estimax.feature_column._shared_embedding import SharedEmbeddingColumn

_NOT_IN_VARIABLE_NAMES = re.compile(r"[^A-Za-z0-9_.\-]")


def scope_names(columns: Iterable[FeatureColumn]) -> list[str]:
    """Returns, for each column of a layer, the name under which its variables stand.

    It is the name of the column, or that of the table where TensorFlow 1.x named it
    so, with `_1`, `_2`, ... behind it where another column has it already.
    """
    taken: Counter[str] = Counter()
    names = []
    for column in columns:
        name = _NOT_IN_VARIABLE_NAMES.sub("_", _scope_name(column))
        names.append(f"{name}_{taken[name]}" if taken[name] else name)
        taken[name] += 1
    return names


def _scope_name(column: FeatureColumn) -> str:
    if isinstance(column, SharedEmbeddingColumn) and column.table.in_layer:
        return column.shared_embedding_collection_name
    return column.name


def sorted_columns(columns: Any) -> list[FeatureColumn]:
    """Returns columns in the order of their names.

    Args:
        columns: one column or any iterable of columns, such as the values of a dictionary.

    Raises:
        InvalidArgumentError: none, something else than a column, or two of one name.
    """
    listed = checked_columns(columns)
    if not listed:
        raise InvalidArgumentError("feature_columns must have at least one column; got none")
    taken: set[str] = set()
    for column in listed:
        if column.name in taken:
            raise InvalidArgumentError(
                f"every column needs a name of its own; got two with the name {column.name!r}. Give each once, "
                f"or copy the feature under another key in the input function"
            )
        taken.add(column.name)
    return sorted(listed, key=lambda column: column.name)


def checked_columns(columns: Any) -> list[FeatureColumn]:
    """Returns columns as a list; raises InvalidArgumentError for anything else."""
    if isinstance(columns, FeatureColumn):
        return [columns]
    if isinstance(columns, Mapping | str) or not isinstance(columns, Iterable):
        raise InvalidArgumentError(
            f"feature_columns must be a list of columns{', as columns.values() is' * isinstance(columns, Mapping)}; "
            f"got {type(columns).__name__}"
        )
    listed = list(columns)
    for column in listed:
        if not isinstance(column, FeatureColumn):
            raise InvalidArgumentError(
                f"feature_columns must be columns, as tf.feature_column.numeric_column makes them; got {column!r}"
            )
    return listed
