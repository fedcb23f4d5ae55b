"""The weights of examples: found among the features, checked, and brought to the shape of the losses."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import jax.numpy as jnp
import numpy as np

from estimax._base._dtypes import float32
from estimax._base._errors import InvalidArgumentError
from estimax._base._lazy import did_you_mean
from estimax._base._shapes import TensorSpec
from estimax._graph._boundary import is_device_array
from estimax._graph._op import Op, as_argument, on_device
from estimax.estimator._heads._checking import checking, found
from estimax.estimator._heads._entering import as_column, behind, shape_of
from estimax.feature_column._numeric import NumericColumn


def check_weight_column(column: Any) -> None:
    """Refuses what names no weights.

    Raises:
        TypeError: neither None, a name, nor a numeric column.
    """
    if column is not None and not isinstance(column, str | NumericColumn):
        raise TypeError(f"weight_column must be the name of a feature or a numeric_column; got {column!r}")


def example_weights(column: str | NumericColumn | None, features: Any, logits: Any, per_logit: bool) -> Any:
    """Returns the weights of a batch, or None where nothing is weighed.

    Weights must be finite and not negative. The original computes with negative ones,
    and training then drives the losses of those examples up without end.

    Args:
        column: name of the feature, or a numeric column, whose normalizer is applied.
        features: name -> values [batch], [batch, 1] or [batch, logits].
        logits: [batch, ..., logits].
        per_logit: whether each logit of an example may have a weight of its own.

    Returns:
        Float32 [batch, ..., 1] or [batch, ..., logits].

    Raises:
        ValueError: there is no such feature, it holds strings, or it has another shape.
        InvalidArgumentError: a weight is negative or not a finite number; raised when the batch is read.
    """
    if column is None:
        return None
    key = column.key if isinstance(column, NumericColumn) else column
    weights = behind(_feature(features, key))
    if isinstance(column, NumericColumn) and column.normalizer_fn is not None:
        weights = as_argument(column.normalizer_fn(weights))
    if not is_device_array(weights):
        if not weights.spec.is_dense or not weights.dtype.is_numeric:
            kind = "" if weights.spec.is_dense else " in a dense Tensor"
            raise ValueError(f"weight_column {key!r} must hold numbers{kind}; the feature is {weights!r}")
        weights = _CHECK_WEIGHTS(weights, key=key)
    array = as_column(jnp.asarray(on_device(weights), jnp.float32), logits)
    sizes = {1, logits.shape[-1]} if per_logit else {1}
    if array.ndim != logits.ndim or array.shape[:-1] != logits.shape[:-1] or array.shape[-1] not in sizes:
        shapes = " or ".join(["[batch]", *(f"[batch, {n}]" for n in sorted(sizes))])
        raise ValueError(
            f"weight_column {key!r} must have shape {shapes}, as many rows as logits; "
            f"the feature has shape {shape_of(array)}, the logits {shape_of(logits)}"
        )
    return array


def _feature(features: Any, key: str) -> Any:
    if not isinstance(features, Mapping):
        raise ValueError(f"weight_column {key!r} needs features, a dictionary from names to values; got {features!r}")
    if key not in features:
        names = [str(name) for name in features]
        raise ValueError(f"weight_column {key!r} is not among the features: {sorted(names)}{did_you_mean(key, names)}")
    return features[key]


def _check(weights: np.ndarray, *, key: str, axis: int = 0) -> np.ndarray:
    checked: np.ndarray = weights.astype(np.float32)
    good = (checked >= 0) & (checked < np.inf)
    if not good.all():
        raise InvalidArgumentError(
            f"weights must be finite numbers, 0 or more; the feature {key!r} is the weight_column: "
            f"{found(weights, ~good, axis)}"
        )
    return checked


_CHECK_WEIGHTS = Op(
    "CheckWeights",
    infer=lambda s, *, key: TensorSpec(s.shape, float32),
    host=_check,
    lift=checking(_check),
)
