"""The logger named 'tensorflow', which programs know and configure by that name.

It stands below all rooms so that each can tell what it does; the functions of
`tf.logging` are in `estimax.logging`. Importing it changes nothing: level and
handler are set when something is logged first, if nobody has set them by then.
"""

from __future__ import annotations

import logging
import sys
from functools import cache


class _Console(logging.Handler):
    """Writes to the stream that is standard at that moment; silent where the root logger shows the record anyway."""

    def emit(self, record: logging.LogRecord) -> None:
        try:
            if logging.getLogger(record.name).propagate and logging.getLogger().handlers:
                return
            stream = sys.stdout if is_interactive() else sys.stderr
            stream.write(self.format(record) + "\n")
            stream.flush()
        except Exception:
            self.handleError(record)


def is_interactive() -> bool:
    """Tells whether a person types, in a notebook or at a prompt."""
    return hasattr(sys, "ps1") or bool(sys.flags.interactive)


@cache
def logger() -> logging.Logger:
    """Returns the logger, made ready on the first call.

    It shows warnings and worse, or, where a person types, informations too. A
    level or handlers that the program has set before are left alone.

    Example:
        >>> from estimax._base._logger import logger
        >>> logger().name
        'tensorflow'
    """
    found = logging.getLogger("tensorflow")
    if found.level == logging.NOTSET:
        found.setLevel(logging.INFO if is_interactive() else logging.WARNING)
    if not found.handlers:
        console = _Console()
        console.setFormatter(logging.Formatter(logging.BASIC_FORMAT))
        found.addHandler(console)
    return found
