"""`padded_batch`: batches of elements that differ in shape, filled up to the largest."""

from __future__ import annotations

import dataclasses
import numbers
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from estimax._base import _nest as nest
from estimax._base._dtypes import DType
from estimax._base._errors import InvalidArgumentError
from estimax._base._shapes import TensorShape, TensorSpec
from estimax._graph._tensor import Tensor
from estimax.data._batch import Batching
from estimax.data._groups import pad_groups
from estimax.data._step import Chunk, Step


@dataclass(frozen=True, eq=False)
class PaddedBatch(Batching):
    """Elements filled up to one shape and stacked; for each leaf its shape, None for the largest, and the filling."""

    shapes: tuple[TensorShape, ...]
    values: tuple[Any, ...]

    @property
    def spec(self) -> Any:
        specs = [
            TensorSpec((self.first_axis, *shape), spec.dtype)
            for spec, shape in zip(self.input.leaves, self.shapes, strict=True)
        ]
        return nest.pack(self.input.spec, specs)

    def groups(self, chunk: Chunk, sizes: np.ndarray) -> Chunk:
        parts = zip(chunk.columns, self.shapes, self.values, strict=True)
        return Chunk(tuple(pad_groups(c, sizes, s, v, i) for i, (c, s, v) in enumerate(parts)), len(sizes))

    def project(self, keep: tuple[int, ...]) -> Step:
        shapes, values = tuple(self.shapes[i] for i in keep), tuple(self.values[i] for i in keep)
        return dataclasses.replace(self, input=self.input.project(keep), shapes=shapes, values=values)


def padded_shapes(spec: Any, given: Any) -> tuple[TensorShape, ...]:
    """Returns the shapes to which the leaves of an element are to be filled up.

    Args:
        spec: the structure of an element.
        given: a structure like it of shapes (lists, tuples, `TensorShape`s or vectors, with None
            or -1 for the largest size of a batch), or None.

    Raises:
        TypeError: a leaf is sparse, ragged or a dataset; or what is given is no shape.
        ValueError: the structure is another one, or a shape does not fit the elements.
    """
    leaves = nest.flatten(spec)
    for leaf in leaves:
        if not leaf.is_dense:
            raise TypeError(
                f"padded_batch takes dense elements; got {leaf}. batch() puts sparse and ragged ones together"
            )
    if given is None:
        return tuple(_shape_of_all(i, leaf) for i, leaf in enumerate(leaves))
    shapes = [_as_shape(value) for value in _along(spec, given, "padded_shapes")]
    for shape, leaf in zip(shapes, leaves, strict=True):
        known = leaf.shape.ndims is not None
        if known and (
            len(shape) != len(leaf.shape) or any(_is_less(p, s) for p, s in zip(shape, leaf.shape, strict=True))
        ):
            raise ValueError(f"a padded shape of {tuple(shape)} does not fit elements of shape {tuple(leaf.shape)}")
    return tuple(shapes)


def _is_less(padded: int | None, size: int | None) -> bool:
    return padded is not None and size is not None and padded < size


def _shape_of_all(number: int, leaf: TensorSpec) -> TensorShape:
    if leaf.shape.ndims is None:
        raise ValueError(
            f"component {number} has a shape of which nothing is known; say padded_shapes, or use set_shape before"
        )
    return leaf.shape


def _as_shape(given: Any) -> TensorShape:
    if isinstance(given, Tensor):
        given = given.numpy()
    try:
        return TensorShape([None if s is None else int(s) for s in given])
    except TypeError:
        raise TypeError(f"a padded shape is a list of sizes, None for the largest; got {given!r}") from None


def padding_values(spec: Any, given: Any) -> tuple[Any, ...]:
    """Returns what the leaves of an element are to be filled up with: NumPy scalars and `bytes`.

    Args:
        spec: the structure of an element.
        given: one value for all leaves, or a structure like it; None for 0, '' and False.

    Raises:
        TypeError: a value is not of the type of its leaf.
        ValueError: the structure is another one.
    """
    leaves = nest.flatten(spec)
    single = given is None or not nest.is_nested(given)
    values = [given] * len(leaves) if single else _along(spec, given, "padding_values")
    return tuple(_as_filling(value, leaf.dtype) for value, leaf in zip(values, leaves, strict=True))


def _as_filling(value: Any, dtype: DType) -> Any:
    if value is None:
        return b"" if dtype.is_string else np.zeros((), dtype.as_numpy_dtype)[()]
    is_typed = isinstance(value, Tensor | np.generic | np.ndarray)
    if is_typed and value.dtype != dtype and not (dtype.is_string and isinstance(value, np.generic)):
        raise TypeError(f"a value to pad {dtype.name} elements with must be of that type; got {value!r}")
    value = value.numpy() if isinstance(value, Tensor) else value
    if np.ndim(value):
        raise InvalidArgumentError(f"a value to pad with must be a single one; got {value!r}")
    value = value.item() if isinstance(value, np.generic | np.ndarray) else value
    if dtype.is_string and isinstance(value, str | bytes):
        return value.encode() if isinstance(value, str) else value
    if not dtype.is_string and _fits(value, dtype):
        return np.array(value, dtype.as_numpy_dtype)[()]
    raise TypeError(f"{dtype.name} elements cannot be padded with {value!r}")


def _fits(value: Any, dtype: DType) -> bool:
    if dtype.is_bool or isinstance(value, bool):
        return dtype.is_bool and isinstance(value, bool)
    if dtype.is_floating:
        return isinstance(value, numbers.Real)
    return isinstance(value, int) and dtype.min <= value <= dtype.max


def _along(spec: Any, given: Any, name: str) -> list[Any]:
    """Takes a structure apart by another one, since lists and tuples may be shapes or structures."""
    if isinstance(spec, Mapping):
        if not isinstance(given, Mapping) or set(given) != set(spec):
            raise ValueError(f"{name} must have an entry for each of {sorted(spec, key=str)}; got {given!r}")
        by_key = {key: _along(spec[key], given[key], name) for key in spec}
        return [value for values in nest.flatten(by_key) for value in values]
    if nest.is_nested(spec):
        if not isinstance(given, tuple | list) or len(given) != len(spec):
            raise ValueError(f"{name} must have {len(spec)} entries, as the elements have; got {given!r}")
        return [value for s, g in zip(spec, given, strict=True) for value in _along(s, g, name)]
    return [given]
