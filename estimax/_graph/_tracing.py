"""Whether a Python function is being traced: what it builds must then stay symbolic.

A trace numbers the ops in it that draw random numbers, so that each draws its own.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_numbers: ContextVar[Iterator[int] | None] = ContextVar("numbers", default=None)


@contextmanager
def tracing() -> Iterator[None]:
    """Keeps what is built inside symbolic, whatever is known of it."""
    token = _numbers.set(itertools.count())
    try:
        yield
    finally:
        _numbers.reset(token)


def is_tracing() -> bool:
    """Whether a function is being traced."""
    return _numbers.get() is not None


def next_number() -> int:
    """Returns the number of the next random op of the trace; 0 outside of one."""
    numbers = _numbers.get()
    return 0 if numbers is None else next(numbers)
