"""`categorical_column_with_vocabulary_file`: categories that are the lines of a file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from os import PathLike
from typing import Any, final

import numpy as np
import pyarrow.compute as pc

from estimax._base._dtypes import DType, int64, string
from estimax._base._errors import FailedPreconditionError, InvalidArgumentError, NotFoundError
from estimax._base._files import as_path
from estimax._base._string_array import StringArray
from estimax.feature_column import _features
from estimax.feature_column._checks import check_count, check_key, check_oov, checked_category_dtype
from estimax.feature_column._column import Categories, CrossableColumn
from estimax.feature_column._vocabulary import vocabulary_cross_ids, vocabulary_ids
from estimax.io._example_specs import ExampleSpec, VarLenFeature
from estimax.lookup._text_file import WHOLE_LINE, column_of, read_lines


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
        with _about(self.key):
            lines = read_lines(self.vocabulary_file, self.vocabulary_size)
            _check_once(lines)
            return column_of(lines, WHOLE_LINE, string if self.dtype.is_string else int64, b"")

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
    if not vocabulary_file or not isinstance(vocabulary_file, str | bytes | PathLike):
        raise InvalidArgumentError(f"column {key!r} needs the path of a vocabulary_file; got {vocabulary_file!r}")
    path = as_path(vocabulary_file)
    if file_format not in (None, "text"):
        raise InvalidArgumentError(f"the vocabulary_file of column {key!r} is read as text; got {file_format!r}")
    check_oov(default_value, num_oov_buckets, key)
    if vocabulary_size is None:
        with _about(key):
            size = len(read_lines(path))
    else:
        size = check_count(vocabulary_size, "vocabulary_size", key)
    default = -1 if default_value is None else int(default_value)
    return VocabularyFileCategoricalColumn(
        key, path, size, num_oov_buckets, checked_category_dtype(dtype, key), default, file_format
    )


@contextmanager
def _about(key: str) -> Iterator[None]:
    """Lets errors say which column asks for the file."""
    try:
        yield
    except NotFoundError as error:
        raise NotFoundError(f"the vocabulary_file of column {key!r} does not exist: {error}") from None
    except (InvalidArgumentError, FailedPreconditionError) as error:
        raise InvalidArgumentError(f"the vocabulary_file of column {key!r} cannot be used: {error}") from None


def _check_once(lines: StringArray) -> None:
    """Raises InvalidArgumentError where a line stands twice."""
    if len(pc.unique(lines.flat)) == len(lines):
        return
    seen: dict[bytes, int] = {}
    for number, line in enumerate(lines.tolist()):
        first = seen.setdefault(line, number)
        if first != number:
            raise InvalidArgumentError(
                f"{lines.describe_origin(number)}: {line.decode(errors='backslashreplace')!r} is on line {first + 1} "
                f"already; every word of a vocabulary must be there once"
            )
