"""`Head`: the last part of a model, which knows what the labels mean.

This is the interface that pre-made estimators and programs see. The heads of this
package are all built one way, in `_composed.py`.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any

from estimax.estimator._spec import EstimatorSpec


class Head(ABC):
    """The interface of every head: from logits and labels to loss, metrics and predictions.

    A model function makes logits and hands them to `create_estimator_spec`. The other
    methods are the parts of that; in a notebook they take arrays and compute at once.

    Example:
        >>> import estimax as tf
        >>> head = tf.estimator.RegressionHead()
        >>> float(head.loss(labels=[[1.0], [3.0]], logits=[[2.0], [3.0]]))
        0.5
    """

    @property
    @abstractmethod
    def name(self) -> str | None:
        """What is put behind the names of metrics, `accuracy/name`; None for nothing."""

    @property
    @abstractmethod
    def logits_dimension(self) -> int:
        """How many logits an example has: the size of their last axis."""

    @property
    @abstractmethod
    def loss_reduction(self) -> str:
        """How the weighted losses of a batch become one number."""

    @abstractmethod
    def loss(
        self,
        labels: Any,
        logits: Any,
        features: Any = None,
        mode: str | None = None,
        regularization_losses: Sequence[Any] | None = None,
    ) -> Any:
        """Returns the loss of a batch, one number, with what is to be added to it.

        Args:
            labels: [batch] or [batch, labels], or what else the head takes.
            logits: [batch, logits_dimension], or with more axes in between.
            features: where the weights of the examples are found.
            mode: accepted for programs that pass it; it has no effect.
            regularization_losses: numbers that are added.
        """

    @abstractmethod
    def predictions(self, logits: Any, keys: Sequence[Any] | None = None) -> dict[Any, Any]:
        """Returns what is predicted, by prediction key; only some keys if `keys` names them."""

    @abstractmethod
    def metrics(self, regularization_losses: Sequence[Any] | None = None) -> dict[str, Any]:
        """Returns new metrics by name, for `update_metrics`; `result()` of each tells its value."""

    @abstractmethod
    def update_metrics(
        self,
        eval_metrics: Mapping[str, Any],
        features: Any,
        logits: Any,
        labels: Any,
        mode: str | None = None,
        regularization_losses: Sequence[Any] | None = None,
    ) -> Mapping[str, Any]:
        """Adds a batch to metrics that `metrics` made, and returns them."""

    @abstractmethod
    def create_estimator_spec(
        self,
        features: Any,
        mode: str,
        logits: Any,
        labels: Any = None,
        optimizer: Any = None,
        trainable_variables: Any = None,
        train_op_fn: Any = None,
        update_ops: Any = None,
        regularization_losses: Sequence[Any] | None = None,
    ) -> EstimatorSpec:
        """Makes what a model function returns.

        Args:
            features: what the model function got.
            mode: a `ModeKeys`.
            logits: [batch, logits_dimension], or with more axes in between.
            labels: what the model function got; not needed in mode PREDICT.
            optimizer: minimises the loss in mode TRAIN.
            trainable_variables: what it trains; all trainable variables if None.
            train_op_fn: called with the loss instead of `optimizer.minimize`; returns a
                train op or several.
            update_ops: assignments that are made with each step, such as those of batch
                normalization. Heads of 1.x also make those in the collection UPDATE_OPS.
            regularization_losses: numbers that are added to the loss.
        """
