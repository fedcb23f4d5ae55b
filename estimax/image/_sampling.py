"""Where the pixels of a resized image lie in the original one, and how near its neighbours are.

Everything here is about one axis; sizes are few, so that what was computed is
kept. Each rule is the original's, in its precision, so that its numbers come out.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

F = np.float32

Kernel = Callable[[np.ndarray], np.ndarray]


@dataclass(frozen=True, eq=False)
class Between:
    """Each new pixel lies between two old ones: `low` and `high`, a part `part` of the way."""

    low: np.ndarray
    high: np.ndarray
    part: np.ndarray


@dataclass(frozen=True, eq=False)
class Weighted:
    """Each new pixel is a weighted sum of old ones: `index` and `weight`, both [taps, new size]."""

    index: np.ndarray
    weight: np.ndarray


def scale_of(old: int, new: int, align_corners: bool) -> np.float32:
    """Returns how many old pixels one new pixel stands for."""
    return F(old - 1) / F(new - 1) if align_corners and new > 1 else F(old) / F(new)


def positions(old: int, new: int, align_corners: bool, half_pixel: bool) -> np.ndarray:
    """Returns where the new pixels lie, counted in old ones: by their centres, or by their first corners."""
    scale = scale_of(old, new, align_corners)
    numbers = np.arange(new, dtype=F)
    return np.asarray((numbers + F(0.5)) * scale - F(0.5) if half_pixel else numbers * scale)


@lru_cache(256)
def linear(old: int, new: int, align_corners: bool, half_pixel: bool) -> Between:
    """Returns the two old pixels around each new one."""
    at = positions(old, new, align_corners, half_pixel)
    below = np.floor(at)
    low = np.maximum(below, 0).astype(np.intp)
    high = np.minimum(np.ceil(at), old - 1).astype(np.intp)
    return Between(np.minimum(low, old - 1), high, at - below)


@lru_cache(256)
def nearest(old: int, new: int, align_corners: bool, half_pixel: bool) -> np.ndarray:
    """Returns the old pixel for each new one."""
    scale = scale_of(old, new, align_corners)
    numbers = np.arange(new, dtype=F)
    at = (numbers + F(0.5)) * scale if half_pixel else numbers * scale
    # Away from zero at a half, unlike NumPy's own rounding.
    index = np.floor(at + F(0.5)) if align_corners else np.floor(at)
    return np.asarray(index.clip(0, old - 1), np.intp)


@lru_cache(256)
def area(old: int, new: int, align_corners: bool) -> Weighted:
    """Returns, for each new pixel, which part of it every old one covers."""
    scale = scale_of(old, new, align_corners)
    numbers = np.arange(new, dtype=F)
    begin, end = numbers * scale, (numbers + F(1)) * scale
    first = np.floor(begin).astype(np.intp)
    taps = int((np.ceil(end).astype(np.intp) - first).max())
    index = first + np.arange(taps)[:, np.newaxis]
    if not scale:  # all new pixels are the only old one
        return Weighted(np.zeros((1, new), np.intp), np.ones((1, new), F))
    covered = np.minimum(index + 1, end) - np.maximum(index, begin)
    return Weighted(np.clip(index, 0, old - 1), (np.maximum(covered, 0) / scale).astype(F))


_TABLE = 1024


@lru_cache(2)
def _cubic_table(coefficient: float) -> np.ndarray:
    """Returns Keys' cubic kernel for the two nearer and the two farther pixels, [1025, 2].

    Source: R. Keys, "Cubic convolution interpolation for digital image processing", 1981.
    """
    a = coefficient
    x = np.arange(_TABLE + 1, dtype=F) / F(_TABLE)
    nearer = ((a + 2) * x - (a + 3)) * x * x + 1
    x = x + F(1)
    farther = ((a * x - 5 * a) * x + 8 * a) * x - 4 * a
    return np.stack([nearer, farther], 1).astype(F)


@lru_cache(256)
def cubic(old: int, new: int, align_corners: bool, half_pixel: bool) -> Weighted:
    """Returns the four old pixels around each new one, with the weights of a table of 1024 steps."""
    at = positions(old, new, align_corners, half_pixel)
    below = np.floor(at)
    step = np.rint((at - below) * F(_TABLE)).astype(np.intp)
    table = _cubic_table(-0.5 if half_pixel else -0.75)
    weight = np.stack([table[step, 1], table[step, 0], table[_TABLE - step, 0], table[_TABLE - step, 1]])
    index = below.astype(np.intp) + np.arange(-1, 3)[:, np.newaxis]
    inside = np.clip(index, 0, old - 1)
    if half_pixel:  # what lies outside counts for nothing; else the border goes on
        weight = np.where(inside == index, weight, F(0))
        total = weight.sum(0)
        large = np.abs(total) >= 1000 * np.finfo(F).tiny
        weight = np.where(large, weight / np.where(large, total, F(1)), weight)
    return Weighted(inside, weight.astype(F))


def _lanczos(radius: float) -> tuple[float, Kernel]:
    def kernel(x: np.ndarray) -> np.ndarray:
        x = np.abs(x)
        away = np.where(x > 1e-3, x, 1)
        value = radius * np.sin(np.pi * away) * np.sin(np.pi * away / radius) / (np.pi * np.pi * away * away)
        return np.where(x <= 1e-3, 1, np.where(x > radius, 0, value))

    return radius, kernel


def _gaussian(x: np.ndarray) -> np.ndarray:
    x = np.abs(x)
    return np.where(x >= 1.5, 0, np.exp(-x * x / (2 * 0.5 * 0.5)))


def _triangle(x: np.ndarray) -> np.ndarray:
    return np.asarray(np.maximum(0, 1 - np.abs(x)))


def _keys(x: np.ndarray) -> np.ndarray:
    x = np.abs(x)
    near, far = ((1.5 * x - 2.5) * x) * x + 1, ((-0.5 * x + 2.5) * x - 4) * x + 2
    return np.where(x >= 2, 0, np.where(x >= 1, far, near))


def _mitchell(x: np.ndarray) -> np.ndarray:
    """Mitchell and Netravali, "Reconstruction filters in computer graphics", 1988, with B = C = 1/3."""
    x = np.abs(x)
    near, far = (((7 * x - 12) * x) * x + 16 / 3) / 6, (((-7 / 3 * x + 12) * x - 20) * x + 32 / 3) / 6
    return np.where(x >= 2, 0, np.where(x >= 1, far, near))


_KERNELS: dict[str, tuple[float, Kernel]] = {
    "lanczos3": _lanczos(3),
    "lanczos5": _lanczos(5),
    "gaussian": (1.5, _gaussian),
    "triangle": (1, _triangle),
    "keyscubic": (2, _keys),
    "mitchellcubic": (2, _mitchell),
}


@lru_cache(256)
def filtered(old: int, new: int, kernel: str, antialias: bool) -> Weighted:
    """Returns the old pixels under a kernel around each new one; with `antialias` as wide as the new pixel."""
    radius, function = _KERNELS[kernel]
    scale = F(1) / (F(new) / F(old))
    wide = max(scale, F(1)) if antialias else F(1)
    centre = (np.arange(new, dtype=F) + F(0.5)) * scale
    reach = F(radius) * wide
    first = np.clip(np.ceil(centre - reach - F(0.5)), 0, old - 1).astype(np.intp)
    last = np.clip(np.floor(centre + reach - F(0.5)), 0, old - 1).astype(np.intp)
    index = first + np.arange(int((last - first).max()) + 1)[:, np.newaxis]
    distance = (index.astype(F) + F(0.5) - centre) * (F(1) / wide)
    weight = np.where(index <= last, function(distance), 0).astype(F)
    total = weight.sum(0, dtype=F)
    large = np.abs(total) >= 1000 * np.finfo(F).tiny
    weight = np.where(large, weight / np.where(large, total, F(1)), F(0))
    return Weighted(np.minimum(index, old - 1), weight.astype(F))
