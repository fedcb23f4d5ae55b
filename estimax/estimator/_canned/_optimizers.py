"""Optimizers as programs give them: a name, an object, or a function that makes one.

A name means another class, and for networks another learning rate, in TensorFlow 1.x
and in TensorFlow 2: that is what a `Family` knows.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sized
from dataclasses import dataclass
from typing import Any

from estimax.estimator._canned._heads import ONE_X, TWO_X
from estimax.estimator._canned._heads import Family as HeadFamily
from estimax.optimizers import SGD, Adagrad, Adam, Ftrl, RMSprop
from estimax.train._as_optimizer import as_optimizer
from estimax.train._optimizer import Optimizer
from estimax.train._optimizers import (
    AdagradOptimizer,
    AdamOptimizer,
    FtrlOptimizer,
    GradientDescentOptimizer,
    RMSPropOptimizer,
)

LINEAR_RATE = 0.2
BASELINE_RATE = 0.3
COMBINED_LINEAR_RATE = 0.005
COMBINED_DNN_RATE = 0.001


@dataclass(frozen=True)
class Family:
    """The pre-made estimators of TensorFlow 1.x or of TensorFlow 2.

    Attributes:
        by_name: the optimizers that can be asked for by name.
        dnn_rate: the learning rate of those in a network; None for the rate of their class.
        heads: the numbers in which the heads of the family differ.
        shows_in_scopes: whether the tags of what is shown while training begin with the scope of the part.
    """

    by_name: Mapping[str, Callable[..., Optimizer]]
    dnn_rate: float | None
    heads: HeadFamily = TWO_X
    shows_in_scopes: bool = False


V1 = Family(
    {
        "Adagrad": AdagradOptimizer,
        "Adam": AdamOptimizer,
        "Ftrl": FtrlOptimizer,
        "RMSProp": RMSPropOptimizer,
        "SGD": GradientDescentOptimizer,
    },
    dnn_rate=0.05,
    heads=ONE_X,
    shows_in_scopes=True,
)

V2 = Family(
    {"Adagrad": Adagrad, "Adam": Adam, "Ftrl": Ftrl, "RMSProp": RMSprop, "SGD": SGD},
    dnn_rate=None,
    heads=TWO_X,
)


@dataclass(frozen=True)
class OptimizerChoice:
    """What a program gave as an optimizer, checked, to be made inside the model function.

    Attributes:
        given: a name, an `Optimizer`, an optax transformation, or a function that makes one.
        family: in which names are looked up.
        rate: the learning rate of named ones; None for the rate of their class.

    Raises:
        ValueError: an unknown name, or something that is no optimizer.
    """

    given: Any
    family: Family
    rate: float | None

    def __post_init__(self) -> None:
        if isinstance(self.given, str) or not callable(self.given):
            self.make()

    def make(self) -> Optimizer:
        """Makes the optimizer; a function is called, which may ask for the global step."""
        if isinstance(self.given, str):
            return self._named(self.given)
        is_function = callable(self.given) and not isinstance(self.given, Optimizer)
        made = self.given() if is_function else self.given
        return as_optimizer(made)

    def _named(self, name: str) -> Optimizer:
        if name not in self.family.by_name:
            raise ValueError(
                f"optimizer must be one of {', '.join(self.family.by_name)}, or an optimizer; got {name!r}"
            )
        make = self.family.by_name[name]
        return make() if self.rate is None else make(learning_rate=self.rate)


def rate_by_columns(columns: Sized, at_most: float) -> float:
    """Returns the original's rate for linear models: 1 / sqrt(number of columns), at most a limit."""
    return min(at_most, 1.0 / math.sqrt(max(len(columns), 1)))
