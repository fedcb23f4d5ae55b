"""The heads of the pre-made estimators, from their arguments.

The pre-made estimators of TensorFlow 1.x and of 2.x have the same heads but for the
few numbers in which `ONE_X` and `TWO_X` differ; those of 1.x pass `family=ONE_X`.
"""

from __future__ import annotations

from typing import Any

from estimax.estimator._heads._binary import BinaryClassHead
from estimax.estimator._heads._class_labels import checked_count
from estimax.estimator._heads._family import ONE_X, TWO_X, Family
from estimax.estimator._heads._head import Head
from estimax.estimator._heads._multi_class import MultiClassHead
from estimax.estimator._heads._regression import RegressionHead

__all__ = ["ONE_X", "TWO_X", "Family", "class_head", "regression_head"]


def regression_head(label_dimension: int, weight_column: Any, loss_reduction: str, family: Family = TWO_X) -> Head:
    """Returns the head of a regressor.

    Raises:
        ValueError: a dimension below 1, or an unknown reduction.
        TypeError: a weight column that is neither a name nor a numeric column.
    """
    return RegressionHead(label_dimension, weight_column, loss_reduction, family=family)


def class_head(
    n_classes: int, weight_column: Any, label_vocabulary: Any, loss_reduction: str, family: Family = TWO_X
) -> Head:
    """Returns the head of a classifier of two classes or more.

    Raises:
        ValueError: fewer than two classes, a vocabulary that does not name each once, or an unknown reduction.
        TypeError: a weight column that is neither a name nor a numeric column.
    """
    if checked_count("n_classes", n_classes, 2) == 2:
        return BinaryClassHead(weight_column, None, label_vocabulary, loss_reduction, family=family)
    return MultiClassHead(n_classes, weight_column, label_vocabulary, loss_reduction, family=family)
