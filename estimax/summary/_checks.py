"""What a summary can show: refused where the program declares it, rather than when it is written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import prod
from typing import Any, NoReturn

import numpy as np

from estimax._base._errors import InvalidArgumentError


def check_value(kind: str, name: str, shape: Sequence[Any], dtype: Any, options: Mapping[str, Any]) -> None:
    """Checks shape, type and options of what a summary is to show.

    Args:
        kind: of the summary.
        name: of the summary, for messages.
        shape: of the array.
        dtype: of the array.
        options: of the kind.

    Raises:
        InvalidArgumentError: it cannot be shown in this way.

    Example:
        >>> from estimax.summary._checks import check_value
        >>> try:
        ...     check_value("scalar", "x", [8], "float32", {})
        ... except ValueError as error:
        ...     print(error)
        the scalar summary 'x' shows one number; got an array of shape (8,). Reduce it, as with tf.reduce_mean, or ...
    """
    check = {"scalar": _check_scalar, "image": _check_image, "audio": _check_audio}.get(kind)
    if kind in ("scalar", "histogram", "image", "audio"):
        _check_numbers(kind, name, np.dtype(dtype))
    outputs = options.get("max_outputs", 1)
    if outputs < 1:
        _refuse(kind, name, "needs max_outputs of at least 1", f"{outputs}")
    if check is not None:
        check(name, tuple(shape), options)


def _check_numbers(kind: str, name: str, dtype: np.dtype[Any]) -> None:
    is_real = dtype.kind in "biuf" or dtype.name.startswith(("bfloat", "float8"))
    if not is_real:
        got = "text" if dtype.kind in "OSUV" else dtype.name
        _refuse(kind, name, "shows real numbers", got, "For text there is summary.text" if got == "text" else "")


def _check_scalar(name: str, shape: tuple[Any, ...], options: Mapping[str, Any]) -> None:
    if not all(isinstance(n, int) for n in shape) or prod(shape) != 1:
        _refuse(
            "scalar",
            name,
            "shows one number",
            f"an array of shape {shape}",
            "Reduce it, as with tf.reduce_mean, or show all of it with summary.histogram",
        )


def _check_image(name: str, shape: tuple[Any, ...], options: Mapping[str, Any]) -> None:
    advice = "Give it missing axes with tf.expand_dims or tf.reshape; of other channels choose one or three"
    if len(shape) != 4 or not _is_among(shape[3], (1, 3, 4)):
        _refuse("image", name, "needs [batch, height, width, 1, 3 or 4 channels]", f"the shape {shape}", advice)
    if 0 in shape[1:]:
        _refuse("image", name, "needs images with at least one pixel", f"the shape {shape}")


def _check_audio(name: str, shape: tuple[Any, ...], options: Mapping[str, Any]) -> None:
    if len(shape) not in (2, 3) or (len(shape) == 3 and shape[2] == 0):
        _refuse("audio", name, "needs [batch, frames] or [batch, frames, channels]", f"the shape {shape}")
    if not 0 < options["sample_rate"] < 2**31:
        _refuse("audio", name, "needs a positive number of frames a second", f"{options['sample_rate']}")


def _is_among(size: Any, sizes: Sequence[int]) -> bool:
    return size in sizes if isinstance(size, int) else True


def _refuse(kind: str, name: str, must: str, given: str, advice: str = "") -> NoReturn:
    raise InvalidArgumentError(f"the {kind} summary {name!r} {must}; got {given}" + (f". {advice}" if advice else ""))
