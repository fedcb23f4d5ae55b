"""The losses of `tf.keras.losses` as functions: one value for each example, a mean or sum along the last axis.

The formulas and the small constants that keep them finite are those of Keras 2.
"""

from __future__ import annotations

import math
from typing import Any

import jax
import jax.numpy as jnp

from estimax._base._errors import InvalidArgumentError
from estimax.nn._arrays import absolute, as_array, as_floats
from estimax.nn._cross_entropy import (
    sigmoid_cross_entropy_with_logits,
    softmax_cross_entropy_with_logits,
    sparse_softmax_cross_entropy_with_logits,
)
from estimax.nn._norms import l2_normalize

_EPSILON = 1e-7


def mean_squared_error(y_true: Any, y_pred: Any) -> jax.Array:
    """Returns the mean of the squared differences of each example.

    Example:
        >>> import estimax as tf
        >>> tf.keras.losses.mean_squared_error([[0.0, 1.0]], [[2.0, 1.0]]).tolist()
        [2.0]
    """
    y, p = _pair(y_true, y_pred)
    return jnp.square(p - y).mean(-1)


def mean_absolute_error(y_true: Any, y_pred: Any) -> jax.Array:
    """Returns the mean of the absolute differences of each example."""
    y, p = _pair(y_true, y_pred)
    return absolute(p - y).mean(-1)


def mean_absolute_percentage_error(y_true: Any, y_pred: Any) -> jax.Array:
    """Returns 100 times the mean of the absolute differences relative to the labels."""
    y, p = _pair(y_true, y_pred)
    return 100 * absolute((y - p) / jnp.maximum(jnp.abs(y), _EPSILON)).mean(-1)


def mean_squared_logarithmic_error(y_true: Any, y_pred: Any) -> jax.Array:
    """Returns the mean of the squared differences of `log(1 + x)`; negative numbers count as 0."""
    y, p = _pair(y_true, y_pred)
    first, second = jnp.log(jnp.maximum(p, _EPSILON) + 1), jnp.log(jnp.maximum(y, _EPSILON) + 1)
    return jnp.square(first - second).mean(-1)


def log_cosh(y_true: Any, y_pred: Any) -> jax.Array:
    """Returns the mean of `log(cosh(y_pred - y_true))`."""
    y, p = _pair(y_true, y_pred)
    x = p - y
    return (x + jax.nn.softplus(-2 * x) - math.log(2)).mean(-1)


def huber(y_true: Any, y_pred: Any, delta: float = 1.0) -> jax.Array:
    """Returns the mean of half the squared differences up to `delta`, and from there on of lines of slope `delta`."""
    y, p = _pair(y_true, y_pred)
    error = absolute(p - y)
    return jnp.where(error <= delta, 0.5 * jnp.square(error), delta * error - 0.5 * delta**2).mean(-1)


def hinge(y_true: Any, y_pred: Any) -> jax.Array:
    """Returns the mean of `max(0, 1 - y_true * y_pred)`; labels are -1 and 1, or 0 and 1."""
    y, p = _pair(y_true, y_pred)
    return _positive(1 - _signs(y) * p).mean(-1)


def squared_hinge(y_true: Any, y_pred: Any) -> jax.Array:
    """Returns the mean of `max(0, 1 - y_true * y_pred)^2`; labels are -1 and 1, or 0 and 1."""
    y, p = _pair(y_true, y_pred)
    return jnp.square(_positive(1 - _signs(y) * p)).mean(-1)


def categorical_hinge(y_true: Any, y_pred: Any) -> jax.Array:
    """Returns `max(0, 1 + the best score of a wrong class - the score of the right one)`; labels are one-hot."""
    y, p = _pair(y_true, y_pred)
    return _positive(((1 - y) * p).max(-1) - (y * p).sum(-1) + 1)


def poisson(y_true: Any, y_pred: Any) -> jax.Array:
    """Returns the mean of `y_pred - y_true * log(y_pred)`."""
    y, p = _pair(y_true, y_pred)
    return (p - y * jnp.log(p + _EPSILON)).mean(-1)


def kl_divergence(y_true: Any, y_pred: Any) -> jax.Array:
    """Returns the sum of `y_true * log(y_true / y_pred)`."""
    y, p = _pair(y_true, y_pred)
    y, p = jnp.clip(y, _EPSILON, 1), jnp.clip(p, _EPSILON, 1)
    return (y * jnp.log(y / p)).sum(-1)


def cosine_similarity(y_true: Any, y_pred: Any, axis: int = -1) -> jax.Array:
    """Returns minus the cosine of the angle between labels and predictions, from -1 for the same direction to 1."""
    y, p = _pair(y_true, y_pred)
    return -(l2_normalize(y, axis) * l2_normalize(p, axis)).sum(axis)


def binary_crossentropy(
    y_true: Any, y_pred: Any, from_logits: bool = False, label_smoothing: float = 0.0, axis: int = -1
) -> jax.Array:
    """Returns the mean cross entropy of labels that are each true or false on their own.

    Args:
        y_true: numbers from 0 to 1.
        y_pred: probabilities, or logits, of the same shape.
        from_logits: whether `y_pred` are logits.
        label_smoothing: the share by which every label moves towards 1/2.
        axis: along which the mean is taken.
    """
    y, p = _pair(y_true, y_pred)
    y = y * (1 - label_smoothing) + 0.5 * label_smoothing
    return _binary(y, p, from_logits).mean(axis)


def binary_focal_crossentropy(
    y_true: Any,
    y_pred: Any,
    apply_class_balancing: bool = False,
    alpha: float = 0.25,
    gamma: float = 2.0,
    from_logits: bool = False,
    label_smoothing: float = 0.0,
    axis: int = -1,
) -> jax.Array:
    """Returns the binary cross entropy times `(1 - probability of the label)^gamma`: Lin et al. (2018).

    Args:
        y_true: numbers from 0 to 1.
        y_pred: probabilities, or logits, of the same shape.
        apply_class_balancing: whether positive labels count `alpha` times and negative ones `1 - alpha` times.
        alpha: see there.
        gamma: the greater, the less count examples that are right already.
        from_logits: whether `y_pred` are logits.
        label_smoothing: the share by which every label moves towards 1/2.
        axis: along which the mean is taken.
    """
    y, p = _pair(y_true, y_pred)
    y = y * (1 - label_smoothing) + 0.5 * label_smoothing
    probability = jax.nn.sigmoid(p) if from_logits else p
    each = _binary(y, p, from_logits) * (1 - (y * probability + (1 - y) * (1 - probability))) ** gamma
    return (each * (y * alpha + (1 - y) * (1 - alpha)) if apply_class_balancing else each).mean(axis)


def categorical_crossentropy(
    y_true: Any, y_pred: Any, from_logits: bool = False, label_smoothing: float = 0.0, axis: int = -1
) -> jax.Array:
    """Returns the cross entropy of one class out of several, with probabilities of the classes as labels.

    Args:
        y_true: usually one 1 along `axis`.
        y_pred: probabilities, which are divided by their sum, or logits; of the same shape.
        from_logits: whether `y_pred` are logits.
        label_smoothing: the share of every label that is spread evenly over the classes.
        axis: of the classes.
    """
    y, p = _pair(y_true, y_pred)
    if label_smoothing:
        y = y * (1 - label_smoothing) + label_smoothing / y.shape[-1]
    if from_logits:
        return softmax_cross_entropy_with_logits(labels=jnp.moveaxis(y, axis, -1), logits=jnp.moveaxis(p, axis, -1))
    return -(y * jnp.log(_probabilities(p, axis))).sum(axis)


def categorical_focal_crossentropy(
    y_true: Any,
    y_pred: Any,
    alpha: Any = 0.25,
    gamma: float = 2.0,
    from_logits: bool = False,
    label_smoothing: float = 0.0,
    axis: int = -1,
) -> jax.Array:
    """Returns the cross entropy with every class weighted by `alpha * (1 - its probability)^gamma`."""
    y, p = _pair(y_true, y_pred)
    if label_smoothing:
        y = y * (1 - label_smoothing) + label_smoothing / y.shape[-1]
    probability = _probabilities(jax.nn.softmax(p, axis) if from_logits else p, axis)
    return (-y * jnp.log(probability) * as_array(alpha, p.dtype) * (1 - probability) ** gamma).sum(axis)


def sparse_categorical_crossentropy(
    y_true: Any, y_pred: Any, from_logits: bool = False, axis: int = -1, ignore_class: int | None = None
) -> jax.Array:
    """Returns the cross entropy of one class out of several, with ids of classes as labels.

    Args:
        y_true: ids, of the shape of `y_pred` without the axis of classes, or with a size of 1 there.
        y_pred: probabilities or logits.
        from_logits: whether `y_pred` are logits.
        axis: of the classes.
        ignore_class: the loss of labels with this id is 0.

    Raises:
        InvalidArgumentError: there is not one label for each example.
    """
    p = jnp.moveaxis(as_floats(y_pred), axis, -1)
    labels = as_array(y_true).astype(jnp.int32)
    shape = p.shape[:-1]
    if labels.size != math.prod(shape):
        raise InvalidArgumentError(
            f"sparse_categorical_crossentropy needs one label for each example; y_true has shape {labels.shape}, "
            f"y_pred {p.shape}"
        )
    labels = labels.reshape(shape)
    counted = jnp.ones(shape, bool) if ignore_class is None else labels != ignore_class
    logits = p if from_logits else jnp.log(jnp.clip(p, _EPSILON, 1 - _EPSILON))
    each = sparse_softmax_cross_entropy_with_logits(labels=jnp.where(counted, labels, 0), logits=logits)
    return each if ignore_class is None else jnp.where(counted, each, 0)


def _pair(y_true: Any, y_pred: Any) -> tuple[jax.Array, jax.Array]:
    p = as_floats(y_pred)
    return as_array(y_true, p.dtype), p


def _signs(y: jax.Array) -> jax.Array:
    """Returns labels as -1 and 1 if all are 0 or 1, else as they are."""
    return jnp.where(jnp.all((y == 0) | (y == 1)), 2 * y - 1, y)


def _positive(x: jax.Array) -> jax.Array:
    """Returns `max(x, 0)` with a derivative of 1 at 0, as the original has it here."""
    return jnp.where(x >= 0, x, 0)


def _binary(y: jax.Array, p: jax.Array, from_logits: bool) -> jax.Array:
    if from_logits:
        return sigmoid_cross_entropy_with_logits(labels=y, logits=p)
    p = jnp.clip(p, _EPSILON, 1 - _EPSILON)
    return -(y * jnp.log(p + _EPSILON) + (1 - y) * jnp.log(1 - p + _EPSILON))


def _probabilities(p: jax.Array, axis: int) -> jax.Array:
    return jnp.clip(p / p.sum(axis, keepdims=True), _EPSILON, 1 - _EPSILON)


KLD = kld = kullback_leibler_divergence = kl_divergence
MAE = mae = mean_absolute_error
MAPE = mape = mean_absolute_percentage_error
MSE = mse = mean_squared_error
MSLE = msle = mean_squared_logarithmic_error
logcosh = log_cosh

FUNCTIONS = (
    *("binary_crossentropy", "binary_focal_crossentropy", "categorical_crossentropy"),
    *("categorical_focal_crossentropy", "categorical_hinge", "cosine_similarity", "hinge", "huber"),
    *("kl_divergence", "KLD", "kld", "kullback_leibler_divergence", "log_cosh", "logcosh"),
    *("mean_absolute_error", "MAE", "mae", "mean_absolute_percentage_error", "MAPE", "mape"),
    *("mean_squared_error", "MSE", "mse", "mean_squared_logarithmic_error", "MSLE", "msle"),
    *("poisson", "sparse_categorical_crossentropy", "squared_hinge"),
)
"""The names of all of them."""
