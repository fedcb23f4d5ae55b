"""`EstimatorSpec`: what a model function declares."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from estimax.estimator._mode_keys import ModeKeys
from estimax.train._optimizer import TrainOp


class _Fields(NamedTuple):
    mode: str
    predictions: Any = None
    loss: Any = None
    train_op: Any = None
    eval_metric_ops: Mapping[str, Any] | None = None
    export_outputs: Mapping[str, Any] | None = None
    training_chief_hooks: Sequence[Any] = ()
    training_hooks: Sequence[Any] = ()
    scaffold: Any = None
    evaluation_hooks: Sequence[Any] = ()
    prediction_hooks: Sequence[Any] = ()


class EstimatorSpec(_Fields):
    """The loss, predictions, metrics and train op of a model, for one mode.

    Args:
        mode: a `ModeKeys`.
        predictions: a Tensor or a dictionary of Tensors; needed in mode PREDICT.
        loss: one number; needed in modes TRAIN and EVAL.
        train_op: what `optimizer.minimize` returned, or a tuple of several; needed in mode TRAIN.
        eval_metric_ops: name -> metric, a pair of value and update.
        export_outputs: signature name -> `PredictOutput`, `ClassificationOutput` or `RegressionOutput`.

    Raises:
        ValueError: something that the mode needs is missing, the loss is not one number, or a metric
            has a reserved name.
        TypeError: a metric that is not a pair.
    """

    __slots__ = ()

    def __new__(cls, mode: str, *args: Any, **kwargs: Any) -> EstimatorSpec:
        spec = super().__new__(cls, mode, *args, **kwargs)
        if mode not in (ModeKeys.TRAIN, ModeKeys.EVAL, ModeKeys.PREDICT):
            raise ValueError(f"mode must be one of 'train', 'eval', 'infer'; got {mode!r}")
        needed = {
            ModeKeys.TRAIN: {"loss": spec.loss, "train_op": spec.train_op},
            ModeKeys.EVAL: {"loss": spec.loss},
            ModeKeys.PREDICT: {"predictions": spec.predictions},
        }[mode]
        for name, value in needed.items():
            if value is None:
                raise ValueError(f"in mode {mode!r} an EstimatorSpec needs {name}; the model function gave none")
        size = math.prod(getattr(spec.loss, "shape", ()))
        if mode != ModeKeys.PREDICT and size != 1:
            raise ValueError(f"the loss must be one number; got {size} of shape {spec.loss.shape}. Sum or average them")
        for name, metric in (spec.eval_metric_ops or {}).items():
            if name in ("loss", "global_step"):
                raise ValueError(f"eval_metric_ops must not name a metric {name!r}: evaluate() adds one of that name")
            if not isinstance(metric, tuple | list) or len(metric) != 2:
                raise TypeError(
                    f"metric {name!r} must be a pair of value and update, as tf.metrics has them; got {metric!r}"
                )
        return spec

    @property
    def train_ops(self) -> list[TrainOp]:
        """The train ops, one for each optimizer.

        Raises:
            TypeError: the train op is not what `optimizer.minimize` returns.
        """
        listed = list(self.train_op) if isinstance(self.train_op, tuple | list) else [self.train_op]
        for op in listed:
            if not isinstance(op, TrainOp):
                raise TypeError(f"train_op must be what optimizer.minimize(loss) returns; got {op!r}")
        return listed
