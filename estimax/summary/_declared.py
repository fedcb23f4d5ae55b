"""Summaries that a model function declares: a tag, an array, and how its value is written.

The array is computed in the compiled step; the value is written by whoever follows
the run, at the steps at which summaries are due.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import numpy as np
from tensorboardX.proto.summary_pb2 import Summary, SummaryMetadata

from estimax._base._logger import logger
from estimax.summary._evaluation_values import confusion_values, pr_curve_values, scatter_values
from estimax.summary._histogram import distribution_proto, histogram_proto
from estimax.summary._media import png, scaled_around, wav
from estimax.summary._tensors import plugin_value, tensor_proto


@dataclass(frozen=True, eq=False)
class DeclaredSummary:
    """What `tf.summary.scalar` and its kin return in a model function.

    Attributes:
        kind: 'scalar', 'histogram', 'image', 'audio', 'text', ..., or 'merged'.
        tag: under which TensorBoard shows it.
        value: an array; of merged summaries a tuple of summaries.
        options: of its kind.
        measure: computes on the device what is shown, a small float32 array, of `value`. It runs only in
            the steps that are written, and these need not end a call of the compiled loop.
        name: the full name; the tag, but for the family.
        variables: names of trainable variables whose values, in a list, are measured instead of `value`.
    """

    kind: str
    tag: str
    value: Any
    options: Mapping[str, Any] = field(default_factory=dict)
    measure: Callable[[Any], Any] | None = None
    name: str = ""
    variables: tuple[str, ...] = ()

    def parts(self) -> list[DeclaredSummary]:
        """Returns the single summaries that it is made of."""
        return [p for s in self.value for p in s.parts()] if self.kind == "merged" else [self]

    def serialized(self, read: Callable[[DeclaredSummary], np.ndarray]) -> bytes:
        """Returns a serialized `Summary` protocol buffer of the values that `read` gives."""
        values = [v for part in self.parts() for v in summary_values(part, read(part))]
        data: bytes = Summary(value=values).SerializeToString()
        return data


def summary_values(declared: DeclaredSummary, value: np.ndarray) -> list[Summary.Value]:
    """Makes what an event file holds of a summary and its value; nothing, with one warning, where that fails."""
    try:
        made: list[Summary.Value] = _MAKERS[declared.kind](declared.tag, value, **declared.options)
    except Exception as error:  # a picture is not worth a training run
        _warn(declared.tag, f"{type(error).__name__}: {error}")
        return []
    return made


@lru_cache(1024)
def _warn(tag: str, reason: str) -> None:
    """Says it once, however many steps there are."""
    logger().warning("The summary %r cannot be written, and the run goes on without it: %s", tag, reason)


def _scalar(tag: str, value: np.ndarray) -> list[Summary.Value]:
    return [Summary.Value(tag=tag, simple_value=float(np.reshape(value, ())))]


def _histogram(tag: str, value: np.ndarray) -> list[Summary.Value]:
    counted = histogram_proto(value)
    return [] if counted is None else [Summary.Value(tag=tag, histo=counted)]


def _distribution(tag: str, value: np.ndarray) -> list[Summary.Value]:
    counted = distribution_proto(value)
    return [] if counted is None else [Summary.Value(tag=tag, histo=counted)]


def _text(tag: str, value: Any) -> list[Summary.Value]:
    return [plugin_value(tag, np.asarray(value, object), "text")]


def _tensor(tag: str, value: Any, metadata: bytes = b"") -> list[Summary.Value]:
    said = SummaryMetadata.FromString(metadata)
    return [Summary.Value(tag=tag, metadata=said, tensor=tensor_proto(value))]


def _image(tag: str, value: np.ndarray, max_outputs: int) -> list[Summary.Value]:
    shown = value[:max_outputs]
    tags = _tags(f"{tag}/image", len(shown), max_outputs)
    return [_picture(t, scaled_around(image)) for t, image in zip(tags, shown, strict=True)]


def _picture(tag: str, pixels: np.ndarray) -> Summary.Value:
    height, width, channels = pixels.shape
    image = Summary.Image(height=height, width=width, colorspace=channels, encoded_image_string=png(pixels))
    return Summary.Value(tag=tag, image=image)


def _audio(tag: str, value: np.ndarray, sample_rate: float, max_outputs: int) -> list[Summary.Value]:
    shown = (value[..., np.newaxis] if value.ndim == 2 else value)[:max_outputs]
    tags = _tags(f"{tag}/audio", len(shown), max_outputs)
    return [_clip(t, clip, sample_rate) for t, clip in zip(tags, shown, strict=True)]


def _clip(tag: str, clip: np.ndarray, sample_rate: float) -> Summary.Value:
    frames, channels = clip.shape
    audio = Summary.Audio(
        sample_rate=sample_rate,
        num_channels=channels,
        length_frames=frames,
        encoded_audio_string=wav(clip, sample_rate),
        content_type="audio/wav",
    )
    return Summary.Value(tag=tag, audio=audio)


def _tags(tag: str, count: int, max_outputs: int) -> list[str]:
    """Returns the tag of each picture or sound: with a number, unless there can only be one."""
    return [tag] * count if max_outputs == 1 else [f"{tag}/{number}" for number in range(count)]


_MAKERS: Mapping[str, Callable[..., list[Summary.Value]]] = {
    "scalar": _scalar,
    "histogram": _histogram,
    "distribution": _distribution,
    "text": _text,
    "tensor": _tensor,
    "image": _image,
    "audio": _audio,
    "pr_curve": pr_curve_values,
    "confusion": confusion_values,
    "scatter": scatter_values,
}
