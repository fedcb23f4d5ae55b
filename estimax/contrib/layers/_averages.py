"""The moving averages of batch normalization."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import jax.numpy as jnp

from estimax._scope._assigning import assign_later, variable_name
from estimax._scope._frame import frame


@dataclass(frozen=True)
class Averages:
    """Two variables and how they move.

    Attributes:
        mean: the value of the average of means.
        variance: that of the average of variances.
        decay: how much of them stays at each step.
    """

    mean: Any
    variance: Any
    decay: float

    def moved(self, training: Any, mean: Any, variance: Any) -> list[Any]:
        """Declares that the averages move by the moments of a batch, if `training`; returns the assignments."""
        active = frame()
        updates = []
        for average, value in ((self.mean, mean), (self.variance, variance)):
            name = variable_name(active, average)
            if name is None:
                continue  # outside of a model function nothing keeps it
            before = active.pending.get(name, average)
            after = before * self.decay + value.astype(before.dtype) * (1 - self.decay)
            updates.append(assign_later(name, after if training is True else jnp.where(training, after, before)))
        return updates

    def chosen(self, training: Any, mean: Any, variance: Any) -> tuple[Any, Any]:
        """Returns the moments of the batch if `training`, else the averages."""
        if training is True:
            return mean, variance
        return jnp.where(training, mean, self.mean), jnp.where(training, variance, self.variance)
