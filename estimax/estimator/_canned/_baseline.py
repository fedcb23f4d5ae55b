"""Baselines: models that look at no feature and learn the mean of the labels."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import jax.numpy as jnp

from estimax._array import ones_like
from estimax._base import _nest as nest
from estimax._base._dtypes import float32
from estimax._graph._op import as_tensor
from estimax._scope._crossing import to_device
from estimax._scope._variables import get_variable, variable_scope
from estimax.estimator._canned._heads import class_head, regression_head
from estimax.estimator._canned._optimizers import check_optimizer, make_optimizer
from estimax.estimator._estimator import Estimator
from estimax.estimator._heads._head import Head
from estimax.estimator._spec import EstimatorSpec
from estimax.initializers import zeros_initializer
from estimax.losses import Reduction
from estimax.train._optimizer import TrainOp

_RATE = 0.3


@dataclass(frozen=True)
class BaselineModel:
    """The same logits for every example."""

    head: Head
    optimizer: Any

    def __call__(self, features: Any, labels: Any, mode: str) -> EstimatorSpec:
        with variable_scope("baseline"):
            bias = get_variable("bias", (self.head.logits_dimension,), initializer=zeros_initializer())
        first = as_tensor(nest.flatten(features)[0])
        rows = to_device(ones_like(first, dtype=float32))
        logits = rows.reshape(rows.shape[0], -1)[:, :1] * jnp.asarray(bias)

        def train_ops(loss: Any) -> list[TrainOp]:
            return [make_optimizer(self.optimizer, _RATE).minimize(loss)]

        return self.head.create_estimator_spec(features, mode, logits, labels, train_ops)


class BaselineRegressor(Estimator):
    """Predicts the mean of the labels, whatever the features.

    Args:
        model_dir: see `Estimator`.
        label_dimension: how many numbers are predicted.
        weight_column: name of the feature that weighs examples.
        optimizer: 'Ftrl' (at rate 0.3), or as in `LinearRegressor`.
        config: see `Estimator`.
        loss_reduction: how the squared errors of a batch become its loss; the sum by default.

    Example:
        >>> import estimax as tf
        >>> model = tf.estimator.BaselineRegressor()
    """

    def __init__(
        self,
        model_dir: Any = None,
        label_dimension: int = 1,
        weight_column: Any = None,
        optimizer: Any = "Ftrl",
        config: Any = None,
        loss_reduction: str = Reduction.SUM,
    ) -> None:
        check_optimizer(optimizer)
        head = regression_head(label_dimension, weight_column, loss_reduction)
        super().__init__(BaselineModel(head, optimizer), model_dir, config)


class BaselineClassifier(Estimator):
    """Predicts how often each class occurs, whatever the features.

    Args:
        model_dir: see `Estimator`.
        n_classes: how many classes there are.
        weight_column: name of the feature that weighs examples.
        label_vocabulary: the names of the classes, where labels are strings.
        optimizer: 'Ftrl' (at rate 0.3), or as in `LinearRegressor`.
        config: see `Estimator`.
        loss_reduction: how the cross-entropies of a batch become its loss; the sum by default.
    """

    def __init__(
        self,
        model_dir: Any = None,
        n_classes: int = 2,
        weight_column: Any = None,
        label_vocabulary: Any = None,
        optimizer: Any = "Ftrl",
        config: Any = None,
        loss_reduction: str = Reduction.SUM,
    ) -> None:
        check_optimizer(optimizer)
        head = class_head(n_classes, weight_column, label_vocabulary, loss_reduction)
        super().__init__(BaselineModel(head, optimizer), model_dir, config)
