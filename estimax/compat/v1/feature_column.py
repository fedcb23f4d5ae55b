"""`tf.compat.v1.feature_column`: what is another name, or has another order of arguments, than in TensorFlow 2."""

from os import PathLike
from typing import Any

from estimax._base._dtypes import string
from estimax._base._lazy import resolve
from estimax.feature_column import (
    VocabularyFileCategoricalColumn,
    bucketized_column,
    categorical_column_with_hash_bucket,
    categorical_column_with_identity,
    categorical_column_with_vocabulary_list,
    crossed_column,
    embedding_column,
    indicator_column,
    input_layer,
    linear_model,
    make_parse_example_spec,
    numeric_column,
    shared_embedding_columns,
    weighted_categorical_column,
)
from estimax.feature_column import categorical_column_with_vocabulary_file as _with_vocabulary_file

__all__ = [
    "bucketized_column",
    "categorical_column_with_hash_bucket",
    "categorical_column_with_identity",
    "categorical_column_with_vocabulary_file",
    "categorical_column_with_vocabulary_list",
    "crossed_column",
    "embedding_column",
    "indicator_column",
    "input_layer",
    "linear_model",
    "make_parse_example_spec",
    "numeric_column",
    "shared_embedding_columns",
    "weighted_categorical_column",
]


def categorical_column_with_vocabulary_file(
    key: str,
    vocabulary_file: str | PathLike[str],
    vocabulary_size: int | None = None,
    num_oov_buckets: int = 0,
    default_value: int | None = None,
    dtype: Any = string,
) -> VocabularyFileCategoricalColumn:
    """Describes a feature whose values are the lines of a file.

    As in `tf.feature_column`, but for the order of the arguments.

    Example:
        >>> import pathlib, tempfile
        >>> import estimax as tf
        >>> path = pathlib.Path(tempfile.mkdtemp(), "towns.txt")
        >>> path.write_text("Bern\\nBasel\\n")
        11
        >>> tf.compat.v1.feature_column.categorical_column_with_vocabulary_file("town", path, None, 3).num_buckets
        5
    """
    return _with_vocabulary_file(key, vocabulary_file, vocabulary_size, dtype, default_value, num_oov_buckets)


def __getattr__(name: str) -> Any:
    return getattr(resolve("estimax.feature_column"), name)
