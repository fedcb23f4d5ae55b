"""Names that load when they are first used, so that `import estimax` stays light.

This is the one place where a module is imported in the middle of a program.
"""

from __future__ import annotations

import difflib
import importlib
import sys
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from typing import Any


@cache
def resolve(path: str) -> Any:
    """Returns what a path like 'jax.numpy:add' names, importing its module if necessary."""
    module, _, name = path.partition(":")
    value = importlib.import_module(module)
    return getattr(value, name) if name else value


def lazy_attributes(module: str, paths: Mapping[str, str]) -> Callable[[str], Any]:
    """Returns a module's `__getattr__`: names that load on first use, and a suggestion for unknown ones."""

    def getattr_(name: str) -> Any:
        if name in paths:
            value = resolve(paths[name])
            setattr(sys.modules[module], name, value)
            return value
        if name.startswith("__"):
            raise AttributeError(f"module {module!r} has no attribute {name!r}")
        known = [n for n in {*paths, *vars(sys.modules[module])} if not n.startswith("_")]
        raise AttributeError(f"module {module!r} has no attribute {name!r}{did_you_mean(name, known)}")

    return getattr_


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """Returns '; did you mean x?' for the nearest known name, or ''.

    Example:
        >>> from estimax._base._lazy import did_you_mean
        >>> did_you_mean("unit8", ["uint8", "int8"])
        "; did you mean 'uint8'?"
    """
    near = difflib.get_close_matches(name, list(known), 1, 0.6)
    return f"; did you mean {near[0]!r}?" if near else ""
