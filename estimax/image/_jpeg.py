"""Reading one JPEG file.

The pixels are those of the original bit for bit, which takes libjpeg's fast
inverse transform unless told otherwise. CMYK pictures become RGB by its rule.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from estimax._base._errors import InvalidArgumentError
from estimax.image._formats import check_size
from estimax.image._libraries import simplejpeg

_END = b"\xff\xd9"
_NOISE = b"\x55" * 64


@dataclass(frozen=True)
class JpegOptions:
    """How to read a JPEG file; the parameters of `decode_jpeg`."""

    channels: int = 0
    ratio: int = 1
    fancy_upscaling: bool = True
    try_recover_truncated: bool = False
    acceptable_fraction: float = 1.0
    dct_method: str = ""

    @property
    def fast(self) -> bool:
        return self.dct_method != "INTEGER_ACCURATE"


_STORED = {"Gray": 1, "CMYK": 4, "YCCK": 4}  # channels by the colours that a header names; 3 otherwise


@dataclass(frozen=True)
class Jpeg:
    """What the header of a JPEG file says."""

    data: memoryview
    height: int
    width: int
    colours: str

    @property
    def stored_shape(self) -> tuple[int, int, int]:
        return self.height, self.width, _STORED.get(self.colours, 3)

    def decoded_shape(self, options: JpegOptions) -> tuple[int, int, int]:
        """Returns the height, width and channels of the decoded image."""
        channels = options.channels or min(self.stored_shape[2], 3)
        return -(-self.height // options.ratio), -(-self.width // options.ratio), channels

    def decode(self, options: JpegOptions, out: np.ndarray | None = None) -> np.ndarray:
        """Decodes to uint8 [height, width, channels], into `out` if it is given.

        Raises:
            InvalidArgumentError: it is damaged, cut off or too large, or has no such channels.
        """
        channels = self.decoded_shape(options)[2]
        if self.colours in ("CMYK", "YCCK"):
            if channels != 3:
                raise InvalidArgumentError(
                    f"a {self.colours} JPEG can be decoded to 3 channels; got channels={channels}"
                )
            image = _from_cmyk(_pixels(self, "CMYK", options), b"Adobe" in bytes(self.data[:4096]))
        else:
            image = _pixels(self, "GRAY" if channels == 1 else "RGB", options, out)
        if out is None or image is out:
            return image
        out[...] = image
        return out


def read_header(data: memoryview, channels: int = 0) -> Jpeg:
    """Reads the header of a JPEG file that is to have so many channels when it is decoded.

    Raises:
        InvalidArgumentError: it cannot be read, the image is too large, or JPEG has no such channels.
    """
    if channels not in (0, 1, 3):
        raise InvalidArgumentError(f"channels must be 0, 1 or 3 for a JPEG file; got {channels}")
    try:
        height, width, colours, _ = simplejpeg().decode_jpeg_header(data)
    except ValueError as error:
        raise _damaged(data, error) from None
    file = Jpeg(data, height, width, colours)
    check_size(1, *file.stored_shape)
    return file


def _pixels(file: Jpeg, colours: str, options: JpegOptions, out: np.ndarray | None = None) -> np.ndarray:
    height, width, _ = file.decoded_shape(options)
    scale = {"min_height": height, "min_width": width, "min_factor": options.ratio} if options.ratio > 1 else {}
    arguments = {"fastdct": options.fast, "fastupsample": not options.fancy_upscaling, **scale}
    decode = simplejpeg().decode_jpeg
    try:
        image: np.ndarray = decode(file.data, colours, buffer=out, **arguments)
        return image if out is None else out
    except ValueError as error:
        cut_off = "premature end of jpeg" in str(error).lower()
        if cut_off and not options.try_recover_truncated and options.acceptable_fraction >= 1:
            raise _damaged(file.data, error) from None
    try:
        image = decode(file.data, colours, strict=False, **arguments)
        if cut_off and not options.try_recover_truncated:
            other = decode(bytes(file.data) + _NOISE + _END, colours, strict=False, **arguments)
            _blank_what_is_missing(image, other, options.acceptable_fraction)
    except ValueError as error:
        raise error if isinstance(error, InvalidArgumentError) else _damaged(file.data, error) from None
    return image


def _blank_what_is_missing(image: np.ndarray, otherwise: np.ndarray, fraction: float) -> None:
    """Makes black the lines that depend on what would have followed: that differ when something else follows."""
    height = len(image)
    differs = np.flatnonzero((image != otherwise).any((1, 2)))
    lines = int(differs[0]) if len(differs) else height
    if lines < fraction * height:
        raise InvalidArgumentError(
            f"the JPEG data is cut off: {lines} of {height} lines are there; acceptable_fraction is {fraction}"
        )
    image[lines:] = 0


def _from_cmyk(image: np.ndarray, inverted: bool) -> np.ndarray:
    """Makes RGB of CMYK, as libjpeg gives it: Adobe's programs store each ink as what is left of white."""
    ink = image.astype(np.int32) if inverted else 255 - image.astype(np.int32)
    return (ink[..., 3:] * ink[..., :3] // 255).astype(np.uint8)


def _damaged(data: memoryview, error: Exception) -> InvalidArgumentError:
    return InvalidArgumentError(f"the JPEG data of {len(data)} bytes cannot be decoded: {error}")
