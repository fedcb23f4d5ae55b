"""The model functions of the pre-made estimators, for any head."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, final

from estimax.estimator._canned._parts import Part
from estimax.estimator._heads._head import Head
from estimax.estimator._mode_keys import ModeKeys
from estimax.estimator._spec import EstimatorSpec
from estimax.train._optimizer import TrainOp


@final
@dataclass(frozen=True)
class PlainModel:
    """One part under a head."""

    head: Head
    part: Part

    def __call__(self, features: Any, labels: Any, mode: str) -> EstimatorSpec:
        training = mode == ModeKeys.TRAIN
        logits = self.part.logits(features, self.head.logits_dimension, training)
        return self.head.create_estimator_spec(
            features,
            mode,
            logits,
            labels=labels,
            optimizer=self.part.optimizer.make() if training else None,
            trainable_variables=self.part.variables(),
        )


@final
@dataclass(frozen=True)
class CombinedModel:
    """The sum of parts under a head, each part with an optimizer of its own.

    Cheng et al., "Wide & Deep Learning for Recommender Systems", DLRS 2016.
    """

    head: Head
    parts: tuple[Part, ...]

    def __call__(self, features: Any, labels: Any, mode: str) -> EstimatorSpec:
        units, training = self.head.logits_dimension, mode == ModeKeys.TRAIN
        logits = [part.logits(features, units, training) for part in self.parts]

        def train_op_fn(loss: Any) -> list[TrainOp]:
            return [part.optimizer.make().minimize(loss, var_list=part.variables()) for part in self.parts]

        total = sum(logits[1:], logits[0])
        return self.head.create_estimator_spec(features, mode, total, labels=labels, train_op_fn=train_op_fn)
