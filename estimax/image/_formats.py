"""Which kind of image file some bytes are, and what may be said about those that are none.

The original's decoders look at the first bytes, not at their own name: its
`decode_png` reads a JPEG too. So do ours.
"""

from __future__ import annotations

import struct

from estimax._base._errors import InvalidArgumentError

_BEGINNINGS = ((b"\xff\xd8\xff", "jpeg"), (b"\x89PNG\r\n\x1a\n", "png"), (b"GIF8", "gif"), (b"BM", "bmp"))

MOST_BYTES = 1 << 29  # of one decoded image: what no one means to decode is refused before memory runs out


def format_of(data: memoryview) -> str:
    """Returns 'jpeg', 'png', 'gif' or 'bmp'.

    Raises:
        InvalidArgumentError: it is none of these.
    """
    for beginning, name in _BEGINNINGS:
        if data[: len(beginning)] == beginning:
            return name
    if not len(data):
        raise InvalidArgumentError("an image file must not be empty; got no bytes")
    raise InvalidArgumentError(
        f"an image must be a JPEG, PNG, GIF or BMP file; got {len(data)} bytes that begin with {bytes(data[:8])!r}"
    )


def check_size(frames: int, height: int, width: int, channels: int, item_bytes: int = 1) -> None:
    """Refuses images that would fill the memory, however small their files are.

    Raises:
        InvalidArgumentError: the image is empty, or larger than 512 MiB when decoded.
    """
    if height < 1 or width < 1:
        raise InvalidArgumentError(f"an image must have a height and a width; its file says {height} x {width}")
    if frames * height * width * channels * item_bytes > MOST_BYTES:
        raise InvalidArgumentError(
            f"a decoded image may have {MOST_BYTES >> 20} MiB; its file says {frames} x {height} x {width} x {channels}"
        )


def unpacked(layout: str, data: memoryview, offset: int, what: str) -> tuple[int, ...]:
    """Reads numbers of a file's header, as `struct.unpack_from` does.

    Raises:
        InvalidArgumentError: the file ends before.
    """
    try:
        return struct.unpack_from(layout, data, offset)
    except struct.error:
        raise InvalidArgumentError(f"the {what} data ends within its header, after {len(data)} bytes") from None
