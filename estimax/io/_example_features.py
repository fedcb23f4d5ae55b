"""From a column of serialized examples to the messages of the features that are wanted.

Nearly all rows are found by array operations; those that are not are read one by
one, and what was found in them is put behind the block of bytes of the others.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NoReturn

import numpy as np

from estimax._base._errors import InvalidArgumentError
from estimax._base._record_array import spans_of
from estimax._base._string_array import StringArray
from estimax._base._wire_format import DELIMITED, PADDING, Spans, WireError, varints_at
from estimax.io._example_exact import features_of
from estimax.io._example_table import find_entries

Array = np.ndarray[Any, Any]


class Examples:
    """A column of serialized messages of which each holds one map, or two.

    Args:
        strings: the messages.
        names: what to call them in errors; None for where they came from.
        kind: what they should be.
    """

    def __init__(self, strings: StringArray, names: StringArray | None, kind: str = "tf.train.Example") -> None:
        self.strings = strings
        self.names = names
        self.kind = kind
        self.spans = spans_of(strings)

    def __len__(self) -> int:
        return len(self.spans)

    def features(self, wanted: Sequence[str]) -> list[Spans]:
        """Returns where the messages of some names stand in each example, for each name.

        One that is not there ends at 0; an empty one ends where it begins.
        """
        return self._find(wanted, 1, self._only_field())

    def context_and_lists(self, context: Sequence[str], lists: Sequence[str]) -> tuple[list[Spans], list[Spans]]:
        """Returns where the features and the lists of features stand in sequence examples, for each name."""
        first, second = self._two_fields()
        return self._find(context, 1, first), self._find(lists, 2, second)

    def _find(self, wanted: Sequence[str], field: int, maps: tuple[Spans, Array]) -> list[Spans]:
        spans, is_sound = maps
        keys = list(dict.fromkeys(name.encode() for name in wanted))
        table = find_entries(spans, keys)
        rows = np.flatnonzero(table.is_irregular | ~is_sound)
        data, starts, ends = spans.data, table.starts, table.ends
        if len(rows):
            parts, at = [data], len(data)
            for row in rows.tolist():
                found = self._exactly(row, field)
                for number, key in enumerate(keys):
                    content = np.frombuffer(found.get(key, b""), np.uint8)
                    starts[number, row], ends[number, row] = (at, at + len(content)) if key in found else (0, 0)
                    parts.append(content)
                    at += len(content)
            data = np.concatenate([*parts, np.zeros(PADDING, np.uint8)])
        numbers = {key: i for i, key in enumerate(keys)}
        return [Spans(data, starts[numbers[n.encode()]], ends[numbers[n.encode()]]) for n in wanted]

    def _exactly(self, row: int, field: int) -> dict[bytes, bytes]:
        message = self.spans.bytes_of(row)
        try:
            return features_of(message, field)
        except WireError as error:
            shown = f"{message[:30]!r}{'...' if len(message) > 30 else ''}"
            raise InvalidArgumentError(
                f"{self.place(row)} is no serialized {self.kind}: {error}; it is {shown}"
            ) from None

    def _only_field(self) -> tuple[Spans, Array]:
        """Returns the maps of messages that consist of it alone, and which messages do."""
        data, starts, ends = self.spans.data, self.spans.starts, self.spans.ends
        size, begin = varints_at(data, starts + 1)
        is_sound = (data[starts] == (1 << 3 | DELIMITED)) & (size >= 0) & (begin + size == ends)
        is_empty = starts == ends
        if is_sound.all():
            return Spans(data, begin, ends), is_sound
        return Spans(data, np.where(is_sound & ~is_empty, begin, ends), ends), is_sound | is_empty

    def _two_fields(self) -> tuple[tuple[Spans, Array], tuple[Spans, Array]]:
        """Returns the maps of messages that consist of one or both in order, and which messages do."""
        data, ends = self.spans.data, self.spans.ends
        at, found = self.spans.starts, []
        for field in (1, 2):
            size, begin = varints_at(data, at + 1)
            stop = begin + size
            is_there = (at < ends) & (data[at] == (field << 3 | DELIMITED)) & (size >= 0) & (stop >= begin)
            is_there &= stop <= ends
            found.append((np.where(is_there, begin, at), np.where(is_there, stop, at)))
            at = np.where(is_there, stop, at)
        is_sound = at == ends
        return tuple((Spans(data, np.where(is_sound, b, 0), np.where(is_sound, s, 0)), is_sound) for b, s in found)  # type: ignore[return-value]  # there are two

    def place(self, row: int) -> str:
        """Says which example a row is."""
        if self.names is not None and len(self.names.flat) > row:
            return f"example {self.names.flat[row].as_py().decode(errors='replace')!r}"
        origin = self.strings.describe_origin(row)
        return origin or ("the example" if len(self) == 1 else f"example {row}")

    def complaint(self, what: str, wanted: str) -> Callable[[int, str], NoReturn]:
        """Returns what raises the error about a feature of a row."""

        def complain(row: int, found: str) -> NoReturn:
            raise InvalidArgumentError(f"{self.place(row)}: {what} must hold {wanted}; it {found}")

        return complain

    def missing(self, row: int, what: str, remedy: str, field: int = 1) -> InvalidArgumentError:
        """Returns the error about a feature that a row lacks."""
        names = sorted(name.decode(errors="replace") for name in self._exactly(row, field))
        shown = ", ".join(map(repr, names[:10])) + (", ..." if len(names) > 10 else "")
        there = f"there are {shown}" if names else "there is nothing else"
        return InvalidArgumentError(f"{self.place(row)}: {what} is missing or empty; {there}. {remedy}")
