"""An optimizer whose gradients are scaled down together before it gets them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import jax
import numpy as np

from estimax.train._as_optimizer import as_optimizer
from estimax.train._clipping import clip_by_global_norm
from estimax.train._gradients import merge_all
from estimax.train._learning_rate import LearningRate
from estimax.train._optimizer import Key, Optimizer, Update, require_at_least_zero


@dataclass(frozen=True, eq=False)
class ClippedOptimizer(Optimizer):
    """Scales all gradients so that their global norm is at most a limit; the rest is another optimizer's.

    Args:
        optimizer: gets the gradients; an optax transformation will do.
        clip_norm: the greatest global norm.

    Raises:
        InvalidArgumentError: the norm is negative, or the optimizer is none.
    """

    optimizer: Any
    clip_norm: float

    def __post_init__(self) -> None:
        require_at_least_zero("clip_gradients_by_norm", clip_norm=self.clip_norm)
        object.__setattr__(self, "optimizer", as_optimizer(self.optimizer))

    @property
    def name(self) -> str:  # type: ignore[override]  # of a description that is never written to
        """The name of the optimizer that is wrapped."""
        return str(self.optimizer.name)

    @property
    def learning_rate(self) -> LearningRate:  # type: ignore[override]
        """The learning rate of the optimizer that is wrapped."""
        rate: LearningRate = self.optimizer.learning_rate
        return rate

    @property
    def rows_only(self) -> bool:
        return bool(self.optimizer.rows_only)

    @property
    def keeps_other_rows(self) -> bool:
        return bool(self.optimizer.keeps_other_rows)

    @property
    def reads_rows(self) -> bool:
        return True

    def declared(self) -> Optimizer:
        return replace(self, optimizer=self.optimizer.declared())

    def current_learning_rate(self) -> jax.Array:
        rate: jax.Array = self.optimizer.current_learning_rate()
        return rate

    def state_keys(self, variables: Mapping[str, jax.ShapeDtypeStruct]) -> list[Key]:
        keys: list[Key] = self.optimizer.state_keys(variables)
        return keys

    def first_state(self, variables: Mapping[str, np.ndarray]) -> dict[Key, np.ndarray]:
        state: dict[Key, np.ndarray] = self.optimizer.first_state(variables)
        return state

    def saved_name(self, key: Key, copy: int) -> str:
        return str(self.optimizer.saved_name(key, copy))

    def apply(self, update: Update) -> Update:
        """Clips the gradients and hands them on."""
        names = list(update.gradients)
        once, scratch = merge_all(update.gradients, update.scratch)
        clipped, _ = clip_by_global_norm([once[n] for n in names], self.clip_norm)
        gradients = dict(zip(names, clipped, strict=True))
        result: Update = self.optimizer.apply(replace(update, gradients=gradients, scratch=scratch))
        return result


def clip_gradients_by_norm(optimizer: Any, clip_norm: float) -> Optimizer:
    """Returns an optimizer that first scales its gradients so that their global norm is `clip_norm` at most.

    Rows of a table count once, with the sum of what belongs to them.

    Args:
        optimizer: any optimizer, or an optax transformation.
        clip_norm: the greatest global norm.

    Raises:
        InvalidArgumentError: the norm is negative, or the optimizer is none.

    Example:
        >>> import estimax as tf
        >>> tf.contrib.estimator.clip_gradients_by_norm(tf.train.AdamOptimizer(), 5.0).name
        'Adam'
    """
    return ClippedOptimizer(optimizer, clip_norm)
