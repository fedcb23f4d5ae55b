"""From JSON values to arrays, strictly.

A value is read level by level rather than item by item: the common, correct
case costs a few passes in C, and only a wrong value is looked for one by one,
so that the error can name its input, row and place.
"""

from __future__ import annotations

import base64
import json
import reprlib
from collections.abc import Sequence
from itertools import chain

import numpy as np
import orjson

from estimax._base._dtypes import DType
from estimax.serving._errors import bad_request
from estimax.serving._model import Array, TensorInfo

_KINDS = {str: "a string", list: "a list", dict: "an object", bool: "a truth value"}


def decode(body: bytes) -> object:
    """Reads JSON, in which NaN and Infinity may stand as bare words.

    Raises:
        RequestError: 400, if it is not JSON.
    """
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError as error:
        if b"NaN" in body or b"Infinity" in body:
            try:
                value: object = json.loads(body)
            except (ValueError, RecursionError):
                pass
            else:
                return value
        raise bad_request(f"the body must be JSON: {error}") from None


def to_array(value: object, info: TensorInfo) -> Array:
    """Reads a JSON value as the array that an input takes.

    Strings become bytes (UTF-8, or the content of `{"b64": "…"}`). Integers must be
    written without a fraction; truth values are not numbers.

    Raises:
        RequestError: 400, naming the input, the row and what was given there.

    Example:
        >>> from collections import namedtuple
        >>> from estimax._base._dtypes import float32
        >>> Info = namedtuple("Info", "name dtype shape")
        >>> to_array([[1, 2], [3, 4]], Info("x", float32, (None, 2)))
        array([[1., 2.],
               [3., 4.]], dtype=float32)
    """
    level: Sequence[object] = [value]
    lengths: list[int] = []
    for expected in info.shape:
        lengths.append(_length(level, lengths, expected, info))
        level = list(chain.from_iterable(level))  # type: ignore[arg-type]  # _length has checked that all are lists
    return _leaves(level, lengths, info).reshape(lengths)


def is_base64(value: object) -> bool:
    """Whether a JSON value is `{"b64": …}`, which stands for bytes and not for named inputs."""
    return type(value) is dict and value.keys() == {"b64"}


def shown(value: object) -> str:
    """Returns a JSON value for a message: what it is, cut where it is long.

    Example:
        >>> shown("many"), shown(None), shown(1.5)
        ('"many" (a string)', 'null', '1.5')
    """
    if isinstance(value, list | dict):
        text = reprlib.repr(value)
    else:
        text = json.dumps(value[:80] if isinstance(value, str) else value)
    text = text if len(text) <= 80 else f"{text[:77]}..."
    kind = _KINDS.get(type(value))
    return f"{text} ({kind})" if kind else text


def _length(level: Sequence[object], lengths: list[int], expected: int | None, info: TensorInfo) -> int:
    """Returns the one length that all lists of a level have."""
    if not level:
        return expected or 0
    found = {len(item) if type(item) is list else -1 for item in level}
    if len(found) == 1 and -1 not in found and expected in (None, *found):
        return found.pop()
    sizes: list[int] = []
    for position, item in enumerate(level):
        where = _where(info, lengths, position)
        if not isinstance(item, list):
            raise bad_request(f"{where}: must be a list{_shape_hint(info)}; got {shown(item)}")
        if expected is not None and len(item) != expected:
            raise bad_request(f"{where}: must be a list of {expected}{_shape_hint(info)}; got {len(item)} items")
        sizes.append(len(item))
    odd = next(i for i, size in enumerate(sizes) if size != sizes[0])
    raise bad_request(
        f"{_where(info, lengths, odd)}: must be a list of {sizes[0]} items, as the ones before it are; "
        f"got {sizes[odd]} items"
    )


def _leaves(values: Sequence[object], lengths: list[int], info: TensorInfo) -> Array:
    types = set(map(type, values))
    dtype = info.dtype
    try:
        if dtype.is_string and types <= {str, dict}:
            return _bytes_array(values)
        if (dtype.is_integer and types <= {int}) or (dtype.is_bool and types <= {bool}):
            return np.array(values, dtype.as_numpy_dtype)
        if dtype.is_floating and types <= {int, float}:
            return _float_array(values, dtype)
    except (OverflowError, ValueError):
        pass  # the search below finds and names the value
    for position, value in enumerate(values):
        wrong = _fault(value, dtype)
        if wrong:
            raise bad_request(f"{_where(info, lengths, position)}: {wrong}; got {shown(value)}")
    raise bad_request(f"input {info.name!r}: cannot be read as {dtype.name}")


def _bytes_array(values: Sequence[object]) -> Array:
    array = np.empty(len(values), object)
    array[:] = [value.encode() if isinstance(value, str) else _from_base64(value) for value in values]
    return array


def _from_base64(value: object) -> bytes:
    if not isinstance(value, dict) or value.keys() != {"b64"} or not isinstance(value["b64"], str):
        raise ValueError("not a base64 object")
    return base64.b64decode(value["b64"], validate=True)


def _float_array(values: Sequence[object], dtype: DType) -> Array:
    exact = np.array(values, np.float64)
    with np.errstate(over="ignore"):
        array: Array = exact.astype(dtype.as_numpy_dtype)
    if not np.array_equal(np.isinf(array), np.isinf(exact)):
        raise OverflowError(dtype.name)
    return array


def _fault(value: object, dtype: DType) -> str:
    """Says what must hold of a value of this type, or '' if it does."""
    if isinstance(value, list):
        return "must be a single value"
    try:
        if dtype.is_string:
            if not isinstance(value, str | dict):
                return 'must be a string, or {"b64": "..."} for bytes'
            _bytes_array([value])
        elif dtype.is_bool:
            return "" if isinstance(value, bool) else "must be true or false"
        elif dtype.is_integer:
            if type(value) is not int:
                return f"must be a whole number without quotes or a fraction ({dtype.name})"
            np.array([value], dtype.as_numpy_dtype)
        else:
            if type(value) not in (int, float):
                return f"must be a number without quotes ({dtype.name})"
            _float_array([value], dtype)
    except UnicodeEncodeError:
        return "must be a string of valid Unicode"
    except ValueError:
        return 'must be {"b64": "..."} with padded base64 in it and nothing else'
    except OverflowError:
        return f"must be from {dtype.min} to {dtype.max} ({dtype.name})"
    return ""


def _where(info: TensorInfo, lengths: list[int], position: int) -> str:
    """Names a place: `input 'x', row 3, item [0][2]`."""
    if not lengths:
        return f"input {info.name!r}"
    first, *rest = (int(i) for i in np.unravel_index(position, lengths))
    batched = bool(info.shape) and info.shape[0] is None
    place = f"input {info.name!r}, {'row' if batched else 'item'} {first}"
    return place + (f", item {''.join(f'[{i}]' for i in rest)}" if rest else "")


def _shape_hint(info: TensorInfo) -> str:
    if info.shape[:1] != (None,):
        return f" (the shape is {list(info.shape)})"
    if len(info.shape) == 1:
        return " with one value for each row"
    return f" (each row has shape [{', '.join('?' if n is None else str(n) for n in info.shape[1:])}])"
