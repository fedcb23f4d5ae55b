"""Metrics of estimax where Keras 3 takes its own alone: in `compile`."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp

from estimax.keras._keras3 import keras3
from estimax.metrics._keras_style import Metric


class KerasMetric(keras3().metrics.Metric):  # type: ignore[misc]  # Keras has no types
    """A metric of estimax as one of Keras: the same numbers, in `fit` and in `model_to_estimator`.

    Args:
        metric: whose totals Keras is to keep.
    """

    def __init__(self, metric: Metric) -> None:
        super().__init__(name=metric.name)
        self._tally = metric.tally  # the method: a metric is a pair, of which Keras would make a list
        self._value_of: Any = None

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        """Adds a batch."""
        tally = self._tally(jnp.asarray(y_true), jnp.asarray(y_pred), sample_weight)
        known = {variable.name: variable for variable in self.variables}
        for name, amount in tally.increments.items():
            if name not in known:
                known[name] = self.add_variable(jnp.shape(amount), "zeros", name=name)
            known[name].assign_add(amount)
        self._value_of = tally.result

    def result(self) -> Any:
        """Returns the value over all batches; 0 before the first."""
        if self._value_of is None:
            return jnp.float32(0)
        return self._value_of({variable.name: variable.value for variable in self.variables})
