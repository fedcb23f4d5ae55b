"""The keys under which TensorFlow's checkpoints keep the parts of an array: its name and their place, in order.

Such a key is a 0, the array's name, the number of its dimensions, and for each of
them where the part begins and how long it is, -1 for all of it. Numbers and texts
are written so that the order of the keys as bytes is that of what they say.
"""

from __future__ import annotations

from estimax._base._tensor_messages import Slice
from estimax._base._wire_format import WireError

_END_OF_TEXT = b"\x00\x01"
_ESCAPED = {0: b"\x00\xff", 255: b"\xff\x00"}
_LENGTH_BITS = 7  # of a signed number in each of its bytes; the rest says how many bytes there are


def encoded_slice_name(name: str, part: Slice) -> bytes:
    """Returns the key of a part of an array.

    Example:
        >>> from estimax._base._slice_names import encoded_slice_name
        >>> encoded_slice_name("w", ((2, 3), (0, None)))
        b'\\x00w\\x00\\x01\\x01\\x02\\x82\\x83\\x80\\x7f'
    """
    key = _unsigned(0) + _text(name.encode(errors="surrogateescape")) + _unsigned(len(part))
    for start, length in part:
        key += _signed(start) + _signed(-1 if length is None else length)
    return key


def _unsigned(value: int) -> bytes:
    size = (value.bit_length() + 7) // 8
    return bytes([size]) + value.to_bytes(size, "big")


def _text(data: bytes) -> bytes:
    return b"".join(_ESCAPED.get(byte, bytes([byte])) for byte in data) + _END_OF_TEXT


def _signed(value: int) -> bytes:
    """Returns a signed number: as many ones as it has bytes, but for the first, then a zero, then the number.

    Those of a negative number are turned around.
    """
    bits = (~value if value < 0 else value).bit_length()
    size = bits // _LENGTH_BITS + 1
    if size > 9:
        raise WireError(f"no part of an array begins at {value} or is as long")
    header = ((1 << size) - 1) << (8 * size - size)
    number = value & ((1 << (8 * size)) - 1)
    return (number ^ header).to_bytes(size, "big")
