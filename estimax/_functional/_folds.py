"""Folds: a function of a state and each entry of a Tensor, one after the other; for all rows in step."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from estimax._array._closure import draws_inside, is_on_device, kept_symbolic
from estimax._array._joining import concat
from estimax._base import _nest as nest
from estimax._base._lazy import resolve
from estimax._base._shapes import TensorSpec
from estimax._functional._elements import (
    arguments_of,
    common_size,
    entries_of,
    grouped,
    in_order,
    leaves_like,
    nothing,
    spread,
    together,
    traced,
)
from estimax._functional._steady import steady
from estimax._graph._column import Column, concatenate_rows, empty_column, take_rows
from estimax._graph._columnwise import one_row, only_row
from estimax._graph._draws import Draws
from estimax._graph._function import Function, placeholder_for
from estimax._graph._op import Node, Op
from estimax._graph._tracing import next_number


def _infer(
    *specs: TensorSpec, function: Function, counts: list[int], collect: bool, **_: Any
) -> tuple[TensorSpec, ...]:
    states = [t.spec for t in function.inputs[: counts[0]]]
    if not collect:
        return tuple(states)
    sizes = {s.shape[0] for s in specs[counts[0] : sum(counts)] if s.shape.ndims} - {None}
    size = sizes.pop() if sizes else None
    return tuple(together(size, spec) for spec in states)


def _run(
    values: Sequence[Any],
    lifted: Sequence[bool],
    rows: int,
    function: Function,
    counts: list[int],
    collect: bool,
    reverse: bool,
    number: int = 0,
    draws: Draws | None = None,
) -> list[Column]:
    """Takes a step in all rows that have an entry left, until none has."""
    if draws is not None:
        if rows > 1:
            parts = [
                _run(
                    [v[r : r + 1] if c else v for v, c in zip(values, lifted, strict=True)],
                    lifted,
                    1,
                    function,
                    counts,
                    collect,
                    reverse,
                    number,
                    draws.row(r),
                )
                for r in range(rows)
            ]
            return [concatenate_rows(columns) for columns in zip(*parts, strict=True)]
        draws = draws.inside(number)
    first, last = counts[0], sum(counts)
    elements, sizes = entries_of("a fold", values[first:last], lifted[first:last], rows)
    starts = np.concatenate([[0], np.cumsum(sizes)])
    active = np.arange(rows)
    state = spread(values[:first], lifted[:first], active)
    ended: list[tuple[np.ndarray, list[Column]]] = []
    for step in range(int(sizes.max(initial=0)) + 1):
        going = sizes[active] > step
        if not going.all():
            if not collect:
                ended.append((active[~going], [take_rows(c, np.flatnonzero(~going)) for c in state]))
            state = [take_rows(c, np.flatnonzero(going)) for c in state]
            active = active[going]
        if not len(active):
            break
        places = starts[active + 1] - 1 - step if reverse else starts[active] + step
        entry = [take_rows(c, places) for c in elements]
        captured = spread(values[last:], lifted[last:], active)
        inside = None if draws is None else draws.row(step)
        state = function.over_rows([*state, *entry, *captured], len(active), inside)
        if collect:
            ended.append((places, state))
    columns = in_order(ended)
    specs = [t.spec for t in function.outputs]
    if not collect:
        return columns
    if not columns:
        return [nothing(spec, rows) for spec in specs]
    return [grouped("scan", c, sizes, spec) for c, spec in zip(columns, specs, strict=True)]


def _host(*values: Any, **params: Any) -> Any:
    return tuple(map(only_row, _run(list(map(one_row, values)), [True] * len(values), 1, **params)))


def _rows(
    node: Node, values: Sequence[Any], lifted: Sequence[bool], rows: int, params: dict[str, Any]
) -> tuple[Column, ...]:
    if not rows:
        return tuple(empty_column(spec) for spec in node.specs)
    return tuple(_run(values, lifted, rows, **params))


_FOLD = Op("Fold", infer=_infer, host=_host, lift=_rows, composite=True, expands=True)
_RANDOM_FOLD = Op("RandomFold", infer=_infer, host=_host, lift=_rows, composite=True, expands=True, random=True)


def foldl(
    fn: Callable[[Any, Any], Any],
    elems: Any,
    initializer: Any = None,
    parallel_iterations: int = 10,
    back_prop: bool = True,
    swap_memory: bool = False,
    name: str | None = None,
) -> Any:
    """Combines the entries of Tensors along their first axis, from the first on.

    Args:
        fn: called with a state and an entry; returns the next state.
        elems: a Tensor, or a structure of Tensors with first axes of one size.
        initializer: the first state; by default the first entry.
        parallel_iterations: has no effect, like the arguments that follow.
        back_prop: has no effect.
        swap_memory: has no effect.
        name: has no effect.

    Example:
        >>> import estimax as tf
        >>> from estimax._functional import foldl
        >>> int(foldl(lambda a, x: a * 10 + x, tf.constant([1, 2, 3])))
        123
    """
    return _folded(fn, elems, initializer, collect=False, reverse=False)


def foldr(
    fn: Callable[[Any, Any], Any],
    elems: Any,
    initializer: Any = None,
    parallel_iterations: int = 10,
    back_prop: bool = True,
    swap_memory: bool = False,
    name: str | None = None,
) -> Any:
    """Combines the entries from the last on; the arguments are those of `foldl`."""
    return _folded(fn, elems, initializer, collect=False, reverse=True)


def scan(
    fn: Callable[[Any, Any], Any],
    elems: Any,
    initializer: Any = None,
    parallel_iterations: int = 10,
    back_prop: bool = True,
    swap_memory: bool = False,
    infer_shape: bool = True,
    reverse: bool = False,
    name: str | None = None,
) -> Any:
    """Gives the state after each entry; the arguments are those of `foldl`, `reverse` to start from the last.

    Example:
        >>> import estimax as tf
        >>> from estimax._functional import scan
        >>> scan(lambda a, x: a + x, tf.constant([1, 2, 3])).numpy()
        array([1, 3, 6], dtype=int32)
    """
    return _folded(fn, elems, initializer, collect=True, reverse=reverse)


def _folded(fn: Callable[[Any, Any], Any], elems: Any, initializer: Any, collect: bool, reverse: bool) -> Any:
    given = arguments_of(elems)
    start = None if initializer is None else arguments_of(initializer)
    if is_on_device([*nest.flatten(given), *nest.flatten(start)]):
        return resolve("estimax.nn._control_flow:fold")(fn, given, start, collect, reverse)
    common_size("a fold", nest.flatten(given))
    if start is None:
        first, rest = (np.s_[-1:], np.s_[:-1]) if reverse else (np.s_[:1], np.s_[1:])
        start = nest.map_leaves(lambda t: t[-1 if reverse else 0], given)
        out = _folded(fn, nest.map_leaves(lambda t: t[rest], given), start, collect, reverse)
        if not collect:
            return out
        ends = nest.map_leaves(lambda t: t[first], given)
        return nest.map_leaves(lambda a, b: concat([b, a] if reverse else [a, b], 0), ends, out)
    states, tensors = nest.flatten(start), nest.flatten(given)
    with kept_symbolic():
        entries = [placeholder_for(t.spec.unbatched()) for t in tensors]

        def step(inputs: list[Any]) -> Any:
            return fn(nest.pack(start, inputs), nest.pack(given, entries))

        closure = steady(
            states,
            lambda inputs: traced(
                lambda: step(inputs),
                [*inputs, *entries],
                lambda value: leaves_like("a fold", value, start, [t.dtype for t in states]),
            )[0],
        )
        draws = draws_inside(closure.function)
        numbered = {"number": next_number()} if draws else {}
    out = (_RANDOM_FOLD if draws else _FOLD)(
        *states,
        *tensors,
        *closure.captures,
        function=closure.function,
        counts=[len(states), len(tensors)],
        collect=collect,
        reverse=reverse,
        **numbered,
    )
    return nest.pack(start, out)
