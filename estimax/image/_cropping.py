"""Cutting images, and making them larger with a border of zeros."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from estimax._array._dimensions import as_sizes
from estimax._base._errors import InvalidArgumentError
from estimax._base._shapes import TensorSpec
from estimax._graph._op import Op, as_argument
from estimax._graph._tensor import Tensor
from estimax.image._decoding import decode_jpeg
from estimax.image._resizing import METHODS, RESIZE, ResizeMethod, method_name
from estimax.image._rule import completed, image_shape, known_size, over_images, with_sizes


def _cut(image: np.ndarray, top: int, left: int, height: int, width: int) -> np.ndarray:
    old_height, old_width = image.shape[-3:-1]
    if top < 0 or left < 0 or height <= 0 or width <= 0 or top + height > old_height or left + width > old_width:
        raise InvalidArgumentError(
            f"crop_to_bounding_box must stay within the image of {old_height} x {old_width}; "
            f"got {height} x {width} from row {top}, column {left} on"
        )
    return np.ascontiguousarray(image[..., top : top + height, left : left + width, :])


def _padded(image: np.ndarray, top: int, left: int, height: int, width: int) -> np.ndarray:
    old_height, old_width = image.shape[-3:-1]
    if top < 0 or left < 0 or top + old_height > height or left + old_width > width:
        raise InvalidArgumentError(
            f"pad_to_bounding_box needs room for the image of {old_height} x {old_width}; "
            f"got {height} x {width}, and it begins at row {top}, column {left}"
        )
    out = np.zeros((*image.shape[:-3], height, width, image.shape[-1]), image.dtype)
    out[..., top : top + old_height, left : left + old_width, :] = image
    return out


def crop_or_pad_box(old_height: int, old_width: int, height: int, width: int) -> tuple[list[int], list[int]]:
    """Returns what to cut out of an image, and what to put that into, to bring it to a size from its middle.

    Both are the first row and column, the height and the width. What is left over
    is cut below and right, and padded there.
    """
    kept = min(height, old_height), min(width, old_width)
    cut = [(old_height - kept[0]) // 2, (old_width - kept[1]) // 2, *kept]
    return cut, [(height - kept[0]) // 2, (width - kept[1]) // 2, height, width]


def _cropped_or_padded(image: np.ndarray, height: int, width: int) -> np.ndarray:
    if height <= 0 or width <= 0:
        raise InvalidArgumentError(f"the new size must be positive; got {height} x {width}")
    box, padding = crop_or_pad_box(image.shape[-3], image.shape[-2], height, width)
    cut = _cut(image, *box)
    return cut if cut.shape[-3:-1] == (height, width) else _padded(cut, *padding)


def _sized_op(name: str, public: str, kernel: Callable[..., np.ndarray], device: str) -> Op:
    """Makes an op of whose sizes, known or Tensors, the last two are the new height and width."""

    def infer(image: TensorSpec, *tensors: TensorSpec, sizes: list[Any]) -> TensorSpec:
        shape = image_shape(public, image)
        if shape.ndims is not None and None not in (*shape[-3:-1], *sizes):
            kernel(np.empty((*shape[-3:-1], 0), bool), *sizes)  # an error where the user stands
        return TensorSpec(with_sizes(shape, *sizes[-2:]), image.dtype)

    def host(image: np.ndarray, *tensors: Any, sizes: list[Any]) -> np.ndarray:
        return kernel(image, *completed(sizes, tensors))

    return Op(name, infer=infer, host=host, lift=over_images, device=f"estimax.image._device:{device}")


def central_size(old: int, fraction: float) -> tuple[int, int]:
    """Returns how many pixels are cut off before the centre, and how many stay."""
    start = int((old - old * fraction) / 2)
    return start, old - 2 * start


def _infer_central(image: TensorSpec, *, fraction: float) -> TensorSpec:
    shape = image_shape("central_crop", image)
    if shape.ndims is None:
        return image
    sizes = (None if old is None else central_size(old, fraction)[1] for old in shape[-3:-1])
    return TensorSpec(with_sizes(shape, *sizes), image.dtype)


def _central(image: np.ndarray, *, fraction: float) -> np.ndarray:
    (top, height), (left, width) = (central_size(old, fraction) for old in image.shape[-3:-1])
    return np.ascontiguousarray(image[..., top : top + height, left : left + width, :])


def fitted(height: int, width: int, high: int, wide: int) -> tuple[int, int, int, int]:
    """Returns the largest size of an image's own proportions within another, and the border above and left of it."""
    ratio = max(np.float32(width) / np.float32(wide), np.float32(height) / np.float32(high))
    new_height, new_width = np.float32(height) / ratio, np.float32(width) / ratio
    top, left = (np.float32(high) - new_height) / 2, (np.float32(wide) - new_width) / 2
    return int(new_height), int(new_width), max(0, int(np.floor(top))), max(0, int(np.floor(left)))


def _infer_fit(image: TensorSpec, *tensors: TensorSpec, sizes: list[Any], method: str, **_: Any) -> TensorSpec:
    shape = image_shape("resize_with_pad", image)
    dtype = RESIZE.infer(image, size=[1, 1], preserve=False, method=method).dtype  # type: ignore[union-attr]  # one
    return TensorSpec(with_sizes(shape, *sizes), dtype)


def _fit(image: np.ndarray, *tensors: Any, sizes: list[Any], **how: Any) -> np.ndarray:
    high, wide = completed(sizes, tensors)
    if high <= 0 or wide <= 0:
        raise InvalidArgumentError(f"the new size must be positive; got {high} x {wide}")
    height, width, top, left = fitted(image.shape[-3], image.shape[-2], high, wide)
    small = RESIZE.host(image, size=[height, width], preserve=False, **how)
    return _padded(small, top, left, high, wide)


_CROP = _sized_op("CropToBoundingBox", "crop_to_bounding_box", _cut, "crop")
_PAD = _sized_op("PadToBoundingBox", "pad_to_bounding_box", _padded, "pad")
_CROP_OR_PAD = _sized_op("ResizeWithCropOrPad", "resize_with_crop_or_pad", _cropped_or_padded, "crop_or_pad")
_CENTRAL = Op(
    "CentralCrop", infer=_infer_central, host=_central, lift=over_images, device="estimax.image._device:central_crop"
)
_FIT = Op("ResizeWithPad", infer=_infer_fit, host=_fit, lift=over_images)


def _numbers(*sizes: Any) -> tuple[list[Any], list[Tensor]]:
    known: list[Any] = []
    tensors: list[Tensor] = []
    for size in sizes:
        numbers, more = as_sizes(size)
        if len(numbers) != 1:
            raise InvalidArgumentError(f"a size must be one whole number; got {size!r}")
        known += numbers
        tensors += more
    return known, tensors


def crop_to_bounding_box(
    image: Any, offset_height: Any, offset_width: Any, target_height: Any, target_width: Any
) -> Any:
    """Cuts a rectangle out of images [height, width, channels], or batches of them.

    Args:
        image: of any type.
        offset_height: the first row that stays.
        offset_width: the first column that stays.
        target_height: how many rows stay.
        target_width: how many columns stay.

    Raises:
        InvalidArgumentError: the rectangle is empty, or not within the image.

    Example:
        >>> from estimax import image
        >>> image.crop_to_bounding_box([[[1], [2], [3], [4]]], 0, 1, 1, 2).numpy().ravel().tolist()
        [2, 3]
    """
    known, tensors = _numbers(offset_height, offset_width, target_height, target_width)
    return _CROP(image, *tensors, sizes=known)


def decode_and_crop_jpeg(
    contents: Any,
    crop_window: Any,
    channels: int = 0,
    ratio: int = 1,
    fancy_upscaling: bool = True,
    try_recover_truncated: bool = False,
    acceptable_fraction: float = 1.0,
    dct_method: str = "",
    name: str | None = None,
) -> Any:
    """Decodes a JPEG file and cuts a rectangle out of it.

    Args:
        contents: the bytes of the file, one string.
        crop_window: the first row, the first column, the height and the width.
        channels: as the other arguments, for `decode_jpeg`.
        ratio: see there.
        fancy_upscaling: see there.
        try_recover_truncated: see there.
        acceptable_fraction: see there.
        dct_method: see there.
        name: has no effect.

    Raises:
        InvalidArgumentError: the file is damaged, or the rectangle is not within the image.
    """
    known, tensors = as_sizes(crop_window)
    if len(known) != 4:
        raise InvalidArgumentError(f"crop_window must be four numbers: row, column, height, width; got {crop_window!r}")
    picture = decode_jpeg(
        contents, channels, ratio, fancy_upscaling, try_recover_truncated, acceptable_fraction, dct_method
    )
    return _CROP(picture, *tensors, sizes=known)


def pad_to_bounding_box(
    image: Any, offset_height: Any, offset_width: Any, target_height: Any, target_width: Any
) -> Any:
    """Puts images [height, width, channels], or batches of them, into larger ones of zeros.

    Args:
        image: of any type.
        offset_height: rows of zeros above.
        offset_width: columns of zeros on the left.
        target_height: rows of the result.
        target_width: columns of the result.

    Raises:
        InvalidArgumentError: the image does not fit there.
    """
    known, tensors = _numbers(offset_height, offset_width, target_height, target_width)
    return _PAD(image, *tensors, sizes=known)


def resize_with_crop_or_pad(image: Any, target_height: Any, target_width: Any) -> Any:
    """Brings images to a size without scaling: cuts the same on both sides, or adds zeros on both.

    Raises:
        InvalidArgumentError: the size is not positive.

    Example:
        >>> from estimax import image
        >>> image.resize_with_crop_or_pad([[[1], [2], [3]]], 2, 2).numpy()[..., 0].tolist()
        [[1, 2], [0, 0]]
    """
    known, tensors = _numbers(target_height, target_width)
    return _CROP_OR_PAD(image, *tensors, sizes=known)


def resize_image_with_crop_or_pad(image: Any, target_height: Any, target_width: Any) -> Any:
    """Cuts or pads to a size; the name of `resize_with_crop_or_pad` in TensorFlow 1."""
    return resize_with_crop_or_pad(image, target_height, target_width)


def resize_with_pad(
    image: Any,
    target_height: Any,
    target_width: Any,
    method: Any = ResizeMethod.BILINEAR,
    antialias: bool = False,
) -> Any:
    """Resizes images in their own proportions to the largest that fits, and pads what remains with zeros.

    Args:
        image: [height, width, channels], or a batch.
        target_height: of the result.
        target_width: of the result.
        method: as for `resize`.
        antialias: as for `resize`.

    Raises:
        InvalidArgumentError: the size is not positive.
    """
    way = method_name(method)
    return _fit_into(image, (target_height, target_width), way, half_pixel=way != "area", antialias=antialias)


def resize_image_with_pad(
    image: Any, target_height: Any, target_width: Any, method: Any = ResizeMethod.BILINEAR, align_corners: bool = False
) -> Any:
    """Resizes and pads as `resize_with_pad`, but counts pixels by their first corners, as TensorFlow 1 does.

    Images that are known to fit without being scaled keep their type.
    """
    way = method_name(method, METHODS[:4])
    known, _ = _numbers(target_height, target_width)
    image = as_argument(image)
    own = known_size(image)
    if own is not None and None not in known:
        height, width, top, left = fitted(*own, *known)
        if (height, width) == own:
            return _PAD(image, sizes=[top, left, *known])
    return _fit_into(image, (target_height, target_width), way, align_corners=align_corners)


def _fit_into(
    image: Any,
    size: Sequence[Any],
    method: str,
    align_corners: bool = False,
    half_pixel: bool = False,
    antialias: bool = False,
) -> Any:
    known, tensors = _numbers(*size)
    how = {"align_corners": bool(align_corners), "half_pixel": half_pixel, "antialias": bool(antialias)}
    return _FIT(image, *tensors, sizes=known, method=method, **how)


def central_crop(image: Any, central_fraction: Any) -> Any:
    """Keeps the middle of images, such a fraction of their height and of their width.

    Args:
        image: [height, width, channels], or a batch.
        central_fraction: more than 0, up to 1.

    Raises:
        InvalidArgumentError: the fraction is not in that range.

    Example:
        >>> from estimax import image
        >>> image.central_crop([[[1], [2], [3], [4]]] * 4, 0.5).shape
        (2, 2, 1)
    """
    fraction = float(central_fraction)
    if not 0 < fraction <= 1:
        raise InvalidArgumentError(f"central_fraction must be more than 0 and not more than 1; got {fraction}")
    return as_argument(image) if fraction == 1 else _CENTRAL(image, fraction=fraction)
