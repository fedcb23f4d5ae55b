"""`batch` and its kin: every so many elements put together in one, stacked, padded, ragged or sparse."""

from __future__ import annotations

import dataclasses
from abc import abstractmethod
from dataclasses import dataclass
from typing import Any

import numpy as np

from estimax._base import _nest as nest
from estimax._base._shapes import RaggedTensorSpec, SparseTensorSpec, TensorShape, TensorSpec
from estimax._graph._column import Column
from estimax._graph._tensor import Tensor
from estimax.data._arguments import known, positive
from estimax.data._chunk import restored, saved, split_off
from estimax.data._groups import ragged_groups, sparse_groups, stack_groups
from estimax.data._map import Map
from estimax.data._step import Chunk, ChunkIterator, Context, State, Step, concatenate


@dataclass(frozen=True, eq=False)
class Batching(Step):
    """Every `size` elements as one; the last has fewer unless `drop_remainder`."""

    input: Step
    size: int | Tensor
    drop_remainder: bool

    def __post_init__(self) -> None:
        _ = self.spec  # says at once what cannot be put together

    @abstractmethod
    def groups(self, chunk: Chunk, sizes: np.ndarray) -> Chunk:
        """Puts the elements of a chunk together; `sizes` says how many make each batch."""

    @property
    def first_axis(self) -> int | None:
        return known(self.size) if self.drop_remainder else None

    def iterate(self, context: Context) -> ChunkIterator:
        size = positive("batch_size", self.size)
        fused = context.careful and isinstance(self, Batch) and isinstance(self.input, Map)
        return _BatchIterator(self, size, self.input.iterate(context.input()), fused)

    def project(self, keep: tuple[int, ...]) -> Step:
        return dataclasses.replace(self, input=self.input.project(keep))


class _BatchIterator(ChunkIterator):
    """Hands out many batches at once: columns of shape [batches, size, ...].

    Where elements are read one at a time so that bad ones can be left out, a batch
    with one of them is left out as a whole if it is batch() after map(), and up to
    that element otherwise; the original does so.
    """

    def __init__(self, step: Batching, size: int, source: ChunkIterator, skips_whole: bool) -> None:
        self.step = step
        self.size = size
        self.source = source
        self.skips_whole = skips_whole
        self.rest: Chunk | None = None

    def next(self, at_most: int) -> Chunk | None:
        whole, self.rest = self._gathered(at_most), None
        size = self.size
        if whole is None or (whole.size < size and self.step.drop_remainder):
            return None
        if whole.size < size:
            return self._batches(whole, np.array([whole.size]))
        count = min(whole.size // size, at_most)
        batches, self.rest = split_off(whole, count * size)
        return self._batches(batches, np.full(count, size))

    def _gathered(self, at_most: int) -> Chunk | None:
        """Reads until there are enough elements for a batch, or no more."""
        size = self.size
        parts, self.rest = ([self.rest] if self.rest else []), None
        rows, bad = sum(p.size for p in parts), []
        while rows < size:
            try:
                chunk = self.source.next(at_most * size - rows)
            except Exception as error:
                if not self.skips_whole:
                    raise
                bad.append(error)
                rows += 1
                continue
            if chunk is None:
                break
            parts.append(chunk)
            rows += chunk.size
        if bad:
            raise bad[0]
        return concatenate(parts) if parts else None

    def _batches(self, rows: Chunk, sizes: np.ndarray) -> Chunk:
        return self.step.groups(rows, sizes)

    def state(self) -> State:
        return {"source": self.source.state(), "rest": saved(self.rest)}

    def restore(self, state: State) -> None:
        self.source.restore(state["source"])
        self.rest = restored(state["rest"])


@dataclass(frozen=True, eq=False)
class Batch(Batching):
    """Elements stacked."""

    @property
    def spec(self) -> Any:
        return nest.map_leaves(lambda s: s.batched(self.first_axis), self.input.spec)

    def groups(self, chunk: Chunk, sizes: np.ndarray) -> Chunk:
        return Chunk(tuple(stack_groups(c, sizes, i) for i, c in enumerate(chunk.columns)), len(sizes))


@dataclass(frozen=True, eq=False)
class RaggedBatch(Batching):
    """Elements stacked; those whose shapes may differ become ragged."""

    @property
    def spec(self) -> Any:
        return nest.map_leaves(self._spec_of, self.input.spec)

    def _spec_of(self, spec: TensorSpec) -> TensorSpec:
        batched = spec.batched(self.first_axis)
        rank = _ragged_rank(spec)
        return RaggedTensorSpec(batched.shape, spec.dtype, rank) if rank else batched

    def groups(self, chunk: Chunk, sizes: np.ndarray) -> Chunk:
        columns: list[Column] = []
        for i, (spec, column) in enumerate(zip(self.input.leaves, chunk.columns, strict=True)):
            rank = _ragged_rank(spec)
            columns.append(ragged_groups(column, sizes, rank) if rank else stack_groups(column, sizes, i))
        return Chunk(tuple(columns), len(sizes))


def _ragged_rank(spec: TensorSpec) -> int:
    """Returns how many axes, from the first on, reach to the last of unknown size; 0 where all are known."""
    if not spec.is_dense:
        return 0
    return max((i + 1 for i, size in enumerate(spec.shape) if size is None), default=0)


@dataclass(frozen=True, eq=False)
class SparseBatch(Batching):
    """Dense elements of one component, as the rows of a sparse value."""

    row_shape: TensorShape

    @property
    def spec(self) -> Any:
        (spec,) = self.input.leaves
        made = SparseTensorSpec(TensorShape([self.first_axis]).concatenate(self.row_shape), spec.dtype)
        return nest.map_leaves(lambda _: made, self.input.spec)

    def groups(self, chunk: Chunk, sizes: np.ndarray) -> Chunk:
        return Chunk(tuple(sparse_groups(c, sizes, self.row_shape) for c in chunk.columns), len(sizes))

    def project(self, keep: tuple[int, ...]) -> Step:
        return Step.project(self, keep)
