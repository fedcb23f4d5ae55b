"""`group_by_reducer`: the elements of each key reduced to one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from estimax._base import _nest as nest
from estimax._base._dtypes import int64
from estimax._base._shapes import TensorSpec
from estimax._graph._column import stack_rows
from estimax._graph._function import Function
from estimax.data._calling import call, call_with_state, one_number
from estimax.data._chain import Chain
from estimax.data._chunk import restored, saved, split_off
from estimax.data._scan import element_rows
from estimax.data._step import Chunk, ChunkIterator, Context, State, Step


@dataclass(frozen=True)
class Reducer:
    """Three functions that make one element of many.

    Attributes:
        init_func: key -> the state at first.
        reduce_func: (state, element) -> the next state.
        finalize_func: the last state -> the result.
    """

    init_func: Callable[..., Any]
    reduce_func: Callable[..., Any]
    finalize_func: Callable[..., Any]


@dataclass(frozen=True, eq=False)
class GroupReduce(Step):
    """One result for each key, in the order of the keys, when all elements have been read."""

    input: Step
    key: Function
    first: Function
    update: Function
    final: Function
    structure: Any

    @staticmethod
    def of(chain: Chain, key_func: Callable[..., Any], reducer: Reducer) -> GroupReduce:
        """Makes the step of a program's functions."""
        first = call(reducer.init_func, chain, TensorSpec((), int64), name="init_func")
        update, spec = call_with_state(reducer.reduce_func, chain, first.result, "reduce_func", with_output=False)
        final = call(reducer.finalize_func, chain, spec, name="finalize_func")
        key = one_number(call(key_func, chain, name="key_func"), "key_func")
        return GroupReduce(chain.step, key, first.function, update.function, final.function, final.structure)

    @property
    def spec(self) -> Any:
        return nest.pack(self.structure, [t.spec for t in self.final.outputs])

    def iterate(self, context: Context) -> ChunkIterator:
        return _GroupReduceIterator(self, self.input.iterate(context.input()), context)


class _GroupReduceIterator(ChunkIterator):
    def __init__(self, step: GroupReduce, source: ChunkIterator, context: Context) -> None:
        self.step = step
        self.source = source
        self.draws = context.draws()
        self.results: Chunk | None = None
        self.is_read = False

    def next(self, at_most: int) -> Chunk | None:
        if not self.is_read:
            self.results, self.is_read = self._read(), True
        if self.results is None:
            return None
        out, self.results = split_off(self.results, at_most)
        return out

    def _read(self) -> Chunk | None:
        states: dict[int, list[Any]] = {}
        draws = self.draws
        while (chunk := self.source.next(1024)) is not None:
            (keys,) = self.step.key.over_rows(chunk.columns, chunk.size, draws)
            for key, row in zip(np.asarray(keys).tolist(), element_rows(chunk), strict=True):
                if key not in states:
                    states[key] = self.step.first([np.array(key)], draws)
                states[key] = self.step.update([*states[key], *row], draws)
                draws = draws.row(1)
        rows = [self.step.final(states[key], draws) for key in sorted(states)]
        if not rows:
            return None
        specs = [t.spec for t in self.step.final.outputs]
        columns = tuple(stack_rows(c, s.dtype) for c, s in zip(zip(*rows, strict=True), specs, strict=True))
        return Chunk(columns, len(rows))

    def state(self) -> State:
        return {"source": self.source.state(), "results": saved(self.results), "is_read": self.is_read}

    def restore(self, state: State) -> None:
        self.source.restore(state["source"])
        self.results, self.is_read = restored(state["results"]), state["is_read"]
