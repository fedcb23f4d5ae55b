"""What a program asks of a parser of examples, checked, in a form that graphs can save."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from estimax._base._dtypes import DType, float32, int64, string
from estimax._base._errors import InvalidArgumentError
from estimax._base._shapes import TensorShape
from estimax._base._string_array import StringArray
from estimax._graph._op import as_tensor
from estimax.io._example_specs import (
    FixedLenFeature,
    FixedLenSequenceFeature,
    RaggedFeature,
    SparseFeature,
    VarLenFeature,
)


@dataclass(frozen=True)
class Field:
    """A result of parsing.

    Attributes:
        name: under which it is returned.
        kind: 'fixed', 'padded', 'sparse', 'ragged' or 'placed' (sparse, with positions from other features).
        dtype: of the values.
        keys: names of the features that it is made of, that with the values first.
        shape: of a value of an example, of an item of a sequence, or the sizes of a placed one.
        default: one-dimensional: for a missing feature; what fills up a sequence.
        is_sorted: whether positions rise in every example.
        may_lack: whether an example may lack the sequence.
    """

    name: str
    kind: str
    dtype: DType
    keys: tuple[str, ...]
    shape: tuple[int, ...] = ()
    default: Any = None
    is_sorted: bool = True
    may_lack: bool = True

    @property
    def filling(self) -> Any:
        """One value to fill up sequences with."""
        if self.default is not None:
            return self.default
        return StringArray.of([b""]) if self.dtype.is_string else np.zeros(1, self.dtype.as_numpy_dtype)


def as_param(field: Field) -> dict[str, Any]:
    """Returns a field as a dictionary of parameters."""
    return {f.name: getattr(field, f.name) for f in dataclasses.fields(field)}


def fields_of(features: Any, argument: str = "features") -> list[Field]:
    """Checks a dictionary of specs.

    Raises:
        ValueError: it is empty, or a spec cannot be parsed.
        TypeError: an entry is no spec, or a default value is of another type.
        InvalidArgumentError: a default value is of another size.
    """
    if not isinstance(features, Mapping) or not features:
        raise ValueError(f"{argument} must be a dictionary of at least one feature; got {features!r}")
    return [_field(name, spec, argument) for name, spec in features.items()]


def _field(name: Any, spec: Any, argument: str) -> Field:
    if not isinstance(name, str):
        raise TypeError(f"the keys of {argument} must be names; got {name!r}")
    make: Callable[[str, Any], Field] | None = _MAKERS.get(type(spec))
    if make is None:
        known = ", ".join(kind.__name__ for kind in _MAKERS)
        raise TypeError(f"{argument}[{name!r}] must be one of {known}; got {spec!r}")
    if spec.dtype not in (float32, int64, string):
        raise ValueError(
            f"{argument}[{name!r}]: examples hold float32, int64 and string values; got dtype {spec.dtype.name}. "
            f"Parse one of these, and convert with tf.cast"
        )
    return make(name, spec)


def _fixed(name: str, spec: FixedLenFeature) -> Field:
    shape = _shape(name, spec)
    return Field(name, "fixed", spec.dtype, (name,), shape, _default(name, spec, shape))


def _padded(name: str, spec: FixedLenSequenceFeature) -> Field:
    shape = _shape(name, spec)
    if 0 in shape:
        raise ValueError(f"{name!r}: the items of a sequence must have values; got shape {list(shape)}")
    default = _default(name, spec, (1,))
    return Field(name, "padded", spec.dtype, (name,), shape, default, may_lack=bool(spec.allow_missing))


def _placed(name: str, spec: SparseFeature) -> Field:
    keys = list(spec.index_key) if isinstance(spec.index_key, list | tuple) else [spec.index_key]
    sizes = TensorShape(spec.size if isinstance(spec.size, list | tuple) else [spec.size])
    if len(keys) != len(sizes) or not sizes.is_fully_defined():
        raise ValueError(f"{name!r} needs one size for each index_key; got {spec.size!r} for {spec.index_key!r}")
    shape = tuple(int(s) for s in sizes if s is not None)
    return Field(name, "placed", spec.dtype, (spec.value_key, *keys), shape, is_sorted=bool(spec.already_sorted))


def _shape(name: str, spec: FixedLenFeature | FixedLenSequenceFeature) -> tuple[int, ...]:
    shape = TensorShape(spec.shape)
    if not shape.is_fully_defined():
        raise ValueError(
            f"{name!r}: the shape must be known; got {spec.shape!r}. Use FixedLenSequenceFeature or VarLenFeature "
            f"for values that differ in number"
        )
    return tuple(int(s) for s in shape if s is not None)


def _default(name: str, spec: Any, shape: tuple[int, ...]) -> Any:
    if spec.default_value is None:
        return None
    value: Any = as_tensor(spec.default_value, spec.dtype).value
    if value is None:
        raise TypeError(f"{name!r}: default_value must be data; got {spec.default_value!r}")
    if value.size != math.prod(shape):
        raise InvalidArgumentError(
            f"{name!r}: default_value must have {math.prod(shape)} values for shape "
            f"{list(shape)}; got {spec.default_value!r}"
        )
    return value.reshape(-1)


_MAKERS: dict[type, Any] = {
    FixedLenFeature: _fixed,
    FixedLenSequenceFeature: _padded,
    VarLenFeature: lambda name, spec: Field(name, "sparse", spec.dtype, (name,)),
    RaggedFeature: lambda name, spec: Field(name, "ragged", spec.dtype, (spec.value_key or name,)),
    SparseFeature: _placed,
}
