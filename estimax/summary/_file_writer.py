"""`tf.summary.FileWriter` and its cache: what programs that write summaries by hand call."""

from __future__ import annotations

import threading
import time
from typing import Any

from tensorboardX.proto.event_pb2 import Event, SessionLog, TaggedRunMetadata
from tensorboardX.proto.summary_pb2 import Summary

from estimax._base._errors import InvalidArgumentError
from estimax._base._files import Path, as_path
from estimax.summary._declared import DeclaredSummary
from estimax.summary._eager import as_serialized, graph_bytes
from estimax.summary._late_writer import LateWriter


class FileWriter:
    """Writes summaries to an event file.

    Args:
        logdir: the folder; it is made if it is missing.
        graph: written to the file, as `add_graph` does.
        max_queue: how many events are held back at most.
        flush_secs: how long events are held back at most.
        graph_def: the same as `graph`.
        filename_suffix: the end of the file's name.
        session: has no effect.
        name: has no effect.

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
        suffix = filename_suffix or ""
        self._writer = LateWriter(self._logdir, flush_secs=flush_secs, max_queue=max_queue, filename_suffix=suffix)
        self._is_open = True
        self.add_graph(graph if graph is not None else graph_def)

    def get_logdir(self) -> str:
        """Returns the folder."""
        return self._logdir

    def add_summary(self, summary: Any, global_step: Any = None) -> None:
        """Adds a summary.

        Args:
            summary: a `Summary` protocol buffer or its serialized bytes, as hooks fetch them.
            global_step: at which it stands; 0 if None.

        Raises:
            InvalidArgumentError: it is what a model function declares, which has no value yet.
        """
        if isinstance(summary, DeclaredSummary):
            raise InvalidArgumentError(
                f"the summary {summary.tag!r} has no value while the model function is called. It is written without "
                f"doing anything; for a file of its own, give it to a SummarySaverHook, or fetch it in a hook"
            )
        self._writer.get().summary(Summary.FromString(as_serialized(summary)), _number(global_step))

    def add_event(self, event: Any) -> None:
        """Adds an `Event` protocol buffer."""
        self._writer.get().event(Event.FromString(as_serialized(event)))

    def add_graph(self, graph: Any, global_step: Any = None, graph_def: Any = None) -> None:
        """Adds a graph, a `GraphDef` protocol buffer or its bytes; what has none, as a session's graph, adds nothing.

        A run writes its own graph to its event file by itself.
        """
        data = graph_bytes(graph if graph is not None else graph_def)
        if data is not None:
            self._add(global_step, graph_def=data)

    def add_meta_graph(self, meta_graph_def: Any, global_step: Any = None) -> None:
        """Adds a `MetaGraphDef` protocol buffer or its bytes."""
        self._add(global_step, meta_graph_def=as_serialized(meta_graph_def))

    def add_session_log(self, session_log: Any, global_step: Any = None) -> None:
        """Adds a `SessionLog` protocol buffer: where it says START, TensorBoard forgets what came after that step."""
        self._add(global_step, session_log=SessionLog.FromString(as_serialized(session_log)))

    def add_run_metadata(self, run_metadata: Any, tag: str, global_step: Any = None) -> None:
        """Adds a `RunMetadata` protocol buffer or its bytes under a tag."""
        tagged = TaggedRunMetadata(tag=tag, run_metadata=as_serialized(run_metadata))
        self._add(global_step, tagged_run_metadata=tagged)

    def _add(self, global_step: Any, **content: Any) -> None:
        self._writer.get().event(Event(wall_time=time.time(), step=_number(global_step), **content))

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
            self._writer.reopen()

    def __enter__(self) -> FileWriter:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()


def _number(global_step: Any) -> int:
    return 0 if global_step is None else int(global_step)


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
