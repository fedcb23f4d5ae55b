"""`convert_image_dtype`: between whole numbers that fill their type's range and fractions from 0 to 1."""

from __future__ import annotations

from typing import Any

import numpy as np

from estimax._base._dtypes import DType, as_dtype
from estimax._base._shapes import TensorSpec
from estimax._graph._lifting import broadcasting
from estimax._graph._op import Op, as_argument
from estimax._graph._tensor import Tensor


def converted(image: np.ndarray, dtype: Any, saturate: bool = False) -> np.ndarray:
    """Brings an array of image values to another type and its range.

    Args:
        image: whole numbers from 0 to their type's largest, or fractions from 0 to 1.
        dtype: NumPy type of the result.
        saturate: whether whole numbers outside of the new range become its border; else they wrap around.
    """
    wanted, given = np.dtype(dtype), image.dtype
    if wanted == given:
        return image
    if given.kind == "f":
        if wanted.kind == "f":
            return image.astype(wanted)
        return _whole(image, wanted)
    largest = int(np.iinfo(given).max)
    if wanted.kind == "f":
        return np.asarray(image.astype(wanted) * wanted.type(1 / largest))
    new_largest = int(np.iinfo(wanted).max)
    if largest > new_largest:
        return _cast(image // given.type((largest + 1) // (new_largest + 1)), wanted, saturate)
    return np.asarray(_cast(image, wanted, saturate) * wanted.type((new_largest + 1) // (largest + 1)))


def _whole(image: np.ndarray, dtype: np.dtype[Any]) -> np.ndarray:
    """Makes whole numbers of fractions; those beyond the range become its border, and NaN becomes 0."""
    limits = np.iinfo(dtype)
    with np.errstate(all="ignore"):
        scaled = image * image.dtype.type(limits.max + 0.5)
    if limits.bits > 16:
        scaled = scaled.astype(np.float64)
    # The largest of 64 bits is no float64; one below it is.
    highest = limits.max if limits.bits < 64 else np.nextafter(float(limits.max) + 1, 0)
    scaled = np.nan_to_num(scaled, copy=False, posinf=highest, neginf=limits.min)
    return np.asarray(scaled.clip(limits.min, highest).astype(dtype))


def _cast(image: np.ndarray, dtype: np.dtype[Any], saturate: bool) -> np.ndarray:
    if not saturate:
        return image.astype(dtype)
    limits, own = np.iinfo(dtype), np.iinfo(image.dtype)
    kind = image.dtype.type
    return np.asarray(image.clip(kind(max(limits.min, own.min)), kind(min(limits.max, own.max))).astype(dtype))


def _infer(image: TensorSpec, *, dtype: DType, saturate: bool) -> TensorSpec:
    for kind in (image.dtype, dtype):
        if not (kind.is_floating or kind.is_integer):
            raise TypeError(f"convert_image_dtype converts between numbers; got {image.dtype.name} to {dtype.name}")
    return TensorSpec(image.shape, dtype)


def _host(image: np.ndarray, *, dtype: DType, saturate: bool) -> np.ndarray:
    return np.asarray(converted(image, dtype.as_numpy_dtype, saturate))


CONVERT = Op(
    "ConvertImageDtype",
    infer=_infer,
    host=_host,
    lift=broadcasting,
    device="estimax.image._device:convert_image_dtype",
)


def convert_image_dtype(image: Any, dtype: Any, saturate: bool = False, name: str | None = None) -> Any:
    """Brings image values to another type, and to the range that images have in it.

    Whole numbers go from 0 to the largest of their type, fractions from 0 to 1.

    Args:
        image: of any shape.
        dtype: of the result, a type of numbers.
        saturate: whether whole numbers that do not fit into the new range become its border; fractions always do.
        name: has no effect.

    Raises:
        TypeError: truth values or strings.

    Example:
        >>> import numpy as np
        >>> from estimax import image
        >>> image.convert_image_dtype(np.array([0, 255], np.uint8), "float32").numpy().tolist()
        [0.0, 1.0]
    """
    wanted = as_dtype(dtype)
    image = as_argument(image)
    return (
        image
        if isinstance(image, Tensor) and image.dtype == wanted
        else CONVERT(image, dtype=wanted, saturate=bool(saturate))
    )
