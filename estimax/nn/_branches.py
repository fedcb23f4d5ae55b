"""A choice between functions in a model function, of which only the chosen one runs.

Both are called once to learn what they return and which variables they make. Where
they leave nothing else behind, they are called once more inside of a conditional of
JAX. So what is not chosen costs nothing, and a division by zero in it cannot make
gradients NaN. Where they do leave something (summaries, assignments, updates), both
are computed, and one result is selected; of assignments those of the chosen one take
place, when they are run in it or returned.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any

import jax.numpy as jnp
from jax import lax

from estimax._base import _nest as nest
from estimax._base._errors import UnimplementedError
from estimax._graph._boundary import Group, current_boundary
from estimax._graph._effects import silent
from estimax._graph._op import on_device
from estimax._scope._assigning import run_now
from estimax._scope._frame import Frame, current_frame, frame
from estimax._scope._graph_keys import GraphKeys

_LEFT = ("updates", "summaries", "collections", "assignments", "penalties", "differentiated", "constraints", "initials")


@dataclass(frozen=True, eq=False)
class Recorded:
    """What a function returned when it was called first.

    Attributes:
        result: that.
        again: calls it again in the same state of the model function, and leaves none of its traces; None
            where it must not be called again.
        updates: what it assigned to variables, by their names; taken back, until it is known what is chosen.
    """

    result: Any
    again: Callable[[], Any] | None
    updates: Mapping[str, Any] = field(default_factory=dict)


def recorded(function: Callable[[], Any]) -> Recorded:
    """Calls a function, and remembers what it started from."""
    active = current_frame.get()
    if active is None:
        return Recorded(function(), None)
    before, left = _state(active), _left(active)
    result = _run(function())
    updates = {name: v for name, v in active.updates.items() if before["updates"].get(name) is not v}
    leaves_nothing = _left(active) == left
    if updates:
        active.updates, active.pending = dict(before["updates"]), dict(before["pending"])

    def again() -> Any:
        after = _state(active)
        _restore(active, before)
        try:
            with silent():
                return _run(function())
        finally:
            _restore(active, after)

    return Recorded(result, again if leaves_nothing else None, updates)


def assign_chosen(index: Any, functions: Sequence[Recorded]) -> None:
    """Carries out what the chosen function assigned to variables.

    Args:
        index: the number of the function; of two functions, truth for the first.
        functions: all.
    """
    active = current_frame.get()
    if active is None:
        return
    chosen = jnp.reshape(on_device(index), ())
    for name in dict.fromkeys(n for f in functions for n in f.updates):
        value = active.variable(active.specs[name])
        for number, function in enumerate(functions):
            if name in function.updates:
                is_this = chosen == ((number == 0) if chosen.dtype == bool else number)
                value = jnp.where(is_this, function.updates[name], value)
        active.updates[name] = active.pending[name] = value


def _run(result: Any) -> Any:
    """Carries out the operations and assignments in what a function returned; puts a value in the place of operations.

    Raises:
        UnimplementedError: what trains variables stands there.
    """
    if isinstance(result, list | tuple) and not isinstance(result, Group) and not hasattr(result, "_fields"):
        return type(result)(map(_run, result))
    active = frame()
    before = len(active.collections.get(GraphKeys.TRAIN_OP, ()))
    run_now(result)
    if len(active.collections.get(GraphKeys.TRAIN_OP, ())) > before:
        raise UnimplementedError(
            "tf.cond and tf.case cannot choose whether an optimizer changes variables. Let it do so in each step, with "
            "gradients that are multiplied by 0 where it should not, or assign to the variables in the function"
        )
    is_operation = result is None or isinstance(result, Group) or hasattr(result, "carry_out")
    return jnp.asarray(True) if is_operation else result


def _state(active: Frame) -> dict[str, Any]:
    values = {f.name: getattr(active, f.name) for f in fields(active)}
    return {name: copy.copy(value) if isinstance(value, dict | list) else value for name, value in values.items()}


def _restore(active: Frame, state: dict[str, Any]) -> None:
    for name, value in state.items():
        setattr(active, name, copy.copy(value) if isinstance(value, dict | list) else value)


def _left(active: Frame) -> list[Any]:
    """Returns how much there is of everything that a call leaves behind."""
    exits = len(getattr(current_boundary.get(), "exits", ()))
    sizes = [len(getattr(active, name)) for name in _LEFT]
    updates = list(map(id, active.updates.values()))
    return [exits, *sizes, updates, [len(values) for values in active.collections.values()]]


def chosen(pred: Any, functions: Sequence[Recorded], structure: Any, wanted: Sequence[Sequence[Any]]) -> Any:
    """Returns the results of the first of two functions where `pred` is true, else those of the second.

    Args:
        pred: one truth value.
        functions: two, both of which may be called again.
        structure: of their results.
        wanted: for each leaf of it the values that both gave first, of one type.

    Returns:
        The leaves, or None where their shapes differ.
    """
    arrays = [[on_device(v) for v in column] for column in wanted]
    if any(a.shape != b.shape for a, b in arrays):
        return None
    types = [jnp.result_type(a, b) for a, b in arrays]

    def branch(which: int) -> Callable[[], list[Any]]:
        def run() -> list[Any]:
            again = functions[which].again
            assert again is not None
            result = again()
            listed = tuple(result) if isinstance(result, list) else result
            leaves = nest.flatten(nest.map_leaves(lambda a, b: b, structure, listed))
            return [jnp.asarray(on_device(v)).astype(t) for v, t in zip(leaves, types, strict=True)]

        return run

    return lax.cond(jnp.reshape(on_device(pred), ()), branch(0), branch(1))
