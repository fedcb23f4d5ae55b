"""The train op of a head, from an optimizer or a function of the loss."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from estimax.train._as_optimizer import as_optimizer
from estimax.train._optimizer import TrainOp


def train_ops(
    loss: Any, optimizer: Any, trainable_variables: Any, train_op_fn: Callable[[Any], Any] | None
) -> tuple[TrainOp, ...]:
    """Returns what minimises a loss.

    Raises:
        ValueError: neither an optimizer nor a `train_op_fn` is given, or both are.
    """
    if (optimizer is None) == (train_op_fn is None):
        raise ValueError(
            f"mode TRAIN needs an optimizer or a train_op_fn, one of them; got {optimizer!r} and {train_op_fn!r}"
        )
    made = train_op_fn(loss) if train_op_fn else as_optimizer(optimizer).minimize(loss, var_list=trainable_variables)
    return tuple(made) if isinstance(made, tuple | list) else (made,)
