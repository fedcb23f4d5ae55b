"""What the constructors of several columns demand of their arguments."""

from __future__ import annotations

from typing import Any

import numpy as np

from estimax._base._dtypes import DType, as_dtype
from estimax._base._errors import InvalidArgumentError
from estimax.feature_column._column import CategoricalColumn


def check_key(key: Any) -> None:
    """Raises InvalidArgumentError unless a key is the name of a feature."""
    if not isinstance(key, str):
        raise InvalidArgumentError(f"the key of a column is the name of a feature, a string; got {key!r}")


def is_whole(value: Any) -> bool:
    """Tells whether a value is an integer, and not True or False."""
    return isinstance(value, int | np.integer) and not isinstance(value, bool)


def check_count(value: Any, what: str, column: str) -> int:
    """Returns a count as an int; raises InvalidArgumentError unless it is a whole number of 1 or more."""
    try:
        count = 0 if isinstance(value, bool) else int(value)
    except (TypeError, ValueError):
        count = 0
    if count < 1 or count != value:
        raise InvalidArgumentError(f"{what} of column {column!r} must be a whole number, 1 or more; got {value!r}")
    return count


def checked_category_dtype(dtype: Any, key: str) -> DType:
    """Returns the dtype of a categorical feature.

    Raises InvalidArgumentError unless it is string or an integer type.
    """
    category_dtype = as_dtype(dtype)
    if not (category_dtype.is_string or category_dtype.is_integer):
        raise InvalidArgumentError(
            f"categorical column {key!r} takes strings or integers; got dtype {category_dtype.name}. "
            f"For numbers with fractions use bucketized_column"
        )
    return category_dtype


def check_oov(default_value: Any, num_oov_buckets: Any, key: str) -> None:
    """Raises InvalidArgumentError unless at most one way is given to treat what is out of vocabulary."""
    check_default(default_value, key)
    if not is_whole(num_oov_buckets) or num_oov_buckets < 0:
        raise InvalidArgumentError(f"num_oov_buckets of column {key!r} must be 0 or more; got {num_oov_buckets!r}")
    if num_oov_buckets and default_value not in (None, -1):
        raise InvalidArgumentError(
            f"column {key!r} can have a default_value or num_oov_buckets for what is out of vocabulary, not both; "
            f"got default_value={default_value!r} and num_oov_buckets={num_oov_buckets!r}"
        )


def check_default(default_value: Any, key: str) -> None:
    """Raises InvalidArgumentError unless the category of all other values is a whole number, or None."""
    if default_value is not None and not is_whole(default_value):
        raise InvalidArgumentError(
            f"default_value of column {key!r} is the number of a category, or None; got {default_value!r}"
        )


def check_categorical(column: Any, by: str) -> None:
    """Raises InvalidArgumentError unless a column is categorical."""
    if not isinstance(column, CategoricalColumn):
        raise InvalidArgumentError(
            f"{by} needs a categorical column, as categorical_column_with_vocabulary_list makes it; got {column!r}"
        )
