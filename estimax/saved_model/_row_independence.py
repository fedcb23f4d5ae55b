"""Whether a device function treats the rows of a batch independently of each other.

A saved model fills a batch up with copies of its last row, so that XLA compiles
a few sizes only. That is right only if no result depends on other rows or on
how many there are. This is read from the function's equations, as far as they
show it: a sum, an extreme or a product over the rows, a sort, shift or running
sum along them, pairs of rows, and the number of rows used as a value are found.
A permutation of rows by computed positions is not.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from jax.extend.core import ClosedJaxpr, Jaxpr, Literal
from jax.interpreters.partial_eval import dce_jaxpr

ROWS = "b"  # the symbolic size that stands for the number of rows

_NAME = re.compile(r"[A-Za-z_]\w*")
# The functions within these combine two elements; those within any others are called with their arguments.
_COMBINING = ("scatter", "reduce", "select_and_")
_AXIS_PARAMETERS = ("axis", "axes", "dimension", "dimensions")


def mixes_rows(program: ClosedJaxpr) -> bool:
    """Says whether results of a program seem to depend on several rows at once.

    Args:
        program: traced with the symbolic size `ROWS` wherever there are rows.
    """
    jaxpr, _ = dce_jaxpr(program.jaxpr, [True] * len(program.jaxpr.outvars), instantiate=True)
    mixed, counted = _look(jaxpr, [False] * len(jaxpr.invars))
    wrong_form = any(_row_axes(v) not in ([], [0]) or not _is_plain(v) for v in jaxpr.outvars)
    return mixed or wrong_form or any(counted)


def _look(jaxpr: Jaxpr, counted_inputs: Sequence[bool]) -> tuple[bool, list[bool]]:
    """Returns whether rows are mixed, and which results without rows know the number of rows."""
    counted = {v for v, is_counted in zip(jaxpr.invars, counted_inputs, strict=True) if is_counted}
    for equation in jaxpr.eqns:
        knows = [not isinstance(v, Literal) and v in counted for v in equation.invars]
        inner = _called_by(equation)
        if inner:
            mixed, number_is_out = _look_inside(equation, inner, any(knows))
            if mixed:
                return True, []
        else:
            if _mixes(equation):
                return True, []
            number_is_out = any(knows) or equation.primitive.name == "dim_as_value"
        if number_is_out:
            # Compared with or added to an index, the number only wraps negative positions around.
            alone = [v for v in equation.outvars if not _row_axes(v)]
            if any(_is_floating(v) for v in alone):
                return True, []
            counted.update(alone)
    return False, [not isinstance(v, Literal) and v in counted for v in jaxpr.outvars]


def _look_inside(equation: Any, inner: Sequence[Jaxpr], knows: bool) -> tuple[bool, bool]:
    """Looks into the functions that an equation calls: branches, loops, compiled parts."""
    scans_rows = equation.primitive.name == "scan" and _has_rows(equation.params["length"])
    if scans_rows and equation.params["num_carry"]:
        return True, False
    number_is_out = False
    for jaxpr in inner:
        mixed, counted = _look(jaxpr, [knows and not _row_axes(v) for v in jaxpr.invars])
        if mixed:
            return True, False
        number_is_out = number_is_out or any(counted)
    return False, number_is_out


def _mixes(equation: Any) -> bool:
    """Whether one primitive operation joins rows."""
    most = max((len(_row_axes(v)) for v in equation.invars), default=0)
    for result in equation.outvars:
        if len(_row_axes(result)) > 1 or len(_row_axes(result)) < most:
            return True
    axes = _axes_of(equation)
    return any(axis in _row_axes(v) for v in equation.invars for axis in axes)


def _axes_of(equation: Any) -> set[int]:
    """Returns the axes along which a primitive operation does what it does."""
    params = equation.params
    axes = {axis for name in _AXIS_PARAMETERS for axis in _as_list(params.get(name, ()))}
    axes.update(i for i, size in enumerate(params.get("window_dimensions", ())) if size != 1)
    axes.update(i for i, padding in enumerate(params.get("padding_config", ())) if tuple(padding) != (0, 0, 0))
    return axes


def _as_list(value: Any) -> list[Any]:
    return list(value) if isinstance(value, list | tuple) else [value]


def _called_by(equation: Any) -> list[Jaxpr]:
    if equation.primitive.name.startswith(_COMBINING):
        return []
    values = [v for value in equation.params.values() for v in _as_list(value)]
    return [v.jaxpr if isinstance(v, ClosedJaxpr) else v for v in values if isinstance(v, ClosedJaxpr | Jaxpr)]


def _row_axes(variable: Any) -> list[int]:
    return [i for i, size in enumerate(getattr(variable.aval, "shape", ())) if _has_rows(size)]


def _has_rows(size: Any) -> bool:
    return not isinstance(size, int) and ROWS in _NAME.findall(str(size))


def _is_plain(variable: Any) -> bool:
    """Whether there are exactly as many entries as rows, not some multiple."""
    return all(str(variable.aval.shape[i]) == ROWS for i in _row_axes(variable))


def _is_floating(variable: Any) -> bool:
    return getattr(variable.aval, "dtype", None) is not None and variable.aval.dtype.kind == "f"
