"""Totals: what metrics add up in, and the two ways to carry them from batch to batch.

A `Tally` says what one batch adds and what the totals mean; it computes with
arrays and knows no state. `streaming` keeps the totals in local variables of the
model function that runs, `_running.Running` in an object of its own.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import wraps
from typing import Any, ParamSpec

import jax.numpy as jnp
import numpy as np

from estimax._scope._collections import add_to_collections
from estimax._scope._frame import VariableSpec, frame
from estimax._scope._scopes import name_scope
from estimax.nn._arrays import as_array

P = ParamSpec("P")
Metric = tuple[Any, Any]
"""The value before this batch, and the value after it; evaluation reports the last of the latter."""


@dataclass(frozen=True)
class Tally:
    """One batch of a metric.

    Attributes:
        increments: what the batch adds to each total, float arrays by the totals' names.
        result: from the totals to the metric.
    """

    increments: Mapping[str, Any]
    result: Callable[[Mapping[str, Any]], Any]

    def mapped(self, function: Callable[[Any], Any]) -> Tally:
        """Returns the metric that is a function of this one, of the same totals."""
        return Tally(self.increments, lambda totals: function(self.result(totals)))


def _zeros(shape: tuple[int, ...], dtype: Any, rng: Any = None) -> np.ndarray:
    return np.zeros(shape, dtype)


def streaming(name: str, tally: Tally) -> Metric:
    """Adds a batch to totals kept under a name scope, which is numbered where it was opened before."""
    with name_scope(name) as opened:
        before, after = {}, {}
        for key, increment in tally.increments.items():
            before[key], after[key] = added(opened + key, jnp.asarray(increment, jnp.float32))
    return tally.result(before), tally.result(after)


def added(name: str, increment: Any) -> tuple[Any, Any]:
    """Adds to a local variable of a full name; returns what it was before and what it is from here on."""
    active = frame()
    spec = VariableSpec(name, tuple(increment.shape), np.dtype(np.float32), _zeros, is_trainable=False, is_local=True)
    before = active.variable(spec)
    active.updates[name] = after = before + increment
    return before, after


def collected(metric: Callable[P, Metric]) -> Callable[P, Metric]:
    """Makes a metric add its value and its update to the collections that it is given."""
    signature = inspect.signature(metric)

    @wraps(metric)
    def called(*args: P.args, **kwargs: P.kwargs) -> Metric:
        value, update = metric(*args, **kwargs)
        given = signature.bind(*args, **kwargs).arguments
        add_to_collections(given.get("metrics_collections"), value)
        add_to_collections(given.get("updates_collections"), update)
        return value, update

    return called


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
    values = as_array(values, jnp.float32)
    if weights is None:
        return values, jnp.ones_like(values)
    weights = as_array(weights, jnp.float32)
    if weights.ndim == values.ndim + 1 and weights.shape[-1] == 1:
        weights = weights[..., 0]
    if weights.ndim < values.ndim:
        weights = weights.reshape(*weights.shape, *(1,) * (values.ndim - weights.ndim))
    return values, jnp.broadcast_to(weights, values.shape)


def paired(labels: Any, predictions: Any, dtype: Any = None) -> tuple[Any, Any]:
    """Returns labels and predictions as arrays of one shape, that of the predictions.

    Raises:
        ValueError: they do not hold as many values.
    """
    labels, predictions = as_array(labels, dtype), as_array(predictions, dtype)
    if labels.size != predictions.size:
        raise ValueError(f"labels and predictions must have one shape; got {labels.shape} and {predictions.shape}")
    return labels.reshape(predictions.shape), predictions
