"""The networks of TensorFlow 1.x; what their arguments mean is said in `tf.estimator`."""

from __future__ import annotations

from typing import Any

from estimax.estimator import Estimator
from estimax.estimator._canned._dnn import dnn_model
from estimax.estimator._canned._heads import class_head, regression_head
from estimax.estimator._canned._optimizers import V1
from estimax.estimator._heads._head import Head
from estimax.nn import relu


class DNNRegressor(Estimator):
    """Predicts numbers by a fully connected network; the loss is the sum of squared errors.

    Args and errors are those of `tf.estimator.DNNRegressor`; optimizers given by name have
    the rate 0.05, and `input_layer_partitioner` is of no effect.

    Example:
        >>> import estimax as tf
        >>> size = tf.feature_column.numeric_column("sq_footage")
        >>> model = tf.compat.v1.estimator.DNNRegressor([3, 2], [size])
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
        input_layer_partitioner: Any = None,
        config: Any = None,
        warm_start_from: Any = None,
        loss_reduction: str = "weighted_sum",
        batch_norm: bool = False,
    ) -> None:
        head = regression_head(label_dimension, weight_column, loss_reduction, V1.heads)
        model = dnn_model(V1, head, feature_columns, hidden_units, optimizer, activation_fn, dropout, batch_norm)
        super().__init__(model, model_dir, config, warm_start_from=warm_start_from)


class DNNClassifier(Estimator):
    """Predicts classes by a fully connected network; the loss is the sum of cross-entropies.

    Args and errors are those of `tf.estimator.DNNClassifier`; optimizers given by name have
    the rate 0.05, and `input_layer_partitioner` is of no effect.
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
        input_layer_partitioner: Any = None,
        config: Any = None,
        warm_start_from: Any = None,
        loss_reduction: str = "weighted_sum",
        batch_norm: bool = False,
    ) -> None:
        head = class_head(n_classes, weight_column, label_vocabulary, loss_reduction, V1.heads)
        model = dnn_model(V1, head, feature_columns, hidden_units, optimizer, activation_fn, dropout, batch_norm)
        super().__init__(model, model_dir, config, warm_start_from=warm_start_from)


class DNNEstimator(Estimator):
    """A fully connected network under any head.

    Args and errors are those of `tf.estimator.DNNEstimator`; optimizers given by name have
    the rate 0.05, and `input_layer_partitioner` is of no effect.
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
        input_layer_partitioner: Any = None,
        config: Any = None,
        warm_start_from: Any = None,
        batch_norm: bool = False,
    ) -> None:
        model = dnn_model(V1, head, feature_columns, hidden_units, optimizer, activation_fn, dropout, batch_norm)
        super().__init__(model, model_dir, config, warm_start_from=warm_start_from)
