"""`group_by_window`: elements with one key, gathered until there are enough of them; and buckets by length."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any

import numpy as np

from estimax._base import _nest as nest
from estimax._base._dtypes import int64
from estimax._base._errors import InvalidArgumentError
from estimax._base._shapes import TensorShape, TensorSpec
from estimax._graph._draws import Draws
from estimax._graph._function import Function
from estimax.data._chunk import Windows, restored, saved, split_off
from estimax.data._groups import pad_groups, stack_groups
from estimax.data._specs import DatasetSpec
from estimax.data._step import Chunk, ChunkIterator, Context, State, Step, concatenate

_MOST_ROWS = 1 << 16


@dataclass(frozen=True, eq=False)
class Groups(Step):
    """Pairs of a key and a dataset of `window_size(key)` elements with that key, in the order in which they are full.

    At the end come those that are not full, in the order of their keys.
    """

    input: Step
    key: Function
    window_size: Function

    @property
    def spec(self) -> Any:
        return TensorSpec((), int64), DatasetSpec(self.input.spec)

    def iterate(self, context: Context) -> ChunkIterator:
        return _GroupsIterator(self, self.input.iterate(context.input()), context)


class _GroupsIterator(ChunkIterator):
    """Holds the elements of groups that are not full, in the order in which they came, and groups that are."""

    def __init__(self, step: Groups, source: ChunkIterator, context: Context) -> None:
        self.step = step
        self.source = source
        self.draws = context.draws()
        self.careful = context.careful
        self.held: Chunk | None = None
        self.keys = np.empty(0, np.int64)
        self.ready: Chunk | None = None
        self.is_over = False
        self._group_size = 1  # of those before, so that about as much is read as is asked for

    def next(self, at_most: int) -> Chunk | None:
        while self.ready is None:
            if self.is_over:
                return None
            self.ready = self._read(at_most)
        out, self.ready = split_off(self.ready, at_most)
        return out

    def _read(self, at_most: int) -> Chunk | None:
        """Reads on; as many elements at least as a good part of those that are held, which all are gone through."""
        held = self.held.size if self.held else 0
        wanted = min(at_most * self._group_size, _MOST_ROWS)
        chunk = self.source.next(1 if self.careful else max(wanted, held // 4))
        if chunk is None:
            self.is_over = True
            whole, self.held = self.held, None
            return None if whole is None else self._rest(whole)
        draws, self.draws = self.draws, self.draws.row(chunk.size)
        (keys,) = self.step.key.over_rows(chunk.columns, chunk.size, draws)
        return self._full(chunk, np.asarray(keys), draws)

    def _full(self, chunk: Chunk, new: np.ndarray, draws: Draws) -> Chunk | None:
        whole = concatenate([self.held, chunk]) if self.held else chunk
        keys = np.concatenate([self.keys, new])
        names, group = np.unique(keys, return_inverse=True)
        size = self._sizes(names, draws)
        order = np.argsort(group, kind="stable")
        counts = np.bincount(group, minlength=len(names))
        rank = np.empty(len(keys), np.int64)
        rank[order] = np.arange(len(keys)) - np.repeat(np.cumsum(counts) - counts, counts)
        is_full = rank < (counts // size * size)[group]
        rest = np.flatnonzero(~is_full)
        self.held, self.keys = whole.take(rest) if len(rest) else None, keys[rest]
        if len(rest) == len(keys):
            return None
        inside = order[is_full[order]]  # group by group, window by window
        lengths = np.repeat(size, counts // size)
        ends = np.cumsum(lengths)
        first = np.argsort(inside[ends - 1], kind="stable")  # in the order in which they became full
        self._group_size = int(lengths.mean())
        pool = whole.take(inside)
        windows = Windows(pool, (ends - lengths)[first], ends[first])
        return Chunk((keys[inside[ends - 1]][first], windows), len(windows))

    def _sizes(self, names: np.ndarray, draws: Draws) -> np.ndarray:
        (sizes,) = self.step.window_size.over_rows([names], len(names), draws)
        found = np.asarray(sizes)
        if (found < 1).any():
            raise InvalidArgumentError(
                f"group_by_window needs windows of at least 1 element; got {int(found.min())} "
                f"for key {int(names[found.argmin()])}"
            )
        return found

    def _rest(self, whole: Chunk) -> Chunk:
        order = np.argsort(self.keys, kind="stable")
        names, counts = np.unique(self.keys, return_counts=True)
        stops = np.cumsum(counts)
        self.keys = self.keys[:0]
        return Chunk((names, Windows(whole.take(order), stops - counts, stops)), len(names))

    def state(self) -> State:
        return {
            "source": self.source.state(),
            "count": self.draws.first,
            "held": saved(self.held),
            "keys": self.keys,
            "ready": saved(self.ready),
            "is_over": self.is_over,
        }

    def restore(self, state: State) -> None:
        self.source.restore(state["source"])
        self.draws = dataclasses.replace(self.draws, first=state["count"])
        self.held, self.keys = restored(state["held"]), state["keys"]
        self.ready, self.is_over = restored(state["ready"]), state["is_over"]


@dataclass(frozen=True, eq=False)
class Buckets(Step):
    """A batch of each group that comes, its elements stacked, or filled up to one shape.

    Attributes:
        input: pairs of a bucket's number and a dataset of its elements.
        sizes: of a batch of each bucket.
        shapes: to which the leaves are filled up; None to stack them as they are.
        values: to fill up with.
        boundaries: the lengths up to which axes of unknown size are filled up, for each
            bucket but the last; None for the largest of the batch.
        drop_remainder: whether groups that are not full are left out.
    """

    input: Step
    sizes: tuple[int, ...]
    shapes: tuple[TensorShape, ...] | None
    values: tuple[Any, ...]
    boundaries: tuple[int, ...] | None
    drop_remainder: bool

    @property
    def elements(self) -> Any:
        return self.input.spec[1].element_spec

    @property
    def spec(self) -> Any:
        if self.shapes is None:
            return nest.map_leaves(lambda s: s.batched(None), self.elements)
        leaves = nest.flatten(self.elements)
        specs = [TensorSpec((None, *shape), s.dtype) for shape, s in zip(self.shapes, leaves, strict=True)]
        return nest.pack(self.elements, specs)

    def iterate(self, context: Context) -> ChunkIterator:
        return _BucketsIterator(self, self.input.iterate(context.input()))


class _BucketsIterator(ChunkIterator):
    def __init__(self, step: Buckets, source: ChunkIterator) -> None:
        self.step = step
        self.source = source

    def next(self, at_most: int) -> Chunk | None:
        while (chunk := self.source.next(at_most)) is not None:
            if self.step.drop_remainder:
                chunk = chunk.take(np.flatnonzero(self._windows(chunk).sizes == self._wanted(chunk)))
            if chunk.size:
                return self._batches(chunk)
        return None

    def _windows(self, chunk: Chunk) -> Windows:
        windows = chunk.columns[1]
        assert isinstance(windows, Windows)
        return windows

    def _wanted(self, chunk: Chunk) -> np.ndarray:
        wanted: np.ndarray = np.array(self.step.sizes)[np.asarray(chunk.columns[0])]
        return wanted

    def _batches(self, chunk: Chunk) -> Chunk:
        windows, shapes = self._windows(chunk), self.step.shapes
        elements, sizes = windows.elements(), windows.sizes
        if shapes is None:
            columns = [stack_groups(c, sizes, i) for i, c in enumerate(elements.columns)]
        else:
            least = self._least(np.asarray(chunk.columns[0]))
            parts = zip(elements.columns, shapes, self.step.values, strict=True)
            columns = [pad_groups(c, sizes, s, v, i, least) for i, (c, s, v) in enumerate(parts)]
        return Chunk(tuple(columns), chunk.size)

    def _least(self, buckets: np.ndarray) -> np.ndarray | None:
        """Returns the size of axes of unknown size in each batch, where it does not depend on the elements."""
        boundaries = self.step.boundaries
        if boundaries is None:
            return None
        if (buckets == len(boundaries)).any():
            raise InvalidArgumentError(
                f"with pad_to_bucket_boundary, elements must be shorter than the last boundary, {boundaries[-1]}"
            )
        longest: np.ndarray = np.array(boundaries, np.int64)[buckets] - 1
        return longest

    def state(self) -> State:
        return self.source.state()

    def restore(self, state: State) -> None:
        self.source.restore(state)
