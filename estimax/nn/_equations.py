"""Running what JAX traced, an operation at a time: parts of it, or with something added to what lies inside."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import jax

_NOTHING: Mapping[Any, Any] = {}


def is_literal(variable: Any) -> bool:
    """Whether an operand is a number that stands in the operation itself."""
    return hasattr(variable, "val")


def live_variables(closed: Any, outputs: Iterable[Any]) -> set[Any]:
    """Returns the variables that some of them depend on, these included."""
    live = {v for v in outputs if not is_literal(v)}
    for equation in reversed(closed.jaxpr.eqns):
        if live.intersection(equation.outvars):
            live.update(v for v in equation.invars if not is_literal(v))
    return live


def evaluated(
    closed: Any, arguments: Sequence[Any], outputs: Sequence[Any], added: Mapping[Any, Any] = _NOTHING
) -> list[Any]:
    """Computes variables of what was traced, and nothing that they do not need.

    Args:
        closed: what `jax.make_jaxpr` returned.
        arguments: the values of its inputs; those that are not needed may be anything.
        outputs: the variables.
        added: for some variables what is added to their values.

    Example:
        >>> closed = jax.make_jaxpr(lambda x: (x + 1) * 5)(2.0)
        >>> inner = closed.jaxpr.eqns[0].outvars[0]
        >>> float(evaluated(closed, [2.0], closed.jaxpr.outvars, {inner: 100.0})[0])
        515.0
    """
    live = live_variables(closed, outputs)
    known: dict[Any, Any] = {}

    def write(variable: Any, value: Any) -> None:
        known[variable] = value + added[variable] if variable in added else value

    def read(variable: Any) -> Any:
        return variable.val if is_literal(variable) else known[variable]

    for variable, value in zip(closed.jaxpr.constvars, closed.consts, strict=True):
        write(variable, value)
    for variable, value in zip(closed.jaxpr.invars, arguments, strict=True):
        write(variable, value)
    for equation in closed.jaxpr.eqns:
        made = [v for v in equation.outvars if v in live]
        if made:
            for variable, value in zip(made, _alone(closed.jaxpr, equation, made, read), strict=True):
                write(variable, value)
    return [read(v) for v in outputs]


def _alone(jaxpr: Any, equation: Any, made: list[Any], read: Callable[[Any], Any]) -> list[Any]:
    """Runs one operation."""
    given = list(dict.fromkeys(v for v in equation.invars if not is_literal(v)))
    alone = jaxpr.replace(constvars=[], invars=given, outvars=made, eqns=[equation])
    return list(jax.core.eval_jaxpr(alone, [], *map(read, given)))
