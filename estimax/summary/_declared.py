"""Summaries that a model function declares: a tag, an array, and how its value is written.

The array is computed in the compiled step; the value is written by whoever follows
the run, at the steps at which summaries are due.
"""

from __future__ import annotations

import io
import wave
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from tensorboardX.proto.summary_pb2 import Summary, SummaryMetadata
from tensorboardX.proto.tensor_pb2 import TensorProto
from tensorboardX.proto.tensor_shape_pb2 import TensorShapeProto

from estimax._base._lazy import resolve
from estimax.summary._histogram import histogram_proto


@dataclass(frozen=True, eq=False)
class DeclaredSummary:
    """What `tf.summary.scalar` and its kin return in a model function.

    Attributes:
        kind: 'scalar', 'histogram', 'image', 'audio', 'text', or 'merged'.
        tag: under which TensorBoard shows it.
        value: an array; of merged summaries a tuple of summaries.
        options: of its kind.
    """

    kind: str
    tag: str
    value: Any
    options: Mapping[str, Any] = field(default_factory=dict)

    def parts(self) -> list[DeclaredSummary]:
        """Returns the single summaries that it is made of."""
        return [p for s in self.value for p in s.parts()] if self.kind == "merged" else [self]

    def serialized(self, read: Callable[[DeclaredSummary], np.ndarray]) -> bytes:
        """Returns a serialized `Summary` protocol buffer of the values that `read` gives."""
        values = [v for part in self.parts() for v in summary_values(part, read(part))]
        data: bytes = Summary(value=values).SerializeToString()
        return data


def summary_values(declared: DeclaredSummary, value: np.ndarray) -> list[Summary.Value]:
    """Makes what an event file holds of a summary and its value."""
    made: list[Summary.Value] = _MAKERS[declared.kind](declared.tag, value, **declared.options)
    return made


def _scalar(tag: str, value: np.ndarray) -> list[Summary.Value]:
    return [Summary.Value(tag=tag, simple_value=float(np.reshape(value, ())))]


def _histogram(tag: str, value: np.ndarray) -> list[Summary.Value]:
    counted = histogram_proto(value)
    return [] if counted is None else [Summary.Value(tag=tag, histo=counted)]


def _text(tag: str, value: Any) -> list[Summary.Value]:
    texts = [v if isinstance(v, bytes) else str(v).encode() for v in np.ravel(np.asarray(value, object))]
    shape = TensorShapeProto(dim=[TensorShapeProto.Dim(size=n) for n in np.shape(value)])
    tensor = TensorProto(dtype="DT_STRING", tensor_shape=shape, string_val=texts)
    metadata = SummaryMetadata(plugin_data=SummaryMetadata.PluginData(plugin_name="text"))
    return [Summary.Value(tag=tag, metadata=metadata, tensor=tensor)]


def _image(tag: str, value: np.ndarray, max_outputs: int) -> list[Summary.Value]:
    shown = value[:max_outputs]
    tags = [f"{tag}/image"] if max_outputs == 1 else [f"{tag}/image/{i}" for i in range(len(shown))]
    return [_picture(t, _pixels(image)) for t, image in zip(tags, shown, strict=True)]


def _picture(tag: str, pixels: np.ndarray) -> Summary.Value:
    height, width, channels = pixels.shape
    encoded = resolve("estimax.image:encode_png")(pixels).numpy()  # a program without pictures does not load that room
    image = Summary.Image(height=height, width=width, colorspace=channels, encoded_image_string=encoded)
    return Summary.Value(tag=tag, image=image)


def _pixels(image: np.ndarray) -> np.ndarray:
    """Scales floats as the original does: to 0..255 where none is negative, else around 127."""
    if image.dtype == np.uint8:
        return image
    finite = np.where(np.isfinite(image), image, 0)
    low, high = float(finite.min(initial=0)), float(finite.max(initial=0))
    scale = 255.0 / high if low >= 0 else 127.0 / max(-low, high)
    offset = 0.0 if low >= 0 else 128.0
    if low >= 0 and high < 1e-7:
        scale = 0.0
    pixels: np.ndarray = np.clip(finite * scale + offset, 0, 255).astype(np.uint8)
    return pixels


def _audio(tag: str, value: np.ndarray, sample_rate: float, max_outputs: int) -> list[Summary.Value]:
    clips = value[..., np.newaxis] if value.ndim == 2 else value
    shown = clips[:max_outputs]
    tags = [f"{tag}/audio"] if max_outputs == 1 else [f"{tag}/audio/{i}" for i in range(len(shown))]
    return [_clip(t, clip, sample_rate) for t, clip in zip(tags, shown, strict=True)]


def _clip(tag: str, clip: np.ndarray, sample_rate: float) -> Summary.Value:
    frames, channels = clip.shape
    file = io.BytesIO()
    with wave.open(file, "wb") as out:
        out.setnchannels(channels)
        out.setsampwidth(2)
        out.setframerate(int(sample_rate))
        out.writeframes((np.clip(clip, -1, 1) * 32767).astype("<i2").tobytes())
    audio = Summary.Audio(
        sample_rate=sample_rate,
        num_channels=channels,
        length_frames=frames,
        encoded_audio_string=file.getvalue(),
        content_type="audio/wav",
    )
    return Summary.Value(tag=tag, audio=audio)


_MAKERS: Mapping[str, Callable[..., list[Summary.Value]]] = {
    "scalar": _scalar,
    "histogram": _histogram,
    "text": _text,
    "image": _image,
    "audio": _audio,
}
