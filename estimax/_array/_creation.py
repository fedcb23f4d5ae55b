"""Tensors out of nothing: constants, placeholders, zeros, ones and other fillings."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from estimax._array._dimensions import as_sizes, beside_sizes, complete, sized_spec
from estimax._base._dtypes import DType, as_dtype, float32
from estimax._base._errors import InvalidArgumentError
from estimax._base._shapes import TensorShape, TensorSpec
from estimax._base._string_array import StringArray
from estimax._graph._boundary import is_device_array
from estimax._graph._column import Column, to_value
from estimax._graph._function import placeholder_for
from estimax._graph._lifting import broadcasting, leading_axis
from estimax._graph._op import Node, Op, as_argument
from estimax._graph._tensor import Tensor, as_concrete, concrete
from estimax._graph._varying import Rows, picked


def _filled(value: Any, shape: tuple[int, ...]) -> Any:
    if isinstance(value, StringArray):
        return value.broadcast_to(shape)
    return np.broadcast_to(value, shape).copy()


def _fill(value: Any, *sizes: Any, dims: list[Any]) -> Any:
    return _filled(value, complete(dims, sizes))


def _fill_rows(
    node: Node, values: Sequence[Any], lifted: Sequence[bool], rows: int, params: dict[str, Any]
) -> tuple[Column, ...]:
    value, *sizes = values
    dims, given = params["dims"], iter(sizes)
    shapes = np.empty((rows, len(dims)), np.int64)
    for axis, size in enumerate(dims):
        shapes[:, axis] = next(given) if size is None else size
    if not rows or (shapes == shapes[0]).all():
        full = (rows, *(shapes[0].tolist() if rows else (s or 0 for s in dims)))
        return (_filled(value.reshape((len(value), *(1,) * len(dims))) if lifted[0] else value, full),)
    index = np.repeat(np.arange(rows) * lifted[0], shapes.prod(1))
    return (Rows.of(picked(value if lifted[0] else value.reshape(1), index), shapes),)


def _fill_spec(value: TensorSpec, *sizes: TensorSpec, dims: list[Any]) -> TensorSpec:
    if value.shape:
        raise InvalidArgumentError(f"fill needs a single value; got one of shape {tuple(value.shape)}")
    return TensorSpec(sized_spec(dims), value.dtype)


def _like(x: Any, *, value: int, dtype: DType) -> Any:
    return (
        StringArray.of("").broadcast_to(x.shape) if dtype.is_string else np.full(x.shape, value, dtype.as_numpy_dtype)
    )


def _like_spec(x: TensorSpec, *, value: int, dtype: DType) -> TensorSpec:
    return TensorSpec(x.shape, dtype)


def _same(x: Any, **params: Any) -> Any:
    return x


def _default_spec(x: TensorSpec, *, shape: list[Any] | None, name: str | None) -> TensorSpec:
    return TensorSpec(shape, x.dtype, name)


_FILL = Op("Fill", infer=_fill_spec, host=_fill, lift=_fill_rows, device="estimax._array._device:fill")
_LIKE = Op("FillLike", infer=_like_spec, host=_like, lift=broadcasting, device="estimax._array._device:fill_like")
_DEFAULT = Op("PlaceholderWithDefault", infer=_default_spec, host=_same, lift=leading_axis(_same))


def constant(
    value: Any, dtype: Any = None, shape: Any = None, name: str | None = "Const", verify_shape: bool = False
) -> Any:
    """Makes a Tensor of Python or NumPy data.

    Args:
        value: numbers, truth values or strings, nested in lists, or an array.
        dtype: of the result; Python numbers become int32 and float32 by default.
        shape: of the result; a single value is repeated to fill it.
        name: has no effect.
        verify_shape: whether a single value must not be repeated.

    Raises:
        TypeError: the data is not of the dtype.
        InvalidArgumentError: the data does not fill the shape.

    Example:
        >>> import estimax as tf
        >>> tf.constant([1, 2], tf.float32).numpy()
        array([1., 2.], dtype=float32)
    """
    tensor = convert_to_tensor(value, dtype)
    if shape is None or is_device_array(tensor):
        return tensor
    full = tuple(int(s) for s in shape)
    size = int(np.prod(full, dtype=np.int64))
    given = tensor.shape.num_elements()
    if given == size:
        return concrete(tensor.value.reshape(full))
    if given != 1 or verify_shape:
        raise InvalidArgumentError(f"a constant of shape {full} needs {size} values; got {given}")
    return concrete(_filled(tensor.value.reshape(()), full))


def convert_to_tensor(
    value: Any,
    dtype: Any = None,
    name: str | None = None,
    preferred_dtype: Any = None,
    dtype_hint: Any = None,
) -> Any:
    """Makes a Tensor of data, of a Tensor, or of a list of Tensors; device arrays are left as they are.

    Raises:
        TypeError: the data is not of the dtype.
    """
    wanted = None if dtype is None else as_dtype(dtype)
    hint = as_dtype(preferred_dtype or dtype_hint) if (preferred_dtype or dtype_hint) is not None else None
    tensor = as_argument(value, wanted)
    if is_device_array(tensor):
        return tensor if wanted is None else tensor.astype(wanted.as_numpy_dtype)
    if wanted is not None and tensor.dtype != wanted:
        raise TypeError(f"expected a Tensor of {wanted.name}; got {tensor!r}. Convert it with tf.cast")
    if wanted is None and hint is not None and not isinstance(value, Tensor) and not tensor.is_symbolic:
        try:
            return as_concrete(value, hint)
        except (TypeError, InvalidArgumentError):
            return tensor
    return tensor


def placeholder(dtype: Any, shape: Any = None, name: str | None = None) -> Tensor:
    """Returns a Tensor whose value is given when the graph runs.

    Args:
        dtype: of the value.
        shape: sizes, None for those not known; the number of dimensions must be
            known, so no shape at all means a single dimension.
        name: of the Tensor.

    Example:
        >>> import estimax as tf
        >>> tf.placeholder(tf.float32, [None, 3]).shape
        (None, 3)
    """
    return placeholder_for(TensorSpec((None,) if shape is None else _partial_shape(shape), as_dtype(dtype), name))


def placeholder_with_default(input: Any, shape: Any, name: str | None = None) -> Any:
    """Returns a placeholder that has a value of its own when none is given."""
    default = convert_to_tensor(input)
    if not default.shape.is_compatible_with(_partial_shape(shape)):
        raise InvalidArgumentError(f"a default of shape {tuple(default.shape)} does not fit the shape {shape}")
    wanted = _partial_shape(shape)
    return _DEFAULT.node(default, shape=None if wanted.ndims is None else wanted.as_list(), name=name)


def fill(dims: Any, value: Any, name: str | None = None) -> Any:
    """Makes a Tensor of the given sizes with one value everywhere.

    Example:
        >>> import estimax as tf
        >>> tf.fill([2, 2], 7).numpy()
        array([[7, 7],
               [7, 7]], dtype=int32)
    """
    known, tensors = as_sizes(dims)
    return _FILL(beside_sizes(value, known), *tensors, dims=known)


def zeros(shape: Any, dtype: Any = float32, name: str | None = None) -> Any:
    """Makes a Tensor of zeros (empty strings, False) of the given sizes."""
    return fill(shape, _constant_of(0, as_dtype(dtype)))


def ones(shape: Any, dtype: Any = float32, name: str | None = None) -> Any:
    """Makes a Tensor of ones (True) of the given sizes."""
    return fill(shape, _constant_of(1, as_dtype(dtype)))


def zeros_like(tensor: Any, dtype: Any = None, name: str | None = None, optimize: bool = True) -> Any:
    """Makes a Tensor of zeros of the shape of another, and of its dtype unless one is given."""
    return _filled_like(tensor, 0, dtype)


def ones_like(tensor: Any, dtype: Any = None, name: str | None = None, optimize: bool = True) -> Any:
    """Makes a Tensor of ones of the shape of another, and of its dtype unless one is given."""
    return _filled_like(tensor, 1, dtype)


def eye(
    num_rows: int,
    num_columns: int | None = None,
    batch_shape: Any = None,
    dtype: Any = float32,
    name: str | None = None,
) -> Tensor:
    """Makes a matrix with ones on the diagonal, repeated over `batch_shape`."""
    matrix = np.eye(
        int(num_rows), None if num_columns is None else int(num_columns), dtype=as_dtype(dtype).as_numpy_dtype
    )
    return concrete(_filled(matrix, (*(int(s) for s in batch_shape or ()), *matrix.shape)))


def _filled_like(tensor: Any, value: int, dtype: Any) -> Any:
    tensor = as_argument(tensor)
    return _LIKE(tensor, value=value, dtype=as_dtype(tensor.dtype if dtype is None else dtype))


def _constant_of(value: int, dtype: DType) -> Tensor:
    return as_concrete("", dtype) if dtype.is_string else concrete(to_value(np.asarray(value, dtype.as_numpy_dtype)))


def _partial_shape(shape: Any) -> TensorShape:
    return TensorShape([shape] if isinstance(shape, int) else shape)
