"""Diagonals of matrices: made of vectors, and read."""

from __future__ import annotations

from typing import Any

import numpy as np

from estimax._array._by_shape import by_shape
from estimax._array._dimensions import rank_of
from estimax._base._errors import InvalidArgumentError
from estimax._base._shapes import TensorSpec
from estimax._graph._lifting import leading_axis
from estimax._graph._op import Op, as_argument


def _matrix_spec(x: TensorSpec) -> TensorSpec:
    if not x.dtype.is_numeric or not x.shape.ndims:
        raise InvalidArgumentError(f"a diagonal is a vector of numbers; got {x}")
    return TensorSpec((*x.shape, x.shape[-1]), x.dtype)


def _matrix(x: Any) -> Any:
    size = x.shape[-1]
    out = np.zeros((*x.shape, size), x.dtype)
    out[..., np.arange(size), np.arange(size)] = x
    return out


def _part_spec(x: TensorSpec) -> TensorSpec:
    if not x.dtype.is_numeric or (x.shape.ndims or 0) < 2:
        raise InvalidArgumentError(f"a matrix of numbers has a diagonal; got {x}")
    *before, rows, columns = x.shape
    return TensorSpec((*before, None if rows is None or columns is None else min(rows, columns)), x.dtype)


def _part(x: Any) -> Any:
    return np.diagonal(x, axis1=-2, axis2=-1).copy()


_MATRIX = Op(
    "MatrixDiag",
    infer=_matrix_spec,
    host=_matrix,
    lift=by_shape(leading_axis(_matrix)),
    device="estimax._array._device:matrix_diag",
)
_PART = Op(
    "MatrixDiagPart",
    infer=_part_spec,
    host=_part,
    lift=by_shape(leading_axis(_part)),
    device="estimax._array._device:matrix_diag_part",
)


def matrix_diag(diagonal: Any, name: str | None = None) -> Any:
    """Makes matrices with vectors, along the last axis, on their diagonals and zeros elsewhere.

    Example:
        >>> from estimax._array import matrix_diag
        >>> matrix_diag([1, 2]).numpy()
        array([[1, 0],
               [0, 2]], dtype=int32)
    """
    return _MATRIX(diagonal)


def matrix_diag_part(input: Any, name: str | None = None) -> Any:
    """Gives the diagonals of matrices, which are the last two axes."""
    return _PART(input)


def diag(diagonal: Any, name: str | None = None) -> Any:
    """Makes a matrix with a vector on its diagonal and zeros elsewhere.

    Raises:
        InvalidArgumentError: not a vector; `matrix_diag` makes several matrices.
    """
    x = as_argument(diagonal)
    if rank_of(x) != 1:
        raise InvalidArgumentError(f"diag needs a vector; got shape {tuple(x.shape)}. matrix_diag takes more axes")
    return _MATRIX(x)


def diag_part(input: Any, name: str | None = None) -> Any:
    """Gives the diagonal of a square matrix.

    Raises:
        InvalidArgumentError: not a matrix.
    """
    x = as_argument(input)
    if rank_of(x) != 2:
        raise InvalidArgumentError(f"diag_part needs a matrix; got shape {tuple(x.shape)}")
    return _PART(x)
