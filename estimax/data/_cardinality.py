"""How many elements a dataset has, as far as its steps tell before any is read: a rule for each kind of step."""

from __future__ import annotations

from collections.abc import Callable
from functools import singledispatch

from estimax.data._arguments import known
from estimax.data._assertions import AssertCardinality
from estimax.data._batch import Batching
from estimax.data._cache import Cache
from estimax.data._choosing import Choose, Random
from estimax.data._combine import Concatenate, Zip
from estimax.data._map import Map
from estimax.data._memory import FromSlices, FromTensors, Range
from estimax.data._nested import Elements
from estimax.data._prefetch import Prefetch
from estimax.data._repeat import Repeat
from estimax.data._scan import Scan
from estimax.data._shuffle import Shuffle
from estimax.data._step import Selected, Step
from estimax.data._take_skip import Shard, Skip, Take
from estimax.data._unbatch import Unbatch
from estimax.data._window import Window

INFINITE_CARDINALITY = -1
UNKNOWN_CARDINALITY = -2

_MOST = 2**60  # who counts further counts for ever


@singledispatch
def cardinality(step: Step) -> int:
    """Returns the number of elements; `INFINITE_CARDINALITY` or `UNKNOWN_CARDINALITY` where it is no number."""
    return UNKNOWN_CARDINALITY


def _of(count: int, function: Callable[[int], int]) -> int:
    """Applies a function to a number of elements, if it is one."""
    return count if count < 0 else function(count)


@cardinality.register(Map)
@cardinality.register(Scan)
@cardinality.register(Shuffle)
@cardinality.register(Cache)
@cardinality.register(Prefetch)
@cardinality.register(Selected)
def _(step: Map | Scan | Shuffle | Cache | Prefetch | Selected) -> int:
    return cardinality(step.input)


@cardinality.register
def _(step: FromTensors) -> int:
    return 1


@cardinality.register
def _(step: FromSlices) -> int:
    sizes = [t.shape[0] for t in step.components if t.shape.ndims]
    return next((s for s in sizes if s is not None), UNKNOWN_CARDINALITY)


@cardinality.register
def _(step: Range) -> int:
    bounds = [known(t) for t in (step.start, step.stop, step.stride)]
    if None in bounds:
        return UNKNOWN_CARDINALITY
    start, stop, stride = (b or 0 for b in bounds)
    count = max(0, -((start - stop) // stride))
    return INFINITE_CARDINALITY if count > _MOST else count


@cardinality.register
def _(step: Elements) -> int:
    return UNKNOWN_CARDINALITY if step.dataset.value is None else len_of(step)


def len_of(step: Elements) -> int:
    """Returns the number of elements of a dataset that is in memory."""
    value = step.dataset.value
    return int(getattr(value, "size", UNKNOWN_CARDINALITY))


@cardinality.register
def _(step: Random) -> int:
    return INFINITE_CARDINALITY


@cardinality.register
def _(step: AssertCardinality) -> int:
    return step.count


@cardinality.register
def _(step: Batching) -> int:
    size = known(step.size)
    if size is None:
        return UNKNOWN_CARDINALITY
    return _of(cardinality(step.input), lambda n: n // size if step.drop_remainder else -(-n // size))


@cardinality.register
def _(step: Unbatch) -> int:
    size = step.batch_size
    return UNKNOWN_CARDINALITY if size is None else _of(cardinality(step.input), lambda n: n * size)


@cardinality.register
def _(step: Window) -> int:
    if step.drop_remainder:
        return _of(cardinality(step.input), lambda n: max(0, (n - step.span) // step.shift + 1))
    return _of(cardinality(step.input), lambda n: -(-n // step.shift))


@cardinality.register
def _(step: Take) -> int:
    below, count = cardinality(step.input), known(step.count)
    if count is None:
        return UNKNOWN_CARDINALITY
    if below == INFINITE_CARDINALITY:
        return INFINITE_CARDINALITY if count < 0 else count
    return _of(below, lambda n: n if count < 0 else min(n, count))


@cardinality.register
def _(step: Skip) -> int:
    count = known(step.count)
    if count is None:
        return UNKNOWN_CARDINALITY
    return 0 if count < 0 else _of(cardinality(step.input), lambda n: max(0, n - count))


@cardinality.register
def _(step: Shard) -> int:
    shards, index = known(step.num_shards), known(step.index)
    if shards is None or index is None:
        return UNKNOWN_CARDINALITY
    return _of(cardinality(step.input), lambda n: n // shards + (index < n % shards))


@cardinality.register
def _(step: Repeat) -> int:
    below, count = cardinality(step.input), known(step.count)
    if count is None:
        return UNKNOWN_CARDINALITY
    if count < 0:
        return 0 if below == 0 else INFINITE_CARDINALITY
    return 0 if count == 0 else _of(below, lambda n: n * count)


@cardinality.register
def _(step: Zip) -> int:
    counts = [c for c in map(cardinality, step.inputs) if c != INFINITE_CARDINALITY]
    return min(counts) if counts else INFINITE_CARDINALITY


@cardinality.register
def _(step: Concatenate) -> int:
    counts = [cardinality(step.first), cardinality(step.second)]
    if INFINITE_CARDINALITY in counts:
        return INFINITE_CARDINALITY
    return UNKNOWN_CARDINALITY if UNKNOWN_CARDINALITY in counts else sum(counts)


@cardinality.register
def _(step: Choose) -> int:
    counts = {cardinality(s) for s in (step.choices, *step.inputs)}
    return INFINITE_CARDINALITY if counts == {INFINITE_CARDINALITY} else UNKNOWN_CARDINALITY
