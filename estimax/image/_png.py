"""Reading one PNG file: with Pillow, but for colours of 16 bits, which it does not keep.

Undoing the filters of PNG goes pixel after pixel, since each may depend on the
ones left of it and above it. Along a diagonal pixels do not depend on each
other, so here it goes diagonal after diagonal. Source: the PNG specification,
second edition, sections 9 and 7.
"""

from __future__ import annotations

import io
import zlib
from typing import Any

import numpy as np

from estimax._base._errors import InvalidArgumentError
from estimax.image._formats import check_size, unpacked
from estimax.image._libraries import PILLOW_ERRORS, pillow

_CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}  # of the colour types
_HEADER = 16  # where the header's fields begin
_RED, _GREEN, _BLUE = 9797, 19234, 3737  # 32768ths: how libpng weighs colours when it makes them grey


def decode_png_file(data: memoryview, channels: int, wide: bool) -> np.ndarray:
    """Decodes a PNG file to uint8, or uint16 if `wide`, [height, width, channels].

    Raises:
        InvalidArgumentError: it is damaged or too large.
    """
    width, height, depth, colour_type, _, _, interlaced = unpacked(">IIBBBBB", data, _HEADER, "PNG")
    check_size(1, height, width, 4, 2 if wide else 1)
    if depth == 16 and colour_type in (2, 4, 6) and not interlaced:
        image = _sixteen_bits(data, height, width, _CHANNELS[colour_type])
    else:
        if wide and depth == 16 and colour_type != 0:
            raise InvalidArgumentError("interlaced PNG files with colours of 16 bits can be decoded to uint8 only")
        image = _with_pillow(data)
    image = with_channels_of(image, channels)
    if image.dtype == np.uint16 and not wide:
        return (image >> 8).astype(np.uint8)
    return image.astype(np.uint16) * np.uint16(257) if wide and image.dtype == np.uint8 else image


def with_channels_of(image: np.ndarray, channels: int) -> np.ndarray:
    """Gives an image the wanted number of channels: 1 is grey, 3 is RGB, 4 adds opacity, 0 leaves it as it is."""
    has = image.shape[-1]
    if channels in (0, has):
        return image
    opaque = np.iinfo(image.dtype).max
    if channels == 1:
        return _grey(image) if has >= 3 else image[..., :1]
    colours = image[..., :3] if has >= 3 else np.repeat(image[..., :1], 3, -1)
    if channels == 3:
        return colours
    opacity = image[..., -1:] if has in (2, 4) else np.full((*image.shape[:-1], 1), opaque, image.dtype)
    return np.concatenate([colours, opacity], -1)


def _grey(image: np.ndarray) -> np.ndarray:
    red, green, blue = (image[..., i].astype(np.int64) for i in range(3))
    total = _RED * red + _GREEN * green + _BLUE * blue
    rounding = 16384 if image.dtype == np.uint16 else 0
    grey = ((total + rounding) >> 15).astype(image.dtype)
    same = (red == green) & (red == blue)
    return np.where(same, image[..., 0], grey)[..., np.newaxis]


def _with_pillow(data: memoryview) -> np.ndarray:
    try:
        picture: Any = pillow("PngImagePlugin").PngImageFile(io.BytesIO(data))
        picture.load()
    except PILLOW_ERRORS as error:
        raise damaged("PNG", data, error) from None
    if picture.mode == "P":
        picture = picture.convert("RGBA" if "transparency" in picture.info else "RGB")
    elif picture.mode == "1":
        picture = picture.convert("L")
    image = np.array(picture)
    if image.dtype == np.int32:  # what Pillow makes of some grey pictures of 16 bits
        image = image.astype(np.uint16)
    return image[..., np.newaxis] if image.ndim == 2 else image


def damaged(kind: str, data: memoryview, error: Exception) -> InvalidArgumentError:
    """Returns the error that says that a file cannot be decoded, and why."""
    return InvalidArgumentError(f"the {kind} data of {len(data)} bytes cannot be decoded: {error}")


def _sixteen_bits(data: memoryview, height: int, width: int, channels: int) -> np.ndarray:
    pixel = 2 * channels
    size = height * (1 + width * pixel)
    try:
        decoder = zlib.decompressobj()
        raw = decoder.decompress(_image_data(data), size)
    except zlib.error as error:
        raise damaged("PNG", data, error) from None
    if len(raw) < size:
        raise damaged("PNG", data, ValueError(f"it holds {len(raw)} of {size} bytes of pixels"))
    lines = np.frombuffer(raw, np.uint8).reshape(height, 1 + width * pixel)
    filters = lines[:, 0]
    if (filters > 4).any():
        raise damaged("PNG", data, ValueError(f"filters are numbered from 0 to 4; got {filters.max()}"))
    pixels = _unfiltered(lines[:, 1:].reshape(height, width, pixel), filters)
    return pixels.reshape(height, width, channels, 2).view(">u2")[..., 0].astype(np.uint16)


def _image_data(data: memoryview) -> bytes:
    """Joins what the IDAT chunks of a PNG file hold."""
    parts = []
    at = 8
    while at < len(data):
        (length,) = unpacked(">I", data, at, "PNG")
        kind = bytes(data[at + 4 : at + 8])
        body = data[at + 8 : at + 8 + length]
        (check,) = unpacked(">I", data, at + 8 + length, "PNG")
        if zlib.crc32(data[at + 4 : at + 8 + length]) != check:
            raise damaged("PNG", data, ValueError(f"the checksum of chunk {kind!r} is wrong"))
        if kind == b"IDAT":
            parts.append(body)
        at += 12 + length
    return b"".join(parts)


def _unfiltered(lines: np.ndarray, filters: np.ndarray) -> np.ndarray:
    """Undoes the filters of all lines, [height, width, bytes of a pixel]."""
    height, width, pixel = lines.shape
    out = np.zeros((height + 1, width + 1, pixel), np.int16)  # with a border of zeros above and to the left
    kinds = filters.astype(np.int64)
    for diagonal in range(height + width - 1):
        y = np.arange(max(0, diagonal - width + 1), min(height, diagonal + 1))
        x = diagonal - y
        left, above, corner = out[y + 1, x], out[y, x + 1], out[y, x]
        guess = np.stack([np.zeros_like(left), left, above, (left + above) >> 1, _paeth(left, above, corner)])[
            kinds[y], np.arange(len(y))
        ]
        out[y + 1, x + 1] = (lines[y, x] + guess) & 0xFF
    return out[1:, 1:].astype(np.uint8)


def _paeth(left: np.ndarray, above: np.ndarray, corner: np.ndarray) -> np.ndarray:
    """Returns which of three neighbours is nearest to left + above - corner; on a tie the first."""
    by_left, by_above = np.abs(above - corner), np.abs(left - corner)
    by_corner = np.abs(left + above - 2 * corner)
    first = (by_left <= by_above) & (by_left <= by_corner)
    return np.where(first, left, np.where(by_above <= by_corner, above, corner))
