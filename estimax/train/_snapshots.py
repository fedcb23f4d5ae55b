"""Copies of a training state that a step cannot change while they are being written.

A compiled step writes the next state over the one before. On a CPU the copy is made
into memory that stays in use from one checkpoint to the next: fresh memory costs
several times the copying itself. On other devices the copy is made there, in no
time, and comes to the host in the thread that writes it.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

_PIECE_BYTES = 8 << 20
_MOST_THREADS = 4  # memory is what limits, not processors


class Snapshots:
    """Takes copies of arrays by name; each is valid until the next is taken.

    Example:
        >>> import jax.numpy as jnp
        >>> from estimax.train._snapshots import Snapshots
        >>> Snapshots().take({"a": jnp.arange(3)})
        {'a': array([0, 1, 2], dtype=int32)}
    """

    def __init__(self) -> None:
        self._memory: dict[str, np.ndarray] = {}

    def preparation(self, arrays: Mapping[str, Any]) -> Callable[[], None]:
        """Returns what makes room for arrays like these, so that the first copy is as fast as those that follow."""
        wanted = {n: jax.ShapeDtypeStruct(a.shape, a.dtype) for n, a in arrays.items() if not _is_elsewhere(a)}  # type: ignore[no-untyped-call]  # of JAX

        def prepare() -> None:
            for name, like in wanted.items():
                self._room(name, like)

        return prepare

    def take(self, arrays: Mapping[str, Any]) -> dict[str, Any]:
        """Copies arrays; those of other devices come as device arrays."""
        taken: dict[str, Any] = {}
        pieces: list[tuple[np.ndarray, np.ndarray]] = []
        for name, array in arrays.items():
            if _is_elsewhere(array):
                taken[name] = jnp.copy(array)
            else:
                taken[name] = self._room(name, array)
                pieces += _pieces(np.asarray(array), taken[name])
        _copy(pieces)
        return taken

    def _room(self, name: str, like: Any) -> np.ndarray:
        room = self._memory.get(name)
        if room is None or room.shape != like.shape or room.dtype != like.dtype:
            room = np.empty(like.shape, like.dtype)
            room.reshape(-1).view(np.uint8)[:] = 0  # or the memory is only promised
            self._memory[name] = room
        return room


def _is_elsewhere(array: Any) -> bool:
    return isinstance(array, jax.Array) and any(d.platform != "cpu" for d in array.devices())


def _pieces(source: np.ndarray, target: np.ndarray) -> list[tuple[np.ndarray, np.ndarray]]:
    if source.nbytes <= _PIECE_BYTES:
        return [(source, target)]
    step = max(_PIECE_BYTES // source.itemsize, 1)
    flat, room = source.reshape(-1), target.reshape(-1)
    return [(flat[i : i + step], room[i : i + step]) for i in range(0, flat.size, step)]


def _copy(pieces: list[tuple[np.ndarray, np.ndarray]]) -> None:
    threads = min(os.cpu_count() or 1, _MOST_THREADS)
    if threads == 1 or sum(source.nbytes for source, _ in pieces) <= _PIECE_BYTES:
        for source, target in pieces:
            np.copyto(target, source)
        return
    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(lambda pair: np.copyto(pair[1], pair[0]), pieces))
