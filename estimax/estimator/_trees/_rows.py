"""`Rows`: the training rows in memory, as compact as their columns are.

A numeric feature is a float32 array. The categories of a column are ids, one or
several for a row; rows of zeros and ones exist only as the sparse matrix that
LightGBM sorts into its bins, and in no form afterwards.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from estimax._base._lazy import resolve
from estimax.estimator._trees._columns import TreeColumns, Values
from estimax.estimator._trees._tree import Tree


@dataclass(frozen=True, eq=False)
class Rows:
    """What all rows have of each column.

    Attributes:
        columns: the columns.
        values: of each: `numbers` float32 [width, rows], or `ids` int32 [rows, k] and perhaps
            `weights` float32 [rows, k].
        count: how many rows there are.
    """

    columns: TreeColumns
    values: tuple[Values, ...]
    count: int

    @property
    def size(self) -> int:
        """How many numbers and ids there are in all."""
        return sum(np.size(v.ids if v.numbers is None else v.numbers) for v in self.values)

    def leaves_of(self, tree: Tree) -> np.ndarray:
        """Finds the leaf of each row, int32 [rows]."""

        def goes_left(node: int, here: np.ndarray) -> np.ndarray:
            found = self._feature(int(tree.feature[node]), here)
            is_left: np.ndarray = found <= tree.threshold[node]
            if tree.nan_left[node]:
                is_left |= np.isnan(found)
            return is_left

        return tree.leaves_of(self.count, goes_left)

    def _feature(self, feature: int, here: np.ndarray) -> np.ndarray:
        """Returns a feature of some rows, float32."""
        offsets = self.columns.offsets
        number = int(np.searchsorted(offsets, feature, side="right")) - 1
        local = feature - int(offsets[number])
        values = self.values[number]
        if values.numbers is not None:
            found: np.ndarray = values.numbers[local, here]
            return found
        is_equal: np.ndarray = values.ids[here] == local
        if values.weights is not None:
            is_equal = np.where(is_equal, values.weights[here], np.float32(0))
        summed: np.ndarray = is_equal.sum(1, dtype=np.float32)
        return summed

    def matrix(self) -> Any:
        """Returns all features, [rows, features]: an array, or sparse where there are categories."""
        if all(v.numbers is not None for v in self.values):
            return np.concatenate([v.numbers for v in self.values]).T
        parts = [_triples(v, int(o)) for v, o in zip(self.values, self.columns.offsets[:-1], strict=True)]
        rows, places, data = (np.concatenate(p) for p in zip(*parts, strict=True))
        shape = (self.count, self.columns.feature_count)
        return resolve("scipy.sparse").coo_matrix((data, (rows, places)), shape=shape).tocsr()


def _triples(values: Values, offset: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Returns row, feature and value of all that is not zero."""
    if values.numbers is not None:
        places, rows = np.nonzero(values.numbers)
        return rows.astype(np.int32), (places + offset).astype(np.int32), values.numbers[places, rows]
    rows, positions = np.nonzero(values.ids >= 0)
    ids = values.ids[rows, positions]
    data = np.ones(len(rows), np.float32) if values.weights is None else values.weights[rows, positions]
    return rows.astype(np.int32), (ids + offset).astype(np.int32), data


def joined(columns: TreeColumns, blocks: Sequence[Sequence[Values]]) -> Rows:
    """Joins blocks of rows, which may differ in how many categories a row has at most."""
    values = tuple(_joined([block[i] for block in blocks]) for i in range(len(columns.columns)))
    first = values[0]
    return Rows(columns, values, first.numbers.shape[1] if first.numbers is not None else len(first.ids))


def _joined(parts: Sequence[Values]) -> Values:
    if parts[0].numbers is not None:
        return Values(numbers=np.concatenate([np.asarray(p.numbers, np.float32).T for p in parts], axis=1))
    most = max(p.ids.shape[1] for p in parts)
    ids = np.concatenate([_padded(np.asarray(p.ids, np.int32), most, -1) for p in parts])
    if parts[0].weights is None:
        return Values(ids=ids)
    return Values(ids=ids, weights=np.concatenate([_padded(np.asarray(p.weights), most, 0.0) for p in parts]))


def _padded(array: np.ndarray, width: int, filler: float) -> np.ndarray:
    return np.pad(array, [(0, 0), (0, width - array.shape[1])], constant_values=filler)
