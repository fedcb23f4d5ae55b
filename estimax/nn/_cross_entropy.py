"""Cross entropies straight from logits, in forms that neither overflow nor lose digits.

They return one value for every example (and label) and reduce nothing; the
losses that do so are in `estimax.losses`. The argument `name` is accepted for
programs that pass it and has no effect.
"""

from __future__ import annotations

import math
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from estimax._base._errors import InvalidArgumentError
from estimax.nn._activations import chosen_axis
from estimax.nn._arrays import absolute, as_array, as_floats


def sigmoid_cross_entropy_with_logits(labels: Any = None, logits: Any = None, name: str | None = None) -> jax.Array:
    """Returns the cross entropy of independent yes-no labels, element by element.

    It is `-y * log(p) - (1 - y) * log(1 - p)` with `p = sigmoid(z)`, computed as
    `max(z, 0) - z * y + log(1 + exp(-|z|))`.

    Args:
        labels: numbers from 0 to 1.
        logits: an array of the shape of `labels`.
        name: has no effect.

    Raises:
        InvalidArgumentError: the shapes differ.

    Example:
        >>> import estimax as tf
        >>> tf.nn.sigmoid_cross_entropy_with_logits(labels=[1.0], logits=[0.0]).tolist()
        [0.6931471824645996]
    """
    y, z = _labels_and_logits("sigmoid_cross_entropy_with_logits", labels, logits)
    positive = z >= 0  # one choice for both terms, so that their derivatives at 0 fit together
    return jnp.where(positive, z, 0) - z * y + jnp.log1p(jnp.exp(jnp.where(positive, -z, z)))


def weighted_cross_entropy_with_logits(
    labels: Any = None, logits: Any = None, pos_weight: Any = None, name: str | None = None, targets: Any = None
) -> jax.Array:
    """Returns the sigmoid cross entropy in which a positive label counts `pos_weight` times.

    It is `-w * y * log(p) - (1 - y) * log(1 - p)` with `p = sigmoid(z)`. At a logit
    of exactly 0, where `|z|` has no derivative, the gradient is the original's,
    `1 - y`, and not the limit from both sides.

    Args:
        labels: numbers from 0 to 1.
        logits: an array of the shape of `labels`.
        pos_weight: a number, or an array that broadcasts to the logits.
        name: has no effect.
        targets: an older name of `labels`.

    Raises:
        InvalidArgumentError: the shapes differ, or there is no weight.

    Example:
        >>> import estimax as tf
        >>> tf.nn.weighted_cross_entropy_with_logits(labels=[1.0, 0.0], logits=[0.0, 0.0], pos_weight=2.0).tolist()
        [1.3862943649291992, 0.6931471824645996]
    """
    function = "weighted_cross_entropy_with_logits"
    if pos_weight is None:
        raise InvalidArgumentError(f"{function} needs pos_weight; for a weight of 1 use the sigmoid cross entropy")
    y, z = _labels_and_logits(function, targets if labels is None else labels, logits)
    weight = 1 + (as_array(pos_weight, z.dtype) - 1) * y
    return (1 - y) * z + weight * (jnp.log1p(jnp.exp(-absolute(z))) + jax.nn.relu(-z))


def softmax_cross_entropy_with_logits_v2(
    labels: Any = None,
    logits: Any = None,
    axis: int | None = None,
    name: str | None = None,
    dim: int | None = None,
) -> jax.Array:
    """Returns the cross entropy of one distribution over classes for each example.

    Args:
        labels: probabilities of the classes, which should sum to 1 along `axis`.
        logits: an array of the shape of `labels`, or one that broadcasts with it.
        axis: of the classes; the last one if None.
        name: has no effect.
        dim: an older name of `axis`.

    Returns:
        An array without the axis of the classes.

    Raises:
        InvalidArgumentError: the shapes do not fit.

    Example:
        >>> import estimax as tf
        >>> tf.nn.softmax_cross_entropy_with_logits_v2(labels=[[0.0, 1.0]], logits=[[0.0, 0.0]]).tolist()
        [0.6931471824645996]
    """
    function = "softmax_cross_entropy_with_logits"
    z, y = as_floats(_given(function, "logits", logits)), as_array(_given(function, "labels", labels))
    try:
        jnp.broadcast_shapes(y.shape, z.shape)
    except ValueError:
        raise InvalidArgumentError(_unequal(function, y, z)) from None
    along = chosen_axis(axis, dim)
    return _softmax_cross_entropy(along, y.astype(z.dtype), z)


@partial(jax.custom_jvp, nondiff_argnums=(0,))
def _softmax_cross_entropy(axis: int, y: jax.Array, z: jax.Array) -> jax.Array:
    return -jnp.sum(y * jax.nn.log_softmax(z, axis), axis)


@_softmax_cross_entropy.defjvp
def _derivative(axis: int, values: Any, tangents: Any) -> tuple[jax.Array, jax.Array]:
    """Takes `softmax(z) - y` for the derivative by z, as the original does, also where labels do not sum to 1."""
    (y, z), (dy, dz) = values, tangents
    by_logits, by_labels = jax.nn.softmax(z, axis) - y, -jax.nn.log_softmax(z, axis)
    return _softmax_cross_entropy(axis, y, z), jnp.sum(by_logits * dz + by_labels * dy, axis)


def softmax_cross_entropy_with_logits(
    labels: Any = None, logits: Any = None, axis: int | None = None, name: str | None = None, dim: int | None = None
) -> jax.Array:
    """Returns the same as `softmax_cross_entropy_with_logits_v2`, but sends no gradient to the labels, as in 1.x."""
    labels = _given("softmax_cross_entropy_with_logits", "labels", labels)
    return softmax_cross_entropy_with_logits_v2(jax.lax.stop_gradient(as_array(labels)), logits, axis, name, dim)


def sparse_softmax_cross_entropy_with_logits(
    labels: Any = None, logits: Any = None, name: str | None = None
) -> jax.Array:
    """Returns the cross entropy of one class for each example.

    A label that is no class raises when the labels are known; inside a compiled
    function, where nothing can be raised, its loss is NaN.

    Args:
        labels: integers from 0 to the number of classes, of the shape of `logits` without its last axis.
        logits: [..., classes].
        name: has no effect.

    Raises:
        InvalidArgumentError: the shapes do not fit, the labels are not integers, or one is no class.

    Example:
        >>> import estimax as tf
        >>> tf.nn.sparse_softmax_cross_entropy_with_logits(labels=[1], logits=[[0.0, 0.0]]).tolist()
        [0.6931471824645996]
    """
    function = "sparse_softmax_cross_entropy_with_logits"
    y, z = as_array(_given(function, "labels", labels)), as_floats(_given(function, "logits", logits))
    if z.ndim == 0 or y.shape != z.shape[:-1]:
        raise InvalidArgumentError(
            f"{function} needs labels of the shape of the logits without their last axis; "
            f"the labels have shape {y.shape}, the logits {z.shape}"
        )
    if not jnp.issubdtype(y.dtype, jnp.integer):
        raise InvalidArgumentError(f"{function} needs labels that are integers, the ids of classes; got {y.dtype}")
    classes = z.shape[-1]
    _refuse_unknown_classes(function, y, classes)
    # A comparison with every class costs less than a gather, whose gradient is a scatter.
    own = jnp.where(y[..., None] == jnp.arange(classes, dtype=y.dtype), z, 0).sum(-1)
    return jnp.where((y >= 0) & (y < classes), jax.nn.logsumexp(z, -1) - own, jnp.nan)


def log_poisson_loss(
    targets: Any, log_input: Any, compute_full_loss: bool = False, name: str | None = None
) -> jax.Array:
    """Returns the negative log likelihood of counts under a Poisson distribution.

    It is `exp(c) - y * c` for the logarithm `c` of the mean; the part that depends
    on the targets alone is left out unless asked for.

    Args:
        targets: counts, zero or more.
        log_input: the logarithm of the predicted mean, of the shape of `targets`.
        compute_full_loss: whether to add Stirling's approximation of `log(y!)`, for `y > 1`.
        name: has no effect.

    Raises:
        InvalidArgumentError: the shapes differ.

    Example:
        >>> import estimax as tf
        >>> tf.nn.log_poisson_loss(targets=[2.0], log_input=[0.0]).tolist()
        [1.0]
    """
    y, c = _labels_and_logits("log_poisson_loss", targets, log_input, ("targets", "log_input"))
    loss = jnp.exp(c) - y * c
    if not compute_full_loss:
        return loss
    counts = jnp.where(y > 1, y, 1)
    stirling = counts * jnp.log(counts) - counts + 0.5 * jnp.log(2 * math.pi * counts)
    return loss + jnp.where(y > 1, stirling, 0)


def _given(function: str, argument: str, value: Any) -> Any:
    if value is None:
        raise InvalidArgumentError(f"{function} needs {argument}=")
    return value


def _labels_and_logits(
    function: str, labels: Any, logits: Any, names: tuple[str, str] = ("labels", "logits")
) -> tuple[jax.Array, jax.Array]:
    z = as_floats(_given(function, names[1], logits))
    y = as_array(_given(function, names[0], labels), z.dtype)
    if y.shape != z.shape:
        raise InvalidArgumentError(_unequal(function, y, z, names))
    return y, z


def _unequal(function: str, y: jax.Array, z: jax.Array, names: tuple[str, str] = ("labels", "logits")) -> str:
    return f"{function} needs {names[0]} and {names[1]} of one shape; they have {y.shape} and {z.shape}"


def _refuse_unknown_classes(function: str, labels: jax.Array, classes: int) -> None:
    if isinstance(labels, jax.core.Tracer):
        return
    known = np.asarray(labels)  # what is known while a program is traced must not be computed with in it
    unknown = known[(known < 0) | (known >= classes)]
    if unknown.size:
        raise InvalidArgumentError(f"{function} needs labels from 0 to {classes - 1}; got {int(unknown[0])}")
