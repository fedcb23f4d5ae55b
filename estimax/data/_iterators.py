"""Iterators as programs see them: one-shot iterators, NumPy iterators, and the loop's own `Reader`.

In an input function, `get_next()` gives symbolic Tensors that stand for the next
element; what the function does to them becomes a `map` of the dataset. Outside
of one it gives the next element itself.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from typing import Any

from estimax._base import _nest as nest
from estimax._base._errors import OutOfRangeError
from estimax._graph._column import rows_of
from estimax._graph._function import Function
from estimax._graph._op import Op
from estimax._graph._tensor import Tensor, as_numpy, concrete
from estimax._graph._tracing import is_tracing
from estimax.data._map import Map
from estimax.data._step import Chunk, ChunkIterator, Context, State, Step


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
        self.entropy = secrets.randbits(63) if seed is None else seed
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


def elements(reader: Reader, structure: Any, at_most: int = 1024) -> Iterator[Any]:
    """Goes through the elements one by one, as structures of host values."""
    while (chunk := reader.next(at_most)) is not None:
        columns = [rows_of(c) for c in chunk.columns]
        for leaves in zip(*columns, strict=True):
            yield nest.pack(structure, leaves)


class NumpyIterator:
    """Elements as NumPy arrays and scalars; strings as `bytes`."""

    def __init__(self, reader: Reader, structure: Any) -> None:
        self._elements = elements(reader, structure)

    def __iter__(self) -> NumpyIterator:
        return self

    def __next__(self) -> Any:
        return nest.map_leaves(as_numpy, next(self._elements))


class OneShotIterator:
    """Goes through a dataset once, element by element."""

    def __init__(self, step: Step, reader: Reader) -> None:
        self._step = step
        self._elements = elements(reader, step.spec, 1)

    @property
    def element_spec(self) -> Any:
        return self._step.spec

    def get_next(self, name: str | None = None) -> Any:
        """Returns the next element as a structure of Tensors.

        Raises:
            OutOfRangeError: there are no more elements.
        """
        if is_tracing():
            return nest.pack(self._step.spec, ITERATOR_NEXT.node(step=self._step))
        try:
            return nest.map_leaves(concrete, next(self._elements))
        except StopIteration:
            raise OutOfRangeError("the iterator has reached the end of its dataset") from None

    def __iter__(self) -> OneShotIterator:
        return self

    def __next__(self) -> Any:
        try:
            return self.get_next()
        except OutOfRangeError:
            raise StopIteration from None


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
