"""Linear regressors, classifiers, and linear models under any head."""

from __future__ import annotations

from typing import Any

from estimax.estimator._canned._heads import class_head, regression_head
from estimax.estimator._canned._models import PlainModel
from estimax.estimator._canned._optimizers import LINEAR_RATE, V2, Family, OptimizerChoice, rate_by_columns
from estimax.estimator._canned._parts import LinearPart, checked_columns
from estimax.estimator._estimator import Estimator
from estimax.estimator._heads._head import Head


def linear_model(family: Family, head: Head, columns: Any, optimizer: Any, sparse_combiner: str) -> PlainModel:
    """Makes the model function of a linear estimator.

    A named optimizer has the rate 0.2; None is Ftrl, at a rate that also falls with the
    number of columns.
    """
    listed = checked_columns(columns)
    rate = rate_by_columns(listed, LINEAR_RATE) if optimizer is None else LINEAR_RATE
    choice = OptimizerChoice("Ftrl" if optimizer is None else optimizer, family, rate)
    return PlainModel(head, LinearPart(listed, choice, sparse_combiner))


class LinearRegressor(Estimator):
    """Predicts numbers as a weighted sum of feature columns.

    Args:
        feature_columns: the inputs.
        model_dir: see `Estimator`.
        label_dimension: how many numbers are predicted.
        weight_column: name of the feature that weighs examples.
        optimizer: 'Ftrl', 'Adagrad', 'Adam', 'RMSProp' or 'SGD', at rate 0.2; an
            optimizer; or a function that makes one, inside the model function.
        config: see `Estimator`.
        warm_start_from: see `Estimator`.
        loss_reduction: how the squared errors of a batch become its loss; their mean by default.
        sparse_combiner: 'sum', 'mean' or 'sqrtn' of the weights of several values of a feature.
        partitioner: of no effect.

    Raises:
        ValueError: an argument that cannot be; it is named.

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
        warm_start_from: Any = None,
        loss_reduction: str = "sum_over_batch_size",
        sparse_combiner: str = "sum",
        *,
        partitioner: Any = None,
    ) -> None:
        head = regression_head(label_dimension, weight_column, loss_reduction)
        model = linear_model(V2, head, feature_columns, optimizer, sparse_combiner)
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
        warm_start_from: see `Estimator`.
        loss_reduction: how the cross-entropies of a batch become its loss; their mean by default.
        sparse_combiner: see `LinearRegressor`.
        partitioner: of no effect.

    Raises:
        ValueError: an argument that cannot be; it is named.
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
        warm_start_from: Any = None,
        loss_reduction: str = "sum_over_batch_size",
        sparse_combiner: str = "sum",
        *,
        partitioner: Any = None,
    ) -> None:
        head = class_head(n_classes, weight_column, label_vocabulary, loss_reduction)
        model = linear_model(V2, head, feature_columns, optimizer, sparse_combiner)
        super().__init__(model, model_dir, config, warm_start_from=warm_start_from)


class LinearEstimator(Estimator):
    """A weighted sum of feature columns under any head.

    Args:
        head: what the labels mean, such as `MultiLabelHead(5)`.
        feature_columns: the inputs.
        model_dir: see `Estimator`.
        optimizer: see `LinearRegressor`.
        config: see `Estimator`.
        sparse_combiner: see `LinearRegressor`.
        warm_start_from: see `Estimator`.
        partitioner: of no effect.

    Raises:
        ValueError: an argument that cannot be; it is named.
    """

    def __init__(
        self,
        head: Head,
        feature_columns: Any,
        model_dir: Any = None,
        optimizer: Any = "Ftrl",
        config: Any = None,
        sparse_combiner: str = "sum",
        warm_start_from: Any = None,
        *,
        partitioner: Any = None,
    ) -> None:
        model = linear_model(V2, head, feature_columns, optimizer, sparse_combiner)
        super().__init__(model, model_dir, config, warm_start_from=warm_start_from)
