"""Colours: between RGB, grey and HSV, and brightness, contrast, hue, saturation and gamma.

The adjustments work on fractions: images of whole numbers are converted before
and after.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from estimax._base._dtypes import float32
from estimax._base._errors import InvalidArgumentError
from estimax._base._shapes import TensorSpec
from estimax._graph._column import Column
from estimax._graph._lifting import broadcasting
from estimax._graph._op import Node, Op, as_argument
from estimax._graph._tensor import Tensor
from estimax._graph._varying import Varying
from estimax.image._conversion import converted
from estimax.image._rule import image_op, image_shape, need_channels, need_float, rows_on_threads, with_channels

F = np.float32

_GREY = (0.2989, 0.5870, 0.1140)  # Rec. 601 luma, as the original rounds it


def rgb_as_hsv(rgb: np.ndarray) -> np.ndarray:
    """Converts fractions of red, green and blue to hue, saturation and value, all from 0 to 1.

    Source: A. R. Smith, "Color gamut transform pairs", 1978.
    """
    value = rgb.max(-1)
    spread = value - rgb.min(-1)
    lit = value > 0
    saturation = np.where(lit, spread / np.where(lit, value, rgb.dtype.type(1)), 0)
    return np.stack([_hue_of(rgb, value, spread), saturation, value], -1).astype(rgb.dtype)


def _hue_of(rgb: np.ndarray, value: np.ndarray, spread: np.ndarray) -> np.ndarray:
    """Returns where on the circle of colours a pixel lies, from 0 to 1; grey is 0."""
    red, green, blue = rgb[..., 0], rgb[..., 1], rgb[..., 2]
    one = rgb.dtype.type(1)
    part = one / (6 * np.where(spread > 0, spread, one))
    near_green, near_blue = part * (blue - red) + rgb.dtype.type(2 / 6), part * (red - green) + rgb.dtype.type(4 / 6)
    hue = np.where(value == red, part * (green - blue), np.where(value == green, near_green, near_blue))
    hue = np.where(spread > 0, hue, 0)
    return np.where(hue < 0, hue + one, hue).astype(rgb.dtype)


def _shares(hue: np.ndarray) -> list[np.ndarray]:
    """Returns how much red, green and blue the full colour of a hue has."""
    sixths = hue * 6
    shares = (np.abs(sixths - 3) - 1, 2 - np.abs(sixths - 2), 2 - np.abs(sixths - 4))
    return [np.clip(share, 0, 1) for share in shares]


def hsv_as_rgb(hsv: np.ndarray) -> np.ndarray:
    """Converts hue, saturation and value to fractions of red, green and blue."""
    hue, saturation, value = hsv[..., 0], hsv[..., 1], hsv[..., 2]
    grey = 1 - saturation
    return np.stack([(grey + saturation * share) * value for share in _shares(hue)], -1).astype(hsv.dtype)


def _grey(images: np.ndarray) -> np.ndarray:
    fractions = converted(images, F) if images.dtype.kind != "f" else images
    grey = fractions @ np.array(_GREY, fractions.dtype)
    return converted(grey[..., np.newaxis], images.dtype)


def _adjusted(change: Callable[[np.ndarray, Any], np.ndarray], saturate: bool = True) -> Callable[..., np.ndarray]:
    """Makes a kernel of a function of fractions and a factor; whole numbers are converted before and after."""

    def kernel(image: np.ndarray, factor: Any) -> np.ndarray:
        fractions = image if image.dtype.kind == "f" else converted(image, F)
        out = change(fractions, np.asarray(factor).astype(fractions.dtype))
        return converted(out, image.dtype, saturate)

    return kernel


def _contrast(image: np.ndarray, factor: Any) -> np.ndarray:
    count = max(image.shape[-3] * image.shape[-2], 1)
    mean = (image.sum((-3, -2), keepdims=True, dtype=np.float64) / count).astype(image.dtype)
    return np.asarray((image - mean) * factor + mean)


def _hue(image: np.ndarray, delta: Any) -> np.ndarray:
    value, low = image.max(-1), image.min(-1)
    spread = value - low
    hue = (_hue_of(image, value, spread) + (delta[..., 0] if delta.ndim else delta)) % 1
    return np.stack([low + spread * share for share in _shares(hue)], -1).astype(image.dtype)


def _saturation(image: np.ndarray, factor: Any) -> np.ndarray:
    hsv = rgb_as_hsv(image)
    hsv[..., 1] = np.clip(hsv[..., 1] * (factor[..., 0] if factor.ndim else factor), 0, 1)
    return hsv_as_rgb(hsv)


def _with_factor(
    node: Node, values: Sequence[Any], lifted: Sequence[bool], rows: int, params: dict[str, Any]
) -> tuple[Column, ...]:
    """Runs a kernel over a column of images and a factor, or one for each of them."""
    image, factor = values
    if not rows or not lifted[0] or isinstance(image, Varying):
        return rows_on_threads(node, values, lifted, rows, params)
    aligned = factor.reshape((rows, *(1,) * (image.ndim - 1))) if lifted[1] else factor
    return (node.op.host(image, aligned, **params),)


def _adjustment(name: str, public: str, kernel: Callable[..., np.ndarray], colours: bool, device: str | None) -> Op:
    """Makes an op of images and one number; `colours` says that they must be RGB."""

    def infer(image: TensorSpec, factor: TensorSpec) -> TensorSpec:
        shape = image_shape(public, image, (3, 4))
        if colours:
            need_channels(public, shape, 3)
        if not (image.dtype.is_floating or image.dtype.is_integer):
            raise TypeError(f"{public} needs numbers; got {image.dtype.name}")
        if factor.shape.ndims not in (0, None) or not factor.dtype.is_floating:
            raise InvalidArgumentError(f"{public} takes one number besides the image; got {factor}")
        return TensorSpec(shape, image.dtype)

    return Op(name, infer=infer, host=kernel, lift=_with_factor, device=device)


def _three(name: str, spec: TensorSpec) -> None:
    need_channels(name, image_shape(name, spec), 3)


def _three_fractions(name: str, spec: TensorSpec) -> None:
    _three(name, spec)
    need_float(name, spec.dtype)


def _repeated(images: np.ndarray) -> np.ndarray:
    if images.shape[-1] != 1:
        raise InvalidArgumentError(f"grayscale_to_rgb needs one channel; got {images.shape[-1]}")
    return np.repeat(images, 3, -1)


def _gamma(image: np.ndarray, gamma: Any, gain: Any) -> np.ndarray:
    fractions = image if image.dtype.kind == "f" else converted(image, F)
    kind = fractions.dtype
    with np.errstate(all="ignore"):
        out = np.asarray(gain).astype(kind) * fractions ** np.asarray(gamma).astype(kind)
    return np.asarray(converted(np.asarray(out), image.dtype, True))


def _infer_gamma(image: TensorSpec, gamma: TensorSpec, gain: TensorSpec) -> TensorSpec:
    if not (image.dtype.is_floating or image.dtype.is_integer):
        raise TypeError(f"adjust_gamma needs numbers; got {image.dtype.name}")
    return image.with_shape(image.shape)


_DEVICE = "estimax.image._device:"
_GREY_OP = image_op(
    "RgbToGrayscale", _grey, lambda s: with_channels(s, 1), check=_three, device=_DEVICE + "rgb_to_grayscale"
)
_TO_RGB = image_op(
    "GrayscaleToRgb",
    _repeated,
    lambda s: with_channels(s, 3),
    check=lambda name, spec: need_channels(name, image_shape(name, spec), 1),
    device=_DEVICE + "grayscale_to_rgb",
)
_HSV = image_op("RgbToHsv", rgb_as_hsv, check=_three_fractions)
_RGB = image_op("HsvToRgb", hsv_as_rgb, check=_three_fractions)
_BRIGHTNESS = _adjustment(
    "AdjustBrightness", "adjust_brightness", _adjusted(lambda i, d: i + d), False, _DEVICE + "adjust_brightness"
)
_CONTRAST = _adjustment("AdjustContrast", "adjust_contrast", _adjusted(_contrast), False, _DEVICE + "adjust_contrast")
_HUE = _adjustment("AdjustHue", "adjust_hue", _adjusted(_hue, False), True, None)
_SATURATION = _adjustment("AdjustSaturation", "adjust_saturation", _adjusted(_saturation, False), True, None)
_GAMMA = Op("AdjustGamma", infer=_infer_gamma, host=_gamma, lift=broadcasting)


def rgb_to_grayscale(images: Any, name: str | None = None) -> Any:
    """Makes grey images [..., 1] of RGB ones [..., 3] of the same type.

    Grey is 0.2989 red + 0.587 green + 0.114 blue.

    Raises:
        InvalidArgumentError: the images do not have three channels.
    """
    return _GREY_OP(images)


def grayscale_to_rgb(images: Any, name: str | None = None) -> Any:
    """Makes RGB images [..., 3] of grey ones [..., 1].

    Raises:
        InvalidArgumentError: the images do not have one channel.
    """
    return _TO_RGB(images)


def rgb_to_hsv(images: Any, name: str | None = None) -> Any:
    """Converts RGB images of fractions to hue, saturation and value, each from 0 to 1.

    Raises:
        TypeError: the images are whole numbers.
        InvalidArgumentError: they do not have three channels.

    Example:
        >>> from estimax import image
        >>> image.rgb_to_hsv([[[0.0, 0.5, 0.0]]]).numpy().round(3).tolist()
        [[[0.3330000042915344, 1.0, 0.5]]]
    """
    return _HSV(images)


def hsv_to_rgb(images: Any, name: str | None = None) -> Any:
    """Converts hue, saturation and value, each from 0 to 1, to RGB images of fractions.

    Raises:
        TypeError: the images are whole numbers.
        InvalidArgumentError: they do not have three channels.
    """
    return _RGB(images)


def adjust_brightness(image: Any, delta: Any) -> Any:
    """Adds to the brightness of images.

    Args:
        image: [height, width, channels], or a batch. Whole numbers stay in their range, fractions may leave it.
        delta: what is added, as a fraction of the range; a number or a Tensor.

    Example:
        >>> import numpy as np
        >>> from estimax import image
        >>> image.adjust_brightness(np.array([[[0], [250]]], np.uint8), 0.2).numpy().ravel().tolist()
        [51, 255]
    """
    return _BRIGHTNESS(image, factor_of(delta))


def adjust_contrast(images: Any, contrast_factor: Any) -> Any:
    """Moves each pixel away from the mean of its channel in its image: (x - mean) * factor + mean.

    Args:
        images: [height, width, channels], or a batch.
        contrast_factor: a number or a Tensor.
    """
    return _CONTRAST(images, factor_of(contrast_factor))


def adjust_hue(image: Any, delta: Any, name: str | None = None) -> Any:
    """Turns the hue of RGB images by a part of the circle of colours, from -1 to 1.

    Raises:
        InvalidArgumentError: the images do not have three channels.
    """
    return _HUE(image, factor_of(delta))


def adjust_saturation(image: Any, saturation_factor: Any, name: str | None = None) -> Any:
    """Multiplies the saturation of RGB images.

    Raises:
        InvalidArgumentError: the images do not have three channels.
    """
    return _SATURATION(image, factor_of(saturation_factor))


def adjust_gamma(image: Any, gamma: Any = 1, gain: Any = 1) -> Any:
    """Computes gain * x ** gamma for each pixel, as a fraction.

    Raises:
        InvalidArgumentError: gamma is negative.
    """
    if not isinstance(gamma, Tensor) and np.any(np.asarray(gamma) < 0):
        raise InvalidArgumentError(f"gamma must not be negative; got {gamma}")
    return _GAMMA(as_argument(image), factor_of(gamma), factor_of(gain))


def factor_of(number: Any) -> Any:
    """Makes a float32 argument of a Python number; leaves Tensors and arrays as they are."""
    return as_argument(float(number), float32) if isinstance(number, int | float | np.number) else as_argument(number)
