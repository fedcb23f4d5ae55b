"""Assignments to variables: declared where `assign` is called, done where they are run.

As in the original, an assignment that nothing runs does not take place. It is run
when it stands in `control_dependencies`, in a `group` that is run, in the train op,
or in the update of a metric. What it starts from is the variable before the step,
or the last assignment to it in the same call.
"""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp

from estimax._base import _nest as nest
from estimax._graph._boundary import Group
from estimax._graph._effects import Effect
from estimax._scope._crossing import to_device
from estimax._scope._frame import Assignment, Frame, current_frame, frame

_STEP = "global_step"


def assign(ref: Any, value: Any, validate_shape: Any = None, use_locking: Any = None, name: str | None = None) -> Any:
    """Declares that a variable gets a value; returns the value, which stands for the assignment.

    Args:
        ref: a variable: what `get_variable` or `Variable` returned, or one of `trainable_variables()`.
        value: of the variable's shape.
        validate_shape: has no effect.
        use_locking: has no effect.
        name: of the result.

    Raises:
        TypeError: `ref` is not a variable of the model function that runs.
        ValueError: the value has another shape.

    Example:
        A counter of one's own, in a model function:

            seen = tf.get_variable("seen", [], tf.int32, tf.zeros_initializer(), trainable=False)
            train_op = tf.group(optimizer.minimize(loss), tf.assign_add(seen, batch_size))
    """
    return _declared(ref, lambda old: value)


def assign_add(ref: Any, value: Any, use_locking: Any = None, name: str | None = None) -> Any:
    """Declares that a value is added to a variable; see `assign`."""
    return _declared(ref, lambda old: old + _array(value, old))


def assign_sub(ref: Any, value: Any, use_locking: Any = None, name: str | None = None) -> Any:
    """Declares that a value is subtracted from a variable; see `assign`."""
    return _declared(ref, lambda old: old - _array(value, old))


def _array(value: Any, like: Any) -> Any:
    return jnp.asarray(to_device(value)).astype(like.dtype)


def _declared(ref: Any, changed: Any) -> Any:
    active = current_frame.get()
    if active is None:
        raise TypeError("variables belong to a model function; assign to them inside of it")
    name = variable_name(active, ref)
    if name is None:
        raise TypeError(f"assign needs a variable, as tf.get_variable or tf.Variable returns it; got {ref!r}")
    old = active.pending.get(name)
    if old is None:
        old = ref.array if hasattr(ref, "array") else ref
    return assign_later(name, _array(changed(old), old), tuple(old.shape))


def variable_name(active: Frame, ref: Any) -> str | None:
    """Returns the full name of the variable that something is: its value, its handle, or an assignment to it."""
    if id(ref) in active.assignments:
        return active.assignments[id(ref)].name
    handle = getattr(ref, "spec", None)
    name = getattr(handle, "name", None)
    return name if isinstance(name, str) else active.name_of(ref)


def assign_later(name: str, value: Any, shape: tuple[int, ...] | None = None) -> Any:
    """Declares that the variable of a full name gets a value; returns an array that stands for that.

    Raises:
        ValueError: the value has another shape than the variable.
    """
    active = frame()
    if shape is not None and tuple(value.shape) != shape:
        raise ValueError(f"variable {name!r} has shape {shape}; a value of shape {tuple(value.shape)} was assigned")
    standing = jnp.copy(value)
    active.assignments[id(standing)] = Assignment(name, standing)
    active.pending[name] = standing
    return standing


def run_now(ops: Any) -> None:
    """Carries out the assignments in a structure of arrays, groups and anything else."""
    active = frame()
    for leaf in _leaves(ops):
        if isinstance(leaf, Effect):
            leaf.run()
        known = active.assignments.get(id(leaf))
        if known is not None and known.value is leaf and known.name != _STEP:
            active.updates[known.name] = leaf
        elif hasattr(leaf, "carry_out"):
            leaf.carry_out(active)


def _leaves(ops: Any) -> list[Any]:
    if isinstance(ops, Group | list | tuple | set):
        return [leaf for op in ops for leaf in _leaves(op)]
    return nest.flatten(ops) if isinstance(ops, dict) else [ops]
