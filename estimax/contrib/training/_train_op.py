"""`create_train_op` of `tf.contrib.training`, and the changes of gradients that go with it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from estimax._scope._assigning import run_now, variable_name
from estimax._scope._collections import get_collection
from estimax._scope._frame import frame
from estimax._scope._graph_keys import GraphKeys
from estimax.summary import histogram, scalar
from estimax.train._clipping import clip_by_norm, global_norm
from estimax.train._gradients import IndexedSlices
from estimax.train._optimizer import Optimizer, TrainOp

_Pairs = list[tuple[Any, Any]]
_USUAL_STEP = 0


def create_train_op(
    total_loss: Any,
    optimizer: Optimizer,
    global_step: Any = _USUAL_STEP,
    update_ops: Sequence[Any] | None = None,
    variables_to_train: Sequence[Any] | None = None,
    transform_grads_fn: Callable[[_Pairs], _Pairs] | None = None,
    summarize_gradients: bool = False,
    gate_gradients: Any = None,
    aggregation_method: Any = None,
    colocate_gradients_with_ops: bool = False,
    check_numerics: bool = True,
    clip_gradient_norm: float = 0,
    gradient_multipliers: Mapping[Any, float] | None = None,
) -> TrainOp:
    """Declares that a loss is minimised, and that the assignments in `UPDATE_OPS` take place.

    Args:
        total_loss: a scalar.
        optimizer: of `tf.train`.
        global_step: has no effect.
        update_ops: assignments that are carried out with each step; those in `UPDATE_OPS` if None.
        variables_to_train: all trainable ones if None.
        transform_grads_fn: a function of a list of pairs (gradient, variable) that returns such a list.
        summarize_gradients: whether gradients are summarized.
        gate_gradients: has no effect.
        aggregation_method: has no effect.
        colocate_gradients_with_ops: has no effect.
        check_numerics: has no effect: training ends where the loss is not finite.
        clip_gradient_norm: the greatest norm of each gradient, as `tf.contrib.slim` has it; 0 for none.
        gradient_multipliers: factors of gradients, by variable or its name, as `tf.contrib.slim` has it.

    Example:
        In a model function:

            train_op = tf.contrib.training.create_train_op(loss, tf.train.AdamOptimizer(1e-3))
    """
    run_now(list(get_collection(GraphKeys.UPDATE_OPS) if update_ops is None else update_ops))
    pairs = optimizer.compute_gradients(total_loss, variables_to_train)
    if transform_grads_fn is not None:
        pairs = transform_grads_fn(pairs)
    if gradient_multipliers:
        pairs = multiply_gradients(pairs, gradient_multipliers)
    if clip_gradient_norm > 0:
        pairs = clip_gradient_norms(pairs, clip_gradient_norm)
    if summarize_gradients:
        add_gradients_summaries(pairs)
    return optimizer.apply_gradients(pairs, global_step=global_step)


def clip_gradient_norms(gradients_to_variables: _Pairs, max_norm: float) -> _Pairs:
    """Scales each gradient so that its own norm is `max_norm` at most."""
    return [(g if g is None else clip_by_norm(g, max_norm), v) for g, v in gradients_to_variables]


def clip_gradient_norms_fn(max_norm: float) -> Callable[[_Pairs], _Pairs]:
    """Returns `clip_gradient_norms` as `create_train_op` takes it for `transform_grads_fn`."""
    return lambda pairs: clip_gradient_norms(pairs, max_norm)


def multiply_gradients(grads_and_vars: _Pairs, gradient_multipliers: Mapping[Any, Any]) -> _Pairs:
    """Multiplies gradients by factors, which stand under variables or their names.

    Raises:
        ValueError: a factor for a variable that has no gradient.
    """
    active = frame()
    named = {k if isinstance(k, str) else variable_name(active, k): f for k, f in gradient_multipliers.items()}
    factors = {str(name).removesuffix(":0"): factor for name, factor in named.items()}
    multiplied = []
    for gradient, variable in grads_and_vars:
        factor = factors.get(str(variable_name(active, variable)))
        if factor is not None and gradient is None:
            raise ValueError(f"{variable.name} has no gradient that could be multiplied by {factor}")
        multiplied.append((gradient if factor is None else _times(gradient, factor), variable))
    return multiplied


def _times(gradient: Any, factor: Any) -> Any:
    if isinstance(gradient, IndexedSlices):
        return replace(gradient, values=gradient.values * factor)
    return gradient * factor


def add_gradients_summaries(grads_and_vars: _Pairs) -> None:
    """Summarizes each gradient: its values and its norm."""
    for gradient, variable in grads_and_vars:
        if gradient is not None:
            name = str(variable.name).removesuffix(":0")
            histogram(f"{name}_gradient", getattr(gradient, "values", gradient))
            scalar(f"{name}_gradient_norm", global_norm([gradient]))
