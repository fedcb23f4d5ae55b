"""Where the elements of a column of sparse values stand: what the kernels of this room have in common."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from estimax._base._errors import InvalidArgumentError
from estimax._base._shapes import SparseTensorSpec, TensorShape, TensorSpec
from estimax._graph._stretches import splits_of
from estimax._graph._varying import SparseColumn, picked


def rows_of_elements(x: SparseColumn) -> np.ndarray:
    """Returns, for each element, the number of its row."""
    return np.repeat(np.arange(len(x)), np.diff(x.splits))


def shapes_of_elements(x: SparseColumn, shapes: np.ndarray | None = None) -> np.ndarray:
    """Returns, for each element, the shape of its row (or what `shapes` has for the row)."""
    return np.repeat(x.shapes if shapes is None else shapes, np.diff(x.splits), axis=0)


def row_major(indices: np.ndarray, shapes: np.ndarray) -> np.ndarray:
    """Returns the position of each element in its own array, whose shape stands beside it, in row-major order."""
    position = np.zeros(len(indices), np.int64)
    for axis in range(indices.shape[1]):
        position *= shapes[:, axis]
        position += indices[:, axis]
    return position


def coordinates(position: np.ndarray, shapes: np.ndarray) -> np.ndarray:
    """Returns the index that is at a row-major position: the opposite of `row_major`."""
    indices = np.empty(shapes.shape, np.int64)
    for axis in reversed(range(shapes.shape[1])):
        position, indices[:, axis] = np.divmod(position, np.maximum(shapes[:, axis], 1))
    return indices


def order_of(rows: np.ndarray, indices: np.ndarray) -> np.ndarray | None:
    """Returns what brings elements to the order of rows and then of indices, equal ones as they stand.

    None where they stand so already.
    """
    keys = [rows, *(indices[:, axis] for axis in range(indices.shape[1]))]
    rising = np.ones(max(len(rows) - 1, 0), bool)  # so far equal or rising, from the last axis to the first
    for key in reversed(keys):
        step = key[1:] - key[:-1]
        rising = (step > 0) | ((step == 0) & rising)
    return None if rising.all() else np.lexsort(keys[::-1])


def gathered(rows: np.ndarray, indices: np.ndarray, values: Any, shapes: np.ndarray) -> SparseColumn:
    """Makes a column of elements in any order, in row-major order."""
    order = order_of(rows, indices)
    if order is not None:
        rows, indices, values = rows[order], indices[order], picked(values, order)
    return SparseColumn(indices, values, splits_of(np.bincount(rows, minlength=len(shapes))), shapes)


def kept(x: SparseColumn, keep: np.ndarray, indices: np.ndarray, shapes: np.ndarray) -> SparseColumn:
    """Returns some of the elements, at the given indices of rows of the given shapes."""
    chosen = np.flatnonzero(keep)
    counts = np.bincount(rows_of_elements(x)[chosen], minlength=len(x))
    return SparseColumn(indices[chosen], picked(x.values, chosen), splits_of(counts), shapes)


def size_columns(known: Sequence[int | None], columns: Sequence[Any], rows: int) -> np.ndarray:
    """Returns sizes of every row, int64 [rows, sizes]: known ones, and columns for those that were Tensors."""
    rest = iter(columns)
    sizes = np.empty((rows, len(known)), np.int64)
    for i, size in enumerate(known):
        sizes[:, i] = next(rest) if size is None else size
    return sizes


def rank_of(x: TensorSpec, what: str) -> int:
    """Returns the number of dimensions of a sparse Tensor.

    Raises:
        TypeError: it is not sparse.
        InvalidArgumentError: the number is not known.
    """
    check_sparse(what, x)
    if x.shape.ndims is None:
        raise InvalidArgumentError(
            f"{what} needs a SparseTensor whose number of dimensions is known; say it by set_shape"
        )
    return x.shape.ndims


def check_sparse(what: str, *specs: TensorSpec) -> None:
    """Raises TypeError unless all specs are of sparse Tensors."""
    for spec in specs:
        if not isinstance(spec, SparseTensorSpec):
            raise TypeError(f"{what} takes a SparseTensor; got {spec}. Make one with tf.sparse.from_dense")


def merged_shape(what: str, specs: Sequence[TensorSpec]) -> TensorShape:
    """Returns what is known of the one shape that all specs have.

    Raises:
        InvalidArgumentError: they contradict each other.
    """
    shape = specs[0].shape
    for spec in specs[1:]:
        try:
            shape = shape.merge_with(spec.shape)
        except ValueError as error:
            raise InvalidArgumentError(f"{what}: {error}") from None
    return shape
