"""The fingerprints of a feature: what hash buckets and crosses are computed from."""

from __future__ import annotations

from typing import Any

import numpy as np

from estimax._base._dtypes import int64
from estimax._base._shapes import TensorSpec
from estimax._base._string_array import StringArray
from estimax._graph._lifting import broadcasting
from estimax._graph._op import Op
from estimax._graph._tensor import Tensor
from estimax.feature_column._sharing import shared_node
from estimax.strings._fingerprint import decimal_strings, fingerprint64


def fingerprints(tensor: Tensor) -> Any:
    """Builds the node to Fingerprint64 of strings, or of integers as decimal strings, as int64 with the same bits."""
    return shared_node(_FINGERPRINTS, tensor)


def _infer(x: TensorSpec) -> TensorSpec:
    return TensorSpec(x.shape, int64)


def _host(x: StringArray | np.ndarray) -> np.ndarray:
    return fingerprint64(x if isinstance(x, StringArray) else decimal_strings(x)).view(np.int64)


_FINGERPRINTS = Op("Fingerprints", infer=_infer, host=_host, lift=broadcasting)
