"""A shape that is demanded: `ensure_shape` checks for it, `broadcast_to` repeats elements until they fill it."""

from __future__ import annotations

from typing import Any

import numpy as np

from estimax._array._by_shape import by_shape
from estimax._array._dimensions import as_sizes, beside_sizes, complete, rearranged, sized, sized_spec
from estimax._array._shape import of_shapes
from estimax._base._errors import InvalidArgumentError
from estimax._base._shapes import TensorShape, TensorSpec
from estimax._graph._boundary import is_device_array
from estimax._graph._lifting import leading_axis
from estimax._graph._op import Op, as_argument


def _ensure_spec(x: TensorSpec, *, shape: list[Any] | None) -> TensorSpec:
    try:
        return TensorSpec(x.shape.merge_with(shape), x.dtype)
    except ValueError as error:
        raise InvalidArgumentError(f"ensure_shape: {error}") from None


def _ensure(x: Any, *, shape: list[Any] | None) -> Any:
    if not TensorShape(x.shape).is_compatible_with(TensorShape(shape)):
        raise InvalidArgumentError(f"ensure_shape needs the shape {shape}; got {x.shape}")
    return x


def _ensured(shapes: np.ndarray, *, shape: list[Any] | None) -> np.ndarray:
    for row in np.unique(shapes, axis=0).tolist():
        if not TensorShape(row).is_compatible_with(TensorShape(shape)):
            raise InvalidArgumentError(f"ensure_shape needs the shape {shape}; got {tuple(row)}")
    return shapes


def _ensure_rows(column: Any, *, shape: list[Any] | None) -> Any:
    return column if shape is None else _ensure(column, shape=[None, *shape])


def _broadcast_spec(x: TensorSpec, *sizes: TensorSpec, shape: list[Any]) -> TensorSpec:
    return TensorSpec(sized_spec(shape), x.dtype)


def _broadcast(x: Any, *sizes: Any, shape: list[Any]) -> Any:
    wanted = complete(shape, sizes)
    try:
        return rearranged(x, lambda a: np.broadcast_to(a, wanted))
    except ValueError:
        raise InvalidArgumentError(f"shape {x.shape} cannot be broadcast to {list(wanted)}") from None


def _broadcast_rows(column: Any, *sizes: Any, shape: list[Any]) -> Any:
    wanted = complete(shape, sizes)
    missing = len(wanted) - column.ndim + 1
    padded = column.reshape((len(column), *(1,) * missing, *column.shape[1:]))
    return _broadcast(padded, shape=[len(column), *wanted])


_ENSURE = Op("EnsureShape", infer=_ensure_spec, host=_ensure, lift=of_shapes(_ensured, leading_axis(_ensure_rows)))
_BROADCAST = Op(
    "BroadcastTo",
    infer=_broadcast_spec,
    host=_broadcast,
    lift=by_shape(sized(_broadcast_rows)),
    device="estimax._array._device:broadcast_to",
)


def ensure_shape(x: Any, shape: Any, name: str | None = None) -> Any:
    """Returns the same Tensor, of which a shape is known from here on.

    Args:
        x: a Tensor.
        shape: sizes, None for those that may be anything.
        name: has no effect.

    Raises:
        InvalidArgumentError: when it runs, where a value has another shape.

    Example:
        >>> import estimax as tf
        >>> tf.ensure_shape(tf.placeholder(tf.float32, [None, None]), [None, 3]).shape
        (None, 3)
    """
    wanted = TensorShape(shape)
    tensor = as_argument(x)
    if is_device_array(tensor):
        if not TensorShape(tensor.shape).is_compatible_with(wanted):
            raise InvalidArgumentError(f"ensure_shape needs the shape {wanted}; got {tensor.shape}")
        return tensor
    return _ENSURE(tensor, shape=None if wanted.ndims is None else wanted.as_list())


def broadcast_to(input: Any, shape: Any, name: str | None = None) -> Any:
    """Repeats a Tensor along its axes of size 1, and along new axes before the first, until it has a shape.

    Example:
        >>> import estimax as tf
        >>> tf.broadcast_to([1, 2], [2, 2]).numpy()
        array([[1, 2],
               [1, 2]], dtype=int32)
    """
    known, tensors = as_sizes(shape)
    return _BROADCAST(beside_sizes(input, known), *tensors, shape=known)
