"""Iterators as programs see them: one-shot iterators, NumPy iterators, and the loop's own `Reader`.

In an input function, `get_next()` gives symbolic Tensors that stand for the next
element; what the function does to them becomes a `map` of the dataset. Outside
of one it gives the next element itself.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np

from estimax._base import _nest as nest
from estimax._base._errors import OutOfRangeError
from estimax._base._shapes import TensorSpec
from estimax._base._string_array import StringArray
from estimax._graph._column import Column, rows_of
from estimax._graph._function import Function
from estimax._graph._op import Op
from estimax._graph._tensor import Tensor, as_numpy, concrete
from estimax._graph._tracing import is_tracing
from estimax._graph._varying import Rows
from estimax.data._chunk import Windows
from estimax.data._map import Map
from estimax.data._nested import Elements
from estimax.data._prefetch import Ahead, reads_ahead
from estimax.data._specs import DatasetSpec
from estimax.data._step import Chunk, ChunkIterator, Context, State, Step
from estimax.random._seed import next_entropy

Wrap = Callable[[Step], Any]  # makes a Dataset of its last step

_CHUNK_BYTES = 4 << 20
_CHUNK_ELEMENTS = 1 << 14


def _no_value(**_: Any) -> Any:
    raise TypeError("the next element of an iterator is read by the Estimator, not by the input function itself")


ITERATOR_NEXT = Op("IteratorNext", infer=lambda *, step: tuple(step.leaves), host=_no_value)


class Reader:
    """Reads a dataset's elements in chunks and knows its position.

    Args:
        step: what to read.
        seed: what the random order depends on; None for another one in each run.
        epoch: how often the dataset was read before, so that each pass is shuffled anew.
    """

    def __init__(self, step: Step, seed: int | None = None, epoch: int = 0) -> None:
        self.step = step
        self.entropy = next_entropy() if seed is None else seed
        self.epoch = epoch
        self._iterator = self._start()

    def _start(self) -> ChunkIterator:
        context = Context(self.entropy)
        return self.step.iterate(context.epoch(self.epoch) if self.epoch else context)

    def next(self, at_most: int) -> Chunk | None:
        return self._iterator.next(at_most)

    def state(self) -> State:
        return {"entropy": self.entropy, "epoch": self.epoch, "position": self._iterator.state()}

    def restore(self, state: State) -> None:
        self.entropy, self.epoch = state["entropy"], state["epoch"]
        self._iterator = self._start()
        self._iterator.restore(state["position"])


class _Paced:
    """Reads chunks: of one element at first, of more and more then, as long as they are not too many bytes.

    So the first element comes soon, and the others fast.
    """

    def __init__(self, reader: Reader) -> None:
        self.reader = reader
        self.at_most = 1

    def __call__(self) -> Chunk | None:
        chunk = self.reader.next(self.at_most)
        if chunk is not None:
            wanted = _CHUNK_BYTES * chunk.size // max(chunk.nbytes, 1)
            self.at_most = max(1, min(4 * self.at_most, wanted, _CHUNK_ELEMENTS))
        return chunk


class _ElementIterator:
    """Goes through the elements one by one; in a thread ahead of the program where the dataset says so."""

    def __init__(self, reader: Reader, wrap: Wrap) -> None:
        self._reader = reader
        self._wrap = wrap
        self._leaves = reader.step.leaves
        self._pack = packer(reader.step.spec)
        self._rows: Iterator[tuple[Any, ...]] = iter(())
        read = _Paced(reader)
        self._read = Ahead(read) if reads_ahead(reader.step) else read

    @property
    def element_spec(self) -> Any:
        return self._reader.step.spec

    def __iter__(self) -> Iterator[Any]:
        return self

    def __next__(self) -> Any:
        while (row := next(self._rows, None)) is None:
            self._rows = self._next_rows()
        return self._pack(row)

    def _next_rows(self) -> Iterator[tuple[Any, ...]]:
        chunk = self._read()
        if chunk is None:
            raise StopIteration
        columns = [self._values(c, spec) for c, spec in zip(chunk.columns, self._leaves, strict=True)]
        return zip(*columns, strict=True) if columns else iter([()] * chunk.size)

    def _values(self, column: Column, spec: TensorSpec) -> list[Any]:
        """Returns the rows of a column as the program is to get them."""
        if isinstance(column, Windows):
            assert isinstance(spec, DatasetSpec)
            return [self._wrap(Elements.of(chunk, spec)) for chunk in column.rows()]
        return self._converted(column)

    def _converted(self, column: Column) -> list[Any]:
        return [concrete(value) for value in rows_of(column)]


class TensorIterator(_ElementIterator):
    """Elements as Tensors."""


class NumpyIterator(_ElementIterator):
    """Elements as NumPy arrays and scalars; strings as `bytes`."""

    def next(self) -> Any:
        return next(self)

    def _converted(self, column: Column) -> list[Any]:
        if isinstance(column, StringArray) and column.ndim == 1:
            texts: list[bytes] = column.flat.to_pylist()
            return texts
        if isinstance(column, Rows) and isinstance(column.flat, StringArray):
            column = Rows(column.flat.to_numpy(), column.shapes)
        if isinstance(column, np.ndarray | StringArray):
            array = column.view() if isinstance(column, np.ndarray) else column.to_numpy()
            array.flags.writeable = False  # the rows share memory with the dataset
            return list(array)
        return [as_numpy(value) for value in column.rows()]


def packer(structure: Any) -> Callable[[tuple[Any, ...]], Any]:
    """Makes a function that packs leaves, as `nest.pack` does, for one structure and many times.

    Example:
        >>> from estimax.data._iterators import packer
        >>> packer({"b": (0, 0), "a": 0})((1, 2, 3))
        {'b': (2, 3), 'a': 1}
    """
    numbers = iter(range(len(nest.flatten(structure))))
    return _packer(nest.map_leaves(lambda _: next(numbers), structure))


def _packer(numbers: Any) -> Callable[[tuple[Any, ...]], Any]:
    if isinstance(numbers, Mapping):
        entries = [(key, _packer(part)) for key, part in numbers.items()]
        return lambda leaves: {key: part(leaves) for key, part in entries}
    if nest.is_nested(numbers):
        parts = [_packer(part) for part in numbers]
        if hasattr(numbers, "_fields"):
            return lambda leaves: type(numbers)(*(part(leaves) for part in parts))
        return lambda leaves: tuple([part(leaves) for part in parts])
    taken: Callable[[tuple[Any, ...]], Any] = operator.itemgetter(numbers)
    return taken


class OneShotIterator(TensorIterator):
    """Goes through a dataset once, element by element.

    In an input function, `get_next()` stands for the next element, and what is
    done to it becomes a `map` of the dataset.
    """

    def __init__(self, step: Step, reader: Reader, wrap: Wrap) -> None:
        super().__init__(reader, wrap)
        self._step = step

    def get_next(self, name: str | None = None) -> Any:
        """Returns the next element as a structure of Tensors.

        Raises:
            OutOfRangeError: there are no more elements.
        """
        if is_tracing():
            return nest.pack(self._step.spec, ITERATOR_NEXT.node(step=self._step))
        try:
            return super().__next__()
        except StopIteration:
            raise OutOfRangeError("the iterator has reached the end of its dataset") from None

    def __next__(self) -> Any:
        try:
            return self.get_next()
        except OutOfRangeError:
            raise StopIteration from None


class InitializableIterator(OneShotIterator):
    """A one-shot iterator for programs that initialize theirs in a session."""

    @property
    def initializer(self) -> Tensor:
        """A Tensor that can be run or kept in a collection, to no effect."""
        return concrete(np.zeros((), np.int32))


def mapped_over_iterator(structure: Any) -> Step | None:
    """Returns the dataset of the elements that Tensors made of `get_next()` stand for.

    None where they are made of no iterator. Raises ValueError where they are made
    of several: `Dataset.zip` says how their elements belong together.
    """
    leaves: list[Tensor] = nest.flatten(structure)
    sources = {id(n): n for n in Function([], leaves).order if n.op is ITERATOR_NEXT}
    if not sources:
        return None
    if len(sources) > 1:
        raise ValueError(
            "an input function must take its elements from one call of get_next(); join the datasets of "
            f"the {len(sources)} calls with tf.data.Dataset.zip first"
        )
    (node,) = sources.values()
    results = node.results()
    return Map(node.params["step"], Function(results, leaves), nest.map_leaves(lambda _: None, structure))
