"""The libraries of modules are the user's: they are loaded when an adapter needs one."""

from __future__ import annotations

from typing import Any

from estimax._base._lazy import resolve


def library(module: str, title: str) -> Any:
    """Returns a module of a library.

    Raises:
        ImportError: the library is not installed.
    """
    try:
        return resolve(module)
    except ModuleNotFoundError as error:
        package = module.partition(".")[0]
        if (error.name or "").partition(".")[0] != package:
            raise
        raise ImportError(f"{title} is not installed: pip install {package}") from error
