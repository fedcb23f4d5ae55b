"""The head of classifiers of three classes and more: softmax cross-entropy."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import jax
import jax.numpy as jnp

from estimax.estimator._heads._class_labels import checked_count, checked_vocabulary, class_ids, class_predictions
from estimax.estimator._heads._entering import checked_logits
from estimax.estimator._heads._family import TWO_X, Family
from estimax.estimator._heads._single import Measure, SingleHead
from estimax.estimator.export._outputs import ClassificationOutput, ExportOutput, PredictOutput
from estimax.metrics._classification import accuracy_tally
from estimax.nn import sparse_softmax_cross_entropy_with_logits


@dataclass(frozen=True)
class MultiClassHead(SingleHead):
    """Predicts the probabilities of classes, of which one is right.

    Labels are ids from 0 to n_classes - 1 or, with a vocabulary, strings: [batch] or
    [batch, 1]. Metrics are average_loss and accuracy.

    Args:
        n_classes: how many classes there are, three or more; for two there is `BinaryClassHead`.
        weight_column: name of the feature (or a numeric column) that weighs examples,
            [batch] or [batch, 1].
        label_vocabulary: the names of the classes, where labels are strings.
        loss_reduction: 'sum_over_batch_size' or 'sum', or one of `losses.Reduction`.
        loss_fn: (labels, logits) -> losses [batch, 1], in place of the cross-entropy; may
            also take `features` and `loss_reduction`. It gets ids [batch, 1].
        name: put behind the names of metrics.

    Raises:
        ValueError: fewer than three classes, a vocabulary that does not name each once,
            an unknown reduction, or a loss function with other arguments.

    Example:
        >>> import estimax as tf
        >>> head = tf.estimator.MultiClassHead(n_classes=3)
        >>> head.predictions([[1.0, 3.0, 2.0]], keys=["class_ids"])["class_ids"].numpy().tolist()
        [[1]]
    """

    n_classes: int
    weight_column: Any = None
    label_vocabulary: Any = None
    loss_reduction: str = "sum_over_batch_size"
    loss_fn: Callable[..., Any] | None = None
    name: str | None = None
    family: Family = field(default=TWO_X, kw_only=True, repr=False)

    def __post_init__(self) -> None:
        if self.n_classes == 2:
            raise ValueError("n_classes must be at least 3 here; got 2. For two classes use BinaryClassHead")
        object.__setattr__(self, "n_classes", checked_count("n_classes", self.n_classes, 3))
        object.__setattr__(self, "label_vocabulary", checked_vocabulary(self.label_vocabulary, self.n_classes))
        super().__post_init__()

    @property
    def logits_dimension(self) -> int:
        return self.n_classes

    @property
    def label_width(self) -> int:
        return 1

    def numeric_labels(self, labels: Any) -> Any:
        return class_ids(labels, self.n_classes, self.label_vocabulary)

    def losses(self, labels: Any, logits: Any) -> Any:
        return sparse_softmax_cross_entropy_with_logits(labels=labels[..., 0], logits=logits)[..., jnp.newaxis]

    def predicted(self, logits: Any) -> dict[Any, Any]:
        logits = checked_logits(logits, self.n_classes)
        return {
            "logits": logits,
            "probabilities": jax.nn.softmax(logits),
            **class_predictions(_decided(logits), self.n_classes, self.label_vocabulary),
        }

    def decided(self, logits: Any) -> dict[Any, Any]:
        return {"class_ids": _decided(checked_logits(logits, self.n_classes))}

    def measures(self) -> Mapping[str, Measure]:
        return {"accuracy": lambda b: accuracy_tally(b.labels, _decided(b.logits), b.weights)}

    def export_outputs(self, predictions: Mapping[Any, Any]) -> dict[str, ExportOutput]:
        classes = ClassificationOutput(predictions["probabilities"], predictions["all_classes"])
        return {"serving_default": classes, "classification": classes, "predict": PredictOutput(dict(predictions))}


def _decided(logits: Any) -> Any:
    return jnp.argmax(logits, axis=-1, keepdims=True).astype(jnp.int32)
