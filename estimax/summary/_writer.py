"""Curves, texts and histograms for TensorBoard, written by a thread of their own.

Who trains hands over a value and goes on; the thread makes the records and writes
them. Nothing is lost at `close` or at the end of the program, and no trouble with
the disk reaches the caller.
"""

from __future__ import annotations

import os
import socket
import time
import weakref
from collections.abc import Callable, Mapping
from typing import Any, SupportsFloat

import numpy as np
from tensorboardX.proto.event_pb2 import Event
from tensorboardX.proto.summary_pb2 import Summary

from estimax._base._errors import InvalidArgumentError
from estimax._base._files import Path, as_path, is_remote
from estimax._base._logger import logger
from estimax.summary._event_file import EventFile
from estimax.summary._histogram import histogram_proto
from estimax.summary._tensors import plugin_value, tensor_proto
from estimax.summary._writing_thread import Backlog, WritingThread

_POINT = 100  # bytes that a point of a curve takes until it is written
_SMALL = 4096  # the same of what is not known better


class EventWriter:
    """Writes an event file `events.out.tfevents.<seconds>.<host>`.

    Methods return at once; they never fail for want of a disk: there is one
    warning instead, and the run goes on. Where the disk is so slow that memory
    would fill up, what comes too fast is left out. A process that is forked off
    does not write.

    Args:
        logdir: the folder; it is made if it is missing.
        clock: seconds since 1970, the wall time of events.
        flush_secs: how long events are held back at most.
        max_queue: how many events are held back at most; None for any number.
        filename_suffix: the end of the file's name.

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

    def __init__(
        self,
        logdir: Path,
        *,
        clock: Callable[[], float] = time.time,
        flush_secs: float = 10.0,
        max_queue: int | None = None,
        filename_suffix: str = "",
    ) -> None:
        self.logdir = as_path(logdir)
        if is_remote(logdir):
            raise InvalidArgumentError(f"summaries must be written to a local folder; got {self.logdir!r}")
        self._clock = clock
        now = clock()
        name = f"events.out.tfevents.{int(now):010d}.{socket.gethostname()}{filename_suffix}"
        file = EventFile(os.path.join(self.logdir, name), Event(wall_time=now, file_version="brain.Event:2"))
        self._backlog = Backlog(self.logdir)
        self._thread = WritingThread(self._backlog, file, flush_secs, max_queue)
        self._thread.start()
        # Also runs at the end of the program, for a writer that nobody closed.
        self._finish = weakref.finalize(self, self._thread.finish)
        self._has_warned = False

    def scalar(self, tag: str, value: SupportsFloat, step: int) -> None:
        """Adds a point to the curve `tag`."""
        self.scalars({tag: value}, step)

    def scalars(self, values: Mapping[str, SupportsFloat], step: int) -> None:
        """Adds a point to each of several curves."""
        points = [(tag, float(value)) for tag, value in values.items()]

        def made() -> Summary:
            return Summary(value=[Summary.Value(tag=tag, simple_value=value) for tag, value in points])

        self.later(made, step, size=_POINT * len(points))

    def text(self, tag: str, text: str | bytes, step: int) -> None:
        """Adds a text, which TensorBoard shows as Markdown."""
        self.later(lambda: Summary(value=[plugin_value(tag, text, "text")]), step, size=_POINT + len(text))

    def array(self, tag: str, values: Any, step: int) -> None:
        """Adds an array of numbers as it is, as float32."""
        kept = np.array(values, np.float32)  # the caller may change or free the array before the thread comes to it
        self.later(lambda: Summary(value=[Summary.Value(tag=tag, tensor=tensor_proto(kept))]), step, size=kept.nbytes)

    def histogram(self, tag: str, values: Any, step: int) -> None:
        """Adds a histogram of an array of numbers of any shape; values that are not finite are left out."""
        kept = np.array(values)

        def made() -> Summary | None:
            counted = histogram_proto(kept)
            return None if counted is None else Summary(value=[Summary.Value(tag=tag, histo=counted)])

        self.later(made, step, size=kept.nbytes)

    def later(self, make: Callable[[], Summary | None], step: int, size: int = _SMALL) -> None:
        """Adds the summary that `make` returns, which the thread calls: what takes long to make holds nobody up.

        Args:
            make: makes the summary, or None for none.
            step: at which it stands.
            size: about how many bytes `make` holds until it is called.
        """
        now, number = self._clock(), int(step)

        def made() -> Event | None:
            summary = make()
            return None if summary is None else Event(wall_time=now, step=number, summary=summary)

        self._tell(made, size)

    def summary(self, summary: Summary, step: int) -> None:
        """Adds a `Summary` protocol buffer."""
        self.later(lambda: summary, step, size=summary.ByteSize())

    def event(self, event: Event) -> None:
        """Adds an `Event` protocol buffer."""
        self._tell(lambda: event, event.ByteSize())

    def _tell(self, task: Callable[[], Event | None], size: int = _SMALL) -> None:
        if self._finish.alive:
            self._backlog.put(task, size)
        elif not self._has_warned:
            self._has_warned = True
            logger().warning("The summary writer of %s is closed; what is added to it is lost.", self.logdir)

    def flush(self) -> None:
        """Waits until all that was added is in the file, or has failed to get there."""
        if self._finish.alive:
            self._thread.flush()

    def close(self) -> None:
        """Writes what was added and closes the file; a second call does nothing."""
        self._finish()

    def __enter__(self) -> EventWriter:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()
