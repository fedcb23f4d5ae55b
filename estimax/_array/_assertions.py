"""Assertions: Tensors that refuse what must not be, with the values that were given.

An assertion on values that are known is checked at once. On others it is an op,
which runs where something waits for it: see `_control.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from estimax._array._dimensions import rank_of
from estimax._array._printing import shown
from estimax._base._dtypes import as_dtype, bool_
from estimax._base._errors import InvalidArgumentError
from estimax._base._lazy import resolve
from estimax._base._shapes import TensorSpec
from estimax._graph._boundary import current_boundary, is_device_array
from estimax._graph._column import Column, rows_of
from estimax._graph._effects import Effect
from estimax._graph._lifting import broadcasting, by_rows
from estimax._graph._op import OPS, Node, Op, as_argument, as_tensor, on_device
from estimax._graph._tensor import Tensor, concrete
from estimax._graph._varying import Rows, Varying


def _assert_spec(condition: TensorSpec, *data: TensorSpec, message: str, summarize: int) -> TensorSpec:
    if not condition.dtype.is_bool:
        raise TypeError(f"an assertion needs a condition of truth values; got {condition.dtype.name}")
    return TensorSpec([], bool_)


def _assert(condition: Any, *data: Any, message: str, summarize: int) -> Any:
    if np.all(condition):
        return np.array(True)
    given = [shown(value, summarize) for value in data]
    raise InvalidArgumentError("\n".join([message or "assertion failed", *given]))


def _assert_rows(
    node: Node, values: Sequence[Any], lifted: Sequence[bool], rows: int, params: dict[str, Any]
) -> tuple[Column, ...]:
    """Looks at all conditions at once, and for a row only to say what is wrong with it."""
    condition = values[0].flat if isinstance(values[0], Rows) else values[0]
    if isinstance(condition, Varying):
        return by_rows(node, values, lifted, rows, params)
    if not np.all(condition):
        split = [rows_of(v) if is_column else [v] * rows for v, is_column in zip(values, lifted, strict=True)]
        for row in zip(*split, strict=True):
            _assert(*row, **params)
    return (np.ones(rows, bool),)


def _finite(x: Any, *, message: str) -> Any:
    for wrong, what in ((np.isnan, "NaN"), (np.isinf, "infinite")):
        if wrong(x).any():
            raise InvalidArgumentError(f"{message}: a Tensor has {what} values")
    return x


def _finite_spec(x: TensorSpec, *, message: str) -> TensorSpec:
    if not x.dtype.is_floating:
        raise TypeError(f"check_numerics needs floating-point numbers; got {x.dtype.name}")
    return x


_ASSERT = Op("Assert", infer=_assert_spec, host=_assert, lift=_assert_rows, composite=True)
_FINITE = Op(
    "CheckNumerics", infer=_finite_spec, host=_finite, lift=broadcasting, device="estimax._array._device:check_numerics"
)


def Assert(condition: Any, data: Any, summarize: int | None = None, name: str | None = None) -> Any:
    """Refuses to go on where the condition is not true.

    Args:
        condition: truth values; all must be true.
        data: what the error shows: Tensors and texts.
        summarize: how many elements of each; 3 by default, -1 for all.
        name: has no effect.

    Returns:
        A Tensor that something must wait for (`tf.control_dependencies`), where the
        condition is not known yet.

    Raises:
        InvalidArgumentError: when it runs, or at once where the values are known.
    """
    return _asserted(as_argument(condition), "assertion failed", data, summarize)


def _asserted(condition: Any, message: str, data: Any, summarize: int | None) -> Any:
    """Adds an assertion. In a model function, one on values of the device is an `Effect`, to be waited for."""
    values = [as_argument(d) for d in (data if isinstance(data, list | tuple) else [data] if data is not None else [])]
    shown_most = 3 if summarize is None else int(summarize)
    if any(map(is_device_array, (condition, *values))):
        if current_boundary.get() is not None:
            return _on_device(condition, message, values, shown_most)
        try:
            condition, *values = (as_tensor(v) for v in (condition, *values))
        except TypeError:  # an array of a program that is being compiled has no value
            return concrete(np.array(True))
    return _ASSERT(condition, *values, message=message, summarize=shown_most)


def _on_device(condition: Any, message: str, values: Sequence[Any], summarize: int) -> Effect:
    """Declares an assertion that the compiled program makes; texts that it shows stand in its message."""
    strings = [v for v in values if isinstance(v, Tensor) and v.dtype.is_string]
    texts = [repr(v) if v.is_symbolic else shown(v.value, summarize) for v in strings]
    arrays = [on_device(v) for v in values if not any(v is s for s in strings)]
    wanted = on_device(condition)

    def refuse(*given: Any) -> None:
        found = [shown(np.asarray(value), summarize) for value in given]
        raise InvalidArgumentError("\n".join([message or "assertion failed", *texts, *found]))

    def make() -> None:
        resolve("estimax._graph._effects_device:refuse_unless")(wanted, refuse, arrays)

    return Effect(make)


def _comparison(name: str, op: str, sign: str, negated: bool = False) -> Callable[..., Any]:
    def check(
        x: Any,
        y: Any,
        data: Any = None,
        summarize: int | None = None,
        message: str | None = None,
        name: str | None = None,
    ) -> Any:
        first = as_argument(x)
        second = as_argument(y, first.dtype if isinstance(first, Tensor) and not isinstance(y, Tensor) else None)
        text, shown_data = _message(message, data, f"the condition x {sign} y does not hold for all elements; x and y:")
        return _asserted(OPS[op](first, second), text, [first, second, *shown_data], summarize)

    check.__name__ = check.__qualname__ = name
    check.__doc__ = f"""Refuses to go on unless x {sign} y for all elements, broadcast against each other.

    Args:
        x: a Tensor.
        y: a Tensor of the same type.
        data: what else the error shows; a text is taken as the message.
        summarize: how many elements of each it shows; 3 by default, -1 for all.
        message: what the error says first.
        name: has no effect.

    Raises:
        InvalidArgumentError: when it runs, or at once where both are known.
    """
    return check


def _message(message: str | None, data: Any, condition: str) -> tuple[str, list[Any]]:
    if isinstance(data, str):
        message, data = data, None
    listed = list(data) if isinstance(data, list | tuple) else [] if data is None else [data]
    return (f"{message}\n{condition}" if message else condition), listed


assert_equal = _comparison("assert_equal", "Equal", "==")
assert_none_equal = _comparison("assert_none_equal", "NotEqual", "!=")
assert_less = _comparison("assert_less", "Less", "<")
assert_less_equal = _comparison("assert_less_equal", "LessEqual", "<=")
assert_greater = _comparison("assert_greater", "Greater", ">")
assert_greater_equal = _comparison("assert_greater_equal", "GreaterEqual", ">=")


def _sign(name: str, op: str, sign: str) -> Callable[..., Any]:
    def check(
        x: Any,
        data: Any = None,
        summarize: int | None = None,
        message: str | None = None,
        name: str | None = None,
    ) -> Any:
        tensor = as_argument(x)
        text, shown_data = _message(message, data, f"the condition x {sign} 0 does not hold for all elements; x:")
        zero = as_argument(0, tensor.dtype) if isinstance(tensor, Tensor) else 0
        return _asserted(OPS[op](tensor, zero), text, [tensor, *shown_data], summarize)

    check.__name__ = check.__qualname__ = name
    check.__doc__ = (
        f"""Refuses to go on unless x {sign} 0 for all elements; the arguments are those of `assert_equal`."""
    )
    return check


assert_positive = _sign("assert_positive", "Greater", ">")
assert_negative = _sign("assert_negative", "Less", "<")
assert_non_negative = _sign("assert_non_negative", "GreaterEqual", ">=")
assert_non_positive = _sign("assert_non_positive", "LessEqual", "<=")


def assert_near(
    x: Any,
    y: Any,
    rtol: Any = None,
    atol: Any = None,
    data: Any = None,
    summarize: int | None = None,
    message: str | None = None,
    name: str | None = None,
) -> Any:
    """Refuses to go on unless `|x - y| <= atol + rtol * |y|` for all elements.

    Both tolerances are 10 times the distance of neighbouring numbers of the type, by
    default. The other arguments are those of `assert_equal`.
    """
    first = as_argument(x)
    second = as_argument(y, first.dtype if isinstance(first, Tensor) and not isinstance(y, Tensor) else None)
    default = 10 * float(np.finfo(as_dtype(first.dtype).as_numpy_dtype).eps)
    relative, absolute = (default if t is None else t for t in (rtol, atol))
    distance = OPS["Abs"](OPS["Sub"](first, second))
    allowed = OPS["Add"](OPS["Mul"](OPS["Abs"](second), relative), absolute)
    text, shown_data = _message(message, data, "x and y are not as near as they must be; x and y:")
    return _asserted(OPS["LessEqual"](distance, allowed), text, [first, second, *shown_data], summarize)


def assert_rank(
    x: Any,
    rank: Any,
    data: Any = None,
    summarize: int | None = None,
    message: str | None = None,
    name: str | None = None,
) -> Any:
    """Refuses a Tensor that has not `rank` dimensions.

    Raises:
        ValueError: at once, where the number of dimensions is known.
    """
    return _ranked(x, lambda given: given == int(rank), f"of rank {rank}", message)


def assert_rank_at_least(
    x: Any,
    rank: Any,
    data: Any = None,
    summarize: int | None = None,
    message: str | None = None,
    name: str | None = None,
) -> Any:
    """Refuses a Tensor that has fewer than `rank` dimensions; the rest is as for `assert_rank`."""
    return _ranked(x, lambda given: given >= int(rank), f"of rank {rank} or more", message)


def assert_rank_in(
    x: Any,
    ranks: Sequence[Any],
    data: Any = None,
    summarize: int | None = None,
    message: str | None = None,
    name: str | None = None,
) -> Any:
    """Refuses a Tensor whose number of dimensions is none of `ranks`; the rest is as for `assert_rank`."""
    allowed = [int(r) for r in ranks]
    return _ranked(x, lambda given: given in allowed, f"of one of the ranks {allowed}", message)


def assert_scalar(tensor: Any, name: str | None = None, message: str | None = None) -> Any:
    """Refuses a Tensor that is not a single value; returns it."""
    value = as_argument(tensor)
    _ranked(value, lambda given: given == 0, "a single value", message)
    return value


def assert_type(tensor: Any, tf_type: Any, message: str | None = None, name: str | None = None) -> Any:
    """Refuses a Tensor of another type.

    Raises:
        TypeError: at once.
    """
    value, wanted = as_argument(tensor), as_dtype(tf_type)
    if as_dtype(value.dtype) != wanted:
        raise TypeError(f"{message or 'a Tensor of another type'}: expected {wanted.name}; got {value!r}")
    return concrete(np.array(True))


def assert_integer(x: Any, message: str | None = None, name: str | None = None) -> Any:
    """Refuses a Tensor that is not of whole numbers.

    Raises:
        TypeError: at once.
    """
    value = as_argument(x)
    if not as_dtype(value.dtype).is_integer:
        raise TypeError(f"{message or 'whole numbers are needed'}; got {value!r}")
    return concrete(np.array(True))


def _ranked(x: Any, holds: Callable[[int], bool], what: str, message: str | None) -> Any:
    value = as_argument(x)
    if isinstance(value, Tensor) and value.shape.ndims is None:
        raise ValueError(
            f"{message or 'the rank is not known'}: {value!r} must be {what}. Say its shape with set_shape"
        )
    if not holds(rank_of(value)):
        raise ValueError(f"{message or 'a Tensor of another rank'}: it must be {what}; got shape {tuple(value.shape)}")
    return concrete(np.array(True))


def check_numerics(tensor: Any, message: str, name: str | None = None) -> Any:
    """Returns the Tensor, and refuses to where it holds NaN or infinite numbers.

    Raises:
        InvalidArgumentError: when it runs; it starts with the message.

    Example:
        >>> from estimax._array import check_numerics
        >>> check_numerics([1.0, float("nan")], "prices")
        Traceback (most recent call last):
        estimax.errors.InvalidArgumentError: prices: a Tensor has NaN values
    """
    return _FINITE(tensor, message=str(message))


def verify_tensor_all_finite(
    t: Any = None, msg: str | None = None, name: str | None = None, x: Any = None, message: str | None = None
) -> Any:
    """Does what `check_numerics` does."""
    return check_numerics(x if t is None else t, msg or message or "")
