"""Collections: what one part of a model function leaves for another under a name."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from estimax._scope._frame import frame
from estimax._scope._graph_keys import GraphKeys
from estimax._scope._variables import listed_variables


def add_to_collection(name: str, value: Any) -> None:
    """Adds a value to a collection of the model function that runs.

    Outside of a model function there is no graph that could keep it, and nothing is kept.

    Example:
        >>> import estimax as tf
        >>> tf.add_to_collection("losses", 1.0)
    """
    frame().collections.setdefault(name, []).append(value)


def add_to_collections(names: Iterable[str] | str | None, value: Any) -> None:
    """Adds a value to several collections; to none if `names` is None."""
    for name in [names] if isinstance(names, str) else dict.fromkeys(names or ()):
        add_to_collection(name, value)


def get_collection(key: str, scope: str | None = None) -> list[Any]:
    """Returns the values of a collection in the order in which they were added.

    Args:
        key: one of `tf.GraphKeys`, or a program's own.
        scope: a regular expression that the values' names must match at the start; all if None.

    Example:
        >>> import estimax as tf
        >>> tf.get_collection(tf.GraphKeys.UPDATE_OPS)
        []
    """
    values = _VARIABLES[key]() + _added(key) if key in _VARIABLES else list(_added(key))
    if scope is None:
        return values
    return [v for v in values if re.match(scope, getattr(v, "name", None) or "")]


def get_collection_ref(key: str) -> list[Any]:
    """Returns a collection itself, so that what is appended to it is kept."""
    return frame().collections.setdefault(key, [])


def _added(key: str) -> list[Any]:
    return frame().collections.get(key, [])


_VARIABLES = {
    GraphKeys.TRAINABLE_VARIABLES: lambda: listed_variables(lambda spec: spec.is_trainable),
    GraphKeys.GLOBAL_VARIABLES: lambda: listed_variables(lambda spec: not spec.is_local),
    GraphKeys.LOCAL_VARIABLES: lambda: listed_variables(lambda spec: spec.is_local),
    GraphKeys.METRIC_VARIABLES: lambda: listed_variables(lambda spec: spec.is_local),
}
