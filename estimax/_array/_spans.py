"""Columns whose rows differ, as stretches of one flat array: cut out, joined and filled without a loop over rows.

A row lies in row-major order, so what stands between two positions of its first
axis is one stretch.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from estimax._graph._column import repeat_value
from estimax._graph._stretches import spans, splits_of
from estimax._graph._varying import Rows, Varying, as_rows, joined, picked


def is_dense(value: Any) -> bool:
    """Whether a value or column is dense, if of rows of several shapes."""
    return isinstance(value, Rows) or not isinstance(value, Varying)


def has_rows(values: Sequence[Any]) -> bool:
    """Whether some column has rows of several shapes, and none is sparse or ragged."""
    return any(isinstance(v, Rows) for v in values) and all(map(is_dense, values))


def rows_from(value: Any, is_column: bool, rows: int) -> Rows:
    """Returns a dense argument, column or not, as rows."""
    return as_rows(value if is_column else repeat_value(value, rows))


def inner_sizes(shapes: np.ndarray) -> np.ndarray:
    """Returns how many elements one entry along the first axis of each row has."""
    sizes: np.ndarray = shapes[:, 1:].prod(1)
    return sizes


def entries(x: Rows, rows: np.ndarray, positions: np.ndarray) -> Any:
    """Returns the elements of entries along the first axis: the entry at a position in a row, one after the other."""
    inner = inner_sizes(x.shapes)
    starts = x.splits[rows] + positions * inner[rows]
    return picked(x.flat, starts if (inner == 1).all() else spans(starts, inner[rows]))


def cut(x: Rows, starts: np.ndarray, lengths: np.ndarray, step: int = 1) -> Rows:
    """Returns `lengths` entries along the first axis of each row, every `step`-th from `starts` on, all there."""
    shapes = np.concatenate([lengths[:, np.newaxis], x.shapes[:, 1:]], axis=1)
    if step == 1:
        inner = inner_sizes(x.shapes)
        return Rows(picked(x.flat, spans(x.splits[:-1] + starts * inner, lengths * inner)), shapes)
    within = spans(np.zeros_like(starts), lengths) * step + np.repeat(starts, lengths)
    return Rows(entries(x, np.repeat(np.arange(len(x)), lengths), within), shapes)


def end_to_end(parts: Sequence[Rows], shapes: np.ndarray) -> Any:
    """Makes rows of the given shapes, each of which holds what the same row of each part does, in order."""
    offsets = splits_of(np.array([len(p.flat) for p in parts]))
    starts = np.stack([p.splits[:-1] + o for p, o in zip(parts, offsets[:-1], strict=True)], axis=1)
    lengths = np.stack([np.diff(p.splits) for p in parts], axis=1)
    index = spans(starts.reshape(-1), lengths.reshape(-1))
    return Rows.of(picked(joined([p.flat for p in parts]), index), shapes)


def as_numbers(value: Any, rows: int) -> np.ndarray:
    """Returns whole numbers, one for each row or one for all of them, as int64 [rows]."""
    return np.broadcast_to(np.asarray(value).astype(np.int64), (rows,))
