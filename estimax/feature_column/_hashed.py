"""`categorical_column_with_hash_bucket`: categories without a list, by a hash of the value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, final

import numpy as np

from estimax._base._dtypes import DType, int64, string
from estimax._base._shapes import TensorSpec
from estimax._base._string_array import StringArray
from estimax._graph._lifting import broadcasting
from estimax._graph._op import Op
from estimax._graph._tensor import Tensor
from estimax.feature_column import _features
from estimax.feature_column._checks import check_count, check_key, checked_category_dtype
from estimax.feature_column._column import CategoricalColumn, Categories
from estimax.feature_column._fingerprints import fingerprints
from estimax.feature_column._sharing import shared_node
from estimax.io._example_specs import ExampleSpec, VarLenFeature
from estimax.strings._fingerprint import fingerprint64


@final
@dataclass(frozen=True)
class HashedCategoricalColumn(CategoricalColumn):
    """A column of hashed categories; made by `categorical_column_with_hash_bucket`."""

    key: str
    hash_bucket_size: int
    dtype: DType

    @property
    def name(self) -> str:
        return self.key

    @property
    def parse_example_spec(self) -> dict[str, ExampleSpec]:
        return {self.key: VarLenFeature(self.dtype)}

    @property
    def num_buckets(self) -> int:
        return self.hash_bucket_size

    def categories(self, features: Mapping[str, Any]) -> Categories:
        """Builds the node to hash buckets."""
        tensor = _features.values(features, self.key, self.name)
        _features.check_same_kind(tensor, self.dtype, self.key, self.name)
        return Categories(
            shared_node(_BUCKETS, fingerprints(tensor), buckets=self.hash_bucket_size, empty=_empty(tensor))
        )


def _infer(x: TensorSpec, *, buckets: int, empty: int | None) -> TensorSpec:
    return TensorSpec(x.shape, int64)


def _host(x: np.ndarray, *, buckets: int, empty: int | None) -> np.ndarray:
    ids: np.ndarray = (x.view(np.uint64) % np.uint64(buckets)).view(np.int64)
    if empty is not None:
        ids[x == empty] = -1
    return ids


_BUCKETS = Op("HashBucketIds", infer=_infer, host=_host, lift=broadcasting)


def _empty(tensor: Tensor) -> int | None:
    """Returns the fingerprint of what stands for no value; None in a sparse feature, which has no need of that."""
    if not tensor.spec.is_dense:
        return None
    nothing = StringArray.of(["" if tensor.dtype.is_string else "-1"])
    return int(fingerprint64(nothing).view(np.int64)[0])


def categorical_column_with_hash_bucket(
    key: str, hash_bucket_size: int, dtype: Any = string
) -> HashedCategoricalColumn:
    """Describes a feature with many values, or with values that are not known before.

    The category is Fingerprint64 of the value, integers as decimal strings, modulo
    the number of buckets; different values may share one.

    Args:
        key: name of the feature, and of the column.
        hash_bucket_size: number of categories.
        dtype: of the feature, string or an integer type.

    Raises:
        InvalidArgumentError: fewer than 1 bucket, or another dtype.

    Example:
        >>> import estimax as tf
        >>> town = tf.feature_column.categorical_column_with_hash_bucket("town", 3)
        >>> indicator = tf.feature_column.indicator_column(town)
        >>> tf.compat.v1.feature_column.input_layer({"town": ["Bern", "Bern"]}, [indicator]).sum(axis=0).max().item()
        2.0
    """
    check_key(key)
    size = check_count(hash_bucket_size, "hash_bucket_size", key)
    return HashedCategoricalColumn(key, size, checked_category_dtype(dtype, key))
