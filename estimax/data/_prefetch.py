"""`prefetch`: elements read ahead in a thread, while the program does something with those before them.

Only iterators of programs use the thread, around the whole chain of steps.
Estimators read ahead in one of their own; to them `prefetch` is nothing.
"""

from __future__ import annotations

import dataclasses
import threading
import weakref
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from estimax.data._step import Chunk, ChunkIterator, Context, SameElements, Step

_CHUNKS_AHEAD = 2


@dataclass(frozen=True, eq=False)
class Prefetch(SameElements):
    """The elements of the input; says that they are to be read ahead."""

    def iterate(self, context: Context) -> ChunkIterator:
        return self.input.iterate(context)


def reads_ahead(step: Step) -> bool:
    """Whether there is a `prefetch` among the steps of a chain."""
    parts = [getattr(step, f.name) for f in dataclasses.fields(step)]
    inputs = [s for part in parts for s in (part if isinstance(part, tuple) else (part,)) if isinstance(s, Step)]
    return isinstance(step, Prefetch) or any(map(reads_ahead, inputs))


class Ahead:
    """Calls a function in a thread, some results ahead; its errors come out where the result would have.

    The thread ends after None or an error, and when nobody holds this object any
    more; a call after an error starts another one.
    """

    def __init__(self, read: Callable[[], Chunk | None]) -> None:
        self._read = read
        self._shared: _Shared | None = None

    def __call__(self) -> Chunk | None:
        if self._shared is None:
            self._shared = _Shared()
            weakref.finalize(self, self._shared.stop)
            arguments = (self._read, self._shared)
            threading.Thread(target=_work, args=arguments, name="estimax-prefetch", daemon=True).start()
        chunk, error = self._shared.take()
        if error is not None:
            self._shared = None
            raise error
        if chunk is None:
            self._read, self._shared = _nothing, None
        return chunk


def _nothing() -> None:
    return None


def _work(read: Callable[[], Chunk | None], shared: _Shared) -> None:
    while True:
        try:
            chunk, error = read(), None
        except BaseException as raised:
            chunk, error = None, raised
        if not shared.put(chunk, error) or chunk is None:
            return


class _Shared:
    """What the thread has read and the program has not taken."""

    def __init__(self) -> None:
        self._items: deque[tuple[Chunk | None, BaseException | None]] = deque()
        self._changed = threading.Condition()
        self._is_stopped = False

    def put(self, chunk: Chunk | None, error: BaseException | None) -> bool:
        """Waits until there is room; false where nobody wants any more."""
        with self._changed:
            self._changed.wait_for(lambda: self._is_stopped or len(self._items) < _CHUNKS_AHEAD)
            if not self._is_stopped:
                self._items.append((chunk, error))
                self._changed.notify_all()
            return not self._is_stopped

    def take(self) -> tuple[Chunk | None, BaseException | None]:
        with self._changed:
            self._changed.wait_for(lambda: bool(self._items))
            item = self._items.popleft()
            self._changed.notify_all()
            return item

    def stop(self) -> None:
        with self._changed:
            self._is_stopped = True
            self._items.clear()
            self._changed.notify_all()
