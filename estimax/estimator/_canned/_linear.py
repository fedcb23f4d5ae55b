"""Linear regressors and classifiers."""

from __future__ import annotations

from typing import Any

from estimax.estimator._canned._heads import class_head, regression_head
from estimax.estimator._canned._model_fns import LinearModel
from estimax.estimator._canned._optimizers import check_optimizer
from estimax.estimator._estimator import Estimator
from estimax.losses import Reduction


class LinearRegressor(Estimator):
    """Predicts numbers as a weighted sum of feature columns.

    Args:
        feature_columns: the inputs.
        model_dir: see `Estimator`.
        label_dimension: how many numbers are predicted.
        weight_column: name of the feature that weighs examples.
        optimizer: 'Ftrl' (at rate 0.2), 'Adagrad', 'Adam', 'RMSProp', 'SGD', an
            optimizer, or a function that makes one.
        config: see `Estimator`.
        partitioner: of no effect.
        warm_start_from: see `Estimator`.
        loss_reduction: how the squared errors of a batch become its loss; the sum by default.
        sparse_combiner: 'sum', 'mean' or 'sqrtn' of the weights of several values of a feature.

    Example:
        >>> import estimax as tf
        >>> size = tf.feature_column.numeric_column("sq_footage")
        >>> model = tf.estimator.LinearRegressor([size])
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
        loss_reduction: str = Reduction.SUM,
        sparse_combiner: str = "sum",
    ) -> None:
        head = regression_head(label_dimension, weight_column, loss_reduction)
        check_optimizer(optimizer)
        model = LinearModel(head, tuple(feature_columns), optimizer, sparse_combiner)
        super().__init__(model, model_dir, config, warm_start_from=warm_start_from)


class LinearClassifier(Estimator):
    """Predicts classes by a weighted sum of feature columns.

    Args:
        feature_columns: the inputs.
        model_dir: see `Estimator`.
        n_classes: how many classes there are.
        weight_column: name of the feature that weighs examples.
        label_vocabulary: the names of the classes, where labels are strings.
        optimizer: see `LinearRegressor`.
        config: see `Estimator`.
        partitioner: of no effect.
        warm_start_from: see `Estimator`.
        loss_reduction: how the cross-entropies of a batch become its loss; the sum by default.
        sparse_combiner: see `LinearRegressor`.
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
        loss_reduction: str = Reduction.SUM,
        sparse_combiner: str = "sum",
    ) -> None:
        head = class_head(n_classes, weight_column, label_vocabulary, loss_reduction)
        check_optimizer(optimizer)
        model = LinearModel(head, tuple(feature_columns), optimizer, sparse_combiner)
        super().__init__(model, model_dir, config, warm_start_from=warm_start_from)
