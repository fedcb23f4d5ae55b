"""What may stand where an optimizer is asked for."""

from __future__ import annotations

from typing import Any

from estimax._base._errors import InvalidArgumentError
from estimax.train._optax import OptaxOptimizer, is_transformation
from estimax.train._optimizer import Optimizer


def as_optimizer(given: Any) -> Optimizer:
    """Returns an optimizer as it is, and an optax transformation as an optimizer.

    Raises:
        InvalidArgumentError: it is neither.

    Example:
        >>> import estimax as tf
        >>> as_optimizer(tf.train.AdamOptimizer()).name
        'Adam'
    """
    if isinstance(given, Optimizer):
        return given
    if isinstance(given, type) and issubclass(given, Optimizer):
        raise InvalidArgumentError(
            f"an optimizer is needed, not its class; write {given.__name__}(...) instead of {given.__name__}"
        )
    if is_transformation(given):
        return OptaxOptimizer(given)
    raise InvalidArgumentError(
        f"an optimizer of estimax.train or estimax.optimizers, or an optax transformation, is needed; got {given!r}"
    )
