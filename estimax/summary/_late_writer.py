"""`LateWriter`: an event file that a model function asks for is made when something is written to it."""

from __future__ import annotations

from functools import partial
from typing import Any

from estimax._base._files import Path
from estimax._graph._boundary import current_boundary
from estimax.summary._writer import EventWriter


class LateWriter:
    """Opens an event file at once, or in a model function, which is called a few times, with the first event.

    Args:
        logdir: the folder.
        options: of `EventWriter`.

    Example:
        >>> import os, tempfile
        >>> from estimax.summary._late_writer import LateWriter
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     writer = LateWriter(folder)
        ...     writer.get().flush()
        ...     writer.close()
        ...     len(os.listdir(folder))
        1
    """

    def __init__(self, logdir: Path, **options: Any) -> None:
        self._open = partial(EventWriter, logdir, **options)
        self._writer = self._open() if current_boundary.get() is None else None

    def get(self) -> EventWriter:
        """Returns the writer of the file."""
        if self._writer is None:
            self._writer = self._open()
        return self._writer

    def flush(self) -> None:
        """Waits until all that was added is in the file."""
        if self._writer is not None:
            self._writer.flush()

    def close(self) -> None:
        """Writes what was added and closes the file; what comes after that is lost."""
        if self._writer is not None:
            self._writer.close()

    def reopen(self) -> None:
        """Goes on in a new file, after `close`."""
        self._writer = self._open()
