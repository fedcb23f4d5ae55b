"""The one op that draws: 64 random bits for each element of a shape.

All distributions are element-wise ops of these bits, so that lifting, open sizes
and rows of different shapes are dealt with here once.

A row takes two words of the stream at its position (`_graph/_draws.py`) and makes
its elements of them by SplitMix64 (Steele, Lea and Flood, "Fast splittable
pseudorandom number generators", 2014): so what a row gets depends neither on the
other rows nor on their shapes.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from estimax._array._dimensions import as_sizes, complete, sized_spec
from estimax._base._dtypes import uint64
from estimax._base._errors import InvalidArgumentError
from estimax._base._shapes import TensorSpec
from estimax._graph._boundary import current_boundary
from estimax._graph._column import Column
from estimax._graph._draws import Draws
from estimax._graph._op import Node, Op
from estimax._graph._stretches import splits_of
from estimax._graph._tensor import concrete
from estimax._graph._tracing import is_tracing, next_number
from estimax._graph._varying import Rows
from estimax.random._seed import fresh_draws, next_count


def split_mix(states: np.ndarray, steps: np.ndarray, lengths: np.ndarray) -> np.ndarray:
    """Draws `lengths[i]` words from the generator with state i and step i, one generator after the other.

    Args:
        states: uint64, where each generator starts.
        steps: uint64, odd, how far it goes for each word.
        lengths: int64, how many words each gives.

    Returns:
        uint64 words.

    Example:
        >>> import numpy as np
        >>> golden = np.array([0x9E3779B97F4A7C15], np.uint64)
        >>> hex(split_mix(np.array([0], np.uint64), golden, np.array([1]))[0])
        '0xe220a8397b1dcdaf'
    """
    splits = splits_of(lengths)
    if len(lengths) == 1:
        within = np.arange(1, splits[-1] + 1, dtype=np.uint64)
    else:
        within = (np.arange(1, splits[-1] + 1) - np.repeat(splits[:-1], lengths)).astype(np.uint64)
        states, steps = np.repeat(states, lengths), np.repeat(steps, lengths)
    z = states + within * steps
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    out: np.ndarray = z ^ (z >> np.uint64(31))
    return out


def _regular_steps(words: np.ndarray) -> np.ndarray:
    """Makes steps of random words: odd, with enough changes between neighbouring bits."""
    steps = words | np.uint64(1)
    changes = np.bitwise_count(steps ^ (steps >> np.uint64(1)))
    return np.where(changes < 24, steps ^ np.uint64(0xAAAAAAAAAAAAAAAA), steps)


def _drawn(draws: Draws, seed: int | None, number: int, lengths: np.ndarray) -> np.ndarray:
    if not len(lengths):
        return np.empty(0, np.uint64)
    words = draws.words(seed, number, len(lengths), 2)
    return split_mix(words[:, 0], _regular_steps(words[:, 1]), lengths)


def _infer(*sizes: TensorSpec, shape: list[Any], seed: int | None, number: int) -> TensorSpec:
    return TensorSpec(sized_spec(shape), uint64)


def _host(*sizes: Any, shape: list[Any], seed: int | None, number: int, draws: Draws) -> Any:
    full = _checked(complete(shape, sizes))
    return _drawn(draws, seed, number, np.prod([full], axis=1, dtype=np.int64)).reshape(full)


def _checked(shape: tuple[int, ...]) -> tuple[int, ...]:
    if any(size < 0 for size in shape):
        raise InvalidArgumentError(f"the sizes of random numbers must not be negative; got {list(shape)}")
    return shape


def _rows(
    node: Node, values: Sequence[Any], lifted: Sequence[bool], rows: int, params: dict[str, Any]
) -> tuple[Column, ...]:
    given = iter(zip(values, lifted, strict=True))
    shapes = np.empty((rows, len(params["shape"])), np.int64)
    for axis, size in enumerate(params["shape"]):
        shapes[:, axis] = size if size is not None else next(given)[0]
    if (shapes < 0).any():
        _checked(tuple(shapes[(shapes < 0).any(1)][0].tolist()))
    bits = _drawn(params["draws"], params["seed"], params["number"], shapes.prod(1))
    if not rows:
        return (bits.reshape((0, *(s or 0 for s in params["shape"]))),)
    return (Rows.of(bits, shapes),)


_BITS = Op("RandomBits", infer=_infer, host=_host, lift=_rows, random=True)


def bits_of(shape: Any, seed: Any) -> Any:
    """Returns a uint64 Tensor of random bits.

    Args:
        shape: sizes, which may be Tensors, or a Tensor of them.
        seed: None, or what the numbers depend on alone.
    """
    known, tensors = as_sizes(shape)
    params = {"shape": known, "seed": None if seed is None else int(seed)}
    if is_tracing() or tensors or current_boundary.get() is not None:
        return _BITS.node(*tensors, **params, number=next_number() if is_tracing() else next_count())
    (value,) = Node(_BITS, (), {**params, "number": 0}).compute([], draws=fresh_draws())
    return concrete(value)
