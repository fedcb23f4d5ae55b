"""Categorical columns over sequences: each step of an example has a category of its own.

A sequence column is another categorical column whose values stand for steps. It is
wrapped in an indicator or embedding column and read by `sequence_input_layer`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, NoReturn, final

from estimax._base._dtypes import string
from estimax._base._errors import InvalidArgumentError
from estimax.feature_column._column import CategoricalColumn
from estimax.feature_column._hashed import HashedCategoricalColumn, categorical_column_with_hash_bucket
from estimax.feature_column._identity import IdentityCategoricalColumn, categorical_column_with_identity
from estimax.feature_column._sequence_host import flat_steps, lengths, padded_ids, sequence_feature
from estimax.feature_column._vocabulary_file import (
    VocabularyFileCategoricalColumn,
    categorical_column_with_vocabulary_file,
)
from estimax.feature_column._vocabulary_list import (
    VocabularyListCategoricalColumn,
    categorical_column_with_vocabulary_list,
)
from estimax.io._example_specs import ExampleSpec

OneKey = (
    HashedCategoricalColumn
    | IdentityCategoricalColumn
    | VocabularyFileCategoricalColumn
    | VocabularyListCategoricalColumn
)


@final
@dataclass(frozen=True)
class SequenceCategoricalColumn(CategoricalColumn):
    """A column of categories by step; made by `sequence_categorical_column_with_...`."""

    categorical_column: OneKey

    @property
    def name(self) -> str:
        return self.categorical_column.name

    @property
    def key(self) -> str:
        """The name of the feature."""
        return self.categorical_column.key

    @property
    def parse_example_spec(self) -> dict[str, ExampleSpec]:
        return self.categorical_column.parse_example_spec

    @property
    def num_buckets(self) -> int:
        return self.categorical_column.num_buckets

    def categories(self, features: Mapping[str, Any]) -> NoReturn:
        """Refuses to be read without time.

        Raises:
            InvalidArgumentError: always.
        """
        raise InvalidArgumentError(
            f"column {self.name!r} reads sequences, which an input layer or a linear model cannot take. Use "
            f"sequence_input_layer (or SequenceFeatures), or a categorical column without 'sequence_'"
        )

    def steps(self, features: Mapping[str, Any]) -> tuple[Any, Any]:
        """Builds the nodes to ids [batch, time] or [batch, time, values], -1 for none, and to lengths [batch]."""
        tensor = sequence_feature(features, self.key, self.name)
        ids = self.categorical_column.categories({self.key: flat_steps(tensor)}).ids
        return padded_ids(tensor, ids), lengths(tensor)


def sequence_categorical_column_with_hash_bucket(
    key: str, hash_bucket_size: int, dtype: Any = string
) -> SequenceCategoricalColumn:
    """Describes sequences of values with many, or unknown, kinds; see `categorical_column_with_hash_bucket`.

    Example:
        >>> import estimax as tf
        >>> words = tf.feature_column.sequence_categorical_column_with_hash_bucket("words", 4)
        >>> columns = [tf.feature_column.embedding_column(words, 3)]
        >>> numbers, lengths = tf.feature_column.sequence_input_layer({"words": [["a", "b"], ["c", ""]]}, columns)
        >>> numbers.shape, lengths.tolist()
        ((2, 2, 3), [2, 1])
    """
    return SequenceCategoricalColumn(categorical_column_with_hash_bucket(key, hash_bucket_size, dtype))


def sequence_categorical_column_with_identity(
    key: str, num_buckets: int, default_value: int | None = None
) -> SequenceCategoricalColumn:
    """Describes sequences of integers in [0, num_buckets); see `categorical_column_with_identity`.

    Example:
        >>> import estimax as tf
        >>> clicks = tf.feature_column.sequence_categorical_column_with_identity("clicks", 3)
        >>> columns = [tf.feature_column.indicator_column(clicks)]
        >>> numbers, lengths = tf.feature_column.sequence_input_layer({"clicks": [[2, 0], [1, -1]]}, columns)
        >>> numbers.tolist()
        [[[0.0, 0.0, 1.0], [1.0, 0.0, 0.0]], [[0.0, 1.0, 0.0], [0.0, 0.0, 0.0]]]
        >>> lengths.tolist()
        [2, 1]
    """
    return SequenceCategoricalColumn(categorical_column_with_identity(key, num_buckets, default_value))


def sequence_categorical_column_with_vocabulary_list(
    key: str,
    vocabulary_list: Iterable[Any] | None,
    dtype: Any = None,
    default_value: int | None = -1,
    num_oov_buckets: int = 0,
) -> SequenceCategoricalColumn:
    """Describes sequences of words of a list; see `categorical_column_with_vocabulary_list`.

    Example:
        >>> import estimax as tf
        >>> words = tf.feature_column.sequence_categorical_column_with_vocabulary_list("words", ["a", "b"])
        >>> columns = [tf.feature_column.indicator_column(words)]
        >>> features = {"words": tf.ragged.constant([["b", "x"], ["a"]])}
        >>> numbers, lengths = tf.feature_column.sequence_input_layer(features, columns)
        >>> numbers.tolist(), lengths.tolist()
        ([[[0.0, 1.0], [0.0, 0.0]], [[1.0, 0.0], [0.0, 0.0]]], [2, 1])
    """
    return SequenceCategoricalColumn(
        categorical_column_with_vocabulary_list(key, vocabulary_list, dtype, default_value, num_oov_buckets)
    )


def sequence_categorical_column_with_vocabulary_file(
    key: str,
    vocabulary_file: Any,
    vocabulary_size: int | None = None,
    num_oov_buckets: int = 0,
    default_value: int | None = None,
    dtype: Any = string,
) -> SequenceCategoricalColumn:
    """Describes sequences of the lines of a file; see `categorical_column_with_vocabulary_file`."""
    return SequenceCategoricalColumn(
        categorical_column_with_vocabulary_file(
            key,
            vocabulary_file,
            vocabulary_size=vocabulary_size,
            num_oov_buckets=num_oov_buckets,
            default_value=default_value,
            dtype=dtype,
        )
    )
