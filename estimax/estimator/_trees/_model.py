"""The model functions of boosted trees: one that predicts, one that also explains."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp

from estimax.estimator._heads._binary import BinaryClassHead
from estimax.estimator._heads._regression import RegressionHead
from estimax.estimator._mode_keys import ModeKeys
from estimax.estimator._spec import EstimatorSpec
from estimax.estimator._trees._boosting import Task, train
from estimax.estimator._trees._columns import TreeColumns
from estimax.estimator._trees._forest import ForestShape, forest_logits, forest_paths, forest_variables, shape_of
from estimax.estimator._trees._own_training import OwnTraining
from estimax.estimator._trees._parameters import TreeParameters


@dataclass(frozen=True)
class BoostedTreesModel(OwnTraining):
    """The sum of many trees over feature columns, for any head."""

    head: Any
    columns: TreeColumns
    parameters: TreeParameters

    @property
    def shape(self) -> ForestShape:
        return shape_of(self.parameters, int(self.head.logits_dimension), self.columns.feature_count)

    def __call__(self, features: Any, labels: Any, mode: str) -> EstimatorSpec:
        shape = self.shape
        forest = forest_variables(shape)
        logits = forest_logits(forest, shape, self.columns.slots(self.columns.enter(features)), self.columns.offsets)
        spec: EstimatorSpec = self.head.create_estimator_spec(features, mode, logits, labels=labels)
        return spec

    def train(
        self,
        estimator: Any,
        input_fn: Any,
        steps: int | None,
        max_steps: float | None,
        hooks: Sequence[Any],
        listeners: Sequence[Any],
    ) -> None:
        """Grows trees; see `Estimator.train`."""
        parameters, columns, head = self.parameters, self.columns, self.head
        task = Task(parameters, columns, head, self.shape, steps, max_steps, tuple(hooks), tuple(listeners))
        train(estimator, input_fn, task)


@dataclass(frozen=True)
class ExplainedModel:
    """The same, whose predictions tell what each column contributed.

    Predicts, beside what the head predicts, 'bias' [batch], what is predicted before
    anything is asked, and 'dfc' [batch, columns]. A question of a tree moves the
    prediction from the mean of the training rows that come to it to that of those
    which go on as this row does; this difference is the contribution of its column
    (Saabas 2014; Palczewska et al., "Interpreting random forest classification models
    using a feature contribution method", 2013). The questions are taken tree by tree,
    and each is measured in what is predicted: for two classes the probability.
    """

    model: BoostedTreesModel

    def __call__(self, features: Any, mode: str) -> EstimatorSpec:
        model, shape = self.model, self.model.shape
        forest = forest_variables(shape)
        columns = model.columns
        slots = columns.slots(columns.enter(features))
        logits = forest_logits(forest, shape, slots, columns.offsets)
        spec: EstimatorSpec = model.head.create_estimator_spec(features, ModeKeys.PREDICT, logits, labels=None)
        values, asked = forest_paths(forest, shape, slots, columns.offsets)
        bias, contributions = _contributions(forest["bias"], values, asked, len(columns.columns), self.activation)
        return EstimatorSpec(mode, predictions={**spec.predictions, "bias": bias, "dfc": contributions})

    @property
    def activation(self) -> Callable[[Any], Any]:
        """From a logit to what is predicted."""
        head = self.model.head
        if isinstance(head, BinaryClassHead):
            return jax.nn.sigmoid
        return head.link if isinstance(head, RegressionHead) else lambda logits: logits


def _contributions(
    bias: Any, values: Any, asked: Any, columns: int, activation: Callable[[Any], Any]
) -> tuple[Any, Any]:
    """Adds up what the questions of each column change.

    Args:
        bias: [1], the logit of an ensemble without trees.
        values: [batch, trees, depth + 1], see `forest_paths`.
        asked: [batch, trees, depth], the column of each question.
        columns: how many there are.
        activation: from a logit to what is predicted.

    Returns:
        [batch] and [batch, columns].
    """
    batch = values.shape[0]
    start = bias[0] + values[:, :, 0].sum(1)
    changes = jnp.diff(values, axis=-1).reshape(batch, -1)
    logits = start[:, None] + jnp.concatenate([jnp.zeros((batch, 1)), jnp.cumsum(changes, axis=1)], axis=1)
    moved = jnp.diff(activation(logits), axis=1)
    asked = asked.reshape(batch, -1)
    contributions = jnp.stack([jnp.where(asked == column, moved, 0).sum(1) for column in range(columns)], axis=1)
    return activation(start), contributions
