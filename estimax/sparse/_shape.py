"""Sparse Tensors in other shapes: reorder, reshape, expand, transpose, slice, split, join."""

from __future__ import annotations

from typing import Any

import numpy as np

from estimax._array._dimensions import as_sizes, positive_axis
from estimax._base._errors import InvalidArgumentError
from estimax._base._shapes import SparseTensorSpec, TensorShape, TensorSpec
from estimax._graph._columnwise import column_op
from estimax._graph._op import as_tensor
from estimax._graph._varying import SparseColumn, joined
from estimax.sparse._places import (
    check_sparse,
    coordinates,
    gathered,
    kept,
    rank_of,
    row_major,
    rows_of_elements,
    shapes_of_elements,
    size_columns,
)


def _same_spec(x: TensorSpec) -> TensorSpec:
    check_sparse("reorder", x)
    return x


def _reorder(x: SparseColumn) -> SparseColumn:
    return gathered(rows_of_elements(x), x.indices, x.values, x.shapes)


def _reshape_spec(x: TensorSpec, *sizes: TensorSpec, known: list[Any]) -> TensorSpec:
    check_sparse("reshape", x)
    if known.count(-1) > 1:
        raise InvalidArgumentError(f"at most one size of a shape can be -1; got {known}")
    shape = [None if s == -1 else s for s in known]
    total = x.shape.num_elements()
    if total is not None and shape.count(None) == 1 and -1 in known:
        rest = int(np.prod([s for s in shape if s is not None]))
        shape[known.index(-1)] = total // rest if rest else 0
    return SparseTensorSpec(shape, x.dtype)


def _reshape(x: SparseColumn, *sizes: Any, known: list[Any]) -> SparseColumn:
    shapes = size_columns(known, sizes, len(x))
    total = x.shapes.prod(1)
    rest = np.where(shapes == -1, 1, shapes).prod(1)
    shapes = np.where(shapes == -1, (total // np.maximum(rest, 1))[:, np.newaxis], shapes)
    wrong = shapes.prod(1) != total
    if wrong.any():
        row = int(np.argmax(wrong))
        raise InvalidArgumentError(
            f"a SparseTensor of shape {x.shapes[row].tolist()} has {total[row]} places, which do not fill shape {known}"
        )
    position = row_major(x.indices, shapes_of_elements(x))
    return SparseColumn(coordinates(position, shapes_of_elements(x, shapes)), x.values, x.splits, shapes)


def _expand_spec(x: TensorSpec, *, axis: int) -> TensorSpec:
    shape = list(x.shape)
    return SparseTensorSpec([*shape[:axis], 1, *shape[axis:]], x.dtype)


def _expand(x: SparseColumn, *, axis: int) -> SparseColumn:
    return SparseColumn(np.insert(x.indices, axis, 0, 1), x.values, x.splits, np.insert(x.shapes, axis, 1, 1))


def _transpose_spec(x: TensorSpec, *, perm: list[int]) -> TensorSpec:
    if sorted(perm) != list(range(len(x.shape))):
        raise InvalidArgumentError(f"perm must have each of {len(x.shape)} axes once; got {perm}")
    return SparseTensorSpec([x.shape[axis] for axis in perm], x.dtype)


def _transpose(x: SparseColumn, *, perm: list[int]) -> SparseColumn:
    return gathered(rows_of_elements(x), x.indices[:, perm], x.values, x.shapes[:, perm])


def _slice_spec(x: TensorSpec, *tensors: TensorSpec, start: list[Any], size: list[Any]) -> TensorSpec:
    rank = rank_of(x, "slice")
    if len(start) != rank or len(size) != rank:
        raise InvalidArgumentError(f"slice needs {rank} starts and {rank} sizes; got {len(start)} and {len(size)}")
    shape = [
        None if None in (known, begin, length) else max(0, min(length, known - begin))
        for known, begin, length in zip(x.shape, start, size, strict=True)
    ]
    return SparseTensorSpec(shape, x.dtype)


def _slice(x: SparseColumn, *tensors: Any, start: list[Any], size: list[Any]) -> SparseColumn:
    open_starts = start.count(None)
    return _between(
        x, size_columns(start, tensors[:open_starts], len(x)), size_columns(size, tensors[open_starts:], len(x))
    )


def _between(x: SparseColumn, starts: np.ndarray, sizes: np.ndarray) -> SparseColumn:
    if (starts < 0).any() or (sizes < 0).any():
        raise InvalidArgumentError("a slice of a SparseTensor starts at 0 or later and has a size of 0 or more")
    shapes = np.clip(x.shapes - starts, 0, sizes)
    indices = x.indices - shapes_of_elements(x, starts)
    keep = ((indices >= 0) & (indices < shapes_of_elements(x, shapes))).all(1)
    return kept(x, keep, indices, shapes)


def _split_spec(x: TensorSpec, *, number: int, axis: int) -> tuple[TensorSpec, ...]:
    known = x.shape[axis]
    if number < 1 or (known is not None and number > known):
        raise InvalidArgumentError(f"split into {number} parts needs an axis of at least that size; got {known}")
    sizes = [None] * number if known is None else [known // number + (i < known % number) for i in range(number)]
    return tuple(SparseTensorSpec([*x.shape[:axis], size, *x.shape[axis + 1 :]], x.dtype) for size in sizes)


def _split(x: SparseColumn, *, number: int, axis: int) -> tuple[SparseColumn, ...]:
    if (x.shapes[:, axis] < number).any():
        raise InvalidArgumentError(
            f"split into {number} parts needs an axis of at least that size; got {x.shapes[:, axis].min()}"
        )
    quotient, rest = np.divmod(x.shapes[:, axis], number)
    parts = []
    for i in range(number):
        starts, sizes = np.zeros_like(x.shapes), x.shapes.copy()
        starts[:, axis] = i * quotient + np.minimum(i, rest)
        sizes[:, axis] = quotient + (i < rest)
        parts.append(_between(x, starts, sizes))
    return tuple(parts)


def _concat_spec(*specs: TensorSpec, axis: int, expand: bool) -> TensorSpec:
    ranks = {rank_of(s, "concat") for s in specs}
    if len(ranks) > 1:
        raise InvalidArgumentError(f"concat needs SparseTensors of one rank; got ranks {sorted(ranks)}")
    sizes = [s.shape[axis] for s in specs]
    total = None if None in sizes else sum(s for s in sizes if s is not None)
    if expand:
        columns = zip(*(s.shape for s in specs), strict=True)
        merged = [None if None in column else max(s for s in column if s is not None) for column in columns]
    else:
        others = [TensorShape([*s.shape[:axis], None, *s.shape[axis + 1 :]]) for s in specs]
        merged = list(others[0])
        for other in others[1:]:
            try:
                merged = list(TensorShape(merged).merge_with(other))
            except ValueError:
                raise InvalidArgumentError(
                    f"concat along axis {axis} needs equal sizes along the others; got shapes "
                    f"{', '.join(str(s.shape) for s in specs)}"
                ) from None
    merged[axis] = total
    return SparseTensorSpec(merged, specs[0].dtype)


def _concat(*columns: SparseColumn, axis: int, expand: bool) -> SparseColumn:
    shapes = columns[0].shapes.copy()
    for x in columns[1:]:
        shapes = np.maximum(shapes, x.shapes)
    for x in columns if not expand else ():
        other = np.delete(x.shapes != shapes, axis, 1)
        if other.any():
            row = int(np.argmax(other.any(1)))
            raise InvalidArgumentError(
                f"concat along axis {axis} needs equal sizes along the others; got shapes "
                f"{', '.join(str(c.shapes[row].tolist()) for c in columns)}"
            )
    shapes[:, axis] = 0
    indices = []
    for x in columns:
        moved = x.indices.copy()
        moved[:, axis] += np.repeat(shapes[:, axis], np.diff(x.splits))
        indices.append(moved)
        shapes[:, axis] += x.shapes[:, axis]
    rows = np.concatenate([rows_of_elements(x) for x in columns])
    return gathered(rows, np.concatenate(indices), joined([x.values for x in columns]), shapes)


def _reset_spec(x: TensorSpec, *, shape: list[int] | None) -> TensorSpec:
    rank = rank_of(x, "reset_shape")
    if shape is None:
        return SparseTensorSpec([None] * rank, x.dtype)
    if len(shape) != rank or any(s is not None and s > new for s, new in zip(x.shape, shape, strict=True)):
        raise InvalidArgumentError(f"new_shape must have the same rank and be at least {x.shape}; got {shape}")
    return SparseTensorSpec(shape, x.dtype)


def _reset(x: SparseColumn, *, shape: list[int] | None) -> SparseColumn:
    if shape is not None:
        shapes = np.broadcast_to(np.array(shape, np.int64), x.shapes.shape)
        if (x.shapes > shapes).any():
            raise InvalidArgumentError(f"new_shape must be at least {x.shapes.max(0).tolist()}; got {shape}")
    else:
        shapes = np.zeros_like(x.shapes)
        np.maximum.at(shapes, rows_of_elements(x), x.indices + 1)
    return SparseColumn(x.indices, x.values, x.splits, shapes)


_REORDER = column_op("SparseReorder", _same_spec, _reorder, composite=True)
_RESHAPE = column_op("SparseReshape", _reshape_spec, _reshape, composite=True)
_EXPAND = column_op("SparseExpandDims", _expand_spec, _expand, composite=True)
_TRANSPOSE = column_op("SparseTranspose", _transpose_spec, _transpose, composite=True)
_SLICE = column_op("SparseSlice", _slice_spec, _slice, composite=True)
_SPLIT = column_op("SparseSplit", _split_spec, _split, composite=True)
_CONCAT = column_op("SparseConcat", _concat_spec, _concat, composite=True, same_dtype=True)
_RESET = column_op("SparseResetShape", _reset_spec, _reset, composite=True)


def reorder(sp_input: Any, name: str | None = None) -> Any:
    """Brings the elements to row-major order, in which all other operations expect and leave them.

    Example:
        >>> import estimax as tf
        >>> tf.sparse.reorder(tf.SparseTensor([[1, 0], [0, 1]], [1, 2], [2, 2]))
        SparseTensor(indices=[[0, 1], [1, 0]], values=[2, 1], dense_shape=[2, 2])
    """
    return _REORDER(as_tensor(sp_input))


def reshape(sp_input: Any, shape: Any, name: str | None = None) -> Any:
    """Gives the places another shape; one size may be -1.

    Raises:
        InvalidArgumentError: the shape has another number of places.
    """
    known, tensors = as_sizes(shape)
    return _RESHAPE(as_tensor(sp_input), *tensors, known=known)


def expand_dims(sp_input: Any, axis: Any = None, name: str | None = None) -> Any:
    """Adds an axis of size 1; the last one where `axis` is None."""
    tensor = as_tensor(sp_input)
    rank = rank_of(tensor.spec, "expand_dims") + 1
    return _EXPAND(tensor, axis=positive_axis(-1 if axis is None else axis, rank))


def transpose(sp_input: Any, perm: Any = None, name: str | None = None) -> Any:
    """Changes the order of the axes; reverses it where `perm` is None."""
    tensor = as_tensor(sp_input)
    rank = rank_of(tensor.spec, "transpose")
    return _TRANSPOSE(tensor, perm=list(range(rank))[::-1] if perm is None else [int(axis) for axis in perm])


def slice(sp_input: Any, start: Any, size: Any, name: str | None = None) -> Any:
    """Cuts out a part; where it reaches beyond the shape, it is smaller.

    Example:
        >>> import estimax as tf
        >>> tf.sparse.slice(tf.sparse.from_dense([[1, 0, 2], [0, 3, 0]]), [0, 1], [2, 2])
        SparseTensor(indices=[[0, 1], [1, 0]], values=[2, 3], dense_shape=[2, 2])
    """
    starts, open_starts = as_sizes(start)
    sizes, open_sizes = as_sizes(size)
    return _SLICE(as_tensor(sp_input), *open_starts, *open_sizes, start=starts, size=sizes)


def split(
    sp_input: Any = None, num_split: Any = None, axis: Any = None, name: str | None = None, split_dim: Any = None
) -> list[Any]:
    """Cuts a SparseTensor along an axis into parts of equal size; the first ones are larger by one where it must be.

    Raises:
        InvalidArgumentError: there are more parts than the axis is long.
    """
    tensor = as_tensor(sp_input)
    along = split_dim if axis is None else axis
    if num_split is None or along is None:
        raise TypeError("split needs num_split and an axis")
    return list(_SPLIT(tensor, number=int(num_split), axis=positive_axis(along, rank_of(tensor.spec, "split"))))


def concat(
    axis: Any = None,
    sp_inputs: Any = None,
    expand_nonconcat_dims: bool = False,
    name: str | None = None,
    concat_dim: Any = None,
    expand_nonconcat_dim: bool | None = None,
) -> Any:
    """Joins SparseTensors along an axis.

    Args:
        axis: along which to join.
        sp_inputs: a list of SparseTensors.
        expand_nonconcat_dims: whether sizes along other axes may differ; the result has the largest.
        name: has no effect.
        concat_dim: the same as `axis`.
        expand_nonconcat_dim: the same as `expand_nonconcat_dims`.

    Raises:
        InvalidArgumentError: their sizes along another axis differ.

    Example:
        >>> import estimax as tf
        >>> x = tf.sparse.from_dense([[1, 0]])
        >>> tf.sparse.concat(1, [x, x])
        SparseTensor(indices=[[0, 0], [0, 2]], values=[1, 1], dense_shape=[1, 4])
    """
    tensors = [as_tensor(x) for x in sp_inputs or ()]
    if not tensors:
        raise InvalidArgumentError("concat needs at least one SparseTensor; got none")
    number = positive_axis(concat_dim if axis is None else axis, rank_of(tensors[0].spec, "concat"))
    expand = expand_nonconcat_dims if expand_nonconcat_dim is None else expand_nonconcat_dim
    return _CONCAT(*tensors, axis=number, expand=bool(expand))


def reset_shape(sp_input: Any, new_shape: Any = None) -> Any:
    """Gives the smallest shape that holds all elements, or a larger one.

    Raises:
        InvalidArgumentError: `new_shape` is smaller than the shape.
    """
    return _RESET(as_tensor(sp_input), shape=None if new_shape is None else as_sizes(new_shape)[0])
