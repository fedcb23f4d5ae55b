"""`tf.pad`: elements added before and after each axis."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from estimax._array._by_shape import by_shape
from estimax._array._dimensions import as_sizes, complete, sized
from estimax._array._spans import as_numbers, end_to_end, inner_sizes, is_dense, rows_from
from estimax._base._errors import InvalidArgumentError
from estimax._base._shapes import TensorSpec
from estimax._base._string_array import StringArray
from estimax._graph._boundary import is_device_array
from estimax._graph._column import Column
from estimax._graph._op import Node, Op, as_argument
from estimax._graph._tensor import Tensor
from estimax._graph._varying import Rows, Varying, picked

Pairs = list[list[Any]]


def _pad_spec(x: TensorSpec, *others: TensorSpec, paddings: Pairs, mode: str) -> TensorSpec:
    value = others[-1]
    if value.shape or value.dtype != x.dtype:
        raise TypeError(f"pad adds a single value of {x.dtype.name}; got {value}")
    if len(paddings) != len(x.shape) or any(len(p) != 2 for p in paddings):
        raise InvalidArgumentError(f"paddings must be {len(x.shape)} pairs, one for each axis; got {paddings}")
    _check_paddings([[0 if n is None else n for n in pair] for pair in paddings])
    shape = (None if s is None or None in p else s + sum(p) for s, p in zip(x.shape, paddings, strict=True))
    return TensorSpec(shape, x.dtype)


def _check_paddings(paddings: Pairs) -> None:
    if any(n < 0 for pair in paddings for n in pair):
        raise InvalidArgumentError(f"paddings must not be negative; got {paddings}. A slice shortens a Tensor")


def _completed(paddings: Pairs, sizes: Sequence[Any]) -> Pairs:
    numbers = complete([n for pair in paddings for n in pair], sizes)
    pairs = [list(pair) for pair in zip(numbers[::2], numbers[1::2], strict=True)]
    _check_paddings(pairs)
    return pairs


def _pad(x: Any, *others: Any, paddings: Pairs, mode: str) -> Any:
    *sizes, value = others
    widths = _completed(paddings, sizes)
    if not isinstance(x, StringArray):
        return _padded(x, widths, mode, value)
    positions = _padded(np.arange(x.size).reshape(x.shape), widths, mode, x.size)
    return StringArray.concatenate([x.reshape(-1), value.reshape(-1)]).gather(positions)


def _padded(x: np.ndarray, widths: Pairs, mode: str, value: Any) -> np.ndarray:
    if mode == "constant":
        return np.pad(x, widths, constant_values=value)
    longest = [max(size - (mode == "reflect"), 0) for size in x.shape]
    if any(max(pair) > most for pair, most in zip(widths, longest, strict=True)):
        raise InvalidArgumentError(f"a mirror image of shape {x.shape} has up to {longest} elements; got {widths}")
    made: np.ndarray = np.pad(x, widths, mode=mode)  # type: ignore[call-overload]
    return made


def _pad_rows(column: Any, *others: Any, paddings: Pairs, mode: str) -> Any:
    *sizes, value = others
    return _pad(column, value, paddings=[[0, 0], *_completed(paddings, sizes)], mode=mode)


_EQUAL_ROWS = sized(_pad_rows)
_GROUPS = by_shape(_EQUAL_ROWS)


def _pad_lift(
    node: Node, values: Sequence[Any], lifted: Sequence[bool], rows: int, params: dict[str, Any]
) -> tuple[Column, ...]:
    """Puts fillings, rows of several sizes and fillings end to end where only the first axis gets longer."""
    x, *sizes, value = values
    pairs: Pairs = params["paddings"]
    plain = not isinstance(x, Rows) and not any(lifted[1:])
    first_only = pairs and all(pair == [0, 0] for pair in pairs[1:]) and params["mode"] == "constant"
    if plain or not rows or not first_only or not is_dense(x) or any(isinstance(v, Varying) for v in values[1:]):
        return (_EQUAL_ROWS if plain else _GROUPS)(node, values, lifted, rows, params)
    source = rows_from(x, lifted[0], rows)
    given = iter(sizes)
    before, after = (as_numbers(next(given) if n is None else n, rows) for n in pairs[0])
    lowest = min(int(before.min()), int(after.min()))
    _check_paddings([[min(lowest, 0), 0]])
    parts = [_filling(value, lifted[-1], before, source), source, _filling(value, lifted[-1], after, source)]
    sizes_after = source.shapes[:, :1] + (before + after)[:, np.newaxis]
    return (end_to_end(parts, np.concatenate([sizes_after, source.shapes[:, 1:]], axis=1)),)


def _filling(value: Any, is_column: bool, counts: np.ndarray, source: Rows) -> Rows:
    """Returns rows of `counts` entries, as wide as those of the source, that hold nothing but a value."""
    shapes = np.concatenate([counts[:, np.newaxis], source.shapes[:, 1:]], axis=1)
    elements = counts * inner_sizes(source.shapes)
    index = np.repeat(np.arange(len(counts)) * is_column, elements)
    return Rows(picked(value if is_column else value.reshape(1), index), shapes)


_PAD = Op("Pad", infer=_pad_spec, host=_pad, lift=_pad_lift, device="estimax._array._device:pad")


def pad(tensor: Any, paddings: Any, mode: str = "CONSTANT", name: str | None = None, constant_values: Any = 0) -> Any:
    """Adds elements before and after each axis.

    Args:
        tensor: the Tensor.
        paddings: for each axis, how many to add before and after; numbers or Tensors,
            or a Tensor [axes, 2].
        mode: "CONSTANT" adds `constant_values`; "REFLECT" and "SYMMETRIC" mirror.
        name: has no effect.
        constant_values: what to add; empty strings by default to strings.

    Raises:
        InvalidArgumentError: there is not one pair for each axis, or no such mode.

    Example:
        >>> import estimax as tf
        >>> words = tf.constant(["a", "b"])
        >>> tf.pad(words, [[0, 3 - tf.size(words)]], constant_values="-").numpy().tolist()
        [b'a', b'b', b'-']
    """
    if mode.lower() not in ("constant", "reflect", "symmetric"):
        raise InvalidArgumentError(f"mode must be CONSTANT, REFLECT or SYMMETRIC; got {mode!r}")
    x = as_argument(tensor)
    pairs, tensors = _pairs(paddings)
    return _PAD(x, *tensors, _value_to_add(x, constant_values), paddings=pairs, mode=mode.lower())


def _pairs(paddings: Any) -> tuple[Pairs, list[Tensor]]:
    if isinstance(paddings, Tensor) and paddings.is_symbolic:
        if paddings.shape.ndims != 2 or paddings.shape[0] is None:
            raise TypeError(f"paddings must be a Tensor of known shape [axes, 2]; got {paddings!r}")
        paddings = [paddings[i] for i in range(paddings.shape[0])]
    elif isinstance(paddings, Tensor | np.ndarray) or is_device_array(paddings):
        paddings = np.asarray(paddings).tolist()
    split = [as_sizes(pair) for pair in paddings]
    return [known for known, _ in split], [t for _, tensors in split for t in tensors]


def _value_to_add(x: Any, value: Any) -> Any:
    """Returns the value in the type of what it is added to."""
    if is_device_array(x):
        return x.dtype.type(value) if isinstance(value, int | float) else value
    is_default = isinstance(value, int) and value == 0
    return as_argument("" if is_default and x.dtype.is_string else value, x.dtype)
