"""`tf.contrib.framework`: variables by scope, suffix and collection."""

from __future__ import annotations

import re
from typing import Any

from estimax._scope._collections import get_collection
from estimax._scope._graph_keys import GraphKeys


def get_variables(
    scope: Any = None, suffix: str | None = None, collection: str = GraphKeys.GLOBAL_VARIABLES
) -> list[Any]:
    """Returns variables of the model function that runs.

    Args:
        scope: a variable scope, or a regular expression that the names must match at the start; all if None.
        suffix: with which the names end.
        collection: in which they stand.
    """
    start = getattr(scope, "name", scope)
    found = get_collection(collection, start)
    if suffix is None:
        return found
    return [v for v in found if re.search(f"{re.escape(suffix)}(:0)?$", str(v.name))]


def get_model_variables(scope: Any = None, suffix: str | None = None) -> list[Any]:
    """Returns the variables that layers of `contrib.layers` made; see `get_variables`."""
    return get_variables(scope, suffix, GraphKeys.MODEL_VARIABLES)


def get_trainable_variables(scope: Any = None, suffix: str | None = None) -> list[Any]:
    """Returns the variables that optimizers change; see `get_variables`."""
    return get_variables(scope, suffix, GraphKeys.TRAINABLE_VARIABLES)


def get_local_variables(scope: Any = None, suffix: str | None = None) -> list[Any]:
    """Returns the variables that are not saved; see `get_variables`."""
    return get_variables(scope, suffix, GraphKeys.LOCAL_VARIABLES)


def get_variables_by_suffix(suffix: str, scope: Any = None) -> list[Any]:
    """Returns the variables whose names end with `suffix`; see `get_variables`."""
    return get_variables(scope, suffix)


def get_variables_by_name(given_name: str, scope: Any = None) -> list[Any]:
    """Returns the variables whose last part of the name is `given_name`; see `get_variables`."""
    return [v for v in get_variables(scope) if str(v.name).removesuffix(":0").rpartition("/")[2] == given_name]


def get_variables_to_restore(include: Any = None, exclude: Any = None) -> list[Any]:
    """Returns variables under the scopes `include`, all if None, that are not under the scopes `exclude`."""
    wanted = [v for scope in ([None] if include is None else include) for v in get_variables(scope)]
    left_out = {str(v.name) for scope in exclude or () for v in get_variables(scope)}
    return [v for v in wanted if str(v.name) not in left_out]
