"""Functions of functions on the device, by JAX's own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp

from estimax._base import _nest as nest
from estimax._functional._elements import structured
from estimax._graph._op import on_device


def _arrays(result: Any) -> Any:
    return nest.map_leaves(on_device, structured(result))


def map_fn(fn: Callable[[Any], Any], elems: Any) -> Any:
    """Applies a function to each entry along the first axis, to all of them at once."""
    structure: list[Any] = []

    def entry(leaves: list[Any]) -> list[Any]:
        result = _arrays(fn(nest.pack(elems, leaves)))
        structure.append(result)
        return nest.flatten(result)

    out = jax.vmap(entry)([on_device(leaf) for leaf in nest.flatten(elems)])
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

    def step(state: list[Any], entry: list[Any]) -> tuple[list[Any], list[Any] | None]:
        result = _arrays(fn(nest.pack(start, state), nest.pack(elems, entry)))
        after = [jnp.asarray(a, s.dtype) for a, s in zip(nest.flatten(result), state, strict=True)]
        return after, after if collect else None

    first = [on_device(leaf) for leaf in nest.flatten(start)]
    last, every = jax.lax.scan(step, first, leaves, reverse=reverse)
    return nest.pack(start, (every or []) if collect else last)


def while_loop(cond: Callable[..., Any], body: Callable[..., Any], variables: Any, most: int | None) -> Any:
    """Takes turns for as long as a condition is true."""

    def called(function: Callable[..., Any], leaves: list[Any]) -> Any:
        packed = nest.pack(variables, leaves)
        return function(*packed) if isinstance(packed, tuple) else function(packed)

    def going(carry: tuple[Any, list[Any]]) -> Any:
        turn, leaves = carry
        wanted = jnp.asarray(called(cond, leaves))
        return wanted if most is None else wanted & (turn < most)

    def turned(carry: tuple[Any, list[Any]]) -> tuple[Any, list[Any]]:
        turn, leaves = carry
        result = called(body, leaves)
        listed = tuple(result) if isinstance(result, list) else result
        if isinstance(variables, tuple) and len(variables) == 1 and not isinstance(listed, tuple):
            listed = (listed,)
        after = nest.flatten(_arrays(listed))
        return turn + 1, [jnp.asarray(a, leaf.dtype) for a, leaf in zip(after, leaves, strict=True)]

    start = [on_device(leaf) for leaf in nest.flatten(variables)]
    _, out = jax.lax.while_loop(going, turned, (jnp.zeros((), jnp.int32), start))
    return nest.pack(variables, out)
