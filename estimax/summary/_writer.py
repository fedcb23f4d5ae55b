"""Curves, texts and histograms for TensorBoard, written by a thread of their own.

Who trains hands over a value and goes on; the thread makes the records and writes
them. Nothing is lost at `close` or at the end of the program, and no trouble with
the disk reaches the caller.
"""

from __future__ import annotations

import os
import queue
import socket
import threading
import time
import weakref
from collections.abc import Callable, Mapping
from typing import Any, SupportsFloat

import numpy as np
from tensorboardX.proto.event_pb2 import Event
from tensorboardX.proto.summary_pb2 import Summary, SummaryMetadata
from tensorboardX.proto.tensor_pb2 import TensorProto
from tensorboardX.proto.tensor_shape_pb2 import TensorShapeProto

from estimax._base._errors import InvalidArgumentError
from estimax._base._files import Path, as_path, is_remote
from estimax._base._logger import logger
from estimax.summary._event_file import EventFile
from estimax.summary._histogram import histogram_proto

# What the thread is told: an event to make, a flush to report, or that it is over.
_Task = Callable[[], Event | None] | threading.Event | None


class EventWriter:
    """Writes an event file `events.out.tfevents.<seconds>.<host>`.

    Methods return at once; they never fail for want of a disk: there is one
    warning instead, and the run goes on.

    Args:
        logdir: the folder; it is made if it is missing.
        clock: seconds since 1970, the wall time of events.
        flush_secs: how long events are held back at most.

    Raises:
        InvalidArgumentError: the folder is not of this machine.

    Example:
        >>> import tempfile
        >>> from estimax.summary import EventWriter, read_events
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     writer = EventWriter(folder)
        ...     writer.scalars({"loss": 0.5, "accuracy": 0.75}, step=10)
        ...     writer.close()
        ...     [(event.tag, event.value) for event in read_events(folder)]
        [('loss', 0.5), ('accuracy', 0.75)]
    """

    def __init__(self, logdir: Path, *, clock: Callable[[], float] = time.time, flush_secs: float = 10.0) -> None:
        self.logdir = as_path(logdir)
        if is_remote(logdir):
            raise InvalidArgumentError(f"summaries must be written to a local folder; got {self.logdir!r}")
        self._clock = clock
        self._tasks: queue.SimpleQueue[_Task] = queue.SimpleQueue()
        now = clock()
        file = EventFile(os.path.join(self.logdir, f"events.out.tfevents.{int(now):010d}.{socket.gethostname()}"))
        file.add(Event(wall_time=now, file_version="brain.Event:2"))
        self._thread = threading.Thread(
            target=_write_events, args=(self._tasks, file, flush_secs), name="estimax-summary", daemon=True
        )
        self._thread.start()
        # Also runs at the end of the program, for a writer that nobody closed.
        self._finish = weakref.finalize(self, _finish, self._tasks, self._thread)
        self._has_warned = False

    def scalar(self, tag: str, value: SupportsFloat, step: int) -> None:
        """Adds a point to the curve `tag`."""
        self.scalars({tag: value}, step)

    def scalars(self, values: Mapping[str, SupportsFloat], step: int) -> None:
        """Adds a point to each of several curves."""
        points = [Summary.Value(tag=tag, simple_value=float(value)) for tag, value in values.items()]
        self.summary(Summary(value=points), step)

    def text(self, tag: str, text: str | bytes, step: int) -> None:
        """Adds a text, which TensorBoard shows as Markdown."""
        data = text.encode() if isinstance(text, str) else text
        tensor = TensorProto(dtype="DT_STRING", tensor_shape=TensorShapeProto(), string_val=[data])
        metadata = SummaryMetadata(plugin_data=SummaryMetadata.PluginData(plugin_name="text"))
        self.summary(Summary(value=[Summary.Value(tag=tag, metadata=metadata, tensor=tensor)]), step)

    def array(self, tag: str, values: Any, step: int) -> None:
        """Adds an array of numbers as it is, as float32."""
        numbers = np.asarray(values, np.float32)
        shape = TensorShapeProto(dim=[TensorShapeProto.Dim(size=size) for size in numbers.shape])
        tensor = TensorProto(dtype="DT_FLOAT", tensor_shape=shape, float_val=numbers.ravel().tolist())
        self.summary(Summary(value=[Summary.Value(tag=tag, tensor=tensor)]), step)

    def histogram(self, tag: str, values: Any, step: int) -> None:
        """Adds a histogram of an array of numbers of any shape; values that are not finite are left out."""
        now = self._clock()
        kept = np.array(values)  # the caller may change or free the array before the thread comes to it

        def event() -> Event | None:
            counted = histogram_proto(kept)
            if counted is None:
                return None
            return Event(wall_time=now, step=int(step), summary=Summary(value=[Summary.Value(tag=tag, histo=counted)]))

        self._tell(event)

    def summary(self, summary: Summary, step: int) -> None:
        """Adds a `Summary` protocol buffer."""
        self.event(Event(wall_time=self._clock(), step=int(step), summary=summary))

    def event(self, event: Event) -> None:
        """Adds an `Event` protocol buffer."""
        self._tell(lambda: event)

    def _tell(self, task: Callable[[], Event | None]) -> None:
        if self._finish.alive:
            self._tasks.put(task)
        elif not self._has_warned:
            self._has_warned = True
            logger().warning("The summary writer of %s is closed; what is added to it is lost.", self.logdir)

    def flush(self) -> None:
        """Waits until all that was added is in the file, or has failed to get there."""
        written = threading.Event()
        self._tasks.put(written)
        while self._finish.alive and self._thread.is_alive() and not written.wait(0.1):
            pass

    def close(self) -> None:
        """Writes what was added and closes the file; a second call does nothing."""
        self._finish()

    def __enter__(self) -> EventWriter:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()


def _finish(tasks: queue.SimpleQueue[_Task], thread: threading.Thread) -> None:
    tasks.put(None)
    if thread is not threading.current_thread():  # where the garbage collector may happen to run
        thread.join()


def _write_events(tasks: queue.SimpleQueue[_Task], file: EventFile, flush_secs: float) -> None:
    """Makes and writes events until told that it is over; the body of the thread."""
    file.flush()
    due: float | None = None  # when what is held back must be written
    while True:
        try:
            task = tasks.get(timeout=None if due is None else max(due - time.monotonic(), 0.0))
        except queue.Empty:
            file.flush()
            due = None
            continue
        if task is None:
            file.close()
            return
        if isinstance(task, threading.Event):
            file.flush()
            task.set()
            continue
        _add(file, task)
        now = time.monotonic()
        if due is None:
            due = now + flush_secs
        elif now >= due:
            file.flush()
            due = None


def _add(file: EventFile, task: Callable[[], Event | None]) -> None:
    try:
        event = task()
    except (TypeError, ValueError) as error:
        logger().warning("A summary could not be made: %s", error)
        return
    if event is not None:
        file.add(event)
