"""Event files: protocol buffers in checksummed records, as every version of TensorBoard reads them.

`EventFile` writes whole records or none: when the disk is full it cuts off what
was written in part and tries again later, and it never raises, since a curve is
not worth a training run. They are read back in `_reading.py`.
"""

from __future__ import annotations

import os
from contextlib import suppress

from tensorboardX.proto.event_pb2 import Event

from estimax._base._logger import logger
from estimax._base._record_framing import framed

_KEPT_BYTES = 1 << 20  # what is held back while nothing can be written


class EventFile:
    """A file that records are appended to.

    Args:
        path: its name; if there is such a file already, a number is appended.
        header: the first event.
    """

    def __init__(self, path: str, header: Event) -> None:
        self.path = path
        self._name = path
        self._header = framed([header.SerializeToString()])
        self._pending = bytearray()
        self._handle = -1
        self._whole = 0  # the bytes of the file that are whole records
        self._has_warned = False

    @property
    def held_back(self) -> int:
        """How many bytes the next flush writes."""
        return len(self._pending)

    def add(self, event: Event) -> None:
        """Appends an event to what the next flush writes."""
        self._pending += framed([event.SerializeToString()])

    def flush(self) -> None:
        """Writes what has been added; after a failure, of which there is one warning, the next flush tries again."""
        try:
            if self._handle >= 0 and not os.path.exists(self.path):
                self._forget()
            if self._handle < 0:
                self._handle = self._create()
                self._pending[:0] = self._header
            written = 0
            while written < len(self._pending):
                written += os.write(self._handle, memoryview(self._pending)[written:])
        except OSError as error:
            self._failed(error)
        else:
            self._whole += len(self._pending)
            self._pending.clear()

    def _forget(self) -> None:
        """Lets go of a file that was removed, so that another one is made, if its folder is there or there again."""
        if not os.path.isdir(os.path.dirname(self.path) or "."):
            raise FileNotFoundError(f"{self.path!r} has been removed")
        os.close(self._handle)
        self._handle, self._whole = -1, 0

    def _create(self) -> int:
        folder = os.path.dirname(self._name)
        os.makedirs(folder or ".", exist_ok=True)
        self.path, number = self._name, 0
        while True:
            try:
                handle = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o666)
            except FileExistsError:
                number += 1
                self.path = f"{self._name}.{number}"
            else:
                return handle

    def _failed(self, error: OSError) -> None:
        if self._handle >= 0:
            with suppress(OSError):
                os.ftruncate(self._handle, self._whole)
                os.lseek(self._handle, self._whole, os.SEEK_SET)
        if len(self._pending) > _KEPT_BYTES or isinstance(error, FileNotFoundError):
            is_empty = self._handle >= 0 and not self._whole
            self._pending[:] = self._header if is_empty else b""
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
