"""Reading GIF files, with Pillow, and BMP files, which are little more than their pixels."""

from __future__ import annotations

import io
from typing import Any

import numpy as np

from estimax._base._errors import InvalidArgumentError
from estimax.image._formats import check_size, unpacked
from estimax.image._libraries import PILLOW_ERRORS, pillow
from estimax.image._png import damaged


def decode_gif_file(data: memoryview, first_only: bool = False) -> np.ndarray:
    """Decodes a GIF file to uint8 [frames, height, width, 3].

    Of a file that is cut off the frames before its end are returned.

    Raises:
        InvalidArgumentError: it is damaged or too large.
    """
    width, height = unpacked("<HH", data, 6, "GIF")
    check_size(1, height, width, 3)
    frames: list[np.ndarray] = []
    try:
        picture: Any = pillow("GifImagePlugin").GifImageFile(io.BytesIO(data))
        while True:
            picture.seek(len(frames))
            frames.append(_over_black(np.array(picture.convert("RGBA"))))
            if first_only:
                break
            check_size(len(frames) + 1, height, width, 3)
    except EOFError:
        pass
    except PILLOW_ERRORS as error:
        if isinstance(error, InvalidArgumentError):
            raise
        if not frames:
            raise damaged("GIF", data, error) from None
    if not frames:
        raise damaged("GIF", data, ValueError("it holds no picture"))
    return np.stack(frames)


def _over_black(image: np.ndarray) -> np.ndarray:
    """Makes RGB of RGBA, black where nothing was painted."""
    colours: np.ndarray = image[..., :3] * (image[..., 3:] > 0)
    return colours


def decode_bmp_file(data: memoryview, channels: int) -> np.ndarray:
    """Decodes a BMP file without compression to uint8 [height, width, channels].

    Palettes are not looked up, as in the original: 8 bits are one channel.

    Raises:
        InvalidArgumentError: it is cut off, too large or of a kind that cannot be decoded.
    """
    if channels == 1:
        raise InvalidArgumentError("channels must be 0, 3 or 4 for a BMP file; got 1. Use rgb_to_grayscale afterwards")
    (start,) = unpacked("<I", data, 10, "BMP")
    width, height = unpacked("<ii", data, 18, "BMP")
    (bits,) = unpacked("<H", data, 28, "BMP")
    has = bits // 8
    if has not in (1, 3, 4):
        raise InvalidArgumentError(f"a BMP file must have 8, 24 or 32 bits for each pixel; got {bits}")
    lines = abs(height)
    check_size(1, lines, width, max(has, channels))
    stride = (bits * width + 31) // 32 * 4
    if start + stride * lines > len(data):
        raise InvalidArgumentError(
            f"the BMP data is cut off: {stride * lines} bytes of pixels begin at byte {start}; got {len(data)} bytes"
        )
    rows = np.frombuffer(data, np.uint8, stride * lines, start).reshape(lines, stride)[:, : width * has]
    image = rows.reshape(lines, width, has)[:: 1 if height < 0 else -1]
    if has >= 3:
        image = image[..., [2, 1, 0, 3][:has]]
    return _padded(image, channels)


def _padded(image: np.ndarray, channels: int) -> np.ndarray:
    has = image.shape[-1]
    if channels in (0, has):
        return np.ascontiguousarray(image)
    colours = image[..., :3] if has >= 3 else np.repeat(image, 3, -1)
    if channels == 3:
        return np.ascontiguousarray(colours)
    return np.concatenate([colours, np.full((*image.shape[:-1], 1), 255, np.uint8)], -1)
