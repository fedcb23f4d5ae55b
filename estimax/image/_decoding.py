"""`decode_jpeg`, `decode_png`, `decode_gif`, `decode_bmp`, `decode_image`: from the bytes of a file to pixels.

A column of files is decoded on threads; of JPEG files, whose headers tell the
size, straight into the array that holds all their pixels.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from estimax._base._dtypes import DType, as_dtype, float32, int32, int64, uint8, uint16
from estimax._base._errors import InvalidArgumentError
from estimax._base._shapes import TensorShape, TensorSpec
from estimax._base._string_array import StringArray
from estimax._graph._column import Column, empty_column, stack_rows
from estimax._graph._lifting import by_rows
from estimax._graph._op import Node, Op
from estimax._graph._stretches import splits_of
from estimax._graph._varying import Rows
from estimax.image._bitmap import decode_bmp_file, decode_gif_file
from estimax.image._formats import format_of
from estimax.image._jpeg import Jpeg, JpegOptions, read_header
from estimax.image._png import decode_png_file, with_channels_of
from estimax.image._threads import for_each
from estimax.math._comparison import equal
from estimax.strings._text import substr

_METHODS = ("", "INTEGER_FAST", "INTEGER_ACCURATE")


def views_of(contents: StringArray) -> list[memoryview]:
    """Returns the bytes of each string, without copying them."""
    return [memoryview(s.as_buffer()).cast("B") for s in contents.flat]


def decoded(contents: StringArray, number: int, name: str, decode: Callable[[], Any]) -> Any:
    """Decodes one of several files; an error says which op it was and where the file came from.

    Raises:
        InvalidArgumentError: the file cannot be decoded.
    """
    try:
        return decode()
    except (InvalidArgumentError, MemoryError) as error:
        place = contents.describe_origin(number)
        raise InvalidArgumentError(f"{name}: {error}{f' (from {place})' if place else ''}") from None


def decode_file(data: memoryview, name: str, options: JpegOptions, dtype: Any = np.uint8) -> np.ndarray:
    """Decodes a JPEG or PNG file, or a GIF of one frame, to [height, width, channels].

    Raises:
        InvalidArgumentError: it is none of these, or damaged.
    """
    kind = format_of(data)
    if kind == "bmp":
        raise InvalidArgumentError(f"{name} does not read BMP files; use decode_bmp or decode_image")
    if kind == "png":
        return decode_png_file(data, options.channels, dtype == np.uint16)
    if kind == "jpeg":
        return _widened(read_header(data, options.channels).decode(options), dtype)
    frames = decode_gif_file(data)
    if len(frames) > 1:
        raise InvalidArgumentError(f"{name} reads a GIF of one frame; got {len(frames)}. Use decode_gif")
    if options.channels not in (0, 3):
        raise InvalidArgumentError(f"channels must be 0 or 3 for a GIF file; got {options.channels}")
    return _widened(frames[0], dtype)


def _widened(image: np.ndarray, dtype: Any) -> np.ndarray:
    """Scales uint8 to the range of a wider type, as `convert_image_dtype` does."""
    if dtype == np.uint8:
        return image
    if dtype == np.uint16:
        return image.astype(np.uint16) << np.uint16(8)
    return image.astype(np.float32) * np.float32(1 / 255)


def _decode_any(data: memoryview, channels: int, dtype: Any, expand_animations: bool) -> np.ndarray:
    kind = format_of(data)
    if kind == "gif":
        if channels not in (0, 3):
            raise InvalidArgumentError(f"channels must be 0 or 3 for a GIF file; got {channels}")
        frames = decode_gif_file(data, not expand_animations)
        return _widened(frames if expand_animations else frames[0], dtype)
    if kind == "bmp":
        return _widened(decode_bmp_file(data, channels), dtype)
    if kind == "jpeg":
        return _widened(read_header(data, channels).decode(JpegOptions(channels)), dtype)
    image = decode_png_file(data, channels, dtype != np.uint8)
    return image.astype(np.float32) * np.float32(1 / 65535) if dtype == np.float32 else image


def _check_contents(name: str, contents: TensorSpec) -> None:
    if not contents.dtype.is_string:
        raise TypeError(f"{name} needs the bytes of an image file, a string; got {contents.dtype.name}")
    if contents.shape.ndims not in (0, None):
        raise InvalidArgumentError(
            f"{name} takes one file; got strings of shape {tuple(contents.shape)}. "
            f"Decode in a map() before batch(), or with tf.map_fn"
        )


def _check_channels(channels: int, allowed: Sequence[int] = (0, 1, 3, 4)) -> int:
    if channels not in allowed:
        raise InvalidArgumentError(f"channels must be one of {', '.join(map(str, allowed))}; got {channels!r}")
    return int(channels)


def _decoder(name: str, public: str, shape: Callable[..., TensorShape], decode: Callable[..., np.ndarray]) -> Op:
    """Makes an op of a function from the bytes of a file to an array."""

    def infer(contents: TensorSpec, **params: Any) -> TensorSpec:
        _check_contents(public, contents)
        return TensorSpec(shape(**params), params.get("dtype", uint8))

    def host(contents: StringArray, **params: Any) -> np.ndarray:
        return np.asarray(decoded(contents, 0, public, lambda: decode(views_of(contents)[0], **params)))

    def lift(
        node: Node, values: Sequence[Any], lifted: Sequence[bool], rows: int, params: dict[str, Any]
    ) -> tuple[Column, ...]:
        if not rows:
            return by_rows(node, values, lifted, rows, params)
        contents: StringArray = values[0]
        views = views_of(contents)
        made = for_each(lambda i: decoded(contents, i, public, lambda: decode(views[i], **params)), rows)
        return (stack_rows(made, node.specs[0].dtype),)

    return Op(name, infer=infer, host=host, lift=lift, expands=True)


def _decode_jpegs(
    node: Node, values: Sequence[Any], lifted: Sequence[bool], rows: int, params: dict[str, Any]
) -> tuple[Column, ...]:
    """Decodes a column of files, JPEG files straight to where they belong."""
    if not rows:
        return (empty_column(node.specs[0]),)
    contents: StringArray = values[0]
    options = JpegOptions(**params)
    views = views_of(contents)

    def begin(i: int) -> Any:
        """Returns a JPEG file whose header was read, or the pixels of another one."""
        if format_of(views[i]) == "jpeg":
            return read_header(views[i], options.channels)
        return _decode_jpeg(views[i], **params)

    begun: list[Any] = for_each(lambda i: decoded(contents, i, "decode_jpeg", lambda: begin(i)), rows)
    shapes = np.array([b.decoded_shape(options) if isinstance(b, Jpeg) else b.shape for b in begun], np.int64)
    splits = splits_of(shapes.prod(1)).tolist()
    flat = np.empty(splits[-1], np.uint8)

    def finish(i: int) -> None:
        place = flat[splits[i] : splits[i + 1]].reshape(tuple(shapes[i].tolist()))
        if isinstance(begun[i], Jpeg):
            begun[i].decode(options, place)
        else:
            place[...] = begun[i]

    for_each(lambda i: decoded(contents, i, "decode_jpeg", lambda: finish(i)), rows)
    return (Rows.of(flat, shapes),)


def _infer_jpeg(contents: TensorSpec, *, channels: int, **_: Any) -> TensorSpec:
    _check_contents("decode_jpeg", contents)
    return TensorSpec([None, None, channels or None], uint8)


def _decode_jpeg(data: memoryview, **params: Any) -> np.ndarray:
    return decode_file(data, "decode_jpeg", JpegOptions(**params))


def _host_jpeg(contents: StringArray, **params: Any) -> np.ndarray:
    return np.asarray(decoded(contents, 0, "decode_jpeg", lambda: _decode_jpeg(views_of(contents)[0], **params)))


def _decode_png(data: memoryview, *, channels: int, dtype: DType) -> np.ndarray:
    return decode_file(data, "decode_png", JpegOptions(channels), dtype.as_numpy_dtype)


def _decode_gif(data: memoryview) -> np.ndarray:
    if format_of(data) == "gif":
        return decode_gif_file(data)
    return with_channels_of(decode_file(data, "decode_gif", JpegOptions()), 3)[np.newaxis]


def _decode_bmp(data: memoryview, *, channels: int) -> np.ndarray:
    kind = format_of(data)
    if kind != "bmp":
        raise InvalidArgumentError(f"decode_bmp reads BMP files; got a {kind.upper()} file. Use decode_image")
    return decode_bmp_file(data, channels)


def _decode_image(data: memoryview, *, channels: int, dtype: DType, expand_animations: bool) -> np.ndarray:
    return _decode_any(data, channels, dtype.as_numpy_dtype, expand_animations)


def _shape_of_image(*, channels: int, dtype: DType, expand_animations: bool) -> TensorShape:
    return TensorShape(None) if expand_animations else TensorShape([None, None, channels or None])


def _jpeg_shape(data: memoryview, *, dtype: DType) -> np.ndarray:
    if format_of(data) != "jpeg":
        raise InvalidArgumentError(f"a JPEG file is needed; got a {format_of(data).upper()} file")
    return np.array(read_header(data).stored_shape, dtype.as_numpy_dtype)


JPEG = Op("DecodeJpeg", infer=_infer_jpeg, host=_host_jpeg, lift=_decode_jpegs, expands=True)
_PNG = _decoder(
    "DecodePng", "decode_png", lambda channels, dtype: TensorShape([None, None, channels or None]), _decode_png
)
_GIF = _decoder("DecodeGif", "decode_gif", lambda: TensorShape([None, None, None, 3]), _decode_gif)
_BMP = _decoder("DecodeBmp", "decode_bmp", lambda channels: TensorShape([None, None, channels or None]), _decode_bmp)
_IMAGE = _decoder("DecodeImage", "decode_image", _shape_of_image, _decode_image)
_SHAPE = _decoder("ExtractJpegShape", "extract_jpeg_shape", lambda dtype: TensorShape([3]), _jpeg_shape)


def decode_jpeg(
    contents: Any,
    channels: int = 0,
    ratio: int = 1,
    fancy_upscaling: bool = True,
    try_recover_truncated: bool = False,
    acceptable_fraction: float = 1.0,
    dct_method: str = "",
    name: str | None = None,
) -> Any:
    """Decodes a JPEG file to uint8 [height, width, channels]; a PNG or a GIF of one frame too.

    Args:
        contents: the bytes of the file, one string.
        channels: 1 for grey, 3 for RGB, 0 for what the file has.
        ratio: 1, 2, 4 or 8: the image is decoded so many times smaller, which is faster.
        fancy_upscaling: whether colours are interpolated where the file has fewer of them than pixels.
        try_recover_truncated: whether a file that is cut off is decoded all the same, grey where nothing is left.
        acceptable_fraction: which part of the lines must be there; the missing ones are black.
        dct_method: "INTEGER_FAST", which is the default, or "INTEGER_ACCURATE", as most other programs decode.
        name: has no effect.

    Raises:
        InvalidArgumentError: the file is damaged, or decoded larger than 512 MiB.
        FailedPreconditionError: the libraries of `pip install 'estimax[images]'` are missing.

    Example:
        >>> import numpy as np
        >>> import estimax as tf
        >>> from estimax import image
        >>> file = image.encode_jpeg(np.full([8, 16, 3], 200, np.uint8))
        >>> image.decode_jpeg(file, channels=3).shape
        (8, 16, 3)
    """
    _check_channels(channels, (0, 1, 3))
    _check_ratio(ratio)
    if dct_method not in _METHODS:
        raise InvalidArgumentError(f"dct_method must be one of {_METHODS}; got {dct_method!r}")
    return JPEG(
        contents,
        channels=int(channels),
        ratio=int(ratio),
        fancy_upscaling=bool(fancy_upscaling),
        try_recover_truncated=bool(try_recover_truncated),
        acceptable_fraction=float(acceptable_fraction),
        dct_method=dct_method,
    )


def _check_ratio(ratio: int) -> None:
    if ratio not in (1, 2, 4, 8):
        raise InvalidArgumentError(f"ratio must be 1, 2, 4 or 8; got {ratio!r}")


def decode_png(contents: Any, channels: int = 0, dtype: Any = uint8, name: str | None = None) -> Any:
    """Decodes a PNG file to uint8 or uint16 [height, width, channels]; a JPEG or a GIF of one frame too.

    Args:
        contents: the bytes of the file, one string.
        channels: 1 for grey, 3 for RGB, 4 for RGB and opacity, 0 for what the file has.
        dtype: `tf.uint8`, or `tf.uint16` for files with 16 bits for each colour.
        name: has no effect.

    Raises:
        InvalidArgumentError: the file is damaged, or decoded larger than 512 MiB.

    Example:
        >>> import numpy as np
        >>> from estimax import image
        >>> image.decode_png(image.encode_png(np.array([[[7], [9]]], np.uint8))).numpy().tolist()
        [[[7], [9]]]
    """
    wanted = as_dtype(dtype)
    if wanted not in (uint8, uint16):
        raise TypeError(f"decode_png gives uint8 or uint16; got dtype={wanted.name}")
    return _PNG(contents, channels=_check_channels(channels), dtype=wanted)


def decode_gif(contents: Any, name: str | None = None) -> Any:
    """Decodes all frames of a GIF file to uint8 [frames, height, width, 3].

    Raises:
        InvalidArgumentError: the file is damaged, or decoded larger than 512 MiB.
    """
    return _GIF(contents)


def decode_bmp(contents: Any, channels: int = 0, name: str | None = None) -> Any:
    """Decodes a BMP file to uint8 [height, width, channels]: 8 bits for each pixel are one channel, 24 RGB, 32 RGBA.

    Raises:
        InvalidArgumentError: the file is damaged, or its pixels have another number of bits.
    """
    return _BMP(contents, channels=_check_channels(channels))


def decode_image(
    contents: Any,
    channels: int | None = None,
    dtype: Any = uint8,
    name: str | None = None,
    expand_animations: bool = True,
) -> Any:
    """Decodes a JPEG, PNG, GIF or BMP file.

    Args:
        contents: the bytes of the file, one string.
        channels: as for `decode_png`.
        dtype: `tf.uint8`, `tf.uint16`, or `tf.float32` for numbers from 0 to 1.
        name: has no effect.
        expand_animations: whether a GIF becomes [frames, height, width, 3], so that the number of dimensions of
            the result is not known when the program is traced; its first frame alone otherwise.

    Raises:
        InvalidArgumentError: the file is damaged, or decoded larger than 512 MiB.

    Example:
        >>> import numpy as np
        >>> from estimax import image
        >>> file = image.encode_png(np.array([[[51]]], np.uint8))
        >>> image.decode_image(file, dtype="float32", expand_animations=False).numpy().tolist()
        [[[0.20000000298023224]]]
    """
    wanted = as_dtype(dtype)
    if wanted not in (uint8, uint16, float32):
        raise TypeError(f"decode_image gives uint8, uint16 or float32; got dtype={wanted.name}")
    return _IMAGE(
        contents, channels=_check_channels(channels or 0), dtype=wanted, expand_animations=bool(expand_animations)
    )


def is_jpeg(contents: Any, name: str | None = None) -> Any:
    """Says of each string whether it begins as a JPEG file does.

    Example:
        >>> from estimax import image
        >>> image.is_jpeg([b"GIF89a", b"\\xff\\xd8\\xff\\xe0"]).numpy().tolist()
        [False, True]
    """
    return equal(substr(contents, 0, 3), b"\xff\xd8\xff")


def extract_jpeg_shape(contents: Any, output_type: Any = int32, name: str | None = None) -> Any:
    """Reads the height, width and channels of a JPEG file from its header, int32 or int64 [3].

    Raises:
        InvalidArgumentError: it is not a JPEG file.
    """
    wanted = as_dtype(output_type)
    if wanted not in (int32, int64):
        raise TypeError(f"output_type must be int32 or int64; got {wanted.name}")
    return _SHAPE(contents, dtype=wanted)
