"""What a head is: the last part of a model, which knows what the labels mean."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import jax.numpy as jnp

from estimax import metrics
from estimax._graph._op import as_tensor
from estimax._graph._tensor import Tensor
from estimax._scope._crossing import to_device
from estimax.estimator._mode_keys import ModeKeys
from estimax.estimator._spec import EstimatorSpec
from estimax.estimator.export._outputs import ExportOutput
from estimax.losses import Reduction, compute_weighted_loss
from estimax.metrics._total import Metric
from estimax.train._optimizer import TrainOp


@dataclass(frozen=True)
class Head(ABC):
    """The interface of every head.

    Attributes:
        weight_column: name of the feature (or a numeric column) that weighs examples, or None.
        loss_reduction: how the losses of a batch become one number, see `losses.Reduction`.
        name: put behind the names of metrics, `accuracy/name`; None for nothing.
    """

    weight_column: Any = None
    loss_reduction: str = Reduction.SUM
    name: str | None = None

    @property
    @abstractmethod
    def logits_dimension(self) -> int:
        """How many logits an example has."""

    @abstractmethod
    def host_labels(self, labels: Tensor) -> Tensor:
        """Checks labels as the input gives them and turns them into numbers, on the host."""

    @abstractmethod
    def losses(self, labels: Any, logits: Any) -> Any:
        """Returns the unweighted loss of each example (and label), [batch, labels]."""

    @abstractmethod
    def predictions(self, logits: Any) -> dict[str, Any]:
        """Returns what is predicted, by prediction key, as arrays or host Tensors."""

    @abstractmethod
    def metrics(self, labels: Any, logits: Any, weights: Any) -> dict[str, Metric]:
        """Returns the metrics beside average_loss."""

    @abstractmethod
    def export_outputs(self, predictions: Mapping[str, Any]) -> dict[str, ExportOutput]:
        """Returns what classify and regress requests are answered with, by signature name."""

    def create_estimator_spec(
        self, features: Any, mode: str, logits: Any, labels: Any, train_ops: Any = None
    ) -> EstimatorSpec:
        """Makes the spec of a model from its logits [batch, logits_dimension].

        `train_ops` is called with the loss in mode TRAIN and returns the train ops.
        """
        if mode == ModeKeys.PREDICT:
            predictions = self.predictions(logits)
            return EstimatorSpec(mode, predictions=predictions, export_outputs=self.export_outputs(predictions))
        if labels is None:
            raise ValueError(
                f"training and evaluation need labels; the input function gives only features for mode {mode!r}"
            )
        labels = to_device(self.host_labels(as_tensor(labels)))
        if labels.shape[0] != logits.shape[0]:
            raise ValueError(f"a batch has {logits.shape[0]} rows of features but {labels.shape[0]} labels")
        weights = self._weights(features)
        losses = self.losses(labels, logits)
        loss = compute_weighted_loss(losses, 1.0 if weights is None else weights, reduction=self.loss_reduction)
        if mode == ModeKeys.EVAL:
            found = {
                "average_loss": metrics.mean(losses, weights, "average_loss"),
                **self.metrics(labels, logits, weights),
            }
            return EstimatorSpec(mode, loss=loss, eval_metric_ops={self._named(k): v for k, v in found.items()})
        ops: Sequence[TrainOp] = train_ops(loss)
        return EstimatorSpec(mode, loss=loss, train_op=tuple(ops))

    def _weights(self, features: Mapping[str, Any]) -> Any:
        if self.weight_column is None:
            return None
        key = getattr(self.weight_column, "key", self.weight_column)
        if key not in features:
            raise ValueError(f"weight_column {key!r} is not among the features: {sorted(features)}")
        weights = as_tensor(features[key])
        if not weights.dtype.is_numeric:
            raise ValueError(f"weight_column {key!r} must hold numbers; the feature is of type {weights.dtype.name}")
        array = jnp.asarray(to_device(weights), jnp.float32)
        return array.reshape(-1, 1) if array.ndim == 1 else array

    def _named(self, key: str) -> str:
        return f"{key}/{self.name}" if self.name else key


def label_matrix(labels: Tensor, width: int) -> Tensor:
    """Returns labels as [batch, width], from [batch] where the width is 1.

    Raises:
        ValueError: labels of another shape.
    """
    shape = labels.shape
    if shape.ndims == 1 and width == 1:
        return as_matrix(labels)
    if shape.ndims != 2 or shape[1] not in (width, None):
        raise ValueError(
            f"labels must have shape [batch, {width}]{' or [batch]' if width == 1 else ''}; got {shape.as_list()}"
        )
    return labels


def as_matrix(tensor: Tensor) -> Tensor:
    """Returns [batch] as [batch, 1]."""
    matrix: Tensor = tensor[:, None]
    return matrix
