"""Feature columns as the inputs of trees.

A tree asks of an example whether one number is at most a threshold. Each number
that can be asked for is a feature, counted from 0 in the order of the columns:

- a numeric column has a feature for each of its numbers,
- a bucketized column one for each number too, the index of its bucket, since
  buckets have an order,
- an indicator, or a categorical column as it is, one for each category: how often
  the example has it, or the sum of its weights.

Categories never become a row of zeros and ones where an example has a single one:
what is kept is its id, and the feature is whether it equals a number.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import jax.numpy as jnp
import numpy as np

from estimax._base._errors import InvalidArgumentError
from estimax.feature_column._bucketized import BucketizedColumn
from estimax.feature_column._column import CategoricalColumn
from estimax.feature_column._combining import counts
from estimax.feature_column._entering import enter_together
from estimax.feature_column._indicator import IndicatorColumn
from estimax.feature_column._numeric import NumericColumn
from estimax.feature_column._selection import sorted_columns

_MOST_FEATURES = 1 << 24  # ids are compared as float32, which has all whole numbers up to here


@dataclass(frozen=True, eq=False)
class Values:
    """What a batch has of one column: numbers [batch, width], or ids [batch, k] and perhaps their weights."""

    numbers: Any = None
    ids: Any = None
    weights: Any = None

    @property
    def is_single(self) -> bool:
        """Whether each example has one category at most."""
        return self.ids is not None and self.weights is None and self.ids.shape[1] == 1


@dataclass(frozen=True, eq=False)
class Slots:
    """A batch as trees read it: `table` [batch, slots], and where in it each feature is found.

    Columns are counted as in `TreeColumns`. `base` is the first slot of a column;
    `is_id` tells that its only slot holds the id of the example's category.
    """

    table: Any
    base: np.ndarray
    is_id: np.ndarray


@dataclass(frozen=True)
class TreeColumns:
    """The columns of a model in the order of their names.

    Raises:
        InvalidArgumentError: no column, two of one name, or a kind that trees cannot use.
    """

    columns: tuple[Any, ...]

    def __post_init__(self) -> None:
        columns = tuple(sorted_columns(self.columns))
        for column in columns:
            _check(column)
        object.__setattr__(self, "columns", columns)
        if self.feature_count > _MOST_FEATURES:
            raise InvalidArgumentError(
                f"the columns of boosted trees may have {_MOST_FEATURES} categories and numbers in all; "
                f"got {self.feature_count}"
            )

    @cached_property
    def widths(self) -> tuple[int, ...]:
        """How many features each column has."""
        return tuple(_width(c) for c in self.columns)

    @cached_property
    def offsets(self) -> np.ndarray:
        """The first feature of each column, and, at the end, the number of features; int32."""
        return np.concatenate([[0], np.cumsum(self.widths)]).astype(np.int32)

    @property
    def feature_count(self) -> int:
        return sum(self.widths)

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The name under which a column's contributions are reported; that of the categories for an indicator."""
        return tuple(c.categorical_column.name if isinstance(c, IndicatorColumn) else c.name for c in self.columns)

    def feature_name(self, feature: int) -> str:
        """Returns the name of one feature, `sex_indicator:female` for a category."""
        number = int(np.searchsorted(self.offsets, feature, side="right")) - 1
        column, local = self.columns[number], feature - int(self.offsets[number])
        if categories_of(column) is None:
            return column.name if self.widths[number] == 1 else f"{column.name}:{local}"
        words = getattr(categories_of(column), "vocabulary_list", ())
        return f"{column.name}:{words[local] if local < len(words) else local}"

    def enter(self, features: Mapping[str, Any]) -> list[Values]:
        """Takes what the columns read of the features to the device."""
        parts = [_host(column, features) for column in self.columns]
        arrays = iter(enter_together([p for part in parts for p in part]))
        taken = [[next(arrays) for _ in part] for part in parts]
        return [_values(column, mine) for column, mine in zip(self.columns, taken, strict=True)]

    def slots(self, values: Sequence[Values]) -> Slots:
        """Lays the columns of a batch side by side."""
        parts, base, start = [], [], 0
        for given, width in zip(values, self.widths, strict=True):
            parts.append(_slots(given, width))
            base.append(start)
            start += parts[-1].shape[1]
        is_id = np.array([v.is_single for v in values])
        return Slots(jnp.concatenate(parts, axis=1), np.array(base, np.int32), is_id)

    def most_bins(self, bins: int) -> list[int] | None:
        """Returns how many intervals each feature may have, or None where `bins` is enough for all.

        The buckets of a column stay apart however many they are.
        """
        needed = [len(c.boundaries) + 1 if isinstance(c, BucketizedColumn) else 0 for c in self.columns]
        if max(needed) <= bins:
            return None
        pairs = zip(needed, self.widths, strict=True)
        return [max(n + 1, bins) for n, width in pairs for _ in range(width)]

    def __iter__(self) -> Iterator[Any]:
        return iter(self.columns)


def categories_of(column: Any) -> CategoricalColumn | None:
    """Returns the categorical column whose categories are features, or None for columns of numbers."""
    if isinstance(column, IndicatorColumn):
        return column.categorical_column
    if isinstance(column, CategoricalColumn) and not isinstance(column, BucketizedColumn):
        return column
    return None


def _check(column: Any) -> None:
    if isinstance(column, NumericColumn | BucketizedColumn):
        return
    categories = categories_of(column)
    if categories is None:
        raise InvalidArgumentError(
            f"boosted trees take numeric, bucketized, indicator and categorical columns; {column.name!r} is a "
            f"{type(column).__name__}"
        )
    if categories.num_buckets < 1:
        raise InvalidArgumentError(f"column {column.name!r} must have at least one category; it has none")


def _width(column: Any) -> int:
    categories = categories_of(column)
    if categories is not None:
        return categories.num_buckets
    return int(column.source_column.width if isinstance(column, BucketizedColumn) else column.width)


def _host(column: Any, features: Mapping[str, Any]) -> tuple[Any, ...]:
    if isinstance(column, NumericColumn):
        return column.host(features)
    categories: CategoricalColumn = categories_of(column) or column
    return categories.categories(features).parts


def _values(column: Any, arrays: Sequence[Any]) -> Values:
    if isinstance(column, NumericColumn):
        return Values(numbers=column.device(arrays))
    if isinstance(column, BucketizedColumn):
        each = len(column.boundaries) + 1
        first = jnp.arange(column.source_column.width, dtype=jnp.int32) * each
        return Values(numbers=(arrays[0] - first).astype(jnp.float32))
    return Values(ids=arrays[0], weights=arrays[1] if len(arrays) > 1 else None)


def _slots(values: Values, width: int) -> Any:
    if values.numbers is not None:
        return values.numbers.astype(jnp.float32)
    if values.is_single:
        return values.ids.astype(jnp.float32)
    return counts(values.ids, values.weights, width)
