"""A position of the input as JSON and arrays, and back, exactly.

What an iterator's `state()` gives is a tree of plain values and arrays. Numbers
and names become JSON; arrays stay arrays, so that a checkpoint can hold them as
it holds variables. Nothing but data comes out of what is read back.
"""

from __future__ import annotations

import base64
import json
import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import pyarrow as pa

from estimax._base._errors import DataLossError, InvalidArgumentError
from estimax._base._string_array import Origin, StringArray
from estimax._base._tensor_file import can_hold

# JSON readers disagree on longer integers, and Python refuses very long decimal ones.
_PLAIN_INT = 2**53
_RAW_KINDS = frozenset("biufcmMSU")


def pack(tree: Any) -> tuple[str, dict[str, np.ndarray]]:
    """Returns a tree as JSON text and the arrays that the text names '0', '1', ….

    The tree may consist of dict, list, tuple, int of any size, float, str, bytes,
    bool, None, NumPy arrays and scalars, and `StringArray`. Arrays are not copied.

    Raises:
        InvalidArgumentError: there is something else in the tree; the message says where.

    Example:
        >>> import numpy as np
        >>> from estimax._base._state_tree import pack, unpack
        >>> text, arrays = pack({"offset": 7, "order": np.array([2, 0, 1]), "ends": (None, 0.5)})
        >>> text
        '{"offset": 7, "order": {"array": "0"}, "ends": {"tuple": [null, 0.5]}}'
        >>> unpack(text, arrays)
        {'offset': 7, 'order': array([2, 0, 1]), 'ends': (None, 0.5)}
    """
    arrays: dict[str, np.ndarray] = {}
    return json.dumps(_packed(tree, arrays, "state")), arrays


def _packed(value: Any, arrays: dict[str, np.ndarray], where: str) -> Any:
    kind = type(value)
    if value is None or kind in (bool, str):
        return value
    if kind is int:
        return value if -_PLAIN_INT <= value <= _PLAIN_INT else {"int": hex(value)}
    if kind is float:
        return value if math.isfinite(value) else {"float": str(value)}
    if kind is bytes:
        return {"bytes": base64.b64encode(value).decode()}
    if kind is list:
        return [_packed(v, arrays, f"{where}[{i}]") for i, v in enumerate(value)]
    if kind is tuple:
        return {"tuple": [_packed(v, arrays, f"{where}[{i}]") for i, v in enumerate(value)]}
    if kind is dict:
        return _packed_dict(value, arrays, where)
    if isinstance(value, StringArray):
        return _packed_strings(value, arrays)
    if isinstance(value, np.generic):
        return {"scalar": _packed_array(np.asarray(value), arrays, where)}
    if kind is np.ndarray:
        return _packed_array(value, arrays, where)
    raise InvalidArgumentError(
        f"the position of an input must consist of plain values, lists, tuples, dicts and arrays; "
        f"{where} is {str(value)[:100]!r}, a {kind.__name__}"
    )


def _packed_dict(value: dict[Any, Any], arrays: dict[str, np.ndarray], where: str) -> Any:
    # A dict of one entry could be taken for one of our own tags.
    is_like_tag = len(value) == 1 and next(iter(value)) in _UNPACK
    if not is_like_tag and all(type(name) is str for name in value):
        return {name: _packed(v, arrays, f"{where}[{name!r}]") for name, v in value.items()}
    pairs = [[_packed(k, arrays, f"a key of {where}"), _packed(v, arrays, f"{where}[{k!r}]")] for k, v in value.items()]
    return {"items": pairs}


def _stored(array: np.ndarray, arrays: dict[str, np.ndarray]) -> str:
    name = str(len(arrays))
    arrays[name] = array
    return name


def _packed_array(array: np.ndarray, arrays: dict[str, np.ndarray], where: str) -> Any:
    if can_hold(array.dtype):
        return {"array": _stored(array, arrays)}
    if array.dtype.kind == "O":
        return {"objects": [list(array.shape), _packed(array.ravel().tolist(), arrays, where)]}
    if array.dtype.kind not in _RAW_KINDS or not array.dtype.itemsize:
        raise InvalidArgumentError(f"{where} is an array of type {array.dtype}, which a checkpoint cannot hold")
    raw = np.frombuffer(array.tobytes(), np.uint8)
    return {"raw": [array.dtype.str, list(array.shape), _stored(raw, arrays)]}


def _packed_strings(strings: StringArray, arrays: dict[str, np.ndarray]) -> Any:
    flat = strings.flat
    _, starts, data = flat.buffers()
    offsets = np.zeros(1, np.int32)
    if len(flat):
        offsets = np.frombuffer(starts, np.int32)[flat.offset : flat.offset + len(flat) + 1]
    used = np.frombuffer(data if data is not None else b"", np.uint8)[offsets[0] : offsets[-1]]
    parts = [list(strings.shape), _stored(used, arrays), _stored(offsets - offsets[0], arrays)]
    origin = strings.origin
    if origin is not None:
        parts += [list(origin.files), _stored(origin.file, arrays), _stored(origin.line, arrays), origin.unit]
    return {"strings": parts}


def unpack(text: str, arrays: Mapping[str, np.ndarray]) -> Any:
    """Returns the tree that `pack` was given.

    Raises:
        DataLossError: the text and the arrays do not belong together, or are not from `pack`.
    """
    try:
        return _unpacked(json.loads(text), arrays)
    except (KeyError, IndexError, TypeError, ValueError, RecursionError, pa.ArrowException) as error:
        raise DataLossError(f"the saved position of the input is damaged: {error!r}") from error


def _unpacked(said: Any, arrays: Mapping[str, np.ndarray]) -> Any:
    if isinstance(said, list):
        return [_unpacked(v, arrays) for v in said]
    if not isinstance(said, dict):
        return said
    if len(said) == 1:
        ((tag, value),) = said.items()
        if tag in _UNPACK:
            return _UNPACK[tag](value, arrays)
    return {name: _unpacked(v, arrays) for name, v in said.items()}


def _unpacked_raw(said: Any, arrays: Mapping[str, np.ndarray]) -> np.ndarray:
    dtype, shape, name = said
    return np.frombuffer(arrays[name].tobytes(), np.dtype(dtype)).reshape(shape).copy()


def _unpacked_objects(said: Any, arrays: Mapping[str, np.ndarray]) -> np.ndarray:
    shape, values = said
    array = np.empty(len(values), object)
    for i, value in enumerate(values):
        array[i] = _unpacked(value, arrays)
    return array.reshape(shape)


def _unpacked_strings(said: Any, arrays: Mapping[str, np.ndarray]) -> StringArray:
    shape, data, offsets, *origin = said
    starts = arrays[offsets]
    buffers = [None, pa.py_buffer(np.ascontiguousarray(starts)), pa.py_buffer(np.ascontiguousarray(arrays[data]))]
    flat = pa.Array.from_buffers(pa.binary(), len(starts) - 1, buffers)
    flat.validate(full=True)
    if math.prod(shape) != len(flat) or starts.dtype != np.int32:
        raise ValueError(f"{len(flat)} strings do not fill the shape {shape}")
    if not origin:
        return StringArray(flat, tuple(shape))
    files, file, line, unit = origin
    return StringArray(flat, tuple(shape), Origin(tuple(files), arrays[file], arrays[line], unit))


_UNPACK: dict[str, Any] = {
    "int": lambda said, _: int(said, 16),
    "float": lambda said, _: float(said),
    "bytes": lambda said, _: base64.b64decode(said, validate=True),
    "tuple": lambda said, arrays: tuple(_unpacked(said, arrays)),
    "items": lambda said, arrays: {_unpacked(k, arrays): _unpacked(v, arrays) for k, v in said},
    "scalar": lambda said, arrays: _unpacked(said, arrays)[()],
    "array": lambda said, arrays: arrays[said],
    "raw": _unpacked_raw,
    "objects": _unpacked_objects,
    "strings": _unpacked_strings,
}
