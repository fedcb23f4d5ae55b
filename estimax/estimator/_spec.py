"""`EstimatorSpec`: what a model function declares."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import jax

from estimax._graph._boundary import Group
from estimax._graph._tensor import Tensor
from estimax._scope._frame import current_frame
from estimax._scope._graph_keys import GraphKeys
from estimax.estimator._mode_keys import ModeKeys
from estimax.train._minimize import is_rule, minimize
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
        train_op: what `optimizer.minimize` returned, or an optax transformation to minimise `loss` with, or a
            tuple or group of several, assignments among them; needed in mode TRAIN.
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
        if is_rule(spec.train_op):
            spec = spec._replace(train_op=minimize(spec.loss, spec.train_op))
        if mode == ModeKeys.TRAIN:
            spec = spec._replace(train_op=_with_awaited(spec.train_op))
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
        """The optimizers' train ops, one for each optimizer; assignments and groups beside them are left out.

        Raises:
            TypeError: the train op holds something that is no operation.
        """
        listed = list(_operations(self.train_op))
        for op in listed:
            if not (isinstance(op, Tensor | jax.Array) or hasattr(op, "carry_out")):
                raise TypeError(
                    f"train_op must be what optimizer.minimize(loss) returns, alone or in a tf.group with assignments; "
                    f"got {op!r}"
                )
        return [op for op in listed if isinstance(op, TrainOp)]


def _with_awaited(train_op: Any) -> Any:
    """Adds the train ops that something in the model function waits for to the one that is run."""
    active = current_frame.get()
    known = list(_operations(train_op))
    awaited = [] if active is None else active.collections.get(GraphKeys.TRAIN_OP, [])
    missing = [op for op in awaited if not any(op is other for other in known)]
    return Group([*known, *missing]) if missing else train_op


def _operations(op: Any) -> Iterator[Any]:
    """Walks through the groups and lists that operations may stand in."""
    if isinstance(op, list | tuple):
        for inner in op:
            yield from _operations(inner)
    elif op is not None:
        yield op
