"""Wide and deep: a linear model and a network in one."""

from __future__ import annotations

from typing import Any

from estimax.estimator._canned._heads import class_head, regression_head
from estimax.estimator._canned._models import CombinedModel
from estimax.estimator._canned._optimizers import (
    COMBINED_DNN_RATE,
    COMBINED_LINEAR_RATE,
    V2,
    Family,
    OptimizerChoice,
    rate_by_columns,
)
from estimax.estimator._canned._parts import LinearPart, Part, checked_columns, network_part
from estimax.estimator._estimator import Estimator
from estimax.estimator._heads._head import Head
from estimax.nn import relu


def combined_model(
    family: Family,
    head: Head,
    linear: tuple[Any, Any, str],
    dnn: tuple[Any, Any, Any],
    activation_fn: Any,
    dropout: Any,
    batch_norm: Any,
) -> CombinedModel:
    """Makes the model function of a linear model and a network, or of one of them.

    Args:
        family: in which optimizers are looked up.
        head: what the labels mean.
        linear: the columns, optimizer and combiner of the linear model.
        dnn: the columns, optimizer and hidden units of the network.
        activation_fn: see `DNNRegressor`; so the others.
        dropout: of the network.
        batch_norm: of the network.

    Raises:
        ValueError: no columns at all, or columns for a network without hidden units.
    """
    linear_columns, linear_optimizer, sparse_combiner = linear
    dnn_columns, dnn_optimizer, hidden_units = dnn
    wide, deep = _listed(linear_columns), _listed(dnn_columns)
    if not wide and not deep:
        raise ValueError("linear_feature_columns or dnn_feature_columns must name at least one column")
    if deep and not hidden_units:
        raise ValueError("dnn_feature_columns need dnn_hidden_units, the sizes of the hidden layers")
    dnn_choice = OptimizerChoice(dnn_optimizer, family, COMBINED_DNN_RATE)
    linear_choice = OptimizerChoice(linear_optimizer, family, rate_by_columns(wide, COMBINED_LINEAR_RATE))
    parts: list[Part] = []
    if deep:
        parts.append(network_part(deep, dnn_choice, hidden_units, activation_fn, dropout, batch_norm))
    if wide:
        parts.append(LinearPart(wide, linear_choice, sparse_combiner))
    return CombinedModel(head, tuple(parts))


def _listed(columns: Any) -> tuple[Any, ...]:
    """Returns the columns of a side, none where it has none."""
    if columns is None or (isinstance(columns, list | tuple) and not columns):
        return ()
    return checked_columns(columns)


class DNNLinearCombinedRegressor(Estimator):
    """Predicts numbers by the sum of a linear model and a network.

    Args:
        model_dir: see `Estimator`.
        linear_feature_columns: the inputs of the linear model.
        linear_optimizer: 'Ftrl' or another name, at rate min(0.005, 1/sqrt(columns)); or as
            in `LinearRegressor`.
        dnn_feature_columns: the inputs of the network.
        dnn_optimizer: 'Adagrad' or another name, at rate 0.001; or as in `DNNRegressor`.
        dnn_hidden_units: sizes of the hidden layers.
        dnn_activation_fn: of the hidden layers.
        dnn_dropout: the share of hidden values that is left out while training.
        label_dimension: how many numbers are predicted.
        weight_column: name of the feature that weighs examples.
        config: see `Estimator`.
        warm_start_from: see `Estimator`.
        loss_reduction: how the squared errors of a batch become its loss; their mean by default.
        batch_norm: whether hidden layers are followed by batch normalization.
        linear_sparse_combiner: 'sum', 'mean' or 'sqrtn'.
        input_layer_partitioner: of no effect.

    Raises:
        ValueError: no columns at all, columns for a network without hidden units, or
            another argument that cannot be; it is named.

    Example:
        >>> import estimax as tf
        >>> size = tf.feature_column.numeric_column("sq_footage")
        >>> kind = tf.feature_column.categorical_column_with_vocabulary_list("type", ["house", "apt"])
        >>> model = tf.estimator.DNNLinearCombinedRegressor(
        ...     linear_feature_columns=[kind], dnn_feature_columns=[size], dnn_hidden_units=[8]
        ... )
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
        config: Any = None,
        warm_start_from: Any = None,
        loss_reduction: str = "sum_over_batch_size",
        batch_norm: bool = False,
        linear_sparse_combiner: str = "sum",
        *,
        input_layer_partitioner: Any = None,
    ) -> None:
        head = regression_head(label_dimension, weight_column, loss_reduction)
        linear = (linear_feature_columns, linear_optimizer, linear_sparse_combiner)
        dnn = (dnn_feature_columns, dnn_optimizer, dnn_hidden_units)
        model = combined_model(V2, head, linear, dnn, dnn_activation_fn, dnn_dropout, batch_norm)
        super().__init__(model, model_dir, config, warm_start_from=warm_start_from)


class DNNLinearCombinedClassifier(Estimator):
    """Predicts classes by the sum of a linear model and a network: wide and deep.

    Args:
        model_dir: see `Estimator`.
        linear_feature_columns: the inputs of the linear model.
        linear_optimizer: see `DNNLinearCombinedRegressor`.
        dnn_feature_columns: the inputs of the network.
        dnn_optimizer: see `DNNLinearCombinedRegressor`.
        dnn_hidden_units: sizes of the hidden layers.
        dnn_activation_fn: of the hidden layers.
        dnn_dropout: the share of hidden values that is left out while training.
        n_classes: how many classes there are.
        weight_column: name of the feature that weighs examples.
        label_vocabulary: the names of the classes, where labels are strings.
        config: see `Estimator`.
        warm_start_from: see `Estimator`.
        loss_reduction: how the cross-entropies of a batch become its loss; their mean by default.
        batch_norm: whether hidden layers are followed by batch normalization.
        linear_sparse_combiner: 'sum', 'mean' or 'sqrtn'.
        input_layer_partitioner: of no effect.

    Raises:
        ValueError: see `DNNLinearCombinedRegressor`.
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
        config: Any = None,
        warm_start_from: Any = None,
        loss_reduction: str = "sum_over_batch_size",
        batch_norm: bool = False,
        linear_sparse_combiner: str = "sum",
        *,
        input_layer_partitioner: Any = None,
    ) -> None:
        head = class_head(n_classes, weight_column, label_vocabulary, loss_reduction)
        linear = (linear_feature_columns, linear_optimizer, linear_sparse_combiner)
        dnn = (dnn_feature_columns, dnn_optimizer, dnn_hidden_units)
        model = combined_model(V2, head, linear, dnn, dnn_activation_fn, dnn_dropout, batch_norm)
        super().__init__(model, model_dir, config, warm_start_from=warm_start_from)


class DNNLinearCombinedEstimator(Estimator):
    """The sum of a linear model and a network, under any head.

    Args:
        head: what the labels mean, such as `MultiLabelHead(5)`.
        model_dir: see `Estimator`.
        linear_feature_columns: the inputs of the linear model.
        linear_optimizer: see `DNNLinearCombinedRegressor`.
        dnn_feature_columns: the inputs of the network.
        dnn_optimizer: see `DNNLinearCombinedRegressor`.
        dnn_hidden_units: sizes of the hidden layers.
        dnn_activation_fn: of the hidden layers.
        dnn_dropout: the share of hidden values that is left out while training.
        config: see `Estimator`.
        batch_norm: whether hidden layers are followed by batch normalization.
        linear_sparse_combiner: 'sum', 'mean' or 'sqrtn'.
        input_layer_partitioner: of no effect.
        warm_start_from: see `Estimator`; the original has no such argument here.

    Raises:
        ValueError: see `DNNLinearCombinedRegressor`.
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
        config: Any = None,
        batch_norm: bool = False,
        linear_sparse_combiner: str = "sum",
        *,
        input_layer_partitioner: Any = None,
        warm_start_from: Any = None,
    ) -> None:
        linear = (linear_feature_columns, linear_optimizer, linear_sparse_combiner)
        dnn = (dnn_feature_columns, dnn_optimizer, dnn_hidden_units)
        model = combined_model(V2, head, linear, dnn, dnn_activation_fn, dnn_dropout, batch_norm)
        super().__init__(model, model_dir, config, warm_start_from=warm_start_from)
