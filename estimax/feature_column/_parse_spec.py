"""`make_parse_example_spec`: what a parser must read for some columns."""

from __future__ import annotations

from typing import Any

from estimax._base._errors import InvalidArgumentError
from estimax.feature_column._selection import checked_columns
from estimax.io._example_specs import ExampleSpec


def make_parse_example_spec(feature_columns: Any) -> dict[str, ExampleSpec]:
    """Returns the raw features that columns read, for a parser of serialized examples.

    Args:
        feature_columns: columns of any kind.

    Raises:
        InvalidArgumentError: something else than columns, or two that read one feature in different ways.

    Example:
        >>> import estimax as tf
        >>> area = tf.feature_column.numeric_column("area")
        >>> tf.feature_column.make_parse_example_spec([area])
        {'area': FixedLenFeature(shape=(1,), dtype=tf.float32, default_value=None)}
    """
    spec: dict[str, ExampleSpec] = {}
    for column in checked_columns(feature_columns):
        for key, feature in column.parse_example_spec.items():
            known = spec.setdefault(key, feature)
            if known != feature:
                raise InvalidArgumentError(
                    f"column {column.name!r} reads the feature {key!r} as {feature}; another column reads it as {known}"
                )
    return spec
