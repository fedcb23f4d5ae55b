"""Arrays by name in a file that may hold an array in parts: the common half of TensorFlow's two kinds of checkpoints.

A partitioned variable stands under one name in parts. The slots of an optimizer
that belong to it stand under a name for each part, each with its one part of the
whole: they are read by giving all these names at once.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import numpy as np

from estimax._base._errors import InvalidArgumentError, NotFoundError
from estimax._base._lazy import did_you_mean
from estimax._base._sorted_table import damaged
from estimax._base._tensor_messages import STRING, TYPES, Array, Place, Slice, place_of
from estimax._base._wire_format import WireError


class PartedEntry(Protocol):
    """What is known of an array before it is read: the number of its type, its shape, and where its parts stand.

    An array without parts is stored whole.
    """

    @property
    def kind(self) -> int: ...

    @property
    def shape(self) -> tuple[int, ...]: ...

    @property
    def parts(self) -> tuple[Slice, ...]: ...

    @property
    def dtype(self) -> np.dtype[Any]: ...


def dtype_of(kind: int) -> np.dtype[Any]:
    """Returns the NumPy type of a type's number, object for strings and whatever has no type of its own."""
    return TYPES.get(kind, TYPES[STRING])


class PartedArrays(ABC):
    """A checkpoint, open for reading.

    Attributes:
        path: of the file that lists the arrays.
        entries: what is known of each array, by name.
    """

    path: str
    entries: Mapping[str, PartedEntry]

    @abstractmethod
    def read_whole(self, name: str) -> Array:
        """Reads an array without parts."""

    @abstractmethod
    def read_part(self, name: str, part: Slice, place: Place) -> Array:
        """Reads one part of an array; its shape is that of the place."""

    def entry(self, name: str) -> PartedEntry:
        """Returns what is known of an array.

        Raises:
            NotFoundError: there is none of this name.
        """
        entry = self.entries.get(name)
        if entry is None:
            raise NotFoundError(f"{self.path!r} has no {name!r}{did_you_mean(name, self.entries)}")
        return entry

    def read(self, name: str) -> Array:
        """Reads one array. Strings come as an array of objects, each of them bytes.

        Raises:
            NotFoundError: there is none of this name.
            DataLossError: its bytes are not those that were written.
            InvalidArgumentError: only some parts of it stand under this name.
            UnimplementedError: it is of a type that is no array.
        """
        return self.read_joined([name])

    def read_joined(self, names: Sequence[str]) -> Array:
        """Reads one array whose parts stand under several names; see `read`."""
        first = self.entry(names[0])
        if len(names) == 1 and not first.parts:
            return self.read_whole(names[0])
        if not self.is_complete(names):
            raise InvalidArgumentError(
                f"{', '.join(map(repr, names))} in {self.path!r} must be all parts of an array of shape "
                f"{list(first.shape)}; some are missing: they stand under other names, with part_1, t_1 and so on"
            )
        read = []
        for name in names:
            for part in self.entry(name).parts:
                place = self._place(name, part, first.shape)
                values = self.read_part(name, part, place)
                if values.shape != place.shape or values.dtype != first.dtype:
                    raise damaged(self.path, f"the part {part} of {name!r} has the shape {list(values.shape)}")
                read.append((place, values))
        # Not before the parts are there: a damaged shape may be of any size.
        out, is_filled = np.empty(first.shape, first.dtype), np.zeros(first.shape, bool)
        for place, values in read:
            out[place.slices] = values
            is_filled[place.slices] = True
        if not is_filled.all():
            raise damaged(self.path, f"the parts of {names[0]!r} overlap")
        return out

    def is_complete(self, names: Sequence[str]) -> bool:
        """Tells whether what stands under these names makes up one whole array."""
        entries = [self.entry(name) for name in names]
        first = entries[0]
        if any(e.shape != first.shape or e.kind != first.kind for e in entries):
            return False
        if not all(e.parts for e in entries):
            return len(entries) == 1
        places = {self._place(n, p, first.shape) for n, e in zip(names, entries, strict=True) for p in e.parts}
        return sum(math.prod(place.shape) for place in places) == math.prod(first.shape)

    def _place(self, name: str, part: Slice, shape: tuple[int, ...]) -> Place:
        try:
            return place_of(part, shape)
        except WireError as error:
            raise damaged(self.path, f"{error} of {name!r}") from None
