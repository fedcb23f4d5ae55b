"""Regularizers of 1.x: functions of a scale that return functions of weights."""

from __future__ import annotations

import numbers
from collections.abc import Callable, Sequence
from typing import Any

import jax.numpy as jnp

from estimax._scope._collections import add_to_collection, get_collection
from estimax._scope._graph_keys import GraphKeys
from estimax.nn._arrays import absolute, as_floats

Regularizer = Callable[[Any], Any]


def l1_regularizer(scale: float, scope: str | None = None) -> Regularizer:
    """Returns a regularizer that gives `scale * sum(|x|)`, or None for a scale of 0.

    Raises:
        ValueError: the scale is negative or an integer.
    """
    _check(scale)

    def l1(weights: Any, name: str | None = None) -> Any:
        return None if scale == 0.0 else scale * jnp.sum(absolute(as_floats(weights)))

    return l1


def l2_regularizer(scale: float, scope: str | None = None) -> Regularizer:
    """Returns a regularizer that gives `scale * sum(x ** 2) / 2`, or None for a scale of 0.

    Raises:
        ValueError: the scale is negative or an integer.

    Example:
        >>> import estimax as tf
        >>> float(tf.contrib.layers.l2_regularizer(0.1)([1.0, 3.0]))
        0.5
    """
    _check(scale)

    def l2(weights: Any, name: str | None = None) -> Any:
        return None if scale == 0.0 else scale * jnp.sum(jnp.square(as_floats(weights))) / 2

    return l2


def l1_l2_regularizer(scale_l1: float = 1.0, scale_l2: float = 1.0, scope: str | None = None) -> Regularizer:
    """Returns a regularizer that gives the sum of both."""
    return _sum([l1_regularizer(scale_l1), l2_regularizer(scale_l2)])


def sum_regularizer(regularizer_list: Sequence[Regularizer | None], scope: str | None = None) -> Regularizer | None:
    """Returns a regularizer that gives the sum of those of a list; None where there are none."""
    given = [one for one in regularizer_list if one is not None]
    return _sum(given) if given else None


def _sum(regularizers: Sequence[Regularizer]) -> Regularizer:
    def total(weights: Any) -> Any:
        penalties = [p for p in (one(weights) for one in regularizers) if p is not None]
        return sum(penalties[1:], penalties[0]) if penalties else None

    return total


def apply_regularization(regularizer: Regularizer, weights_list: Sequence[Any] | None = None) -> Any:
    """Returns the sum of the penalties of weights, and adds it to the regularization losses.

    Args:
        regularizer: a function of one of the weights; None that it gives counts as 0.
        weights_list: the weights; those of the collection `WEIGHTS` if None.

    Raises:
        ValueError: there are no weights.
    """
    weights = get_collection(GraphKeys.WEIGHTS) if weights_list is None else list(weights_list)
    if not weights:
        raise ValueError("apply_regularization needs weights; the list is empty")
    penalties = [p for p in (regularizer(w) for w in weights) if p is not None]
    total = sum(penalties, jnp.float32(0))
    add_to_collection(GraphKeys.REGULARIZATION_LOSSES, total)
    return total


def _check(scale: Any) -> None:
    if isinstance(scale, numbers.Integral):
        raise ValueError(f"the scale of a regularizer must be a float; got the integer {scale!r}")
    if isinstance(scale, float) and not scale >= 0.0:
        raise ValueError(f"the scale of a regularizer must not be negative; got {scale}")
