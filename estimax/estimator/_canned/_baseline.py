"""Baselines: models that look at no feature and learn the mean of the labels."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, final

import jax.numpy as jnp

from estimax._array import fill, shape
from estimax._base import _nest as nest
from estimax._graph._composite import RaggedTensor, SparseTensor
from estimax._graph._op import as_tensor
from estimax._graph._tensor import Tensor
from estimax._scope._crossing import to_device
from estimax._scope._frame import frame
from estimax._scope._variables import get_variable, variable_scope
from estimax.estimator._canned._heads import class_head, regression_head
from estimax.estimator._canned._optimizers import BASELINE_RATE, V2, Family, OptimizerChoice
from estimax.estimator._estimator import Estimator
from estimax.estimator._heads._head import Head
from estimax.estimator._mode_keys import ModeKeys
from estimax.estimator._spec import EstimatorSpec
from estimax.initializers import zeros_initializer
from estimax.train._optimizer import TrainOp


@final
@dataclass(frozen=True)
class BaselineModel:
    """The same logits for every example."""

    head: Head
    optimizer: OptimizerChoice

    def __call__(self, features: Any, labels: Any, mode: str) -> EstimatorSpec:
        frame().shows_training = mode == ModeKeys.TRAIN
        with variable_scope("baseline"):
            bias = get_variable("bias", (self.head.logits_dimension,), initializer=zeros_initializer())
        ones = to_device(fill([_rows(features)], 1.0))
        logits = ones[:, None] * jnp.asarray(bias)

        def train_op_fn(loss: Any) -> list[TrainOp]:
            return [self.optimizer.make().minimize(loss)]

        return self.head.create_estimator_spec(features, mode, logits, labels=labels, train_op_fn=train_op_fn)


def _rows(features: Any) -> Tensor:
    """Returns how many examples a batch has."""
    leaves = [as_tensor(leaf) for leaf in nest.flatten(features)]
    if not leaves:
        raise ValueError("a baseline needs at least one feature, to know how many examples there are; got none")
    leaf = next((x for x in leaves if x.spec.is_dense), leaves[0])
    if isinstance(leaf, RaggedTensor):
        return leaf.nrows()  # type: ignore[no-any-return]  # a Tensor
    sizes = leaf.dense_shape if isinstance(leaf, SparseTensor) else shape(leaf)
    return sizes[0]  # type: ignore[no-any-return]  # a Tensor


def baseline_model(family: Family, head: Head, optimizer: Any) -> BaselineModel:
    """Makes the model function of a baseline; a named optimizer has the rate 0.3."""
    return BaselineModel(head, OptimizerChoice(optimizer, family, BASELINE_RATE))


class BaselineRegressor(Estimator):
    """Predicts the mean of the labels, whatever the features.

    Args:
        model_dir: see `Estimator`.
        label_dimension: how many numbers are predicted.
        weight_column: name of the feature that weighs examples.
        optimizer: 'Ftrl' or another name, at rate 0.3; or as in `LinearRegressor`.
        config: see `Estimator`.
        loss_reduction: how the squared errors of a batch become its loss; their mean by default.

    Raises:
        ValueError: an argument that cannot be; it is named.

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
        loss_reduction: str = "sum_over_batch_size",
    ) -> None:
        head = regression_head(label_dimension, weight_column, loss_reduction)
        super().__init__(baseline_model(V2, head, optimizer), model_dir, config)


class BaselineClassifier(Estimator):
    """Predicts how often each class occurs, whatever the features.

    Args:
        model_dir: see `Estimator`.
        n_classes: how many classes there are.
        weight_column: name of the feature that weighs examples.
        label_vocabulary: the names of the classes, where labels are strings.
        optimizer: see `BaselineRegressor`.
        config: see `Estimator`.
        loss_reduction: how the cross-entropies of a batch become its loss; their mean by default.

    Raises:
        ValueError: an argument that cannot be; it is named.
    """

    def __init__(
        self,
        model_dir: Any = None,
        n_classes: int = 2,
        weight_column: Any = None,
        label_vocabulary: Any = None,
        optimizer: Any = "Ftrl",
        config: Any = None,
        loss_reduction: str = "sum_over_batch_size",
    ) -> None:
        head = class_head(n_classes, weight_column, label_vocabulary, loss_reduction)
        super().__init__(baseline_model(V2, head, optimizer), model_dir, config)


class BaselineEstimator(Estimator):
    """Predicts the same for every example, under any head.

    Args:
        head: what the labels mean, such as `PoissonRegressionHead()`.
        model_dir: see `Estimator`.
        optimizer: see `BaselineRegressor`.
        config: see `Estimator`.
    """

    def __init__(self, head: Head, model_dir: Any = None, optimizer: Any = "Ftrl", config: Any = None) -> None:
        super().__init__(baseline_model(V2, head, optimizer), model_dir, config)
