"""One run at a time: what keeps two training runs from writing to one model folder.

The lock is the operating system's own (`flock`), on a file in the folder. It goes
with the process that holds it, however that ends, so there are no stale locks; what
the file says only names the holder. Evaluation, prediction and export take no lock.
"""

from __future__ import annotations

import datetime
import errno
import json
import os
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from estimax import logging
from estimax._base._errors import FailedPreconditionError

try:
    import fcntl
except ImportError:  # not on Windows
    fcntl = None  # type: ignore[assignment]

LOCK_FILE = ".run.lock"
"""The name of the file in a model folder."""

_UNABLE = {errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP, errno.ENOTSUP, errno.EINVAL, errno.ENOTTY}
_COMMAND_LENGTH = 500


@contextmanager
def lock_run(model_dir: str) -> Iterator[bool]:
    """Holds a model folder for a training run of this process, until the block ends.

    Args:
        model_dir: the folder; it is made if it is missing.

    Yields:
        Whether nobody else can be training here. Where the file system has no locks,
        a warning is given, and this is False.

    Raises:
        FailedPreconditionError: another run holds it, in another process or another thread of this
            one; the message names it.

    Example:
        >>> import tempfile
        >>> from estimax.train._run_lock import lock_run
        >>> with tempfile.TemporaryDirectory() as folder, lock_run(folder):
        ...     with lock_run(folder):
        ...         pass
        Traceback (most recent call last):
        ...
        estimax.errors.FailedPreconditionError: a model folder takes one training run at a time; ...
    """
    os.makedirs(model_dir, exist_ok=True)
    path = os.path.join(model_dir, LOCK_FILE)
    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
    try:
        is_alone = _lock(handle, model_dir)
        with suppress(OSError):  # a full disk: the lock itself needs no room
            _describe(handle)
        yield is_alone
        with suppress(OSError):
            os.ftruncate(handle, 0)
    finally:
        os.close(handle)


def _lock(handle: int, model_dir: str) -> bool:
    try:
        if fcntl is not None:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return True
    except BlockingIOError:
        raise FailedPreconditionError(
            f"a model folder takes one training run at a time; {model_dir!r} is being trained by {_holder(handle)}. "
            "Wait for its end or stop it, or give this run a model_dir of its own"
        ) from None
    except OSError as error:
        if error.errno not in _UNABLE:
            raise
    logging.warning(
        "The file system of %s has no locks: nothing keeps a second run from writing there at the same time.", model_dir
    )
    return False


def _describe(handle: int) -> None:
    """Writes who holds the lock."""
    command = " ".join(sys.orig_argv)
    said = {
        "host": socket.gethostname(),
        "pid": os.getpid(),
        "since": datetime.datetime.now().astimezone().isoformat(timespec="seconds"),
        "command": command if len(command) <= _COMMAND_LENGTH else f"{command[:_COMMAND_LENGTH]}…",
    }
    os.ftruncate(handle, 0)
    os.pwrite(handle, json.dumps(said).encode() + b"\n", 0)


def _holder(handle: int) -> str:
    """Says who holds the lock, as far as the file tells."""
    try:
        said = json.loads(os.pread(handle, 1 << 16, 0))
        return f"process {said['pid']} on {said['host']} since {said['since']}: {said['command']}"
    except (OSError, ValueError, KeyError, TypeError):
        return "another run, which has not said who it is"
