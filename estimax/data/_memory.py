"""Elements that are in memory: `from_tensors`, `from_tensor_slices`, `range`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from estimax._base import _nest as nest
from estimax._base._dtypes import int64
from estimax._base._errors import InvalidArgumentError
from estimax._base._shapes import TensorSpec
from estimax._graph._column import Column, dense_rows, repeat_value
from estimax._graph._tensor import Tensor
from estimax._graph._varying import RaggedValue, SparseValue
from estimax.data._step import Chunk, ChunkIterator, Context, State, Step


@dataclass(frozen=True, eq=False)
class FromTensors(Step):
    """One element."""

    structure: Any
    components: tuple[Tensor, ...]

    @property
    def spec(self) -> Any:
        return nest.pack(self.structure, [t.spec for t in self.components])

    def iterate(self, context: Context) -> ChunkIterator:
        return _SliceIterator(tuple(repeat_value(_value(t), 1) for t in self.components), 1)

    def project(self, keep: tuple[int, ...]) -> Step:
        return FromTensors(tuple(None for _ in keep), tuple(self.components[i] for i in keep))


@dataclass(frozen=True, eq=False)
class FromSlices(Step):
    """One element for each position along the first axis."""

    structure: Any
    components: tuple[Tensor, ...]

    def __post_init__(self) -> None:
        if not self.components:
            raise InvalidArgumentError(f"from_tensor_slices needs at least one value; got {self.structure}")
        sizes = {}
        for (path, _), t in zip(nest.flatten_with_paths(self.structure), self.components, strict=True):
            if t.shape.ndims == 0:
                raise InvalidArgumentError(
                    f"from_tensor_slices needs values with a first axis; {_named(path)} is a scalar"
                )
            sizes[_named(path)] = t.shape[0] if t.shape.ndims else None
        if len(set(sizes.values()) - {None}) > 1:
            listed = ", ".join(f"{name}: {size}" for name, size in sizes.items())
            raise InvalidArgumentError(f"all values must have the same number of rows; got {listed}")

    @property
    def spec(self) -> Any:
        return nest.pack(self.structure, [t.spec.unbatched() for t in self.components])

    def iterate(self, context: Context) -> ChunkIterator:
        columns = tuple(_slices(_value(t)) for t in self.components)
        return _SliceIterator(columns, len(columns[0]))

    def project(self, keep: tuple[int, ...]) -> Step:
        if not keep:
            return super().project(keep)
        return FromSlices(tuple(None for _ in keep), tuple(self.components[i] for i in keep))


class _SliceIterator(ChunkIterator):
    def __init__(self, columns: tuple[Column, ...], size: int) -> None:
        self.columns = columns
        self.size = size
        self.position = 0

    def next(self, at_most: int) -> Chunk | None:
        start, self.position = self.position, min(self.position + at_most, self.size)
        count = self.position - start
        return Chunk(tuple(c[start : self.position] for c in self.columns), count) if count else None

    def state(self) -> State:
        return self.position

    def restore(self, state: State) -> None:
        self.position = state


@dataclass(frozen=True, eq=False)
class Range(Step):
    """The numbers from start to before stop."""

    start: Tensor
    stop: Tensor
    stride: Tensor

    def __post_init__(self) -> None:
        if not self.stride.is_symbolic and int(self.stride) == 0:
            raise InvalidArgumentError("the step of a range must not be 0")

    @property
    def spec(self) -> Any:
        return TensorSpec((), int64)

    def iterate(self, context: Context) -> ChunkIterator:
        return _RangeIterator(range(int(self.start), int(self.stop), int(self.stride)))


class _RangeIterator(ChunkIterator):
    def __init__(self, numbers: range) -> None:
        self.numbers = numbers
        self.position = 0

    def next(self, at_most: int) -> Chunk | None:
        part = self.numbers[self.position : self.position + min(at_most, 1 << 20)]
        self.position += len(part)
        return Chunk((np.arange(part.start, part.stop, part.step, dtype=np.int64),), len(part)) if part else None

    def state(self) -> State:
        return self.position

    def restore(self, state: State) -> None:
        self.position = state


def _value(tensor: Tensor) -> Any:
    if tensor.value is None:
        tensor.numpy()
    return tensor.value


def _slices(value: Any) -> Column:
    """Returns the column of the entries of a value along its first axis."""
    if isinstance(value, SparseValue):
        return value.as_column().unbatched()
    if isinstance(value, RaggedValue) and len(value.splits) == 1:  # whose entries are plain arrays
        dense: Column = dense_rows(value.values, np.diff(value.splits[0]))
        return dense
    column: Column = value
    return column


def _named(path: tuple[str, ...]) -> str:
    return "/".join(path) or "the value"
