"""A choice between values: `where` and `boolean_mask`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from estimax._array._dimensions import rank_of
from estimax._array._shape import reshape
from estimax._array._shape import shape as shape_of
from estimax._array._spans import is_dense, rows_from
from estimax._base._dtypes import int64
from estimax._base._errors import InvalidArgumentError, UnimplementedError
from estimax._base._lazy import resolve
from estimax._base._shapes import TensorShape, TensorSpec, broadcast_shapes
from estimax._base._string_array import StringArray
from estimax._graph._boundary import current_boundary, is_device_array
from estimax._graph._column import Column
from estimax._graph._lifting import broadcasting, by_rows
from estimax._graph._op import Node, Op, as_argument
from estimax._graph._tensor import Tensor
from estimax._graph._varying import Rows, as_rows, picked


def _check_condition(name: str, condition: TensorSpec) -> None:
    if not condition.dtype.is_bool:
        raise TypeError(f"{name} needs a condition of truth values; got {condition.dtype.name}")


def _check_alike(name: str, x: TensorSpec, y: TensorSpec) -> None:
    if x.dtype != y.dtype:
        raise TypeError(f"{name} needs two values of one type; got {x.dtype.name} and {y.dtype.name}")


def _select_spec(condition: TensorSpec, x: TensorSpec, y: TensorSpec) -> TensorSpec:
    _check_condition("where", condition)
    _check_alike("where", x, y)
    try:
        return TensorSpec(broadcast_shapes(condition.shape, x.shape, y.shape), x.dtype)
    except ValueError as error:
        raise InvalidArgumentError(f"where: {error}") from None


def _select(condition: Any, x: Any, y: Any) -> Any:
    try:
        if not isinstance(x, StringArray):
            return np.where(condition, x, y)
        shape = np.broadcast_shapes(condition.shape, x.shape, y.shape)
    except ValueError as error:
        raise InvalidArgumentError(f"where: {error}") from None
    mask = pa.array(np.broadcast_to(condition, shape).ravel())
    return StringArray(pc.if_else(mask, _flat(x, shape), _flat(y, shape)), shape)


def _flat(value: StringArray, shape: tuple[int, ...]) -> Any:
    """Returns what Arrow broadcasts or takes as it is."""
    return value.flat[0] if value.size == 1 else value.broadcast_to(shape).flat


def _indices_spec(condition: TensorSpec) -> TensorSpec:
    return TensorSpec([None, condition.shape.ndims], int64)


def _indices(condition: Any) -> Any:
    return np.argwhere(condition)


def _indices_rows(
    node: Node, values: Sequence[Any], lifted: Sequence[bool], rows: int, params: dict[str, Any]
) -> tuple[Column, ...]:
    """Finds what is true in all rows at once, and takes the positions apart by the shapes of the rows."""
    (condition,) = values
    if not is_dense(condition) or not rows:
        return by_rows(node, values, lifted, rows, params)
    masks = as_rows(condition)
    flat = np.asarray(masks.flat)
    row = np.repeat(np.arange(rows), np.diff(masks.splits))[flat != 0]
    position = np.flatnonzero(flat) - masks.splits[row]
    out = np.empty((len(row), masks.rank), np.int64)
    for axis in reversed(range(masks.rank)):
        position, out[:, axis] = np.divmod(position, masks.shapes[row, axis])
    counts = np.bincount(row, minlength=rows)
    return (Rows.of(out.reshape(-1), np.stack([counts, np.full(rows, masks.rank)], axis=1)),)


def _mask_spec(x: TensorSpec, mask: TensorSpec, *, axis: int = 0) -> TensorSpec:
    _check_condition("boolean_mask", mask)
    if mask.shape.ndims is None or x.shape.ndims is None:
        return TensorSpec(None, x.dtype)
    covered = x.shape[axis : axis + len(mask.shape)]
    if not mask.shape or not TensorShape(covered).is_compatible_with(mask.shape):
        raise InvalidArgumentError(
            f"a mask of shape {tuple(mask.shape)} does not fit axis {axis} and following of {tuple(x.shape)}"
        )
    return TensorSpec((*x.shape[:axis], None, *x.shape[axis + len(mask.shape) :]), x.dtype)


def _mask(x: Any, mask: Any, *, axis: int = 0) -> Any:
    try:
        picked_elements = x[(*(np.s_[:],) * axis, mask)]
    except IndexError as error:
        raise InvalidArgumentError(f"boolean_mask: {error}") from None
    return picked_elements


def _mask_rows(
    node: Node, values: Sequence[Any], lifted: Sequence[bool], rows: int, params: dict[str, Any]
) -> tuple[Column, ...]:
    """Keeps what is true in all rows at once: a stretch of one element or more for each truth value."""
    x, mask = values
    if params.get("axis", 0) or not rows or not is_dense(x) or not is_dense(mask):
        return by_rows(node, values, lifted, rows, params)
    source, masks = rows_from(x, lifted[0], rows), rows_from(mask, lifted[1], rows)
    wrong = (source.shapes[:, : masks.rank] != masks.shapes).any(1)
    if wrong.any():
        row = int(np.argmax(wrong))
        given = tuple(masks.shapes[row].tolist()), tuple(source.shapes[row].tolist())
        raise InvalidArgumentError(f"a mask of shape {given[0]} does not fit the first axes of {given[1]}")
    inner = source.shapes[:, masks.rank :]
    keep = np.asarray(masks.flat)
    counts = np.bincount(np.repeat(np.arange(rows), np.diff(masks.splits)), keep, rows).astype(np.int64)
    width = np.repeat(inner.prod(1), np.diff(masks.splits))
    kept = np.flatnonzero(keep if (width == 1).all() else np.repeat(keep, width))
    return (Rows.of(picked(source.flat, kept), np.concatenate([counts[:, np.newaxis], inner], axis=1)),)


_SELECT = Op("Select", infer=_select_spec, host=_select, lift=broadcasting, device="jax.numpy:where")
_INDICES = Op("WhereIndices", infer=_indices_spec, host=_indices, lift=_indices_rows)
_MASK = Op("BooleanMask", infer=_mask_spec, host=_mask, lift=_mask_rows)


def where(condition: Any, x: Any = None, y: Any = None, name: str | None = None) -> Any:
    """Takes elements of `x` where the condition is true, and of `y` elsewhere; without both, the indices of truth.

    The three broadcast against each other. A vector of conditions chooses whole
    rows of `x` and `y` where these have the same shape and a row for each condition.

    Returns:
        A Tensor of the broadcast shape; or, without `x` and `y`, int64 [n, rank].

    Example:
        >>> import estimax as tf
        >>> tf.where([True, False], ["a", "b"], ["c", "d"]).numpy().tolist()
        [b'a', b'd']
    """
    if x is None and y is None:
        return _INDICES(condition)
    condition, x, y = as_argument(condition), *_alike(x, y)
    if _chooses_rows(tuple(condition.shape), tuple(x.shape), tuple(y.shape)):
        ones = [1] * (rank_of(x) - 1)
        condition = reshape(condition, [shape_of(condition)[0], *ones])
    return _SELECT(condition, x, y)


def where_v2(condition: Any, x: Any = None, y: Any = None, name: str | None = None) -> Any:
    """Does what `where` does, always by broadcasting."""
    return _INDICES(condition) if x is None and y is None else _SELECT(as_argument(condition), *_alike(x, y))


def boolean_mask(tensor: Any, mask: Any, name: str | None = "boolean_mask", axis: Any = None) -> Any:
    """Keeps the elements (rows) where the mask is true.

    Args:
        tensor: the Tensor.
        mask: truth values of the shape of the tensor, or of its axes from `axis` on.
        name: has no effect.
        axis: where the mask starts; the first by default.

    Raises:
        UnimplementedError: in a model function, where the mask depends on values of the device.

    Example:
        >>> import estimax as tf
        >>> tf.boolean_mask([1, 2, 3], [True, False, True]).numpy()
        array([1, 3], dtype=int32)
    """
    start = 0 if axis is None else int(axis)
    x, chosen = as_argument(tensor), as_argument(mask)
    if current_boundary.get() is None or not any(map(is_device_array, (x, chosen))):
        return _MASK(x, chosen, axis=start)
    if isinstance(chosen, Tensor) and not chosen.is_symbolic:  # how many elements there will be is known
        return resolve("estimax._array._device:masked")(x, np.asarray(chosen.value), axis=start)
    raise UnimplementedError(
        "boolean_mask keeps as many elements as the values say, and in a model function sizes do not depend on values. "
        "Give weights: weights=tf.cast(mask, tf.float32) of a loss or a metric, or "
        "tf.reduce_sum(tf.where(mask, x, tf.zeros_like(x))) / tf.reduce_sum(tf.cast(mask, tf.float32)) for a mean; "
        "or leave rows out in the input function, with Dataset.filter"
    )


def _alike(x: Any, y: Any) -> tuple[Any, Any]:
    """Makes arguments of two values, a plain one of the dtype of the other."""
    if x is None or y is None:
        raise ValueError("where needs both x and y, or neither")
    dtype = next((v.dtype for v in (x, y) if isinstance(v, Tensor)), None)
    first, second = as_argument(x, dtype), as_argument(y, dtype)
    if dtype is None and isinstance(first, Tensor) and isinstance(second, Tensor) and first.dtype != second.dtype:
        widest = max(first.dtype, second.dtype, key=lambda d: (d.is_floating, d.size))
        return as_argument(x, widest), as_argument(y, widest)
    return first, second


def _chooses_rows(condition: tuple[Any, ...], x: tuple[Any, ...], y: tuple[Any, ...]) -> bool:
    if len(condition) != 1 or len(x) < 2 or len(x) != len(y):
        return False
    pairs = [(condition[0], x[0]), *zip(x, y, strict=True)]
    return all(a is None or b is None or bool(a == b) for a, b in pairs)
