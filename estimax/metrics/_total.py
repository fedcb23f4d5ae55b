"""Totals: the local variables that metrics add up in."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import jax.numpy as jnp
import numpy as np

from estimax._scope._frame import frame
from estimax._scope._variables import assign, get_variable, variable_scope

Metric = tuple[Any, Any]
"""The value before this batch, and the value after it; evaluation reports the last of the latter."""


def _zeros(shape: tuple[int, ...], dtype: Any, rng: Any = None) -> np.ndarray:
    return np.zeros(shape, dtype)


def streaming(name: str, increments: Mapping[str, Any], result: Callable[[Mapping[str, Any]], Any]) -> Metric:
    """Adds increments to totals kept under a name.

    Args:
        name: scope of the local variables, one for each increment; numbered where it was taken before.
        increments: float arrays to be added in this batch.
        result: from the totals to the metric.
    """
    with variable_scope(frame().unique_name(name)):
        before, after = {}, {}
        for key, increment in increments.items():
            increment = jnp.asarray(increment, jnp.float32)
            before[key] = get_variable(key, increment.shape, initializer=_zeros, trainable=False, local=True)
            after[key] = assign(key, before[key] + increment)
    return result(before), result(after)


def ratio(totals: Mapping[str, Any]) -> Any:
    """Returns total / count, 0 where nothing was counted."""
    return safe_divide(totals["total"], totals["count"])


def safe_divide(numerator: Any, denominator: Any) -> Any:
    """Divides; gives 0 where the denominator is not positive."""
    safe = jnp.where(denominator > 0, denominator, 1)
    return jnp.where(denominator > 0, numerator / safe, 0)


def weighted(values: Any, weights: Any) -> tuple[Any, Any]:
    """Returns values as float32 and weights broadcast to them (ones where there are none).

    Weights may lack last axes of the values, or have one of size 1 more.
    """
    values = jnp.asarray(values, jnp.float32)
    if weights is None:
        return values, jnp.ones_like(values)
    weights = jnp.asarray(weights, jnp.float32)
    if weights.ndim == values.ndim + 1 and weights.shape[-1] == 1:
        weights = weights[..., 0]
    if weights.ndim < values.ndim:
        weights = weights.reshape(*weights.shape, *(1,) * (values.ndim - weights.ndim))
    return values, jnp.broadcast_to(weights, values.shape)
