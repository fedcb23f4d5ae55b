"""Numbers to the intervals they lie in: what a bucketized column is made of."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from estimax._base._dtypes import int32
from estimax._base._errors import InvalidArgumentError
from estimax._base._shapes import TensorSpec
from estimax._graph._lifting import broadcasting
from estimax._graph._op import Op
from estimax.math._rule import check_kind


def _infer(x: TensorSpec, *, boundaries: list[float]) -> TensorSpec:
    check_kind("bucketize", x, "numbers")
    return TensorSpec(x.shape, int32)


def _host(x: Any, *, boundaries: list[float]) -> Any:
    return np.asarray(np.searchsorted(np.asarray(boundaries, np.float32), x, side="right"), np.int32)


_BUCKETIZE = Op("Bucketize", infer=_infer, host=_host, lift=broadcasting, device="estimax.math._device:bucketize")


def bucketize(input: Any, boundaries: Sequence[float], name: str | None = None) -> Any:
    """Numbers the interval that each element lies in: 0 below the first boundary, then one more for each.

    An element equal to a boundary lies above it. Boundaries count as float32.

    Returns:
        int32 Tensor of the same shape.

    Raises:
        InvalidArgumentError: the boundaries do not increase.

    Example:
        >>> from estimax.math import bucketize
        >>> bucketize([-5.0, 10.0, 150.0], boundaries=[0.0, 10.0, 100.0]).numpy()
        array([0, 2, 3], dtype=int32)
    """
    numbers = [float(b) for b in boundaries]
    if any(a > b for a, b in pairwise(numbers)):
        raise InvalidArgumentError(f"boundaries must increase; got {numbers}")
    return _BUCKETIZE(input, boundaries=numbers)
