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
