"""The position of every value in a vocabulary: columns of strings or integers to ids.

A vocabulary is made once and asked for chunks of a thousand to some thousand
values, over and over, so what counts is the time of one call. Arrow's `index_in`
hashes fastest but hashes the whole vocabulary again in every call; NumPy tables
made once take over where that would cost more than it saves.
"""

from __future__ import annotations

from typing import Any, Protocol, final

import numpy as np
import numpy.typing as npt
import pyarrow.compute as pc

from estimax._base._arrow import from_numpy, to_numpy
from estimax._base._errors import InvalidArgumentError
from estimax._base._string_array import StringArray
from estimax.strings._fingerprint import decimal_strings, fingerprint64, hash_buckets
from estimax.strings._siphash import siphash

Ids = npt.NDArray[np.int64]
Words = npt.NDArray[np.uint64]
Values = StringArray | npt.NDArray[np.integer]

# In each call `index_in` takes 25 ns a word (200 ns beyond the cache) and 10 ns a value, a table
# of fingerprints 100 µs and 40 ns a value: about even where there are 4,000 words more than values.
_TABLE_FROM_WORDS = 4000
_CACHED_WORDS = 200_000
_DENSE_SPREAD = 8
_GOLDEN = np.uint64(0x9E3779B97F4A7C15)


@final
class VocabularyIndex:
    """Finds values in a vocabulary: the id of a value is its position there.

    A value that is not in the vocabulary gets `default_value`; with
    `num_oov_buckets`, the id `len(words) + fingerprint64(value) % num_oov_buckets`
    instead, where an integer counts as its decimal string. With a `hash_key` of two
    integers, SipHash under that key takes the place of the fingerprint.

    `words` are strings or integers in one dimension. Raises InvalidArgumentError
    where there are none, where one stands twice, or for a negative number of buckets.

    Example:
        >>> from estimax._base._string_array import StringArray
        >>> from estimax.strings._vocabulary_index import VocabularyIndex
        >>> index = VocabularyIndex(StringArray.of(["red", "green"]), num_oov_buckets=3)
        >>> index.lookup(StringArray.of([["green", "red"], ["blue", ""]])).tolist()
        [[1, 0], [2, 4]]
    """

    __slots__ = ("__weakref__", "_finder", "default_value", "hash_key", "num_oov_buckets", "words")

    def __init__(
        self,
        words: Values,
        num_oov_buckets: int = 0,
        default_value: int = -1,
        hash_key: tuple[int, int] | None = None,
    ) -> None:
        if num_oov_buckets < 0:
            raise InvalidArgumentError(f"num_oov_buckets must be 0 or more; got {num_oov_buckets}")
        _check_words(words)
        self.words = words
        self.num_oov_buckets = num_oov_buckets
        self.default_value = default_value
        self.hash_key = hash_key
        self._finder = _finder(words)

    def __len__(self) -> int:
        return len(self.words)

    def lookup(self, values: Values) -> Ids:
        """Returns the id of every value, in the shape of `values`.

        Raises InvalidArgumentError for integers where the words are strings and
        the other way round.
        """
        if isinstance(values, StringArray) is not isinstance(self.words, StringArray) or _kind(values) is None:
            raise InvalidArgumentError(
                f"a vocabulary of {_kind(self.words)} takes {_kind(self.words)}; "
                f"got {_kind(values) or values.dtype}; convert the values, or the vocabulary, to the other's type"
            )
        ids = self._finder.find(values)
        if self.num_oov_buckets:
            missing = np.flatnonzero(ids < 0)
            if len(missing):
                ids[missing] = len(self.words) + self._buckets(values.reshape(-1)[missing])
        elif self.default_value != -1:
            ids[ids < 0] = self.default_value
        return ids.reshape(values.shape)

    def _buckets(self, values: Values) -> Ids:
        strings = values if isinstance(values, StringArray) else decimal_strings(values)
        if self.hash_key is None:
            return hash_buckets(strings, self.num_oov_buckets)
        return (siphash(strings, self.hash_key) % np.uint64(self.num_oov_buckets)).view(np.int64)


class _Finder(Protocol):
    """Finds values of the type of its words: a new flat array of positions, -1 where there is none."""

    def find(self, values: Any) -> Ids: ...


def _finder(words: Values) -> _Finder:
    if isinstance(words, StringArray):
        return _FewStrings(words) if len(words) < _TABLE_FROM_WORDS else _ManyStrings(words)
    integers = words.astype(np.int64)
    spread = int(integers.max()) - int(integers.min())
    return _DenseIntegers(integers) if spread < _DENSE_SPREAD * len(integers) + 1024 else _SparseIntegers(integers)


@final
class _FewStrings:
    """Lets Arrow hash words and values in each call."""

    def __init__(self, words: StringArray) -> None:
        self._options = pc.SetLookupOptions(value_set=words.flat)

    def find(self, values: StringArray) -> Ids:
        positions = pc.call_function("index_in", [values.flat], self._options)
        if positions.null_count:
            positions = positions.fill_null(-1)
        ids: Ids = to_numpy(positions).astype(np.int64)
        return ids


@final
class _ManyStrings:
    """A table by fingerprint; the bytes of each string found are compared with the word's.

    Arrow serves calls with more values than a table is worth, and all calls if
    two words share a fingerprint (never seen, but such words can be made).
    """

    def __init__(self, words: StringArray) -> None:
        self._words = words.flat
        self._arrow = _FewStrings(words)
        self._arrow_from_values = len(words) - _TABLE_FROM_WORDS if len(words) < _CACHED_WORDS else np.inf
        fingerprints = fingerprint64(words)
        ordered = np.sort(fingerprints)
        self._table = _Table(fingerprints) if (ordered[1:] != ordered[:-1]).all() else None

    def find(self, values: StringArray) -> Ids:
        if self._table is None or values.size > self._arrow_from_values:
            return self._arrow.find(values)
        positions = self._table.find(fingerprint64(values).ravel())
        found = np.flatnonzero(positions >= 0)
        candidates = values.flat if len(found) == len(positions) else values.flat.take(from_numpy(found))
        words = self._words.take(from_numpy(positions[found]))
        if not candidates.equals(words):
            same = to_numpy(pc.equal(candidates, words))
            positions[found[~same]] = -1
        return positions


@final
class _DenseIntegers:
    """An array over the whole range of the words."""

    def __init__(self, words: Ids) -> None:
        self._lowest = np.int64(words.min())
        self._positions = np.full(int(words.max()) - int(self._lowest) + 2, -1, np.int64)
        self._positions[words - self._lowest] = np.arange(len(words))

    def find(self, values: npt.NDArray[np.integer]) -> Ids:
        # Modulo 2**64 a value below the lowest word is far above the highest one: both end at the last entry, -1.
        offsets = (values.ravel().astype(np.int64) - self._lowest).view(np.uint64)
        last = np.uint64(len(self._positions) - 1)
        return self._positions[np.minimum(offsets, last).view(np.int64)]


@final
class _SparseIntegers:
    """A table by a mixing of the bits that keeps different integers different."""

    def __init__(self, words: Ids) -> None:
        self._table = _Table(_scatter_bits(words))

    def find(self, values: npt.NDArray[np.integer]) -> Ids:
        return self._table.find(_scatter_bits(values.ravel().astype(np.int64)))


def _scatter_bits(integers: Ids) -> Words:
    """Maps integers one to one so that the low bits depend on all bits (Fibonacci hashing, twice)."""
    mixed = integers.view(np.uint64) * _GOLDEN
    mixed = (mixed ^ (mixed >> np.uint64(32))) * _GOLDEN
    return mixed ^ (mixed >> np.uint64(32))


@final
class _Table:
    """An open-addressing hash table with linear probing: distinct keys to their positions.

    All keys asked for take each step of the search together; those not settled go
    on. At four to eight slots a key that is over after a few steps.
    """

    def __init__(self, keys: Words) -> None:
        capacity = 1 << (4 * len(keys) - 1).bit_length()
        self._mask = np.uint64(capacity - 1)
        self._empty = _absent_key(keys)
        self._keys = np.full(capacity, self._empty)
        self._positions = np.full(capacity, -1, np.int32)
        pending = np.arange(len(keys), dtype=np.int32)
        slots = self._slots(keys)
        while len(pending):
            free = self._positions[slots] < 0
            self._positions[slots[free]] = pending[free]
            unplaced = self._positions[slots] != pending
            pending, slots = pending[unplaced], self._next(slots[unplaced])
        taken = np.flatnonzero(self._positions >= 0)
        self._keys[taken] = keys[self._positions[taken]]

    def find(self, keys: Words) -> Ids:
        """Returns the position of each key, -1 where it is not in the table."""
        slots = self._slots(keys)
        held = self._keys[slots]
        positions = np.where(held == keys, self._positions[slots], -1).astype(np.int64)
        rows = np.flatnonzero((held != keys) & (held != self._empty))
        slots = slots[rows]
        while len(rows):
            slots = self._next(slots)
            held, wanted = self._keys[slots], keys[rows]
            hit = held == wanted
            positions[rows[hit]] = self._positions[slots[hit]]
            going_on = ~hit & (held != self._empty)
            rows, slots = rows[going_on], slots[going_on]
        return positions

    def _slots(self, keys: Words) -> Ids:
        return (keys & self._mask).view(np.int64)

    def _next(self, slots: Ids) -> Ids:
        return (slots + 1) & self._mask.view(np.int64)


def _absent_key(keys: Words) -> np.uint64:
    """Returns a number that is no key, to mark empty slots."""
    present = set(keys[keys < len(keys) + 1].tolist())
    return np.uint64(next(i for i in range(len(keys) + 1) if i not in present))


def _check_words(words: Values) -> None:
    """Raises InvalidArgumentError unless the words are some, of one type, in one dimension, and different."""
    if _kind(words) is None or words.ndim != 1:
        raise InvalidArgumentError(
            f"a vocabulary must be strings or integers in one dimension; got {words.dtype} of shape {words.shape}"
        )
    if not len(words):
        raise InvalidArgumentError("a vocabulary must have at least one word; got none")
    flat = words.flat if isinstance(words, StringArray) else from_numpy(words)
    codes = to_numpy(flat.dictionary_encode().indices)
    if int(codes.max()) + 1 == len(words):
        return
    repeated = int(np.flatnonzero(np.bincount(codes) > 1)[0])
    where = np.flatnonzero(codes == repeated)
    shown = ", ".join(str(i) for i in where[:5]) + (", ..." if len(where) > 5 else "")
    word = flat[int(where[0])].as_py()
    name = repr(word.decode(errors="backslashreplace")) if isinstance(word, bytes) else str(word)
    raise InvalidArgumentError(
        f"every word of a vocabulary must be there once; got {name} at positions {shown} (from 0); keep one of them"
    )


def _kind(values: Values) -> str | None:
    """Says in words what the values are; None for what no vocabulary can hold."""
    if isinstance(values, StringArray):
        return "strings"
    return "integers" if values.dtype.kind in "iu" and np.can_cast(values.dtype, np.int64) else None
