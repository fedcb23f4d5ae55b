"""The tables of `tf.contrib.lookup`: from words to ids and back, given a list or a file."""

from __future__ import annotations

from typing import Any

import numpy as np

from estimax._base._dtypes import as_dtype, int64, string
from estimax._base._errors import InvalidArgumentError
from estimax._graph._tensor import Tensor
from estimax.lookup._hashers import FastHashSpec, HasherSpec
from estimax.lookup._initializers import (
    KeyValueTensorInitializer,
    TableInitializerBase,
    TextFileInitializer,
)
from estimax.lookup._tables import LookupInterface, StaticHashTable, StaticVocabularyTable
from estimax.lookup._text_file import LINE_NUMBER, WHOLE_LINE


def index_table_from_tensor(
    vocabulary_list: Any = None,
    num_oov_buckets: int = 0,
    default_value: int = -1,
    hasher_spec: HasherSpec = FastHashSpec,
    dtype: Any = string,
    name: str | None = None,
    mapping: Any = None,
) -> LookupInterface:
    """Makes a table from words to their positions in a list.

    Args:
        vocabulary_list: different words, or whole numbers.
        num_oov_buckets: if not 0, all other words get one of so many more ids, by hash.
        default_value: the id of all other words, without buckets.
        hasher_spec: `FastHashSpec`, or a `StrongHashSpec` with a key.
        dtype: of the words; taken from them if they are whole numbers.
        name: of the table.
        mapping: the same as `vocabulary_list`.

    Raises:
        InvalidArgumentError: there are no words, or one stands twice.

    Example:
        >>> import estimax as tf
        >>> table = tf.contrib.lookup.index_table_from_tensor(["red", "green"], num_oov_buckets=1)
        >>> table.lookup(tf.constant(["green", "red", "blue"])).numpy()
        array([1, 0, 2])
    """
    words = mapping if vocabulary_list is None else vocabulary_list
    if words is None:
        raise InvalidArgumentError("a table needs its words, vocabulary_list (or mapping)")
    keys = _listed(words)
    wanted = as_dtype(dtype)
    given = None if wanted.is_string else wanted
    pairs = KeyValueTensorInitializer(keys, np.arange(len(keys)), given)
    return _id_table(pairs, num_oov_buckets, default_value, hasher_spec, name)


def index_table_from_file(
    vocabulary_file: Any,
    num_oov_buckets: int = 0,
    vocab_size: int | None = None,
    default_value: int = -1,
    hasher_spec: HasherSpec = FastHashSpec,
    key_dtype: Any = string,
    name: str | None = None,
    key_column_index: int = WHOLE_LINE,
    value_column_index: int = LINE_NUMBER,
    delimiter: str = "\t",
) -> LookupInterface:
    """Makes a table from the lines of a file to their numbers, from 0.

    Args:
        vocabulary_file: path of the file.
        num_oov_buckets: if not 0, all other words get one of so many more ids, by hash.
        vocab_size: how many lines count; all where None.
        default_value: the id of all other words, without buckets.
        hasher_spec: `FastHashSpec`, or a `StrongHashSpec` with a key.
        key_dtype: of the words, string or an integer type.
        name: of the table.
        key_column_index: which column is the word, if it is not the whole line.
        value_column_index: which column is the id, if it is not the number of the line.
        delimiter: what stands between columns.

    Raises:
        NotFoundError: there is no such file.
        InvalidArgumentError: too few lines, an empty one, or a word twice.
    """
    pairs = TextFileInitializer(
        vocabulary_file, key_dtype, key_column_index, int64, value_column_index, vocab_size, delimiter
    )
    return _id_table(pairs, num_oov_buckets, default_value, hasher_spec, name)


def index_to_string_table_from_tensor(
    vocabulary_list: Any = None, default_value: Any = "UNK", name: str | None = None, mapping: Any = None
) -> StaticHashTable:
    """Makes a table from positions in a list to the words there.

    Example:
        >>> import estimax as tf
        >>> table = tf.contrib.lookup.index_to_string_table_from_tensor(["red", "green"])
        >>> table.lookup(tf.constant([1, 7])).numpy().tolist()
        [b'green', b'UNK']
    """
    words = mapping if vocabulary_list is None else vocabulary_list
    if words is None:
        raise InvalidArgumentError("a table needs its words, vocabulary_list (or mapping)")
    values = _listed(words)
    return StaticHashTable(KeyValueTensorInitializer(np.arange(len(values)), values, None, string), default_value, name)


def index_to_string_table_from_file(
    vocabulary_file: Any,
    vocab_size: int | None = None,
    default_value: Any = "UNK",
    name: str | None = None,
    key_column_index: int = LINE_NUMBER,
    value_column_index: int = WHOLE_LINE,
    delimiter: str = "\t",
) -> StaticHashTable:
    """Makes a table from the numbers of the lines of a file, from 0, to the lines.

    Raises:
        NotFoundError: there is no such file.
        InvalidArgumentError: too few lines, or an empty one.
    """
    pairs = TextFileInitializer(
        vocabulary_file, int64, key_column_index, string, value_column_index, vocab_size, delimiter
    )
    return StaticHashTable(pairs, default_value, name)


def tables_initializer(name: str | None = "init_all_tables") -> None:
    """Does nothing: tables are filled when they are made."""


def _listed(words: Any) -> Any:
    return words if isinstance(words, Tensor | np.ndarray) else list(words)


def _id_table(
    pairs: TableInitializerBase, buckets: int, default: int, hasher: HasherSpec, name: str | None
) -> LookupInterface:
    if buckets < 0:
        raise InvalidArgumentError(f"num_oov_buckets must be 0 or more; got {buckets}")
    if buckets:
        return StaticVocabularyTable(pairs, int(buckets), name=name, hasher_spec=hasher)
    return StaticHashTable(pairs, int(default), name)
