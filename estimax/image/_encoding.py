"""`encode_jpeg`, `encode_png`: from pixels to the bytes of a file."""

from __future__ import annotations

import io
from typing import Any

import numpy as np

from estimax._base._dtypes import string, uint8, uint16
from estimax._base._errors import InvalidArgumentError
from estimax._base._shapes import TensorSpec
from estimax._base._string_array import StringArray
from estimax._graph._op import Op
from estimax._graph._tensor import Tensor
from estimax.image._libraries import pillow, simplejpeg
from estimax.image._rule import image_shape, rows_on_threads

_FORMATS = {"": 0, "default": 0, "grayscale": 1, "rgb": 3}
_MODES = {1: "L", 2: "LA", 3: "RGB", 4: "RGBA"}


def _infer_jpeg(image: TensorSpec, *, channels: int, **_: Any) -> TensorSpec:
    shape = image_shape("encode_jpeg", image, (3,))
    if image.dtype != uint8:
        raise TypeError(f"encode_jpeg needs uint8; got {image.dtype.name}. Convert with tf.image.convert_image_dtype")
    if shape.ndims is not None and shape[-1] is not None:
        _check_channels("encode_jpeg", shape[-1], (channels,) if channels else (1, 3))
    return TensorSpec([], string)


def _check_channels(name: str, channels: int, allowed: tuple[int, ...]) -> None:
    if channels not in allowed:
        raise InvalidArgumentError(
            f"{name} needs an image of {' or '.join(map(str, allowed))} channels; got {channels}"
        )


def _jpeg(image: np.ndarray, *, channels: int, quality: int, more: dict[str, Any]) -> StringArray:
    _check_channels("encode_jpeg", image.shape[-1], (channels,) if channels else (1, 3))
    grey = image.shape[-1] == 1
    image = np.ascontiguousarray(image)
    if not more["progressive"] and not more["optimize_size"] and more["density"] == (300, 300, "in"):
        subsampling = "Gray" if grey else "420" if more["chroma_downsampling"] else "444"
        colours = "GRAY" if grey else "RGB"
        return StringArray.of(simplejpeg().encode_jpeg(image, quality, colours, subsampling))
    x, y, unit = more["density"]
    file = io.BytesIO()
    pillow("Image").fromarray(image[..., 0] if grey else image).save(
        file,
        "JPEG",
        quality=quality,
        progressive=more["progressive"],
        optimize=more["optimize_size"],
        subsampling=2 if more["chroma_downsampling"] else 0,
        dpi=(x, y) if unit == "in" else (round(x * 2.54), round(y * 2.54)),
    )
    return StringArray.of(file.getvalue())


def _infer_png(image: TensorSpec, *, compression: int) -> TensorSpec:
    image_shape("encode_png", image, (3,))
    if image.dtype not in (uint8, uint16):
        raise TypeError(f"encode_png needs uint8 or uint16; got {image.dtype.name}")
    return TensorSpec([], string)


def _png(image: np.ndarray, *, compression: int) -> StringArray:
    channels = image.shape[-1]
    _check_channels("encode_png", channels, (1,) if image.dtype == np.uint16 else (1, 2, 3, 4))
    file = io.BytesIO()
    flat = np.ascontiguousarray(image[..., 0] if channels == 1 else image)
    level = {} if compression < 0 else {"compress_level": compression}
    picture = pillow("Image").fromarray(flat)
    assert picture.mode in (*_MODES.values(), "I;16")
    picture.save(file, "PNG", **level)
    return StringArray.of(file.getvalue())


_JPEG = Op("EncodeJpeg", infer=_infer_jpeg, host=_jpeg, lift=rows_on_threads)
_PNG = Op("EncodePng", infer=_infer_png, host=_png, lift=rows_on_threads)


def encode_jpeg(
    image: Any,
    format: str = "",
    quality: int = 95,
    progressive: bool = False,
    optimize_size: bool = False,
    chroma_downsampling: bool = True,
    density_unit: str = "in",
    x_density: int = 300,
    y_density: int = 300,
    xmp_metadata: str = "",
    name: str | None = None,
) -> Any:
    """Writes a uint8 image [height, width, 1 or 3] as a JPEG file, one string.

    Args:
        image: the pixels.
        format: "grayscale" or "rgb"; by the number of channels if empty.
        quality: from 0 to 100.
        progressive: whether the file can be shown coarsely before all of it has come.
        optimize_size: whether to take more time for a smaller file.
        chroma_downsampling: whether colours are stored for every fourth pixel only.
        density_unit: "in" or "cm".
        x_density: pixels in each unit, for printers.
        y_density: the same from top to bottom.
        xmp_metadata: is not written.
        name: has no effect.

    Raises:
        InvalidArgumentError: another number of channels, or a quality out of range.

    Example:
        >>> import numpy as np
        >>> from estimax import image
        >>> image.encode_jpeg(np.zeros([8, 8, 1], np.uint8)).numpy()[:3]
        b'\\xff\\xd8\\xff'
    """
    if format not in _FORMATS:
        raise InvalidArgumentError(f"format must be one of {', '.join(map(repr, _FORMATS))}; got {format!r}")
    if not 0 <= quality <= 100:
        raise InvalidArgumentError(f"quality must be from 0 to 100; got {quality!r}")
    if density_unit not in ("in", "cm"):
        raise InvalidArgumentError(f"density_unit must be 'in' or 'cm'; got {density_unit!r}")
    more = {
        "progressive": bool(progressive),
        "optimize_size": bool(optimize_size),
        "chroma_downsampling": bool(chroma_downsampling),
        "density": (int(x_density), int(y_density), density_unit),
    }
    return _JPEG(_pixels(image), channels=_FORMATS[format], quality=int(quality), more=more)


def encode_png(image: Any, compression: int = -1, name: str | None = None) -> Any:
    """Writes an image [height, width, 1 to 4] as a PNG file, one string.

    Args:
        image: uint8: grey, grey and opacity, RGB, or RGB and opacity; or uint16: grey.
        compression: from 0 (none) to 9 (most), or -1 for the usual.
        name: has no effect.

    Raises:
        InvalidArgumentError: another number of channels, or a compression out of range.
    """
    if not -1 <= compression <= 9:
        raise InvalidArgumentError(f"compression must be from -1 to 9; got {compression!r}")
    return _PNG(_pixels(image), compression=int(compression))


def _pixels(image: Any) -> Any:
    """Takes lists of Python numbers for uint8; everything else says itself what it is."""
    return np.asarray(image, np.uint8) if isinstance(image, list) and not _holds_tensors(image) else image


def _holds_tensors(values: list[Any]) -> bool:
    return any(_holds_tensors(v) if isinstance(v, list) else isinstance(v, Tensor) for v in values)
