"""Computing the pixels of a resized image from those of the original one.

An image is taken as a matrix [height, width * channels]. Columns are combined
first and rows then, as in the original, so that even the roundings are its own.
Rows that nothing needs are left out before.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from estimax.image._sampling import Between, Weighted
from estimax.image._threads import workspace

F = np.float32

_ELEMENTS_AT_ONCE = 80_000  # of the result, so that what is computed from stays in the cache
_LONG_PIXEL = 32  # bytes from which on a pixel is worth a copy of its own


def by_bilinear(image: np.ndarray, rows: Between, columns: Between, out: np.ndarray, scale: float = 1.0) -> None:
    """Fills `out`, float32 [new height, new width, channels], by linear interpolation along both axes.

    `scale` is what every pixel is multiplied by before.
    """
    height, width, channels = image.shape
    low, high = _spread(columns.low, channels), _spread(columns.high, channels)
    part = np.repeat(columns.part, channels)
    wide = len(part)
    source = np.ascontiguousarray(image).reshape(height, width * channels)
    target = out.reshape(len(rows.low), wide)
    lines = max(1, _ELEMENTS_AT_ONCE // max(wide, 1))
    for begin in range(0, len(rows.low), lines):
        above, below = rows.low[begin : begin + lines], rows.high[begin : begin + lines]
        needed, above, below = _needed(source, above, below)
        across = _between_columns(needed, low, high, part, scale)
        top = workspace("top", (len(above), wide), F)
        across.take(above, 0, out=top, mode="clip")
        block = target[begin : begin + lines]
        across.take(below, 0, out=block, mode="clip")
        block -= top
        block *= rows.part[begin : begin + lines, np.newaxis]
        block += top


def _needed(source: np.ndarray, above: np.ndarray, below: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Returns the lines of a picture that two lists of lines need, and the lists counted in these."""
    first, last = int(min(above[0], below[0])), int(max(above[-1], below[-1]))
    if last + 1 - first <= 2 * len(above):
        return source[first : last + 1], above - first, below - first
    numbers, places = np.unique(np.concatenate([above, below]), return_inverse=True)
    lines = workspace("lines", (len(numbers), source.shape[1]), source.dtype)
    source.take(numbers, 0, out=lines, mode="clip")
    return lines, places[: len(above)], places[len(above) :]


def _between_columns(
    lines: np.ndarray, low: np.ndarray, high: np.ndarray, part: np.ndarray, scale: float
) -> np.ndarray:
    left = _picked("left", lines, low, scale)
    right = _picked("right", lines, high, scale)
    right -= left
    right *= part
    right += left
    return right


def _picked(name: str, lines: np.ndarray, index: np.ndarray, scale: float) -> np.ndarray:
    """Returns some columns as float32, in an array of the thread's own."""
    shape = (len(lines), len(index))
    out = workspace(name, shape, F)
    if lines.dtype == F:
        lines.take(index, 1, out=out, mode="clip")
    else:
        picked = workspace("picked", shape, lines.dtype)
        lines.take(index, 1, out=picked, mode="clip")
        np.copyto(out, picked, casting="unsafe")
    if scale != 1:
        out *= F(scale)
    return out


def by_nearest(image: np.ndarray, rows: np.ndarray, columns: np.ndarray, out: np.ndarray) -> None:
    """Fills `out` with the pixels at the given rows and columns."""
    height, width, channels = image.shape
    if channels * image.itemsize >= _LONG_PIXEL:
        image.take(rows, 0).take(columns, 1, out=out, mode="clip")
        return
    lines = np.ascontiguousarray(image).reshape(height, width * channels).take(rows, 0)
    lines.take(_spread(columns, channels), 1, out=out.reshape(len(rows), -1), mode="clip")


def by_weights(image: np.ndarray, rows: Weighted, columns: Weighted, out: np.ndarray) -> None:
    """Fills `out`, float32 [new height, new width, channels], by weighted sums along both axes."""
    height, width, channels = image.shape
    source = np.ascontiguousarray(image).reshape(height, width * channels)
    target = out.reshape(rows.index.shape[1], columns.index.shape[1] * channels)
    down = _summed(source, rows.index, rows.weight[:, :, np.newaxis], 0)
    index = np.stack([_spread(i, channels) for i in columns.index])
    target[...] = _summed(down, index, np.repeat(columns.weight, channels, 1), 1)


def _summed(source: np.ndarray, index: np.ndarray, weight: np.ndarray, axis: int) -> np.ndarray:
    total: Any = None
    for places, factors in zip(index, weight, strict=True):
        part = source.take(places, axis).astype(F, copy=False)
        part *= factors
        total = part if total is None else np.add(total, part, out=total)
    assert isinstance(total, np.ndarray)
    return total


def _spread(index: np.ndarray, channels: int) -> np.ndarray:
    """Turns numbers of pixels in a line into numbers of elements."""
    return (index[:, np.newaxis] * channels + np.arange(channels)).reshape(-1)
