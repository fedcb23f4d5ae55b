"""The linear estimators of TensorFlow 1.x; what their arguments mean is said in `tf.estimator`."""

from __future__ import annotations

from typing import Any

from estimax.estimator import Estimator
from estimax.estimator._canned._heads import class_head, regression_head
from estimax.estimator._canned._linear import linear_model
from estimax.estimator._canned._optimizers import V1
from estimax.estimator._heads._head import Head


class LinearRegressor(Estimator):
    """Predicts numbers as a weighted sum of feature columns; the loss is the sum of squared errors.

    Args and errors are those of `tf.estimator.LinearRegressor`; `partitioner` is of no effect.

    Example:
        >>> import estimax as tf
        >>> size = tf.feature_column.numeric_column("sq_footage")
        >>> model = tf.compat.v1.estimator.LinearRegressor([size])
    """

    def __init__(
        self,
        feature_columns: Any,
        model_dir: Any = None,
        label_dimension: int = 1,
        weight_column: Any = None,
        optimizer: Any = "Ftrl",
        config: Any = None,
        partitioner: Any = None,
        warm_start_from: Any = None,
        loss_reduction: str = "weighted_sum",
        sparse_combiner: str = "sum",
    ) -> None:
        head = regression_head(label_dimension, weight_column, loss_reduction, V1.heads)
        model = linear_model(V1, head, feature_columns, optimizer, sparse_combiner)
        super().__init__(model, model_dir, config, warm_start_from=warm_start_from)


class LinearClassifier(Estimator):
    """Predicts classes by a weighted sum of feature columns; the loss is the sum of cross-entropies.

    Args and errors are those of `tf.estimator.LinearClassifier`; `partitioner` is of no effect.
    """

    def __init__(
        self,
        feature_columns: Any,
        model_dir: Any = None,
        n_classes: int = 2,
        weight_column: Any = None,
        label_vocabulary: Any = None,
        optimizer: Any = "Ftrl",
        config: Any = None,
        partitioner: Any = None,
        warm_start_from: Any = None,
        loss_reduction: str = "weighted_sum",
        sparse_combiner: str = "sum",
    ) -> None:
        head = class_head(n_classes, weight_column, label_vocabulary, loss_reduction, V1.heads)
        model = linear_model(V1, head, feature_columns, optimizer, sparse_combiner)
        super().__init__(model, model_dir, config, warm_start_from=warm_start_from)


class LinearEstimator(Estimator):
    """A weighted sum of feature columns under any head.

    Args and errors are those of `tf.estimator.LinearEstimator`; `partitioner` is of no effect.
    """

    def __init__(
        self,
        head: Head,
        feature_columns: Any,
        model_dir: Any = None,
        optimizer: Any = "Ftrl",
        config: Any = None,
        partitioner: Any = None,
        sparse_combiner: str = "sum",
        warm_start_from: Any = None,
    ) -> None:
        model = linear_model(V1, head, feature_columns, optimizer, sparse_combiner)
        super().__init__(model, model_dir, config, warm_start_from=warm_start_from)
