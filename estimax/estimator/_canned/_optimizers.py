"""Optimizers as programs give them: a name, an object, or a function that makes one."""

from __future__ import annotations

import math
from collections.abc import Callable, Sized
from typing import Any

from estimax.train._optimizer import Optimizer
from estimax.train._optimizers import (
    AdagradOptimizer,
    AdamOptimizer,
    FtrlOptimizer,
    GradientDescentOptimizer,
    RMSPropOptimizer,
)

_BY_NAME: dict[str, Callable[..., Optimizer]] = {
    "Adagrad": AdagradOptimizer,
    "Adam": AdamOptimizer,
    "Ftrl": FtrlOptimizer,
    "RMSProp": RMSPropOptimizer,
    "SGD": GradientDescentOptimizer,
}

LINEAR_RATE = 0.2
DNN_RATE = 0.05
COMBINED_LINEAR_RATE = 0.005
COMBINED_DNN_RATE = 0.001


def make_optimizer(given: Any, learning_rate: float) -> Optimizer:
    """Returns the optimizer that a program asked for; named ones get the given learning rate.

    Raises:
        ValueError: an unknown name, or something that is not an optimizer.
    """
    if isinstance(given, str):
        if given not in _BY_NAME:
            raise ValueError(f"optimizer must be one of {', '.join(_BY_NAME)}, or an optimizer; got {given!r}")
        return _BY_NAME[given](learning_rate=learning_rate)
    made = given() if callable(given) and not isinstance(given, Optimizer) else given
    if not isinstance(made, Optimizer):
        raise ValueError(
            f"optimizer must be one of estimax.train's, its name, or a function that makes one; got {made!r}"
        )
    return made


def check_optimizer(given: Any) -> None:
    """Refuses at construction what `make_optimizer` would refuse at the first step."""
    if isinstance(given, str) or not callable(given):
        make_optimizer(given, 0.1)


def rate_by_columns(columns: Sized, at_most: float) -> float:
    """Returns the original's rate for linear models: 1 / sqrt(number of columns), at most a limit."""
    return min(at_most, 1.0 / math.sqrt(max(len(columns), 1)))
