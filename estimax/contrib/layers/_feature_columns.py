"""Feature columns under the names that they had before `tf.feature_column`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from estimax import feature_column as fc
from estimax._base._dtypes import float32, string
from estimax._base._errors import UnimplementedError


def real_valued_column(
    column_name: str,
    dimension: int = 1,
    default_value: Any = None,
    dtype: Any = float32,
    normalizer: Callable[[Any], Any] | None = None,
) -> fc.NumericColumn:
    """Returns a `numeric_column`.

    Raises:
        UnimplementedError: `dimension` is None, for a column of any length.
    """
    if dimension is None:
        raise UnimplementedError(f"real_valued_column({column_name!r}) needs its dimension; it cannot be None")
    return fc.numeric_column(column_name, (dimension,), default_value, dtype, normalizer)


def sparse_column_with_hash_bucket(
    column_name: str,
    hash_bucket_size: int,
    combiner: str = "sum",
    dtype: Any = string,
    hash_keys: Any = None,
) -> fc.HashedCategoricalColumn:
    """Returns a `categorical_column_with_hash_bucket`."""
    return fc.categorical_column_with_hash_bucket(column_name, hash_bucket_size, dtype)


def sparse_column_with_keys(
    column_name: str, keys: Sequence[Any], default_value: int = -1, combiner: str = "sum", dtype: Any = string
) -> fc.VocabularyListCategoricalColumn:
    """Returns a `categorical_column_with_vocabulary_list`."""
    return fc.categorical_column_with_vocabulary_list(column_name, keys, dtype, default_value)


def sparse_column_with_vocabulary_file(
    column_name: str,
    vocabulary_file: str,
    num_oov_buckets: int = 0,
    vocab_size: int | None = None,
    default_value: int = -1,
    combiner: str = "sum",
    dtype: Any = string,
) -> fc.VocabularyFileCategoricalColumn:
    """Returns a `categorical_column_with_vocabulary_file`."""
    return fc.categorical_column_with_vocabulary_file(
        column_name,
        vocabulary_file,
        vocab_size,
        dtype=dtype,
        default_value=None if num_oov_buckets else default_value,
        num_oov_buckets=num_oov_buckets,
    )


def sparse_column_with_integerized_feature(
    column_name: str, bucket_size: int, combiner: str = "sum", dtype: Any = None
) -> fc.IdentityCategoricalColumn:
    """Returns a `categorical_column_with_identity`."""
    return fc.categorical_column_with_identity(column_name, bucket_size)


def weighted_sparse_column(
    sparse_id_column: Any, weight_column_name: str, dtype: Any = float32
) -> fc.WeightedCategoricalColumn:
    """Returns a `weighted_categorical_column`."""
    return fc.weighted_categorical_column(sparse_id_column, weight_column_name, dtype)


def bucketized_column(source_column: Any, boundaries: Sequence[float]) -> fc.BucketizedColumn:
    """Returns a `bucketized_column`."""
    return fc.bucketized_column(source_column, boundaries)


def crossed_column(
    columns: Sequence[Any],
    hash_bucket_size: int,
    combiner: str = "sum",
    ckpt_to_load_from: Any = None,
    tensor_name_in_ckpt: Any = None,
    hash_key: int | None = None,
) -> fc.CrossedColumn:
    """Returns a `crossed_column`; of sparse columns the features themselves are crossed."""
    raw = (fc.HashedCategoricalColumn, fc.VocabularyListCategoricalColumn)
    return fc.crossed_column([c.key if isinstance(c, raw) else c for c in columns], hash_bucket_size, hash_key)


def one_hot_column(sparse_id_column: Any) -> fc.IndicatorColumn:
    """Returns an `indicator_column`."""
    return fc.indicator_column(sparse_id_column)


def embedding_column(
    sparse_id_column: Any,
    dimension: int,
    combiner: str = "mean",
    initializer: Any = None,
    ckpt_to_load_from: Any = None,
    tensor_name_in_ckpt: Any = None,
    max_norm: float | None = None,
    trainable: bool = True,
) -> fc.EmbeddingColumn:
    """Returns an `embedding_column`."""
    return fc.embedding_column(
        sparse_id_column,
        dimension,
        combiner,
        initializer,
        ckpt_to_load_from,
        tensor_name_in_ckpt,
        max_norm,
        trainable,
    )


def input_from_feature_columns(
    columns_to_tensors: Any,
    feature_columns: Iterable[Any],
    weight_collections: Any = None,
    trainable: bool = True,
    scope: Any = None,
    cols_to_outs: Any = None,
) -> Any:
    """Returns the `input_layer` of columns."""
    return fc.input_layer(columns_to_tensors, list(feature_columns), trainable=trainable)


def create_feature_spec_for_parsing(feature_columns: Iterable[Any]) -> dict[str, Any]:
    """Returns what `tf.parse_example` needs to know of the features of columns.

    Example:
        >>> import estimax as tf
        >>> column = tf.contrib.layers.real_valued_column("age")
        >>> list(tf.contrib.layers.create_feature_spec_for_parsing([column]))
        ['age']
    """
    spec: dict[str, Any] = fc.make_parse_example_spec(list(feature_columns))
    return spec
