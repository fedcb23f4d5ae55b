"""Counts: how often numbers occur, how many lie in an interval, which classes were taken for which."""

from __future__ import annotations

from typing import Any

import numpy as np

from estimax._base._dtypes import DType, as_dtype, int32
from estimax._base._errors import InvalidArgumentError
from estimax._base._shapes import TensorSpec
from estimax._graph._op import Op, as_argument
from estimax._graph._tensor import Tensor
from estimax.math._casting import cast
from estimax.math._rule import check_kind


def _bincount_spec(
    x: TensorSpec, *weights: TensorSpec, minlength: int, maxlength: int | None, dtype: DType
) -> TensorSpec:
    check_kind("bincount", x, "whole numbers")
    return TensorSpec([maxlength if maxlength == minlength else None], weights[0].dtype if weights else dtype)


def _bincount(x: Any, *weights: Any, minlength: int, maxlength: int | None, dtype: DType) -> Any:
    flat = x.reshape(-1)
    if flat.size and flat.min() < 0:
        raise InvalidArgumentError(f"bincount counts numbers from 0 on; got {flat.min()}")
    if weights and weights[0].size != flat.size:
        raise InvalidArgumentError(f"bincount needs a weight for each of {flat.size} numbers; got {weights[0].size}")
    kept = np.s_[:] if maxlength is None else flat < maxlength
    given = weights[0].reshape(-1)[kept] if weights else None
    counts = np.bincount(flat[kept], given, minlength)
    return counts.astype(weights[0].dtype if weights else dtype.as_numpy_dtype)


def _histogram_spec(x: TensorSpec, limits: TensorSpec, *, nbins: int, dtype: DType) -> TensorSpec:
    check_kind("histogram_fixed_width", x, "numbers")
    return TensorSpec([nbins], dtype)


def _histogram(x: Any, limits: Any, *, nbins: int, dtype: DType) -> Any:
    low, high = limits.astype(np.float64)
    if not low < high:
        raise InvalidArgumentError(f"value_range must be two rising numbers; got [{low:g}, {high:g}]")
    place = np.floor((x.reshape(-1).astype(np.float64) - low) / (high - low) * nbins)
    return np.bincount(np.clip(place, 0, nbins - 1).astype(np.int64), minlength=nbins).astype(dtype.as_numpy_dtype)


def _confusion_spec(
    labels: TensorSpec, predictions: TensorSpec, *weights: TensorSpec, classes: int | None, dtype: DType
) -> TensorSpec:
    for spec in (labels, predictions):
        check_kind("confusion_matrix", spec, "whole numbers")
    return TensorSpec([classes, classes], dtype)


def _confusion(labels: Any, predictions: Any, *weights: Any, classes: int | None, dtype: DType) -> Any:
    pair = labels.reshape(-1).astype(np.int64), predictions.reshape(-1).astype(np.int64)
    highest = max((int(p.max(initial=-1)) for p in pair), default=-1)
    count = highest + 1 if classes is None else classes
    if highest >= count or min(int(p.min(initial=0)) for p in pair) < 0:
        raise InvalidArgumentError(f"labels and predictions must be from 0 to {count - 1}; got {highest}")
    given = weights[0].reshape(-1) if weights else None
    flat = np.bincount(pair[0] * count + pair[1], given, count * count)
    return flat.reshape((count, count)).astype(dtype.as_numpy_dtype)


_BINCOUNT = Op("Bincount", infer=_bincount_spec, host=_bincount)
_HISTOGRAM = Op("HistogramFixedWidth", infer=_histogram_spec, host=_histogram)
_CONFUSION = Op("ConfusionMatrix", infer=_confusion_spec, host=_confusion)


def bincount(
    arr: Any,
    weights: Any = None,
    minlength: Any = None,
    maxlength: Any = None,
    dtype: Any = int32,
    name: str | None = None,
) -> Any:
    """Counts how often each whole number from 0 on occurs.

    Args:
        arr: whole numbers, not negative.
        weights: what each occurrence counts; 1 by default.
        minlength: how many counts to give at least.
        maxlength: how many to give at most; greater numbers are not counted.
        dtype: of the counts, where there are no weights.
        name: has no effect.

    Example:
        >>> from estimax import math
        >>> math.bincount([1, 1, 3]).numpy()
        array([0, 2, 0, 1], dtype=int32)
    """
    given = () if weights is None else (weights,)
    longest = None if maxlength is None else int(maxlength)
    return _BINCOUNT(arr, *given, minlength=int(minlength or 0), maxlength=longest, dtype=as_dtype(dtype))


def histogram_fixed_width(
    values: Any, value_range: Any, nbins: int = 100, dtype: Any = int32, name: str | None = None
) -> Any:
    """Counts how many numbers lie in each of `nbins` equal parts of a range; the outer ones take what is beyond.

    Example:
        >>> from estimax import math
        >>> math.histogram_fixed_width([-1.0, 0.1, 5.0, 9.0], [0.0, 5.0], nbins=5).numpy()
        array([2, 0, 0, 0, 2], dtype=int32)
    """
    x = as_argument(values)
    limits = as_argument(value_range, x.dtype if isinstance(x, Tensor) else None)
    return _HISTOGRAM(x, limits, nbins=int(nbins), dtype=as_dtype(dtype))


def confusion_matrix(
    labels: Any,
    predictions: Any,
    num_classes: Any = None,
    dtype: Any = int32,
    name: str | None = None,
    weights: Any = None,
) -> Any:
    """Counts, for each class (row) and each prediction (column), how often the one was taken for the other.

    Args:
        labels: whole numbers from 0 on.
        predictions: as many.
        num_classes: how many classes there are; by default as many as are there.
        dtype: of the counts.
        name: has no effect.
        weights: what each pair counts; 1 by default.

    Example:
        >>> from estimax import math
        >>> math.confusion_matrix([0, 1, 1], [0, 0, 1]).numpy()
        array([[1, 0],
               [1, 1]], dtype=int32)
    """
    classes = None if num_classes is None else int(num_classes)
    whole = [v if as_dtype(v.dtype).is_integer else cast(v, "int64") for v in map(as_argument, (labels, predictions))]
    given = () if weights is None else (weights,)
    return _CONFUSION(*whole, *given, classes=classes, dtype=as_dtype(dtype))
