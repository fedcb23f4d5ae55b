"""The baselines of TensorFlow 1.x; what their arguments mean is said in `tf.estimator`."""

from __future__ import annotations

from typing import Any

from estimax.estimator import Estimator
from estimax.estimator._canned._baseline import baseline_model
from estimax.estimator._canned._heads import class_head, regression_head
from estimax.estimator._canned._optimizers import V1
from estimax.estimator._heads._head import Head


class BaselineRegressor(Estimator):
    """Predicts the mean of the labels, whatever the features; the loss is the sum of squared errors.

    Args and errors are those of `tf.estimator.BaselineRegressor`.
    """

    def __init__(
        self,
        model_dir: Any = None,
        label_dimension: int = 1,
        weight_column: Any = None,
        optimizer: Any = "Ftrl",
        config: Any = None,
        loss_reduction: str = "weighted_sum",
    ) -> None:
        head = regression_head(label_dimension, weight_column, loss_reduction, V1.heads)
        super().__init__(baseline_model(V1, head, optimizer), model_dir, config)


class BaselineClassifier(Estimator):
    """Predicts how often each class occurs, whatever the features; the loss is the sum of cross-entropies.

    Args and errors are those of `tf.estimator.BaselineClassifier`.
    """

    def __init__(
        self,
        model_dir: Any = None,
        n_classes: int = 2,
        weight_column: Any = None,
        label_vocabulary: Any = None,
        optimizer: Any = "Ftrl",
        config: Any = None,
        loss_reduction: str = "weighted_sum",
    ) -> None:
        head = class_head(n_classes, weight_column, label_vocabulary, loss_reduction, V1.heads)
        super().__init__(baseline_model(V1, head, optimizer), model_dir, config)


class BaselineEstimator(Estimator):
    """Predicts the same for every example, under any head.

    Args and errors are those of `tf.estimator.BaselineEstimator`.
    """

    def __init__(self, head: Head, model_dir: Any = None, optimizer: Any = "Ftrl", config: Any = None) -> None:
        super().__init__(baseline_model(V1, head, optimizer), model_dir, config)
