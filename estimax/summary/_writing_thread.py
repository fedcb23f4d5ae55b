"""The thread that makes and writes events, and the queue before it, which does not grow without end."""

from __future__ import annotations

import os
import queue
import threading
import time
from collections.abc import Callable

from tensorboardX.proto.event_pb2 import Event

from estimax._base._logger import logger
from estimax.summary._event_file import EventFile

MakeEvent = Callable[[], Event | None]

_LEAST = 1000  # bytes that anything in the queue takes
_MOST = 64 << 20  # bytes of all that waits
_HELD_BACK = 8 << 20  # bytes that are made and not yet written
_PATIENCE = 30.0  # seconds without progress after which nobody waits any longer


class Backlog:
    """What waits to be written: a queue that leaves out what comes when it is full.

    Args:
        logdir: the folder that is written to, for messages.

    Example:
        >>> from estimax.summary._writing_thread import Backlog
        >>> backlog = Backlog("logs")
        >>> backlog.put(lambda: None, size=10)
        >>> make, size = backlog.tasks.get()
        >>> backlog.done(size)
    """

    def __init__(self, logdir: str) -> None:
        self.logdir = logdir
        self.tasks: queue.SimpleQueue[tuple[MakeEvent | threading.Event | None, int]] = queue.SimpleQueue()
        self.count_done = 0
        self._bytes = 0
        self._lock = threading.Lock()
        self._process = os.getpid()
        self._has_warned = False
        self._has_ended = False

    def is_of_this_process(self) -> bool:
        """Whether the thread runs here: it does not in a process that was forked off."""
        return os.getpid() == self._process

    def put(self, make: MakeEvent, size: int) -> None:
        """Adds an event, unless too much waits already; of that there is one warning.

        Args:
            make: makes the event, or None for none.
            size: about how many bytes it holds.
        """
        if self._has_ended:
            return
        if not self.is_of_this_process():
            self._warn("are not written by a process that was forked off")
            return
        size = max(size, _LEAST)
        with self._lock:
            is_full = self._bytes > 0 and self._bytes + size > _MOST
            if not is_full:
                self._bytes += size
        if is_full:
            self._warn("come faster than they can be written; some are left out")
        else:
            self.tasks.put((make, size))

    def give_up(self) -> None:
        """Takes nothing any more."""
        self._has_ended = True

    def done(self, size: int) -> None:
        """Forgets an event of that size."""
        with self._lock:
            self._bytes -= size
            self.count_done += 1

    def _warn(self, what: str) -> None:
        if not self._has_warned:
            self._has_warned = True
            logger().warning("Summaries for %s %s.", self.logdir, what)


class WritingThread:
    """Makes events and writes them to a file.

    Args:
        backlog: the events.
        file: where they go.
        flush_secs: how long events are held back at most.
        max_queue: how many events are held back at most; None for any number.
    """

    def __init__(self, backlog: Backlog, file: EventFile, flush_secs: float, max_queue: int | None) -> None:
        self._backlog = backlog
        self._file = file
        self._flush_secs = flush_secs
        self._max_queue = max_queue
        self._has_warned = False
        self._is_stuck = False
        self._thread = threading.Thread(target=self._run, name="estimax-summary", daemon=True)

    def start(self) -> None:
        """Starts the thread; where there can be none, nothing is written."""
        try:
            self._thread.start()
        except RuntimeError as error:
            self._backlog.give_up()
            logger().warning("Summaries for %s cannot be written: %s", self._backlog.logdir, error)

    def flush(self) -> None:
        """Waits until all that was added is in the file; not for ever, where the disk hangs."""
        if not self._backlog.is_of_this_process():
            return
        written = threading.Event()
        self._backlog.tasks.put((written, 0))
        self._wait(lambda: written.wait(0.1))

    def finish(self) -> None:
        """Has what was added written, the file closed and the thread ended; where the disk hangs, it goes on alone."""
        if not self._backlog.is_of_this_process():
            return
        self._backlog.tasks.put((None, 0))
        if self._thread is not threading.current_thread():  # where the garbage collector may happen to run
            self._wait(lambda: self._thread.join(0.1))

    def _wait(self, step: Callable[[], object]) -> None:
        """Repeats a short wait until it succeeds or the thread is over, as long as anything is written."""
        seen, since = self._backlog.count_done, time.monotonic()
        while self._thread.is_alive() and not step():
            if self._backlog.count_done != seen:
                seen, since = self._backlog.count_done, time.monotonic()
            elif self._is_stuck or time.monotonic() - since > _PATIENCE:
                if not self._is_stuck:
                    logger().warning("Summaries for %s take too long to be written.", self._backlog.logdir)
                self._is_stuck = True  # who waits next finds out soon
                return

    def _run(self) -> None:
        """Makes and writes events until told that it is over."""
        self._file.flush()
        due: float | None = None  # when what is held back must be written
        count = 0  # of the events that are held back
        while True:
            try:
                task, size = self._backlog.tasks.get(timeout=None if due is None else max(due - time.monotonic(), 0.0))
            except queue.Empty:
                task, size = threading.Event(), 0
            if task is None:
                self._file.close()
                return
            if isinstance(task, threading.Event):
                self._file.flush()
                task.set()
                due, count = None, 0
                continue
            self._add(task)
            self._backlog.done(size)
            count += 1
            due = time.monotonic() + self._flush_secs if due is None else due
            is_many = self._max_queue is not None and count > self._max_queue
            if is_many or self._file.held_back > _HELD_BACK or time.monotonic() >= due:
                self._file.flush()
                due, count = None, 0

    def _add(self, make: MakeEvent) -> None:
        try:
            event = make()
            if event is not None:
                self._file.add(event)
        except Exception as error:  # whatever it is, training goes on, and so does the writer
            if not self._has_warned:
                self._has_warned = True
                logger().warning("A summary could not be made: %s: %s", type(error).__name__, error)
