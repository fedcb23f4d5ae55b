"""`optimize_loss`: a train op with all that programs of 1.x wanted of one, as arguments of one function."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from estimax._base._lazy import did_you_mean
from estimax._graph._boundary import is_device_array
from estimax._scope._assigning import run_now
from estimax._scope._collections import get_collection
from estimax._scope._crossing import to_device
from estimax._scope._frame import frame
from estimax._scope._graph_keys import GraphKeys
from estimax._scope._scopes import variable_scope
from estimax.contrib.training._train_op import multiply_gradients
from estimax.initializers import constant_initializer
from estimax.summary import histogram, scalar
from estimax.train import (
    AdagradOptimizer,
    AdamOptimizer,
    FtrlOptimizer,
    GradientDescentOptimizer,
    MomentumOptimizer,
    Optimizer,
    RMSPropOptimizer,
)
from estimax.train._clipping import clip_by_global_norm, global_norm
from estimax.train._gradients import IndexedSlices
from estimax.train._optimizer import TrainOp
from estimax.variables import get_variable


def _momentum(learning_rate: Any) -> Optimizer:
    return MomentumOptimizer(learning_rate, momentum=0.9)


OPTIMIZER_CLS_NAMES: dict[str, Callable[..., Optimizer]] = {
    "Adagrad": AdagradOptimizer,
    "Adam": AdamOptimizer,
    "Ftrl": FtrlOptimizer,
    "Momentum": _momentum,
    "RMSProp": RMSPropOptimizer,
    "SGD": GradientDescentOptimizer,
}
"""What makes an optimizer of a learning rate, by the names that `optimize_loss` takes."""

OPTIMIZER_SUMMARIES = ["learning_rate", "loss", "gradients", "gradient_norm", "global_gradient_norm"]
"""What `optimize_loss` may summarize."""

_USUAL = ("loss", "learning_rate", "global_gradient_norm")
_Pairs = list[tuple[Any, Any]]


def optimize_loss(
    loss: Any,
    global_step: Any,
    learning_rate: Any,
    optimizer: Any,
    gradient_noise_scale: float | None = None,
    gradient_multipliers: Mapping[Any, Any] | None = None,
    clip_gradients: Any = None,
    learning_rate_decay_fn: Callable[[Any, Any], Any] | None = None,
    update_ops: Sequence[Any] | None = None,
    variables: Sequence[Any] | None = None,
    name: str | None = None,
    summaries: Sequence[str] | None = None,
    colocate_gradients_with_ops: bool = False,
    increment_global_step: bool = True,
) -> TrainOp:
    """Declares that a loss is minimised.

    A learning rate that is a number becomes a variable, `OptimizeLoss/learning_rate`.

    Args:
        loss: a scalar.
        global_step: what `get_global_step()` returned; the step grows by one with or without it.
        learning_rate: a number, a scalar array, or None where the optimizer has its own.
        optimizer: one of `OPTIMIZER_CLS_NAMES`, such as 'Adam'; a class, which is called with the learning
            rate; an optimizer; or a function of the learning rate, of no arguments where that is None.
        gradient_noise_scale: the deviation of noise that is added to gradients; None for none.
        gradient_multipliers: factors of gradients, by variable or its name.
        clip_gradients: the greatest global norm of the gradients, or a function of a list of pairs (gradient,
            variable) that returns such a list; None to leave them.
        learning_rate_decay_fn: a function of learning rate and step that returns the learning rate.
        update_ops: assignments that are carried out with each step; those in `UPDATE_OPS` if None.
        variables: to train; all trainable ones if None.
        name: of the scope; `OptimizeLoss` if None.
        summaries: some of `OPTIMIZER_SUMMARIES`; loss, learning rate and global gradient norm if None.
        colocate_gradients_with_ops: has no effect.
        increment_global_step: has no effect.

    Returns:
        The train op.

    Raises:
        ValueError: an argument is none of these.

    Example:
        In a model function:

            train_op = tf.contrib.layers.optimize_loss(
                loss, tf.train.get_global_step(), learning_rate=0.01, optimizer="Adam", clip_gradients=5.0)
    """
    shown = _USUAL if summaries is None else tuple(summaries)
    for one in shown:
        if one not in OPTIMIZER_SUMMARIES:
            raise ValueError(f"summaries must be some of {', '.join(OPTIMIZER_SUMMARIES)}; got {one!r}")
    with variable_scope(name, "OptimizeLoss", [loss, global_step]):
        run_now(list(get_collection(GraphKeys.UPDATE_OPS) if update_ops is None else update_ops))
        rate = _rate(learning_rate, learning_rate_decay_fn, global_step)
        if learning_rate_decay_fn is not None and rate is not None and "learning_rate" in shown:
            scalar("learning_rate", rate)
        chosen = _optimizer(optimizer, rate)
        pairs = chosen.compute_gradients(loss, variables)
        if gradient_noise_scale is not None:
            pairs = [(_noisy(g, gradient_noise_scale), v) for g, v in pairs]
        if gradient_multipliers is not None:
            pairs = multiply_gradients(pairs, gradient_multipliers)
        if "global_gradient_norm" in shown or "gradient_norm" in shown:
            scalar("global_norm/gradient_norm", global_norm([g for g, _ in pairs]))
        pairs = _clipped(pairs, clip_gradients)
        _summarize(shown, loss, pairs, clip_gradients is not None)
        return chosen.apply_gradients(pairs, global_step=global_step, name="train")


def _rate(given: Any, decay: Callable[[Any, Any], Any] | None, step: Any) -> Any:
    """Returns the learning rate of this step, or None where there is none."""
    if given is None:
        return None
    if isinstance(given, float | int | np.number) and not isinstance(given, bool):
        rate: Any = get_variable("learning_rate", [], initializer=constant_initializer(float(given)), trainable=False)
    else:
        rate = None if isinstance(given, str) else to_device(given)
        if not is_device_array(rate) or rate.ndim != 0:
            raise ValueError(f"the learning rate must be a number or a scalar array; got {given!r}")
    if decay is None:
        return rate
    if step is None:
        raise ValueError("learning_rate_decay_fn needs a global_step; got None")
    return decay(rate, step)


def _optimizer(given: Any, rate: Any) -> Optimizer:
    if isinstance(given, str):
        if rate is None:
            raise ValueError(f"an optimizer that is given by name, {given!r}, needs a learning_rate")
        if given not in OPTIMIZER_CLS_NAMES:
            raise ValueError(
                f"an optimizer that is given by name must be one of {', '.join(OPTIMIZER_CLS_NAMES)}; got {given!r}"
                f"{did_you_mean(given, OPTIMIZER_CLS_NAMES)}"
            )
        return OPTIMIZER_CLS_NAMES[given](learning_rate=rate)
    if isinstance(given, type):
        if rate is None:
            raise ValueError(f"an optimizer that is given as the class {given.__name__} needs a learning_rate")
        given = given(learning_rate=rate)
    elif callable(given) and not isinstance(given, Optimizer):
        given = given() if rate is None else given(rate)
    if not isinstance(given, Optimizer):
        raise ValueError(
            f"optimizer must be a name, a class, an optimizer or a function that returns one; got {given!r}"
        )
    return given


def _changed(gradient: Any, change: Callable[[Any], Any]) -> Any:
    """Returns a gradient, whole or of some rows, whose values were changed."""
    if gradient is None:
        return None
    if isinstance(gradient, IndexedSlices):
        return dataclasses.replace(gradient, values=change(gradient.values))
    return change(gradient)


def _noisy(gradient: Any, deviation: float) -> Any:
    def change(values: Any) -> Any:
        noise = jax.random.truncated_normal(frame().next_key(), -2.0, 2.0, values.shape, jnp.float32)
        return values + (noise * deviation).astype(values.dtype)

    return _changed(gradient, change)


def _clipped(pairs: _Pairs, limit: Any) -> _Pairs:
    if limit is None:
        return pairs
    if callable(limit) and not is_device_array(limit):
        return list(limit(pairs))
    if isinstance(limit, bool) or not (isinstance(limit, float | int | np.number) or is_device_array(limit)):
        raise ValueError(f"clip_gradients must be a number or a function of pairs; got {limit!r}")
    clipped, _ = clip_by_global_norm([g for g, _ in pairs], limit)
    return [(g, v) for g, (_, v) in zip(clipped, pairs, strict=True)]


def _summarize(shown: Sequence[str], loss: Any, pairs: _Pairs, is_clipped: bool) -> None:
    if "loss" in shown:
        scalar("loss", loss)
    for gradient, variable in pairs:
        if gradient is not None:
            values = gradient.values if isinstance(gradient, IndexedSlices) else gradient
            name = str(variable.name).replace(":", "_")
            if "gradients" in shown:
                histogram(f"gradients/{name}", values)
            if "gradient_norm" in shown:
                scalar(f"gradient_norm/{name}", global_norm([gradient]))
    if is_clipped and ("global_gradient_norm" in shown or "gradient_norm" in shown):
        scalar("global_norm/clipped_gradient_norm", global_norm([g for g, _ in pairs]))
