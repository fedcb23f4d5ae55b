"""Numbers in a row: `tf.range` and `tf.linspace`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from estimax._base._dtypes import DType, as_dtype
from estimax._base._errors import InvalidArgumentError
from estimax._base._lazy import resolve
from estimax._base._shapes import TensorSpec
from estimax._graph._boundary import is_device_array, is_symbolic_size
from estimax._graph._column import Column
from estimax._graph._lifting import by_rows, leading_axis
from estimax._graph._op import OPS, Node, Op, as_argument
from estimax._graph._stretches import spans
from estimax._graph._tensor import Tensor
from estimax._graph._varying import Rows, Varying


def _check_single(name: str, *specs: TensorSpec) -> None:
    for spec in specs:
        if spec.shape or not spec.dtype.is_numeric:
            raise InvalidArgumentError(
                f"{name} needs single numbers; got shape {tuple(spec.shape)} of {spec.dtype.name}"
            )


def _range_spec(*specs: TensorSpec) -> TensorSpec:
    _check_single("range", *specs)
    return TensorSpec([None], specs[0].dtype)


def _range(start: Any, limit: Any, delta: Any) -> Any:
    if not delta:
        raise InvalidArgumentError("the delta of a range must not be 0")
    count = max(0, int(np.ceil((limit - start) / delta)))
    return (start + np.arange(count) * delta).astype(start.dtype)


def _range_rows(
    node: Node, values: Sequence[Any], lifted: Sequence[bool], rows: int, params: dict[str, Any]
) -> tuple[Column, ...]:
    """Counts in all rows at once; `within` are the positions in each row."""
    if not rows or any(isinstance(v, Varying) for v in values):
        return by_rows(node, values, lifted, rows, params)
    start, limit, delta = (np.broadcast_to(v, (rows,)) for v in values)
    if not delta.all():
        _range(start[0], limit[0], delta[np.argmin(delta != 0)])
    counts = np.maximum(0, np.ceil((limit - start) / delta).astype(np.int64))
    within = spans(np.zeros(rows, np.int64), counts)
    flat = (np.repeat(start, counts) + within * np.repeat(delta, counts)).astype(start.dtype)
    return (Rows.of(flat, counts[:, np.newaxis]),)


def _linspace_spec(start: TensorSpec, stop: TensorSpec, *, num: int) -> TensorSpec:
    _check_single("linspace", start, stop)
    if not start.dtype.is_floating:
        raise TypeError(f"linspace needs floating-point numbers; got {start.dtype.name}. Convert with tf.cast")
    return TensorSpec([num], start.dtype)


def _linspace(start: Any, stop: Any, *, num: int) -> Any:
    return np.linspace(start, stop, num, dtype=start.dtype, axis=-1)


_RANGE = Op("Range", infer=_range_spec, host=_range, lift=_range_rows, same_dtype=True)
_LINSPACE = Op(
    "LinSpace",
    infer=_linspace_spec,
    host=_linspace,
    lift=leading_axis(_linspace),
    device="jax.numpy:linspace",
    same_dtype=True,
)


def range(start: Any, limit: Any = None, delta: Any = 1, dtype: Any = None, name: str | None = "range") -> Any:
    """Counts from `start` up to but without `limit`, in steps of `delta`; with one argument, from 0.

    Raises:
        InvalidArgumentError: the step is 0.

    Example:
        >>> import estimax as tf
        >>> tf.range(2, 8, 3).numpy()
        array([2, 5], dtype=int32)
    """
    if limit is None:
        start, limit = 0, start
    if any(is_symbolic_size(v) or is_device_array(v) for v in (start, limit, delta)):
        return resolve("estimax._array._device:range_")(start, limit, delta, dtype)
    wanted = None if dtype is None else as_dtype(dtype)
    return _RANGE(*(_of_dtype(v, wanted) if wanted else v for v in (start, limit, delta)))


def _of_dtype(value: Any, dtype: DType) -> Any:
    if not isinstance(value, Tensor):
        return as_argument(value, dtype)
    return value if value.dtype == dtype else OPS["Cast"](value, dtype=dtype)


def linspace(start: Any, stop: Any, num: Any, name: str | None = None) -> Any:
    """Gives `num` numbers at equal distances from `start` to `stop`, both included.

    Example:
        >>> import estimax as tf
        >>> tf.linspace(0.0, 1.0, 3).numpy()
        array([0. , 0.5, 1. ], dtype=float32)
    """
    if int(num) < 1:
        raise InvalidArgumentError(f"linspace needs at least one number; got num={num}")
    return _LINSPACE(start, stop, num=int(num))
