"""Regressors, classifiers, and models under any head that are fully connected networks."""

from __future__ import annotations

from typing import Any

from estimax.estimator._canned._heads import class_head, regression_head
from estimax.estimator._canned._models import PlainModel
from estimax.estimator._canned._optimizers import V2, Family, OptimizerChoice
from estimax.estimator._canned._parts import network_part
from estimax.estimator._estimator import Estimator
from estimax.estimator._heads._head import Head
from estimax.nn import relu


def dnn_model(
    family: Family,
    head: Head,
    columns: Any,
    hidden_units: Any,
    optimizer: Any,
    activation_fn: Any,
    dropout: Any,
    batch_norm: Any,
) -> PlainModel:
    """Makes the model function of a network."""
    choice = OptimizerChoice(optimizer, family, family.dnn_rate)
    return PlainModel(head, network_part(columns, choice, hidden_units, activation_fn, dropout, batch_norm))


class DNNRegressor(Estimator):
    """Predicts numbers by a fully connected network over feature columns.

    Args:
        hidden_units: sizes of the hidden layers.
        feature_columns: the inputs; categorical ones inside an embedding or indicator column.
        model_dir: see `Estimator`.
        label_dimension: how many numbers are predicted.
        weight_column: name of the feature that weighs examples.
        optimizer: 'Adagrad', 'Adam', 'Ftrl' or 'RMSProp' (at rate 0.001), 'SGD' (at 0.01);
            an optimizer; or a function that makes one, inside the model function.
        activation_fn: of the hidden layers: a function, or a name such as 'tanh'.
        dropout: the share of hidden values that is left out while training; None for none.
        config: see `Estimator`.
        warm_start_from: see `Estimator`.
        loss_reduction: how the squared errors of a batch become its loss; their mean by default.
        batch_norm: whether hidden layers are followed by batch normalization.
        input_layer_partitioner: of no effect.

    Raises:
        ValueError: an argument that cannot be; it is named.

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
        activation_fn: Any = relu,
        dropout: float | None = None,
        config: Any = None,
        warm_start_from: Any = None,
        loss_reduction: str = "sum_over_batch_size",
        batch_norm: bool = False,
        *,
        input_layer_partitioner: Any = None,
    ) -> None:
        head = regression_head(label_dimension, weight_column, loss_reduction)
        model = dnn_model(V2, head, feature_columns, hidden_units, optimizer, activation_fn, dropout, batch_norm)
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
        activation_fn: see `DNNRegressor`.
        dropout: see `DNNRegressor`.
        config: see `Estimator`.
        warm_start_from: see `Estimator`.
        loss_reduction: how the cross-entropies of a batch become its loss; their mean by default.
        batch_norm: whether hidden layers are followed by batch normalization.
        input_layer_partitioner: of no effect.

    Raises:
        ValueError: an argument that cannot be; it is named.
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
        activation_fn: Any = relu,
        dropout: float | None = None,
        config: Any = None,
        warm_start_from: Any = None,
        loss_reduction: str = "sum_over_batch_size",
        batch_norm: bool = False,
        *,
        input_layer_partitioner: Any = None,
    ) -> None:
        head = class_head(n_classes, weight_column, label_vocabulary, loss_reduction)
        model = dnn_model(V2, head, feature_columns, hidden_units, optimizer, activation_fn, dropout, batch_norm)
        super().__init__(model, model_dir, config, warm_start_from=warm_start_from)


class DNNEstimator(Estimator):
    """A fully connected network over feature columns, under any head.

    Args:
        head: what the labels mean, such as `MultiLabelHead(5)`.
        hidden_units: sizes of the hidden layers.
        feature_columns: see `DNNRegressor`.
        model_dir: see `Estimator`.
        optimizer: see `DNNRegressor`.
        activation_fn: see `DNNRegressor`.
        dropout: see `DNNRegressor`.
        config: see `Estimator`.
        warm_start_from: see `Estimator`.
        batch_norm: whether hidden layers are followed by batch normalization.
        input_layer_partitioner: of no effect.

    Raises:
        ValueError: an argument that cannot be; it is named.
    """

    def __init__(
        self,
        head: Head,
        hidden_units: Any,
        feature_columns: Any,
        model_dir: Any = None,
        optimizer: Any = "Adagrad",
        activation_fn: Any = relu,
        dropout: float | None = None,
        config: Any = None,
        warm_start_from: Any = None,
        batch_norm: bool = False,
        *,
        input_layer_partitioner: Any = None,
    ) -> None:
        model = dnn_model(V2, head, feature_columns, hidden_units, optimizer, activation_fn, dropout, batch_norm)
        super().__init__(model, model_dir, config, warm_start_from=warm_start_from)
