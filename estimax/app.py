"""`tf.app`: the start of a program that has flags."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable, Sequence
from typing import Any, NoReturn

from absl import app as _absl
from absl import flags as absl_flags

from estimax import flags
from estimax._base._lazy import explain_missing

__all__ = ["UsageError", "flags", "run"]

UsageError = _absl.UsageError


def run(main: Callable[[list[str]], Any] | None = None, argv: Sequence[str] | None = None) -> NoReturn:
    """Reads the flags of the command line, calls `main` with what is left of it, and exits with what it returns.

    Arguments that are no flags of the program go to `main`, after the program's
    name. `--help` lists the flags. A `UsageError` from `main` is shown with them.

    Args:
        main: takes the list of arguments; the function `main` of the program if it is None.
        argv: the command line, that of the process if it is None.

    Raises:
        SystemExit: always, with what `main` returned, or 1 where a flag has a wrong value.

    Example:
        >>> from estimax import app
        >>> def main(argv):
        ...     print(argv)
        ...     return 3
        >>> app.run(main, ["program", "--unknown", "file.csv"])
        Traceback (most recent call last):
            ...
        SystemExit: 3
    """
    if main is None:
        main = sys.modules["__main__"].main
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level

    def parse(arguments: Sequence[str]) -> list[str]:
        root.handlers[:] = handlers  # absl puts its own, and lines of the logger 'tensorflow' would come twice
        root.setLevel(level)
        try:
            return list(flags.FLAGS(arguments, known_only=True))
        except absl_flags.Error as error:
            print(f"{error}\n--help lists the flags.", file=sys.stderr)
            sys.exit(1)

    _absl.run(main, None if argv is None else list(argv), flags_parser=parse)
    raise AssertionError("absl.app.run exits")


explain_missing(__name__)
