"""Order: sorting, the greatest of a row, distinct values, and places in what is sorted."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from estimax._array._by_shape import by_shape
from estimax._array._dimensions import as_sizes, complete, positive_axis, rank_of, rearranged, sized
from estimax._base._dtypes import DType, as_dtype, int32
from estimax._base._errors import InvalidArgumentError
from estimax._base._shapes import TensorShape, TensorSpec
from estimax._base._string_array import StringArray
from estimax._graph._lifting import Lifting, by_rows, leading_axis, shifted_axis
from estimax._graph._op import Op, as_argument


class TopK(NamedTuple):
    """The greatest entries along the last axis, in falling order, and where they stand."""

    values: Any
    indices: Any


class Unique(NamedTuple):
    """The distinct values, in the order in which they first occur, and which of them each element is."""

    y: Any
    idx: Any


class UniqueWithCounts(NamedTuple):
    """The distinct values, which of them each element is, and how often each occurs."""

    y: Any
    idx: Any
    count: Any


def _order(x: Any, axis: int, descending: bool) -> np.ndarray:
    """Returns the positions along an axis in the order of the elements; equal ones keep theirs."""
    keys = np.unique(x.to_numpy(), return_inverse=True)[1].reshape(x.shape) if isinstance(x, StringArray) else x
    if not descending:
        return np.argsort(keys, axis, kind="stable")
    size = keys.shape[axis]
    return np.flip(size - 1 - np.argsort(np.flip(keys, axis), axis, kind="stable"), axis)


def _ordered(x: Any, order: np.ndarray, axis: int) -> Any:
    return rearranged(x, lambda a: np.take_along_axis(a, order, axis))


def _sort(x: Any, *, axis: int, descending: bool) -> Any:
    return _ordered(x, _order(x, axis, descending), axis)


def _argsort(x: Any, *, axis: int, descending: bool) -> Any:
    return _order(x, axis, descending).astype(np.int32)


def _sort_spec(x: TensorSpec, *, axis: int, descending: bool) -> TensorSpec:
    if x.dtype.is_bool:
        raise TypeError("sort needs numbers or strings; got bool. Convert with tf.cast")
    return x


def _top_k_spec(x: TensorSpec, *sizes: TensorSpec, k: list[Any]) -> tuple[TensorSpec, ...]:
    (count,) = k
    if not x.shape.ndims:
        raise InvalidArgumentError("top_k needs at least one dimension")
    if count is not None and x.shape[-1] is not None:
        _check_count(x.shape[-1], count)
    shape = (*x.shape[:-1], count)
    return TensorSpec(shape, x.dtype), TensorSpec(shape, int32)


def _check_count(size: int, count: int) -> None:
    if not 0 <= count <= size:
        raise InvalidArgumentError(f"top_k needs at least k={count} entries in the last axis; there are {size}")


def _top_k(x: Any, *sizes: Any, k: list[Any]) -> tuple[Any, ...]:
    (count,) = complete(k, sizes)
    _check_count(x.shape[-1], count)
    order = _order(x, x.ndim - 1, True)[..., :count]
    return _ordered(x, order, x.ndim - 1), order.astype(np.int32)


def _unique_spec(x: TensorSpec, *, dtype: DType, counts: bool) -> tuple[TensorSpec, ...]:
    if x.shape.ndims != 1:
        raise InvalidArgumentError(f"unique needs a vector; got shape {tuple(x.shape)}. tf.reshape(x, [-1]) makes one")
    known = TensorSpec([None], x.dtype), TensorSpec(x.shape, dtype)
    return (*known, TensorSpec([None], dtype)) if counts else known


def _unique(x: Any, *, dtype: DType, counts: bool) -> tuple[Any, ...]:
    keys = x.to_numpy() if isinstance(x, StringArray) else x
    _, first, number, count = np.unique(keys, return_index=True, return_inverse=True, return_counts=True)
    by_first = np.argsort(first)
    rank = np.empty_like(by_first)
    rank[by_first] = np.arange(len(by_first))
    kind = dtype.as_numpy_dtype
    out = rearranged(x, lambda a: a[first[by_first]]), rank[number.reshape(-1)].astype(kind)
    return (*out, count[by_first].astype(kind)) if counts else out


def _search_spec(sorted_sequence: TensorSpec, values: TensorSpec, *, side: str, dtype: DType) -> TensorSpec:
    first, second = sorted_sequence.shape, values.shape
    if len(first) != len(second) or not TensorShape(first[:-1]).is_compatible_with(second[:-1]):
        raise InvalidArgumentError(
            f"searchsorted needs equal first axes; got shapes {tuple(first)} and {tuple(second)}"
        )
    return TensorSpec(values.shape, dtype)


def _search(sequence: Any, values: Any, *, side: Any, dtype: DType) -> Any:
    if sequence.ndim == 1:
        return np.asarray(np.searchsorted(sequence, values, side), dtype.as_numpy_dtype)
    rows = zip(sequence.reshape((-1, sequence.shape[-1])), values.reshape((-1, values.shape[-1])), strict=True)
    found = [np.searchsorted(a, v, side) for a, v in rows]
    return np.array(found, dtype.as_numpy_dtype).reshape(values.shape)


def _inverse_spec(x: TensorSpec) -> TensorSpec:
    if len(x.shape) != 1 or not x.dtype.is_integer:
        raise InvalidArgumentError(f"invert_permutation needs a vector of whole numbers; got {x}")
    return x


def _inverse(x: Any) -> Any:
    if not np.array_equal(np.sort(x), np.arange(len(x))):
        raise InvalidArgumentError(f"a permutation holds each of 0 to {len(x) - 1} once; got {x.tolist()}")
    out = np.empty_like(x)
    out[x] = np.arange(len(x), dtype=x.dtype)
    return out


def _along(host: Callable[..., Any]) -> Lifting:
    return by_shape(shifted_axis(host))


_SORT = Op("Sort", infer=_sort_spec, host=_sort, lift=_along(_sort), device="estimax._array._device:sort")
_ARGSORT = Op(
    "ArgSort",
    infer=lambda x, **params: TensorSpec(_sort_spec(x, **params).shape, int32),
    host=_argsort,
    lift=_along(_argsort),
    device="estimax._array._device:argsort",
)
_TOP_K = Op("TopK", infer=_top_k_spec, host=_top_k, lift=by_shape(sized(_top_k)), device="estimax._array._device:top_k")
_UNIQUE = Op("Unique", infer=_unique_spec, host=_unique)
_SEARCH = Op(
    "SearchSorted",
    infer=_search_spec,
    host=_search,
    lift=by_shape(leading_axis(_search)),
    same_dtype=True,
    device="estimax._array._device:searchsorted",
)
_INVERSE = Op("InvertPermutation", infer=_inverse_spec, host=_inverse, lift=by_rows, device="jax.numpy:argsort")


def sort(values: Any, axis: Any = -1, direction: str = "ASCENDING", name: str | None = None) -> Any:
    """Sorts along an axis; strings by their bytes.

    Args:
        values: numbers or strings.
        axis: along which to sort.
        direction: "ASCENDING" or "DESCENDING".
        name: has no effect.

    Example:
        >>> import estimax as tf
        >>> from estimax._array import sort
        >>> sort([3, 1, 2], direction="DESCENDING").numpy()
        array([3, 2, 1], dtype=int32)
    """
    x = as_argument(values)
    return _SORT(x, axis=positive_axis(axis, rank_of(x)), descending=_descending(direction))


def argsort(
    values: Any, axis: Any = -1, direction: str = "ASCENDING", stable: bool = False, name: str | None = None
) -> Any:
    """Gives the positions of the elements in sorted order, int32; equal elements keep their order.

    The arguments are those of `sort`; `stable` has no effect.
    """
    x = as_argument(values)
    return _ARGSORT(x, axis=positive_axis(axis, rank_of(x)), descending=_descending(direction))


def top_k(input: Any, k: Any = 1, sorted: bool = True, index_type: Any = None, name: str | None = None) -> TopK:
    """Gives the `k` greatest entries along the last axis in falling order, and their positions.

    Of equal entries the first comes first; `sorted` and `index_type` have no effect.

    Raises:
        InvalidArgumentError: there are fewer than `k`.

    Example:
        >>> from estimax._array import top_k
        >>> values, indices = top_k([1.0, 5.0, 3.0], k=2)
        >>> values.numpy().tolist(), indices.numpy().tolist()
        ([5.0, 3.0], [1, 2])
    """
    known, tensors = as_sizes(k)
    return TopK(*_TOP_K(input, *tensors, k=known))


def unique(x: Any, out_idx: Any = int32, name: str | None = None) -> Unique:
    """Gives the distinct values of a vector, in the order in which they first occur, and which each element is.

    Example:
        >>> from estimax._array import unique
        >>> y, idx = unique(["b", "a", "b"])
        >>> y.numpy().tolist(), idx.numpy().tolist()
        ([b'b', b'a'], [0, 1, 0])
    """
    return Unique(*_UNIQUE(x, dtype=as_dtype(out_idx), counts=False))


def unique_with_counts(x: Any, out_idx: Any = int32, name: str | None = None) -> UniqueWithCounts:
    """Does what `unique` does, and counts how often each value occurs."""
    return UniqueWithCounts(*_UNIQUE(x, dtype=as_dtype(out_idx), counts=True))


def searchsorted(
    sorted_sequence: Any, values: Any, side: str = "left", out_type: Any = int32, name: str | None = None
) -> Any:
    """Gives the places where values could be put in so that a sequence stays sorted.

    Args:
        sorted_sequence: [..., n], rising along the last axis.
        values: [..., m], with the same first axes.
        side: "left" of equal elements, or "right".
        out_type: int32 or int64.
        name: has no effect.

    Example:
        >>> from estimax._array import searchsorted
        >>> searchsorted([1, 3, 5], [0, 3, 9]).numpy()
        array([0, 1, 3], dtype=int32)
    """
    if side not in ("left", "right"):
        raise ValueError(f"side must be 'left' or 'right'; got {side!r}")
    return _SEARCH(sorted_sequence, values, side=side, dtype=as_dtype(out_type))


def invert_permutation(x: Any, name: str | None = None) -> Any:
    """Gives the permutation that undoes another: position i of the result says where i stands.

    Raises:
        InvalidArgumentError: not each number occurs once.
    """
    return _INVERSE(x)


def _descending(direction: str) -> bool:
    if direction not in ("ASCENDING", "DESCENDING"):
        raise ValueError(f"direction must be 'ASCENDING' or 'DESCENDING'; got {direction!r}")
    return direction == "DESCENDING"
