"""The model functions of the pre-made estimators, for any head."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, final

import jax

from estimax._scope._frame import frame
from estimax.estimator._canned._parts import LinearPart, Part
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
        frame().shows_training = training
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
        frame().shows_training = training
        logits = [part.logits(features, units, training) for part in self.parts]
        if training:
            for part, values in zip(self.parts, logits, strict=True):
                if isinstance(part, LinearPart):  # a network has shown its logits
                    part.show_layers({part.scope: values})

        def train_op_fn(loss: Any) -> list[Any]:
            return [_train_op(part, loss) for part in self.parts]

        with jax.named_scope("head"):
            total = sum(logits[1:], logits[0])
        return self.head.create_estimator_spec(features, mode, total, labels=labels, train_op_fn=train_op_fn)


def _train_op(part: Part, loss: Any) -> Any:
    """Returns the train op of a part, whose learning rate is shown under the part's name."""
    op: Any = part.optimizer.make().minimize(loss, var_list=part.variables())
    return replace(op, label=part.scope) if isinstance(op, TrainOp) else op  # a program's own optimizer may make others
