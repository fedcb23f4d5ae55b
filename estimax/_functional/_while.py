"""`while_loop`: in all rows in step, until the condition of the last of them is false."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from estimax._array._closure import draws_inside, is_on_device, kept_symbolic
from estimax._base import _nest as nest
from estimax._base._errors import InvalidArgumentError
from estimax._base._lazy import resolve
from estimax._base._shapes import TensorShape, TensorSpec
from estimax._functional._elements import arguments_of, in_order, leaves_like, spread, structured, traced
from estimax._functional._steady import steady
from estimax._graph._column import Column, concatenate_rows, empty_column, take_rows
from estimax._graph._columnwise import one_row, only_row
from estimax._graph._draws import Draws
from estimax._graph._function import Function
from estimax._graph._op import Node, Op, as_tensor
from estimax._graph._tracing import next_number


def _infer(*specs: TensorSpec, condition: Function, body: Function, counts: list[int], **_: Any) -> Any:
    return tuple(t.spec for t in body.inputs[: counts[0]])


def _run(
    values: Sequence[Any],
    lifted: Sequence[bool],
    rows: int,
    condition: Function,
    body: Function,
    counts: list[int],
    most: int | None,
    number: int = 0,
    draws: Draws | None = None,
) -> list[Column]:
    """Takes a turn in all rows whose condition is true, until there is none."""
    if draws is not None:
        if rows > 1:
            parts = [
                _run(
                    [v[r : r + 1] if c else v for v, c in zip(values, lifted, strict=True)],
                    lifted,
                    1,
                    condition,
                    body,
                    counts,
                    most,
                    number,
                    draws.row(r),
                )
                for r in range(rows)
            ]
            return [concatenate_rows(columns) for columns in zip(*parts, strict=True)]
        draws = draws.inside(number)
    first, last = counts[0], sum(counts)
    active = np.arange(rows)
    state = spread(values[:first], lifted[:first], active)
    ended: list[tuple[np.ndarray, list[Column]]] = []
    turn = 0
    while len(active) and turn != most:
        inside = None if draws is None else draws.row(turn)
        captured = spread(values[first:last], lifted[first:last], active)
        (going,) = condition.over_rows([*state, *captured], len(active), inside)
        going = np.asarray(going)
        if not going.all():
            ended.append((active[~going], [take_rows(c, np.flatnonzero(~going)) for c in state]))
            state = [take_rows(c, np.flatnonzero(going)) for c in state]
            active = active[going]
        if len(active):
            captured = spread(values[last:], lifted[last:], active)
            state = body.over_rows([*state, *captured], len(active), inside)
        turn += 1
    if len(active):
        ended.append((active, state))
    return in_order(ended)


def _host(*values: Any, **params: Any) -> Any:
    return tuple(map(only_row, _run(list(map(one_row, values)), [True] * len(values), 1, **params)))


def _rows(
    node: Node, values: Sequence[Any], lifted: Sequence[bool], rows: int, params: dict[str, Any]
) -> tuple[Column, ...]:
    if not rows:
        return tuple(empty_column(spec) for spec in node.specs)
    return tuple(_run(values, lifted, rows, **params))


_WHILE = Op("While", infer=_infer, host=_host, lift=_rows, composite=True, expands=True)
_RANDOM_WHILE = Op("RandomWhile", infer=_infer, host=_host, lift=_rows, composite=True, expands=True, random=True)


def while_loop(
    cond: Callable[..., Any],
    body: Callable[..., Any],
    loop_vars: Any,
    shape_invariants: Any = None,
    parallel_iterations: int = 10,
    back_prop: bool = True,
    swap_memory: bool = False,
    name: str | None = None,
    maximum_iterations: Any = None,
    return_same_structure: bool = False,
) -> Any:
    """Computes `body` of its own results for as long as `cond` of them is true.

    Both functions are called with placeholders, to learn what they do.

    Args:
        cond: called with the variables of the loop; returns one truth value.
        body: called with them; returns as many of the same types.
        loop_vars: a list, tuple or dictionary of what they are at first.
        shape_invariants: shapes that they keep, in a structure like `loop_vars`; by
            default, sizes that the body changes are taken for unknown.
        parallel_iterations: has no effect, like the next three.
        back_prop: has no effect.
        swap_memory: has no effect.
        name: has no effect.
        maximum_iterations: how many turns there are at most.
        return_same_structure: whether a single variable is returned as `loop_vars` has it;
            by default it is returned as it is.

    Example:
        >>> import estimax as tf
        >>> from estimax._functional import while_loop
        >>> i, total = while_loop(lambda i, t: i < 4, lambda i, t: (i + 1, t + i), [tf.constant(0), tf.constant(0)])
        >>> int(total)
        6
    """
    as_list = isinstance(loop_vars, list)
    given = nest.map_leaves(structured, tuple(loop_vars) if as_list else loop_vars)
    given = arguments_of(given)
    states = nest.flatten(given)
    most = None if maximum_iterations is None else int(maximum_iterations)
    if is_on_device(states):
        out = resolve("estimax.nn._control_flow:while_loop")(cond, body, given, most)
        return _returned(out, as_list, return_same_structure)
    with kept_symbolic():
        closure = steady(
            states,
            lambda inputs: traced(
                lambda: _called(body, nest.pack(given, inputs)),
                inputs,
                lambda value: leaves_like("while_loop", _single(value, given), given, [t.dtype for t in states]),
            )[0],
            _invariants(shape_invariants, given, states),
        )
        inputs = list(closure.function.inputs[: len(states)])
        condition, _ = traced(lambda: _called(cond, nest.pack(given, inputs)), inputs, lambda v: [as_tensor(v)])
        _check_condition(condition.function)
        draws = draws_inside(closure.function) or draws_inside(condition.function)
        numbered = {"number": next_number()} if draws else {}
    out = (_RANDOM_WHILE if draws else _WHILE)(
        *states,
        *condition.captures,
        *closure.captures,
        condition=condition.function,
        body=closure.function,
        counts=[len(states), len(condition.captures)],
        most=most,
        **numbered,
    )
    return _returned(nest.pack(given, out), as_list, return_same_structure)


def _called(function: Callable[..., Any], variables: Any) -> Any:
    return function(*variables) if isinstance(variables, tuple) else function(variables)


def _single(value: Any, structure: Any) -> Any:
    """Lets a body with one variable return it alone."""
    alone = isinstance(structure, tuple) and len(structure) == 1 and not isinstance(value, list | tuple)
    return (value,) if alone else value


def _check_condition(condition: Function) -> None:
    (result,) = condition.outputs
    if not result.dtype.is_bool or result.shape.ndims:
        raise InvalidArgumentError(f"the condition of while_loop must be one truth value; got {result!r}")


def _invariants(shapes: Any, structure: Any, states: Sequence[Any]) -> list[TensorSpec] | None:
    if shapes is None:
        return None
    listed = list(shapes) if isinstance(shapes, list | tuple) and not isinstance(shapes, TensorShape) else [shapes]
    flat = listed if len(listed) == len(states) else nest.flatten(shapes)
    return [t.spec.with_shape(TensorShape(s)) for t, s in zip(states, flat, strict=True)]


def _returned(result: Any, as_list: bool, same_structure: bool) -> Any:
    if isinstance(result, tuple) and len(result) == 1 and not same_structure:
        return result[0]
    return list(result) if as_list else result
