"""`tf.logging`: what a program tells about itself, on the logger named 'tensorflow'.

Lines look like the original's, `INFO:tensorflow:message`, on the standard error
stream, or on the standard output of a notebook. Programs may configure
`logging.getLogger("tensorflow")` as any other logger instead.
"""

from __future__ import annotations

import logging
import sys
from collections import Counter

from estimax._base._errors import InvalidArgumentError
from estimax._base._lazy import explain_missing
from estimax._base._logger import logger as get_logger

DEBUG = logging.DEBUG
INFO = logging.INFO
WARN = logging.WARNING
WARNING = logging.WARNING
ERROR = logging.ERROR
FATAL = logging.FATAL

_LEVELS = {"DEBUG": DEBUG, "INFO": INFO, "WARN": WARN, "WARNING": WARN, "ERROR": ERROR, "FATAL": FATAL}

# How often each line of a program has asked for a message that is not always shown.
_calls: Counter[tuple[str, int]] = Counter()


def set_verbosity(v: int | str) -> None:
    """Sets the least level that is shown.

    Args:
        v: a number (`tf.logging.INFO`) or a name ('INFO').

    Raises:
        InvalidArgumentError: there is no such level.

    Example:
        >>> from estimax import logging
        >>> before = logging.get_verbosity()
        >>> logging.set_verbosity("ERROR")
        >>> logging.get_verbosity() == logging.ERROR
        True
        >>> logging.set_verbosity(before)
    """
    level = _LEVELS.get(v.upper()) if isinstance(v, str) else v
    if not isinstance(level, int):
        raise InvalidArgumentError(f"the verbosity must be a number or one of {', '.join(_LEVELS)}; got {v!r}")
    get_logger().setLevel(level)


def get_verbosity() -> int:
    """Returns the least level that is shown."""
    return get_logger().getEffectiveLevel()


def debug(msg: object, *args: object) -> None:
    """Logs `msg % args` for who looks for an error."""
    get_logger().debug(msg, *args, stacklevel=2)


def info(msg: object, *args: object) -> None:
    """Logs `msg % args`: the normal course of things."""
    get_logger().info(msg, *args, stacklevel=2)


def warning(msg: object, *args: object) -> None:
    """Logs `msg % args`: something that is probably not wanted."""
    get_logger().warning(msg, *args, stacklevel=2)


def warn(msg: object, *args: object) -> None:
    """Logs `msg % args` as a warning."""
    get_logger().warning(msg, *args, stacklevel=2)


def error(msg: object, *args: object) -> None:
    """Logs `msg % args`: something has failed."""
    get_logger().error(msg, *args, stacklevel=2)


def fatal(msg: object, *args: object) -> None:
    """Logs `msg % args` at the highest level; the program goes on."""
    get_logger().critical(msg, *args, stacklevel=2)


def log(level: int, msg: object, *args: object) -> None:
    """Logs `msg % args` at a level."""
    get_logger().log(level, msg, *args, stacklevel=2)


def vlog(level: int, msg: object, *args: object) -> None:
    """Logs `msg % args` at a numeric level; it is shown if the verbosity is as low."""
    get_logger().log(level, msg, *args, stacklevel=2)


def log_every_n(level: int, msg: object, n: int, *args: object) -> None:
    """Logs on the first call from this line of the program and then on each n-th."""
    if _count_call() % n == 0:
        get_logger().log(level, msg, *args, stacklevel=2)


def log_first_n(level: int, msg: object, n: int, *args: object) -> None:
    """Logs on the first n calls from this line of the program."""
    if _count_call() < n:
        get_logger().log(level, msg, *args, stacklevel=2)


def log_if(level: int, msg: object, condition: object, *args: object) -> None:
    """Logs if a condition holds."""
    if condition:
        get_logger().log(level, msg, *args, stacklevel=2)


def flush() -> None:
    """Makes the handlers of the logger write what they hold back."""
    for handler in get_logger().handlers:
        handler.flush()


def _count_call() -> int:
    """Returns how often the line that called our caller has called before."""
    frame = sys._getframe(2)
    place = (frame.f_code.co_filename, frame.f_lineno)
    _calls[place] += 1
    return _calls[place] - 1


explain_missing(__name__)
