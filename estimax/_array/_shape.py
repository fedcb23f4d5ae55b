"""The shape of a Tensor, and the same elements in another shape."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from estimax._array._by_shape import by_shape
from estimax._array._dimensions import (
    DeviceShape,
    as_sizes,
    beside_sizes,
    complete,
    positive_axis,
    rank_of,
    rearranged,
    sized,
    sized_spec,
)
from estimax._array._spans import as_numbers
from estimax._base._dtypes import DType, as_dtype, int32
from estimax._base._errors import InvalidArgumentError
from estimax._base._shapes import RaggedTensorSpec, TensorShape, TensorSpec
from estimax._graph._boundary import is_device_array
from estimax._graph._column import Column
from estimax._graph._lifting import Lifting, by_rows, leading_axis, shifted_axis
from estimax._graph._op import Node, Op, as_argument
from estimax._graph._tensor import Tensor, concrete
from estimax._graph._varying import RaggedValue, Rows, SparseColumn, Varying


def _reshape_spec(x: TensorSpec, *sizes: TensorSpec, shape: list[Any]) -> TensorSpec:
    if sum(s == -1 for s in shape) > 1:
        raise InvalidArgumentError(f"reshape can find out one size (-1) only; got {shape}")
    total = x.shape.num_elements()
    if None in shape or total is None:
        return TensorSpec(sized_spec(shape), x.dtype)
    return TensorSpec(_resolved(total, tuple(shape), x.shape), x.dtype)


def _resolved(total: int, shape: tuple[int, ...], given: Any) -> tuple[int, ...]:
    """Finds the size that is -1."""
    known = int(np.prod([s for s in shape if s != -1], dtype=np.int64))
    if -1 in shape and known and total % known == 0:
        return tuple(total // known if s == -1 else s for s in shape)
    if -1 in shape or known != total:
        raise InvalidArgumentError(f"{total} elements, of shape {tuple(given)}, do not fill the shape {list(shape)}")
    return shape


def _reshape(x: Any, *sizes: Any, shape: list[Any]) -> Any:
    return x.reshape(_resolved(x.size, complete(shape, sizes), x.shape))


def _reshape_rows(column: Any, *sizes: Any, shape: list[Any]) -> Any:
    row = column.shape[1:]
    return column.reshape((len(column), *_resolved(int(np.prod(row, dtype=np.int64)), complete(shape, sizes), row)))


def of_shapes(sizes: Callable[..., np.ndarray], otherwise: Lifting) -> Lifting:
    """Makes a rule for rows of several shapes that only get other shapes; `otherwise` is the rule for equal rows."""

    def lift(
        node: Node, values: Sequence[Any], lifted: Sequence[bool], rows: int, params: dict[str, Any]
    ) -> tuple[Column, ...]:
        x, *others = values
        if isinstance(x, Rows) and rows and not any(isinstance(v, Varying) for v in others):
            return (Rows.of(x.flat, sizes(x.shapes, *others, **params)),)
        return otherwise(node, values, lifted, rows, params)

    return lift


def _reshaped_sizes(shapes: np.ndarray, *sizes: Any, shape: list[Any]) -> np.ndarray:
    rows, given = len(shapes), iter(sizes)
    wanted = np.empty((rows, len(shape)), np.int64)
    for axis, size in enumerate(shape):
        wanted[:, axis] = as_numbers(next(given) if size is None else size, rows)
    totals = shapes.prod(1)
    open_ = wanted == -1
    known = np.where(open_, 1, wanted).prod(1)
    found = np.where(open_, (totals // np.maximum(known, 1))[:, np.newaxis], wanted)
    wrong = (found.prod(1) != totals) | (open_.sum(1) > 1) | (found < 0).any(1) | (open_.any(1) & (known == 0))
    if wrong.any():
        row = int(np.argmax(wrong))
        _resolved(int(totals[row]), tuple(wanted[row].tolist()), shapes[row].tolist())
    return found


def _expanded_sizes(shapes: np.ndarray, *, axis: int) -> np.ndarray:
    return np.insert(shapes, axis, 1, axis=1)


def _squeezed_sizes(shapes: np.ndarray, *, axis: tuple[int, ...]) -> np.ndarray:
    wrong = (shapes[:, list(axis)] != 1).any(1)
    if wrong.any():
        _check_squeezed(tuple(shapes[np.argmax(wrong)].tolist()), axis)
    return np.delete(shapes, list(axis), axis=1)


def _expand_spec(x: TensorSpec, *, axis: int) -> TensorSpec:
    return TensorSpec((*x.shape[:axis], 1, *x.shape[axis:]), x.dtype)


def _expand(x: Any, *, axis: int) -> Any:
    return x.reshape((*x.shape[:axis], 1, *x.shape[axis:]))


def _squeeze_spec(x: TensorSpec, *, axis: tuple[int, ...]) -> TensorSpec:
    for a in axis:
        if x.shape[a] not in (1, None):
            raise InvalidArgumentError(f"squeeze removes axes of size 1; axis {a} of {tuple(x.shape)} is not")
    return TensorSpec((s for i, s in enumerate(x.shape) if i not in axis), x.dtype)


def _squeeze(x: Any, *, axis: tuple[int, ...]) -> Any:
    _check_squeezed(x.shape, axis)
    return x.reshape(tuple(s for i, s in enumerate(x.shape) if i not in axis))


def _check_squeezed(shape: tuple[int, ...], axis: tuple[int, ...]) -> None:
    if any(shape[a] != 1 for a in axis):
        raise InvalidArgumentError(f"squeeze removes axes of size 1; axes {list(axis)} of {shape} are not")


def _transpose_spec(x: TensorSpec, *, perm: list[int]) -> TensorSpec:
    if sorted(perm) != list(range(len(x.shape))):
        raise InvalidArgumentError(f"perm must name each of {len(x.shape)} axes once; got {perm}")
    return TensorSpec((x.shape[p] for p in perm), x.dtype)


def _transpose(x: Any, *, perm: list[int]) -> Any:
    return rearranged(x, lambda a: np.transpose(a, perm))


def _transpose_rows(column: Any, *, perm: list[int]) -> Any:
    return _transpose(column, perm=[0, *(p + 1 for p in perm)])


def _shape_spec(x: TensorSpec, *, dtype: DType) -> TensorSpec:
    if isinstance(x, RaggedTensorSpec):
        raise TypeError("a RaggedTensor has lists of several lengths and no one shape; row_lengths() gives these")
    return TensorSpec([x.shape.ndims], dtype)


def _shape(x: Any, *, dtype: DType) -> Any:
    return np.array(x.shape, dtype.as_numpy_dtype)


def _size_spec(x: TensorSpec, *, dtype: DType) -> TensorSpec:
    return TensorSpec([], dtype)


def _size(x: Any, *, dtype: DType) -> Any:
    count = x.values.size if isinstance(x, RaggedValue) else np.prod(x.shape, dtype=np.int64)
    return np.array(count, dtype.as_numpy_dtype)


def _rank(x: Any) -> Any:
    return np.array(len(x.shape), np.int32)


def _from_shapes(host: Callable[[np.ndarray, DType], Any]) -> Lifting:
    """Makes a rule for what depends on the shapes of the rows alone, int64 [rows, rank]."""

    def lift(
        node: Node, values: Sequence[Any], lifted: Sequence[bool], rows: int, params: dict[str, Any]
    ) -> tuple[Column, ...]:
        (x,) = values
        if isinstance(x, RaggedValue):
            return by_rows(node, values, lifted, rows, params)
        if isinstance(x, Rows | SparseColumn):
            shapes = x.shapes
        else:
            shapes = np.broadcast_to(np.array(x.shape[1:], np.int64), (rows, x.ndim - 1))
        return (host(shapes, params.get("dtype", int32)),)

    return lift


_RESHAPE = Op(
    "Reshape",
    infer=_reshape_spec,
    host=_reshape,
    lift=of_shapes(_reshaped_sizes, by_shape(sized(_reshape_rows))),
    device="estimax._array._device:reshape",
)
_EXPAND = Op(
    "ExpandDims",
    infer=_expand_spec,
    host=_expand,
    lift=of_shapes(_expanded_sizes, shifted_axis(_expand)),
    device="jax.numpy:expand_dims",
)
_SQUEEZE = Op(
    "Squeeze",
    infer=_squeeze_spec,
    host=_squeeze,
    lift=of_shapes(_squeezed_sizes, shifted_axis(_squeeze)),
    device="jax.numpy:squeeze",
)
_TRANSPOSE = Op(
    "Transpose",
    infer=_transpose_spec,
    host=_transpose,
    lift=by_shape(leading_axis(_transpose_rows)),
    device="estimax._array._device:transpose",
)
_SHAPE = Op(
    "Shape",
    infer=_shape_spec,
    host=_shape,
    lift=_from_shapes(lambda shapes, dtype: shapes.astype(dtype.as_numpy_dtype)),
    composite=True,
)
_SIZE = Op(
    "Size",
    infer=_size_spec,
    host=_size,
    lift=_from_shapes(lambda shapes, dtype: shapes.prod(1).astype(dtype.as_numpy_dtype)),
    composite=True,
)
_RANK = Op(
    "Rank",
    infer=lambda x: TensorSpec([], int32),
    host=_rank,
    lift=_from_shapes(lambda shapes, dtype: np.full(len(shapes), shapes.shape[1], np.int32)),
)


def reshape(tensor: Any, shape: Any, name: str | None = None) -> Any:
    """Gives the same elements, in the same order, another shape; one size may be -1.

    Raises:
        InvalidArgumentError: the elements do not fill the shape.

    Example:
        >>> import estimax as tf
        >>> tf.reshape([1, 2, 3, 4], [2, -1]).numpy()
        array([[1, 2],
               [3, 4]], dtype=int32)
    """
    known, tensors = as_sizes(shape)
    return _RESHAPE(beside_sizes(tensor, known), *tensors, shape=known)


def expand_dims(input: Any, axis: Any = None, name: str | None = None, dim: Any = None) -> Any:
    """Inserts an axis of size 1 before `axis`; -1 appends one.

    Raises:
        TypeError: no axis is given.
    """
    axis = dim if axis is None else axis
    if axis is None:
        raise TypeError("expand_dims needs the axis where to insert a dimension")
    tensor = as_argument(input)
    return _EXPAND(tensor, axis=positive_axis(axis, rank_of(tensor) + 1))


def squeeze(input: Any, axis: Any = None, name: str | None = None, squeeze_dims: Any = None) -> Any:
    """Removes axes of size 1: those given, or all that are known to be of size 1.

    Raises:
        InvalidArgumentError: an axis is of another size.
    """
    axis = squeeze_dims if axis is None else axis
    tensor = as_argument(input)
    rank = rank_of(tensor)
    if axis is None or axis == []:
        axes = [i for i in range(rank) if isinstance(tensor.shape[i], int) and tensor.shape[i] == 1]
    else:
        axes = [positive_axis(a, rank) for a in (axis if isinstance(axis, list | tuple) else [axis])]
    return _SQUEEZE(tensor, axis=tuple(axes))


def transpose(a: Any, perm: Any = None, name: str | None = "transpose", conjugate: bool = False) -> Any:
    """Reorders the axes: axis i of the result is axis `perm[i]`; without `perm`, in reverse."""
    tensor = as_argument(a)
    rank = rank_of(tensor)
    order = list(range(rank))[::-1] if perm is None else [positive_axis(p, rank) for p in np.asarray(perm).tolist()]
    return _TRANSPOSE(tensor, perm=order)


def shape(input: Any, name: str | None = None, out_type: Any = int32, optimize: bool = True) -> Any:
    """Gives the sizes of a Tensor as a Tensor; without waiting for its value where they are known."""
    tensor = as_argument(input)
    if is_device_array(tensor):
        sizes = tuple(tensor.shape)
        known = all(isinstance(s, int) for s in sizes)
        return concrete(np.array(sizes, as_dtype(out_type).as_numpy_dtype)) if known else DeviceShape(sizes)
    if tensor.spec.is_dense and tensor.shape.is_fully_defined():
        return concrete(np.array(tuple(tensor.shape), as_dtype(out_type).as_numpy_dtype))
    return _SHAPE(tensor, dtype=as_dtype(out_type))


def size(input: Any, name: str | None = None, out_type: Any = int32) -> Any:
    """Gives the number of elements; of a SparseTensor, also of those that are not there."""
    tensor = as_argument(input)
    if is_device_array(tensor) and not all(isinstance(s, int) for s in tensor.shape):
        return np.prod(np.array(tensor.shape, object))
    total = TensorShape(tensor.shape).num_elements()
    dtype = as_dtype(out_type)
    return _SIZE(tensor, dtype=dtype) if total is None else concrete(np.array(total, dtype.as_numpy_dtype))


def rank(input: Any, name: str | None = None) -> Any:
    """Gives the number of dimensions as an int32 Tensor."""
    tensor = as_argument(input)
    unknown = isinstance(tensor, Tensor) and tensor.shape.ndims is None
    return _RANK(tensor) if unknown else concrete(np.array(rank_of(tensor), np.int32))
