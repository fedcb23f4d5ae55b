"""`SingleHead`: a head with one kind of labels, weighed by one feature."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp

from estimax.estimator._heads._composed import ComposedHead, Shown
from estimax.estimator._heads._entering import as_column, behind, checked_logits, shape_of
from estimax.estimator._heads._family import Family
from estimax.estimator._heads._loss_fn import check_loss_fn, custom_losses
from estimax.estimator._heads._reduction import check_reduction, reduced
from estimax.estimator._heads._weights import check_weight_column, example_weights
from estimax.metrics._mean import mean_tally
from estimax.metrics._total import Tally
from estimax.nn._arrays import as_array


@dataclass(frozen=True)
class Batch:
    """One batch on the device.

    Attributes:
        labels: [batch, ..., labels], as numbers.
        logits: [batch, ..., logits_dimension].
        weights: [batch, ..., 1] or [batch, ..., labels]; None for 1.
        losses: [batch, ..., 1] or [batch, ..., labels], not weighted.
    """

    labels: Any
    logits: Any
    weights: Any
    losses: Any


jax.tree_util.register_dataclass(Batch, ["labels", "logits", "weights", "losses"], [])

Measure = Callable[[Batch], Tally]

SHOWN = ("average_loss", "accuracy", "prediction/mean", "label/mean")
"""The metrics that are also shown of the batches of training, by key."""


class SingleHead(ComposedHead):
    """A head with one kind of labels."""

    weight_column: Any
    loss_fn: Callable[..., Any] | None
    family: Family

    def __post_init__(self) -> None:
        check_weight_column(self.weight_column)
        check_reduction(self.loss_reduction)
        check_loss_fn(self.loss_fn)

    @property
    @abstractmethod
    def label_width(self) -> int:
        """How many labels an example has."""

    @property
    def loss_width(self) -> int:
        """How many losses an example has, each with a weight of its own if there are several."""
        return 1

    @abstractmethod
    def numeric_labels(self, labels: Any) -> Any:
        """Checks labels as the input gives them and turns them into numbers, on the host where they are there."""

    @abstractmethod
    def losses(self, labels: Any, logits: Any) -> Any:
        """Returns the loss of each example (and label), [batch, ..., loss_width]."""

    @abstractmethod
    def measures(self) -> Mapping[str, Measure]:
        """Returns the metrics beside the mean loss, by key."""

    def decided(self, logits: Any) -> dict[Any, Any]:
        return {}

    def read(self, labels: Any, logits: Any, features: Any) -> Batch:
        if isinstance(labels, Mapping):
            raise ValueError(
                f"labels must be one Tensor; got a dictionary of {sorted(map(str, labels))}. Choose one in the input "
                f"function, or give each a head of its own in a MultiHead"
            )
        logits = checked_logits(logits, self.logits_dimension)
        labels = _fitting(as_column(as_array(self.numeric_labels(behind(labels))), logits), logits, self.label_width)
        weights = example_weights(self.weight_column, features, logits, self.loss_width > 1)
        if self.loss_fn is None:
            losses = self.losses(labels, logits)
        else:
            losses = custom_losses(self.loss_fn, labels, logits, features, self.loss_reduction, self.loss_width)
        return Batch(labels, logits, weights, losses)

    def reduced(self, batch: Batch) -> Any:
        return reduced(batch.losses, batch.weights, self.loss_reduction)

    def metric_names(self) -> list[str]:
        return [self.named(key) for key in ("average_loss", *self.measures())]

    def tallies(self, batch: Batch) -> dict[str, Tally]:
        return {self.named(key): measure(batch) for key, measure in self._all_measures().items()}

    def _all_measures(self) -> dict[str, Measure]:
        return {"average_loss": _average_loss, **self.measures()}

    def summaries(self, batch: Batch) -> dict[str, Any]:
        return {self.named("loss"): self.reduced(batch)} if self.name else {}

    def shown(self, batch: Batch) -> dict[str, Shown]:
        measures = self._all_measures()
        return {self.named(key): Shown(batch, partial(value_of, measures[key])) for key in SHOWN if key in measures}


def value_of(measure: Measure, batch: Batch) -> Any:
    """Returns the value of a metric over one batch."""
    tally = measure(batch)
    return tally.result(tally.increments)


def _average_loss(batch: Batch) -> Tally:
    return mean_tally(batch.losses, batch.weights)


def _fitting(labels: Any, logits: Any, width: int) -> Any:
    if labels.ndim != logits.ndim or labels.shape[1:] != (*logits.shape[1:-1], width):
        short = " or [batch]" if width == 1 else ""
        one_hot = ". One class for each example is asked for: its number, tf.argmax(labels, 1)" if width == 1 else ""
        raise ValueError(f"labels must have shape [batch, {width}]{short}; got {shape_of(labels)}{one_hot}")
    if labels.shape[0] != logits.shape[0]:
        raise ValueError(f"a batch has {logits.shape[0]} rows of features but {labels.shape[0]} labels")
    return labels


def sliced(array: Any, index: int) -> Any:
    """Returns one entry of the last axis, which stays."""
    return jnp.asarray(array)[..., index : index + 1]
