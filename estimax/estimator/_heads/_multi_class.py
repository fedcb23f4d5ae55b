"""The head of classifiers of three classes and more: softmax cross-entropy."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp

from estimax import metrics
from estimax._graph._op import as_tensor
from estimax._graph._tensor import Tensor
from estimax.estimator._heads._class_labels import checked_vocabulary, class_ids, class_predictions
from estimax.estimator._heads._head import Head, label_matrix
from estimax.estimator.export._outputs import ClassificationOutput, ExportOutput, PredictOutput
from estimax.metrics._total import Metric
from estimax.nn import sparse_softmax_cross_entropy_with_logits


@dataclass(frozen=True)
class MultiClassHead(Head):
    """Predicts the probabilities of `n_classes` classes, of which one is right."""

    n_classes: int = 3
    label_vocabulary: Any = None

    def __post_init__(self) -> None:
        if self.n_classes < 3:
            raise ValueError(f"n_classes must be at least 3 here; got {self.n_classes}. For two use BinaryClassHead")
        object.__setattr__(self, "label_vocabulary", checked_vocabulary(self.label_vocabulary, self.n_classes))

    @property
    def logits_dimension(self) -> int:
        return self.n_classes

    def host_labels(self, labels: Tensor) -> Tensor:
        return label_matrix(class_ids(labels, self.n_classes, self.label_vocabulary), 1)

    def losses(self, labels: Any, logits: Any) -> Any:
        return sparse_softmax_cross_entropy_with_logits(labels=labels[:, 0], logits=logits)[:, jnp.newaxis]

    def predictions(self, logits: Any) -> dict[str, Any]:
        ids = as_tensor(jnp.argmax(logits, axis=-1, keepdims=True))
        return {
            "logits": logits,
            "probabilities": jax.nn.softmax(logits),
            **class_predictions(ids, self.n_classes, self.label_vocabulary),
        }

    def metrics(self, labels: Any, logits: Any, weights: Any) -> dict[str, Metric]:
        decided = jnp.argmax(logits, axis=-1, keepdims=True)
        return {"accuracy": metrics.accuracy(labels, decided, weights, "accuracy")}

    def export_outputs(self, predictions: Mapping[str, Any]) -> dict[str, ExportOutput]:
        return {
            "classification": ClassificationOutput(predictions["probabilities"], predictions["all_classes"]),
            "predict": PredictOutput(predictions),
        }
