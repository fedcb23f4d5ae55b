"""`resize` and its kin: images of another height and width.

`resize` counts pixels by their centres, as TensorFlow 2 does; the functions of
TensorFlow 1 count them by their first corners unless told otherwise.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from estimax._array._dimensions import as_sizes
from estimax._base._dtypes import float32
from estimax._base._errors import InvalidArgumentError
from estimax._base._shapes import TensorSpec
from estimax._graph._column import Column
from estimax._graph._op import OPS, Node, Op, as_argument
from estimax._graph._tensor import Tensor
from estimax._graph._varying import Rows
from estimax.image._filling import fill_resized, resized_dtype
from estimax.image._fusion import decoded_and_resized
from estimax.image._rule import RESIZABLE, completed, image_shape, known_size, over_images, with_sizes
from estimax.image._threads import for_each


class ResizeMethod:
    """The names of the ways to resize, as `resize` takes them; the first four also have numbers in TensorFlow 1."""

    BILINEAR = "bilinear"
    NEAREST_NEIGHBOR = "nearest"
    BICUBIC = "bicubic"
    AREA = "area"
    LANCZOS3 = "lanczos3"
    LANCZOS5 = "lanczos5"
    GAUSSIAN = "gaussian"
    MITCHELLCUBIC = "mitchellcubic"


METHODS = ("bilinear", "nearest", "bicubic", "area", "lanczos3", "lanczos5", "gaussian", "mitchellcubic")


def method_name(method: Any, allowed: Sequence[str] = METHODS) -> str:
    """Returns the name of a way to resize, given by its name or its number in TensorFlow 1.

    Raises:
        InvalidArgumentError: there is no such way.
    """
    if isinstance(method, int) and 0 <= method < 4:
        return METHODS[method]
    if method not in allowed:
        raise InvalidArgumentError(f"method must be one of {', '.join(allowed)}; got {method!r}")
    return str(method)


def keeping_aspect(size: Sequence[int], height: Any, width: Any) -> tuple[int, int]:
    """Returns the largest size of an image's own proportions that fits into another, rounded.

    Raises:
        InvalidArgumentError: the image has no pixels.
    """
    if not (height and width):
        raise InvalidArgumentError(f"an image without pixels has no proportions; got {height} x {width}")
    ratio = min(np.float32(new) / np.float32(old) for new, old in zip(size, (height, width), strict=True))
    return int(np.rint(ratio * np.float32(height))), int(np.rint(ratio * np.float32(width)))


def _infer(
    images: TensorSpec, *sizes: TensorSpec, size: list[Any], preserve: bool, method: str, **_: Any
) -> TensorSpec:
    shape = image_shape("resize", images)
    if images.dtype.name not in RESIZABLE:
        raise TypeError(f"resize needs one of {', '.join(RESIZABLE)}; got {images.dtype.name}. Convert with tf.cast")
    new = list(size)
    if preserve:
        known = shape.ndims is not None and None not in (*shape[-3:-1], *size)
        new = list(keeping_aspect(size, *shape[-3:-1])) if known else [None, None]
    return TensorSpec(with_sizes(shape, *new), images.dtype if method == "nearest" else float32)


def _host(images: np.ndarray, *sizes: Any, size: list[Any], preserve: bool, method: str, **how: Any) -> np.ndarray:
    *leading, height, width, channels = images.shape
    high, wide = _checked(completed(size, sizes))
    if preserve:
        high, wide = keeping_aspect((high, wide), height, width)
    out = np.empty((*leading, high, wide, channels), resized_dtype(images.dtype, method))
    places = list(np.ndindex(*leading))
    for_each(lambda i: fill_resized(images[places[i]], out[places[i]], method=method, **how), len(places))
    return out


def _lift(
    node: Node, values: Sequence[Any], lifted: Sequence[bool], rows: int, params: dict[str, Any]
) -> tuple[Column, ...]:
    """Puts images of different sizes that become one size straight to where they belong."""
    images = values[0]
    one_size = lifted[0] and not any(lifted[1:]) and not params["preserve"]
    if not (
        one_size
        and isinstance(images, Rows)
        and images.rank == 3
        and (images.shapes[:, 2] == images.shapes[0, 2]).all()
    ):
        return over_images(node, values, lifted, rows, params)
    how = {k: v for k, v in params.items() if k not in ("size", "preserve")}
    size = _checked(completed(params["size"], values[1:]))
    dtype = resized_dtype(images.dtype.as_numpy_dtype, params["method"])
    out = np.empty((rows, *size, int(images.shapes[0, 2])), dtype)
    for_each(lambda i: fill_resized(images.row(i), out[i], **how), rows)
    return (out,)


def _checked(size: Sequence[int]) -> tuple[int, int]:
    high, wide = size
    if high < 1 or wide < 1:
        raise InvalidArgumentError(f"size must be positive; got {high} x {wide}")
    return high, wide


RESIZE = Op("ResizeImages", infer=_infer, host=_host, lift=_lift, device="estimax.image._device:resize")


def as_size(size: Any) -> tuple[list[Any], list[Tensor]]:
    """Splits a height and a width into known numbers, None for the others, and the Tensors of the others.

    Raises:
        InvalidArgumentError: they are not two whole, positive numbers.
    """
    if getattr(getattr(size, "dtype", None), "name", "int32") not in ("int32", "int64"):
        raise InvalidArgumentError(f"size must be int32; got {size!r}")
    if isinstance(size, Tensor) and size.is_symbolic and size.shape.ndims == 1 and size.shape[0] is None:
        size.set_shape([2])
    known, tensors = as_sizes(size)
    if len(known) != 2:
        raise InvalidArgumentError(f"size must be two numbers, the height and the width; got {size!r}")
    if any(s is not None and s < 1 for s in known):
        raise InvalidArgumentError(f"size must be positive; got {known}")
    return known, tensors


def resized(
    images: Any,
    size: Any,
    method: str,
    *,
    preserve: bool = False,
    align_corners: bool = False,
    half_pixel: bool = False,
    antialias: bool = False,
) -> Any:
    """Resizes; what all the public functions come down to."""
    if align_corners and half_pixel:
        raise InvalidArgumentError("align_corners and half_pixel_centers exclude each other")
    known, tensors = as_size(size)
    images = as_argument(images)
    how = {
        "method": method,
        "align_corners": bool(align_corners),
        "half_pixel": bool(half_pixel),
        "antialias": bool(antialias),
    }
    if isinstance(images, Tensor) and not preserve and not tensors:
        batched = images.node is not None and images.node.op.name == "ExpandDims" and images.node.params["axis"] == 0
        made = decoded_and_resized(images.node.inputs[0] if batched else images, known, how)  # type: ignore[union-attr]
        if made is not None:
            return OPS["ExpandDims"](made, axis=0) if batched else made
    return RESIZE(images, *tensors, size=known, preserve=bool(preserve), **how)


def resize(
    images: Any,
    size: Any,
    method: Any = ResizeMethod.BILINEAR,
    preserve_aspect_ratio: bool = False,
    antialias: bool = False,
    name: str | None = None,
) -> Any:
    """Resizes images [height, width, channels], or batches of them, counting pixels by their centres.

    Args:
        images: of any type of numbers.
        size: the new height and width, two whole numbers or Tensors.
        method: one of `ResizeMethod`. "nearest" keeps the type, the others give float32.
        preserve_aspect_ratio: whether `size` is the most that the image may take, in its own proportions.
        antialias: whether an image that gets smaller is smoothed; for "bilinear" and "bicubic", and always true for
            "area". The filters ("lanczos3" and so on) are wider then.
        name: has no effect.

    Raises:
        InvalidArgumentError: the arguments do not fit together.
        TypeError: the images are of a type that cannot be resized.

    Example:
        >>> from estimax import image
        >>> image.resize([[[0.0], [4.0]]], [1, 4]).numpy().ravel().tolist()
        [0.0, 1.0, 3.0, 4.0]
    """
    way = method_name(method)
    half_pixel = way != "area"
    return resized(images, size, way, preserve=preserve_aspect_ratio, half_pixel=half_pixel, antialias=antialias)


def resize_images(
    images: Any,
    size: Any,
    method: Any = ResizeMethod.BILINEAR,
    align_corners: bool = False,
    preserve_aspect_ratio: bool = False,
    name: str | None = None,
) -> Any:
    """Resizes images as `tf.image.resize_images` of TensorFlow 1 does, counting pixels by their first corners.

    Args:
        images: of any type of numbers. Images that have the size already, and are known to, come back as they are.
        size: the new height and width.
        method: bilinear, nearest, bicubic or area, from `ResizeMethod`, or its number from 0 to 3.
        align_corners: whether the middles of the corner pixels stay where they are.
        preserve_aspect_ratio: whether `size` is the most that the image may take, in its own proportions.
        name: has no effect.

    Raises:
        InvalidArgumentError: the arguments do not fit together.

    Example:
        >>> from estimax import image
        >>> image.resize_images([[[0.0], [4.0]]], [1, 4]).numpy().ravel().tolist()
        [0.0, 2.0, 4.0, 4.0]
    """
    way = method_name(method, METHODS[:4])
    known, _ = as_size(size)
    images = as_argument(images)
    own = known_size(images)
    if own is not None and None not in known:
        target = keeping_aspect(known, *own) if preserve_aspect_ratio else tuple(known)
        if target == own:
            return images
    return resized(images, size, way, preserve=preserve_aspect_ratio, align_corners=align_corners)


def resize_bilinear(
    images: Any, size: Any, align_corners: bool = False, name: str | None = None, half_pixel_centers: bool = False
) -> Any:
    """Resizes by linear interpolation along both axes; float32."""
    return resized(images, size, "bilinear", align_corners=align_corners, half_pixel=half_pixel_centers)


def resize_nearest_neighbor(
    images: Any, size: Any, align_corners: bool = False, name: str | None = None, half_pixel_centers: bool = False
) -> Any:
    """Resizes by taking the nearest pixel; keeps the type."""
    return resized(images, size, "nearest", align_corners=align_corners, half_pixel=half_pixel_centers)


def resize_bicubic(
    images: Any, size: Any, align_corners: bool = False, name: str | None = None, half_pixel_centers: bool = False
) -> Any:
    """Resizes by Keys' cubic interpolation along both axes; float32."""
    return resized(images, size, "bicubic", align_corners=align_corners, half_pixel=half_pixel_centers)


def resize_area(images: Any, size: Any, align_corners: bool = False, name: str | None = None) -> Any:
    """Resizes by the mean of the area that each new pixel covers; float32.

    Example:
        >>> from estimax import image
        >>> image.resize_area([[[[1.0], [2.0], [6.0], [9.0]]]], [1, 2]).numpy().ravel().tolist()
        [1.5, 7.5]
    """
    return resized(images, size, "area", align_corners=align_corners)
