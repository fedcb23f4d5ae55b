"""Gradients with respect to results inside of a computation: activations, inputs, anything that was computed.

The computation is traced once more, to a list of primitive operations. It is then run
with something added to the results in question, a zero by which it is differentiated.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import jax
import jax.numpy as jnp

from estimax.nn._equations import evaluated, is_literal
from estimax.train._connection import connected


def gradients_by_results(computed: Callable[[], tuple[Any, Sequence[Any]]]) -> list[Any]:
    """Differentiates a number by other results of the same computation.

    Args:
        computed: called without arguments; returns the number and the results.

    Returns:
        For each result an array of its shape, or None where the number does not depend on it.

    Example:
        >>> def computed():
        ...     x = jnp.ones(2) * 3
        ...     hidden = x * x
        ...     return jnp.sum(5 * hidden), [x, hidden, jnp.zeros(1)]
        >>> [g if g is None else g.tolist() for g in gradients_by_results(computed)]
        [[30.0, 30.0], [5.0, 5.0], None]
    """
    closed = jax.make_jaxpr(computed)()
    (number, *results) = closed.jaxpr.outvars
    shapes = [v.aval for v in results]
    zeros = [jnp.zeros(s.shape, s.dtype) for s in shapes]
    real = [jnp.issubdtype(s.dtype, jnp.inexact) for s in shapes]

    def shifted(deltas: Sequence[Any]) -> Any:
        added = {v: d for v, d, r in zip(results, deltas, real, strict=True) if r and not is_literal(v)}
        (value,) = evaluated(closed, [], [number], added)
        return value

    value, pullback = jax.vjp(shifted, zeros)
    (found,) = connected(pullback, jnp.ones_like(value))
    places = {v: i for i, v in enumerate(results) if not is_literal(v)}
    return [found[places[v]] if r and not is_literal(v) else None for v, r in zip(results, real, strict=True)]
