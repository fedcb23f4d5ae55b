"""Gradients inside a model function.

When a model function asks for gradients, its loss has been computed already, from
values that nobody differentiates. So the function is called once more, inside its own
call, with variables that are differentiated, and is left as soon as it asks for the
same gradients again: with the loss, whose gradients are then real arrays. The
compiler merges what both calls compute alike.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import Any

import jax
import jax.numpy as jnp

from estimax._base._errors import InvalidArgumentError
from estimax._base._lazy import did_you_mean
from estimax._scope._frame import Frame, current_frame
from estimax._scope._variables import VariableHandle
from estimax.nn._arrays import as_array
from estimax.train._activation_gradients import gradients_by_results
from estimax.train._connection import connected
from estimax.train._gradients import Gradient, IndexedSlices, joined, merged


class _Reached(BaseException):
    """Ends a call of the model function that was made for its loss, or for its loss and other results."""

    def __init__(self, result: Any) -> None:
        super().__init__()
        self.result = result


def variable_names(var_list: Any) -> list[str]:
    """Returns the names of variables that are given as names, handles, or as the arrays that `get_variable` returned.

    Raises:
        InvalidArgumentError: something is none of these, or the running model has no variable of that name.

    Example:
        >>> variable_names(["dense/kernel", "dense/bias:0"])
        ['dense/kernel', 'dense/bias']
    """
    listed = var_list if isinstance(var_list, list | tuple) else [var_list]
    names = [_name(variable) for variable in listed]
    active = current_frame.get()
    for name in names:
        if active is not None and name not in active.specs:
            raise InvalidArgumentError(
                f"var_list names {name!r}, which is not among the variables of the model, "
                f"{sorted(active.specs)}{did_you_mean(name, active.specs)}"
            )
    return names


def _name(variable: Any) -> str:
    active = current_frame.get()
    name = variable if isinstance(variable, str) else active.name_of(variable) if active is not None else None
    if name is None and not isinstance(variable, jax.Array):
        name = getattr(variable, "name", None)
    if not isinstance(name, str):
        raise InvalidArgumentError(
            f"var_list needs names of variables, or the variables as get_variable returned them; got {variable!r}"
        )
    return name.removesuffix(":0")


def compute_gradients(
    loss: Any, var_list: Any = None, grad_loss: Any = None, keep: bool = True
) -> list[tuple[Gradient | None, VariableHandle]]:
    """Returns the gradients of a loss, each with its variable; see `Optimizer.compute_gradients`.

    Args:
        loss: a scalar.
        var_list: the variables, or their names; all trainable ones if None.
        grad_loss: a factor of the gradients; 1 if None.
        keep: whether gradients that are asked for later take these for constants, and need not compute them again.

    Raises:
        InvalidArgumentError: no model function runs, or a variable is unknown.
    """
    active, known = _awaited(loss)
    names = _trainable(active) if var_list is None else variable_names(var_list)
    found = _gradients(active, names, grad_loss) if known is None else known
    active.differentiated.append(found if keep else None)
    handles = [VariableHandle(active.specs[name], active.variable(active.specs[name])) for name in names]
    return [(found.get(name), handle) for name, handle in zip(names, handles, strict=True)]


class UnconnectedGradients(Enum):
    """What stands for the gradient of something on which nothing depends: `tf.UnconnectedGradients`.

    Attributes:
        NONE: None.
        ZERO: zeros.
    """

    NONE = "none"
    ZERO = "zero"


def _awaited(result: Any) -> tuple[Frame, Any]:
    """Returns the frame and the gradients that are known already, if any; ends a call that was made for the result."""
    active = current_frame.get()
    if active is None or active.rerun is None:
        raise InvalidArgumentError(
            "gradients are computed inside a model function only; outside of one, jax.grad gives them"
        )
    number = len(active.differentiated)
    known = active.known_gradients
    if known is not None and number == len(known):
        raise _Reached(result)
    return active, None if known is None else known[number]


def gradients(
    ys: Any,
    xs: Any,
    grad_ys: Any = None,
    name: str | None = None,
    colocate_gradients_with_ops: bool = False,
    gate_gradients: bool = False,
    aggregation_method: Any = None,
    stop_gradients: Any = None,
    unconnected_gradients: Any = None,
) -> list[Gradient | None]:
    """Returns the gradients of a sum of arrays with respect to variables, inputs or results: `tf.gradients`.

    Args:
        ys: an array, or a list of arrays, all elements of which are summed.
        xs: a variable (its name, its handle, or what `get_variable` returned), any other array of the
            model function, such as a feature or an activation, or a list of these.
        grad_ys: factors of the elements of each of `ys`; 1 if None.
        name: accepted for programs that pass it; it has no effect.
        colocate_gradients_with_ops: has no effect.
        gate_gradients: has no effect.
        aggregation_method: has no effect.
        stop_gradients: not supported.
        unconnected_gradients: 'zero' for zeros in place of None.

    Returns:
        For each variable an array, `IndexedSlices`, or None where nothing depends on it.

    Raises:
        InvalidArgumentError: no model function runs, or one of `xs` is no array of it.
    """
    if stop_gradients is not None:
        raise InvalidArgumentError("gradients does not take stop_gradients; use tf.stop_gradient in the model function")
    terms = list(ys) if isinstance(ys, list | tuple) else [ys]
    if grad_ys is not None:
        factors = list(grad_ys) if isinstance(grad_ys, list | tuple) else [grad_ys]
        terms = [
            y if f is None else y * jax.lax.stop_gradient(as_array(f)) for y, f in zip(terms, factors, strict=True)
        ]
    loss = sum((jnp.sum(y) for y in terms[1:]), jnp.sum(terms[0]))
    listed = list(xs) if isinstance(xs, list | tuple) else [xs]
    if all(map(_is_variable, listed)):
        found = [gradient for gradient, _ in compute_gradients(loss, listed, keep=False)]
    else:
        found = _by_results(loss, [as_array(x) for x in listed])
    if unconnected_gradients is None or str(getattr(unconnected_gradients, "value", unconnected_gradients)) == "none":
        return found
    return [jnp.zeros(v.shape, v.dtype) if g is None else g for g, v in zip(found, listed, strict=True)]


def _is_variable(x: Any) -> bool:
    active = current_frame.get()
    named = isinstance(x, str | VariableHandle)
    return named or (active is not None and active.name_of(x) is not None)


def _by_results(loss: Any, xs: list[Any]) -> list[Any]:
    """Traces the model function again up to the same place, and differentiates what it finds there."""
    active, _ = _awaited((loss, xs))

    def computed() -> Any:
        known = tuple(active.differentiated)
        made = {name: active.variable(spec) for name, spec in active.specs.items()}  # the same array in each use
        inner = Frame(
            made | dict(active.values), active.deltas, active.key, active.create, active.rows, known_gradients=known
        )
        return _rerun(active, inner)

    found = gradients_by_results(computed)
    active.differentiated.append(None)
    return found


def _rerun(active: Frame, inner: Frame) -> Any:
    """Calls the model function again, up to the place where it asks for gradients; returns what it has there."""
    assert active.rerun is not None
    try:
        active.rerun(inner)
    except _Reached as reached:
        return reached.result
    raise InvalidArgumentError("the model function did not ask for the same gradients when it was called again")


def _trainable(active: Frame) -> list[str]:
    return [name for name, spec in active.specs.items() if spec.is_trainable]


def _gradients(active: Frame, names: list[str], grad_loss: Any) -> dict[str, Gradient]:
    """Calls the model function again and differentiates the loss that it asks gradients of."""
    specs = active.specs
    read = {lookup.table for lookup in active.lookups}
    by_rows = {name for name in names if name in read}
    current = {name: active.variable(specs[name]) for name in names}
    deltas = {
        i: jnp.zeros((*lookup.ids.shape, *specs[lookup.table].shape[1:]), specs[lookup.table].dtype)
        for i, lookup in enumerate(active.lookups)
        if lookup.table in by_rows
    }

    def loss_of(dense: Mapping[str, Any], deltas: Mapping[int, Any]) -> Any:
        listed = [deltas.get(i) for i in range(len(active.lookups))]
        values = {**active.values, **dense}
        inner = Frame(values, listed, active.key, active.create, known_gradients=tuple(active.differentiated))
        return jnp.reshape(_rerun(active, inner), ())

    loss, pullback = jax.vjp(loss_of, current, deltas)
    cotangent = jnp.ones_like(loss) if grad_loss is None else jnp.asarray(grad_loss, loss.dtype)
    by_name, by_lookup = connected(pullback, cotangent)
    found: dict[str, Gradient] = {name: gradient for name, gradient in by_name.items() if gradient is not None}
    for name in by_rows:
        shape = specs[name].shape
        parts = [
            IndexedSlices(gradient.reshape(-1, *shape[1:]), active.lookups[i].ids.reshape(-1), shape)
            for i, gradient in by_lookup.items()
            if active.lookups[i].table == name and gradient is not None
        ]
        if parts:
            by_row = joined(parts)
            if specs[name].is_table:  # a column looks up each row of a batch once, so its norm sees sums
                by_row, _ = merged(by_row)
            found[name] = found[name] + by_row.to_dense() if name in found else by_row
    return found
