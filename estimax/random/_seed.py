"""The seed of the program: what is drawn without a seed of its own depends on it.

This is the one piece of state of the room. It is read when something starts to
draw: when a dataset is gone through, and when a random op computes at once.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from numbers import Integral
from typing import Any

import numpy as np

from estimax._graph._draws import Draws


@dataclass
class _Program:
    seed: int | None = None
    started: int = 0  # how often something has started to draw since the seed was set


_PROGRAM = _Program()


def set_random_seed(seed: Any) -> None:
    """Sets the seed of all that draws without a seed of its own from now on.

    What follows is then the same in each run of the program: the order of shuffled
    datasets, each time that one is gone through, and the numbers of random ops. An
    Estimator's runs follow `RunConfig(tf_random_seed=...)` where that is given.

    Args:
        seed: a whole number; None for other numbers in each run again.

    Raises:
        TypeError: the seed is not a whole number.

    Example:
        >>> import estimax as tf
        >>> from estimax import random
        >>> random.set_random_seed(7)
        >>> first = random.uniform([3]), random.uniform([3])
        >>> random.set_random_seed(7)
        >>> again = random.uniform([3]), random.uniform([3])
        >>> bool((first[0].numpy() == again[0].numpy()).all()), bool((first[0].numpy() == first[1].numpy()).any())
        (True, False)
    """
    if seed is not None and (not isinstance(seed, Integral) or isinstance(seed, bool)):
        raise TypeError(f"a seed must be a whole number or None; got {seed!r}")
    _PROGRAM.seed = None if seed is None else int(seed)
    _PROGRAM.started = 0


def next_entropy() -> int:
    """Returns what the next reading of a dataset, or the next random op, draws from: an integer of 63 bits.

    It follows from the seed of the program and how often this was asked; without
    a seed nobody can draw it again.
    """
    number = next_count()
    if _PROGRAM.seed is None:
        return secrets.randbits(63)
    sequence = np.random.SeedSequence(_PROGRAM.seed & 0xFFFFFFFFFFFFFFFF, spawn_key=(number,))
    return int(sequence.generate_state(1, np.uint64)[0] >> np.uint64(1))


def next_count() -> int:
    """Returns how often something has started to draw since the seed was set."""
    _PROGRAM.started += 1
    return _PROGRAM.started


def fresh_draws() -> Draws:
    """Returns the random numbers of an op that computes at once."""
    return Draws(next_entropy())
