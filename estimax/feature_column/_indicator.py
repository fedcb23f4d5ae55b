"""`indicator_column`: categories as columns of ones and zeros."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, final

from estimax.feature_column._checks import check_categorical
from estimax.feature_column._column import CategoricalColumn, DenseColumn
from estimax.feature_column._combining import counts
from estimax.io._example_specs import ExampleSpec


@final
@dataclass(frozen=True)
class IndicatorColumn(DenseColumn):
    """A column with a number for each category; made by `indicator_column`."""

    categorical_column: CategoricalColumn

    @property
    def name(self) -> str:
        return f"{self.categorical_column.name}_indicator"

    @property
    def parse_example_spec(self) -> dict[str, ExampleSpec]:
        return self.categorical_column.parse_example_spec

    @property
    def width(self) -> int:
        return self.categorical_column.num_buckets

    def host(self, features: Mapping[str, Any]) -> tuple[Any, ...]:
        """Builds the nodes to ids and, where there are some, weights."""
        return self.categorical_column.categories(features).parts

    def device(self, arrays: Sequence[Any], trainable: bool = True) -> Any:
        """Counts the categories of each example."""
        return counts(arrays[0], arrays[1] if len(arrays) > 1 else None, self.width)


def indicator_column(categorical_column: CategoricalColumn) -> IndicatorColumn:
    """Describes how often an example has each category: one-hot where it has one value.

    Args:
        categorical_column: the categories; with weights, these are summed.

    Raises:
        InvalidArgumentError: another kind of column.

    Example:
        >>> import estimax as tf
        >>> tags = tf.feature_column.categorical_column_with_vocabulary_list("tags", ["a", "b", "c"])
        >>> features = {"tags": [["a", "c"], ["b", "b"]]}
        >>> tf.compat.v1.feature_column.input_layer(features, [tf.feature_column.indicator_column(tags)]).tolist()
        [[1.0, 0.0, 1.0], [0.0, 2.0, 0.0]]
    """
    check_categorical(categorical_column, "indicator_column")
    return IndicatorColumn(categorical_column)
