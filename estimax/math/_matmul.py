"""The product of matrices."""

from __future__ import annotations

from typing import Any

import numpy as np

from estimax._base._errors import InvalidArgumentError
from estimax._base._shapes import TensorSpec, broadcast_shapes
from estimax._graph._lifting import broadcasting
from estimax._graph._op import Op
from estimax.math._rule import check_kind


def _infer(a: TensorSpec, b: TensorSpec, *, transpose_a: bool = False, transpose_b: bool = False) -> TensorSpec:
    for spec in (a, b):
        check_kind("matmul", spec, "numbers")
        if len(spec.shape) < 2:
            raise InvalidArgumentError(f"matmul needs at least two dimensions; got shape {tuple(spec.shape)}")
    rows, inner = a.shape[-2:][::-1] if transpose_a else a.shape[-2:]
    other, columns = b.shape[-2:][::-1] if transpose_b else b.shape[-2:]
    if None not in (inner, other) and inner != other:
        raise InvalidArgumentError(f"matmul: shapes {tuple(a.shape)} and {tuple(b.shape)} do not fit")
    try:
        before = broadcast_shapes(a.shape[:-2], b.shape[:-2])
    except ValueError as error:
        raise InvalidArgumentError(f"matmul: {error}") from None
    return TensorSpec((*before, rows, columns), a.dtype)


def _host(a: Any, b: Any, *, transpose_a: bool = False, transpose_b: bool = False) -> Any:
    a = a.swapaxes(-1, -2) if transpose_a else a
    b = b.swapaxes(-1, -2) if transpose_b else b
    try:
        return np.matmul(a, b)
    except ValueError:
        raise InvalidArgumentError(f"matmul: shapes {a.shape} and {b.shape} do not fit") from None


_MATMUL = Op(
    "MatMul", infer=_infer, host=_host, lift=broadcasting, device="estimax.math._device:matmul", same_dtype=True
)


def matmul(
    a: Any,
    b: Any,
    transpose_a: bool = False,
    transpose_b: bool = False,
    adjoint_a: bool = False,
    adjoint_b: bool = False,
    a_is_sparse: bool = False,
    b_is_sparse: bool = False,
    name: str | None = None,
) -> Any:
    """Multiplies matrices: the last two axes of each; the others broadcast.

    Args:
        a: [..., n, k].
        b: [..., k, m].
        transpose_a: whether the last two axes of `a` are exchanged first.
        transpose_b: the same for `b`.
        adjoint_a: the same as `transpose_a`, for real numbers.
        adjoint_b: the same as `transpose_b`.
        a_is_sparse: has no effect.
        b_is_sparse: has no effect.
        name: of the result.

    Raises:
        InvalidArgumentError: the shapes do not fit.
        ValueError: a matrix is to be transposed twice.

    Example:
        >>> import estimax as tf
        >>> tf.matmul([[1.0, 2.0]], [[3.0], [4.0]]).numpy()
        array([[11.]], dtype=float32)
    """
    if (transpose_a and adjoint_a) or (transpose_b and adjoint_b):
        raise ValueError("matmul takes only one of transpose_a and adjoint_a, and of transpose_b and adjoint_b")
    return _MATMUL(a, b, transpose_a=transpose_a or adjoint_a, transpose_b=transpose_b or adjoint_b)
