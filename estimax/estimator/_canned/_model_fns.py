"""The model functions of the pre-made estimators, for any head."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from estimax.estimator._canned._logits import DNN_SCOPE, LINEAR_SCOPE, dnn_logits, linear_logits, variables_under
from estimax.estimator._canned._optimizers import (
    COMBINED_DNN_RATE,
    COMBINED_LINEAR_RATE,
    DNN_RATE,
    LINEAR_RATE,
    make_optimizer,
    rate_by_columns,
)
from estimax.estimator._heads._head import Head
from estimax.estimator._mode_keys import ModeKeys
from estimax.estimator._spec import EstimatorSpec
from estimax.train._optimizer import TrainOp


@dataclass(frozen=True)
class LinearModel:
    """A weighted sum of columns."""

    head: Head
    columns: tuple[Any, ...]
    optimizer: Any
    sparse_combiner: str = "sum"

    def __call__(self, features: Any, labels: Any, mode: str) -> EstimatorSpec:
        logits = linear_logits(features, self.columns, self.head.logits_dimension, self.sparse_combiner)

        def train_ops(loss: Any) -> list[TrainOp]:
            given = "Ftrl" if self.optimizer is None else self.optimizer
            rate = LINEAR_RATE if self.optimizer is not None else rate_by_columns(self.columns, LINEAR_RATE)
            return [make_optimizer(given, rate).minimize(loss)]

        return self.head.create_estimator_spec(features, mode, logits, labels, train_ops)


@dataclass(frozen=True)
class DNNModel:
    """A fully connected network."""

    head: Head
    columns: tuple[Any, ...]
    hidden_units: Sequence[int]
    optimizer: Any
    activation_fn: Callable[[Any], Any]
    dropout: float | None
    batch_norm: bool

    def __call__(self, features: Any, labels: Any, mode: str) -> EstimatorSpec:
        logits = dnn_logits(
            features,
            self.columns,
            self.head.logits_dimension,
            self.hidden_units,
            self.activation_fn,
            self.dropout,
            self.batch_norm,
            mode == ModeKeys.TRAIN,
        )

        def train_ops(loss: Any) -> list[TrainOp]:
            return [make_optimizer(self.optimizer, DNN_RATE).minimize(loss)]

        return self.head.create_estimator_spec(features, mode, logits, labels, train_ops)


@dataclass(frozen=True)
class DNNLinearCombinedModel:
    """The sum of a linear model and a network, each with an optimizer of its own.

    Cheng et al., "Wide & Deep Learning for Recommender Systems", DLRS 2016.
    """

    head: Head
    linear_columns: tuple[Any, ...]
    linear_optimizer: Any
    linear_sparse_combiner: str
    dnn_columns: tuple[Any, ...]
    dnn_optimizer: Any
    hidden_units: Sequence[int]
    activation_fn: Callable[[Any], Any]
    dropout: float | None
    batch_norm: bool

    def __call__(self, features: Any, labels: Any, mode: str) -> EstimatorSpec:
        units = self.head.logits_dimension
        parts = []
        if self.dnn_columns:
            is_training = mode == ModeKeys.TRAIN
            network = (self.hidden_units, self.activation_fn, self.dropout, self.batch_norm, is_training)
            parts.append(dnn_logits(features, self.dnn_columns, units, *network))
        if self.linear_columns:
            parts.append(linear_logits(features, self.linear_columns, units, self.linear_sparse_combiner))

        def train_ops(loss: Any) -> list[TrainOp]:
            ops = []
            if self.dnn_columns:
                optimizer = make_optimizer(self.dnn_optimizer, COMBINED_DNN_RATE)
                ops.append(optimizer.minimize(loss, var_list=variables_under(DNN_SCOPE)))
            if self.linear_columns:
                rate = rate_by_columns(self.linear_columns, COMBINED_LINEAR_RATE)
                optimizer = make_optimizer(self.linear_optimizer, rate)
                ops.append(optimizer.minimize(loss, var_list=variables_under(LINEAR_SCOPE)))
            return ops

        return self.head.create_estimator_spec(features, mode, sum(parts[1:], parts[0]), labels, train_ops)
