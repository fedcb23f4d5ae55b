"""What a feature holds, for a column of serialized `tf.train.Feature` messages.

A Feature is one of three lists, of bytes, floats or integers. The numbers of a list
stand packed in one field, or, from old writers, each in a field of its own.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NoReturn

import numpy as np

from estimax._base._dtypes import DType, float32, int64, string
from estimax._base._record_array import strings_of
from estimax._base._string_array import StringArray
from estimax._base._wire_format import (
    DELIMITED,
    FIXED32,
    VARINT,
    Spans,
    decode_varints,
    delimited,
    split_delimited,
    varint,
    varints_at,
)

Array = np.ndarray[Any, Any]
Complain = Callable[[int, str], NoReturn]  # given a row and what is wrong with it

_LIST_TAGS = {string.name: 1 << 3 | DELIMITED, float32.name: 2 << 3 | DELIMITED, int64.name: 3 << 3 | DELIMITED}
_TYPES = {tag: name for name, tag in _LIST_TAGS.items()}
_PACKED = 1 << 3 | DELIMITED
_SINGLE_FLOAT, _SINGLE_INTEGER = 1 << 3 | FIXED32, 1 << 3 | VARINT


@dataclass(frozen=True)
class Lists:
    """The values of a feature, row after row.

    Attributes:
        values: those of all rows, one after the other.
        counts: int64, how many each row has; None for the number that was asked for.
        is_there: which rows have the feature; None for all.
    """

    values: Array | StringArray
    counts: Array | None
    is_there: Array | None

    @property
    def lengths(self) -> Array:
        """How many values each row has, int64."""
        assert self.counts is not None
        return self.counts


def read_lists(features: Spans, dtype: DType, count: int | None, complain: Complain) -> Lists:
    """Reads the values of features; those without a byte count as absent.

    Args:
        features: where the messages stand.
        dtype: float32, int64 or string.
        count: how many values each row is likely to have, where one number is likely.
        complain: raises the error about a feature of another type, or one that is damaged.
    """
    if count is not None:
        values = _all_alike(features, dtype, count)
        if values is not None:
            return Lists(values, None, None)
    is_there = features.starts < features.ends
    if is_there.all():
        values, lengths = _values(_lists(features, dtype, complain), dtype, complain)
        return Lists(values, lengths, None)
    rows = np.flatnonzero(is_there)

    def complain_of(row: int, what: str) -> NoReturn:
        complain(int(rows[row]), what)

    values, some = _values(_lists(features.take(rows), dtype, complain_of), dtype, complain_of)
    lengths = np.zeros(len(features), np.int64)
    lengths[rows] = some
    return Lists(values, lengths, is_there)


def _all_alike(features: Spans, dtype: DType, count: int) -> Array | StringArray | None:
    """Returns the values where every row is seen at once to have so many; None where that is not so."""
    if not len(features):
        return None
    if dtype == float32:
        return _alike_floats(features, count)
    if count != 1:
        return None
    return _single_strings(features) if dtype == string else _single_integers(features)


def _alike_floats(features: Spans, count: int) -> Array | None:
    packed = delimited(1, bytes(4 * count))
    start = len(packed) - 4 * count
    head = varint(_LIST_TAGS[float32.name]) + varint(len(packed)) + packed[:start]
    size = len(head) + 4 * count
    if not count or not (features.lengths == size).all():
        return None
    heads = features.heads(size)
    if len(head) == 4:
        words = heads.view("<u4")
        is_head = words[:, 0] == int.from_bytes(head, "little")
        return np.ascontiguousarray(words[:, 1:]).view("<f4").reshape(-1) if is_head.all() else None
    if not _begin_with(heads, head):
        return None
    return np.ascontiguousarray(heads[:, len(head) :]).view("<f4").reshape(-1)


def _single_strings(features: Spans) -> StringArray | None:
    sizes, heads = features.lengths, features.heads(4)
    is_short = (sizes >= 4) & (sizes < 130) & (heads[:, 1] == sizes - 2) & (heads[:, 3] == sizes - 4)
    if not is_short.all() or not (_begin_with(heads, b"\n") and _begin_with(heads[:, 2:], b"\n")):
        return None
    return StringArray(strings_of(Spans(features.data, features.starts + 4, features.ends)))


def _single_integers(features: Spans) -> Array | None:
    sizes, heads = features.lengths - 4, features.heads(16)
    is_short = (sizes > 0) & (sizes <= 10) & (heads[:, 1] == sizes + 2) & (heads[:, 3] == sizes)
    if not is_short.all() or not (_begin_with(heads, b"\x1a") and _begin_with(heads[:, 2:], b"\n")):
        return None
    values = np.zeros(len(features), np.int64)
    for i in range(int(sizes.max())):
        byte = heads[:, 4 + i]
        if ((byte > 127) != (sizes > i + 1))[sizes > i].any():
            return None
        values |= np.where(sizes > i, byte & 127, 0).astype(np.int64) << (7 * i)
    return values


def _begin_with(heads: Array, start: bytes) -> bool:
    return all(bool((heads[:, i] == byte).all()) for i, byte in enumerate(start))


def _lists(features: Spans, dtype: DType, complain: Complain) -> Spans:
    """Returns where the lists stand; what follows them in their features does not count, as in the original."""
    tags = features.data[features.starts]
    wrong = np.flatnonzero(tags != _LIST_TAGS[dtype.name])
    if len(wrong):
        kind = _TYPES.get(int(tags[wrong[0]]))
        complain(int(wrong[0]), f"has {kind} values" if kind else "has values of a type that is not known")
    sizes, starts = varints_at(features.data, features.starts + 1)
    ends = starts + sizes
    _check((sizes >= 0) & (ends >= starts) & (ends <= features.ends), complain)
    return Spans(features.data, starts, ends)


def _check(is_sound: Array, complain: Complain) -> None:
    if not is_sound.all():
        complain(int(np.argmin(is_sound)), "is damaged")


def _values(lists: Spans, dtype: DType, complain: Complain) -> tuple[Array | StringArray, Array]:
    """Returns the values of lists, one after the other, and how many there are in each."""
    if dtype == string:
        texts, counts, is_other = split_delimited(lists)
        _check(~is_other, complain)
        return StringArray(strings_of(texts)), counts
    is_packed = (lists.data[lists.starts] == _PACKED) & (lists.starts < lists.ends)
    read = _floats if dtype == float32 else _integers
    if is_packed.all():
        return read(_packed(lists, complain), False, complain)
    lengths, parts = np.zeros(len(lists), np.int64), []
    for rows, single in ((np.flatnonzero(is_packed), False), (np.flatnonzero(~is_packed), True)):

        def complain_of(row: int, what: str, rows: Array = rows) -> NoReturn:
            complain(int(rows[row]), what)

        some = lists.take(rows)
        part, lengths[rows] = read(some if single else _packed(some, complain_of), single, complain_of)
        parts.append(part)
    is_first = is_packed[np.repeat(np.arange(len(lists)), lengths)]
    values = np.empty(len(is_first), dtype.as_numpy_dtype)
    values[is_first], values[~is_first] = parts
    return values, lengths


def _packed(lists: Spans, complain: Complain) -> Spans:
    """Returns where the packed numbers of lists stand; what follows them does not count, as in the original."""
    sizes, starts = varints_at(lists.data, lists.starts + 1)
    ends = starts + sizes
    _check((sizes >= 0) & (ends >= starts) & (ends <= lists.ends), complain)
    return Spans(lists.data, starts, ends)


def _floats(lists: Spans, single: bool, complain: Complain) -> tuple[Array, Array]:
    size = 5 if single else 4
    lengths = lists.lengths // size
    _check(lengths * size == lists.lengths, complain)
    numbers = lists.joined(size)
    if single:
        fields = numbers.reshape(-1, 5)
        _check_each(fields[:, 0] == _SINGLE_FLOAT, lengths, complain)
        numbers = np.ascontiguousarray(fields[:, 1:]).reshape(-1)
    return numbers.view("<f4"), lengths


def _integers(lists: Spans, single: bool, complain: Complain) -> tuple[Array, Array]:
    values, ends = decode_varints(lists.joined())
    behind = np.cumsum(lists.lengths)
    counted = np.searchsorted(ends, behind, side="right")
    lengths = np.diff(counted, prepend=0)
    _check(np.append(0, ends)[counted] == behind, complain)  # else a number does not end where its list does
    _check_each(np.diff(ends, prepend=0) <= 10, lengths, complain)
    if not single:
        return values, lengths
    _check(lengths % 2 == 0, complain)
    _check_each(values[0::2] == _SINGLE_INTEGER, lengths // 2, complain)
    return values[1::2], lengths // 2


def _check_each(is_sound: Array, lengths: Array, complain: Complain) -> None:
    """Complains of the first list with a number that is not as it should be."""
    if not is_sound.all():
        complain(int(np.repeat(np.arange(len(lengths)), lengths)[np.argmin(is_sound)]), "is damaged")
