"""Loops on the device that have gradients, however many turns they take.

JAX differentiates a loop backwards only where it knows the number of turns when it
compiles. Here the loop runs once to count them. Where a gradient is wanted it runs
again and keeps the state of some turns, as many as fit in a fixed number of places;
on the way back the states between are computed anew (Griewank and Walther,
"Algorithm 799: Revolve", 2000, in its simplest form).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp

PLACES = 64
"""States that are kept for the way back; loops of up to as many turns compute nothing twice."""

Leaves = list[Any]


def while_loop(going: Callable[[Leaves], Any], turned: Callable[[Leaves], Leaves], start: Leaves) -> Leaves:
    """Takes turns for as long as a condition is true.

    Args:
        going: from the state to one truth value.
        turned: from the state to the next, of the same shapes and types.
        start: the first state.

    Returns:
        The last state; gradients go through it to the first one and to what the functions use from outside.
    """
    condition, given = _as_function(lambda *leaves: [going(list(leaves))], start)
    body, used = _as_function(lambda *leaves: turned(list(leaves)), start)
    out: Leaves = _loop(_Loop(condition, body), given, used, start)
    return out


class _Loop:
    """Two functions of what they use from outside, and of the state."""

    def __init__(self, condition: Any, body: Any) -> None:
        self.condition = condition
        self.body = body


def _as_function(function: Callable[..., Any], start: Leaves) -> tuple[Callable[[Leaves, Leaves], Leaves], Leaves]:
    """Makes a function of (what it uses from outside, state) of one of the state alone; returns the former too."""
    closed = jax.make_jaxpr(function)(*start)

    def pure(used: Leaves, leaves: Leaves) -> Leaves:
        return list(jax.core.eval_jaxpr(closed.jaxpr, used, *leaves))

    return pure, list(closed.consts)


@partial(jax.custom_vjp, nondiff_argnums=(0,))
def _loop(loop: _Loop, given: Leaves, used: Leaves, start: Leaves) -> Leaves:
    return _counted(loop, given, used, start)[1]


def _counted(loop: _Loop, given: Leaves, used: Leaves, start: Leaves) -> tuple[Any, Leaves]:
    def going(carry: tuple[Any, Leaves]) -> Any:
        return loop.condition(given, carry[1])[0]

    def turned(carry: tuple[Any, Leaves]) -> tuple[Any, Leaves]:
        return carry[0] + 1, loop.body(used, carry[1])

    out: tuple[Any, Leaves] = jax.lax.while_loop(going, turned, (jnp.int32(0), start))
    return out


def _forwards(loop: _Loop, given: Leaves, used: Leaves, start: Leaves) -> tuple[Leaves, Any]:
    count, out = _counted(loop, given, used, start)
    return out, (count, given, used, start)


def _backwards(loop: _Loop, kept: Any, cotangents: Leaves) -> tuple[Any, Leaves, Leaves]:
    count, given, used, start = kept
    stride = jnp.maximum((count + PLACES - 1) // PLACES, 1)
    states = _states(loop, count, stride, used, start)

    def back(turn: Any, carry: tuple[Leaves, Leaves]) -> tuple[Leaves, Leaves]:
        by_state, by_used = carry
        number = count - 1 - turn
        place = number // stride
        state = [jax.lax.dynamic_index_in_dim(s, place, keepdims=False) for s in states]
        state = jax.lax.fori_loop(0, number - place * stride, lambda _, s: loop.body(used, s), state)
        pulled_used, pulled_state = _pulled(loop, used, state, by_state)
        return pulled_state, [a + b for a, b in zip(by_used, pulled_used, strict=True)]

    first = ([c for c in cotangents if _is_real(c)], [jnp.zeros_like(u) for u in used if _is_real(u)])
    by_state, by_used = jax.lax.fori_loop(0, count, back, first)
    return [None] * len(given), _spread(by_used, used), _spread(by_state, start)


def _states(loop: _Loop, count: Any, stride: Any, used: Leaves, start: Leaves) -> Leaves:
    """Returns the states before every `stride`-th turn, [PLACES, ...] each."""

    def kept(number: Any, carry: tuple[Leaves, Leaves]) -> tuple[Leaves, Leaves]:
        states, leaves = carry
        place = jnp.where(number % stride == 0, number // stride, PLACES)
        states = [s.at[place].set(leaf, mode="drop") for s, leaf in zip(states, leaves, strict=True)]
        return states, loop.body(used, leaves)

    empty = [jnp.zeros((PLACES, *leaf.shape), leaf.dtype) for leaf in start]
    out: tuple[Leaves, Leaves] = jax.lax.fori_loop(0, count, kept, (empty, start))
    return out[0]


def _pulled(loop: _Loop, used: Leaves, state: Leaves, cotangents: Leaves) -> tuple[Leaves, Leaves]:
    """Takes the cotangents of a state one turn back: to what is used from outside, and to the state before."""

    def turned(real_used: Leaves, real_state: Leaves) -> Leaves:
        out = loop.body(_merged(real_used, used), _merged(real_state, state))
        return [v for v in out if _is_real(v)]

    _, pullback = jax.vjp(turned, [u for u in used if _is_real(u)], [s for s in state if _is_real(s)])
    by_used, by_state = pullback(cotangents)
    return by_used, by_state


def _is_real(value: Any) -> bool:
    return jnp.issubdtype(value.dtype, jnp.inexact)


def _merged(reals: Sequence[Any], all_values: Sequence[Any]) -> Leaves:
    rest = iter(reals)
    return [next(rest) if _is_real(v) else v for v in all_values]


def _spread(gradients: Sequence[Any], values: Sequence[Any]) -> Leaves:
    rest = iter(gradients)
    return [next(rest) if _is_real(v) else None for v in values]


_loop.defvjp(_forwards, _backwards)
