"""Random numbers by position: what an element gets depends on its number alone.

Each element takes its own stretch of one stream, so that the same element gets
the same numbers whatever the chunks in which it is computed, and a run that is
continued draws what it would have drawn.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, replace

import numpy as np

_WORDS_AT_ONCE = 4  # that Philox makes of one value of its counter


@dataclass(frozen=True)
class Draws:
    """Where in a stream of random numbers some elements stand.

    Attributes:
        entropy: of the run, for ops without a seed of their own.
        place: of the step in its dataset.
        epochs: how often the elements were gone through before.
        first: number of the first element.
    """

    entropy: int
    place: tuple[int, ...] = ()
    epochs: tuple[int, ...] = ()
    first: int = 0

    @staticmethod
    def fresh() -> Draws:
        """Returns numbers that nobody can draw again."""
        return Draws(secrets.randbits(63))

    def row(self, number: int) -> Draws:
        return replace(self, first=self.first + number)

    def inside(self, number: int) -> Draws:
        """Returns the numbers of a function that is called for the first element, many times."""
        return Draws(self.entropy, (*self.place, number), (*self.epochs, self.first))

    def words(self, seed: int | None, number: int, rows: int, per_row: int) -> np.ndarray:
        """Draws 64-bit words, uint64 [rows, per_row], for the op with a number of its own or with a seed.

        Philox: Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", 2011.
        """
        place = (len(self.place), *self.place, number) if seed is None else (0,)
        start = (self.entropy if seed is None else seed) & 0xFFFFFFFFFFFFFFFF
        sequence = np.random.SeedSequence(start, spawn_key=(*place, *self.epochs, per_row))
        blocks = -(-per_row // _WORDS_AT_ONCE)
        stream = np.random.Philox(sequence).advance(self.first * blocks)
        return stream.random_raw(rows * blocks * _WORDS_AT_ONCE).reshape((rows, blocks * _WORDS_AT_ONCE))[:, :per_row]
