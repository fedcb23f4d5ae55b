"""`unbatch`: the entries along the first axis of each element, as elements of their own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from estimax._base import _nest as nest
from estimax._base._errors import InvalidArgumentError
from estimax._graph._column import unbatch_rows
from estimax.data._chunk import restored, saved, split_off
from estimax.data._step import Chunk, ChunkIterator, Context, State, Step

_GUESS = 64


@dataclass(frozen=True, eq=False)
class Unbatch(Step):
    """Each element taken apart along its first axis, which all its leaves must share."""

    input: Step

    def __post_init__(self) -> None:
        leaves = self.input.leaves
        if any(s.shape.ndims == 0 for s in leaves):
            raise ValueError(f"unbatch needs values with a first axis; got {self.input.spec}")
        sizes = {s.shape[0] for s in leaves if s.shape.ndims} - {None}
        if len(sizes) > 1:
            raise ValueError(f"unbatch needs values with first axes of one size; got {self.input.spec}")

    @property
    def spec(self) -> Any:
        return nest.map_leaves(lambda s: s.unbatched(), self.input.spec)

    @property
    def batch_size(self) -> int | None:
        """How many entries each element has, where that is known."""
        sizes = [s.shape[0] for s in self.input.leaves if s.shape.ndims]
        return next((s for s in sizes if s is not None), None)

    def iterate(self, context: Context) -> ChunkIterator:
        return _UnbatchIterator(self.input.iterate(context.input()), self.batch_size)

    def project(self, keep: tuple[int, ...]) -> Step:
        return Unbatch(self.input.project(keep)) if keep else super().project(keep)


class _UnbatchIterator(ChunkIterator):
    def __init__(self, source: ChunkIterator, size: int | None) -> None:
        self.source = source
        self.size = size or _GUESS  # of an element, so that about as many are read as are asked for
        self.rest: Chunk | None = None

    def next(self, at_most: int) -> Chunk | None:
        while self.rest is None:
            chunk = self.source.next(max(1, at_most // max(self.size, 1)))
            if chunk is None:
                return None
            parts = [unbatch_rows(c) for c in chunk.columns]
            self._check([sizes for _, sizes in parts])
            total = int(parts[0][1].sum())
            self.size = max(1, total // chunk.size)
            self.rest = Chunk(tuple(column for column, _ in parts), total) if total else None
        out, self.rest = split_off(self.rest, at_most)
        return out

    def _check(self, sizes: list[Any]) -> None:
        for number, other in enumerate(sizes):
            if (other != sizes[0]).any():
                row = int((other != sizes[0]).argmax())
                raise InvalidArgumentError(
                    f"unbatch needs elements whose values have first axes of one size; component 0 has "
                    f"{int(sizes[0][row])} and component {number} has {int(other[row])}"
                )

    def state(self) -> State:
        return {"source": self.source.state(), "rest": saved(self.rest)}

    def restore(self, state: State) -> None:
        self.source.restore(state["source"])
        self.rest = restored(state["rest"])
