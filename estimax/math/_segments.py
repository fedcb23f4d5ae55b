"""Segments: entries along the first axis that have one number are reduced to one."""

from __future__ import annotations

from typing import Any

import numpy as np

from estimax._array._dimensions import as_sizes
from estimax._base._dtypes import float64
from estimax._base._errors import InvalidArgumentError
from estimax._base._lazy import resolve
from estimax._base._shapes import TensorShape, TensorSpec
from estimax._graph._boundary import is_device_array
from estimax._graph._op import Op, as_argument
from estimax._graph._tensor import Tensor
from estimax.math._rule import check_kind

_UFUNCS = {"sum": np.add, "mean": np.add, "max": np.maximum, "min": np.minimum, "prod": np.multiply}


def _spec(data: TensorSpec, ids: TensorSpec, *sizes: TensorSpec, num: Any, name: str) -> TensorSpec:
    check_kind(f"segment_{name}", data, "numbers")
    check_kind(f"segment_{name}", TensorSpec(ids.shape, ids.dtype), "whole numbers")
    if not TensorShape(data.shape[: len(ids.shape)]).is_compatible_with(ids.shape):
        raise InvalidArgumentError(f"segment_{name}: ids {tuple(ids.shape)} do not fit data {tuple(data.shape)}")
    return TensorSpec((num, *data.shape[len(ids.shape) :]), data.dtype)


def _empty_entry(name: str, dtype: Any, unsorted: bool) -> Any:
    """Returns what a segment without entries is: for extremes that are not sorted, the farthest number."""
    if name in ("max", "min") and unsorted:
        limits = np.finfo(dtype) if dtype.kind == "f" else np.iinfo(dtype)
        return limits.min if name == "max" else limits.max
    return 1 if name == "prod" else 0


def _reduced(data: Any, ids: Any, count: int, name: str, unsorted: bool) -> Any:
    flat = data.reshape((ids.size, *data.shape[ids.ndim :]))
    numbers = ids.reshape(-1)
    kept = numbers >= 0
    if (numbers >= count).any() or (not unsorted and not kept.all()):
        raise InvalidArgumentError(f"ids of segments must be from 0 to {count - 1}; got {numbers.tolist()[:10]}")
    order = np.flatnonzero(kept)
    order = order[np.argsort(numbers[order], kind="stable")]
    kind = np.float64 if name == "mean" and unsorted and data.dtype.kind != "f" else data.dtype
    out = np.full((count, *flat.shape[1:]), _empty_entry(name, data.dtype, unsorted), kind)
    found, starts = np.unique(numbers[order], return_index=True)
    if len(found):
        with np.errstate(all="ignore"):
            parts = _UFUNCS[name].reduceat(flat[order], starts, 0, data.dtype)
            if name == "mean":
                lengths = np.diff([*starts, len(order)]).reshape((-1, *(1,) * (flat.ndim - 1)))
                parts = parts / lengths if unsorted or data.dtype.kind == "f" else np.trunc(parts / lengths)
        out[found] = parts
    return out


def _sorted(data: Any, ids: Any, *, num: None, name: str) -> Any:
    if (np.diff(ids) < 0).any():
        raise InvalidArgumentError(f"the ids of segments must not fall; got {ids.tolist()[:10]}")
    return _reduced(data, ids, int(ids[-1]) + 1 if len(ids) else 0, name, unsorted=False)


def _unsorted(data: Any, ids: Any, *sizes: Any, num: Any, name: str) -> Any:
    return _reduced(data, ids, int(sizes[0]) if num is None else num, name, unsorted=True)


def _unsorted_spec(data: TensorSpec, ids: TensorSpec, *sizes: TensorSpec, num: Any, name: str) -> TensorSpec:
    spec = _spec(data, ids, *sizes, num=num, name=name)
    return TensorSpec(spec.shape, float64) if name == "mean" and data.dtype.is_integer else spec


_SEGMENT = Op("Segment", infer=_spec, host=_sorted)
_UNSORTED = Op("UnsortedSegment", infer=_unsorted_spec, host=_unsorted, device="estimax.math._device:unsorted_segment")


def segment_sum(data: Any, segment_ids: Any, name: str | None = None) -> Any:
    """Adds up the entries along the first axis that have the same id.

    Args:
        data: numbers [n, ...].
        segment_ids: whole numbers [n] that do not fall.
        name: has no effect.

    Returns:
        Tensor [last id + 1, ...]; 0 for ids that are not there.

    Example:
        >>> from estimax import math
        >>> math.segment_sum([1, 2, 3], [0, 0, 2]).numpy()
        array([3, 0, 3], dtype=int32)
    """
    return _sorted_segments("sum", data, segment_ids)


def segment_mean(data: Any, segment_ids: Any, name: str | None = None) -> Any:
    """Gives the mean of each segment; the arguments are those of `segment_sum`."""
    return _sorted_segments("mean", data, segment_ids)


def segment_max(data: Any, segment_ids: Any, name: str | None = None) -> Any:
    """Gives the greatest of each segment; the arguments are those of `segment_sum`."""
    return _sorted_segments("max", data, segment_ids)


def segment_min(data: Any, segment_ids: Any, name: str | None = None) -> Any:
    """Gives the smallest of each segment; the arguments are those of `segment_sum`."""
    return _sorted_segments("min", data, segment_ids)


def segment_prod(data: Any, segment_ids: Any, name: str | None = None) -> Any:
    """Multiplies the entries of each segment; the arguments are those of `segment_sum`."""
    return _sorted_segments("prod", data, segment_ids)


def unsorted_segment_sum(data: Any, segment_ids: Any, num_segments: Any, name: str | None = None) -> Any:
    """Adds up the entries that have the same id.

    Args:
        data: numbers whose first axes are those of the ids.
        segment_ids: whole numbers below `num_segments`, in any order; entries with a
            negative one are left out.
        num_segments: how many segments there are.
        name: has no effect.

    Example:
        >>> from estimax import math
        >>> math.unsorted_segment_sum([1, 2, 3], [1, 0, 1], 2).numpy()
        array([2, 4], dtype=int32)
    """
    return _grouped("sum", data, segment_ids, num_segments)


def unsorted_segment_mean(data: Any, segment_ids: Any, num_segments: Any, name: str | None = None) -> Any:
    """Gives the mean of each segment, float64 for whole numbers; else as `unsorted_segment_sum`."""
    return _grouped("mean", data, segment_ids, num_segments)


def unsorted_segment_max(data: Any, segment_ids: Any, num_segments: Any, name: str | None = None) -> Any:
    """Gives the greatest of each segment, the lowest number of the type for none; else as `unsorted_segment_sum`."""
    return _grouped("max", data, segment_ids, num_segments)


def unsorted_segment_min(data: Any, segment_ids: Any, num_segments: Any, name: str | None = None) -> Any:
    """Gives the smallest of each segment, the greatest number of the type for none; else as `unsorted_segment_sum`."""
    return _grouped("min", data, segment_ids, num_segments)


def unsorted_segment_prod(data: Any, segment_ids: Any, num_segments: Any, name: str | None = None) -> Any:
    """Multiplies the entries of each segment; the arguments are those of `unsorted_segment_sum`."""
    return _grouped("prod", data, segment_ids, num_segments)


def _sorted_segments(name: str, data: Any, ids: Any) -> Any:
    """Reduces on the device only where the ids are known, as they say how many segments there are."""
    values, numbers = as_argument(data), as_argument(ids)
    if is_device_array(values) and isinstance(numbers, Tensor) and not numbers.is_symbolic:
        return resolve("estimax.math._device:segment")(values, np.asarray(numbers.value), name=name)
    return _SEGMENT(values, numbers, num=None, name=name)


def _grouped(name: str, data: Any, ids: Any, count: Any) -> Any:
    known, tensors = as_sizes(count)
    return _UNSORTED(as_argument(data), ids, *tensors, num=known[0], name=name)
