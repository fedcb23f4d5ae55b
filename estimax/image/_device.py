"""The simple image ops on the device, for model functions.

Each takes arrays and the static parameters of its op, and gives the same
numbers as the op on the host up to rounding.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from estimax._base._errors import UnimplementedError
from estimax.image._cropping import central_size, crop_or_pad_box
from estimax.image._sampling import linear, nearest

_IMAGE = (-3, -2, -1)
_GREY = (0.2989, 0.5870, 0.1140)


def _numbers(known: Sequence[Any], sizes: Sequence[Any]) -> list[Any]:
    rest = iter(sizes)
    return [next(rest) if size is None else size for size in known]


def _dtype(dtype: Any) -> Any:
    return jax.dtypes.canonicalize_dtype(dtype)


def flip_left_right(image: Any) -> jax.Array:
    """Mirrors left and right."""
    return jnp.flip(image, -2)


def flip_up_down(image: Any) -> jax.Array:
    """Mirrors above and below."""
    return jnp.flip(image, -3)


def transpose(image: Any) -> jax.Array:
    """Exchanges height and width."""
    return jnp.swapaxes(image, -3, -2)


def rot90(image: Any, *turns: Any, k: Sequence[Any]) -> jax.Array:
    """Turns against the clock; the number of turns must be known."""
    return jnp.rot90(image, int(_numbers(k, turns)[0]), (-3, -2))


def mirrored(image: Any, draws: Any, *, axis: int) -> jax.Array:
    """Mirrors the images whose draw is less than a half."""
    chosen = jnp.reshape(jnp.asarray(draws) < 0.5, (*image.shape[:-3], 1, 1, 1))
    return jnp.where(chosen, jnp.flip(image, axis), image)


def crop_at(value: Any, draws: Any, *tensors: Any, size: Sequence[Any]) -> jax.Array:
    """Cuts out a block at a random place."""
    sizes = [int(s) for s in _numbers(size, tensors)]
    room = jnp.asarray([old - new + 1 for old, new in zip(value.shape, sizes, strict=True)])
    return jax.lax.dynamic_slice(value, list(jnp.asarray(draws) % room), sizes)


def crop(image: Any, *tensors: Any, sizes: Sequence[Any]) -> jax.Array:
    """Cuts out a rectangle; where it begins may be an array."""
    top, left, height, width = _numbers(sizes, tensors)
    rows = jax.lax.dynamic_slice_in_dim(image, top, height, image.ndim - 3)
    return jax.lax.dynamic_slice_in_dim(rows, left, width, image.ndim - 2)


def pad(image: Any, *tensors: Any, sizes: Sequence[Any]) -> jax.Array:
    """Puts into a larger image of zeros."""
    top, left, height, width = _numbers(sizes, tensors)
    before = [(0, 0)] * (image.ndim - 3)
    down = (top, height - top - image.shape[-3])
    return jnp.pad(image, [*before, down, (left, width - left - image.shape[-2]), (0, 0)])


def crop_or_pad(image: Any, *tensors: Any, sizes: Sequence[Any]) -> jax.Array:
    """Cuts or pads on both sides alike."""
    height, width = _numbers(sizes, tensors)
    cut, padding = crop_or_pad_box(image.shape[-3], image.shape[-2], height, width)
    return pad(crop(image, sizes=cut), sizes=padding)


def central_crop(image: Any, *, fraction: float) -> jax.Array:
    """Keeps the middle."""
    (top, height), (left, width) = (central_size(old, fraction) for old in image.shape[-3:-1])
    return crop(image, sizes=(top, left, height, width))


def convert_image_dtype(image: Any, *, dtype: Any, saturate: bool) -> jax.Array:
    """Brings image values to another type and its range."""
    wanted = _dtype(dtype)
    if image.dtype == wanted:
        return jnp.asarray(image)
    if jnp.issubdtype(image.dtype, jnp.floating):
        if jnp.issubdtype(wanted, jnp.floating):
            return jnp.asarray(image).astype(wanted)
        return _cast(image * (np.iinfo(wanted).max + 0.5), wanted, saturate)
    largest = int(np.iinfo(image.dtype).max)
    if jnp.issubdtype(wanted, jnp.floating):
        return jnp.asarray(image).astype(wanted) * jnp.asarray(1 / largest, wanted)
    new_largest = int(np.iinfo(wanted).max)
    if largest > new_largest:
        return _cast(image // ((largest + 1) // (new_largest + 1)), wanted, saturate)
    return _cast(image, wanted, saturate) * jnp.asarray((new_largest + 1) // (largest + 1), wanted)


def _cast(image: Any, dtype: Any, saturate: bool) -> jax.Array:
    limits = np.iinfo(dtype)
    if jnp.issubdtype(image.dtype, jnp.floating):
        return jnp.nan_to_num(image, posinf=limits.max, neginf=limits.min).clip(limits.min, limits.max).astype(dtype)
    if saturate:
        own = np.iinfo(image.dtype)
        image = jnp.clip(image, max(limits.min, own.min), min(limits.max, own.max))
    return jnp.asarray(image).astype(dtype)


def _fractions(image: Any) -> jax.Array:
    if jnp.issubdtype(image.dtype, jnp.floating):
        return jnp.asarray(image)
    return convert_image_dtype(image, dtype=np.float32, saturate=False)


def adjust_brightness(image: Any, delta: Any) -> jax.Array:
    """Adds to fractions."""
    out = _fractions(image) + jnp.asarray(delta, _fractions(image).dtype)
    return convert_image_dtype(out, dtype=image.dtype, saturate=True)


def adjust_contrast(image: Any, factor: Any) -> jax.Array:
    """Moves away from the mean of each channel."""
    fractions = _fractions(image)
    mean = fractions.mean((-3, -2), keepdims=True)
    out = (fractions - mean) * jnp.asarray(factor, fractions.dtype) + mean
    return convert_image_dtype(out, dtype=image.dtype, saturate=True)


def rgb_to_grayscale(image: Any) -> jax.Array:
    """Weighs the colours."""
    fractions = _fractions(image)
    grey = (fractions * jnp.asarray(_GREY, fractions.dtype)).sum(-1, keepdims=True)
    return convert_image_dtype(grey, dtype=image.dtype, saturate=False)


def grayscale_to_rgb(image: Any) -> jax.Array:
    """Repeats the only channel."""
    return jnp.repeat(image, 3, -1)


def per_image_standardization(image: Any) -> jax.Array:
    """Scales each image to mean 0 and variance 1."""
    image = jnp.asarray(image).astype(jnp.float32)
    count = 1
    for size in image.shape[-3:]:
        count = count * size
    mean = image.mean(_IMAGE, keepdims=True)
    deviation = jnp.sqrt(jnp.square(image - mean).mean(_IMAGE, keepdims=True))
    return jnp.divide(image - mean, jnp.maximum(deviation, jnp.asarray(count, jnp.float32) ** -0.5))


def resize(
    images: Any,
    *tensors: Any,
    size: Sequence[Any],
    method: str,
    preserve: bool,
    align_corners: bool,
    half_pixel: bool,
    antialias: bool,
) -> jax.Array:
    """Resizes to a known size, by the nearest pixels or linearly."""
    high, wide = _numbers(size, tensors)
    if method not in ("bilinear", "nearest") or preserve or (antialias and method == "bilinear"):
        raise UnimplementedError(
            "in a model function images can be resized with method 'bilinear' or 'nearest', without antialias and "
            "preserve_aspect_ratio; do others in the input function"
        )
    axes = [
        (old, int(new), align_corners, half_pixel) for old, new in zip(images.shape[-3:-1], (high, wide), strict=True)
    ]
    if method == "nearest":
        rows, columns = (nearest(*axis) for axis in axes)
        return jnp.take(jnp.take(images, rows, -3), columns, -2)
    down, across = (linear(*axis) for axis in axes)
    images = jnp.asarray(images).astype(jnp.float32)
    left, right = jnp.take(images, across.low, -2), jnp.take(images, across.high, -2)
    images = left + (right - left) * across.part[:, np.newaxis]
    above, below = jnp.take(images, down.low, -3), jnp.take(images, down.high, -3)
    return above + (below - above) * down.part[:, np.newaxis, np.newaxis]
