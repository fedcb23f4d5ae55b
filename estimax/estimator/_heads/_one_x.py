"""Heads as `tf.contrib.estimator` made them: functions, of the family of 1.x.

Their arguments stand in another order than those of the classes, and the mean over
the batch is the loss of all of them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from estimax.estimator._heads._binary import BinaryClassHead
from estimax.estimator._heads._family import ONE_X
from estimax.estimator._heads._head import Head
from estimax.estimator._heads._multi_class import MultiClassHead
from estimax.estimator._heads._multi_head import MultiHead
from estimax.estimator._heads._multi_label import MultiLabelHead
from estimax.estimator._heads._regression import LogisticRegressionHead, PoissonRegressionHead, RegressionHead
from estimax.losses import Reduction


def binary_classification_head(
    weight_column: Any = None,
    thresholds: Any = None,
    label_vocabulary: Any = None,
    loss_reduction: str = Reduction.SUM_OVER_BATCH_SIZE,
    loss_fn: Callable[..., Any] | None = None,
    name: str | None = None,
) -> Head:
    """Makes a `BinaryClassHead` with the metrics of 1.x.

    Example:
        >>> import estimax as tf
        >>> tf.contrib.estimator.binary_classification_head(thresholds=[0.9]).logits_dimension
        1
    """
    return BinaryClassHead(weight_column, thresholds, label_vocabulary, loss_reduction, loss_fn, name, family=ONE_X)


def multi_class_head(
    n_classes: int,
    weight_column: Any = None,
    label_vocabulary: Any = None,
    loss_reduction: str = Reduction.SUM_OVER_BATCH_SIZE,
    loss_fn: Callable[..., Any] | None = None,
    name: str | None = None,
) -> Head:
    """Makes a `MultiClassHead` with the metrics of 1.x."""
    return MultiClassHead(n_classes, weight_column, label_vocabulary, loss_reduction, loss_fn, name, family=ONE_X)


def multi_label_head(
    n_classes: int,
    weight_column: Any = None,
    thresholds: Any = None,
    label_vocabulary: Any = None,
    loss_reduction: str = Reduction.SUM_OVER_BATCH_SIZE,
    loss_fn: Callable[..., Any] | None = None,
    classes_for_class_based_metrics: Any = None,
    name: str | None = None,
) -> Head:
    """Makes a `MultiLabelHead` with the metrics of 1.x."""
    return MultiLabelHead(
        n_classes,
        weight_column,
        thresholds,
        label_vocabulary,
        loss_reduction,
        loss_fn,
        classes_for_class_based_metrics,
        name,
        family=ONE_X,
    )


def regression_head(
    weight_column: Any = None,
    label_dimension: int = 1,
    loss_reduction: str = Reduction.SUM_OVER_BATCH_SIZE,
    loss_fn: Callable[..., Any] | None = None,
    inverse_link_fn: Callable[[Any], Any] | None = None,
    name: str | None = None,
) -> Head:
    """Makes a `RegressionHead`."""
    return RegressionHead(label_dimension, weight_column, loss_reduction, loss_fn, inverse_link_fn, name, family=ONE_X)


def logistic_regression_head(
    weight_column: Any = None, loss_reduction: str = Reduction.SUM_OVER_BATCH_SIZE, name: str | None = None
) -> Head:
    """Makes a `LogisticRegressionHead`."""
    return LogisticRegressionHead(weight_column, loss_reduction, name, family=ONE_X)


def poisson_regression_head(
    weight_column: Any = None,
    label_dimension: int = 1,
    loss_reduction: str = Reduction.SUM_OVER_BATCH_SIZE,
    compute_full_loss: bool = True,
    name: str | None = None,
) -> Head:
    """Makes a `PoissonRegressionHead`."""
    return PoissonRegressionHead(label_dimension, weight_column, loss_reduction, compute_full_loss, name, family=ONE_X)


def multi_head(heads: Sequence[Any], head_weights: Sequence[float] | None = None) -> Head:
    """Makes a `MultiHead`."""
    return MultiHead(heads, head_weights)
