"""`categorical_column_with_vocabulary_file`: categories that are the lines of a file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from os import PathLike, fspath
from typing import Any, final

import numpy as np

from estimax._base._dtypes import DType, string
from estimax._base._errors import InvalidArgumentError, NotFoundError
from estimax._base._files import open_read
from estimax._base._string_array import StringArray
from estimax.feature_column import _features
from estimax.feature_column._checks import check_count, check_key, check_oov, checked_category_dtype
from estimax.feature_column._column import Categories, CrossableColumn
from estimax.feature_column._vocabulary import vocabulary_cross_ids, vocabulary_ids
from estimax.io._example_specs import ExampleSpec, VarLenFeature


@final
@dataclass(frozen=True)
class VocabularyFileCategoricalColumn(CrossableColumn):
    """A column of categories from a file; made by `categorical_column_with_vocabulary_file`."""

    key: str
    vocabulary_file: str
    vocabulary_size: int
    num_oov_buckets: int
    dtype: DType
    default_value: int
    file_format: str | None = None

    @property
    def name(self) -> str:
        return self.key

    @property
    def parse_example_spec(self) -> dict[str, ExampleSpec]:
        return {self.key: VarLenFeature(self.dtype)}

    @property
    def num_buckets(self) -> int:
        return self.vocabulary_size + self.num_oov_buckets

    @cached_property
    def words(self) -> StringArray | np.ndarray:
        """The vocabulary, read when it is first needed.

        Raises:
            InvalidArgumentError: too few lines, an empty one, one twice, or one that is no integer.
        """
        lines = _read_lines(self.vocabulary_file, self.key)[: self.vocabulary_size]
        if len(lines) < self.vocabulary_size:
            raise InvalidArgumentError(
                f"column {self.key!r} takes vocabulary_size={self.vocabulary_size} lines of {self.vocabulary_file}, "
                f"which has {len(lines)}"
            )
        self._check(lines)
        return StringArray.of(lines) if self.dtype.is_string else self._integers(lines)

    def _check(self, lines: list[bytes]) -> None:
        seen: dict[bytes, int] = {}
        for number, line in enumerate(lines, 1):
            first = seen.setdefault(line, number)
            if first != number:
                raise InvalidArgumentError(
                    f"{self.vocabulary_file}, line {number}: {line.decode(errors='backslashreplace')!r} is on line "
                    f"{first} already; every word of a vocabulary must be there once"
                )
            if not line:
                raise InvalidArgumentError(
                    f"{self.vocabulary_file}, line {number}, is empty; a vocabulary has one word on each line"
                )

    def _integers(self, lines: list[bytes]) -> np.ndarray:
        for number, line in enumerate(lines, 1):
            if not line.strip().removeprefix(b"-").isdigit():
                raise InvalidArgumentError(
                    f"{self.vocabulary_file}, line {number}: column {self.key!r} takes integers; "
                    f"got {line.decode(errors='backslashreplace')!r}"
                )
        return np.array([int(line) for line in lines], np.int64)

    def categories(self, features: Mapping[str, Any]) -> Categories:
        """Builds the node to line numbers, from 0."""
        return Categories(vocabulary_ids(self._values(features), self.words, self.num_oov_buckets, self.default_value))

    def cross_ids(self, features: Mapping[str, Any]) -> Any:
        """Builds the node to line numbers, or the default value."""
        return vocabulary_cross_ids(self._values(features), self.words, self.num_oov_buckets, self.default_value)

    def _values(self, features: Mapping[str, Any]) -> Any:
        tensor = _features.values(features, self.key, self.name)
        _features.check_same_kind(tensor, self.dtype, self.key, self.name)
        return tensor


def categorical_column_with_vocabulary_file(
    key: str,
    vocabulary_file: str | PathLike[str],
    vocabulary_size: int | None = None,
    dtype: Any = string,
    default_value: int | None = None,
    num_oov_buckets: int = 0,
    file_format: str | None = None,
) -> VocabularyFileCategoricalColumn:
    """Describes a feature whose values are the lines of a file.

    Args:
        key: name of the feature, and of the column.
        vocabulary_file: path of a text file with one word on each line; the category
            is the line, from 0.
        vocabulary_size: how many of the lines count; all where None.
        dtype: of the feature, string or an integer type.
        default_value: the category of every value that is not in the file; none where None or -1.
        num_oov_buckets: if not 0, values that are not in the file get one of that many
            more categories, by hash.
        file_format: None, for text.

    Raises:
        NotFoundError: there is no such file; with a `vocabulary_size`, not before it is read.
        InvalidArgumentError: a size below 1, or both ways to treat what is not in the file.

    Example:
        >>> import pathlib, tempfile
        >>> import estimax as tf
        >>> path = pathlib.Path(tempfile.mkdtemp(), "towns.txt")
        >>> path.write_text("Bern\\nBasel\\n")
        11
        >>> tf.feature_column.categorical_column_with_vocabulary_file("town", path).num_buckets
        2
    """
    check_key(key)
    path = fspath(vocabulary_file) if vocabulary_file else ""
    if not path:
        raise InvalidArgumentError(f"column {key!r} needs the path of a vocabulary_file; got {vocabulary_file!r}")
    if file_format not in (None, "text"):
        raise InvalidArgumentError(f"the vocabulary_file of column {key!r} is read as text; got {file_format!r}")
    check_oov(default_value, num_oov_buckets, key)
    if vocabulary_size is None:
        size = len(_read_lines(path, key))
        if not size:
            raise InvalidArgumentError(f"the vocabulary_file {path} of column {key!r} is empty")
    else:
        size = check_count(vocabulary_size, "vocabulary_size", key)
    default = -1 if default_value is None else int(default_value)
    return VocabularyFileCategoricalColumn(
        key, path, size, num_oov_buckets, checked_category_dtype(dtype, key), default, file_format
    )


def _read_lines(path: str, key: str) -> list[bytes]:
    """Returns the lines of a file without their ends."""
    try:
        with open_read(path) as file:
            text: bytes = file.read()
    except FileNotFoundError:
        raise NotFoundError(f"the vocabulary_file of column {key!r} does not exist: {path}") from None
    lines = text.replace(b"\r\n", b"\n").split(b"\n")
    return lines[:-1] if not lines[-1] else lines
