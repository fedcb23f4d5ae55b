"""What a parser of serialized examples must read for a model: its columns, the label and the weight."""

from __future__ import annotations

from typing import Any

from estimax._base._dtypes import float32, int64
from estimax.feature_column import NumericColumn, make_parse_example_spec, numeric_column
from estimax.io._example_specs import ExampleSpec, FixedLenFeature


def classifier_parse_example_spec(
    feature_columns: Any,
    label_key: str,
    label_dtype: Any = int64,
    label_default: Any = None,
    weight_column: Any = None,
) -> dict[str, ExampleSpec]:
    """Returns the features that a classifier reads, with its label, for `tf.io.parse_example`.

    Args:
        feature_columns: the columns of the classifier, all sides together.
        label_key: the feature that holds the label.
        label_dtype: of the label; `tf.string` with a label vocabulary.
        label_default: taken where an example has no label.
        weight_column: the feature that weighs examples, as a name or a numeric column.

    Raises:
        ValueError: the label or the weight is a feature of the columns too, or the weight
            column is neither a name nor a numeric column.

    Example:
        >>> import estimax as tf
        >>> rooms = tf.feature_column.numeric_column("rooms")
        >>> spec = tf.estimator.classifier_parse_example_spec([rooms], "sold", weight_column="sales")
        >>> spec["sold"]
        FixedLenFeature(shape=(1,), dtype=tf.int64, default_value=None)
        >>> sorted(spec)
        ['rooms', 'sales', 'sold']
    """
    label = FixedLenFeature((1,), label_dtype, label_default)
    return _with_label(feature_columns, label_key, label, weight_column)


def regressor_parse_example_spec(
    feature_columns: Any,
    label_key: str,
    label_dtype: Any = float32,
    label_default: Any = None,
    label_dimension: int = 1,
    weight_column: Any = None,
) -> dict[str, ExampleSpec]:
    """Returns the features that a regressor reads, with its label, for `tf.io.parse_example`.

    Args:
        feature_columns: the columns of the regressor, all sides together.
        label_key: the feature that holds the label.
        label_dtype: of the label.
        label_default: taken where an example has no label: one number or `label_dimension` of them.
        label_dimension: how many numbers the label has.
        weight_column: the feature that weighs examples, as a name or a numeric column.

    Raises:
        ValueError: the label or the weight is a feature of the columns too, the weight column
            is neither a name nor a numeric column, or `label_dimension` is below 1.

    Example:
        >>> import estimax as tf
        >>> rooms = tf.feature_column.numeric_column("rooms")
        >>> tf.estimator.regressor_parse_example_spec([rooms], "price")["price"]
        FixedLenFeature(shape=(1,), dtype=tf.float32, default_value=None)
    """
    if label_dimension < 1:
        raise ValueError(f"label_dimension must be at least 1; got {label_dimension}")
    label = FixedLenFeature((label_dimension,), label_dtype, label_default)
    return _with_label(feature_columns, label_key, label, weight_column)


def _with_label(columns: Any, label_key: str, label: ExampleSpec, weight_column: Any) -> dict[str, ExampleSpec]:
    spec = make_parse_example_spec(columns)
    _add(spec, "label_key", label_key, label)
    if weight_column is None:
        return spec
    weight = numeric_column(weight_column) if isinstance(weight_column, str) else weight_column
    if not isinstance(weight, NumericColumn):
        raise ValueError(f"weight_column must be the name of a feature or a numeric column; got {weight_column!r}")
    _add(spec, "weight_column", weight.key, weight.parse_example_spec[weight.key])
    return spec


def _add(spec: dict[str, ExampleSpec], argument: str, key: str, feature: ExampleSpec) -> None:
    if key in spec:
        raise ValueError(f"{argument} must not be a feature of the model; {key!r} is among the features {sorted(spec)}")
    spec[key] = feature
