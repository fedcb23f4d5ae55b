"""Elements of several datasets in an order that another dataset, or chance, chooses."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from functools import reduce
from typing import Any

import numpy as np

from estimax._base._dtypes import int64
from estimax._base._errors import InvalidArgumentError
from estimax._base._shapes import TensorSpec
from estimax._graph._draws import Draws
from estimax.data._chunk import concatenate, restored, saved
from estimax.data._specs import are_alike, general
from estimax.data._step import Chunk, ChunkIterator, Context, State, Step


@dataclass(frozen=True, eq=False)
class Choose(Step):
    """For each element of `choices`, a number, the next element of that input; none where it has ended.

    Ends with the choices, when all inputs have ended, or, with `stops`, when one is chosen that has ended.
    """

    inputs: tuple[Step, ...]
    choices: Step
    stops: bool

    def __post_init__(self) -> None:
        if not self.inputs:
            raise ValueError("give at least one dataset to choose from")
        first = self.inputs[0].spec
        for other in self.inputs[1:]:
            if not are_alike(first, other.spec):
                raise TypeError(
                    f"datasets to choose from must have elements of the same structure, types and numbers of "
                    f"dimensions; got {first} and {other.spec}"
                )
        spec = self.choices.spec
        if not isinstance(spec, TensorSpec) or spec.dtype != int64 or spec.shape.ndims != 0:
            raise TypeError(f"choices must be single int64 numbers; got {spec}")

    @property
    def spec(self) -> Any:
        return reduce(general, [s.spec for s in self.inputs])

    def iterate(self, context: Context) -> ChunkIterator:
        inputs = [s.iterate(context.input(i + 1)) for i, s in enumerate(self.inputs)]
        return _ChooseIterator(self, inputs, self.choices.iterate(context.input(0)))

    def project(self, keep: tuple[int, ...]) -> Step:
        return dataclasses.replace(self, inputs=tuple(s.project(keep) for s in self.inputs))


class _ChooseIterator(ChunkIterator):
    """Reads of each input what a chunk of choices wants of it, and weaves that together by index."""

    def __init__(self, step: Choose, sources: list[ChunkIterator], choices: ChunkIterator) -> None:
        self.step = step
        self.sources = sources
        self.choices = choices
        self.pending: list[Chunk | None] = [None] * len(sources)  # read when another input failed
        self.wanted: np.ndarray | None = None
        self.ended = [False] * len(sources)
        self.is_over = False

    def next(self, at_most: int) -> Chunk | None:
        while not self.is_over and not all(self.ended):
            wanted = self._wanted(at_most)
            if wanted is None:
                break
            counts = np.bincount(wanted, minlength=len(self.sources))
            parts = [self._read(i, int(count)) for i, count in enumerate(counts)]
            self.wanted, self.pending = None, [None] * len(self.sources)
            chunk = self._woven(wanted, parts)
            if chunk is not None:
                return chunk
        return None

    def _wanted(self, at_most: int) -> np.ndarray | None:
        """Returns the next choices; again those before, if an input has failed since."""
        if self.wanted is None:
            chunk = self.choices.next(at_most)
            if chunk is None:
                return None
            self.wanted = np.asarray(chunk.columns[0])
            bad = (self.wanted < 0) | (self.wanted >= len(self.sources))
            if bad.any():
                number, self.wanted = int(self.wanted[bad][0]), None
                raise InvalidArgumentError(f"choices must lie in [0, {len(self.sources)}); got {number}")
        return self.wanted

    def _read(self, number: int, count: int) -> Chunk | None:
        """Reads so many elements of an input, or fewer at its end."""
        while not self.ended[number]:
            before = self.pending[number]
            missing = count - (before.size if before else 0)
            if missing <= 0:
                break
            chunk = self.sources[number].next(missing)
            if chunk is None:
                self.ended[number] = True
            else:
                self.pending[number] = concatenate([before, chunk]) if before else chunk
        return self.pending[number]

    def _woven(self, wanted: np.ndarray, parts: list[Chunk | None]) -> Chunk | None:
        sizes = np.array([p.size if p else 0 for p in parts])
        order = np.argsort(wanted, kind="stable")
        counts = np.bincount(wanted, minlength=len(parts))
        number = np.empty(len(wanted), np.int64)  # of a choice among those of its input
        number[order] = np.arange(len(wanted)) - np.repeat(np.cumsum(counts) - counts, counts)
        is_there = number < sizes[wanted]
        if self.step.stops and not is_there.all():
            self.is_over = True
            is_there[int(np.argmin(is_there)) :] = False
        kept = np.flatnonzero(is_there)
        if not len(kept):
            return None
        first = np.cumsum(sizes) - sizes
        return concatenate([p for p in parts if p]).take(first[wanted[kept]] + number[kept])

    def state(self) -> State:
        return {
            "sources": [s.state() for s in self.sources],
            "choices": self.choices.state(),
            "pending": [saved(p) for p in self.pending],
            "wanted": self.wanted,
            "ended": list(self.ended),
            "is_over": self.is_over,
        }

    def restore(self, state: State) -> None:
        for source, position in zip(self.sources, state["sources"], strict=True):
            source.restore(position)
        self.choices.restore(state["choices"])
        self.pending, self.wanted = [restored(p) for p in state["pending"]], state["wanted"]
        self.ended, self.is_over = list(state["ended"]), state["is_over"]


@dataclass(frozen=True, eq=False)
class Random(Step):
    """Numbers left to chance, without end: whole ones below 2**32, or positions of the weights, drawn by them."""

    seed: int | None
    again: bool  # whether each epoch has the same ones
    weights: tuple[float, ...] | None = None

    @property
    def spec(self) -> Any:
        return TensorSpec((), int64)

    def iterate(self, context: Context) -> ChunkIterator:
        draws = context.draws()
        return _RandomIterator(self, dataclasses.replace(draws, epochs=()) if self.again else draws)


class _RandomIterator(ChunkIterator):
    def __init__(self, step: Random, draws: Draws) -> None:
        self.step = step
        self.draws = draws
        weights = np.cumsum(step.weights if step.weights is not None else [1.0])
        self.bounds = weights[:-1] / weights[-1]

    def next(self, at_most: int) -> Chunk | None:
        size = min(at_most, 1 << 16)
        words = self.draws.words(self.step.seed, 0, size, 1)[:, 0]
        self.draws = self.draws.row(size)
        if self.step.weights is None:
            return Chunk(((words >> np.uint64(32)).astype(np.int64),), size)
        uniform = (words >> np.uint64(11)) * 2.0**-53
        return Chunk((np.searchsorted(self.bounds, uniform, "right"),), size)

    def state(self) -> State:
        return self.draws.first

    def restore(self, state: State) -> None:
        self.draws = dataclasses.replace(self.draws, first=state)


def checked_weights(weights: Any, count: int) -> tuple[float, ...]:
    """Returns the weights of `count` datasets; equal ones where none are given.

    Raises:
        ValueError: they are not so many, or one is negative or no number, or all are 0.
    """
    if not count:
        raise ValueError("give at least one dataset to choose from")
    given = np.full(count, 1.0) if weights is None else np.asarray(weights, np.float64)
    if given.shape != (count,):
        raise ValueError(f"there must be one weight for each of the {count} datasets; got {weights!r}")
    if not np.isfinite(given).all() or (given < 0).any() or not given.any():
        raise ValueError(f"weights must be 0 or more, and one of them more; got {weights!r}")
    return tuple(given.tolist())
