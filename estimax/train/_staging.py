"""Staging: reading batches ahead of the training loop, in a thread, many steps at a time.

A `Stage` holds what the device needs for `count` steps in arrays [K, ...], and
the position of the input behind them. A stage ends where the loop must stop: at
a checkpoint, at the last step, or where the shape of the batches changes.
"""

from __future__ import annotations

import dataclasses
import math
import queue
import threading
import time
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from estimax._base._errors import InvalidArgumentError
from estimax._graph._column import Column
from estimax._graph._function import Function
from estimax._graph._varying import Varying
from estimax.data._iterators import Reader
from estimax.data._step import Chunk

MAX_STEPS = 1024
STAGE_BYTES = 4 << 20
PATIENCE_SECS = 1.0
"""A stage that takes longer to fill is handed on as it is, so that a slow input delays neither logs nor checkpoints."""


@dataclass(frozen=True)
class Stage:
    """Entries of `count` steps, in arrays with room for a fixed number, and the input's position after them."""

    arrays: list[np.ndarray]
    count: int
    position: Any

    @property
    def batch_size(self) -> int:
        """How many rows the batches have, as most entries say; 0 where no entry has rows."""
        sizes = [array.shape[1] for array in self.arrays if array.ndim > 1]
        return max(sizes, key=sizes.count) if sizes else 0


@dataclass(frozen=True)
class _Piece:
    """Entries of some steps that have one shape: those from `offset` on of a chunk of `total`.

    `before` and `after` are the positions of the input around the chunk.
    """

    arrays: list[np.ndarray]
    size: int
    offset: int
    total: int
    before: Any
    after: Any

    def position(self, taken: int) -> Any:
        """Returns the position of the input after some of the steps."""
        done = self.offset + taken
        if done == self.total:
            return {"reader": self.after, "skip": 0}
        return {"reader": self.before, "skip": done}

    def rest(self, taken: int) -> _Piece:
        arrays = [a[taken:] for a in self.arrays]
        return dataclasses.replace(self, arrays=arrays, size=self.size - taken, offset=self.offset + taken)


def restore_position(reader: Reader, position: Any) -> None:
    """Goes to a position that a stage carried."""
    reader.restore(position["reader"])
    left = position["skip"]
    while left and (chunk := reader.next(left)) is not None:
        left -= chunk.size


class Stager:
    """Cuts an input into stages.

    Args:
        reader: the input; its elements are batches.
        host: from the leaves of an element to the entries of the device.
        dtypes: types of the entries on the device.
        first_step: the global step at which the first stage starts.
        next_stop: for a global step, the next one at which the loop must stop (may be infinite).
        most_steps: of a stage; there are fewer where the entries of a step are large.
        source: what a position must say of the input that it belongs to.
        clock: seconds.
    """

    def __init__(
        self,
        reader: Reader,
        host: Function,
        dtypes: Sequence[Any],
        first_step: int,
        next_stop: Callable[[int], float],
        most_steps: int = MAX_STEPS,
        source: str = "",
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.reader = reader
        self.host = host
        self.dtypes = list(dtypes)
        self.step = first_step
        self.next_stop = next_stop
        self.most_steps = most_steps
        self.source = source
        self.clock = clock
        self._most_at_once = 0
        self._held: list[_Piece] = []
        self._behind = reader.state()

    def stages(self) -> Iterator[Stage]:
        """Goes through the input until its end, or until there is no next stop."""
        while (left := self.next_stop(self.step) - self.step) > 0:
            stage = self._fill(math.ceil(min(left, self.most_steps)))
            if stage is None:
                return
            self.step += stage.count
            yield stage

    def _fill(self, wanted: int) -> Stage | None:
        first = self._piece(min(self._most_at_once, wanted) or 1)
        if first is None:
            return None
        room = self._room(first.arrays)
        buffers = [np.empty((room, *a.shape[1:]), a.dtype) for a in first.arrays]
        limit, count, position, began = min(room, wanted), 0, None, self.clock()
        piece: _Piece | None = first
        while piece is not None and all(b.shape[1:] == a.shape[1:] for a, b in zip(piece.arrays, buffers, strict=True)):
            taken = min(piece.size, limit - count)
            for buffer, array in zip(buffers, piece.arrays, strict=True):
                buffer[count : count + taken] = array[:taken]
            count += taken
            position = {"input": self.source, **piece.position(taken)}
            piece = piece.rest(taken)
            if count == limit or self.clock() - began > PATIENCE_SECS:
                break
            if not piece.size:
                piece = self._piece(limit - count)
        if piece is not None and piece.size:
            self._held.insert(0, piece)
        return Stage(buffers, count, position)

    def _room(self, arrays: Sequence[np.ndarray]) -> int:
        """Chooses how many steps a stage has room for, by their size alone: each number is compiled once."""
        bytes_per_step = max(sum(a[:1].nbytes for a in arrays), 1)
        by_size = 1 << max(STAGE_BYTES // bytes_per_step, 1).bit_length() - 1
        self._most_at_once = min(self.most_steps, by_size)
        return self._most_at_once

    def _piece(self, at_most: int) -> _Piece | None:
        if not self._held:
            before = self._behind
            chunk = self.reader.next(at_most)
            if chunk is None:
                return None
            self._behind = self.reader.state()
            self._held = self._convert(chunk, before, self._behind)
        return self._held.pop(0)

    def _convert(self, chunk: Chunk, before: Any, after: Any) -> list[_Piece]:
        columns = self.host.over_rows(chunk.columns, chunk.size)
        if not any(isinstance(c, Varying) for c in columns):
            arrays = [self._cast(c, i) for i, c in enumerate(columns)]
            return [_Piece(arrays, chunk.size, 0, chunk.size, before, after)]
        rows = [
            [self._cast(np.asarray(c[row])[np.newaxis], i) for i, c in enumerate(columns)] for row in range(chunk.size)
        ]
        return [_Piece(arrays, 1, row, chunk.size, before, after) for row, arrays in enumerate(rows)]

    def _cast(self, column: Column, number: int) -> np.ndarray:
        if not isinstance(column, np.ndarray):
            raise InvalidArgumentError(f"entry {number} of the device holds strings: {column!r}")
        return column.astype(self.dtypes[number], copy=False)


class Ahead:
    """Runs an iterator in a thread, a few items ahead; errors come out where the item would have."""

    def __init__(self, items: Iterator[Any], depth: int = 2) -> None:
        self._queue: queue.Queue[tuple[str, Any]] = queue.Queue(depth)
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._work, args=(items,), name="estimax-input", daemon=True)
        self._thread.start()

    def _work(self, items: Iterator[Any]) -> None:
        try:
            for item in items:
                if not self._put(("item", item)):
                    return
            self._put(("end", None))
        except BaseException as error:
            self._put(("error", error))
        finally:
            if isinstance(items, Generator):
                items.close()  # it may have a thread of its own

    def _put(self, message: tuple[str, Any]) -> bool:
        while not self._stopped.is_set():
            try:
                self._queue.put(message, timeout=0.1)
                return True
            except queue.Full:
                continue
        return False

    def __iter__(self) -> Iterator[Any]:
        while True:
            kind, value = self._queue.get()
            if kind == "end":
                return
            if kind == "error":
                raise value
            yield value

    def close(self, patience_secs: float = math.inf) -> None:
        """Stops the thread and waits for it, or so long; it may be waiting for an input that never comes."""
        self._stopped.set()
        limit = time.monotonic() + patience_secs
        while self._thread.is_alive() and time.monotonic() < limit:
            try:
                self._queue.get_nowait()
            except queue.Empty:
                self._thread.join(0.05)
