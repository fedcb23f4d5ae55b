"""A choice between functions: `cond`, `case` and `switch_case`.

Each function runs for the rows that choose it and for no others, so one may fail
where another is chosen: a text that is no number, say.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from estimax._array._assertions import Assert
from estimax._array._closure import Closure, closed, draws_inside, holds_arrays, run_rows
from estimax._array._control import control_dependencies, identity
from estimax._array._selection import where_v2
from estimax._base import _nest as nest
from estimax._base._errors import InvalidArgumentError
from estimax._base._lazy import resolve
from estimax._base._shapes import TensorSpec
from estimax._graph._boundary import is_device_array
from estimax._graph._column import Column, concatenate_rows, empty_column, take_rows
from estimax._graph._draws import Draws
from estimax._graph._effects import guarded
from estimax._graph._function import Function, as_structure
from estimax._graph._op import OPS, Node, Op, as_argument, as_tensor
from estimax._graph._tensor import Tensor
from estimax._graph._tracing import next_number

Branch = Callable[[], Any]


def _infer(
    index: TensorSpec, *captures: TensorSpec, functions: list[Function], counts: list[int], **_: Any
) -> tuple[TensorSpec, ...]:
    if not (index.dtype.is_bool or index.dtype.is_integer):
        raise TypeError(f"cond needs a condition of truth values; got {index.dtype.name}")
    if index.shape.ndims:
        raise InvalidArgumentError(f"cond chooses by a single truth value; got shape {tuple(index.shape)} to choose by")
    return tuple(_merged([t.spec for t in outs]) for outs in zip(*(f.outputs for f in functions), strict=True))


def _merged(specs: Sequence[TensorSpec]) -> TensorSpec:
    """Returns what is known of a value that is one of several."""
    first = specs[0]
    for other in specs[1:]:
        if type(first) is not type(other) or first.dtype != other.dtype:
            raise TypeError(f"cond needs values of one type from all functions; got {first} and {other}")
    shapes = [s.shape for s in specs]
    if any(s.ndims is None for s in shapes):
        return first.with_shape(None)
    if len({s.ndims for s in shapes}) > 1:
        raise InvalidArgumentError(
            f"cond chooses between values of equal rank; got shapes {', '.join(str(tuple(s)) for s in shapes)}"
        )
    return first.with_shape(sizes[0] if len(set(sizes)) == 1 else None for sizes in zip(*shapes, strict=True))


def _parts(values: Sequence[Any], counts: Sequence[int]) -> list[Sequence[Any]]:
    ends = np.cumsum([0, *counts]).tolist()
    return [values[a:b] for a, b in pairwise(ends)]


def _chosen(index: Any, count: int) -> int:
    """Returns the number of the function: of two, the first for true."""
    number = int(not index) if index.dtype == np.bool_ else int(index)
    if not 0 <= number < count:
        raise InvalidArgumentError("case: none of the conditions is true, and there is no default")
    return number


def _host(
    index: Any,
    *captures: Any,
    functions: list[Function],
    counts: list[int],
    number: int = 0,
    draws: Draws | None = None,
) -> tuple[Any, ...]:
    chosen = _chosen(index, len(functions))
    inside = None if draws is None else draws.inside(number)
    return tuple(functions[chosen](_parts(captures, counts)[chosen], inside))


def _rows(
    node: Node, values: Sequence[Any], lifted: Sequence[bool], rows: int, params: dict[str, Any]
) -> tuple[Column, ...]:
    """Gives each function the rows that choose it, and puts the results back in order."""
    index, *captures = values
    if not rows:
        return tuple(empty_column(spec) for spec in node.specs)
    chosen = np.asarray(index if lifted[0] else np.broadcast_to(index, (rows,)))
    numbers = np.where(chosen, 0, 1) if chosen.dtype == bool else chosen.astype(np.int64)
    functions: list[Function] = params["functions"]
    wrong = (numbers < 0) | (numbers >= len(functions))
    if wrong.any():
        _chosen(chosen[wrong][0], len(functions))
    order, parts = [], []
    flags = _parts(lifted[1:], params["counts"])
    for number, (function, given) in enumerate(zip(functions, _parts(captures, params["counts"]), strict=True)):
        picked = np.flatnonzero(numbers == number)
        if len(picked):
            order.append(picked)
            parts.append(_run(function, given, flags[number], picked, rows, params))
    if len(parts) == 1:
        return tuple(parts[0])
    back = np.empty(rows, np.int64)
    back[np.concatenate(order)] = np.arange(rows)
    return tuple(take_rows(concatenate_rows(columns), back) for columns in zip(*parts, strict=True))


def _run(
    function: Function,
    values: Sequence[Any],
    lifted: Sequence[bool],
    picked: np.ndarray,
    rows: int,
    params: dict[str, Any],
) -> list[Column]:
    if len(picked) < rows:
        values = [take_rows(v, picked) if is_column else v for v, is_column in zip(values, lifted, strict=True)]
    draws: Draws | None = params.get("draws")
    if draws is None or not draws_inside(function):
        return run_rows(function, values, lifted, len(picked))
    one_by_one = [
        run_rows(
            function,
            [v[i : i + 1] if is_column else v for v, is_column in zip(values, lifted, strict=True)],
            lifted,
            1,
            draws.row(int(row)).inside(params["number"]),
        )
        for i, row in enumerate(picked)
    ]
    return [concatenate_rows(columns) for columns in zip(*one_by_one, strict=True)]


_CASES = {  # by whether a function draws random numbers, and whether one makes much larger values of small ones
    (random, expands): Op(
        f"{'Random' * random}{'Expanding' * expands}Case",
        infer=_infer,
        host=_host,
        lift=_rows,
        composite=True,
        random=random,
        expands=expands,
    )
    for random in (False, True)
    for expands in (False, True)
}


def cond(
    pred: Any,
    true_fn: Branch | None = None,
    false_fn: Branch | None = None,
    strict: bool = False,
    name: str | None = None,
    fn1: Branch | None = None,
    fn2: Branch | None = None,
) -> Any:
    """Returns what one of two functions without arguments returns.

    Where `pred` is known, that function alone is called. Otherwise both are called to
    learn what they do (twice, to learn what they found and what they made), and in
    each row that is done which `pred` says there. On the device both are traced, and the
    one that is chosen runs; both are computed where one leaves something behind besides
    what it returns, such as a summary or the update of a metric.

    Args:
        pred: one truth value.
        true_fn: called where it is true.
        false_fn: called where it is false; returns the same structure.
        strict: has no effect.
        name: has no effect.
        fn1: the same as `true_fn`.
        fn2: the same as `false_fn`.

    Example:
        >>> import estimax as tf
        >>> tf.cond(tf.constant(2) > 1, lambda: tf.constant("yes"), lambda: tf.constant("no")).numpy()
        b'yes'
    """
    if_true, if_false = true_fn or fn1, false_fn or fn2
    if if_true is None or if_false is None:
        raise TypeError("cond needs two functions, true_fn and false_fn")
    pred = as_argument(pred)
    if isinstance(pred, Tensor) and not pred.is_symbolic:
        return as_structure(if_true() if bool(pred) else if_false())
    return _choice(pred, [if_true, if_false])


def case(
    pred_fn_pairs: Any,
    default: Branch | None = None,
    exclusive: bool = False,
    strict: bool = False,
    name: str | None = "case",
) -> Any:
    """Returns what the function beside the first true condition returns.

    Args:
        pred_fn_pairs: pairs of one truth value and a function without arguments, or a
            dictionary of them.
        default: called where none is true; None to refuse that.
        exclusive: whether to refuse that several are true.
        strict: has no effect.
        name: has no effect.

    Raises:
        InvalidArgumentError: when it runs, where no condition is true and there is no
            default, or several are and must not.

    Example:
        >>> import estimax as tf
        >>> from estimax._array import case
        >>> x = tf.constant(5)
        >>> case([(x < 3, lambda: tf.constant("few")), (x < 9, lambda: tf.constant("some"))]).numpy()
        b'some'
    """
    pairs = list(pred_fn_pairs.items() if isinstance(pred_fn_pairs, Mapping) else pred_fn_pairs)
    if not pairs:
        raise ValueError("case needs at least one pair of a condition and a function")
    conditions = [as_argument(p) for p, _ in pairs]
    index: Any = as_tensor(np.int32(len(pairs)))
    for number, condition in reversed(list(enumerate(conditions))):
        index = where_v2(condition, np.int32(number), index)
    if exclusive:
        total = OPS["Sum"](OPS["Cast"](conditions, dtype=index.dtype), axis=(0,), keepdims=False)
        with control_dependencies([Assert(total <= 1, ["case: several conditions are true"])]):
            index = identity(index)
    return _indexed(index, [*(f for _, f in pairs), *([default] if default else [])])


def switch_case(branch_index: Any, branch_fns: Any, default: Branch | None = None, name: str | None = None) -> Any:
    """Returns what the function with a number returns.

    Args:
        branch_index: a whole number.
        branch_fns: functions without arguments, or a dictionary or pairs of numbers and functions.
        default: called for all other numbers; by default the last function.
        name: has no effect.

    Example:
        >>> import estimax as tf
        >>> from estimax._array import switch_case
        >>> int(switch_case(tf.constant(1), [lambda: tf.constant(10), lambda: tf.constant(20)]))
        20
    """
    if isinstance(branch_fns, Mapping):
        numbered = sorted(branch_fns.items())
    else:
        listed = list(branch_fns)
        numbered = listed if listed and isinstance(listed[0], tuple) else list(enumerate(listed))
    functions = [f for _, f in numbered] + ([default] if default else [])
    given = as_argument(branch_index)
    index: Any = as_tensor(np.int32(len(functions) - 1))
    for place, (number, _) in enumerate(numbered):
        index = where_v2(OPS["Equal"](given, number), np.int32(place), index)
    return _indexed(index, functions)


def _indexed(index: Any, functions: list[Branch]) -> Any:
    if isinstance(index, Tensor) and not index.is_symbolic:
        return as_structure(functions[_chosen(index.value, len(functions))]())
    return _choice(index, functions)


def _choice(index: Any, functions: list[Branch]) -> Any:
    """Makes an op that chooses between what the functions build; on the device, between their results."""
    calls = [_first_call(index, number, f) for number, f in enumerate(functions)]
    if is_device_array(index):
        resolve("estimax.nn._branches:assign_chosen")(index, calls)
    results = [_as_tuple(call.result) for call in calls]
    structure = results[0]
    leaves = [nest.flatten(nest.map_leaves(lambda a, b: b, structure, r)) for r in results]
    alike = [_alike(column) for column in zip(*leaves, strict=True)]
    if is_device_array(index) or any(map(holds_arrays, leaves)):
        return nest.pack(structure, _chosen_on_device(index, calls, structure, alike))
    closures = [_closed(f, [column[i] for column in alike]) for i, f in enumerate(functions)]
    draws = any(draws_inside(c.function) for c in closures)
    out = _CASES[draws, any(c.function.expands for c in closures)](
        index,
        *(t for c in closures for t in c.captures),
        functions=[c.function for c in closures],
        counts=[len(c.captures) for c in closures],
        **({"number": next_number()} if draws else {}),
    )
    return nest.pack(structure, out)


@dataclass(frozen=True, eq=False)
class _Call:
    """What a function returned, and how it is called again in the same state; see `nn/_branches.py`."""

    result: Any
    again: Branch | None = None


def _first_call(index: Any, number: int, function: Branch) -> Any:
    """Calls a function, whose assertions on the device count where it is chosen."""
    if not is_device_array(index):
        return _Call(function())
    is_two = as_argument(index).dtype.name == "bool"
    with guarded(index == (number == 0) if is_two else index == number):
        return resolve("estimax.nn._branches:recorded")(function)


def _chosen_on_device(index: Any, calls: list[Any], structure: Any, alike: list[list[Any]]) -> list[Any]:
    """Returns the leaves of what is chosen: by a conditional where that can be, else of what all computed."""
    is_two = len(calls) == 2 and as_argument(index).dtype.name == "bool"
    if alike and is_two and all(call.again is not None for call in calls):
        found = resolve("estimax.nn._branches:chosen")(index, calls, structure, alike)
        if found is not None:
            return list(found)
    return [_on_device(index, column) for column in alike]


def _closed(function: Branch, outputs: list[Tensor]) -> Closure:
    def again() -> list[Tensor]:
        return [as_tensor(leaf) for leaf in nest.flatten(_as_tuple(function()))]

    return closed(again, outputs)


def _as_tuple(result: Any) -> Any:
    """Makes a structure of what a function returned, as a list of Tensors is one."""
    if isinstance(result, list) and any(isinstance(v, Tensor) or is_device_array(v) for v in result):
        return tuple(result)
    return result


def _alike(values: Sequence[Any]) -> list[Any]:
    """Makes arguments of values that stand in one place, plain ones of the dtype of the others."""
    dtype = next((v.dtype for v in values if isinstance(v, Tensor)), None)
    made = [as_argument(v, dtype) for v in values]
    if dtype is None and not holds_arrays(made) and len({v.dtype for v in made}) > 1:
        widest = max((v.dtype for v in made), key=lambda d: (d.is_floating, d.size))
        made = [as_argument(v, widest) for v in values]
    return made


def _on_device(index: Any, values: Sequence[Any]) -> Any:
    if as_argument(index).dtype.name == "bool":
        return OPS["Select"](index, values[0], values[1])
    out = values[-1]
    for number, value in reversed(list(enumerate(values[:-1]))):
        out = OPS["Select"](OPS["Equal"](index, number), value, out)
    return out
