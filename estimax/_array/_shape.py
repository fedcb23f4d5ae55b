"""The shape of a Tensor, and the same elements in another shape."""

from __future__ import annotations

from typing import Any

import numpy as np

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
from estimax._base._dtypes import DType, as_dtype, int32
from estimax._base._errors import InvalidArgumentError
from estimax._base._shapes import TensorShape, TensorSpec
from estimax._graph._boundary import is_device_array
from estimax._graph._lifting import leading_axis, shifted_axis
from estimax._graph._op import Op, as_argument
from estimax._graph._tensor import concrete


def _reshape_spec(x: TensorSpec, *sizes: TensorSpec, shape: list[Any]) -> TensorSpec:
    if sum(s == -1 for s in shape) > 1:
        raise InvalidArgumentError(f"reshape can find out one size (-1) only; got {shape}")
    total = x.shape.num_elements()
    if total is None or None in shape:
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
    if any(x.shape[a] != 1 for a in axis):
        raise InvalidArgumentError(f"squeeze removes axes of size 1; axes {list(axis)} of {x.shape} are not")
    return x.reshape(tuple(s for i, s in enumerate(x.shape) if i not in axis))


def _transpose_spec(x: TensorSpec, *, perm: list[int]) -> TensorSpec:
    if sorted(perm) != list(range(len(x.shape))):
        raise InvalidArgumentError(f"perm must name each of {len(x.shape)} axes once; got {perm}")
    return TensorSpec((x.shape[p] for p in perm), x.dtype)


def _transpose(x: Any, *, perm: list[int]) -> Any:
    return rearranged(x, lambda a: np.transpose(a, perm))


def _transpose_rows(column: Any, *, perm: list[int]) -> Any:
    return _transpose(column, perm=[0, *(p + 1 for p in perm)])


def _shape_spec(x: TensorSpec, *, dtype: DType) -> TensorSpec:
    return TensorSpec([len(x.shape)], dtype)


def _shape(x: Any, *, dtype: DType) -> Any:
    return np.array(x.shape, dtype.as_numpy_dtype)


def _shape_rows(column: Any, *, dtype: DType) -> Any:
    row = np.array(column.shape[1:], dtype.as_numpy_dtype)
    return np.broadcast_to(row, (len(column), *row.shape))


def _size_spec(x: TensorSpec, *, dtype: DType) -> TensorSpec:
    return TensorSpec([], dtype)


def _size(x: Any, *, dtype: DType) -> Any:
    return np.array(x.size, dtype.as_numpy_dtype)


def _size_rows(column: Any, *, dtype: DType) -> Any:
    return np.full(len(column), int(np.prod(column.shape[1:], dtype=np.int64)), dtype.as_numpy_dtype)


_RESHAPE = Op(
    "Reshape", infer=_reshape_spec, host=_reshape, lift=sized(_reshape_rows), device="estimax._array._device:reshape"
)
_EXPAND = Op("ExpandDims", infer=_expand_spec, host=_expand, lift=shifted_axis(_expand), device="jax.numpy:expand_dims")
_SQUEEZE = Op("Squeeze", infer=_squeeze_spec, host=_squeeze, lift=shifted_axis(_squeeze), device="jax.numpy:squeeze")
_TRANSPOSE = Op(
    "Transpose",
    infer=_transpose_spec,
    host=_transpose,
    lift=leading_axis(_transpose_rows),
    device="estimax._array._device:transpose",
)
_SHAPE = Op("Shape", infer=_shape_spec, host=_shape, lift=leading_axis(_shape_rows))
_SIZE = Op("Size", infer=_size_spec, host=_size, lift=leading_axis(_size_rows))


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
    sizes = tuple(tensor.shape)
    if all(isinstance(s, int) for s in sizes):
        return concrete(np.array(sizes, as_dtype(out_type).as_numpy_dtype))
    return DeviceShape(sizes) if is_device_array(tensor) else _SHAPE(tensor, dtype=as_dtype(out_type))


def size(input: Any, name: str | None = None, out_type: Any = int32) -> Any:
    """Gives the number of elements."""
    tensor = as_argument(input)
    if is_device_array(tensor) and not all(isinstance(s, int) for s in tensor.shape):
        return np.prod(np.array(tensor.shape, object))
    total = TensorShape(tensor.shape).num_elements()
    dtype = as_dtype(out_type)
    return _SIZE(tensor, dtype=dtype) if total is None else concrete(np.array(total, dtype.as_numpy_dtype))


def rank(input: Any, name: str | None = None) -> Any:
    """Gives the number of dimensions as an int32 Tensor."""
    return concrete(np.array(rank_of(as_argument(input)), np.int32))
