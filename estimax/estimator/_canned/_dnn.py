"""Regressors and classifiers that are fully connected networks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from estimax.estimator._canned._heads import class_head, regression_head
from estimax.estimator._canned._logits import checked_hidden_units
from estimax.estimator._canned._model_fns import DNNModel
from estimax.estimator._canned._optimizers import check_optimizer
from estimax.estimator._estimator import Estimator
from estimax.estimator._heads._head import Head
from estimax.losses import Reduction
from estimax.nn import relu


def _model(
    head: Head, columns: Any, hidden_units: Any, optimizer: Any, activation_fn: Any, dropout: Any, batch_norm: bool
) -> DNNModel:
    check_optimizer(optimizer)
    units = checked_hidden_units(hidden_units)
    return DNNModel(head, tuple(columns), units, optimizer, activation_fn, dropout, batch_norm)


class DNNRegressor(Estimator):
    """Predicts numbers by a fully connected network over feature columns.

    Args:
        hidden_units: sizes of the hidden layers.
        feature_columns: the inputs; categorical ones inside an embedding or indicator column.
        model_dir: see `Estimator`.
        label_dimension: how many numbers are predicted.
        weight_column: name of the feature that weighs examples.
        optimizer: 'Adagrad' (at rate 0.05), 'Adam', 'Ftrl', 'RMSProp', 'SGD', an
            optimizer, or a function that makes one.
        activation_fn: of the hidden layers.
        dropout: the share of hidden values that is left out while training; None for none.
        input_layer_partitioner: of no effect.
        config: see `Estimator`.
        warm_start_from: see `Estimator`.
        loss_reduction: how the squared errors of a batch become its loss; the sum by default.
        batch_norm: whether hidden layers are followed by batch normalization.

    Example:
        >>> import estimax as tf
        >>> size = tf.feature_column.numeric_column("sq_footage")
        >>> model = tf.estimator.DNNRegressor([3, 2], [size])
    """

    def __init__(
        self,
        hidden_units: Any,
        feature_columns: Any,
        model_dir: Any = None,
        label_dimension: int = 1,
        weight_column: Any = None,
        optimizer: Any = "Adagrad",
        activation_fn: Callable[[Any], Any] = relu,
        dropout: float | None = None,
        input_layer_partitioner: Any = None,
        config: Any = None,
        warm_start_from: Any = None,
        loss_reduction: str = Reduction.SUM,
        batch_norm: bool = False,
    ) -> None:
        head = regression_head(label_dimension, weight_column, loss_reduction)
        model = _model(head, feature_columns, hidden_units, optimizer, activation_fn, dropout, batch_norm)
        super().__init__(model, model_dir, config, warm_start_from=warm_start_from)


class DNNClassifier(Estimator):
    """Predicts classes by a fully connected network over feature columns.

    Args:
        hidden_units: sizes of the hidden layers.
        feature_columns: see `DNNRegressor`.
        model_dir: see `Estimator`.
        n_classes: how many classes there are.
        weight_column: name of the feature that weighs examples.
        label_vocabulary: the names of the classes, where labels are strings.
        optimizer: see `DNNRegressor`.
        activation_fn: of the hidden layers.
        dropout: see `DNNRegressor`.
        input_layer_partitioner: of no effect.
        config: see `Estimator`.
        warm_start_from: see `Estimator`.
        loss_reduction: how the cross-entropies of a batch become its loss; the sum by default.
        batch_norm: whether hidden layers are followed by batch normalization.
    """

    def __init__(
        self,
        hidden_units: Any,
        feature_columns: Any,
        model_dir: Any = None,
        n_classes: int = 2,
        weight_column: Any = None,
        label_vocabulary: Any = None,
        optimizer: Any = "Adagrad",
        activation_fn: Callable[[Any], Any] = relu,
        dropout: float | None = None,
        input_layer_partitioner: Any = None,
        config: Any = None,
        warm_start_from: Any = None,
        loss_reduction: str = Reduction.SUM,
        batch_norm: bool = False,
    ) -> None:
        head = class_head(n_classes, weight_column, label_vocabulary, loss_reduction)
        model = _model(head, feature_columns, hidden_units, optimizer, activation_fn, dropout, batch_norm)
        super().__init__(model, model_dir, config, warm_start_from=warm_start_from)
