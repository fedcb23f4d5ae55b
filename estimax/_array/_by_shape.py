"""Columns whose rows differ, a group of equal rows at a time.

Rows of n different shapes cost n calls of a rule for equal rows, however many
rows there are. This serves every op whose own rule takes equal rows only; those
that programs use most on rows of different lengths have rules in `_spans.py`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from estimax._graph._column import Column, concatenate_rows, take_rows
from estimax._graph._lifting import Lifting, by_rows
from estimax._graph._op import Node
from estimax._graph._varying import Rows, Varying

_FEW = 4  # rows of one shape, on average, below which a group costs more than its rows one by one


def by_shape(lift: Lifting) -> Lifting:
    """Makes a rule that calls another one for each group of rows that have equal shapes in all arguments."""

    def grouped(
        node: Node, values: Sequence[Any], lifted: Sequence[bool], rows: int, params: dict[str, Any]
    ) -> tuple[Column, ...]:
        varying = [v for v in values if isinstance(v, Varying)]
        if not varying:
            return lift(node, values, lifted, rows, params)
        shapes = [v.shapes for v in varying if isinstance(v, Rows)]
        if not rows or len(shapes) < len(varying):
            return by_rows(node, values, lifted, rows, params)
        distinct, number = _numbered(np.concatenate(shapes, axis=1))
        if distinct * _FEW > rows and rows > _FEW:
            return by_rows(node, values, lifted, rows, params)
        order = np.argsort(number, kind="stable")
        groups = np.split(order, np.flatnonzero(np.diff(number[order])) + 1)
        parts = [lift(node, _chosen(values, lifted, g), lifted, len(g), params) for g in groups]
        back = np.empty(rows, np.int64)
        back[order] = np.arange(rows)
        return tuple(take_rows(_one(columns), back) for columns in zip(*parts, strict=True))

    return grouped


def _numbered(shapes: np.ndarray) -> tuple[int, np.ndarray]:
    """Numbers the distinct rows of a table; returns how many there are, and the number of each row."""
    if shapes.shape[1] == 1:
        distinct, number = np.unique(shapes[:, 0], return_inverse=True)
    else:
        distinct, number = np.unique(shapes, axis=0, return_inverse=True)
    return len(distinct), number.reshape(-1)


def _chosen(values: Sequence[Any], lifted: Sequence[bool], rows: np.ndarray) -> list[Any]:
    out = []
    for value, is_column in zip(values, lifted, strict=True):
        part = take_rows(value, rows) if is_column else value
        out.append(Rows.of(part.flat, part.shapes) if isinstance(part, Rows) else part)
    return out


def _one(columns: Sequence[Column]) -> Column:
    column = concatenate_rows(columns)
    return Rows.of(column.flat, column.shapes) if isinstance(column, Rows) else column
