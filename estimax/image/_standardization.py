"""Images as numbers to learn from: mean 0, variance 1; and how much they vary from pixel to pixel."""

from __future__ import annotations

from typing import Any

import numpy as np

from estimax._base._dtypes import float32
from estimax._base._shapes import TensorShape, TensorSpec
from estimax._graph._op import Op
from estimax.image._rule import image_op, image_shape, over_images

_IMAGE = (-3, -2, -1)


def _standardized(image: np.ndarray) -> np.ndarray:
    """Divides by at least 1 / sqrt(elements), so that an even image gives zeros."""
    image = image.astype(np.float32)
    count = max(int(np.prod(image.shape[-3:])), 1)
    mean = (image.sum(_IMAGE, keepdims=True, dtype=np.float64) / count).astype(np.float32)
    deviation = np.sqrt(np.square(image - mean).sum(_IMAGE, keepdims=True, dtype=np.float64) / count)
    return np.asarray((image - mean) / np.maximum(deviation, 1 / np.sqrt(count)).astype(np.float32))


_STANDARDIZE = image_op(
    "PerImageStandardization",
    _standardized,
    dtype=lambda dtype: float32,
    device="estimax.image._device:per_image_standardization",
)


def _infer_variation(images: TensorSpec) -> TensorSpec:
    shape = image_shape("total_variation", images)
    if images.dtype.is_unsigned or not (images.dtype.is_floating or images.dtype.is_integer):
        raise TypeError(f"total_variation needs signed numbers; got {images.dtype.name}. Convert with tf.cast")
    if shape.ndims is None:
        return TensorSpec(None, images.dtype)
    return TensorSpec(TensorShape(shape[:-3]), images.dtype)


def _variation(images: np.ndarray) -> np.ndarray:
    down = np.abs(images[..., 1:, :, :] - images[..., :-1, :, :]).sum(_IMAGE, dtype=images.dtype)
    across = np.abs(images[..., 1:, :] - images[..., :-1, :]).sum(_IMAGE, dtype=images.dtype)
    return np.asarray(down + across)


_VARIATION = Op("TotalVariation", infer=_infer_variation, host=_variation, lift=over_images)


def per_image_standardization(image: Any) -> Any:
    """Scales each image to mean 0 and variance 1; float32.

    The deviation that is divided by is at least 1 / sqrt(elements of the image).

    Example:
        >>> from estimax import image
        >>> image.per_image_standardization([[[1.0], [3.0]]]).numpy().ravel().tolist()
        [-1.0, 1.0]
    """
    return _STANDARDIZE(image)


def total_variation(images: Any, name: str | None = None) -> Any:
    """Adds the differences between neighbouring pixels, for each image of a batch [..., height, width, channels]."""
    return _VARIATION(images)
