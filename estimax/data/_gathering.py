"""Gathering small chunks, so that many short inputs cost no more than one long one."""

from __future__ import annotations

from estimax.data._step import Chunk, concatenate

ENOUGH_ELEMENTS = 4096
ENOUGH_BYTES = 4 << 20


class Gathering:
    """Successive chunks, until they are together worth the cost of a step."""

    def __init__(self, at_most: int) -> None:
        self.room = at_most
        self._wanted = min(at_most, ENOUGH_ELEMENTS)
        self._bytes = 0
        self._chunks: list[Chunk] = []

    def add(self, chunk: Chunk) -> None:
        self._chunks.append(chunk)
        self._wanted -= chunk.size
        self.room -= chunk.size
        self._bytes += sum(column.nbytes for column in chunk.columns)

    @property
    def is_enough(self) -> bool:
        return self._wanted <= 0 or self._bytes >= ENOUGH_BYTES

    def result(self) -> Chunk | None:
        """Returns all elements as one chunk, or None where there are none."""
        return concatenate(self._chunks) if self._chunks else None
