"""Tables that are filled when they are made: `StaticHashTable` and `StaticVocabularyTable`."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any, final

import numpy as np

from estimax._base._dtypes import DType, as_dtype, int64, string
from estimax._base._errors import InvalidArgumentError
from estimax._graph._column import to_value
from estimax._graph._op import as_argument
from estimax._graph._tensor import Tensor, as_concrete, concrete
from estimax._graph._varying import Dense, dtype_of
from estimax.lookup._find import POSITION, VALUE, index_of
from estimax.lookup._hashers import FastHashSpec, HasherSpec, buckets_of
from estimax.lookup._initializers import TableInitializerBase


class LookupInterface(ABC):
    """A table from keys to values."""

    def __init__(self, key_dtype: DType, value_dtype: DType, name: str | None) -> None:
        self._key_dtype = key_dtype
        self._value_dtype = value_dtype
        self._name = name or type(self).__name__

    @property
    def key_dtype(self) -> DType:
        return self._key_dtype

    @property
    def value_dtype(self) -> DType:
        return self._value_dtype

    @property
    def name(self) -> str:
        return self._name

    initializer: None = None  # nothing is left to do: the table is filled
    init: None = None

    def lookup(self, keys: Any, name: str | None = None) -> Any:
        """Returns the value of each key, in the shape of the keys; keys may be sparse or ragged.

        Raises:
            TypeError: the keys are not of the table's kind.
        """
        return self._find(as_argument(keys, self._key_dtype))

    __getitem__ = lookup

    @abstractmethod
    def size(self, name: str | None = None) -> Any:
        """Returns the number of keys, an int64 Tensor."""

    @abstractmethod
    def _find(self, keys: Any) -> Any: ...


@final
class StaticHashTable(LookupInterface):
    """A table of given pairs, and a default value for all other keys.

    In graphs it is two ops at most, which carry keys and values with them: what is
    exported needs no file.

    Args:
        initializer: `KeyValueTensorInitializer` or `TextFileInitializer`.
        default_value: of the values' type.
        name: of the table.
        experimental_is_anonymous: has no effect.

    Raises:
        InvalidArgumentError: there are no keys, or a key has two values.
        NotFoundError: there is no such file.
        TypeError: the default value is of another type.

    Example:
        >>> import estimax as tf
        >>> pairs = tf.lookup.KeyValueTensorInitializer(["low", "high"], [1, 10])
        >>> table = tf.lookup.StaticHashTable(pairs, default_value=-1)
        >>> table.lookup(tf.constant(["high", "middle"])).numpy()
        array([10, -1], dtype=int32)
    """

    def __init__(
        self,
        initializer: TableInitializerBase,
        default_value: Any,
        name: str | None = None,
        experimental_is_anonymous: bool = False,
    ) -> None:
        super().__init__(initializer.key_dtype, initializer.value_dtype, name)
        keys, values = initializer.pairs()
        self._default = _plain(default_value, initializer.value_dtype)
        self._contents = (keys, values)
        if not _is_count(keys):  # kept, so that it is made once for all look-ups
            self._index = index_of(keys, 0, self._default if _is_count(values) else -1)

    @property
    def default_value(self) -> Tensor:
        return as_concrete(self._default, self.value_dtype)

    def size(self, name: str | None = None) -> Any:
        return as_concrete(np.int64(len(self._contents[0])))

    def export(self, name: str | None = None) -> tuple[Tensor, Tensor]:
        """Returns all keys and their values."""
        keys, values = self._contents
        return concrete(keys), concrete(values)

    def _find(self, keys: Any) -> Any:
        known, values = self._contents
        if _is_count(known):
            return VALUE(keys, values=values, default=self._default)
        if _is_count(values):
            return POSITION(keys, keys=known, num_oov_buckets=0, default_value=self._default, hash_key=None)
        position = POSITION(keys, keys=known, num_oov_buckets=0, default_value=-1, hash_key=None)
        return VALUE(position, values=values, default=self._default)


@final
class StaticVocabularyTable(LookupInterface):
    """A table of ids of known words, and buckets for all others: their hash, behind the ids.

    Args:
        initializer: `KeyValueTensorInitializer` or `TextFileInitializer` with whole numbers as values;
            with None, every word is unknown.
        num_oov_buckets: the number of buckets, at least 1.
        lookup_key_dtype: has no effect.
        name: of the table.
        experimental_is_anonymous: has no effect.
        hasher_spec: `FastHashSpec`, or a `StrongHashSpec` with a key.

    Raises:
        InvalidArgumentError: there are no buckets, or a word has two ids.
        NotFoundError: there is no such file.

    Example:
        >>> import estimax as tf
        >>> words = tf.lookup.KeyValueTensorInitializer(["emerson", "lake", "palmer"], [0, 1, 2])
        >>> table = tf.lookup.StaticVocabularyTable(words, num_oov_buckets=5)
        >>> table.lookup(tf.constant(["lake", "x", ""])).numpy()
        array([1, 3, 6])
    """

    def __init__(
        self,
        initializer: TableInitializerBase | None,
        num_oov_buckets: int,
        lookup_key_dtype: Any = None,
        name: str | None = None,
        experimental_is_anonymous: bool = False,
        hasher_spec: HasherSpec = FastHashSpec,
    ) -> None:
        if num_oov_buckets < 1:
            raise InvalidArgumentError(
                f"num_oov_buckets must be at least 1; got {num_oov_buckets}. Without buckets, use StaticHashTable"
            )
        dtype = string if initializer is None else initializer.key_dtype
        super().__init__(as_dtype(lookup_key_dtype or dtype) if initializer is None else dtype, int64, name)
        self._buckets = int(num_oov_buckets)
        self._hash_key = hasher_spec.key
        self._contents: tuple[Dense, Dense] | None = None
        if initializer is not None:
            if not initializer.value_dtype.is_integer:
                raise TypeError(f"the ids of words are whole numbers; got {initializer.value_dtype.name}")
            keys, values = initializer.pairs()
            self._contents = (keys, np.asarray(values).astype(np.int64))
            self._index = index_of(keys, self._buckets, -1, self._hash_key)

    def size(self, name: str | None = None) -> Any:
        words = 0 if self._contents is None else len(self._contents[0])
        return as_concrete(np.int64(words + self._buckets))

    def _find(self, keys: Any) -> Any:
        if self._contents is None:
            return buckets_of(keys, self._buckets, self._hash_key)
        known, values = self._contents
        position = POSITION(keys, keys=known, num_oov_buckets=self._buckets, default_value=-1, hash_key=self._hash_key)
        if _is_count(values):
            return position
        buckets = np.arange(len(values), len(values) + self._buckets)
        return VALUE(position, values=np.concatenate([values, buckets]), default=-1)


def _is_count(array: Dense) -> bool:
    """Whether an array is 0, 1, 2 and so on, so that positions in it are what it holds."""
    return isinstance(array, np.ndarray) and array.dtype == np.int64 and bool((array == np.arange(len(array))).all())


def _plain(value: Any, dtype: DType) -> Any:
    """Returns a default value as JSON can hold it.

    Raises:
        TypeError: it is not of that type.
    """
    given: Any = value.value if isinstance(value, Tensor) else to_value(value, dtype)
    if given is None or given.ndim or dtype_of(given) != dtype:
        raise TypeError(f"the default value of this table must be a single {dtype.name}; got {value!r}")
    single = given[()]
    return single if isinstance(single, bytes) else single.item()
