"""The head of regressors: squared error."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import jax.numpy as jnp

from estimax import math, metrics
from estimax._base._dtypes import float32
from estimax._graph._tensor import Tensor
from estimax.estimator._heads._head import Head, label_matrix
from estimax.estimator.export._outputs import ExportOutput, PredictOutput, RegressionOutput
from estimax.metrics._total import Metric


@dataclass(frozen=True)
class RegressionHead(Head):
    """Predicts `label_dimension` numbers; the loss is the squared error."""

    label_dimension: int = 1

    def __post_init__(self) -> None:
        if self.label_dimension < 1:
            raise ValueError(f"label_dimension must be at least 1; got {self.label_dimension}")

    @property
    def logits_dimension(self) -> int:
        return self.label_dimension

    def host_labels(self, labels: Tensor) -> Tensor:
        if not labels.dtype.is_numeric:
            raise ValueError(f"the labels of a regressor must be numbers; got {labels.dtype.name}")
        cast: Tensor = math.cast(label_matrix(labels, self.label_dimension), float32)
        return cast

    def losses(self, labels: Any, logits: Any) -> Any:
        return jnp.square(labels - logits)

    def predictions(self, logits: Any) -> dict[str, Any]:
        return {"predictions": logits}

    def metrics(self, labels: Any, logits: Any, weights: Any) -> dict[str, Metric]:
        return {
            "label/mean": metrics.mean(labels, weights, "label/mean"),
            "prediction/mean": metrics.mean(logits, weights, "prediction/mean"),
        }

    def export_outputs(self, predictions: Mapping[str, Any]) -> dict[str, ExportOutput]:
        value = predictions["predictions"]
        return {"regression": RegressionOutput(value), "predict": PredictOutput({"predictions": value})}
