"""`tf.summary.FileWriter` and its cache: what programs that write summaries by hand call."""

from __future__ import annotations

import threading
from typing import Any

from tensorboardX.proto.event_pb2 import Event
from tensorboardX.proto.summary_pb2 import Summary

from estimax._base._files import Path, as_path
from estimax.summary._writer import EventWriter


class FileWriter:
    """Writes summaries to an event file.

    Args:
        logdir: the folder; it is made if it is missing.
        graph: accepted for the original's sake, as are the arguments after it but `flush_secs`.
        flush_secs: how long events are held back at most.

    Example:
        >>> import tempfile
        >>> from estimax import summary
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     with summary.FileWriter(folder) as writer:
        ...         writer.add_summary(summary.Summary(value=[summary.Summary.Value(tag="x", simple_value=2.0)]), 7)
        ...     [(event.step, event.tag, event.value) for event in summary.read_events(folder)]
        [(7, 'x', 2.0)]
    """

    def __init__(
        self,
        logdir: Path,
        graph: Any = None,
        max_queue: int = 10,
        flush_secs: float = 120,
        graph_def: Any = None,
        filename_suffix: str | None = None,
        session: Any = None,
        name: str | None = None,
    ) -> None:
        self._logdir = as_path(logdir)
        self._flush_secs = flush_secs
        self._is_open = True
        self._writer = EventWriter(self._logdir, flush_secs=flush_secs)

    def get_logdir(self) -> str:
        """Returns the folder."""
        return self._logdir

    def add_summary(self, summary: Any, global_step: int | None = None) -> None:
        """Adds a `Summary` protocol buffer, or its serialized bytes."""
        data = summary if isinstance(summary, bytes) else summary.SerializeToString()
        self._writer.summary(Summary.FromString(data), 0 if global_step is None else global_step)

    def add_event(self, event: Any) -> None:
        """Adds an `Event` protocol buffer."""
        self._writer.event(Event.FromString(event.SerializeToString()))

    def add_graph(self, graph: Any, global_step: int | None = None) -> None:
        """Does nothing: there is no TensorFlow graph to show."""

    def add_session_log(self, session_log: Any, global_step: int | None = None) -> None:
        """Does nothing: there are no sessions."""

    def flush(self) -> None:
        """Waits until all that was added is in the file."""
        self._writer.flush()

    def close(self) -> None:
        """Writes what was added and closes the file."""
        self._is_open = False
        self._writer.close()

    def reopen(self) -> None:
        """Goes on in a new file, after `close`."""
        if not self._is_open:
            self._is_open = True
            self._writer = EventWriter(self._logdir, flush_secs=self._flush_secs)

    def __enter__(self) -> FileWriter:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()


# The open writers by folder, so that several parts of a program write to one file.
_writers: dict[str, FileWriter] = {}
_lock = threading.Lock()


class FileWriterCache:
    """The writers of a program, one for each folder.

    Example:
        >>> from estimax.summary import FileWriterCache
        >>> FileWriterCache.clear()
    """

    @staticmethod
    def get(logdir: Path) -> FileWriter:
        """Returns the writer for a folder, the same one on every call."""
        folder = as_path(logdir)
        with _lock:
            if folder not in _writers:
                _writers[folder] = FileWriter(folder)
            return _writers[folder]

    @staticmethod
    def clear() -> None:
        """Closes all writers and forgets them."""
        with _lock:
            for writer in _writers.values():
                writer.close()
            _writers.clear()
