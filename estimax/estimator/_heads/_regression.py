"""Heads that predict numbers: squared error, and two with a link function."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp

from estimax import math
from estimax._base._dtypes import float32
from estimax._graph._boundary import is_device_array
from estimax.estimator._heads._class_labels import checked_count, in_range, within_unit
from estimax.estimator._heads._composed import Shown
from estimax.estimator._heads._entering import checked_logits
from estimax.estimator._heads._family import TWO_X, Family
from estimax.estimator._heads._single import Batch, Measure, SingleHead, value_of
from estimax.estimator.export._outputs import ExportOutput, PredictOutput, RegressionOutput
from estimax.metrics._mean import mean_tally
from estimax.nn import log_poisson_loss, sigmoid_cross_entropy_with_logits
from estimax.nn._arrays import as_array


@dataclass(frozen=True)
class RegressionHead(SingleHead):
    """Predicts `label_dimension` numbers; the loss is the squared error.

    Labels are numbers [batch] or [batch, label_dimension]. Metrics are average_loss,
    prediction/mean and label/mean.

    Args:
        label_dimension: how many numbers an example has.
        weight_column: name of the feature (or a numeric column) that weighs examples,
            [batch], [batch, 1] or [batch, label_dimension].
        loss_reduction: 'sum_over_batch_size' or 'sum', or one of `losses.Reduction`.
        loss_fn: (labels, logits) -> losses [batch, label_dimension], in place of the
            squared error; may also take `features` and `loss_reduction`.
        inverse_link_fn: from logits to predictions; the logits themselves if None.
        name: put behind the names of metrics.

    Raises:
        ValueError: a dimension below 1, an unknown reduction, or a loss function with other arguments.

    Example:
        >>> import estimax as tf
        >>> head = tf.estimator.RegressionHead(inverse_link_fn=tf.exp)
        >>> head.predictions([[0.0]])["predictions"].numpy().tolist()
        [[1.0]]
    """

    label_dimension: int = 1
    weight_column: Any = None
    loss_reduction: str = "sum_over_batch_size"
    loss_fn: Callable[..., Any] | None = None
    inverse_link_fn: Callable[[Any], Any] | None = None
    name: str | None = None
    family: Family = field(default=TWO_X, kw_only=True, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "label_dimension", checked_count("label_dimension", self.label_dimension, 1))
        super().__post_init__()

    @property
    def logits_dimension(self) -> int:
        return self.label_dimension

    @property
    def label_width(self) -> int:
        return self.label_dimension

    @property
    def loss_width(self) -> int:
        return self.label_dimension

    def numeric_labels(self, labels: Any) -> Any:
        if not is_device_array(labels) and (not labels.spec.is_dense or not labels.dtype.is_numeric):
            raise ValueError(f"the labels of a regressor must be numbers; got {labels.dtype.name} in {labels!r}")
        return math.cast(labels, float32)

    def losses(self, labels: Any, logits: Any) -> Any:
        return jnp.square(labels - logits)

    def link(self, logits: Any) -> Any:
        """Returns predictions of logits."""
        return logits if self.inverse_link_fn is None else as_array(self.inverse_link_fn(logits))

    def predicted(self, logits: Any) -> dict[Any, Any]:
        logits = checked_logits(logits, self.logits_dimension)
        if self.inverse_link_fn is None:
            return {"predictions": logits}
        return {"predictions": self.link(logits), "logits": logits}

    def measures(self) -> Mapping[str, Measure]:
        return {"prediction/mean": self._prediction_mean, "label/mean": _label_mean}

    def _prediction_mean(self, batch: Batch) -> Any:
        return mean_tally(self.link(batch.logits), batch.weights)

    def shown(self, batch: Batch) -> dict[str, Shown]:
        if self.inverse_link_fn is None:
            return super().shown(batch)
        # The function may be a program's own and hold arrays, so it is called here and not where it is measured.
        predicted = replace(batch, logits=self.link(batch.logits))
        mean = Shown(predicted, partial(value_of, _logits_mean))
        return super().shown(batch) | {self.named("prediction/mean"): mean}

    def export_outputs(self, predictions: Mapping[Any, Any]) -> dict[str, ExportOutput]:
        value = RegressionOutput(predictions["predictions"])
        return {"serving_default": value, "regression": value, "predict": PredictOutput(dict(predictions))}


@dataclass(frozen=True, init=False)
class LogisticRegressionHead(RegressionHead):
    """Predicts a probability; the loss is the cross-entropy with labels from 0 to 1.

    It reports the metrics of a regressor. Where labels are classes, `BinaryClassHead`
    reports more.

    Args:
        weight_column: name of the feature (or a numeric column) that weighs examples.
        loss_reduction: see `RegressionHead`.
        name: put behind the names of metrics.

    Raises:
        ValueError: an unknown reduction.

    Example:
        >>> import estimax as tf
        >>> head = tf.estimator.LogisticRegressionHead()
        >>> round(float(head.loss(labels=[0.5], logits=[[0.0]])), 4)
        0.6931
    """

    def __init__(
        self,
        weight_column: Any = None,
        loss_reduction: str = "sum_over_batch_size",
        name: str | None = None,
        *,
        family: Family = TWO_X,
    ) -> None:
        super().__init__(1, weight_column, loss_reduction, None, jax.nn.sigmoid, name, family=family)

    def numeric_labels(self, labels: Any) -> Any:
        return within_unit(super().numeric_labels(labels))

    def losses(self, labels: Any, logits: Any) -> Any:
        return sigmoid_cross_entropy_with_logits(labels=labels, logits=logits)


@dataclass(frozen=True, init=False)
class PoissonRegressionHead(RegressionHead):
    """Predicts the mean of counts; the loss is their negative log likelihood under a Poisson distribution.

    Args:
        label_dimension: how many numbers an example has.
        weight_column: see `RegressionHead`.
        loss_reduction: see `RegressionHead`.
        compute_full_loss: whether the loss has the part that depends on the labels
            alone, by Stirling's approximation.
        name: put behind the names of metrics.

    Raises:
        ValueError: a dimension below 1, or an unknown reduction.

    Example:
        >>> import estimax as tf
        >>> head = tf.estimator.PoissonRegressionHead()
        >>> float(head.loss(labels=[1.0], logits=[[0.0]]))
        1.0
    """

    compute_full_loss: bool = True

    def __init__(
        self,
        label_dimension: int = 1,
        weight_column: Any = None,
        loss_reduction: str = "sum_over_batch_size",
        compute_full_loss: bool = True,
        name: str | None = None,
        *,
        family: Family = TWO_X,
    ) -> None:
        object.__setattr__(self, "compute_full_loss", compute_full_loss)
        super().__init__(label_dimension, weight_column, loss_reduction, None, jnp.exp, name, family=family)

    def numeric_labels(self, labels: Any) -> Any:
        return in_range(super().numeric_labels(labels), float("inf"), "counts, 0 or more")

    def losses(self, labels: Any, logits: Any) -> Any:
        return log_poisson_loss(labels, logits, self.compute_full_loss)


def _logits_mean(batch: Batch) -> Any:
    return mean_tally(batch.logits, batch.weights)


def _label_mean(batch: Batch) -> Any:
    return mean_tally(batch.labels, batch.weights)
