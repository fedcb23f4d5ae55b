"""The head of classifiers whose examples have any number of classes: a sigmoid cross-entropy for each."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import jax
import jax.numpy as jnp

from estimax._graph._op import as_tensor
from estimax.estimator._heads._class_labels import (
    checked_count,
    checked_thresholds,
    checked_vocabulary,
    class_names,
    every_row,
)
from estimax.estimator._heads._entering import checked_logits
from estimax.estimator._heads._family import TWO_X, Family
from estimax.estimator._heads._multi_hot import multi_hot
from estimax.estimator._heads._score_measures import at_thresholds
from estimax.estimator._heads._single import Batch, Measure, SingleHead, sliced
from estimax.estimator.export._outputs import ClassificationOutput, ExportOutput, PredictOutput
from estimax.metrics._mean import mean_tally
from estimax.nn import sigmoid_cross_entropy_with_logits


@dataclass(frozen=True)
class MultiLabelHead(SingleHead):
    """Predicts for each class the probability that an example has it.

    Labels are [batch, n_classes] of 0 and 1 (or truth values), or sparse or ragged
    Tensors [batch, any number] of ids of classes or, with a vocabulary, of their names.
    The loss of an example is the mean over the classes.

    Args:
        n_classes: how many classes there are, two or more.
        weight_column: name of the feature (or a numeric column) that weighs examples,
            [batch] or [batch, 1].
        thresholds: of the probability, between 0 and 1; accuracy, precision and recall
            over all classes are also reported for each.
        label_vocabulary: the names of the classes.
        loss_reduction: 'sum_over_batch_size' or 'sum', or one of `losses.Reduction`.
        loss_fn: (labels, logits) -> losses [batch, 1], in place of the cross-entropy; may
            also take `features` and `loss_reduction`. It gets labels [batch, n_classes].
        classes_for_class_based_metrics: ids of classes (or, with a vocabulary, names) for
            each of which the areas under the curves and the mean probability are reported.
        name: put behind the names of metrics.

    Raises:
        ValueError: fewer than two classes, a vocabulary that does not name each once, a
            threshold outside of (0, 1), an unknown class or reduction, or a loss function
            with other arguments.

    Example:
        >>> import estimax as tf
        >>> head = tf.estimator.MultiLabelHead(n_classes=2)
        >>> round(float(head.loss(labels=[[1, 1], [0, 1]], logits=[[0.0, 0.0], [0.0, 0.0]])), 4)
        0.6931
    """

    n_classes: int
    weight_column: Any = None
    thresholds: Any = None
    label_vocabulary: Any = None
    loss_reduction: str = "sum_over_batch_size"
    loss_fn: Callable[..., Any] | None = None
    classes_for_class_based_metrics: Any = None
    name: str | None = None
    family: Family = field(default=TWO_X, kw_only=True, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "n_classes", checked_count("n_classes", self.n_classes, 2))
        object.__setattr__(self, "label_vocabulary", checked_vocabulary(self.label_vocabulary, self.n_classes))
        object.__setattr__(self, "thresholds", checked_thresholds(self.thresholds))
        chosen = tuple(self._class_id(c) for c in self.classes_for_class_based_metrics or ())
        object.__setattr__(self, "classes_for_class_based_metrics", chosen)
        super().__post_init__()

    @property
    def logits_dimension(self) -> int:
        return self.n_classes

    @property
    def label_width(self) -> int:
        return self.n_classes

    def numeric_labels(self, labels: Any) -> Any:
        return multi_hot(labels, self.n_classes, self.label_vocabulary)

    def losses(self, labels: Any, logits: Any) -> Any:
        return sigmoid_cross_entropy_with_logits(labels=labels, logits=logits).mean(-1, keepdims=True)

    def predicted(self, logits: Any) -> dict[Any, Any]:
        logits = checked_logits(logits, self.n_classes)
        return {
            "logits": logits,
            "probabilities": jax.nn.sigmoid(logits),
            "classes": every_row(class_names(self.n_classes, self.label_vocabulary), as_tensor(logits)),
        }

    def measures(self) -> Mapping[str, Measure]:
        found: dict[str, Measure] = {
            "auc": lambda b: self.family.roc(b.labels, _scores(b), _each(b)),
            "auc_precision_recall": lambda b: self.family.precision_recall(b.labels, _scores(b), _each(b)),
            **at_thresholds(self.thresholds, _scores, self.family),
        }
        for class_id in self.classes_for_class_based_metrics:
            found |= self._of_class(class_id)
        return found

    def export_outputs(self, predictions: Mapping[Any, Any]) -> dict[str, ExportOutput]:
        classes = ClassificationOutput(predictions["probabilities"], predictions["classes"])
        return {"serving_default": classes, "classification": classes, "predict": PredictOutput(dict(predictions))}

    def _of_class(self, class_id: int) -> dict[str, Measure]:
        name = self.label_vocabulary[class_id] if self.label_vocabulary else f"class{class_id}"

        def parts(batch: Batch) -> tuple[Any, Any, Any]:
            return sliced(batch.labels, class_id), sliced(_scores(batch), class_id), batch.weights

        return {
            f"probability_mean/{name}": lambda b: mean_tally(*parts(b)[1:]),
            f"auc/{name}": lambda b: self.family.roc(*parts(b)),
            f"auc_precision_recall/{name}": lambda b: self.family.precision_recall(*parts(b)),
        }

    def _class_id(self, given: Any) -> int:
        if isinstance(given, str | bytes):
            name = given.decode() if isinstance(given, bytes) else given
            if self.label_vocabulary is None or name not in self.label_vocabulary:
                raise ValueError(
                    f"classes_for_class_based_metrics must be in the label_vocabulary {self.label_vocabulary}; "
                    f"got {given!r}"
                )
            return int(self.label_vocabulary.index(name))
        class_id = checked_count("a class in classes_for_class_based_metrics", given, 0)
        if class_id >= self.n_classes:
            raise ValueError(f"classes_for_class_based_metrics must be from 0 to {self.n_classes - 1}; got {class_id}")
        return class_id


def _scores(batch: Batch) -> Any:
    return jax.nn.sigmoid(batch.logits)


def _each(batch: Batch) -> Any:
    """Returns the weights, for each class the same."""
    return None if batch.weights is None else jnp.broadcast_to(batch.weights, batch.labels.shape)
