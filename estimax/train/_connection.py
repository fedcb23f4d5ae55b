"""Which variables a loss depends on."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax


def connected(pullback: Callable[[Any], Any], cotangent: Any) -> Any:
    """Returns the gradients that a pullback gives, None for those that do not depend on the cotangent.

    A variable that plays no part in a loss has no gradient, which is not the same as a
    gradient of zero: rules that shrink weights or decay means would change it.

    Example:
        >>> import jax
        >>> loss, pullback = jax.vjp(lambda used, unused: 2 * used, 1.0, 1.0)
        >>> [g if g is None else float(g) for g in connected(pullback, 1.0)]
        [2.0, None]
    """
    closed, shapes = jax.make_jaxpr(pullback, return_shape=True)(cotangent)
    live = set(closed.jaxpr.invars)
    for equation in closed.jaxpr.eqns:
        if any(not hasattr(v, "val") and v in live for v in equation.invars):
            live.update(equation.outvars)
    outputs = jax.core.eval_jaxpr(closed.jaxpr, closed.consts, cotangent)
    kept = [
        value if not hasattr(v, "val") and v in live else None
        for v, value in zip(closed.jaxpr.outvars, outputs, strict=True)
    ]
    return jax.tree.unflatten(jax.tree.structure(shapes), kept)
