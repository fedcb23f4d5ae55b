"""What the layers of `contrib` share: variables in collections, and what happens to a result."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from estimax._scope._collections import add_to_collections
from estimax._scope._frame import frame
from estimax._scope._graph_keys import GraphKeys
from estimax.variables import get_variable


def model_variable(
    name: str,
    shape: Sequence[Any],
    initializer: Any,
    regularizer: Callable[[Any], Any] | None = None,
    trainable: bool = True,
    collections: Any = None,
) -> Any:
    """Makes a variable of the current scope that belongs to the model, and returns its value.

    Args:
        name: in the scope.
        shape: sizes of its dimensions.
        initializer: as for `get_variable`.
        regularizer: what it makes of the value is added to the regularization losses.
        trainable: whether optimizers change it.
        collections: further ones that it is added to: a list, or lists by the name of the variable.
    """
    is_new = frame().full_name(name) not in frame().specs
    value = get_variable(name, [int(n) for n in shape], None, initializer, regularizer, trainable)
    named = collections.get(name) if isinstance(collections, Mapping) else collections
    if is_new:
        add_to_collections(GraphKeys.MODEL_VARIABLES, value)
        add_to_collections(named, value)
    return value


def finished(
    outputs: Any,
    normalizer_fn: Callable[..., Any] | None,
    normalizer_params: Mapping[str, Any] | None,
    activation_fn: Callable[[Any], Any] | None,
    outputs_collections: Any,
) -> Any:
    """Normalizes a result, applies the activation, and adds it to collections."""
    if normalizer_fn is not None:
        outputs = normalizer_fn(outputs, **(normalizer_params or {}))
    if activation_fn is not None:
        outputs = activation_fn(outputs)
    return collected(outputs, outputs_collections)


def collected(outputs: Any, collections: Any) -> Any:
    """Adds a result to collections, and returns it."""
    add_to_collections(collections, outputs)
    return outputs
