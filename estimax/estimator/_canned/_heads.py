"""The heads of the pre-made estimators, from their arguments."""

from __future__ import annotations

from typing import Any

from estimax.estimator._heads._binary import BinaryClassHead
from estimax.estimator._heads._head import Head
from estimax.estimator._heads._multi_class import MultiClassHead
from estimax.estimator._heads._regression import RegressionHead


def regression_head(label_dimension: int, weight_column: Any, loss_reduction: str) -> Head:
    """Returns the head of a regressor."""
    return RegressionHead(
        weight_column=weight_column, loss_reduction=loss_reduction, label_dimension=int(label_dimension)
    )


def class_head(n_classes: int, weight_column: Any, label_vocabulary: Any, loss_reduction: str) -> Head:
    """Returns the head of a classifier of two classes or more.

    Raises:
        ValueError: fewer than two classes.
    """
    if n_classes < 2:
        raise ValueError(f"n_classes must be at least 2; got {n_classes}")
    if n_classes == 2:
        return BinaryClassHead(
            weight_column=weight_column, loss_reduction=loss_reduction, label_vocabulary=label_vocabulary
        )
    return MultiClassHead(
        weight_column=weight_column,
        loss_reduction=loss_reduction,
        n_classes=int(n_classes),
        label_vocabulary=label_vocabulary,
    )
