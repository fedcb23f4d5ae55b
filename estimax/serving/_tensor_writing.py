"""From arrays to JSON, spelled as TensorFlow Serving spells it.

Floats keep a fraction and the few digits that their own type needs, NaN and
Infinity are bare words, and bytes are strings where they can be.
"""

from __future__ import annotations

import base64
import json
from typing import Any

import numpy as np
import orjson

from estimax.serving._model import Array


def to_json(name: str, array: Array) -> object:
    """Returns an output as a value that `encode` can write; numbers stay arrays.

    Strings that are not UTF-8, and all strings of an output whose name ends in `_bytes`,
    become `{"b64": "…"}`.
    """
    if array.dtype.kind in "OSU":
        texts = np.empty(array.size, object)
        texts[:] = [_text(value, name.endswith("_bytes")) for value in array.ravel().tolist()]
        return texts.reshape(array.shape).tolist()
    if array.ndim == 0:
        return array[()]
    return np.ascontiguousarray(array)


def rows_to_json(name: str, array: Array) -> list[Any]:
    """Returns the rows of an output (its first axis) as values that `encode` can write."""
    value = to_json(name, array)
    # Not `tolist`, which would make 0.1 of type float32 a float64 with all its digits.
    return value if isinstance(value, list) else list(np.asarray(value))


def is_finite(array: Array) -> bool:
    """Whether an output has no NaN and no infinity."""
    return array.dtype.kind != "f" or bool(np.isfinite(array).all())


def encode(value: object, finite: bool = True) -> bytes:
    """Writes JSON; `finite` says that there is no NaN or infinity in it, which is faster.

    Example:
        >>> encode({"predictions": np.array([0.1, 2.0], np.float32)})
        b'{"predictions":[0.1,2.0]}'
        >>> encode({"predictions": np.array([0.1, np.nan], np.float32)}, finite=False)
        b'{"predictions": [0.1, NaN]}'
    """
    if finite:
        return orjson.dumps(value, option=orjson.OPT_SERIALIZE_NUMPY)
    # orjson would write null.
    return json.dumps(value, default=_plain, ensure_ascii=False).encode()


def _text(value: Any, as_bytes: bool) -> str | dict[str, str]:
    if isinstance(value, str):
        value = value.encode()
    if not as_bytes:
        try:
            return str(value, "utf-8")
        except UnicodeDecodeError:
            pass
    return {"b64": base64.b64encode(value).decode()}


def _plain(value: Any) -> Any:
    """Turns arrays into lists, keeping the digits that their own type needs."""
    if not isinstance(value, np.ndarray | np.generic):
        raise TypeError(f"cannot be written as JSON: {type(value).__name__}")
    narrow = value.dtype.kind == "f" and value.dtype.itemsize < 8
    return (np.asarray(value).astype(str).astype(np.float64) if narrow else value).tolist()
