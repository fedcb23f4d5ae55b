"""`tf.train.minimize`: a train op of any optimizer, those of optax too."""

from __future__ import annotations

from typing import Any

from estimax.train._as_optimizer import as_optimizer
from estimax.train._optax import is_transformation
from estimax.train._optimizer import Optimizer, TrainOp


def minimize(loss: Any, optimizer: Any, var_list: Any = None, global_step: Any = None) -> TrainOp:
    """Declares that a loss is minimised: a train op for `EstimatorSpec`.

    Args:
        loss: one number.
        optimizer: of `tf.train` or `tf.optimizers`, or an optax transformation. The latter sees a flat
            dictionary of name -> array.
        var_list: the variables to train, or their names; all trainable ones if None.
        global_step: accepted as `Optimizer.minimize` does; it has no effect.

    Raises:
        InvalidArgumentError: the loss is not one number, a variable is unknown, or `optimizer` is none.

    Example:
        In a model function:

            train_op = tf.train.minimize(loss, optax.adamw(1e-3))
    """
    return as_optimizer(optimizer).minimize(loss, global_step, var_list)


def is_rule(given: Any) -> bool:
    """Whether something is an optimizer, by which a loss could be minimised."""
    return isinstance(given, Optimizer) or is_transformation(given)
