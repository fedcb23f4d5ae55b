"""The contract of a dataset's steps, and what flows between them.

A `Step` is a frozen description: its inputs, its parameters, the spec of its
elements. `iterate` makes an iterator that moves chunks of many elements at a
time and can save and restore its position.
"""

from __future__ import annotations

import dataclasses
import operator
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from estimax._base import _nest as nest
from estimax._base._shapes import TensorShape, TensorSpec
from estimax._graph._column import Value
from estimax._graph._draws import Draws
from estimax._graph._function import Function
from estimax._graph._tensor import Tensor
from estimax.data._chunk import Chunk as Chunk
from estimax.data._chunk import State as State
from estimax.data._chunk import concatenate as concatenate


@dataclass(frozen=True)
class Context:
    """Where in a program, and in which epoch, an iterator runs: all that its randomness depends on.

    `entropy` is the same for the whole run; `place` tells the steps of a chain
    apart, `epochs` the repetitions around them. A random step with a seed of its
    own depends on this and the epochs alone, so that datasets shuffled with one
    seed stay row by row together.

    `careful` says how elements are read, not which: one at a time, so that an error
    takes no other element with it.
    """

    entropy: int
    place: tuple[int, ...] = ()
    epochs: tuple[int, ...] = ()
    careful: bool = field(default=False, compare=False)

    def input(self, number: int = 0) -> Context:
        return dataclasses.replace(self, place=(*self.place, number))

    def epoch(self, number: int) -> Context:
        return dataclasses.replace(self, epochs=(*self.epochs, number))

    def generator(self, seed: int | None, every_epoch: bool = True) -> np.random.Generator:
        """Returns random numbers that depend on the seed, or without one on the run and the place."""
        place = (len(self.place), *self.place) if seed is None else (0,)
        start = (self.entropy if seed is None else seed) & 0xFFFFFFFFFFFFFFFF
        sequence = np.random.SeedSequence(start, spawn_key=(*place, *(self.epochs if every_epoch else ())))
        return np.random.Generator(np.random.PCG64(sequence))

    def draws(self) -> Draws:
        """Returns the random numbers of the elements from the first one on."""
        return Draws(self.entropy, (len(self.place), *self.place), self.epochs)


class ChunkIterator(ABC):
    """Goes through the elements of a step, many at a time."""

    @abstractmethod
    def next(self, at_most: int) -> Chunk | None:
        """Returns the next 1 to `at_most` elements, or None after the last."""

    @abstractmethod
    def state(self) -> State:
        """Returns the position as a tree of numbers, strings and arrays; cheap, shares memory."""

    @abstractmethod
    def restore(self, state: State) -> None:
        """Goes to a position that `state` returned."""


@dataclass(frozen=True, eq=False)
class Step(ABC):
    """A description of a dataset: a source, or something done to another one.

    Fields that are Steps are its inputs; fields that are Tensors or Functions may
    depend on the elements of a dataset around (see `bind`).
    """

    @property
    @abstractmethod
    def spec(self) -> Any:
        """The structure of an element, with a `TensorSpec` in each leaf."""

    @abstractmethod
    def iterate(self, context: Context) -> ChunkIterator:
        """Starts at the first element."""

    def project(self, keep: tuple[int, ...]) -> Step:
        """Returns a step whose elements are a tuple of some of the leaves of this one's.

        What nothing needs is then neither decoded nor moved.
        """
        return Selected(self, keep)

    def bind(self, values: Mapping[int, Value]) -> Step:
        """Returns the step with placeholders from around it replaced by values, by the id of their node."""
        fields = {f.name: getattr(self, f.name) for f in dataclasses.fields(self) if f.init}
        bound = {name: _bind(value, values) for name, value in fields.items()}
        if all(bound[name] is fields[name] for name in fields):
            return self
        return type(self)(**bound)

    @property
    def captures(self) -> list[Tensor]:
        """The placeholders from around it that the step needs."""
        found: dict[int, Tensor] = {}
        for f in dataclasses.fields(self):
            found |= {id(t.node): t for t in _captures(getattr(self, f.name))}
        return list(found.values())

    @property
    def leaves(self) -> list[TensorSpec]:
        return nest.flatten(self.spec)


@dataclass(frozen=True, eq=False)
class SameElements(Step):
    """A step that hands on elements of its input as they are: in another order, number or choice."""

    input: Step

    @property
    def spec(self) -> Any:
        return self.input.spec

    def project(self, keep: tuple[int, ...]) -> Step:
        return dataclasses.replace(self, input=self.input.project(keep))


def _bind(value: Any, values: Mapping[int, Value]) -> Any:
    if isinstance(value, Step | Function):
        return value.bind(values)
    if isinstance(value, Tensor) and value.is_symbolic:
        return Function([], [value]).bind(values).outputs[0]
    if isinstance(value, tuple) and not isinstance(value, TensorShape):
        bound = tuple(_bind(v, values) for v in value)
        return value if all(map(operator.is_, bound, value)) else bound
    return value


def _captures(value: Any) -> list[Tensor]:
    if isinstance(value, Step | Function):
        return value.captures
    if isinstance(value, Tensor):
        return Function([], [value]).captures
    if isinstance(value, tuple) and not isinstance(value, TensorShape):
        return [t for v in value for t in _captures(v)]
    return []


@dataclass(frozen=True, eq=False)
class Selected(Step):
    """Some of the leaves of each element, as a tuple."""

    input: Step
    keep: tuple[int, ...]

    @property
    def spec(self) -> Any:
        leaves = self.input.leaves
        return tuple(leaves[i] for i in self.keep)

    def iterate(self, context: Context) -> ChunkIterator:
        # The same context: what is random below must not depend on which leaves are kept.
        return _SelectedIterator(self.input.iterate(context), self.keep)

    def project(self, keep: tuple[int, ...]) -> Step:
        return self.input.project(tuple(self.keep[i] for i in keep))


class _SelectedIterator(ChunkIterator):
    def __init__(self, source: ChunkIterator, keep: tuple[int, ...]) -> None:
        self.source = source
        self.keep = keep

    def next(self, at_most: int) -> Chunk | None:
        chunk = self.source.next(at_most)
        return chunk and Chunk(tuple(chunk.columns[i] for i in self.keep), chunk.size)

    def state(self) -> State:
        return self.source.state()

    def restore(self, state: State) -> None:
        self.source.restore(state)
