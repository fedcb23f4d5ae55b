"""`categorical_column_with_vocabulary_list`: categories that are listed in the program."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, final

import numpy as np

from estimax._base._dtypes import DType, as_dtype, int64, string
from estimax._base._errors import InvalidArgumentError
from estimax._base._string_array import StringArray
from estimax.feature_column import _features
from estimax.feature_column._checks import check_key, check_oov, checked_category_dtype
from estimax.feature_column._column import Categories, CrossableColumn
from estimax.feature_column._vocabulary import vocabulary_cross_ids, vocabulary_ids
from estimax.io._example_specs import ExampleSpec, VarLenFeature


@final
@dataclass(frozen=True)
class VocabularyListCategoricalColumn(CrossableColumn):
    """A column of listed categories; made by `categorical_column_with_vocabulary_list`."""

    key: str
    vocabulary_list: tuple[Any, ...]
    dtype: DType
    default_value: int
    num_oov_buckets: int

    @property
    def name(self) -> str:
        return self.key

    @property
    def parse_example_spec(self) -> dict[str, ExampleSpec]:
        return {self.key: VarLenFeature(self.dtype)}

    @property
    def num_buckets(self) -> int:
        return len(self.vocabulary_list) + self.num_oov_buckets

    @cached_property
    def words(self) -> StringArray | np.ndarray:
        """The vocabulary as the host reads it."""
        words = list(self.vocabulary_list)
        return StringArray.of(words) if self.dtype.is_string else np.array(words, np.int64)

    def categories(self, features: Mapping[str, Any]) -> Categories:
        """Builds the node to positions in the list."""
        return Categories(vocabulary_ids(self._values(features), self.words, self.num_oov_buckets, self.default_value))

    def cross_ids(self, features: Mapping[str, Any]) -> Any:
        """Builds the node to positions in the list, or the default value."""
        return vocabulary_cross_ids(self._values(features), self.words, self.num_oov_buckets, self.default_value)

    def _values(self, features: Mapping[str, Any]) -> Any:
        tensor = _features.values(features, self.key, self.name)
        _features.check_same_kind(tensor, self.dtype, self.key, self.name)
        return tensor


def categorical_column_with_vocabulary_list(
    key: str,
    vocabulary_list: Iterable[Any] | None,
    dtype: Any = None,
    default_value: int | None = -1,
    num_oov_buckets: int = 0,
) -> VocabularyListCategoricalColumn:
    """Describes a feature whose values are the words of a list.

    Args:
        key: name of the feature, and of the column.
        vocabulary_list: strings or integers, each once; the category is the position.
        dtype: of the feature; that of the list where None.
        default_value: the category of every value that is not in the list; -1 for none.
        num_oov_buckets: if not 0, values that are not in the list get one of that many
            more categories, by hash.

    Raises:
        InvalidArgumentError: no words, a word twice, words of another dtype, or both
            ways to treat what is not in the list.

    Example:
        >>> import estimax as tf
        >>> kind = tf.feature_column.categorical_column_with_vocabulary_list("kind", ["house", "flat"])
        >>> indicator = tf.feature_column.indicator_column(kind)
        >>> tf.compat.v1.feature_column.input_layer({"kind": ["flat", "tent"]}, [indicator]).tolist()
        [[0.0, 1.0], [0.0, 0.0]]
    """
    check_key(key)
    if not isinstance(vocabulary_list, Iterable | None):
        raise InvalidArgumentError(f"the vocabulary_list of column {key!r} must be a list; got {vocabulary_list!r}")
    given = () if vocabulary_list is None else vocabulary_list
    words = tuple(w.item() if isinstance(w, np.generic) else w for w in given)
    if not words:
        raise InvalidArgumentError(f"the vocabulary_list of column {key!r} must have words; got {vocabulary_list!r}")
    kind = _kind(words, key)
    asked = checked_category_dtype(kind if dtype is None else as_dtype(dtype), key)
    if asked.is_string != kind.is_string:
        raise InvalidArgumentError(
            f"column {key!r} has dtype {asked.name}; its vocabulary_list holds {kind.name} values"
        )
    check_oov(default_value, num_oov_buckets, key)
    seen: dict[Any, int] = {}
    for position, word in enumerate(words):
        first = seen.setdefault(word.encode() if isinstance(word, str) else word, position)
        if first != position:
            raise InvalidArgumentError(
                f"every word in the vocabulary_list of column {key!r} must be there once; "
                f"{word!r} is at positions {first} and {position}"
            )
    default = -1 if default_value is None else int(default_value)
    return VocabularyListCategoricalColumn(key, words, asked, default, num_oov_buckets)


def _kind(words: tuple[Any, ...], key: str) -> DType:
    """Returns whether the words are strings or integers, as a dtype."""
    if all(isinstance(w, str | bytes) for w in words):
        return string
    if all(isinstance(w, int | np.integer) and not isinstance(w, bool) for w in words):
        return int64
    shown = ", ".join(map(repr, words[:5]))
    raise InvalidArgumentError(
        f"the vocabulary_list of column {key!r} must be all strings or all integers; got {shown}"
        f"{', ...' if len(words) > 5 else ''}"
    )
