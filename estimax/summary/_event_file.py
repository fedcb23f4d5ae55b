"""Event files: protocol buffers in checksummed records, as every version of TensorBoard reads them.

`EventFile` writes whole records or none: when the disk is full it cuts off what
was written in part and tries again later, and it never raises, since a curve is
not worth a training run. `read_events` reads the values back.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from typing import NamedTuple

import numpy as np
from tensorboardX.proto.event_pb2 import Event
from tensorboardX.proto.summary_pb2 import Summary

from estimax._base._errors import DataLossError
from estimax._base._files import Path, as_path, matching_files, names_in, open_read
from estimax._base._logger import logger
from estimax._base._record_framing import RecordFinder, framed

_KEPT_BYTES = 1 << 20  # what is held back while nothing can be written


class EventFile:
    """A file that records are appended to.

    Args:
        path: its name; if there is such a file already, a number is appended.
    """

    def __init__(self, path: str) -> None:
        self.path = path
        self._pending = bytearray()
        self._handle = -1
        self._whole = 0  # the bytes of the file that are whole records
        self._has_warned = False

    def add(self, event: Event) -> None:
        """Appends an event to what the next flush writes."""
        self._pending += framed([event.SerializeToString()])

    def flush(self) -> None:
        """Writes what has been added; after a failure, of which there is one warning, the next flush tries again."""
        try:
            if self._handle < 0:
                self._handle = self._create()
            elif not os.path.exists(self.path):
                raise FileNotFoundError(f"{self.path!r} has been removed")
            written = 0
            while written < len(self._pending):
                written += os.write(self._handle, memoryview(self._pending)[written:])
        except OSError as error:
            self._failed(error)
        else:
            self._whole += len(self._pending)
            self._pending.clear()

    def _create(self) -> int:
        folder = os.path.dirname(self.path)
        os.makedirs(folder or ".", exist_ok=True)
        name, number = self.path, 0
        while True:
            try:
                handle = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o666)
            except FileExistsError:
                number += 1
                self.path = f"{name}.{number}"
            else:
                return handle

    def _failed(self, error: OSError) -> None:
        if self._handle >= 0:
            with suppress(OSError):
                os.ftruncate(self._handle, self._whole)
                os.lseek(self._handle, self._whole, os.SEEK_SET)
        if len(self._pending) > _KEPT_BYTES or isinstance(error, FileNotFoundError):
            self._pending.clear()
        if not self._has_warned:
            self._has_warned = True
            logger().warning("Summaries cannot be written to %s: %s. The run goes on without them.", self.path, error)

    def close(self) -> None:
        """Writes what is left and closes the file."""
        self.flush()
        if self._handle >= 0:
            with suppress(OSError):
                os.close(self._handle)
        self._pending.clear()
        self._handle = -1


class EventValue(NamedTuple):
    """One point of a curve, or one text."""

    step: int
    tag: str
    value: float | str
    wall_time: float


def read_events(path: Path) -> list[EventValue]:
    """Reads the scalars and texts of an event file, or of all event files in a folder.

    A record that is cut off at the end of a file, as while it is being written, is passed over.

    Args:
        path: a file, a pattern, or a folder.

    Raises:
        NotFoundError: there is no such file.
        DataLossError: a record's checksum does not match.

    Example:
        >>> import tempfile
        >>> from estimax.summary import EventWriter, read_events
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     with EventWriter(folder, clock=lambda: 1.5) as writer:
        ...         writer.scalar("loss", 0.25, step=100)
        ...     read_events(folder)
        [EventValue(step=100, tag='loss', value=0.25, wall_time=1.5)]
    """
    folder = as_path(path)
    if os.path.isdir(folder):
        files = [os.path.join(folder, name) for name in names_in(folder) if ".tfevents." in name]
    else:
        files = matching_files(path)
    return [value for file in files for value in _values(file)]


def _values(path: str) -> Iterator[EventValue]:
    with open_read(path) as file:
        data = file.read()
    for record in _records(path, data):
        event = Event.FromString(record)
        for value in event.summary.value:
            found = _value(value)
            if found is not None:
                yield EventValue(event.step, value.tag, found, event.wall_time)


def _records(path: str, data: bytes) -> Iterator[bytes]:
    """Yields the whole records; what is still being written at the end is left out."""
    found = RecordFinder().find(np.frombuffer(data, np.uint8))
    yield from (data[start:end] for start, end in zip(found.starts.tolist(), found.ends.tolist(), strict=True))
    if found.damage:
        raise DataLossError(f"{path!r} is damaged: of the record at byte {found.length}, {found.damage}")


def _value(value: Summary.Value) -> float | str | None:
    """Returns a scalar or a text; None for what is neither."""
    if value.HasField("simple_value"):
        return float(value.simple_value)
    if value.HasField("tensor"):
        tensor = value.tensor
        if len(tensor.string_val) == 1:
            return str(tensor.string_val[0].decode(errors="replace"))
        for numbers in (tensor.float_val, tensor.double_val):
            if len(numbers) == 1:
                return float(numbers[0])
    return None
