"""One call for each of many images, on all cores, and memory that each thread uses again.

NumPy and the decoders let go of Python's lock while they work, so that threads
are enough. A fresh array of some megabytes costs as much time as computing what
is put into it; results that live for one image only lie in a thread's workspace.
"""

from __future__ import annotations

import itertools
import os
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import Any, TypeVar

import numpy as np

Result = TypeVar("Result")

_MOST_KEPT = 64 << 20  # bytes of one buffer


def cores() -> int:
    """Returns how many cores this process may use."""
    affinity = getattr(os, "sched_getaffinity", None)  # not on every system
    return len(affinity(0)) if affinity else os.cpu_count() or 1


@cache
def _pool(process: int) -> ThreadPoolExecutor:
    """Returns the threads of this process; a forked one inherits none and makes its own."""
    return ThreadPoolExecutor(max(1, cores() - 1), "estimax-image")


class _Local(threading.local):
    """What belongs to one thread."""

    def __init__(self) -> None:
        self.busy = False
        self.buffers: dict[str, np.ndarray] = {}


_LOCAL = _Local()


def for_each(function: Callable[[int], Result], count: int) -> list[Result]:
    """Calls a function with 0 to `count` - 1, on several threads, and returns the results in order.

    Raises:
        Exception: of the lowest number for which the function raised one.
    """
    workers = min(cores(), count)
    if workers < 2 or _LOCAL.busy:
        return [function(i) for i in range(count)]
    results: list[Any] = [None] * count
    errors: dict[int, Exception] = {}
    numbers = itertools.count()

    def work() -> None:
        _LOCAL.busy = True
        try:
            while not errors and (number := next(numbers)) < count:
                try:
                    results[number] = function(number)
                except Exception as error:
                    errors[number] = error
        finally:
            _LOCAL.busy = False

    others = [_pool(os.getpid()).submit(work) for _ in range(workers - 1)]
    work()
    for other in others:
        other.result()
    if errors:
        raise errors[min(errors)]
    return results


def workspace(name: str, shape: tuple[int, ...], dtype: Any) -> np.ndarray:
    """Returns an array of this thread's own, with anything in it, until the same name is asked for again."""
    dtype = np.dtype(dtype)
    size = int(np.prod(shape, dtype=np.int64)) * dtype.itemsize
    if size > _MOST_KEPT:
        return np.empty(shape, dtype)
    buffer = _LOCAL.buffers.get(name)
    if buffer is None or len(buffer) < size:
        buffer = _LOCAL.buffers[name] = np.empty(size, np.uint8)
    array: np.ndarray = buffer[:size].view(dtype).reshape(shape)
    return array
