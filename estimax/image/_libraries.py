"""The libraries that read and write image files, loaded when the first image is."""

from __future__ import annotations

import struct
from typing import Any

from estimax._base._errors import FailedPreconditionError
from estimax._base._lazy import resolve


def simplejpeg() -> Any:
    """Returns the module `simplejpeg`, which reads and writes JPEG.

    Raises:
        FailedPreconditionError: it is not installed.
    """
    return _library("simplejpeg")


# What Pillow's parsers raise where bytes are not as they expect them.
PILLOW_ERRORS = (OSError, SyntaxError, ValueError, LookupError, TypeError, OverflowError, EOFError, struct.error)


def pillow(module: str) -> Any:
    """Returns a module of Pillow, such as `Image`.

    Raises:
        FailedPreconditionError: Pillow is not installed.
    """
    return _library(f"PIL.{module}")


def _library(module: str) -> Any:
    try:
        return resolve(module)
    except ModuleNotFoundError as error:
        raise FailedPreconditionError(
            f"reading and writing images needs {module.partition('.')[0]}, which is not installed; "
            f"run: pip install 'estimax[images]'"
        ) from error
