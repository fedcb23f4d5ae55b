"""Axes and sizes as arguments: what the array ops have in common.

A size may be known when the program is traced, or be a Tensor such as
`tf.shape(x)[0]`. Known sizes become static parameters of an op, so that shapes
are known early; the others become further arguments of it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from estimax._base._errors import InvalidArgumentError
from estimax._base._shapes import TensorShape
from estimax._base._string_array import StringArray
from estimax._graph._boundary import is_device_array, is_symbolic_size
from estimax._graph._column import Column, repeat_value
from estimax._graph._lifting import Lifting, by_rows
from estimax._graph._op import Node, on_device
from estimax._graph._tensor import Tensor
from estimax._graph._varying import Varying


class DeviceShape(tuple[Any, ...]):
    """The shape of a device array, some of whose sizes an export leaves open."""

    def __getitem__(self, key: Any) -> Any:
        part = super().__getitem__(key)
        return DeviceShape(part) if isinstance(part, tuple) else part


def rank_of(value: Any) -> int:
    """Returns the number of dimensions of a Tensor or device array."""
    return len(value.shape)


def positive_axis(axis: Any, rank: int, what: str = "axis") -> int:
    """Returns an axis counted from the first one.

    Raises:
        InvalidArgumentError: there is no such axis.
    """
    number = int(axis)
    if not -rank <= number < rank:
        raise InvalidArgumentError(f"{what} must be from {-rank} to {rank - 1} for {rank} dimensions; got {number}")
    return number % rank


def as_sizes(sizes: Any) -> tuple[list[Any], list[Tensor]]:
    """Splits sizes into a list of known ones, with None for the others, and the Tensors of the others.

    Raises:
        TypeError: not sizes, or so many that even their number is not known.
    """
    known: list[Any] = []
    tensors: list[Tensor] = []
    for size in _size_items(sizes):
        if isinstance(size, Tensor) and size.is_symbolic:
            known.append(None)
            tensors.append(size)
        elif isinstance(size, Tensor | np.ndarray | np.generic | int) or is_device_array(size):
            known.append(int(size))
        elif size is None or isinstance(size, float | str):
            raise TypeError(f"a size must be a whole number or a Tensor of one; got {size!r}")
        else:
            known.append(size)  # a size that an export leaves open
    return known, tensors


def _size_items(sizes: Any) -> list[Any]:
    if isinstance(sizes, Tensor) and sizes.is_symbolic:
        if not sizes.shape:
            return [sizes]
        if sizes.shape[0] is None:
            raise TypeError(f"sizes must be a Tensor of known length, so that the rank is known; got {sizes!r}")
        origin = sizes.node.inputs[0].shape if sizes.node is not None and sizes.node.op.name == "Shape" else ()
        return [origin[i] if origin and origin[i] is not None else sizes[i] for i in range(sizes.shape[0])]
    if isinstance(sizes, Tensor | np.ndarray) or is_device_array(sizes):
        return list(np.atleast_1d(np.asarray(sizes)).tolist())
    return list(sizes) if isinstance(sizes, list | tuple) else [sizes]


def beside_sizes(value: Any, known: Sequence[Any]) -> Any:
    """Brings a value to the device if one of the sizes beside it is open there."""
    return on_device(value) if any(is_symbolic_size(size) for size in known) else value


def complete(known: Sequence[Any], sizes: Sequence[Any]) -> tuple[Any, ...]:
    """Puts the values of the sizes that were Tensors into their places."""
    rest = iter(sizes)
    return tuple(int(next(rest)) if size is None else size for size in known)


def sized_spec(known: Sequence[Any]) -> TensorShape:
    """Returns the shape that sizes stand for, unknown where one is a Tensor or -1."""
    return TensorShape(None if size is None or size == -1 else size for size in known)


def sized(on_column: Callable[..., Any]) -> Lifting:
    """Makes a lifting rule for ops whose arguments after the first are sizes.

    `on_column` gets the column of the first argument and sizes that are the
    same for every row; where they are not, the op runs row by row.
    """

    def lift(
        node: Node, values: Sequence[Any], lifted: Sequence[bool], rows: int, params: dict[str, Any]
    ) -> tuple[Column, ...]:
        sizes = [same_in_all_rows(v) if is_column else v for v, is_column in zip(values[1:], lifted[1:], strict=True)]
        if any(size is None for size in sizes) or isinstance(values[0], Varying):
            return by_rows(node, values, lifted, rows, params)
        if lifted[0]:
            out = on_column(values[0], *sizes, **params)
            return tuple(out) if node.several else (out,)
        out = node.op.host(values[0], *sizes, **params)
        return tuple(repeat_value(v, rows) for v in (out if node.several else (out,)))

    return lift


def same_in_all_rows(column: Any) -> Any:
    """Returns what all rows of a column hold, or None where they differ or there are none."""
    if isinstance(column, Varying) or not len(column):
        return None
    if isinstance(column, StringArray):
        return column[:1].reshape(column.shape[1:]) if column.equals(column[:1]).all() else None
    return None if (column != column[:1]).any() else np.asarray(column[0])


def rearranged(value: Any, rearrange: Callable[[np.ndarray], Any]) -> Any:
    """Applies a NumPy function that only moves elements, to numbers or to strings."""
    if not isinstance(value, StringArray):
        return np.asarray(rearrange(value))
    return value.gather(np.asarray(rearrange(np.arange(value.size).reshape(value.shape))))
