"""Tensors that print what they are when they run: `tf.print` and `tf.Print`.

What they write is for reading while a program is made; it comes in the order in
which rows are computed, and from a thread where batches are read ahead.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from estimax._base._lazy import resolve
from estimax._base._shapes import TensorSpec
from estimax._graph._boundary import is_device_array
from estimax._graph._column import Column, repeat_value, rows_of
from estimax._graph._op import Node, Op, as_argument, as_tensor, on_device
from estimax._graph._tensor import Tensor, concrete
from estimax._graph._varying import RaggedValue, SparseValue


def shown(value: Any, summarize: int = 3) -> str:
    """Writes a value: along each axis the first and the last elements, `summarize` of each, or all for -1.

    Example:
        >>> import numpy as np
        >>> from estimax._array._printing import shown
        >>> shown(np.arange(10)), shown(np.array([0.5, 2.0]))
        ('[0 1 2 ... 7 8 9]', '[0.5 2]')
    """
    if isinstance(value, SparseValue):
        inner = [shown(v, summarize) for v in (value.indices, value.values, np.asarray(value.dense_shape))]
        return f"SparseTensor(indices={inner[0]}, values={inner[1]}, shape={inner[2]})"
    if isinstance(value, RaggedValue):
        return str(value.to_list())
    if not value.ndim:
        single = value[()]
        return single.decode("utf-8", "backslashreplace") if isinstance(single, bytes) else _element(single)
    return _axis(value, summarize, 0)


def _axis(value: Any, summarize: int, depth: int) -> str:
    count = len(value)
    short = summarize >= 0 and count > 2 * summarize
    places = [*range(summarize), *range(count - summarize, count)] if short else list(range(count))
    if value.ndim == 1:
        items = [_element(value[i]) for i in places]
        separator = " "
    else:
        items = [_axis(value[i], summarize, depth + 1) for i in places]
        separator = "\n" * (value.ndim - 1) + " " * (depth + 1)
    if short:
        items.insert(summarize, "...")
    return f"[{separator.join(items)}]"


def _brief(value: Any, summarize: int) -> str:
    """Writes the first elements of a value, as many as `summarize` says, in brackets."""
    if isinstance(value, SparseValue | RaggedValue):
        return f"[{shown(value, summarize)}]"
    left = value.size if summarize < 0 else min(summarize, value.size)
    return f"[{shown(value)}]" if not value.ndim else _first(value, left)[0]


def _first(value: Any, left: int) -> tuple[str, int]:
    """Writes up to `left` elements of an array; returns the text, and how many elements are left to write."""
    before, items = left, []
    for entry in value if value.ndim == 1 else [value[i] for i in range(len(value))]:
        if not left:
            break
        if value.ndim == 1:
            items.append(entry.decode("utf-8", "backslashreplace") if isinstance(entry, bytes) else _element(entry))
            left -= 1
        else:
            text, left = _first(entry, left)
            items.append(text)
    between = " " if value.ndim == 1 else ""
    rest = "..." if value.size > before - left else ""
    return f"[{between.join(items)}{rest}]", left


def _element(element: Any) -> str:
    if isinstance(element, bytes):
        return f'"{element.decode("utf-8", "backslashreplace")}"'
    if isinstance(element, np.bool_):
        return str(int(element))
    return f"{element:g}" if isinstance(element, np.floating) else str(element)


@dataclass
class _Count:
    """How often a Tensor has printed."""

    printed: int = 0


def _count(**params: Any) -> _Count:
    return _Count()


def _emit(
    values: Sequence[Any],
    prepared: _Count,
    template: list[str],
    stream: str,
    first_n: int,
    summarize: int,
    brief: bool,
) -> None:
    """Writes the values between the texts of the template, unless it was done often enough."""
    if 0 <= first_n <= prepared.printed:
        return
    prepared.printed += 1
    parts = [template[0]]
    for value, after in zip(values, template[1:], strict=True):
        parts += [(_brief if brief else shown)(value, summarize), after]
    text = "".join(parts)
    if stream.startswith("file://"):
        with open(stream.removeprefix("file://"), "a", encoding="utf-8") as file:
            file.write(text)
    else:
        print(text, end="", file=getattr(sys, stream), flush=True)


def _print_spec(x: TensorSpec, *data: TensorSpec, **params: Any) -> TensorSpec:
    return x


def _print(x: Any, *data: Any, prepared: _Count, **params: Any) -> Any:
    _emit(data, prepared, **params)
    return x


def _print_rows(
    node: Node, values: Sequence[Any], lifted: Sequence[bool], rows: int, params: dict[str, Any]
) -> tuple[Column, ...]:
    """Writes a line for each row, as long as there is something to write."""
    first_n, prepared = params["first_n"], params["prepared"]
    left = rows if first_n < 0 else min(rows, max(0, first_n - prepared.printed))
    split = [
        rows_of(v[:left]) if is_column else [v] * left for v, is_column in zip(values[1:], lifted[1:], strict=True)
    ]
    for row in zip(*split, strict=True) if split else [()] * left:
        _emit(row, **params)
    return (values[0] if lifted[0] else repeat_value(values[0], rows),)


_PRINT = Op("Print", infer=_print_spec, host=_print, lift=_print_rows, prepare=_count, composite=True)


def Print(
    input_: Any,
    data: Sequence[Any],
    message: str | None = None,
    first_n: int | None = None,
    summarize: int | None = None,
    name: str | None = None,
) -> Any:
    """Returns `input_`, and writes a line to standard error whenever that is computed: for each row of a dataset.

    In a model function it writes values of the device in each step.

    Args:
        input_: a Tensor.
        data: Tensors to write.
        message: what the line starts with.
        first_n: how many lines to write; all by default.
        summarize: how many elements of each, from the first on; 3 by default, -1 for all.
        name: has no effect.
    """
    values = [as_argument(d) for d in data]
    template = [message or "", *[""] * len(values)]
    template[-1] += "\n"
    params: dict[str, Any] = {
        "stream": "stderr",
        "first_n": -1 if first_n is None else int(first_n),
        "summarize": 3 if summarize is None else int(summarize),
        "brief": True,
    }
    if any(map(_is_traced, values)):
        _on_device(values, template, params)
        return input_
    return _PRINT(as_argument(input_), *values, template=template, **params)


def print_(
    *inputs: Any,
    output_stream: Any = None,
    summarize: int | None = None,
    sep: str = " ",
    end: str = "\n",
    name: str | None = None,
) -> Any:
    """Writes values and texts: at once where all values are known.

    In a model function it writes values of the device in each step, wherever it is
    called. Else it returns a Tensor that something must wait for, as `tf.identity` does
    under `tf.control_dependencies`, and writes whenever that is computed.

    Args:
        inputs: Tensors, and anything else.
        output_stream: `sys.stderr` (by default), `sys.stdout` or a path "file://...", to
            which is added.
        summarize: how many elements of each axis, from either end; 3 by default, -1 for all.
        sep: what stands between the inputs.
        end: what stands at the end.
        name: has no effect.
    """
    streams = {id(sys.stdout): "stdout", id(sys.stderr): "stderr", id(None): "stderr"}
    stream = output_stream if isinstance(output_stream, str) else streams.get(id(output_stream))
    if stream is None or (isinstance(output_stream, str) and not stream.startswith("file://")):
        raise ValueError(f"output_stream must be sys.stderr, sys.stdout or 'file://...'; got {output_stream!r}")
    template: list[str] = [""]
    values: list[Any] = []
    for number, item in enumerate(inputs):
        template[-1] += sep if number else ""
        if isinstance(item, Tensor | np.ndarray) or is_device_array(item):
            values.append(item if _is_traced(item) else as_tensor(item))
            template.append("")
        else:
            template[-1] += str(item)
    template[-1] += end
    most = 3 if summarize is None else int(summarize)
    params: dict[str, Any] = {"stream": stream, "first_n": -1, "summarize": most, "brief": False}
    if any(map(_is_traced, values)):
        _on_device(values, template, params)
        return concrete(np.array(True))
    return _PRINT(np.array(True), *values, template=template, **params)


def _is_traced(value: Any) -> bool:
    return is_device_array(value) and bool(resolve("estimax._graph._effects_device:is_traced")(value))


def _on_device(values: Sequence[Any], template: Sequence[str], params: Mapping[str, Any]) -> None:
    """Makes the compiled program print; Tensors of strings, whose values it does not know, by what they are."""
    texts = [template[0]]
    arrays = []
    for value, after in zip(values, template[1:], strict=True):
        if isinstance(value, Tensor) and value.dtype.is_string:
            texts[-1] += (repr(value) if value.is_symbolic else shown(value.value, params["summarize"])) + after
        else:
            arrays.append(on_device(value))
            texts.append(after)
    count = _Count()

    def emit(*given: Any) -> None:
        _emit([np.asarray(value) for value in given], count, texts, **params)

    resolve("estimax._graph._effects_device:call_with")(emit, arrays)
