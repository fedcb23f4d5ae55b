"""Taking what columns computed on the host to the device in few arrays.

Every array that a step reads costs it a fixed time, small columns nearly nothing
else. So ids of many columns travel side by side in one array, and numbers in
another, and are taken apart on the device, where slices are free.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from estimax._base._dtypes import DType, float32, int32
from estimax._base._errors import InvalidArgumentError
from estimax._base._shapes import TensorSpec
from estimax._graph._boundary import is_device_array
from estimax._graph._lifting import leading_axis
from estimax._graph._op import Op
from estimax._graph._tensor import Tensor
from estimax._scope._crossing import to_device


def _infer(*parts: TensorSpec, dtype: DType) -> TensorSpec:
    widths = [p.shape[-1] for p in parts]
    width = None if None in widths else sum(w for w in widths if w is not None)
    return TensorSpec((_batch_size([p.shape[0] for p in parts]), width), dtype)


def _batch_size(sizes: Sequence[int | None]) -> int | None:
    """Returns the size that all features have; None where none is known."""
    known = sorted({s for s in sizes if s is not None})
    if len(known) > 1:
        raise InvalidArgumentError(f"all features must have the same batch size; got {', '.join(map(str, known))}")
    return known[0] if known else None


def _host(*parts: np.ndarray, dtype: DType) -> np.ndarray:
    if len(parts) == 1:
        return parts[0].astype(dtype.as_numpy_dtype, copy=False)
    _batch_size([p.shape[-2] for p in parts])
    whole = np.empty((*parts[0].shape[:-1], sum(p.shape[-1] for p in parts)), dtype.as_numpy_dtype)
    start = 0
    for part in parts:
        whole[..., start : start + part.shape[-1]] = part
        start += part.shape[-1]
    return whole


_PACK = Op("PackColumns", infer=_infer, host=_host, lift=leading_axis(_host))


def enter_together(parts: Sequence[Any]) -> list[Any]:
    """Takes Tensors [batch, k] to the device: integers as int32, all else as float32.

    Returns:
        A device array [batch, k] for each; device arrays as they are.

    Raises:
        InvalidArgumentError: the batch sizes differ.
    """
    _batch_size([p.shape[0] for p in parts if not is_device_array(p)])
    arrays: list[Any] = list(parts)
    for dtype in (int32, float32):
        chosen = [i for i, p in enumerate(parts) if not is_device_array(p) and _kind(p) == dtype]
        widths = [parts[i].shape[-1] for i in chosen]
        fixed = [i for i, width in zip(chosen, widths, strict=True) if width is not None]
        for i in set(chosen) - set(fixed):
            arrays[i] = to_device(_PACK(parts[i], dtype=dtype))
        if fixed:
            whole = to_device(_PACK(*(parts[i] for i in fixed), dtype=dtype))
            ends = np.cumsum([parts[i].shape[-1] for i in fixed])
            for i, end in zip(fixed, ends.tolist(), strict=True):
                arrays[i] = whole[:, end - parts[i].shape[-1] : end]
    return arrays


def _kind(part: Tensor) -> DType:
    return int32 if part.dtype.is_integer else float32
