"""Functions of functions in model functions: loops, maps and folds over arrays of the device, by JAX's own.

The functions that they are given may use variables, layers and random numbers. They
are traced once, so each turn of a loop draws other random numbers by its number.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from estimax._base import _nest as nest
from estimax._base._errors import InvalidArgumentError
from estimax._functional._elements import structured
from estimax._functional._while_device import while_loop as counted_loop
from estimax._graph._op import on_device
from estimax._graph._tensor import Tensor
from estimax._scope._frame import Frame, current_frame
from estimax.nn._recurrent_loops import at_step, next_sequence_key
from estimax.nn._turns import known_turns


def _arrays(result: Any) -> Any:
    return nest.map_leaves(on_device, structured(result))


class _Turns:
    """The random numbers of the turns of one loop."""

    def __init__(self) -> None:
        self._frame: Frame | None = current_frame.get()
        self._key = None if self._frame is None else next_sequence_key(self._frame)

    def at(self, turn: Any) -> AbstractContextManager[None]:
        """Draws, inside, what belongs to a turn."""
        if self._frame is None or self._key is None:
            return nullcontext()
        return at_step(self._frame, self._key, turn)


def map_fn(fn: Callable[[Any], Any], elems: Any) -> Any:
    """Applies a function to each entry along the first axis, to all of them at once."""
    structure: list[Any] = []
    turns = _Turns()

    def entry(number: Any, leaves: list[Any]) -> list[Any]:
        with turns.at(number):
            result = _arrays(fn(nest.pack(elems, leaves)))
        structure.append(result)
        return nest.flatten(result)

    arrays = [on_device(leaf) for leaf in nest.flatten(elems)]
    out = jax.vmap(entry)(jnp.arange(arrays[0].shape[0]), arrays)
    return nest.pack(structure[-1], out)


def fold(fn: Callable[[Any, Any], Any], elems: Any, start: Any, collect: bool, reverse: bool) -> Any:
    """Combines entries along the first axis, one after the other."""
    leaves = [on_device(leaf) for leaf in nest.flatten(elems)]
    if start is None:
        first = [leaf[-1 if reverse else 0] for leaf in leaves]
        rest = [leaf[:-1] if reverse else leaf[1:] for leaf in leaves]
        out = fold(fn, nest.pack(elems, rest), nest.pack(elems, first), collect, reverse)
        if not collect:
            return out
        ends = nest.pack(elems, [leaf[jnp.newaxis] for leaf in first])
        return nest.map_leaves(lambda a, b: jnp.concatenate([b, a] if reverse else [a, b]), ends, out)
    turns = _Turns()

    def step(state: list[Any], here: tuple[Any, list[Any]]) -> tuple[list[Any], list[Any] | None]:
        number, entry = here
        with turns.at(number):
            result = _arrays(fn(nest.pack(start, state), nest.pack(elems, entry)))
        after = _like("scan", nest.flatten(result), state)
        return after, after if collect else None

    first = [on_device(leaf) for leaf in nest.flatten(start)]
    last, every = lax.scan(step, first, (jnp.arange(leaves[0].shape[0]), leaves), reverse=reverse)
    return nest.pack(start, (every or []) if collect else last)


def _like(what: str, after: list[Any], before: list[Any]) -> list[Any]:
    """Returns the state after a turn, in the types of that before it.

    Raises:
        InvalidArgumentError: its shape has changed.
    """
    if len(after) != len(before):
        raise InvalidArgumentError(f"{what} needs a function that returns {len(before)} values; got {len(after)}")
    for a, b in zip(after, before, strict=True):
        if a.shape != b.shape:
            raise InvalidArgumentError(
                f"{what} on the device needs values that keep their shapes from turn to turn; one had shape "
                f"{tuple(b.shape)} and then {tuple(a.shape)}. Start with an array of the full size and write into it, "
                f"or collect the values with tf.scan"
            )
    return [jnp.asarray(a, b.dtype) for a, b in zip(after, before, strict=True)]


def while_loop(cond: Callable[..., Any], body: Callable[..., Any], variables: Any, most: int | None) -> Any:
    """Takes turns for as long as a condition is true.

    Where the number of turns is known, the loop is a scan.
    """
    turns = _Turns()

    def called(function: Callable[..., Any], leaves: list[Any]) -> Any:
        packed = nest.pack(variables, leaves)
        return function(*packed) if isinstance(packed, tuple) else function(packed)

    def going(leaves: list[Any]) -> Any:
        return jnp.asarray(on_device(called(cond, leaves))).reshape(())

    def turned(turn: Any, leaves: list[Any]) -> list[Any]:
        with turns.at(turn):
            result = called(body, leaves)
        listed = tuple(result) if isinstance(result, list) else result
        if isinstance(variables, tuple) and len(variables) == 1 and not isinstance(listed, tuple):
            listed = (listed,)
        return _like("while_loop", nest.flatten(_arrays(listed)), leaves)

    given = nest.flatten(variables)
    start = [jnp.asarray(on_device(leaf)) for leaf in given]
    start = [jnp.asarray(s, s.dtype) for s in start]  # not weakly typed, so that a turn keeps the type
    known = {
        i: np.asarray(value.value, s.dtype)
        for i, (value, s) in enumerate(zip(given, start, strict=True))
        if isinstance(value, Tensor) and not value.is_symbolic
    }
    count = known_turns(going, turned, start, known, most)
    return nest.pack(variables, _looped(going, turned, start, count, most))


def _looped(
    going: Callable[[list[Any]], Any],
    turned: Callable[[Any, list[Any]], list[Any]],
    start: list[Any],
    count: int | None,
    most: int | None,
) -> list[Any]:
    if count is not None:
        return lax.scan(lambda state, turn: (turned(turn, state), None), start, jnp.arange(count))[0]

    def goes_on(state: list[Any]) -> Any:
        wanted = going(state[1:])
        return wanted if most is None else wanted & (state[0] < most)

    return counted_loop(goes_on, lambda state: [state[0] + 1, *turned(state[0], state[1:])], [jnp.int32(0), *start])[1:]
