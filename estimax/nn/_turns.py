"""How many turns a loop takes, where that depends on nothing but counters that start at known numbers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from estimax.nn._equations import evaluated, live_variables

_MOST = 10_000


def known_turns(
    going: Callable[[list[Any]], Any],
    turned: Callable[[Any, list[Any]], list[Any]],
    start: list[Any],
    known: Mapping[int, np.ndarray],
    most: int | None,
) -> int | None:
    """Returns how many turns a loop takes; None where that depends on data, or there are very many.

    Args:
        going: whether there is another turn, from the state.
        turned: the state after a turn, from its number and the state before.
        start: the first state.
        known: the parts of it whose values are known, by their places.
        most: how many turns there are at most; None for any number.

    Example:
        >>> known_turns(lambda s: s[0] < 7, lambda turn, s: [s[0] + 2], [jnp.int32(0)], {0: np.int32(0)}, None)
        4
    """
    condition = jax.make_jaxpr(going)(start)
    body = jax.make_jaxpr(turned)(jnp.int32(0), start)
    counters = _counters(condition, body)
    if counters is None or not known.keys() >= set(counters):
        return None
    state: dict[int, Any] = {i: known[i] for i in counters}
    after = [body.jaxpr.outvars[i] for i in counters]
    with jax.ensure_compile_time_eval():
        for turn in range(_MOST + 1):
            given = [state.get(i, 0) for i in range(len(start))]
            (goes_on,) = evaluated(condition, given, condition.jaxpr.outvars)
            if turn == most or not bool(goes_on):
                return turn
            state = dict(zip(counters, evaluated(body, [np.int32(turn), *given], after), strict=True))
    return None


def _counters(condition: Any, body: Any) -> list[int] | None:
    """Returns which parts of the state decide how many turns there are; None where others play a part."""
    found: set[int] = set()
    wanted = _needed(condition, [0], 0)
    while wanted is not None and wanted - found:
        found |= wanted
        wanted = _needed(body, sorted(found), 1)
    return None if wanted is None else sorted(found)


def _needed(closed: Any, outputs: Sequence[int], first: int) -> set[int] | None:
    """Returns which inputs, counted from `first`, outputs depend on; None if on a traced array from outside."""
    live = live_variables(closed, [closed.jaxpr.outvars[i] for i in outputs])
    traced = {v for v, c in zip(closed.jaxpr.constvars, closed.consts, strict=True) if isinstance(c, jax.core.Tracer)}
    if live & traced:
        return None
    return {i - first for i, v in enumerate(closed.jaxpr.invars) if i >= first and v in live}
