"""Sums and products of sparse Tensors: reductions, add, maximum, minimum, products with matrices."""

from __future__ import annotations

from typing import Any

import numpy as np

from estimax._array._dimensions import positive_axis
from estimax._array._shape import transpose
from estimax._base._errors import InvalidArgumentError
from estimax._base._shapes import SparseTensorSpec, TensorSpec
from estimax._graph._boundary import is_device_array
from estimax._graph._columnwise import column_op
from estimax._graph._op import as_argument, as_tensor
from estimax._graph._stretches import splits_of
from estimax._graph._tensor import Tensor
from estimax._graph._varying import Rows, SparseColumn, as_rows
from estimax.math._matmul import matmul
from estimax.sparse._dense import to_dense
from estimax.sparse._places import (
    check_sparse,
    coordinates,
    gathered,
    merged_shape,
    order_of,
    rank_of,
    row_major,
    rows_of_elements,
    shapes_of_elements,
)
from estimax.sparse._shape import transpose as transpose_sparse

_REDUCERS = {"sum": np.add, "max": np.maximum}
_COMBINERS = {"add": np.add, "maximum": np.maximum, "minimum": np.minimum}


def _reduced_spec(x: TensorSpec, *, axes: list[int], keep: bool, how: str, sparse: bool) -> TensorSpec:
    if not x.dtype.is_numeric or x.dtype.is_bool:
        raise TypeError(f"reduce_{how} needs numbers; got {x.dtype.name}")
    shape = [1 if i in axes else s for i, s in enumerate(x.shape) if keep or i not in axes]
    return (SparseTensorSpec if sparse else TensorSpec)(shape, x.dtype)


def _reduced(x: SparseColumn, *, axes: list[int], keep: bool, how: str, sparse: bool) -> Any:
    left = [i for i in range(x.rank) if i not in axes]
    shapes = x.shapes[:, left]
    position = row_major(x.indices[:, left], shapes_of_elements(x, shapes))
    sizes = shapes.prod(1)
    place = position + np.repeat(splits_of(sizes)[:-1], np.diff(x.splits))
    out = np.zeros(int(sizes.sum()), x.values.dtype)
    if how == "max":  # what is not there counts for nothing, and nothing at all is 0
        out[place] = _least(out.dtype)
    _REDUCERS[how].at(out, place, x.values)
    kept_shapes = np.ones_like(x.shapes)
    kept_shapes[:, left] = shapes
    result_shapes = kept_shapes if keep else shapes
    if not sparse:
        return Rows.of(out, result_shapes)
    places = np.unique(place)
    row = np.searchsorted(splits_of(sizes), places, "right") - 1
    indices = coordinates(places - splits_of(sizes)[row], result_shapes[row])
    return SparseColumn(indices, out[places], splits_of(np.bincount(row, minlength=len(x))), result_shapes)


def _least(dtype: np.dtype[Any]) -> Any:
    return -np.inf if dtype.kind == "f" else np.iinfo(dtype).min


def _combined_spec(a: TensorSpec, b: TensorSpec, *, how: str, threshold: float) -> TensorSpec:
    check_sparse(how, a, b)
    if not a.dtype.is_numeric or a.dtype.is_bool:
        raise TypeError(f"{how} needs numbers; got {a.dtype.name}")
    return SparseTensorSpec(merged_shape(how, [a, b]), a.dtype)


def _combined(a: SparseColumn, b: SparseColumn, *, how: str, threshold: float) -> SparseColumn:
    if a.shapes.shape != b.shapes.shape or (a.shapes != b.shapes).any():
        row = int(np.argmax((a.shapes != b.shapes).any(1))) if a.rank == b.rank else 0
        raise InvalidArgumentError(
            f"{how} needs equal shapes; got {a.shapes[row].tolist()} and {b.shapes[row].tolist()}"
        )
    rows = np.concatenate([rows_of_elements(a), rows_of_elements(b)])
    indices = np.concatenate([a.indices, b.indices])
    order = order_of(rows, indices)
    order = np.arange(len(rows)) if order is None else order
    ordered = np.column_stack([rows, indices])[order]
    new = np.ones(len(order), bool)
    new[1:] = (ordered[1:] != ordered[:-1]).any(1)
    place = np.empty(len(order), np.int64)
    place[order] = np.cumsum(new) - 1
    left, right = np.zeros((2, int(new.sum())), a.values.dtype)
    left[place[: len(a.values)]] = a.values
    right[place[len(a.values) :]] = b.values
    values = _COMBINERS[how](left, right)
    places = ordered[new]
    if threshold:
        there = np.abs(values) >= threshold
        values, places = values[there], places[there]
    return gathered(places[:, 0], places[:, 1:], values, a.shapes)


def _add_dense_spec(a: TensorSpec, b: TensorSpec) -> TensorSpec:
    try:
        shape = a.shape.merge_with(b.shape)
    except ValueError as error:
        raise InvalidArgumentError(f"add: {error}") from None
    return TensorSpec(shape, a.dtype)


def _add_dense(a: SparseColumn, b: Any) -> Any:
    rows = as_rows(b)
    if rows.shapes.shape != a.shapes.shape or (rows.shapes != a.shapes).any():
        raise InvalidArgumentError("add needs a dense Tensor of the shape of the SparseTensor")
    out = np.array(rows.flat)
    place = row_major(a.indices, shapes_of_elements(a)) + np.repeat(rows.splits[:-1], np.diff(a.splits))
    np.add.at(out, place, a.values)
    return Rows.of(out, rows.shapes)


def _product_spec(a: TensorSpec, b: TensorSpec) -> TensorSpec:
    if rank_of(a, "matmul") != 2 or b.shape.ndims not in (2, None):
        raise InvalidArgumentError(f"a product with a dense matrix needs a sparse one; got {a} and {b}")
    if not a.dtype.is_numeric or a.dtype.is_bool:
        raise TypeError(f"matrices are of numbers; got {a.dtype.name}")
    columns = b.shape[1] if b.shape.ndims else None
    inner = b.shape[0] if b.shape.ndims else None
    if None not in (a.shape[1], inner) and a.shape[1] != inner:
        raise InvalidArgumentError(f"matrices of shapes {a.shape} and {b.shape} cannot be multiplied")
    return TensorSpec([a.shape[0], columns], a.dtype)


def _product(a: SparseColumn, b: Any) -> Any:
    matrices = as_rows(b)
    if (a.shapes[:, 1] != matrices.shapes[:, 0]).any():
        raise InvalidArgumentError(
            f"matrices of shapes {a.shapes[0].tolist()} and {matrices.shapes[0].tolist()} cannot be multiplied"
        )
    width = matrices.shapes[:, 1]
    row = rows_of_elements(a)
    if not len(a):
        return Rows(np.empty(0, matrices.flat.dtype), a.shapes)
    if len(set(width.tolist())) > 1:
        parts = [_product(a[i : i + 1], np.asarray(matrices.row(i))[np.newaxis])[0] for i in range(len(a))]
        return Rows.from_values(parts, matrices.dtype)
    columns = int(width[0]) if len(width) else 0
    first = splits_of(a.shapes[:, 0])
    if isinstance(b, np.ndarray):
        taken = b[row, a.indices[:, 1]]
    else:
        below = np.asarray(matrices.flat).reshape((-1, columns))
        taken = below[splits_of(matrices.shapes[:, 0])[row] + a.indices[:, 1]]
    out = np.zeros((int(first[-1]), columns), taken.dtype)
    np.add.at(out, first[row] + a.indices[:, 0], taken * np.asarray(a.values)[:, np.newaxis])
    return Rows.of(out.reshape(-1), np.column_stack([a.shapes[:, 0], width]))


_REDUCE = column_op("SparseReduce", _reduced_spec, _reduced, composite=True)
_COMBINE = column_op("SparseCombine", _combined_spec, _combined, composite=True, same_dtype=True)
_ADD_DENSE = column_op("SparseAddDense", _add_dense_spec, _add_dense, composite=True, same_dtype=True)
_PRODUCT = column_op("SparseMatMul", _product_spec, _product, composite=True, same_dtype=True)


def reduce_sum(
    sp_input: Any,
    axis: Any = None,
    keepdims: bool | None = None,
    output_is_sparse: bool = False,
    name: str | None = None,
    reduction_axes: Any = None,
    keep_dims: bool | None = None,
) -> Any:
    """Sums elements along axes, or all of them: a dense Tensor, or with `output_is_sparse` a sparse one.

    Example:
        >>> import estimax as tf
        >>> tf.sparse.reduce_sum(tf.sparse.from_dense([[1, 0, 2], [0, 3, 0]]), axis=1).numpy()
        array([3, 3], dtype=int32)
    """
    return _reduce_along(sp_input, axis, reduction_axes, keepdims, keep_dims, "sum", output_is_sparse)


def reduce_max(
    sp_input: Any,
    axis: Any = None,
    keepdims: bool | None = None,
    output_is_sparse: bool = False,
    name: str | None = None,
    reduction_axes: Any = None,
    keep_dims: bool | None = None,
) -> Any:
    """Finds the greatest element along axes, or of all.

    What is not there does not count; where nothing is, the result is 0.
    """
    return _reduce_along(sp_input, axis, reduction_axes, keepdims, keep_dims, "max", output_is_sparse)


def reduce_sum_sparse(
    sp_input: Any, axis: Any = None, keepdims: Any = None, reduction_axes: Any = None, keep_dims: Any = None
) -> Any:
    """Sums elements along axes: a SparseTensor of the sums of something."""
    return _reduce_along(sp_input, axis, reduction_axes, keepdims, keep_dims, "sum", True)


def reduce_max_sparse(
    sp_input: Any, axis: Any = None, keepdims: Any = None, reduction_axes: Any = None, keep_dims: Any = None
) -> Any:
    """Finds the greatest element along axes: a SparseTensor of those that there are."""
    return _reduce_along(sp_input, axis, reduction_axes, keepdims, keep_dims, "max", True)


def _reduce_along(x: Any, axis: Any, old_axis: Any, keep: Any, old_keep: Any, how: str, sparse: bool) -> Any:
    tensor = as_tensor(x)
    rank = rank_of(tensor.spec, f"reduce_{how}")
    given = old_axis if axis is None else axis
    axes = range(rank) if given is None else np.atleast_1d(np.asarray(given)).tolist()
    chosen = sorted({positive_axis(a, rank) for a in axes})
    return _REDUCE(tensor, axes=chosen, keep=bool(keep or old_keep), how=how, sparse=bool(sparse))


def add(a: Any, b: Any, threshold: Any = 0, thresh: Any = None) -> Any:
    """Adds two SparseTensors, or a sparse and a dense one; sums smaller than a threshold are left out.

    Raises:
        InvalidArgumentError: their shapes differ.

    Example:
        >>> import estimax as tf
        >>> tf.sparse.add(tf.sparse.from_dense([1, 0, 2]), tf.sparse.from_dense([0, 5, 3]))
        SparseTensor(indices=[[0], [1], [2]], values=[1, 5, 5], dense_shape=[3])
    """
    left, right = as_tensor(a), as_tensor(b)
    if left.spec.is_dense and right.spec.is_dense:
        raise TypeError("add needs at least one SparseTensor; add dense ones with +")
    if left.spec.is_dense or right.spec.is_dense:
        return _ADD_DENSE(right, left) if left.spec.is_dense else _ADD_DENSE(left, right)
    return _COMBINE(left, right, how="add", threshold=float(threshold if thresh is None else thresh))


def maximum(sp_a: Any, sp_b: Any, name: str | None = None) -> Any:
    """Takes the greater of the elements in each place; where only one has one, the other counts as 0."""
    return _COMBINE(as_tensor(sp_a), as_tensor(sp_b), how="maximum", threshold=0.0)


def minimum(sp_a: Any, sp_b: Any, name: str | None = None) -> Any:
    """Takes the smaller of the elements in each place; where only one has one, the other counts as 0."""
    return _COMBINE(as_tensor(sp_a), as_tensor(sp_b), how="minimum", threshold=0.0)


def sparse_dense_matmul(
    sp_a: Any, b: Any, adjoint_a: bool = False, adjoint_b: bool = False, name: str | None = None
) -> Any:
    """Multiplies a sparse matrix by a dense one.

    Raises:
        InvalidArgumentError: their shapes do not fit together.

    Example:
        >>> import estimax as tf
        >>> tf.sparse.sparse_dense_matmul(tf.sparse.from_dense([[0.0, 2.0]]), [[1.0], [3.0]]).numpy()
        array([[6.]], dtype=float32)
    """
    sparse = as_tensor(sp_a)
    dense = as_argument(b)
    if is_device_array(dense):  # the device has no sparse matrices
        return matmul(to_dense(sparse), dense, transpose_a=adjoint_a, transpose_b=adjoint_b)
    assert isinstance(dense, Tensor)
    left = transpose_sparse(sparse) if adjoint_a else sparse
    return _PRODUCT(left, transpose(dense) if adjoint_b else dense)
