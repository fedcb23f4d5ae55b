"""`crop_and_resize`: rectangles of a batch of images, all brought to one size."""

from __future__ import annotations

from typing import Any

import numpy as np

from estimax._base._dtypes import float32, int32
from estimax._base._errors import InvalidArgumentError
from estimax._base._shapes import TensorSpec
from estimax._graph._op import Op, as_tensor
from estimax.image._resizing import as_size
from estimax.image._rule import RESIZABLE, completed, image_shape

F = np.float32


def _infer(image: TensorSpec, boxes: TensorSpec, indices: TensorSpec, *sizes: TensorSpec, **params: Any) -> TensorSpec:
    shape = image_shape("crop_and_resize", image, (4,))
    if image.dtype.name not in RESIZABLE:
        raise TypeError(f"crop_and_resize needs one of {', '.join(RESIZABLE)}; got {image.dtype.name}")
    if not boxes.shape.is_compatible_with([None, 4]) or not indices.shape.is_compatible_with([None]):
        raise InvalidArgumentError(f"crop_and_resize needs boxes [n, 4] and indices [n]; got {boxes} and {indices}")
    count = None if boxes.shape.ndims is None else boxes.shape[0]
    channels = None if shape.ndims is None else shape[-1]
    return TensorSpec([count, *params["size"], channels], float32)


def _along(first: np.ndarray, last: np.ndarray, old: int, new: int) -> tuple[np.ndarray, np.ndarray]:
    """Returns where the new pixels of each box lie, counted in old ones, and which of them lie in the image."""
    if new > 1:
        step = (last - first) * F(old - 1) / F(new - 1)
        at = first[:, np.newaxis] * F(old - 1) + np.arange(new, dtype=F) * step[:, np.newaxis]
    else:
        at = (F(0.5) * (first + last) * F(old - 1))[:, np.newaxis]
    return at, (at >= 0) & (at <= old - 1)


def _host(
    image: np.ndarray,
    boxes: np.ndarray,
    indices: np.ndarray,
    *sizes: Any,
    size: list[Any],
    method: str,
    extrapolation_value: float,
) -> np.ndarray:
    batch, height, width, _ = image.shape
    if boxes.shape[1] != 4:
        raise InvalidArgumentError(f"each box must be four numbers; got {boxes.shape[1]}")
    if len(indices) != len(boxes) or ((indices < 0) | (indices >= batch)).any():
        raise InvalidArgumentError(
            f"each of {len(boxes)} boxes needs the index of one of {batch} images; got {indices.tolist()}"
        )
    high, wide = completed(size, sizes)
    if not (height and width and high > 0 and wide > 0):
        raise InvalidArgumentError(f"crop_and_resize needs pixels; got {height} x {width} to {high} x {wide}")
    boxes = boxes.astype(F)
    y, y_inside = _along(boxes[:, 0], boxes[:, 2], height, high)
    x, x_inside = _along(boxes[:, 1], boxes[:, 3], width, wide)
    number = indices[:, np.newaxis, np.newaxis]

    def pixels(rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
        row = np.clip(rows, 0, height - 1).astype(np.intp)[:, :, np.newaxis]
        column = np.clip(columns, 0, width - 1).astype(np.intp)[:, np.newaxis]
        picked: np.ndarray = image[number, row, column]
        return picked.astype(F)

    if method == "nearest":  # halves away from zero
        out = pixels(np.floor(y + F(0.5)), np.floor(x + F(0.5)))
    else:
        top, left = np.floor(y), np.floor(x)
        down = (y - top)[:, :, np.newaxis, np.newaxis]
        across = (x - left)[:, np.newaxis, :, np.newaxis]
        corners = [[pixels(r, c) for c in (left, np.ceil(x))] for r in (top, np.ceil(y))]
        above, below = (a + (b - a) * across for a, b in corners)
        out = above + (below - above) * down
    inside = y_inside[:, :, np.newaxis] & x_inside[:, np.newaxis]
    return np.where(inside[..., np.newaxis], out, F(extrapolation_value))


_CROP_AND_RESIZE = Op("CropAndResize", infer=_infer, host=_host)


def crop_and_resize(
    image: Any,
    boxes: Any,
    box_indices: Any = None,
    crop_size: Any = None,
    method: str = "bilinear",
    extrapolation_value: float = 0.0,
    name: str | None = None,
    box_ind: Any = None,
) -> Any:
    """Cuts rectangles out of a batch of images and brings them to one size; float32 [boxes, height, width, channels].

    Args:
        image: [batch, height, width, channels].
        boxes: [boxes, 4]: the first row, first column, last row and last column, as fractions of the image from 0
            to 1. A last one smaller than the first mirrors.
        box_indices: [boxes], which image of the batch each box is of.
        crop_size: the height and width of the results.
        method: "bilinear" or "nearest".
        extrapolation_value: of pixels outside of the image.
        name: has no effect.
        box_ind: the name of `box_indices` in TensorFlow 1.

    Raises:
        InvalidArgumentError: the arguments do not fit together.

    Example:
        >>> from estimax import image
        >>> picture = [[[[0.0], [1.0]], [[2.0], [3.0]]]]
        >>> image.crop_and_resize(picture, [[0.0, 0.0, 1.0, 0.5]], [0], [2, 2]).numpy()[0, ..., 0].tolist()
        [[0.0, 0.5], [2.0, 2.5]]
    """
    indices = box_ind if box_indices is None else box_indices
    if indices is None or crop_size is None:
        raise InvalidArgumentError("crop_and_resize needs box_indices and crop_size")
    if method not in ("bilinear", "nearest"):
        raise InvalidArgumentError(f"method must be 'bilinear' or 'nearest'; got {method!r}")
    known, tensors = as_size(crop_size)
    return _CROP_AND_RESIZE(
        image,
        as_tensor(boxes, float32),
        as_tensor(indices, int32),
        *tensors,
        size=known,
        method=method,
        extrapolation_value=float(extrapolation_value),
    )
