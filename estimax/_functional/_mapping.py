"""`map_fn`: a function of each entry of a Tensor, run for the entries of all rows at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from estimax._array._closure import draws_inside, is_on_device, kept_symbolic
from estimax._base import _nest as nest
from estimax._base._dtypes import as_dtype
from estimax._base._errors import InvalidArgumentError
from estimax._base._lazy import resolve
from estimax._base._shapes import RaggedTensorSpec, TensorSpec
from estimax._functional._elements import (
    arguments_of,
    common_size,
    entries_of,
    grouped,
    leaves_like,
    nothing,
    spread,
    structured,
    together,
    traced,
)
from estimax._graph._column import Column, concatenate_rows, empty_column
from estimax._graph._columnwise import entries as dense_entries
from estimax._graph._columnwise import one_row, only_row
from estimax._graph._draws import Draws
from estimax._graph._function import Function, placeholder_for
from estimax._graph._op import Node, Op, as_tensor
from estimax._graph._stretches import splits_of
from estimax._graph._tensor import Tensor
from estimax._graph._tracing import next_number
from estimax._graph._varying import RaggedValue, Varying


def _output_specs(function: Function, ragged: Sequence[bool]) -> list[TensorSpec]:
    """Returns the specs of what the function returns for an entry, with lists where these are asked for."""
    specs = [t.spec for t in function.outputs]
    for spec, as_lists in zip(specs, ragged, strict=True):
        if as_lists and not isinstance(spec, RaggedTensorSpec) and spec.shape.ndims == 0:
            raise InvalidArgumentError("a RaggedTensorSpec is for a function that returns vectors; got a single value")
    return specs


def _infer(*specs: TensorSpec, function: Function, count: int, ragged: list[bool], **_: Any) -> tuple[TensorSpec, ...]:
    sizes = {s.shape[0] for s in specs[:count] if s.shape.ndims} - {None}
    size = sizes.pop() if sizes else None
    out: list[TensorSpec] = []
    for spec, as_lists in zip(_output_specs(function, ragged), ragged, strict=True):
        if as_lists and not isinstance(spec, RaggedTensorSpec):
            shape = together(size, spec).shape
            out.append(RaggedTensorSpec([size, None, *shape[2:]], spec.dtype, 1))
        else:
            out.append(together(size, spec))
    return tuple(out)


def _run(
    values: Sequence[Any],
    lifted: Sequence[bool],
    rows: int,
    function: Function,
    count: int,
    ragged: list[bool],
    number: int = 0,
    draws: Draws | None = None,
) -> list[Column]:
    """Runs the function once for all entries of all rows, or for each row where it draws random numbers."""
    if draws is not None and rows > 1:
        parts = [
            _run(
                [v[r : r + 1] if c else v for v, c in zip(values, lifted, strict=True)],
                lifted,
                1,
                function,
                count,
                ragged,
                number,
                draws.row(r),
            )
            for r in range(rows)
        ]
        return [concatenate_rows(columns) for columns in zip(*parts, strict=True)]
    elements, sizes = entries_of("map_fn", values[:count], lifted[:count], rows)
    total = int(sizes.sum())
    if not total and any(isinstance(e, Varying) for e in elements):
        return [_as_lists(nothing(t.spec, rows), r) for t, r in zip(function.outputs, ragged, strict=True)]
    captured = spread(values[count:], lifted[count:], np.repeat(np.arange(rows), sizes))
    inside = None if draws is None else draws.inside(number)
    out = function.over_rows([*elements, *captured], total, inside)
    specs = [t.spec for t in function.outputs]
    return [
        grouped("map_fn", _lists(column) if as_lists else column, sizes, spec)
        for column, as_lists, spec in zip(out, ragged, specs, strict=True)
    ]


def _lists(column: Any) -> Any:
    """Makes lists of vectors."""
    if isinstance(column, RaggedValue):
        return column
    values, counts = dense_entries(column)
    return RaggedValue(values, (splits_of(counts),))


def _as_lists(column: Any, wanted: bool) -> Any:
    if not wanted or isinstance(column, RaggedValue):
        return column
    none = np.zeros(len(column) + 1, np.int64)
    return RaggedValue(column.reshape((0, *column.shape[3:])), (none, none[:1]))


def _host(*values: Any, **params: Any) -> Any:
    return tuple(map(only_row, _run(list(map(one_row, values)), [True] * len(values), 1, **params)))


def _rows(
    node: Node, values: Sequence[Any], lifted: Sequence[bool], rows: int, params: dict[str, Any]
) -> tuple[Column, ...]:
    if not rows:
        return _no_rows(node, values, lifted, params)
    return tuple(_run(values, lifted, rows, **params))


def _no_rows(node: Node, values: Sequence[Any], lifted: Sequence[bool], params: dict[str, Any]) -> tuple[Column, ...]:
    """Runs the function for no entries, to learn what sizes these would have."""
    first = values[: params["count"]]
    if any(params["ragged"]) or not all(lifted) or any(isinstance(v, Varying) for v in values):
        return tuple(empty_column(spec) for spec in node.specs)
    entries = [v.reshape((0, *v.shape[2:])) for v in first]
    out = params["function"].over_rows([*entries, *values[len(first) :]], 0)
    if any(isinstance(column, Varying) for column in out):
        return tuple(empty_column(spec) for spec in node.specs)
    return tuple(column.reshape((0, first[0].shape[1], *column.shape[1:])) for column in out)


_MAP = Op("MapFn", infer=_infer, host=_host, lift=_rows, composite=True, expands=True)
_RANDOM_MAP = Op("RandomMapFn", infer=_infer, host=_host, lift=_rows, composite=True, expands=True, random=True)


def map_fn(
    fn: Callable[[Any], Any],
    elems: Any,
    dtype: Any = None,
    parallel_iterations: int | None = None,
    back_prop: bool = True,
    swap_memory: bool = False,
    infer_shape: bool = True,
    name: str | None = None,
    fn_output_signature: Any = None,
) -> Any:
    """Applies a function to each entry of Tensors along their first axis, and puts the results together.

    The function is called with placeholders, to learn what it does (twice, to learn
    what it found and what it made); what it built is run for all entries at once.

    Args:
        fn: called with an entry, or a structure of entries; returns Tensors.
        elems: a Tensor, or a structure of Tensors with first axes of one size.
        dtype: of the results; by default whatever they are.
        parallel_iterations: has no effect, like the other arguments but the last.
        back_prop: has no effect.
        swap_memory: has no effect.
        infer_shape: has no effect.
        name: has no effect.
        fn_output_signature: the same as `dtype`; a `tf.RaggedTensorSpec` where the results
            differ in their first size.

    Raises:
        InvalidArgumentError: the Tensors have no first axis, or axes of several sizes; or
            results of one Tensor's entries differ in shape.

    Example:
        >>> import estimax as tf
        >>> from estimax._functional import map_fn
        >>> map_fn(lambda word: tf.strings.join([word, "!"]), tf.constant(["a", "b"])).numpy().tolist()
        [b'a!', b'b!']
    """
    given = arguments_of(elems)
    if is_on_device(nest.flatten(given)):
        return resolve("estimax.nn._control_flow:map_fn")(fn, given)
    tensors = nest.flatten(given)
    common_size("map_fn", tensors)
    with kept_symbolic():
        inputs = [placeholder_for(t.spec.unbatched()) for t in tensors]
        signature = structured(fn_output_signature if dtype is None else dtype)
        closure, result = traced(lambda: fn(nest.pack(given, inputs)), inputs, lambda value: _leaves(value, signature))
        draws = draws_inside(closure.function)
        numbered = {"number": next_number()} if draws else {}
    out = (_RANDOM_MAP if draws else _MAP)(
        *tensors,
        *closure.captures,
        function=closure.function,
        count=len(tensors),
        ragged=_ragged(signature, tensors, closure.function.outputs),
        **numbered,
    )
    return nest.pack(structured(result), out)


def _ragged(signature: Any, elems: Sequence[Tensor], outputs: Sequence[Tensor]) -> list[bool]:
    """Returns which results are lists: as the signature says, or like the Tensors where there is none."""
    specs = [t.spec for t in elems] if signature is None else nest.flatten(signature)
    if len(specs) != len(outputs):
        return [False] * len(outputs)
    return [
        isinstance(spec, RaggedTensorSpec) and (signature is not None or out.shape.ndims != 0)
        for spec, out in zip(specs, outputs, strict=True)
    ]


def _leaves(result: Any, signature: Any) -> list[Tensor]:
    """Returns the leaves of a result, of the types that a signature of the same form says."""
    if signature is None:
        return [as_tensor(leaf) for leaf in nest.flatten(structured(result))]
    dtypes = [s.dtype if isinstance(s, TensorSpec) else as_dtype(s) for s in nest.flatten(signature)]
    return leaves_like("map_fn", result, signature, dtypes)


def vectorized_map(fn: Callable[[Any], Any], elems: Any, fallback_to_while_loop: bool = True) -> Any:
    """Does what `map_fn` does, which runs for all entries at once as well."""
    return map_fn(fn, elems)
