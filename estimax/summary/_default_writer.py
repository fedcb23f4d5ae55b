"""The writer, the step and the condition that hold for summaries outside of model functions, as in TensorFlow 2."""

from __future__ import annotations

import itertools
import operator
import os
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import numpy as np
from tensorboardX.proto.summary_pb2 import Summary

from estimax._base._errors import FailedPreconditionError, InvalidArgumentError
from estimax._base._files import Path
from estimax.summary._late_writer import LateWriter
from estimax.summary._writer import EventWriter

_numbers = itertools.count()

_writer: ContextVar[SummaryWriter | None] = ContextVar("summary_writer", default=None)
_step: ContextVar[Any] = ContextVar("summary_step", default=None)
_condition: ContextVar[Any] = ContextVar("summary_condition", default=True)


class SummaryWriter(ABC):
    """What `create_file_writer` returns: where summaries go while it is the default."""

    @property
    @abstractmethod
    def events(self) -> EventWriter | None:
        """Of the event file, which is made if it is not there yet; None if nothing is written."""

    @property
    @abstractmethod
    def is_writing(self) -> bool:
        """Whether what it gets is written."""

    @abstractmethod
    def flush(self) -> None:
        """Waits until all that was added is in the file."""

    @abstractmethod
    def close(self) -> None:
        """Writes what was added and closes the file."""

    @property
    @abstractmethod
    def is_closed(self) -> bool:
        """Whether it was closed."""

    def init(self) -> SummaryWriter:
        """Returns the writer as it is: the file was made with it."""
        return self

    @contextmanager
    def as_default(self, step: Any = None) -> Iterator[SummaryWriter]:
        """Makes it the writer of the summaries inside, and flushes it at the end.

        Args:
            step: of the summaries that do not say theirs; None for the one that holds outside.

        Raises:
            FailedPreconditionError: the writer is closed.
        """
        self._check_open()
        before, step_before = _writer.get(), _step.get()
        self.set_as_default(step)
        try:
            yield self
        finally:
            _writer.set(before)
            if step is not None:
                _step.set(step_before)
            self.flush()

    def set_as_default(self, step: Any = None) -> None:
        """Makes it the writer of summaries from here on.

        Args:
            step: of the summaries that do not say theirs; None for no change.

        Raises:
            FailedPreconditionError: the writer is closed.
        """
        self._check_open()
        _writer.set(self)
        if step is not None:
            _step.set(step)

    def _check_open(self) -> None:
        if self.is_closed:
            raise FailedPreconditionError("a summary writer that was closed cannot be the default; make a new one")


class _FileWriter(SummaryWriter):
    def __init__(self, opened: LateWriter) -> None:
        self._opened = opened
        self._is_closed = False

    @property
    def events(self) -> EventWriter | None:
        return None if self._is_closed else self._opened.get()

    @property
    def is_writing(self) -> bool:
        return not self._is_closed

    def flush(self) -> None:
        self._opened.flush()

    def close(self) -> None:
        self._opened.close()
        self._is_closed = True

    @property
    def is_closed(self) -> bool:
        return self._is_closed


class _NoWriter(SummaryWriter):
    @property
    def events(self) -> EventWriter | None:
        return None

    @property
    def is_writing(self) -> bool:
        return False

    @property
    def is_closed(self) -> bool:
        return False

    def flush(self) -> None:
        pass

    def close(self) -> None:
        pass


def create_file_writer(
    logdir: Path,
    max_queue: int | None = None,
    flush_millis: int | None = None,
    filename_suffix: str | None = None,
    name: str | None = None,
) -> SummaryWriter:
    """Makes an event file, and returns its writer.

    In a model function the summaries go to the event file of the run, whatever writer is the default.

    Args:
        logdir: the folder; it is made if it is missing.
        max_queue: how many summaries are held back at most; 10 if None.
        flush_millis: how long they are held back at most; two minutes if None.
        filename_suffix: the end of the file's name; '.v2' if None.
        name: has no effect.

    Raises:
        InvalidArgumentError: there is no folder, or it is not of this machine.

    Example:
        >>> import tempfile
        >>> from estimax import summary
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     writer = summary.create_file_writer(folder)
        ...     with writer.as_default():
        ...         written = summary.scalar("loss", 0.5, step=7)
        ...     writer.close()
        ...     [(event.step, event.tag, event.value) for event in summary.read_events(folder)]
        [(7, 'loss', 0.5)]
    """
    if logdir is None:
        raise InvalidArgumentError("create_file_writer needs a folder; got None")
    suffix = f".{os.getpid()}.{next(_numbers)}{'.v2' if filename_suffix is None else filename_suffix}"
    flush_secs = 120.0 if flush_millis is None else flush_millis / 1000
    most = 10 if max_queue is None else max_queue
    return _FileWriter(LateWriter(logdir, flush_secs=flush_secs, max_queue=most, filename_suffix=suffix))


def create_noop_writer() -> SummaryWriter:
    """Returns a writer that writes nothing.

    Example:
        >>> from estimax import summary
        >>> with summary.create_noop_writer().as_default(step=1):
        ...     summary.scalar("loss", 0.5)
        False
    """
    return _NoWriter()


def has_default_writer() -> bool:
    """Whether there is a writer for the summaries of this place of the program, be it one that writes nothing."""
    return _writer.get() is not None


def get_step() -> Any:
    """Returns the step that holds for summaries that do not say theirs; None if there is none.

    Example:
        >>> from estimax import summary
        >>> summary.experimental.set_step(5)
        >>> summary.experimental.get_step()
        5
        >>> summary.experimental.set_step(None)
    """
    return _step.get()


def set_step(step: Any) -> None:
    """Sets the step of summaries that do not say theirs; see `get_step`."""
    _step.set(step)


@contextmanager
def record_if(condition: bool | Callable[[], Any]) -> Iterator[None]:
    """Writes the summaries inside only under a condition.

    Args:
        condition: a bool, or what is called for each summary.

    Example:
        >>> from estimax import summary
        >>> with summary.record_if(False):
        ...     summary.should_record_summaries()
        False
    """
    token = _condition.set(condition)
    try:
        yield
    finally:
        _condition.reset(token)


def should_record_summaries() -> bool:
    """Whether a summary would be written here: there is a writer, and the condition of `record_if` holds."""
    writer, condition = _writer.get(), _condition.get()
    if writer is None or not writer.is_writing:
        return False
    return bool(condition() if callable(condition) else condition)


def written(step: Any, make: Callable[[], list[Summary.Value]]) -> bool:
    """Hands values to the default writer.

    Args:
        step: of the values; None for the one that holds.
        make: makes the values; it is called by the thread that writes.

    Returns:
        Whether they are written.

    Raises:
        InvalidArgumentError: there is no step.
    """
    events = default_events()
    if events is not None:
        events.later(lambda: Summary(value=make()), known_step(step))
    return events is not None


def default_events() -> EventWriter | None:
    """Returns the event file of the default writer; None where a summary would not be written."""
    writer = _writer.get()
    return writer.events if writer is not None and should_record_summaries() else None


def known_step(step: Any) -> int:
    """Returns a step as a number; of None the one that holds.

    Raises:
        InvalidArgumentError: there is none.
        TypeError: it is no whole number.
    """
    chosen = _step.get() if step is None else step
    if chosen is None:
        raise InvalidArgumentError(
            "a summary needs a step: give it one, step=..., or all of them, with "
            "tf.summary.experimental.set_step(...) or writer.as_default(step=...)"
        )
    value = chosen.numpy() if hasattr(chosen, "numpy") else chosen
    return operator.index(value if isinstance(value, int) else np.asarray(value)[()])


def flush(writer: SummaryWriter | None = None, name: str | None = None) -> None:
    """Waits until all that was added to a writer is in its file.

    Args:
        writer: the default one if None.
        name: has no effect.
    """
    chosen = _writer.get() if writer is None else writer
    if chosen is not None:
        chosen.flush()
