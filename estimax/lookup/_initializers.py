"""What tables are filled with: pairs of keys and values, given or read from a file."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import KeysView, ValuesView
from typing import Any, final

import numpy as np

from estimax._base._arrow import from_numpy, to_numpy
from estimax._base._dtypes import DType, as_dtype, int64, string
from estimax._base._errors import InvalidArgumentError
from estimax._base._string_array import StringArray
from estimax._graph._op import as_tensor
from estimax._graph._tensor import Tensor
from estimax._graph._varying import Dense, dtype_of, picked
from estimax.lookup._text_file import LINE_NUMBER, WHOLE_LINE, check_file_column, column_of, read_lines
from estimax.strings._rule import bytes_of_text


class TextFileIndex:
    """Numbers that stand for something other than a column of a file.

    Example:
        >>> import estimax as tf
        >>> tf.lookup.TextFileIndex.WHOLE_LINE, tf.lookup.TextFileIndex.LINE_NUMBER
        (-2, -1)
    """

    WHOLE_LINE = WHOLE_LINE
    LINE_NUMBER = LINE_NUMBER


class TableInitializerBase(ABC):
    """What a table is filled with."""

    @property
    @abstractmethod
    def key_dtype(self) -> DType: ...

    @property
    @abstractmethod
    def value_dtype(self) -> DType: ...

    @abstractmethod
    def pairs(self) -> tuple[Dense, Dense]:
        """Returns the keys and their values, one array each; every key is there once.

        Raises:
            InvalidArgumentError: a key has two values, or there is none.
        """


@final
class KeyValueTensorInitializer(TableInitializerBase):
    """Keys and values that are given.

    Args:
        keys: strings or whole numbers, in one dimension.
        values: of any type, one for each key.
        key_dtype: of the keys; theirs where None.
        value_dtype: of the values; theirs where None.
        name: has no effect.

    Raises:
        InvalidArgumentError: there are not as many values as keys.
        TypeError: they are only known when the program runs, or the keys are neither strings nor whole numbers.
    """

    def __init__(
        self, keys: Any, values: Any, key_dtype: Any = None, value_dtype: Any = None, name: str | None = None
    ) -> None:
        self._keys = _known(keys, key_dtype, "keys")
        self._values = _known(values, value_dtype, "values")
        if self._keys.ndim != 1 or self._values.shape != self._keys.shape:
            raise InvalidArgumentError(
                f"a table needs a vector of keys and one value for each; got shapes {self._keys.shape} and "
                f"{self._values.shape}"
            )
        if not len(self._keys):
            raise InvalidArgumentError("a table has at least one key; got none")
        check_keys(dtype_of(self._keys))

    @property
    def key_dtype(self) -> DType:
        return dtype_of(self._keys)

    @property
    def value_dtype(self) -> DType:
        return dtype_of(self._values)

    def pairs(self) -> tuple[Dense, Dense]:
        return _unique(self._keys, self._values)


@final
class TextFileInitializer(TableInitializerBase):
    """Keys and values from the lines of a text file.

    The file is read when a table is made of it; from then on, and in what is
    exported, the table needs it no more.

    Args:
        filename: of the file, local or remote.
        key_dtype: string or an integer type.
        key_index: which column is the key, from 0, or one of `TextFileIndex`.
        value_dtype: of the values.
        value_index: which column is the value, from 0, or one of `TextFileIndex`.
        vocab_size: how many lines count; all where None.
        delimiter: what stands between columns, one character.
        name: has no effect.
        value_index_offset: what to add to line numbers that are values.

    Raises:
        InvalidArgumentError: a column that cannot be, or cannot be of that type.
    """

    def __init__(
        self,
        filename: Any,
        key_dtype: Any,
        key_index: Any,
        value_dtype: Any,
        value_index: Any,
        vocab_size: int | None = None,
        delimiter: str = "\t",
        name: str | None = None,
        value_index_offset: int = 0,
    ) -> None:
        self._filename = filename.numpy() if isinstance(filename, Tensor) else filename
        self._key_dtype, self._value_dtype = as_dtype(key_dtype), as_dtype(value_dtype)
        self._key_index = check_file_column(key_index, self._key_dtype, "key")
        self._value_index = check_file_column(value_index, self._value_dtype, "value")
        self._delimiter = bytes_of_text(delimiter)
        if len(self._delimiter) != 1:
            raise InvalidArgumentError(f"a delimiter is one character; got {delimiter!r}")
        if vocab_size is not None and vocab_size < 1:
            raise InvalidArgumentError(f"vocab_size must be at least 1; got {vocab_size}")
        self._size = vocab_size
        self._offset = int(value_index_offset)
        check_keys(self._key_dtype)

    @property
    def key_dtype(self) -> DType:
        return self._key_dtype

    @property
    def value_dtype(self) -> DType:
        return self._value_dtype

    def pairs(self) -> tuple[Dense, Dense]:
        lines = read_lines(self._filename, self._size)
        keys = column_of(lines, self._key_index, self._key_dtype, self._delimiter)
        values: Any = column_of(lines, self._value_index, self._value_dtype, self._delimiter)
        if self._value_index == LINE_NUMBER and self._offset:
            values = values + self._offset
        return _unique(keys, values, lines)


def text_file_id_initializer(
    filename: Any,
    key_column_index: int = WHOLE_LINE,
    value_column_index: int = LINE_NUMBER,
    vocab_size: int | None = None,
    delimiter: str = "\t",
    name: str | None = None,
    key_dtype: Any = string,
) -> TextFileInitializer:
    """Describes a table from the lines of a file to their numbers."""
    return TextFileInitializer(filename, key_dtype, key_column_index, int64, value_column_index, vocab_size, delimiter)


def text_file_string_initializer(
    filename: Any,
    key_column_index: int = LINE_NUMBER,
    value_column_index: int = WHOLE_LINE,
    vocab_size: int | None = None,
    delimiter: str = "\t",
    name: str | None = None,
) -> TextFileInitializer:
    """Describes a table from the numbers of the lines of a file to the lines."""
    return TextFileInitializer(filename, int64, key_column_index, string, value_column_index, vocab_size, delimiter)


def check_keys(dtype: DType) -> None:
    """Raises TypeError unless keys can be of this type."""
    if not (dtype.is_string or dtype.is_integer):
        raise TypeError(f"the keys of a table are strings or whole numbers; got {dtype.name}")


def _known(data: Any, dtype: Any, what: str) -> Dense:
    if isinstance(data, Tensor) and data.is_symbolic:
        raise TypeError(f"the {what} of a table must be known when it is made; got {data!r}")
    wanted = None if dtype is None else as_dtype(dtype)
    items = list(data) if isinstance(data, KeysView | ValuesView | range) else data
    value: Any = as_tensor(items, wanted).value
    if wanted is not None and dtype_of(value) != wanted:
        raise TypeError(f"the {what} of the table are {dtype_of(value).name}; its {what[:-1]}_dtype is {wanted.name}")
    return value if isinstance(value, StringArray) else np.asarray(value)


def _unique(keys: Any, values: Any, lines: StringArray | None = None) -> tuple[Dense, Dense]:
    """Leaves out pairs that are there already; a key with two values is an error."""
    codes = to_numpy((keys.flat if isinstance(keys, StringArray) else from_numpy(keys)).dictionary_encode().indices)
    if not len(codes) or int(codes.max()) + 1 == len(codes):
        return keys, values
    _, first, place = np.unique(codes, return_index=True, return_inverse=True)
    original = first[place]
    same = values.equals(values.take(original)) if isinstance(values, StringArray) else values == values[original]
    if not same.all():
        second = int(np.argmin(same))
        pair = (int(original[second]), second)
        places = [f"position {i} (from 0)" if lines is None else lines.describe_origin(i) for i in pair]
        key = keys[second]
        shown = key.decode(errors="backslashreplace") if isinstance(key, bytes) else key.item()
        raise InvalidArgumentError(
            f"every key of a table has one value; {shown!r} has two, at {places[0]} and {places[1]}. Keep one of them"
        )
    keep = np.sort(first)
    return picked(keys, keep), picked(values, keep)
