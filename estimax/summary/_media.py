"""Images as PNG files and sounds as WAV files, scaled as TensorFlow scales them."""

from __future__ import annotations

import io
import wave

import numpy as np

from estimax._base._lazy import resolve


def png(pixels: np.ndarray) -> bytes:
    """Returns the PNG file of an image, uint8 [height, width, channels]."""
    file: bytes = resolve("estimax.image:encode_png")(pixels).numpy()  # a program without pictures never loads that
    return file


def scaled_around(image: np.ndarray) -> np.ndarray:
    """Returns an image as bytes: from 0 to the greatest number, or, where some are negative, around 128.

    Example:
        >>> import numpy as np
        >>> from estimax.summary._media import scaled_around
        >>> scaled_around(np.array([0.0, 1.0, 4.0])).tolist(), scaled_around(np.array([-1.0, 0.0, 0.5])).tolist()
        ([0, 63, 255], [1, 128, 191])
    """
    if image.dtype == np.uint8:
        return image
    finite = np.where(np.isfinite(image), image, 0).astype(np.float32)
    low, high = float(finite.min(initial=0)), float(finite.max(initial=0))
    if low >= 0:
        scale, middle = (255.0 / high if high >= 1e-7 else 0.0), 0.0
    else:
        scale, middle = 127.0 / max(-low, high), 128.0
    pixels: np.ndarray = np.clip(finite * scale + middle, 0, 255).astype(np.uint8)
    return pixels


def clipped(image: np.ndarray) -> np.ndarray:
    """Returns an image as bytes: floats from 0 to 1, integers from 0 to 255, and what lies outside cut off.

    Example:
        >>> import numpy as np
        >>> from estimax.summary._media import clipped
        >>> clipped(np.array([-1.0, 0.0, 0.5, 1.0, 7.0])).tolist()
        [0, 0, 127, 255, 255]
    """
    if image.dtype.kind in "iu":
        levels = np.clip(image, 0, 255)
    else:
        levels = np.clip(np.where(np.isnan(image), 0, image).astype(np.float32), 0, 1) * np.float32(255.5)
    pixels: np.ndarray = levels.astype(np.uint8)
    return pixels


def wav(clip: np.ndarray, sample_rate: float) -> bytes:
    """Returns the WAV file of a sound, [frames, channels] from -1 to 1, in 16 bits."""
    loudness = np.clip(np.where(np.isnan(clip), 0, clip).astype(np.float32), -1, 1)
    levels = np.minimum(np.rint(loudness * 32768), 32767).astype("<i2")
    file = io.BytesIO()
    with wave.open(file, "wb") as out:
        out.setnchannels(clip.shape[1])
        out.setsampwidth(2)
        out.setframerate(max(1, int(sample_rate)))
        out.writeframes(levels.tobytes())
    return file.getvalue()
