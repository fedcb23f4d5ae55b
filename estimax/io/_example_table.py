"""Where the messages of a map stand, for a column of serialized maps.

The features of an example are a map from names to messages: entries, one after the
other, each a name and a message. All rows are read in lock-step, entry by entry.
Most writers put the same names in the same order, so the entry of the first row
serves as a template that the others are compared with. Rows that differ are read
by the general rules; what these do not cover (fields in another order, unknown
fields, names that come twice) is left to `_example_exact`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from estimax._base._wire_format import DELIMITED, Spans, WireError, read_varint, varints_at, windows

Array = np.ndarray[Any, Any]

NAME, MESSAGE = 1 << 3 | DELIMITED, 2 << 3 | DELIMITED  # the tags of the two fields of an entry
ENTRY = NAME  # the tag of an entry in a map
_NOWHERE = 2**62  # beyond the end of any map
_HEAD_BYTES = 256  # of an entry, that hold its name if it is of any reasonable length


@dataclass(frozen=True)
class Table:
    """Where the message of each name stands, for each row.

    Attributes:
        starts: int64 [names, rows].
        ends: int64 [names, rows]; 0, as is the start, where a row lacks the name.
        is_irregular: which rows must be read one by one.
        known: numbers of names that were found in some row.
    """

    starts: Array
    ends: Array
    is_irregular: Array
    known: set[int]

    def put(self, number: int, rows: Array, starts: Array, ends: Array) -> None:
        """Notes where the message of a name stands in some rows."""
        if number in self.known:
            self.is_irregular[rows[self.ends[number, rows] > 0]] = True
        self.known.add(number)
        if len(rows) == len(self.is_irregular):
            self.starts[number], self.ends[number] = starts, ends
        else:
            self.starts[number, rows], self.ends[number, rows] = starts, ends


def find_entries(maps: Spans, names: Sequence[bytes]) -> Table:
    """Finds the messages of some names in maps."""
    count, data = len(maps), maps.data
    places = np.zeros((2, len(names), count), np.int64)
    table = Table(places[0], places[1], np.zeros(count, bool), set())
    numbers = {name: i for i, name in enumerate(names)}
    others: list[_Entries] = []
    rows = np.flatnonzero(maps.starts < maps.ends)
    at, stop = maps.starts[rows], maps.ends[rows]
    while len(rows):
        template = _Template.of(data[at[0] : min(stop[0], at[0] + _HEAD_BYTES)].tobytes())
        if template is None:
            end, fits = np.zeros_like(at), np.zeros(len(at), bool)
        else:
            start, end, fits = template.apply(data, at)
        fit_all = bool(fits.all())
        number = numbers.get(template.name) if template else None
        if number is not None:
            chosen = slice(None) if fit_all else fits
            table.put(number, rows[chosen], start[chosen], end[chosen])
        if not fit_all:
            rest = np.flatnonzero(~fits)
            entries, is_sound = _entries_at(data, rows[rest], at[rest], stop[rest])
            end[rest] = np.where(is_sound, entries.ends, _NOWHERE)
            others.append(entries.take(is_sound))
        goes_on = end < stop
        if goes_on.all():
            at = end
        else:
            table.is_irregular[rows[end > stop]] = True
            rows, at, stop = rows[goes_on], end[goes_on], stop[goes_on]
    if others:
        _put_others(table, data, others, numbers)
    return table


_ALL_BITS = np.uint64(2**64 - 1)
_Words = tuple[tuple[np.uint64, np.uint64], ...]


def _words(given: bytes, counts: bytes) -> _Words:
    """Returns eight bytes at a time, as numbers, and which of their bits count."""
    padding = bytes(-len(given) % 8)
    bits = np.frombuffer(counts + padding, "<u8")
    return tuple(zip(np.frombuffer(given + padding, "<u8") & bits, bits, strict=True))


def _differences(heads: Array, words: _Words) -> Array:
    """Returns, for each row of bytes, 0 where they are those of the words."""
    columns = heads.view("<u8")
    differs = np.zeros(len(heads), np.uint64)
    for i, (given, counts) in enumerate(words):
        different = columns[:, i] ^ given
        differs |= different if counts == _ALL_BITS else different & counts
    return differs


@dataclass(frozen=True)
class _Template:
    """What an entry of some name looks like up to where its message begins.

    Attributes:
        name: the name.
        size: how many bytes the entry has up to its message.
        words: eight bytes each, as uint64: what they are, and which bits of them count.
        entry_size: where the number stands that says how long the entry is, from there on.
        message_size: where the number stands that says how long the message is.
    """

    name: bytes
    size: int
    words: _Words
    entry_size: range
    message_size: range

    @staticmethod
    def of(entry: bytes) -> _Template | None:
        """Makes a template of the first bytes of an entry; None where it is not a name and then a message."""
        try:
            _, entry_at = read_varint(entry, 1)
            name_size, name_at = read_varint(entry, entry_at + 1)
            tag_at = name_at + name_size
            _, message_at = read_varint(entry, tag_at + 1)
        except WireError:
            return None
        if (entry[0], entry[entry_at], entry[tag_at]) != (ENTRY, NAME, MESSAGE):
            return None
        entry_size, message_size = range(1, entry_at), range(tag_at + 1, message_at)
        mask = bytearray(b"\xff" * message_at)
        for i in (*entry_size, *message_size):
            mask[i] = 128
        words = _words(entry[:message_at], bytes(mask))
        return _Template(entry[name_at:tag_at], message_at, words, entry_size, message_size)

    def apply(self, data: Array, at: Array) -> tuple[Array, Array, Array]:
        """Returns where the messages of entries begin and end, and for which entries that is so."""
        heads = windows(data, at, 8 * len(self.words))
        start = at + self.size
        end = at + (_number(heads, self.entry_size) + self.entry_size.stop)
        differs = _differences(heads, self.words)
        differs |= (start + _number(heads, self.message_size) - end).view(np.uint64)
        return start, end, differs == 0


def _number(heads: Array, place: range) -> Array:
    value = heads[:, place[0]].astype(np.int64)
    if len(place) > 1:
        value &= 127
        for count, i in enumerate(place[1:], 1):
            value |= (heads[:, i] & 127).astype(np.int64) << (7 * count)
    return value


@dataclass(frozen=True)
class _Entries:
    """One entry of each of some rows: where its name and its message stand."""

    rows: Array
    names: Array
    name_ends: Array
    starts: Array
    ends: Array

    def take(self, chosen: Array) -> _Entries:
        return _Entries(
            self.rows[chosen], self.names[chosen], self.name_ends[chosen], self.starts[chosen], self.ends[chosen]
        )


def _entries_at(data: Array, rows: Array, at: Array, stop: Array) -> tuple[_Entries, Array]:
    """Reads the entry at each position, and says of which rows there is one, a name and then a message."""
    entry_size, entry_at = varints_at(data, at + 1)
    end = entry_at + entry_size
    is_sound = (data[at] == ENTRY) & (entry_size >= 0) & (end > at) & (end <= stop)
    entry_at = np.where(is_sound, entry_at, at)  # what is not sound must not lead beyond the data
    name_size, name_at = varints_at(data, entry_at + 1)
    name_end = name_at + name_size
    is_sound &= (data[entry_at] == NAME) & (name_size >= 0) & (name_end >= name_at) & (name_end < end)
    name_end = np.where(is_sound, name_end, at)
    size, start = varints_at(data, name_end + 1)
    is_sound &= (data[name_end] == MESSAGE) & (size >= 0) & (start + size == end)
    return _Entries(rows, name_at, name_end, start, end), is_sound


def _put_others(table: Table, data: Array, others: list[_Entries], numbers: dict[bytes, int]) -> None:
    """Notes where the messages stand whose names no template told."""
    fields = ("rows", "names", "name_ends", "starts", "ends")
    entries = _Entries(*(np.concatenate([getattr(e, f) for e in others]) for f in fields))
    sizes = entries.name_ends - entries.names
    for name, number in numbers.items():
        chosen = np.flatnonzero(sizes == len(name))
        words = _words(name, b"\xff" * len(name))
        heads = windows(data, entries.names[chosen], 8 * len(words))
        chosen = chosen[_differences(heads, words) == 0]
        found = entries.take(chosen)
        if not len(chosen):
            continue
        table.put(number, found.rows, found.starts, found.ends)
        times = np.bincount(found.rows, minlength=len(table.is_irregular))
        if times.max() > 1:
            table.is_irregular[times > 1] = True
