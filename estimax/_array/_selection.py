"""A choice between values: `where`, `cond` and `boolean_mask`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from estimax._array._dimensions import rank_of
from estimax._array._shape import reshape
from estimax._array._shape import shape as shape_of
from estimax._base import _nest as nest
from estimax._base._dtypes import int64
from estimax._base._errors import InvalidArgumentError
from estimax._base._shapes import TensorShape, TensorSpec, broadcast_shapes
from estimax._base._string_array import StringArray
from estimax._graph._boundary import is_device_array
from estimax._graph._column import Column
from estimax._graph._function import as_structure
from estimax._graph._lifting import broadcasting, by_rows
from estimax._graph._op import Node, Op, as_argument
from estimax._graph._tensor import Tensor
from estimax._graph._varying import Varying


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


def _choose_spec(condition: TensorSpec, x: TensorSpec, y: TensorSpec) -> TensorSpec:
    _check_condition("cond", condition)
    _check_alike("cond", x, y)
    if len(condition.shape) or len(x.shape) != len(y.shape):
        raise InvalidArgumentError(
            f"cond chooses between values of equal rank by a single truth value; got shapes {tuple(x.shape)} and "
            f"{tuple(y.shape)}, and {tuple(condition.shape)} to choose by"
        )
    return TensorSpec([a if a == b else None for a, b in zip(x.shape, y.shape, strict=True)], x.dtype)


def _choose(condition: Any, x: Any, y: Any) -> Any:
    return x if condition else y


def _choose_rows(
    node: Node, values: Sequence[Any], lifted: Sequence[bool], rows: int, params: dict[str, Any]
) -> tuple[Column, ...]:
    condition, *branches = values
    if lifted[0] and not any(isinstance(v, Varying) for v in branches):
        shapes = {v.shape[is_column:] for v, is_column in zip(branches, lifted[1:], strict=True)}
        if len(shapes) == 1:
            mask = condition.reshape((rows, *(1,) * len(shapes.pop())))
            return (_select(mask, *branches),)
    return by_rows(node, values, lifted, rows, params)


def _indices_spec(condition: TensorSpec) -> TensorSpec:
    return TensorSpec([None, len(condition.shape)], int64)


def _indices(condition: Any) -> Any:
    return np.argwhere(condition)


def _mask_spec(x: TensorSpec, mask: TensorSpec, *, axis: int = 0) -> TensorSpec:
    _check_condition("boolean_mask", mask)
    covered = x.shape[axis : axis + len(mask.shape)]
    if not mask.shape or not TensorShape(covered).is_compatible_with(mask.shape):
        raise InvalidArgumentError(
            f"a mask of shape {tuple(mask.shape)} does not fit axis {axis} and following of {tuple(x.shape)}"
        )
    return TensorSpec((*x.shape[:axis], None, *x.shape[axis + len(mask.shape) :]), x.dtype)


def _mask(x: Any, mask: Any, *, axis: int = 0) -> Any:
    try:
        picked = x[(*(np.s_[:],) * axis, mask)]
    except IndexError as error:
        raise InvalidArgumentError(f"boolean_mask: {error}") from None
    return picked


_SELECT = Op("Select", infer=_select_spec, host=_select, lift=broadcasting, device="jax.numpy:where")
_CHOOSE = Op("Cond", infer=_choose_spec, host=_choose, lift=_choose_rows, device="jax.numpy:where")
_INDICES = Op("WhereIndices", infer=_indices_spec, host=_indices)
_MASK = Op("BooleanMask", infer=_mask_spec, host=_mask)


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


def cond(
    pred: Any,
    true_fn: Callable[[], Any] | None = None,
    false_fn: Callable[[], Any] | None = None,
    strict: bool = False,
    name: str | None = None,
    fn1: Callable[[], Any] | None = None,
    fn2: Callable[[], Any] | None = None,
) -> Any:
    """Returns what one of two functions without arguments returns.

    Where `pred` is known, that function alone is called. Otherwise both are, and
    the results are chosen between, so both must be possible for every row.

    Args:
        pred: one truth value.
        true_fn: called where it is true.
        false_fn: called where it is false; returns the same structure.
        strict: has no effect.
        name: has no effect.
        fn1: the same as `true_fn`.
        fn2: the same as `false_fn`.

    Example:
        >>> import estimax as tf
        >>> tf.cond(tf.constant(2) > 1, lambda: tf.constant("yes"), lambda: tf.constant("no")).numpy()
        b'yes'
    """
    if_true, if_false = true_fn or fn1, false_fn or fn2
    if if_true is None or if_false is None:
        raise TypeError("cond needs two functions, true_fn and false_fn")
    pred = as_argument(pred)
    if isinstance(pred, Tensor) and not pred.is_symbolic:
        return as_structure(if_true() if bool(pred) else if_false())
    first, second = _structure(if_true()), _structure(if_false())
    return nest.map_leaves(lambda x, y: _CHOOSE(pred, *_alike(x, y)), first, second)


def boolean_mask(tensor: Any, mask: Any, name: str | None = "boolean_mask", axis: Any = None) -> Any:
    """Keeps the elements (rows) where the mask is true.

    Args:
        tensor: the Tensor.
        mask: truth values of the shape of the tensor, or of its axes from `axis` on.
        name: has no effect.
        axis: where the mask starts; the first by default.

    Example:
        >>> import estimax as tf
        >>> tf.boolean_mask([1, 2, 3], [True, False, True]).numpy()
        array([1, 3], dtype=int32)
    """
    return _MASK(tensor, mask, axis=0 if axis is None else int(axis))


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


def _structure(result: Any) -> Any:
    if isinstance(result, list) and any(isinstance(v, Tensor) or is_device_array(v) for v in result):
        result = tuple(result)
    return nest.map_leaves(as_argument, result)


def _chooses_rows(condition: tuple[Any, ...], x: tuple[Any, ...], y: tuple[Any, ...]) -> bool:
    if len(condition) != 1 or len(x) < 2 or len(x) != len(y):
        return False
    pairs = [(condition[0], x[0]), *zip(x, y, strict=True)]
    return all(a is None or b is None or bool(a == b) for a, b in pairs)
