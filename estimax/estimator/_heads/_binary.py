"""The head of binary classifiers: one logit, sigmoid cross-entropy."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp

from estimax import math, metrics
from estimax._base._dtypes import float32
from estimax._graph._op import as_tensor
from estimax._graph._tensor import Tensor
from estimax.estimator._heads._class_labels import checked_vocabulary, class_ids, class_predictions
from estimax.estimator._heads._head import Head, label_matrix
from estimax.estimator.export._outputs import ClassificationOutput, ExportOutput, PredictOutput, RegressionOutput
from estimax.metrics._total import Metric
from estimax.nn import sigmoid_cross_entropy_with_logits


@dataclass(frozen=True)
class BinaryClassHead(Head):
    """Predicts the probability of class 1."""

    label_vocabulary: Any = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "label_vocabulary", checked_vocabulary(self.label_vocabulary, 2))

    @property
    def logits_dimension(self) -> int:
        return 1

    def host_labels(self, labels: Tensor) -> Tensor:
        ids: Tensor = math.cast(label_matrix(class_ids(labels, 2, self.label_vocabulary), 1), float32)
        return ids

    def losses(self, labels: Any, logits: Any) -> Any:
        return sigmoid_cross_entropy_with_logits(labels=labels, logits=logits)

    def predictions(self, logits: Any) -> dict[str, Any]:
        two = jnp.concatenate([jnp.zeros_like(logits), logits], axis=-1)
        ids = as_tensor(jnp.argmax(two, axis=-1, keepdims=True))
        return {
            "logits": logits,
            "logistic": jax.nn.sigmoid(logits),
            "probabilities": jax.nn.softmax(two),
            **class_predictions(ids, 2, self.label_vocabulary),
        }

    def metrics(self, labels: Any, logits: Any, weights: Any) -> dict[str, Metric]:
        scores = jax.nn.sigmoid(logits)
        decided = logits > 0
        label_mean = metrics.mean(labels, weights, "label/mean")
        return {
            "accuracy": metrics.accuracy(labels, decided, weights, "accuracy"),
            "accuracy_baseline": tuple(jnp.maximum(m, 1 - m) for m in label_mean),
            "auc": metrics.auc(labels, scores, weights, name="auc"),
            "auc_precision_recall": metrics.auc(
                labels,
                scores,
                weights,
                curve="PR",
                name="auc_precision_recall",
                summation_method="careful_interpolation",
            ),
            "label/mean": label_mean,
            "precision": metrics.precision(labels, decided, weights, "precision"),
            "prediction/mean": metrics.mean(scores, weights, "prediction/mean"),
            "recall": metrics.recall(labels, decided, weights, "recall"),
        }

    def export_outputs(self, predictions: Mapping[str, Any]) -> dict[str, ExportOutput]:
        return {
            "classification": ClassificationOutput(predictions["probabilities"], predictions["all_classes"]),
            "regression": RegressionOutput(predictions["logistic"]),
            "predict": PredictOutput(predictions),
        }
