"""Decoding and resizing in one.

A decoded photograph is large and lives only until it has been resized. Where a
program resizes what it has just decoded, both are done for one image after the
other, so that the pixels between never leave the cache. The numbers are the
same.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from estimax._base._dtypes import float32, uint8
from estimax._base._shapes import TensorSpec
from estimax._base._string_array import StringArray
from estimax._graph._column import Column
from estimax._graph._op import Node, Op
from estimax._graph._tensor import Tensor
from estimax.image._conversion import CONVERT
from estimax.image._decoding import JPEG, decode_file, decoded, views_of
from estimax.image._filling import fill_resized, resized_dtype
from estimax.image._formats import format_of
from estimax.image._jpeg import JpegOptions, read_header
from estimax.image._rule import rows_on_threads
from estimax.image._threads import for_each, workspace


def decoded_and_resized(images: Tensor, size: list[Any], how: dict[str, Any]) -> Tensor | None:
    """Returns images resized to a known size, if they are a JPEG file that was just decoded; else None."""
    node, fractions = images.node, False
    if node is not None and node.op is CONVERT and node.params["dtype"] == float32:
        node, fractions = node.inputs[0].node, True
    elif node is not None and node.op.name == "Cast" and node.params["dtype"] == float32 and how["method"] != "nearest":
        node = node.inputs[0].node  # resized images are float32 in any case
    if node is None or node.op is not JPEG:
        return None
    shape = images.shape
    made: Tensor = _BOTH(
        node.inputs[0], decode=dict(node.params), fractions=fractions, size=size, channels=shape[-1], how=how
    )
    return made


def _infer(
    contents: TensorSpec, *, size: list[int], channels: int | None, how: dict[str, Any], fractions: bool, **_: Any
) -> TensorSpec:
    return TensorSpec([*size, channels], uint8 if how["method"] == "nearest" and not fractions else float32)


def _fill(data: memoryview, options: JpegOptions, fractions: bool, how: dict[str, Any], out: np.ndarray) -> None:
    if format_of(data) == "jpeg":
        file = read_header(data, options.channels)
        image = file.decode(options, workspace("pixels", file.decoded_shape(options), np.uint8))
    else:
        image = decode_file(data, "decode_jpeg", options)
    if fractions and how["method"] == "nearest":
        image = image.astype(np.float32) * np.float32(1 / 255)
        fractions = False
    fill_resized(image, out, scale=1 / 255 if fractions else 1.0, **how)


def _channels(data: memoryview, options: JpegOptions) -> int:
    if format_of(data) == "jpeg":
        return read_header(data, options.channels).decoded_shape(options)[2]
    return int(decode_file(data, "decode_jpeg", options).shape[-1])


def _host(
    contents: StringArray,
    *,
    decode: dict[str, Any],
    fractions: bool,
    size: list[int],
    channels: Any,
    how: dict[str, Any],
) -> np.ndarray:
    options = JpegOptions(**decode)
    (data,) = views_of(contents)
    count = options.channels or decoded(contents, 0, "decode_jpeg", lambda: _channels(data, options))
    out = np.empty((*size, count), _dtype(how, fractions))
    decoded(contents, 0, "decode_jpeg", lambda: _fill(data, options, fractions, how, out))
    return out


def _dtype(how: dict[str, Any], fractions: bool) -> Any:
    return resized_dtype(np.float32 if fractions else np.uint8, how["method"])


def _lift(
    node: Node, values: Sequence[Any], lifted: Sequence[bool], rows: int, params: dict[str, Any]
) -> tuple[Column, ...]:
    options = JpegOptions(**params["decode"])
    if not rows or not options.channels:
        return rows_on_threads(node, values, lifted, rows, params)
    contents: StringArray = values[0]
    views = views_of(contents)
    how, fractions = params["how"], params["fractions"]
    out = np.empty((rows, *params["size"], options.channels), _dtype(how, fractions))

    def one(i: int) -> None:
        decoded(contents, i, "decode_jpeg", lambda: _fill(views[i], options, fractions, how, out[i]))

    for_each(one, rows)
    return (out,)


_BOTH = Op("DecodeAndResizeJpeg", infer=_infer, host=_host, lift=_lift, expands=True)
