"""Checkpoints of TensorFlow before 1.0: one sorted table that holds the arrays themselves.

Under the empty key stand the names, types and shapes of all arrays and where their
parts are, under each of the other keys one part as a message. The only checksums
are those of the table's blocks.

The messages: `saved_tensor_slice.proto` of TensorFlow's public interface.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np

from estimax._base._errors import UnimplementedError
from estimax._base._files import Path, as_path
from estimax._base._parted_arrays import PartedArrays, dtype_of
from estimax._base._slice_names import encoded_slice_name
from estimax._base._sorted_table import SortedTable, damaged, open_sorted_table
from estimax._base._tensor_messages import (
    TYPES,
    Array,
    Place,
    Slice,
    array_of,
    by_number,
    content,
    contents,
    shape_of,
    slice_of,
    text,
    whole_number,
)
from estimax._base._wire_format import WireError


@dataclass(frozen=True)
class SlicedEntry:
    """An array: the number of its type, its shape, and where its parts stand in it."""

    kind: int
    shape: tuple[int, ...]
    parts: tuple[Slice, ...]

    @property
    def dtype(self) -> np.dtype[Any]:
        """The NumPy type of its elements, object for strings and whatever has no type of its own."""
        return dtype_of(self.kind)


@dataclass(frozen=True)
class SlicedCheckpoint(PartedArrays):
    """A checkpoint of one file, open for reading; `open_sliced` makes one."""

    path: str
    entries: dict[str, SlicedEntry]
    _table: SortedTable

    def read_whole(self, name: str) -> Array:
        raise damaged(self.path, f"it lists no part of {name!r}")

    def read_part(self, name: str, part: Slice, place: Place) -> Array:
        entry = self.entries[name]
        if entry.kind not in TYPES:
            raise UnimplementedError(
                f"{name!r} in {self.path!r} is of a type (number {entry.kind}) that is no array of numbers or strings"
            )
        data = self._table.get(encoded_slice_name(name, part))
        if data is None:
            raise damaged(self.path, f"it has no part {part} of {name!r}")
        try:
            return array_of(content(by_number(content(by_number(data), 2)), 3), entry.kind, place.shape)
        except WireError as error:
            raise damaged(self.path, f"{name!r}: {error}") from None


@contextmanager
def open_sliced(path: Path) -> Iterator[SlicedCheckpoint]:
    """Opens a checkpoint; the names are read and checked, the arrays are not read yet.

    Raises:
        NotFoundError: there is no such file.
        DataLossError: it is truncated or changed, or is none.
    """
    name = as_path(path)
    with open_sorted_table(path) as table:
        listed = table.get(b"")
        if listed is None:
            raise damaged(name, "it does not list what it holds")
        try:
            found = [_entry(data) for data in contents(by_number(content(by_number(listed), 1)), 1)]
        except WireError as error:
            raise damaged(name, f"the list of what it holds makes no sense: {error}") from None
        yield SlicedCheckpoint(name, dict(found), table)


def _entry(data: bytes) -> tuple[str, SlicedEntry]:
    said = by_number(data)
    parts = tuple(slice_of(part) for part in contents(said, 4))
    entry = SlicedEntry(whole_number(said, 3), shape_of(content(said, 2)), parts)
    return text(content(said, 1)), entry
