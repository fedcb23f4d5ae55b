"""Which columns a model gets: a list of them, checked and in their order."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from estimax._base._errors import InvalidArgumentError
from estimax.feature_column._column import FeatureColumn

_NOT_IN_VARIABLE_NAMES = re.compile(r"[^A-Za-z0-9_.\-]")


def scope_name(column: FeatureColumn) -> str:
    """Returns the name of a column as it stands in the names of its variables."""
    return _NOT_IN_VARIABLE_NAMES.sub("_", column.name)


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
        name = scope_name(column)
        if name in taken:
            raise InvalidArgumentError(
                f"every column needs a name of its own; got two with the name {column.name!r}. Give each once, "
                f"or copy the feature under another key in the input function"
            )
        taken.add(name)
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
