"""What a model function is that brings its own way of training."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any


class OwnTraining(ABC):
    """A model function whose variables no optimizer finds: `Estimator.train` hands over to it."""

    @abstractmethod
    def train(
        self,
        estimator: Any,
        input_fn: Any,
        steps: int | None,
        max_steps: float | None,
        hooks: Sequence[Any],
        listeners: Sequence[Any],
    ) -> None:
        """Trains for some steps or up to a step, from the latest checkpoint on; see `Estimator.train`."""


def own_training(model_fn: Any) -> OwnTraining | None:
    """Returns the model function that brings its own training: this one, or one that it extends; None otherwise."""
    while not isinstance(model_fn, OwnTraining):
        model_fn = getattr(model_fn, "model_fn", None)
        if model_fn is None:
            return None
    return model_fn
