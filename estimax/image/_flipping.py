"""Mirroring and turning images."""

from __future__ import annotations

from typing import Any

import numpy as np

from estimax._array._dimensions import as_sizes
from estimax._base._errors import InvalidArgumentError
from estimax._base._shapes import TensorShape, TensorSpec
from estimax._graph._op import Op
from estimax.image._rule import completed, image_op, image_shape, over_images


def _left_right(image: np.ndarray) -> np.ndarray:
    return np.ascontiguousarray(image[..., ::-1, :])


def _up_down(image: np.ndarray) -> np.ndarray:
    return np.ascontiguousarray(image[..., ::-1, :, :])


def _transposed(image: np.ndarray) -> np.ndarray:
    return np.ascontiguousarray(image.swapaxes(-3, -2))


def _turned(shape: TensorShape) -> TensorShape:
    return shape if shape.ndims is None else TensorShape((*shape[:-3], shape[-2], shape[-3], shape[-1]))


def _infer_rot90(image: TensorSpec, *turns: TensorSpec, k: list[Any]) -> TensorSpec:
    shape = image_shape("rot90", image)
    if k[0] is None:
        square = shape.ndims is not None and shape[-3] == shape[-2]
        sizes = shape[-3:-1] if square else (None, None)
        return image.with_shape(shape if shape.ndims is None else (*shape[:-3], *sizes, shape[-1]))
    return TensorSpec(_turned(shape) if k[0] % 2 else shape, image.dtype)


def _rot90(image: np.ndarray, *turns: Any, k: list[Any]) -> np.ndarray:
    (number,) = completed(k, turns)
    return np.ascontiguousarray(np.rot90(image, number, (-3, -2)))


_LEFT_RIGHT = image_op("FlipLeftRight", _left_right, device="estimax.image._device:flip_left_right")
_UP_DOWN = image_op("FlipUpDown", _up_down, device="estimax.image._device:flip_up_down")
_TRANSPOSE = image_op("TransposeImage", _transposed, _turned, device="estimax.image._device:transpose")
_ROT90 = Op("Rot90", infer=_infer_rot90, host=_rot90, lift=over_images, device="estimax.image._device:rot90")


def flip_left_right(image: Any) -> Any:
    """Mirrors images [height, width, channels], or batches of them: what was left is right.

    Example:
        >>> from estimax import image
        >>> image.flip_left_right([[[1], [2], [3]]]).numpy().ravel().tolist()
        [3, 2, 1]
    """
    return _LEFT_RIGHT(image)


def flip_up_down(image: Any) -> Any:
    """Mirrors images [height, width, channels], or batches of them: what was above is below."""
    return _UP_DOWN(image)


def transpose(image: Any, name: str | None = None) -> Any:
    """Exchanges the height and the width of images, or of batches of them."""
    return _TRANSPOSE(image)


def transpose_image(image: Any, name: str | None = None) -> Any:
    """Exchanges the height and the width of images; the name of `transpose` in TensorFlow 1."""
    return _TRANSPOSE(image)


def rot90(image: Any, k: Any = 1, name: str | None = None) -> Any:
    """Turns images, or batches of them, by `k` times 90 degrees against the clock.

    Raises:
        InvalidArgumentError: `k` is not one whole number.

    Example:
        >>> from estimax import image
        >>> image.rot90([[[1], [2]], [[3], [4]]]).numpy()[..., 0].tolist()
        [[2, 4], [1, 3]]
    """
    known, tensors = as_sizes(k)
    if len(known) != 1:
        raise InvalidArgumentError(f"k must be one whole number; got {k!r}")
    return _ROT90(image, *tensors, k=known)
