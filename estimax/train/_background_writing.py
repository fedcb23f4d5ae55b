"""Writing beside the training loop: one job at a time, in a thread."""

from __future__ import annotations

import threading
from collections.abc import Callable


class BackgroundWriter:
    """Runs jobs in a thread, one at a time; what goes wrong in one is raised in the thread that gives the next.

    Example:
        >>> from estimax.train._background_writing import BackgroundWriter
        >>> writer = BackgroundWriter()
        >>> done = []
        >>> writer.start(lambda: done.append("written"))
        >>> writer.wait()
        >>> done
        ['written']
    """

    def __init__(self) -> None:
        self._thread: threading.Thread | None = None
        self._error: BaseException | None = None

    @property
    def is_busy(self) -> bool:
        """Whether a job is being done."""
        return self._thread is not None and self._thread.is_alive()

    def start(self, job: Callable[[], object]) -> None:
        """Begins a job, once the one before is done.

        Raises:
            Exception: what went wrong in the one before; this job is not begun then.
        """
        self.wait()
        # Not a daemon: a program that ends meanwhile waits for what it has begun to write.
        self._thread = threading.Thread(target=self._work, args=(job,), name="estimax-checkpoint")
        self._thread.start()

    def _work(self, job: Callable[[], object]) -> None:
        try:
            job()
        except BaseException as error:
            self._error = error

    def check(self) -> None:
        """Raises what went wrong in a job that has ended; does not wait."""
        if not self.is_busy:
            self.wait()

    def wait(self) -> None:
        """Waits for the job that is being done, and raises what went wrong in it."""
        if self._thread is not None:
            self._thread.join()
            self._thread = None
        error, self._error = self._error, None
        if error is not None:
            raise error
