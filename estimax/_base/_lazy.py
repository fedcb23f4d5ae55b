"""Names that load when they are first used, so that `import estimax` stays light, and what is said of unknown ones.

This is the one place where a module is imported in the middle of a program.
"""

from __future__ import annotations

import difflib
import importlib
import sys
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from typing import Any

from estimax._base._advice import ADVICE, advice
from estimax._base._tensorflow_names import is_name


@cache
def resolve(path: str) -> Any:
    """Returns what a path like 'jax.numpy:add' names, importing its module if necessary."""
    module, _, name = path.partition(":")
    value = importlib.import_module(module)
    return getattr(value, name) if name else value


def lazy_attributes(module: str, paths: Mapping[str, str]) -> Callable[[str], Any]:
    """Returns a module's `__getattr__`: names that load on first use, and advice for unknown ones."""

    def getattr_(name: str) -> Any:
        if name in paths:
            value = resolve(paths[name])
            setattr(sys.modules[module], name, value)
            return value
        if name.startswith("__"):
            raise AttributeError(f"module {module!r} has no attribute {name!r}")
        raise missing(module, name, {*paths, *vars(sys.modules[module])})

    return getattr_


def explain_missing(module: str) -> None:
    """Makes a namespace whose names all stand in it say, of an unknown one, what to use instead.

    It is what `lazy_attributes` does for a namespace with names that load late; a type
    checker goes on knowing which names there are.
    """
    vars(sys.modules[module])["__getattr__"] = lazy_attributes(module, {})


def missing(module: str, name: str, known: Iterable[str]) -> AttributeError:
    """Returns the error for a name that a namespace lacks: what to use instead, or the nearest name.

    Args:
        module: the namespace, under its own name or under that of TensorFlow.
        name: what it lacks.
        known: the names that it has.

    Example:
        >>> from estimax._base._lazy import missing
        >>> print(missing("estimax.contrib", "slim", []))
        module 'estimax.contrib' has no attribute 'slim': use tf.layers, whose conv2d, ...
        >>> print(missing("estimax.nn", "reluu", ["relu", "elu"]))
        module 'estimax.nn' has no attribute 'reluu'; did you mean 'relu'?
    """
    place = tensorflow_place(module)
    dotted = f"{place}.{name}" if place else name
    said = f"module {module!r} has no attribute {name!r}"
    if dotted in ADVICE or is_name(dotted):
        return AttributeError(f"{said}: {advice(dotted) or f'TensorFlow has tf.{dotted}, estimax has not'}")
    near = did_you_mean(name, (n for n in known if not n.startswith("_")))
    instead = advice(dotted)
    return AttributeError(said + (near or (f": {instead}" if instead else "")))


def tensorflow_place(module: str) -> str:
    """Returns where a namespace stands below `tf`: '' for the root.

    Example:
        >>> from estimax._base._lazy import tensorflow_place
        >>> [tensorflow_place(m) for m in ("estimax.compat.v1.estimator", "tensorflow.nn", "estimax")]
        ['estimator', 'nn', '']
    """
    below = module.partition(".")[2]
    for version in ("compat.v1", "compat.v2"):
        if below == version or below.startswith(f"{version}."):
            return below[len(version) + 1 :]
    return below


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """Returns '; did you mean x?' for the nearest known name, or ''.

    Example:
        >>> from estimax._base._lazy import did_you_mean
        >>> did_you_mean("unit8", ["uint8", "int8"])
        "; did you mean 'uint8'?"
    """
    near = difflib.get_close_matches(name, list(known), 1, 0.6)
    return f"; did you mean {near[0]!r}?" if near else ""
