"""How many values lie in which range, in the ranges that TensorBoard's histograms have always had."""

from __future__ import annotations

import sys
from typing import Any

import numpy as np
from tensorboardX.proto.summary_pb2 import HistogramProto


def _upper_limits() -> np.ndarray:
    """Limits that grow by a tenth from 1e-12 to 1e20, on both sides of zero."""
    positive = []
    limit = 1e-12
    while limit < 1e20:
        positive.append(limit)
        limit *= 1.1
    positive.append(sys.float_info.max)
    return np.array([*(-v for v in reversed(positive)), 0.0, *positive])


_LIMITS = _upper_limits()


def histogram_proto(values: np.ndarray) -> HistogramProto | None:
    """Counts values; those that are not finite are left out. None if no value is left.

    Example:
        >>> import numpy as np
        >>> from estimax.summary._histogram import histogram_proto
        >>> found = histogram_proto(np.array([1.0, 2.0, 2.0]))
        >>> found.num, found.sum, found.sum_squares, sum(found.bucket)
        (3.0, 5.0, 9.0, 3.0)
    """
    flat = np.asarray(values, np.float64).ravel()
    flat = flat[np.isfinite(flat)]
    if not flat.size:
        return None
    below = np.searchsorted(np.sort(flat), _LIMITS[:-1])
    counts = np.diff(below, prepend=0, append=flat.size)
    # Of several empty ranges in a row only the last is told.
    told = (counts > 0) | np.append(counts[1:] > 0, True)
    fields: dict[str, Any] = {
        "min": flat.min(),
        "max": flat.max(),
        "num": flat.size,
        "sum": flat.sum(),
        "sum_squares": flat @ flat,
        "bucket_limit": _LIMITS[told].tolist(),
        "bucket": counts[told].astype(float).tolist(),
    }
    return HistogramProto(**fields)


def distribution_proto(counted: np.ndarray) -> HistogramProto | None:
    """Makes a histogram of what was counted in ranges of one width. None if nothing was counted.

    Args:
        counted: [4 + ranges]: least, greatest, sum and sum of squares of the values, then how many lie in each range.

    Example:
        >>> import numpy as np
        >>> from estimax.summary._histogram import distribution_proto
        >>> found = distribution_proto(np.array([0.0, 4.0, 5.0, 17.0, 2.0, 1.0]))
        >>> list(found.bucket_limit), list(found.bucket)
        ([2.0, 4.0], [2.0, 1.0])
    """
    least, greatest, total, squares, *counts = counted.tolist()
    number = sum(counts)
    if not number:
        return None
    if least == greatest:
        counts = [number]
    width = (greatest - least) / len(counts)
    limits = [least + width * i for i in range(1, len(counts))]
    return HistogramProto(
        min=least,
        max=greatest,
        num=number,
        sum=total,
        sum_squares=squares,
        bucket_limit=[*limits, greatest],
        bucket=counts,
    )
