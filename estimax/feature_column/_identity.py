"""`categorical_column_with_identity`: integers that are categories already."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, final

import numpy as np

from estimax._base._dtypes import int64
from estimax._base._errors import InvalidArgumentError
from estimax._base._shapes import TensorSpec
from estimax._graph._lifting import broadcasting
from estimax._graph._op import Op
from estimax.feature_column import _features
from estimax.feature_column._checks import check_count, check_default, check_key
from estimax.feature_column._column import MISSING, Categories, CrossableColumn
from estimax.feature_column._sharing import shared_node
from estimax.io._example_specs import ExampleSpec, VarLenFeature

_MOST = int(np.iinfo(np.int64).max)


@final
@dataclass(frozen=True)
class IdentityCategoricalColumn(CrossableColumn):
    """A column of integers; made by `categorical_column_with_identity`."""

    key: str
    number_buckets: int
    default_value: int | None

    @property
    def name(self) -> str:
        return self.key

    @property
    def parse_example_spec(self) -> dict[str, ExampleSpec]:
        return {self.key: VarLenFeature(int64)}

    @property
    def num_buckets(self) -> int:
        return self.number_buckets

    def categories(self, features: Mapping[str, Any]) -> Categories:
        """Builds the node to the integers, -1 for those that are too large.

        Raises, when it runs:
            InvalidArgumentError: a negative integer other than -1, and no default value.
        """
        return Categories(self._categories(features, None if self.default_value is not None else _MOST))

    def row_ids(self, features: Mapping[str, Any]) -> Categories:
        """Builds the node to the integers.

        Raises, when it runs:
            InvalidArgumentError: an integer out of range other than -1, and no default value.
        """
        return Categories(self._categories(features, None if self.default_value is not None else self.number_buckets))

    def _categories(self, features: Mapping[str, Any], limit: int | None) -> Any:
        default = -1 if self.default_value is None else self.default_value
        return self._ids(features, default, -1, limit)

    def cross_ids(self, features: Mapping[str, Any]) -> Any:
        """Builds the node to the integers; those out of range stay as they are, or get the default value."""
        return self._ids(features, self.default_value, MISSING, None)

    def _ids(self, features: Mapping[str, Any], default: int | None, missing: int, limit: int | None) -> Any:
        tensor = _features.values(features, self.key, self.name)
        _features.check_same_kind(tensor, int64, self.key, self.name)
        params = {"buckets": self.number_buckets, "default": default, "limit": limit, "column": self.name}
        return shared_node(_IDENTITY, tensor, missing=missing if tensor.spec.is_dense else None, **params)


def _infer(x: TensorSpec, **params: Any) -> TensorSpec:
    return TensorSpec(x.shape, int64)


def _host(
    x: np.ndarray, *, buckets: int, default: int | None, missing: int | None, limit: int | None, column: str
) -> np.ndarray:
    ids = x.astype(np.int64, copy=False)
    outside = ids.view(np.uint64) >= np.uint64(buckets)  # a negative number is a large one without its sign
    if not outside.any():
        return ids
    if limit is not None:
        _check_range(ids[outside], buckets, limit, column)
    out = ids.copy() if default is None else np.where(outside, default, ids)
    if missing is not None:
        out[ids == -1] = missing
    return out


def _check_range(outside: np.ndarray, buckets: int, limit: int, column: str) -> None:
    refused = outside[(outside >= limit) | (outside < -1)]
    if refused.size:
        raise InvalidArgumentError(
            f"column {column!r} takes integers in [0, {buckets}), and -1 where there is none; the feature {column!r} "
            f"holds {refused[0]}. Give the column a default_value for all others, or more buckets"
        )


_IDENTITY = Op("IdentityIds", infer=_infer, host=_host, lift=broadcasting)


def categorical_column_with_identity(
    key: str, num_buckets: int, default_value: int | None = None
) -> IdentityCategoricalColumn:
    """Describes a feature of integers in [0, num_buckets).

    Args:
        key: name of the feature, and of the column.
        num_buckets: number of categories.
        default_value: the category of every other integer but -1, which means that
            there is none; with None, negative ones are errors and too large ones,
            which are errors where a table is read, count for nothing in an
            `indicator_column`.

    Raises:
        InvalidArgumentError: fewer than 1 category, or a default that is none of them.

    Example:
        >>> import estimax as tf
        >>> day = tf.feature_column.categorical_column_with_identity("day", 3)
        >>> indicator = tf.feature_column.indicator_column(day)
        >>> tf.compat.v1.feature_column.input_layer({"day": [2, -1]}, [indicator]).tolist()
        [[0.0, 0.0, 1.0], [0.0, 0.0, 0.0]]
    """
    check_key(key)
    count = check_count(num_buckets, "num_buckets", key)
    check_default(default_value, key)
    if default_value is not None and not 0 <= default_value < count:
        raise InvalidArgumentError(
            f"default_value of column {key!r} must be in [0, {count}), or None; got {default_value!r}"
        )
    return IdentityCategoricalColumn(key, count, None if default_value is None else int(default_value))
