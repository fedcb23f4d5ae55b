"""Python code between Tensor operations: `py_func` and its kin, the slow path.

The function is called for one row after the other, with NumPy values; nothing of
it can be exported. Whatever it does should rather be done with Tensor operations,
which run for thousands of rows at once.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from estimax._base import _nest as nest
from estimax._base._dtypes import DType, as_dtype
from estimax._base._errors import InvalidArgumentError
from estimax._base._shapes import TensorSpec
from estimax._graph._column import Column, Value, empty_column, rows_of, stack_rows, to_value
from estimax._graph._op import Node, Op
from estimax._graph._tensor import Tensor, as_numpy, concrete
from estimax._graph._varying import dtype_of


def _infer(*specs: TensorSpec, function: Callable[..., Any], dtypes: list[DType], eager: bool) -> Any:
    return tuple(TensorSpec(None, dtype) for dtype in dtypes)


def _host(*values: Any, function: Callable[..., Any], dtypes: list[DType], eager: bool) -> tuple[Any, ...]:
    given = [concrete(v) if eager else as_numpy(v) for v in values]
    name = _name(function)
    try:
        result = function(*given)
    except Exception as error:
        error.add_note(f"in the Python function {name}, which was called with {_shown(given)}")
        raise
    listed = list(result) if isinstance(result, list | tuple) else [] if result is None else [result]
    if len(listed) != len(dtypes) and not (len(dtypes) == 1 and isinstance(result, list)):
        raise InvalidArgumentError(
            f"the Python function {name} must return {len(dtypes)} values, as Tout says; it returned {len(listed)}"
        )
    if len(dtypes) == 1 and isinstance(result, list) and len(listed) != 1:
        raise InvalidArgumentError(
            f"the Python function {name} must return one value, as Tout says; a list of {len(listed)} counts as so "
            f"many. Return np.array(...)"
        )
    return tuple(_checked(v, dtype, name, i) for i, (v, dtype) in enumerate(zip(listed, dtypes, strict=True)))


def _checked(value: Any, dtype: DType, name: str, place: int) -> Value:
    """Makes a host value of a result; numbers of Python fit all types, those of NumPy their own only."""
    if isinstance(value, Tensor):
        value = value.value
    plain = type(value) in (int, float, bool)
    try:
        made: Any = to_value(value, dtype if plain or dtype.is_string else None)
    except (TypeError, ValueError):
        made = None
    if made is None or dtype_of(made) != dtype:
        raise InvalidArgumentError(
            f"the Python function {name} must return {dtype.name} as value {place}, as Tout says; it returned "
            f"{value!r}{'' if made is None else ', ' + dtype_of(made).name}"
        )
    return made  # type: ignore[no-any-return]


def _rows(
    node: Node, values: Sequence[Any], lifted: Sequence[bool], rows: int, params: dict[str, Any]
) -> tuple[Column, ...]:
    split = [rows_of(v) if is_column else [v] * rows for v, is_column in zip(values, lifted, strict=True)]
    results = []
    for number, row in enumerate(zip(*split, strict=True) if split else [()] * rows):
        try:
            results.append(_host(*row, **params))
        except Exception as error:
            error.add_note(f"for row {number} of {rows} that were computed together")
            raise
    if not results:
        return tuple(empty_column(spec) for spec in node.specs)
    return tuple(stack_rows(c, d) for c, d in zip(zip(*results, strict=True), params["dtypes"], strict=True))


_PYTHON = Op("PyFunc", infer=_infer, host=_host, lift=_rows)


def py_func(func: Callable[..., Any], inp: Any, Tout: Any, stateful: bool = True, name: str | None = None) -> Any:
    """Calls a Python function with NumPy values when the graph runs, for one row after the other: slow.

    Prefer Tensor operations, which run for thousands of rows at once; and a graph with
    Python code in it cannot be exported. What the function computes is not known
    before: say the shapes of its results with `set_shape`.

    Args:
        func: called with a NumPy array for each Tensor, a scalar for a single value, and
            `bytes` for single strings; returns as many values as `Tout` says.
        inp: a list of Tensors.
        Tout: the type of the result, or a list of types.
        stateful: has no effect.
        name: has no effect.

    Returns:
        A Tensor, or a list of them where `Tout` is a list.

    Raises:
        InvalidArgumentError: when it runs, where the function returns something else.
        Whatever the function raises, when it runs, with a note of the function and row.

    Example:
        >>> import estimax as tf
        >>> from estimax._functional import py_func
        >>> py_func(lambda word: word[::-1], [tf.constant("abc")], tf.string).numpy()
        b'cba'
    """
    return _called(func, inp, Tout, eager=False)


def numpy_function(
    func: Callable[..., Any], inp: Any, Tout: Any, stateful: bool = True, name: str | None = None
) -> Any:
    """Does what `py_func` does."""
    return _called(func, inp, Tout, eager=False)


def py_function(func: Callable[..., Any], inp: Any, Tout: Any, name: str | None = None) -> Any:
    """Does what `py_func` does, but calls the function with Tensors whose values are known; it may return such."""
    return _called(func, inp, Tout, eager=True)


def _called(func: Callable[..., Any], inp: Any, Tout: Any, eager: bool) -> Any:
    if not callable(func):
        raise TypeError(f"py_func needs a Python function; got {func!r}")
    several = isinstance(Tout, list | tuple)
    dtypes = [as_dtype(t) for t in (nest.flatten(tuple(Tout)) if several else [Tout])]
    out = _PYTHON(*(inp if isinstance(inp, list | tuple) else [inp]), function=func, dtypes=dtypes, eager=eager)
    return list(out) if several else out[0]


def _name(function: Callable[..., Any]) -> str:
    return str(getattr(function, "__qualname__", function))


def _shown(values: Sequence[Any]) -> str:
    text = ", ".join(map(repr, values))
    return text if len(text) < 200 else text[:197] + "..."
