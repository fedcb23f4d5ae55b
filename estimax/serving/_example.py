"""Rows of named values as serialized `tf.train.Example` records.

Models exported with a parsing receiver take such records; `:classify` and
`:regress` requests spell them as JSON. Only writing is needed here, and the
format is four nested messages, so no protocol buffer library is.

The form of the messages: https://www.tensorflow.org/api_docs/python/tf/train/Example;
of the bytes: https://protobuf.dev/programming-guides/encoding/.
"""

from __future__ import annotations

import base64
import reprlib
import struct
from collections.abc import Mapping, Sequence

from estimax._base._wire_format import delimited, varint
from estimax.serving._errors import bad_request
from estimax.serving._tensor_reading import is_base64, shown

_INT64 = range(-(2**63), 2**63)
_BYTES_LIST, _FLOAT_LIST, _INT64_LIST = 1, 2, 3


def encode_example(features: Mapping[str, object], where: str) -> bytes:
    """Serializes one example from JSON values: a value or a list of values for each feature.

    Strings (and `{"b64": "…"}`) become bytes, whole numbers int64, and a list with any
    number with a fraction float32.

    Args:
        features: Value or list of values by name.
        where: What to call the example in an error.

    Raises:
        RequestError: 400, naming the feature and the value.

    Example:
        >>> encode_example({"a": [1]}, "example 0")
        b'\\n\\x0c\\n\\n\\n\\x01a\\x12\\x05\\x1a\\x03\\n\\x01\\x01'
    """
    entries = []
    for name, value in features.items():
        place = f"{where}, feature {reprlib.repr(name)}"
        values = value if isinstance(value, list) else [value]
        feature = _feature(values, place)
        entries.append(delimited(1, delimited(1, _utf8(name, place)) + delimited(2, feature)))
    return delimited(1, b"".join(entries))


def _feature(values: Sequence[object], place: str) -> bytes:
    types = set(map(type, values))
    if not values:
        return b""
    if types <= {str, dict}:
        return delimited(_BYTES_LIST, b"".join(delimited(1, _text(v, place)) for v in values))
    if types == {int}:
        for value in values:
            if value not in _INT64:
                raise bad_request(f"{place}: whole numbers must be from -2**63 to 2**63-1; got {value}")
        return delimited(_INT64_LIST, delimited(1, b"".join(varint(int(str(v)) % 2**64) for v in values)))
    if types <= {int, float}:
        try:
            return delimited(_FLOAT_LIST, delimited(1, struct.pack(f"<{len(values)}f", *values)))
        except (OverflowError, struct.error):
            raise bad_request(f"{place}: numbers must fit into a float32; got {shown(list(values))}") from None
    raise bad_request(f"{place}: must be strings or numbers, one kind in a feature; got {shown(list(values))}")


def _text(value: object, place: str) -> bytes:
    if isinstance(value, str):
        return _utf8(value, place)
    if isinstance(value, dict) and is_base64(value) and isinstance(value["b64"], str):
        try:
            return base64.b64decode(value["b64"], validate=True)
        except ValueError:
            pass
    raise bad_request(f'{place}: must be a string or {{"b64": "..."}} with padded base64; got {shown(value)}')


def _utf8(text: str, place: str) -> bytes:
    try:
        return text.encode()
    except UnicodeEncodeError:
        raise bad_request(f"{place}: must be valid Unicode") from None
