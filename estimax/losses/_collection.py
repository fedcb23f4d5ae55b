"""The collection of losses: what a program adds up when it asks for its total loss.

Each loss adds its result to the collection, and regularizers of variables add their
penalties to another one. Both belong to the call of the model function that runs.
"""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from estimax._base._errors import InvalidArgumentError
from estimax._scope._collections import add_to_collection, get_collection
from estimax._scope._frame import frame
from estimax._scope._graph_keys import GraphKeys
from estimax.nn._arrays import as_array


def add_loss(loss: Any, loss_collection: str | None = GraphKeys.LOSSES) -> None:
    """Adds a loss that a program computed itself to the collection of losses.

    Args:
        loss: an array.
        loss_collection: to which it is added; None for none.
    """
    if loss_collection:
        add_to_collection(loss_collection, as_array(loss))


def get_losses(scope: str | None = None, loss_collection: str = GraphKeys.LOSSES) -> list[Any]:
    """Returns the losses that the running model function has computed so far.

    Args:
        scope: a regular expression that the names of the losses must match at the start; all if None.
        loss_collection: in which they stand.
    """
    return list(get_collection(loss_collection, scope))


def get_regularization_losses(scope: str | None = None) -> list[Any]:
    """Returns the penalties that regularizers made of the variables of the running model function.

    Args:
        scope: a regular expression that their names must match at the start; all if None.
    """
    return list(get_collection(GraphKeys.REGULARIZATION_LOSSES, scope))


def get_regularization_loss(scope: str | None = None, name: str = "total_regularization_loss") -> jax.Array:
    """Returns the sum of the penalties of regularizers; 0 where there are none.

    Args:
        scope: see `get_regularization_losses`.
        name: of the result.

    Example:
        >>> import estimax as tf
        >>> float(tf.losses.get_regularization_loss())
        0.0
    """
    found = get_regularization_losses(scope)
    return _sum(found) if found else jnp.float32(0)


def get_total_loss(
    add_regularization_losses: bool = True, name: str = "total_loss", scope: str | None = None
) -> jax.Array:
    """Returns the sum of all losses that the running model function has computed so far.

    Args:
        add_regularization_losses: whether the penalties of regularizers are part of it.
        name: of the result.
        scope: a regular expression that the names of the losses must match at the start; all if None.

    Raises:
        InvalidArgumentError: there are no losses.
    """
    found = get_losses(scope) + (get_regularization_losses(scope) if add_regularization_losses else [])
    if not found:
        raise InvalidArgumentError(
            "get_total_loss needs losses to add up, and the model function has computed none so far. Call one of "
            "tf.losses first, or add your own with tf.losses.add_loss(loss)"
        )
    total = _sum(found)
    frame().name_result(name, total)
    return total


def _sum(losses: list[Any]) -> jax.Array:
    total: jax.Array = sum(losses[1:], losses[0])
    return total
