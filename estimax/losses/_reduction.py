"""How the losses of single examples become the one number that is minimised."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from estimax._base._errors import InvalidArgumentError
from estimax.losses._collection import add_loss
from estimax.losses._names import named
from estimax.nn._arrays import as_array


class Reduction:
    """The names of the ways to reduce weighted losses to a scalar.

    Attributes:
        NONE: no reduction; the weighted losses themselves.
        SUM: their sum.
        MEAN: their sum over the sum of the weights.
        SUM_OVER_BATCH_SIZE: their sum over the number of losses.
        SUM_BY_NONZERO_WEIGHTS: their sum over the number of losses whose weight is not zero.
        SUM_OVER_NONZERO_WEIGHTS: an older name of the same.
        AUTO: what the estimators of TensorFlow 2 and the classes of `tf.keras.losses` take for
            SUM_OVER_BATCH_SIZE; functions do not know it.

    Example:
        >>> import estimax as tf
        >>> tf.losses.Reduction.SUM
        'weighted_sum'
    """

    NONE = "none"
    SUM = "weighted_sum"
    MEAN = "weighted_mean"
    SUM_OVER_BATCH_SIZE = "weighted_sum_over_batch_size"
    SUM_BY_NONZERO_WEIGHTS = "weighted_sum_by_nonzero_weights"
    SUM_OVER_NONZERO_WEIGHTS = SUM_BY_NONZERO_WEIGHTS
    AUTO = "auto"

    @classmethod
    def all(cls) -> tuple[str, ...]:
        """Returns all the names."""
        return (cls.NONE, cls.SUM, cls.MEAN, cls.SUM_OVER_BATCH_SIZE, cls.SUM_BY_NONZERO_WEIGHTS)

    @classmethod
    def validate(cls, key: str) -> None:
        """Refuses what is not a reduction.

        Raises:
            InvalidArgumentError: `key` is none of `all()`.
        """
        if key not in cls.all():
            raise InvalidArgumentError(f"reduction must be one of {', '.join(cls.all())}; got {key!r}")


def compute_weighted_loss(
    losses: Any,
    weights: Any = 1.0,
    scope: str | None = None,
    loss_collection: str | None = "losses",
    reduction: str = Reduction.SUM_BY_NONZERO_WEIGHTS,
) -> jax.Array:
    """Returns losses times weights, reduced.

    Args:
        losses: an array of any shape.
        weights: a scalar, or an array of the rank of `losses` in which every size is
            that of `losses` or 1.
        scope: under which the result has a name.
        loss_collection: to which the result is added; None for none.
        reduction: one of `Reduction`. Where it divides by zero the result is 0.

    Returns:
        A scalar, or for `Reduction.NONE` an array of the shape of `losses`; in the
        type of `losses`.

    Raises:
        InvalidArgumentError: the weights do not fit or there is no such reduction.

    Example:
        >>> import estimax as tf
        >>> float(tf.losses.compute_weighted_loss([1.0, 2.0, 3.0], weights=[1.0, 0.0, 3.0]))
        5.0
    """
    loss = named(reduced(losses, weights, reduction), scope or "weighted_loss")
    add_loss(loss, loss_collection)
    return loss


def reduced(losses: Any, weights: Any, reduction: str) -> jax.Array:
    """Returns what `compute_weighted_loss` does, and adds it to no collection."""
    Reduction.validate(reduction)
    each = as_array(losses)
    counted = each.astype(jnp.promote_types(each.dtype, jnp.float32))
    weight = as_array(weights, counted.dtype)
    require_broadcast(weight.shape, each.shape)
    weighted = counted * weight
    if reduction == Reduction.NONE:
        return weighted.astype(each.dtype)
    total = weighted.sum()
    if reduction == Reduction.MEAN:
        total = _divide_or_zero(total, jnp.broadcast_to(weight, each.shape).sum())
    elif reduction == Reduction.SUM_OVER_BATCH_SIZE:
        total = _divide_or_zero(total, jnp.asarray(each.size, counted.dtype))
    elif reduction == Reduction.SUM_BY_NONZERO_WEIGHTS:
        present = jnp.broadcast_to(weight != 0, each.shape).sum(dtype=counted.dtype)
        total = _divide_or_zero(total, present)
    return total.astype(each.dtype)


def _divide_or_zero(total: jax.Array, count: jax.Array) -> jax.Array:
    empty = count == 0
    return jnp.where(empty, 0, total / jnp.where(empty, 1, count))


def require_broadcast(weights: tuple[int, ...], losses: tuple[int, ...]) -> None:
    """Refuses weights that would broadcast unseen.

    Raises:
        InvalidArgumentError: they have another rank than the losses, or a size that is neither theirs nor 1.
    """
    fits = len(weights) == len(losses) and all(w in (1, n) for w, n in zip(weights, losses, strict=True))
    if weights and not fits:
        raise InvalidArgumentError(
            f"weights must be a scalar or have the rank of the losses, with sizes equal to theirs or 1; "
            f"the weights have shape {weights}, the losses {losses}. "
            "Weights of shape [batch] fit losses of shape [batch, n] as weights[:, tf.newaxis]"
        )
