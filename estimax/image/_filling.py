"""One image resized in one of the ways that there are: which pixels count, and how they are combined."""

from __future__ import annotations

from typing import Any

import numpy as np

from estimax._base._errors import InvalidArgumentError
from estimax.image._interpolation import by_bilinear, by_nearest, by_weights
from estimax.image._sampling import Weighted, area, cubic, filtered, linear, nearest

_ANTIALIASED = {"bilinear": "triangle", "bicubic": "keyscubic"}


def fill_resized(
    image: np.ndarray,
    out: np.ndarray,
    *,
    method: str,
    align_corners: bool,
    half_pixel: bool,
    antialias: bool,
    scale: float = 1.0,
) -> None:
    """Fills `out` [new height, new width, channels] with an image [height, width, channels] of another size.

    `scale` is what every pixel is multiplied by before.

    Raises:
        InvalidArgumentError: the image has no pixels, or so many are not wanted.
    """
    (height, width), (high, wide) = image.shape[:2], out.shape[:2]
    if not (height and width and high > 0 and wide > 0):
        raise InvalidArgumentError(
            f"resize needs at least one pixel, before and after; got {height} x {width} to {high} x {wide}"
        )
    kernel = _ANTIALIASED.get(method, method) if antialias else method
    if kernel == "bilinear":
        down = linear(height, high, align_corners, half_pixel)
        by_bilinear(image, down, linear(width, wide, align_corners, half_pixel), out, scale)
    elif kernel == "nearest":
        rows = nearest(height, high, align_corners, half_pixel)
        by_nearest(image, rows, nearest(width, wide, align_corners, half_pixel), out)
    else:

        def weights(old: int, new: int) -> Weighted:
            if kernel == "area":
                return area(old, new, align_corners)
            if kernel == "bicubic":
                return cubic(old, new, align_corners, half_pixel)
            return filtered(old, new, kernel, antialias)

        scaled = image if scale == 1 else image.astype(np.float32) * np.float32(scale)
        by_weights(scaled, weights(height, high), weights(width, wide), out)


def resized_dtype(dtype: Any, method: str) -> Any:
    """Returns the NumPy type of a resized image: float32, but for nearest neighbours their own."""
    return np.dtype(dtype) if method == "nearest" else np.dtype(np.float32)
