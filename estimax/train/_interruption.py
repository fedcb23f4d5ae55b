"""Ctrl-C and SIGTERM during a run: the steps that are being done are finished and saved, then the signal acts.

While an `Interruption` is entered, the two signals are noted; who runs the loop
looks, ends it in good order, and when the block is left the signal does what it
would have done without us: KeyboardInterrupt, the end of the process, or the
program's own handler. A second Ctrl-C does it at once.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from types import FrameType, TracebackType
from typing import Any

SIGNALS = (signal.SIGINT, signal.SIGTERM)
_ECHO_SECS = 0.1
"""A second Ctrl-C sooner than this is the same one, passed on by a program that started this one."""


class Interrupted(BaseException):
    """Leaves a wait that a signal has made needless; nobody but the loop catches it."""


_entered: list[Interruption] = []
"""Those that take note of signals now, the innermost last; signals are the process's, and so is this."""


def is_interrupted() -> bool:
    """Tells whether the run of the main thread ends because of a signal, so that nothing long should be begun.

    Example:
        >>> from estimax.train._interruption import is_interrupted
        >>> is_interrupted()
        False
    """
    return any(interruption.signal is not None for interruption in _entered)


class Interruption:
    """Takes note of signals between its beginning and its end; outside of the main thread of none.

    Attributes:
        signal: the one that came, or None.
        is_hurried: whether a second Ctrl-C came, so that nothing more may be waited for.

    Example:
        >>> import os, signal
        >>> from estimax.train._interruption import Interruption
        >>> try:
        ...     with Interruption() as interruption:
        ...         os.kill(os.getpid(), signal.SIGINT)
        ...         print("goes on to the end;", interruption.name, "was sent")
        ... except KeyboardInterrupt:
        ...     print("interrupted")
        goes on to the end; SIGINT was sent
        interrupted
    """

    def __init__(self) -> None:
        self.signal: int | None = None
        self.is_hurried = False
        self._came_at = 0.0
        self._may_leave = False
        self._previous: dict[int, Any] = {}

    @property
    def name(self) -> str:
        """The name of the signal that came."""
        return "" if self.signal is None else signal.Signals(self.signal).name

    def __enter__(self) -> Interruption:
        if threading.current_thread() is threading.main_thread():
            _entered.append(self)
            for number in SIGNALS:
                previous = signal.getsignal(number)
                if previous is not None and previous != signal.SIG_IGN:
                    self._previous[number] = previous
                    signal.signal(number, self._note)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool:
        if self in _entered:
            _entered.remove(self)
        previous = self._restore()
        if self.signal is None or self.is_hurried:
            return False
        _act(self.signal, previous[self.signal])
        return isinstance(error, Interrupted)

    @contextmanager
    def leaving(self) -> Iterator[None]:
        """Has a signal end the block at once, by `Interrupted`; for waits in which nothing is to be finished."""
        before = self._may_leave
        self._may_leave = True
        try:
            if self.signal is not None:
                raise Interrupted
            yield
        finally:
            self._may_leave = before

    def _note(self, number: int, frame: FrameType | None) -> None:
        now = time.monotonic()
        if self.signal is None:
            self.signal, self._came_at = number, now
            if self._may_leave:
                raise Interrupted
        elif number == signal.SIGINT and now - self._came_at > _ECHO_SECS:
            self.is_hurried = True
            _act(number, self._restore()[number])

    def _restore(self) -> dict[int, Any]:
        """Puts the handlers back that were there before, and returns them."""
        previous, self._previous = self._previous, {}
        for number, handler in previous.items():
            signal.signal(number, handler)
        return previous


def _act(number: int, handler: Any) -> None:
    """Does what a signal would have done."""
    if callable(handler):
        handler(number, None)
        return
    for stream in (sys.stdout, sys.stderr):
        with suppress(Exception):
            stream.flush()
    os.kill(os.getpid(), number)
