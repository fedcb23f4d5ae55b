"""Wide and deep as in TensorFlow 1.x; what the arguments mean is said in `tf.estimator`."""

from __future__ import annotations

from typing import Any

from estimax.estimator import Estimator
from estimax.estimator._canned._dnn_linear_combined import combined_model
from estimax.estimator._canned._heads import class_head, regression_head
from estimax.estimator._canned._optimizers import V1
from estimax.estimator._heads._head import Head
from estimax.nn import relu


class DNNLinearCombinedRegressor(Estimator):
    """Predicts numbers by the sum of a linear model and a network; the loss is the sum of squared errors.

    Args and errors are those of `tf.estimator.DNNLinearCombinedRegressor`;
    `input_layer_partitioner` is of no effect.
    """

    def __init__(
        self,
        model_dir: Any = None,
        linear_feature_columns: Any = None,
        linear_optimizer: Any = "Ftrl",
        dnn_feature_columns: Any = None,
        dnn_optimizer: Any = "Adagrad",
        dnn_hidden_units: Any = None,
        dnn_activation_fn: Any = relu,
        dnn_dropout: float | None = None,
        label_dimension: int = 1,
        weight_column: Any = None,
        input_layer_partitioner: Any = None,
        config: Any = None,
        warm_start_from: Any = None,
        loss_reduction: str = "weighted_sum",
        batch_norm: bool = False,
        linear_sparse_combiner: str = "sum",
    ) -> None:
        head = regression_head(label_dimension, weight_column, loss_reduction, V1.heads)
        linear = (linear_feature_columns, linear_optimizer, linear_sparse_combiner)
        dnn = (dnn_feature_columns, dnn_optimizer, dnn_hidden_units)
        model = combined_model(V1, head, linear, dnn, dnn_activation_fn, dnn_dropout, batch_norm)
        super().__init__(model, model_dir, config, warm_start_from=warm_start_from)


class DNNLinearCombinedClassifier(Estimator):
    """Predicts classes by the sum of a linear model and a network; the loss is the sum of cross-entropies.

    Args and errors are those of `tf.estimator.DNNLinearCombinedClassifier`;
    `input_layer_partitioner` is of no effect.
    """

    def __init__(
        self,
        model_dir: Any = None,
        linear_feature_columns: Any = None,
        linear_optimizer: Any = "Ftrl",
        dnn_feature_columns: Any = None,
        dnn_optimizer: Any = "Adagrad",
        dnn_hidden_units: Any = None,
        dnn_activation_fn: Any = relu,
        dnn_dropout: float | None = None,
        n_classes: int = 2,
        weight_column: Any = None,
        label_vocabulary: Any = None,
        input_layer_partitioner: Any = None,
        config: Any = None,
        warm_start_from: Any = None,
        loss_reduction: str = "weighted_sum",
        batch_norm: bool = False,
        linear_sparse_combiner: str = "sum",
    ) -> None:
        head = class_head(n_classes, weight_column, label_vocabulary, loss_reduction, V1.heads)
        linear = (linear_feature_columns, linear_optimizer, linear_sparse_combiner)
        dnn = (dnn_feature_columns, dnn_optimizer, dnn_hidden_units)
        model = combined_model(V1, head, linear, dnn, dnn_activation_fn, dnn_dropout, batch_norm)
        super().__init__(model, model_dir, config, warm_start_from=warm_start_from)


class DNNLinearCombinedEstimator(Estimator):
    """The sum of a linear model and a network, under any head.

    Args and errors are those of `tf.estimator.DNNLinearCombinedEstimator`;
    `input_layer_partitioner` is of no effect.
    """

    def __init__(
        self,
        head: Head,
        model_dir: Any = None,
        linear_feature_columns: Any = None,
        linear_optimizer: Any = "Ftrl",
        dnn_feature_columns: Any = None,
        dnn_optimizer: Any = "Adagrad",
        dnn_hidden_units: Any = None,
        dnn_activation_fn: Any = relu,
        dnn_dropout: float | None = None,
        input_layer_partitioner: Any = None,
        config: Any = None,
        batch_norm: bool = False,
        linear_sparse_combiner: str = "sum",
        *,
        warm_start_from: Any = None,
    ) -> None:
        linear = (linear_feature_columns, linear_optimizer, linear_sparse_combiner)
        dnn = (dnn_feature_columns, dnn_optimizer, dnn_hidden_units)
        model = combined_model(V1, head, linear, dnn, dnn_activation_fn, dnn_dropout, batch_norm)
        super().__init__(model, model_dir, config, warm_start_from=warm_start_from)
