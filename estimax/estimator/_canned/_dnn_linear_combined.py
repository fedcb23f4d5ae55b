"""Wide and deep: a linear model and a network in one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from estimax.estimator._canned._heads import class_head, regression_head
from estimax.estimator._canned._logits import checked_hidden_units
from estimax.estimator._canned._model_fns import DNNLinearCombinedModel
from estimax.estimator._canned._optimizers import check_optimizer
from estimax.estimator._estimator import Estimator
from estimax.estimator._heads._head import Head
from estimax.losses import Reduction
from estimax.nn import relu


def _model(
    head: Head,
    linear: tuple[Any, Any, str],
    dnn: tuple[Any, Any, Any],
    activation_fn: Any,
    dropout: Any,
    batch_norm: bool,
) -> DNNLinearCombinedModel:
    linear_columns, linear_optimizer, sparse_combiner = linear
    dnn_columns, dnn_optimizer, hidden_units = dnn
    if not linear_columns and not dnn_columns:
        raise ValueError("linear_feature_columns or dnn_feature_columns must name at least one column")
    if dnn_columns and not hidden_units:
        raise ValueError("dnn_feature_columns need dnn_hidden_units, the sizes of the hidden layers")
    check_optimizer(linear_optimizer)
    check_optimizer(dnn_optimizer)
    return DNNLinearCombinedModel(
        head,
        tuple(linear_columns or ()),
        linear_optimizer,
        sparse_combiner,
        tuple(dnn_columns or ()),
        dnn_optimizer,
        checked_hidden_units(hidden_units or ()),
        activation_fn,
        dropout,
        batch_norm,
    )


class DNNLinearCombinedRegressor(Estimator):
    """Predicts numbers by the sum of a linear model and a network.

    Args:
        model_dir: see `Estimator`.
        linear_feature_columns: the inputs of the linear model.
        linear_optimizer: 'Ftrl' at rate min(0.005, 1/sqrt(columns)), or as in `LinearRegressor`.
        dnn_feature_columns: the inputs of the network.
        dnn_optimizer: 'Adagrad' at rate 0.001, or as in `DNNRegressor`.
        dnn_hidden_units: sizes of the hidden layers.
        dnn_activation_fn: of the hidden layers.
        dnn_dropout: the share of hidden values that is left out while training.
        label_dimension: how many numbers are predicted.
        weight_column: name of the feature that weighs examples.
        input_layer_partitioner: of no effect.
        config: see `Estimator`.
        warm_start_from: see `Estimator`.
        loss_reduction: how the squared errors of a batch become its loss; the sum by default.
        batch_norm: whether hidden layers are followed by batch normalization.
        linear_sparse_combiner: 'sum', 'mean' or 'sqrtn'.

    Raises:
        ValueError: no columns at all, or columns for a network without hidden units.
    """

    def __init__(
        self,
        model_dir: Any = None,
        linear_feature_columns: Any = None,
        linear_optimizer: Any = "Ftrl",
        dnn_feature_columns: Any = None,
        dnn_optimizer: Any = "Adagrad",
        dnn_hidden_units: Any = None,
        dnn_activation_fn: Callable[[Any], Any] = relu,
        dnn_dropout: float | None = None,
        label_dimension: int = 1,
        weight_column: Any = None,
        input_layer_partitioner: Any = None,
        config: Any = None,
        warm_start_from: Any = None,
        loss_reduction: str = Reduction.SUM,
        batch_norm: bool = False,
        linear_sparse_combiner: str = "sum",
    ) -> None:
        head = regression_head(label_dimension, weight_column, loss_reduction)
        linear = (linear_feature_columns, linear_optimizer, linear_sparse_combiner)
        dnn = (dnn_feature_columns, dnn_optimizer, dnn_hidden_units)
        model = _model(head, linear, dnn, dnn_activation_fn, dnn_dropout, batch_norm)
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
        input_layer_partitioner: of no effect.
        config: see `Estimator`.
        warm_start_from: see `Estimator`.
        loss_reduction: how the cross-entropies of a batch become its loss; the sum by default.
        batch_norm: whether hidden layers are followed by batch normalization.
        linear_sparse_combiner: 'sum', 'mean' or 'sqrtn'.

    Raises:
        ValueError: no columns at all, or columns for a network without hidden units.
    """

    def __init__(
        self,
        model_dir: Any = None,
        linear_feature_columns: Any = None,
        linear_optimizer: Any = "Ftrl",
        dnn_feature_columns: Any = None,
        dnn_optimizer: Any = "Adagrad",
        dnn_hidden_units: Any = None,
        dnn_activation_fn: Callable[[Any], Any] = relu,
        dnn_dropout: float | None = None,
        n_classes: int = 2,
        weight_column: Any = None,
        label_vocabulary: Any = None,
        input_layer_partitioner: Any = None,
        config: Any = None,
        warm_start_from: Any = None,
        loss_reduction: str = Reduction.SUM,
        batch_norm: bool = False,
        linear_sparse_combiner: str = "sum",
    ) -> None:
        head = class_head(n_classes, weight_column, label_vocabulary, loss_reduction)
        linear = (linear_feature_columns, linear_optimizer, linear_sparse_combiner)
        dnn = (dnn_feature_columns, dnn_optimizer, dnn_hidden_units)
        model = _model(head, linear, dnn, dnn_activation_fn, dnn_dropout, batch_norm)
        super().__init__(model, model_dir, config, warm_start_from=warm_start_from)
