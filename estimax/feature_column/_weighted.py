"""`weighted_categorical_column`: categories that count with the weights of another feature."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, final

from estimax._base._dtypes import DType, as_dtype, float32
from estimax._base._errors import InvalidArgumentError
from estimax.feature_column import _features
from estimax.feature_column._checks import check_categorical, check_key
from estimax.feature_column._column import CategoricalColumn, Categories
from estimax.io._example_specs import ExampleSpec, VarLenFeature


@final
@dataclass(frozen=True)
class WeightedCategoricalColumn(CategoricalColumn):
    """A column of weighted categories; made by `weighted_categorical_column`."""

    categorical_column: CategoricalColumn
    weight_feature_key: str
    dtype: DType

    @property
    def name(self) -> str:
        return f"{self.categorical_column.name}_weighted_by_{self.weight_feature_key}"

    @property
    def parse_example_spec(self) -> dict[str, ExampleSpec]:
        return self.categorical_column.parse_example_spec | {self.weight_feature_key: VarLenFeature(self.dtype)}

    @property
    def num_buckets(self) -> int:
        return self.categorical_column.num_buckets

    def categories(self, features: Mapping[str, Any]) -> Categories:
        """Builds the nodes to ids and weights.

        Raises:
            InvalidArgumentError: there is not one weight for each value.
        """
        return self._weighted(self.categorical_column.categories(features).ids, features)

    def row_ids(self, features: Mapping[str, Any]) -> Categories:
        """Builds the nodes to ids by which a table is read, and weights."""
        return self._weighted(self.categorical_column.row_ids(features).ids, features)

    def _weighted(self, ids: Any, features: Mapping[str, Any]) -> Categories:
        weights = _features.weights(features, self.weight_feature_key, self.name)
        if (ids.spec.is_dense and weights.spec.is_dense) and not ids.shape.is_compatible_with(weights.shape):
            raise InvalidArgumentError(
                f"column {self.name!r} needs a weight for each value; the values have shape {tuple(ids.shape)} "
                f"and the feature {self.weight_feature_key!r} has {tuple(weights.shape)}"
            )
        return Categories(ids, weights, self.name)


def weighted_categorical_column(
    categorical_column: CategoricalColumn, weight_feature_key: str, dtype: Any = float32
) -> WeightedCategoricalColumn:
    """Describes categories that count as much as another feature says.

    Args:
        categorical_column: the categories.
        weight_feature_key: name of a feature of the same shape that holds the weights.
        dtype: in which the weights are parsed.

    Raises:
        InvalidArgumentError: another kind of column, one that has weights already, or a dtype that holds no numbers.

    Example:
        >>> import estimax as tf
        >>> words = tf.feature_column.categorical_column_with_vocabulary_list("words", ["a", "b"])
        >>> counted = tf.feature_column.indicator_column(
        ...     tf.feature_column.weighted_categorical_column(words, "counts"))
        >>> features = {"words": [["b", "a"]], "counts": [[2.0, 0.5]]}
        >>> tf.compat.v1.feature_column.input_layer(features, [counted]).tolist()
        [[0.5, 2.0]]
    """
    check_categorical(categorical_column, "weighted_categorical_column")
    check_key(weight_feature_key)
    weight_dtype = as_dtype(dtype)
    if not (weight_dtype.is_floating or weight_dtype.is_integer):
        raise InvalidArgumentError(f"weights of column {categorical_column.name!r} must be numbers; got {dtype!r}")
    if isinstance(categorical_column, WeightedCategoricalColumn):
        raise InvalidArgumentError(f"column {categorical_column.name!r} has weights already")
    return WeightedCategoricalColumn(categorical_column, weight_feature_key, weight_dtype)
