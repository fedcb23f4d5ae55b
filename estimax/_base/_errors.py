"""The errors a program can catch, under the names TensorFlow gave them.

Each also derives from the built-in exception a Python programmer would expect,
so `except ValueError` and `except tf.errors.InvalidArgumentError` both work.
"""


class OpError(Exception):
    """The base of all errors that carry one of TensorFlow's error names."""

    @property
    def message(self) -> str:
        return str(self)


class InvalidArgumentError(OpError, ValueError):
    """A value that an operation cannot accept: a bad number, label, shape or row."""


class NotFoundError(OpError, FileNotFoundError):
    """A file, folder or variable that is not there."""


class AlreadyExistsError(OpError, FileExistsError):
    """Something that must not exist yet exists."""


class OutOfRangeError(OpError, EOFError):
    """The end of an input has been reached."""


class DataLossError(OpError, ValueError):
    """A file is truncated or its checksum does not match its contents."""


class FailedPreconditionError(OpError, RuntimeError):
    """Something that must be done first has not been done."""


class UnimplementedError(OpError, NotImplementedError):
    """An operation that exists in TensorFlow but not, or not in this place, here."""


class AbortedError(OpError, RuntimeError):
    """Something was given up before it was done."""


class CancelledError(OpError, RuntimeError):
    """Somebody has called something off."""


class DeadlineExceededError(OpError, TimeoutError):
    """Something has taken longer than it may."""


class InternalError(OpError, RuntimeError):
    """Something that cannot be has happened."""


class OperatorNotAllowedInGraphError(OpError, TypeError):
    """A symbolic Tensor was used where its value must be known."""


class PermissionDeniedError(OpError, PermissionError):
    """A file or folder that may not be read or written."""


class ResourceExhaustedError(OpError, MemoryError):
    """Memory, or a disk, is full."""


class UnauthenticatedError(OpError, PermissionError):
    """Nobody knows who asks."""


class UnavailableError(OpError, ConnectionError):
    """A service cannot be reached."""


class UnknownError(OpError, RuntimeError):
    """An error of which nothing is known."""
