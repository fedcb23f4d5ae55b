"""Making the datasets of many elements at once, as `flat_map` wants them, where all that they are made of is in memory.

Each kind of step has a rule that makes the elements of all the datasets that it
becomes for the rows of some columns, one dataset after the other. Most windows,
slices and repetitions in a `flat_map` are so computed without a loop over them.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import singledispatch
from typing import Any

import numpy as np

from estimax._graph._column import Column, empty_column, take_rows, unbatch_rows
from estimax._graph._function import Function
from estimax._graph._op import as_tensor
from estimax._graph._stretches import splits_of
from estimax._graph._tensor import Tensor
from estimax.data._batch import Batch, Batching, RaggedBatch, SparseBatch
from estimax.data._chunk import Windows
from estimax.data._combine import Concatenate, Zip
from estimax.data._map import Filter, Map
from estimax.data._memory import FromSlices, FromTensors, Range
from estimax.data._nested import Elements
from estimax.data._padded_batch import PaddedBatch
from estimax.data._repeat import Repeat
from estimax.data._step import Chunk, Selected, Step, concatenate
from estimax.data._take_skip import Skip, Take

Columns = Mapping[int, Column]  # by the id of the placeholder's node

_MOST_ELEMENTS = 1 << 20
_MOST_BYTES = 64 << 20


class CannotLift(Exception):
    """The datasets must be read one by one."""


@dataclass(frozen=True)
class Lifted:
    """The elements of many datasets, one after the other, and how many each has."""

    chunk: Chunk
    sizes: np.ndarray

    @property
    def owners(self) -> np.ndarray:
        """For each element, the number of its dataset."""
        return np.repeat(np.arange(len(self.sizes)), self.sizes)

    @property
    def starts(self) -> np.ndarray:
        return splits_of(self.sizes)[:-1]

    def take(self, first: np.ndarray, sizes: np.ndarray) -> Lifted:
        """Keeps `sizes` successive elements of each dataset, from its element `first` on."""
        if not first.any() and np.array_equal(sizes, self.sizes):
            return self
        index = np.arange(sizes.sum()) + np.repeat(self.starts + first - splits_of(sizes)[:-1], sizes)
        return Lifted(self.chunk.take(index), sizes)


def can_lift(step: Step) -> bool:
    """Whether there are rules for all that a step consists of, and nothing in it is random or very large."""
    if type(step) not in _lifted.registry:
        return False
    parts = [getattr(step, f.name) for f in dataclasses.fields(step)]
    steps = [s for part in parts for s in (part if isinstance(part, tuple) else (part,)) if isinstance(s, Step)]
    functions = [part for part in parts if isinstance(part, Function)]
    return all(map(can_lift, steps)) and not any(n.op.random or n.op.expands for f in functions for n in f.order)


def lifted(step: Step, columns: Columns, rows: int) -> Lifted:
    """Makes the elements of the datasets that a step becomes for each row.

    Args:
        step: one that `can_lift`.
        columns: the values of the placeholders that it depends on.
        rows: how many there are.

    Raises:
        CannotLift: one of the datasets is too large, or bad; who reads them one by one finds out which.
    """
    try:
        return _lifted(step, columns, rows)
    except Exception as error:
        raise CannotLift(str(error)) from error


def _values(tensors: Sequence[Tensor], columns: Columns, rows: int) -> list[Column]:
    """Computes Tensors for each row."""
    function = Function([], tensors)
    inputs = function.captures
    return Function(inputs, tensors).over_rows([columns[id(t.node)] for t in inputs], rows)


def _numbers(tensor: Tensor, columns: Columns, rows: int) -> np.ndarray:
    (values,) = _values([tensor], columns, rows)
    return np.asarray(values).astype(np.int64)


def _checked(sizes: np.ndarray) -> np.ndarray:
    if (sizes < 0).any() or sizes.sum(dtype=np.float64) > _MOST_ELEMENTS:
        raise CannotLift(f"{sizes.sum()} elements are too many to be made at once")
    return sizes


def _affordable(chunk: Chunk, total: int) -> None:
    """Raises where so many elements like those of a chunk would take too much memory."""
    if total > chunk.size and chunk.nbytes * total > _MOST_BYTES * chunk.size:
        raise CannotLift(f"{total} elements are too large to be made at once")


@singledispatch
def _lifted(step: Step, columns: Columns, rows: int) -> Lifted:
    raise CannotLift(f"there is no rule for {type(step).__name__}")


@_lifted.register
def _(step: FromTensors, columns: Columns, rows: int) -> Lifted:
    return Lifted(Chunk(tuple(_values(step.components, columns, rows)), rows), np.ones(rows, np.int64))


@_lifted.register
def _(step: FromSlices, columns: Columns, rows: int) -> Lifted:
    parts = [unbatch_rows(c) for c in _values(step.components, columns, rows)]
    sizes = _checked(parts[0][1])
    if any((other != sizes).any() for _, other in parts):
        raise CannotLift("the values of an element differ in size")
    return Lifted(Chunk(tuple(column for column, _ in parts), int(sizes.sum())), sizes)


@_lifted.register
def _(step: Range, columns: Columns, rows: int) -> Lifted:
    start, stride, sizes = _range(step, columns, rows)
    return _progression(start, stride, _checked(sizes))


def _range(step: Range, columns: Columns, rows: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    start, stop, stride = (_numbers(t, columns, rows) for t in (step.start, step.stop, step.stride))
    return start, stride, np.maximum(-((start - stop) // stride), 0)


def _progression(start: np.ndarray, stride: np.ndarray, sizes: np.ndarray) -> Lifted:
    number = np.arange(sizes.sum()) - np.repeat(splits_of(sizes)[:-1], sizes)
    return Lifted(Chunk((np.repeat(start, sizes) + number * np.repeat(stride, sizes),), len(number)), sizes)


@_lifted.register
def _(step: Elements, columns: Columns, rows: int) -> Lifted:
    (windows,) = _values([step.dataset], columns, rows)
    assert isinstance(windows, Windows)
    _affordable(windows.pool, int(windows.sizes.sum()))
    return Lifted(windows.elements(), windows.sizes)


@_lifted.register
def _(step: Selected, columns: Columns, rows: int) -> Lifted:
    inner = _lifted(step.input, columns, rows)
    return Lifted(inner.chunk.select(step.keep), inner.sizes)


def _over(function: Function, inner: Lifted, columns: Columns) -> list[Column]:
    """Runs a function over the elements of all datasets."""
    if not inner.chunk.size:
        return [empty_column(t.spec) for t in function.outputs]
    captures = function.captures
    owners = inner.owners if captures else np.empty(0)
    around = [take_rows(columns[id(t.node)], owners) for t in captures]
    whole = Function([*function.inputs, *captures], function.outputs)
    return whole.over_rows([*inner.chunk.columns, *around], inner.chunk.size)


@_lifted.register
def _(step: Map, columns: Columns, rows: int) -> Lifted:
    inner = _lifted(step.input, columns, rows)
    return Lifted(Chunk(tuple(_over(step.function, inner, columns)), inner.chunk.size), inner.sizes)


@_lifted.register
def _(step: Filter, columns: Columns, rows: int) -> Lifted:
    inner = _lifted(step.input, columns, rows)
    (mask,) = _over(step.predicate, inner, columns)
    kept = np.flatnonzero(np.asarray(mask))
    return Lifted(inner.chunk.take(kept), np.bincount(inner.owners[kept], minlength=rows))


@_lifted.register(Batch)
@_lifted.register(PaddedBatch)
@_lifted.register(RaggedBatch)
@_lifted.register(SparseBatch)
def _(step: Batching, columns: Columns, rows: int) -> Lifted:
    inner = _lifted(step.input, columns, rows)
    size = _numbers(as_tensor(step.size), columns, rows)
    if (size < 1).any():
        raise CannotLift("a batch has no elements")
    full, rest = inner.sizes // size, inner.sizes % size
    if step.drop_remainder:
        inner, rest = inner.take(np.zeros(rows, np.int64), full * size), np.zeros(rows, np.int64)
    counts = full + (rest > 0)
    sizes = np.repeat(size, counts)
    sizes[(np.cumsum(counts) - 1)[rest > 0]] = rest[rest > 0]
    if not len(sizes):
        return Lifted(Chunk(tuple(empty_column(s) for s in step.leaves), 0), counts)
    return Lifted(step.groups(inner.chunk, sizes), counts)


@_lifted.register
def _(step: Take, columns: Columns, rows: int) -> Lifted:
    inner = _lifted(step.input, columns, rows)
    count = _numbers(step.count, columns, rows)
    sizes = np.where(count < 0, inner.sizes, np.minimum(inner.sizes, count))
    return inner.take(np.zeros(rows, np.int64), sizes)


@_lifted.register
def _(step: Skip, columns: Columns, rows: int) -> Lifted:
    inner = _lifted(step.input, columns, rows)
    count = _numbers(step.count, columns, rows)
    first = np.where(count < 0, inner.sizes, np.minimum(inner.sizes, count))
    return inner.take(first, inner.sizes - first)


@_lifted.register
def _(step: Repeat, columns: Columns, rows: int) -> Lifted:
    inner = _lifted(step.input, columns, rows)
    count = _checked(_numbers(step.count, columns, rows))
    sizes = _checked(inner.sizes * count)
    _affordable(inner.chunk, int(sizes.sum()))
    number = np.arange(sizes.sum()) - np.repeat(splits_of(sizes)[:-1], sizes)
    index = np.repeat(inner.starts, sizes) + number % np.maximum(np.repeat(inner.sizes, sizes), 1)
    return Lifted(inner.chunk.take(index), sizes)


@_lifted.register
def _(step: Zip, columns: Columns, rows: int) -> Lifted:
    # A range may be longer than what it numbers: only as much of it is made as is needed.
    parts: list[Any] = [
        _range(s, columns, rows) if isinstance(s, Range) else _lifted(s, columns, rows) for s in step.inputs
    ]
    sizes = np.minimum.reduce([p.sizes if isinstance(p, Lifted) else p[2] for p in parts])
    none = np.zeros(rows, np.int64)
    made = [p.take(none, sizes) if isinstance(p, Lifted) else _progression(p[0], p[1], _checked(sizes)) for p in parts]
    return Lifted(Chunk(tuple(c for p in made for c in p.chunk.columns), int(sizes.sum())), sizes)


@_lifted.register
def _(step: Concatenate, columns: Columns, rows: int) -> Lifted:
    first, second = (_lifted(s, columns, rows) for s in (step.first, step.second))
    order = np.argsort(np.concatenate([first.owners, second.owners]), kind="stable")
    return Lifted(concatenate([first.chunk, second.chunk]).take(order), first.sizes + second.sizes)
