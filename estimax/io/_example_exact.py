"""Examples read one by one, as the original reads them.

It serves the rows that no array operation reads, and says what is wrong with rows
that are no examples.
"""

from __future__ import annotations

from estimax._base._wire_format import DELIMITED, WireError, fields


def features_of(message: bytes, number: int = 1) -> dict[bytes, bytes]:
    """Returns the messages of the map that stands in a field of a message, by name.

    Of a name that comes several times the last one counts that is not empty. Other
    fields of the message are passed over; entries must be a name and a message.

    Raises:
        WireError: the bytes are no such message.

    Example:
        >>> from estimax.io._example_exact import features_of
        >>> features_of(bytes.fromhex("0a080a060a01781201ff"))
        {b'x': b'\\xff'}
    """
    found: dict[bytes, bytes] = {}
    for field, kind, value in fields(message):
        if (field, kind) == (number, DELIMITED):
            for name, content in _entries(value):
                if content or name not in found:
                    found[name] = content
    return found


def _entries(content: bytes) -> list[tuple[bytes, bytes]]:
    entries = []
    for field, kind, value in fields(content):
        parts = {n: v for n, k, v in fields(value) if k == DELIMITED} if (field, kind) == (1, DELIMITED) else {}
        if set(parts) != {1, 2} or sum(1 for _ in fields(value)) != 2:
            raise WireError("an entry of its features is not a name and a feature")
        entries.append((parts[1], parts[2]))
    return entries
