"""The head of binary classifiers: one logit, sigmoid cross-entropy."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import jax
import jax.numpy as jnp

from estimax import math
from estimax._base._dtypes import float32
from estimax.estimator._heads._class_labels import (
    checked_thresholds,
    checked_vocabulary,
    class_ids,
    class_predictions,
    labels_are_ids,
    within_unit,
)
from estimax.estimator._heads._entering import checked_logits
from estimax.estimator._heads._family import TWO_X, Family
from estimax.estimator._heads._score_measures import at_thresholds
from estimax.estimator._heads._single import Batch, Measure, SingleHead
from estimax.estimator.export._outputs import ClassificationOutput, ExportOutput, PredictOutput, RegressionOutput
from estimax.metrics._classification import accuracy_tally, precision_tally, recall_tally
from estimax.metrics._mean import mean_tally
from estimax.nn import sigmoid_cross_entropy_with_logits


@dataclass(frozen=True)
class BinaryClassHead(SingleHead):
    """Predicts the probability of the second of two classes.

    Labels are numbers from 0 to 1, truth values, or, with a vocabulary, strings:
    [batch] or [batch, 1].

    Args:
        weight_column: name of the feature (or a numeric column) that weighs examples,
            [batch] or [batch, 1].
        thresholds: of the probability, between 0 and 1; accuracy, precision and recall
            are also reported for each.
        label_vocabulary: the two names of the classes, where labels are strings.
        loss_reduction: 'sum_over_batch_size' or 'sum', or one of `losses.Reduction`.
        loss_fn: (labels, logits) -> losses [batch, 1], in place of the cross-entropy; may
            also take `features` and `loss_reduction`.
        name: put behind the names of metrics.

    Raises:
        ValueError: a threshold outside of (0, 1), a vocabulary without two names, an
            unknown reduction, or a loss function with other arguments.

    Example:
        >>> import estimax as tf
        >>> head = tf.estimator.BinaryClassHead(label_vocabulary=["no", "yes"])
        >>> head.predictions([[2.0], [-1.0]])["classes"].numpy().tolist()
        [[b'yes'], [b'no']]
        >>> metrics = head.update_metrics(head.metrics(), {}, logits=[[2.0], [-1.0]], labels=["yes", "yes"])
        >>> metrics["recall"].result().numpy().item()
        0.5
    """

    weight_column: Any = None
    thresholds: Any = None
    label_vocabulary: Any = None
    loss_reduction: str = "sum_over_batch_size"
    loss_fn: Callable[..., Any] | None = None
    name: str | None = None
    family: Family = field(default=TWO_X, kw_only=True, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "label_vocabulary", checked_vocabulary(self.label_vocabulary, 2))
        object.__setattr__(self, "thresholds", checked_thresholds(self.thresholds))
        super().__post_init__()

    @property
    def logits_dimension(self) -> int:
        return 1

    @property
    def label_width(self) -> int:
        return 1

    def numeric_labels(self, labels: Any) -> Any:
        if self.label_vocabulary is None and not labels_are_ids(labels):
            return within_unit(labels)
        return math.cast(class_ids(labels, 2, self.label_vocabulary), float32)

    def losses(self, labels: Any, logits: Any) -> Any:
        return sigmoid_cross_entropy_with_logits(labels=labels, logits=logits)

    def predicted(self, logits: Any) -> dict[Any, Any]:
        logits = checked_logits(logits, 1)
        two = jnp.concatenate([jnp.zeros_like(logits), logits], axis=-1)
        return {
            "logits": logits,
            "logistic": jax.nn.sigmoid(logits),
            "probabilities": jax.nn.softmax(two),
            **class_predictions(_decided(logits), 2, self.label_vocabulary),
        }

    def decided(self, logits: Any) -> dict[Any, Any]:
        return {"class_ids": _decided(checked_logits(logits, 1))}

    def measures(self) -> Mapping[str, Measure]:
        return {
            "accuracy": lambda b: accuracy_tally(b.labels, _decided(b.logits), b.weights),
            "precision": lambda b: precision_tally(b.labels, _decided(b.logits), b.weights),
            "recall": lambda b: recall_tally(b.labels, _decided(b.logits), b.weights),
            "prediction/mean": lambda b: mean_tally(_scores(b), b.weights),
            "label/mean": lambda b: mean_tally(b.labels, b.weights),
            "accuracy_baseline": _baseline,
            "auc": lambda b: self.family.roc(b.labels, _scores(b), b.weights),
            "auc_precision_recall": lambda b: self.family.precision_recall(b.labels, _scores(b), b.weights),
            **at_thresholds(self.thresholds, _scores, self.family),
        }

    def export_outputs(self, predictions: Mapping[Any, Any]) -> dict[str, ExportOutput]:
        classes = ClassificationOutput(predictions["probabilities"], predictions["all_classes"])
        return {
            "serving_default": classes,
            "classification": classes,
            "regression": RegressionOutput(predictions["logistic"]),
            "predict": PredictOutput(dict(predictions)),
        }


def _decided(logits: Any) -> Any:
    """Returns the id of the class with the higher probability, the first where they are equal."""
    return (logits > 0).astype(jnp.int32)


def _scores(batch: Batch) -> Any:
    return jax.nn.sigmoid(batch.logits)


def _baseline(batch: Batch) -> Any:
    """The accuracy of always predicting the class that more labels have."""
    return mean_tally(batch.labels, batch.weights).mapped(lambda share: jnp.maximum(share, 1 - share))
