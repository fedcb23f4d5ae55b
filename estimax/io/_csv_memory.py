"""What a CSV decoder remembers: the columns of blocks that it decoded before.

A training run reads the same small files once an epoch. A block whose bytes are
those of an earlier one is not parsed again.
"""

from __future__ import annotations

from typing import Any

from estimax._base._line_array import LineArray
from estimax._base._string_array import StringArray

MOST_BYTES = 16 << 20
_FEWEST_ROWS = 256

Key = tuple[Any, ...]


class DecodedBlocks:
    """Results by block of lines, of the first `MOST_BYTES` of text that were decoded."""

    def __init__(self) -> None:
        self._blocks: dict[Key, tuple[bytes, tuple[Any, ...]]] = {}
        self._bytes = 0

    def find(self, records: StringArray, needed: tuple[bool, ...]) -> tuple[Any, ...] | None:
        """Returns the results of an equal block, or None."""
        if not isinstance(records, LineArray):
            return None
        text, results = self._blocks.get(_key(records, needed), (b"", None))
        return results if results is not None and text == records.block.tobytes() else None

    def keep(self, records: StringArray, needed: tuple[bool, ...], results: tuple[Any, ...]) -> None:
        """Remembers the results of a block, if there is room."""
        if not isinstance(records, LineArray) or records.size < _FEWEST_ROWS:
            return
        key = _key(records, needed)
        added = 0 if key in self._blocks else records.nbytes
        if self._bytes + added <= MOST_BYTES:
            self._blocks[key] = (records.block.tobytes(), results)
            self._bytes += added


def _key(records: LineArray, needed: tuple[bool, ...]) -> Key:
    return (records.file, records.first_line, records.shape, records.nbytes, needed)
