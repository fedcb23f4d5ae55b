"""Lifting: running an op that was written for one row over a column of rows.

A lifting rule gets the values, says of which are columns (`lifted`), and returns
the results as columns. `broadcasting` is for element-wise ops; `leading_axis` for
ops that have a version of their own with one more leading axis; `by_rows` calls
the op once for each row and serves every op.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from estimax._base._string_array import StringArray
from estimax._graph._column import Column, empty_column, repeat_value, rows_of, stack_rows
from estimax._graph._varying import Rows, Varying

if TYPE_CHECKING:
    from estimax._graph._op import Node

Lifting = Callable[["Node", Sequence[Any], Sequence[bool], int, dict[str, Any]], tuple[Column, ...]]


def by_rows(
    node: Node, values: Sequence[Any], lifted: Sequence[bool], rows: int, params: dict[str, Any]
) -> tuple[Column, ...]:
    """Calls the op for each row."""
    split = [rows_of(v) if is_column else [v] * rows for v, is_column in zip(values, lifted, strict=True)]
    results = []
    for row in zip(*split, strict=True) if split else [()] * rows:
        out = node.op.host(*row, **params)
        results.append(tuple(out) if node.several else (out,))
    if not results:
        return tuple(empty_column(spec) for spec in node.specs)
    return tuple(
        stack_rows(column, spec.dtype) for column, spec in zip(zip(*results, strict=True), node.specs, strict=True)
    )


def broadcasting(
    node: Node, values: Sequence[Any], lifted: Sequence[bool], rows: int, params: dict[str, Any]
) -> tuple[Column, ...]:
    """Calls an element-wise op once, with the ranks of the rows made equal."""
    if any(isinstance(v, Varying) for v in values):
        return _over_elements(node, values, lifted, rows, params)
    ranks = [v.ndim - is_column for v, is_column in zip(values, lifted, strict=True)]
    rank = max(ranks)
    aligned = [
        _pad_rank(v, rank - r) if is_column and r < rank else v
        for v, is_column, r in zip(values, lifted, ranks, strict=True)
    ]
    out = node.op.host(*aligned, **params)
    return tuple(out) if node.several else (out,)


def _over_elements(
    node: Node, values: Sequence[Any], lifted: Sequence[bool], rows: int, params: dict[str, Any]
) -> tuple[Column, ...]:
    """Calls an element-wise op once where the shapes of all rows agree between arguments, or are single elements."""
    varying = [v for v in values if isinstance(v, Rows)]
    shapes = varying[0].shapes
    if any(v.shapes.shape != shapes.shape or (v.shapes != shapes).any() for v in varying[1:]):
        return by_rows(node, values, lifted, rows, params)
    flat = []
    for value, is_column in zip(values, lifted, strict=True):
        if isinstance(value, Rows):
            flat.append(value.flat)
        elif value.size == (rows if is_column else 1) and value.ndim <= shapes.shape[1] + is_column:
            single = value.reshape(-1)
            flat.append(single.take(np.repeat(np.arange(rows), shapes.prod(1))) if is_column else single)
        else:
            return by_rows(node, values, lifted, rows, params)
    out = node.op.host(*flat, **params)
    return tuple(Rows.of(column, shapes) for column in (out if node.several else (out,)))


def leading_axis(host: Callable[..., Any]) -> Lifting:
    """Makes a rule of a function that takes whole columns, and the params of the op."""

    def lift(
        node: Node, values: Sequence[Any], lifted: Sequence[bool], rows: int, params: dict[str, Any]
    ) -> tuple[Column, ...]:
        if any(isinstance(v, Varying) for v in values):
            return by_rows(node, values, lifted, rows, params)
        columns = [v if is_column else repeat_value(v, rows) for v, is_column in zip(values, lifted, strict=True)]
        out = host(*columns, **params)
        return tuple(out) if node.several else (out,)

    return lift


def shifted_axis(host: Callable[..., Any], name: str = "axis") -> Lifting:
    """Makes a rule that counts a non-negative axis from the second one of the column."""

    def shifted(*columns: Any, **params: Any) -> Any:
        axis = params[name]
        if isinstance(axis, tuple):
            params[name] = tuple(a + 1 if a >= 0 else a for a in axis)
        elif axis is not None and axis >= 0:
            params[name] = axis + 1
        return host(*columns, **params)

    return leading_axis(shifted)


def _pad_rank(value: np.ndarray | StringArray, missing: int) -> Any:
    return value.reshape((value.shape[0], *(1,) * missing, *value.shape[1:]))
