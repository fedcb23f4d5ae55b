"""Summaries outside of model functions as TensorFlow 2 writes them: tensors, each with the plugin that shows it."""

from __future__ import annotations

import time
from typing import Any

import numpy as np
from tensorboardX.proto.event_pb2 import Event
from tensorboardX.proto.summary_pb2 import Summary, SummaryMetadata

from estimax._base._errors import InvalidArgumentError
from estimax._graph._naming import in_open_scopes
from estimax._graph._tensor import Tensor
from estimax.summary._checks import check_value
from estimax.summary._default_writer import default_events, written
from estimax.summary._media import clipped, png, wav
from estimax.summary._tensors import plugin_value, tensor_proto

_WAV = b"\x10\x0b"  # how the plugin of sounds is told that they are WAV files


def known_array(value: Any) -> np.ndarray:
    """Returns the value of a Tensor or an array, safe from later changes to it; Python's numbers in 32 bits."""
    array = np.array(value.numpy() if isinstance(value, Tensor) else value)
    if hasattr(value, "dtype") or array.dtype not in (np.float64, np.int64):
        return array
    is_small = array.dtype == np.float64 or not array.size or np.abs(array).max() < 2**31
    return array.astype({"f": np.float32, "i": np.int32}[array.dtype.kind]) if is_small else array


def checked(kind: str, name: Any, data: Any, **options: Any) -> np.ndarray:
    """Returns data as an array that a summary of a kind can show; the name must be a string."""
    if not isinstance(name, str):
        raise TypeError(f"the name of a summary must be a string; got {name!r}")
    array = known_array(data)
    check_value(kind, name, array.shape, array.dtype, options)
    return array


def write_scalar(name: str, data: Any, step: Any = None, description: str | None = None) -> bool:
    """Writes one number to the default writer; returns whether it did."""
    number = np.float32(checked("scalar", name, data).reshape(()))
    tag = in_open_scopes(name)
    return written(step, lambda: [plugin_value(tag, number, "scalars", description)])


def write_histogram(
    name: str, data: Any, step: Any = None, buckets: int | None = None, description: str | None = None
) -> bool:
    """Writes how many numbers lie in ranges of one width; returns whether it did."""
    array, tag = checked("histogram", name, data), in_open_scopes(name)
    return written(
        step, lambda: [plugin_value(tag, ranges(array, 30 if buckets is None else buckets), "histograms", description)]
    )


def ranges(values: np.ndarray, count: int) -> np.ndarray:
    """Counts numbers in ranges of one width between the least and the greatest; what is not finite is left out.

    Returns:
        [count, 3]: the left and right edge of each range, and how many numbers lie in it.

    Example:
        >>> import numpy as np
        >>> from estimax.summary._eager import ranges
        >>> ranges(np.array([0.0, 1.0, 4.0]), 2).tolist(), ranges(np.array([3.0, 3.0]), 2).tolist()
        ([[0.0, 2.0, 2.0], [2.0, 4.0, 1.0]], [[3.0, 3.0, 0.0], [3.0, 3.0, 2.0]])
    """
    flat = values.astype(np.float64).ravel()
    flat = flat[np.isfinite(flat)]
    if count <= 0 or not flat.size:
        return np.zeros((max(count, 0), 3))
    least, greatest = float(flat.min()), float(flat.max())
    if least == greatest:
        found = np.zeros((count, 3))
        found[:, :2], found[-1, 2] = least, flat.size
        return found
    low, high = least / 2, greatest / 2  # of halves, the distance is a number however far they are apart
    edges = 2 * np.linspace(low, high, count + 1)
    with np.errstate(all="ignore"):  # where they are so near that the width of a range is 0
        place = np.nan_to_num(np.floor((flat / 2 - low) / ((high - low) / count)))
    counts = np.bincount(np.clip(place, 0, count - 1).astype(np.int64), minlength=count)
    return np.stack([edges[:-1], edges[1:], counts], axis=1)


def write_image(name: str, data: Any, step: Any = None, max_outputs: int = 3, description: str | None = None) -> bool:
    """Writes the first images of a batch, floats from 0 to 1 or bytes; returns whether it did."""
    images, tag = checked("image", name, data, max_outputs=max_outputs), in_open_scopes(name)

    def values() -> list[Summary.Value]:
        height, width = images.shape[1:3]
        files = [png(clipped(image)) for image in images[:max_outputs]]
        shown = [str(width).encode(), str(height).encode(), *files]
        return [plugin_value(tag, np.array(shown, object), "images", description)]

    return written(step, values)


def write_audio(
    name: str,
    data: Any,
    sample_rate: float,
    step: Any = None,
    max_outputs: int = 3,
    encoding: str | None = None,
    description: str | None = None,
) -> bool:
    """Writes the first sounds of a batch, from -1 to 1; returns whether it did."""
    if encoding not in (None, "wav"):
        raise InvalidArgumentError(f"the audio summary {name!r} can have the encoding 'wav'; got {encoding!r}")
    rate = float(known_array(sample_rate))
    sounds = checked("audio", name, data, sample_rate=rate, max_outputs=max_outputs)
    tag = in_open_scopes(name)

    def values() -> list[Summary.Value]:
        clips = sounds[..., np.newaxis] if sounds.ndim == 2 else sounds
        shown = np.array([[wav(clip, rate), b""] for clip in clips[:max_outputs]], object).reshape(-1, 2)
        return [plugin_value(tag, shown, "audio", description, content=_WAV)]

    return written(step, values)


def write_text(name: str, data: Any, step: Any = None, description: str | None = None) -> bool:
    """Writes one or more texts, which TensorBoard shows as Markdown; returns whether it did."""
    texts, tag = checked_texts(name, data), in_open_scopes(name)
    return written(step, lambda: [plugin_value(tag, texts, "text", description)])


def checked_texts(name: Any, data: Any) -> np.ndarray:
    """Returns texts as an array of objects.

    Raises:
        InvalidArgumentError: they are not texts.
    """
    array = checked("text", name, data)
    texts = array.astype(object)
    if array.dtype.kind not in "OSU" or not all(isinstance(one, str | bytes) for one in texts.ravel()):
        raise InvalidArgumentError(
            f"the text summary {name!r} shows text; got {data!r}. Numbers become text with tf.strings.as_string"
        )
    return texts


def write(tag: str, tensor: Any, step: Any = None, metadata: Any = None, name: str | None = None) -> bool:
    """Writes an array of numbers or strings as it is to the default writer.

    Args:
        tag: under which it is found.
        tensor: the array.
        step: None for the one that holds.
        metadata: a `SummaryMetadata` protocol buffer, or its bytes: which plugin of TensorBoard shows it.
        name: has no effect.

    Returns:
        Whether it was written.

    Raises:
        InvalidArgumentError: there is no step.
    """
    array = checked("tensor", tag, tensor)
    said = SummaryMetadata.FromString(as_serialized(metadata))
    return written(step, lambda: [Summary.Value(tag=tag, metadata=said, tensor=tensor_proto(array))])


def as_serialized(message: Any) -> bytes:
    """Returns the bytes of a protocol buffer of whatever library; of None those of an empty one."""
    if message is None or isinstance(message, bytes):
        return message or b""
    data: bytes = message.SerializeToString()
    return data


def write_raw_pb(tensor: Any, step: Any = None, name: str | None = None) -> bool:
    """Writes a serialized `Summary` protocol buffer to the default writer.

    Args:
        tensor: its bytes.
        step: None for the one that holds.
        name: has no effect.

    Returns:
        Whether it was written.
    """
    data = known_array(tensor).item()
    return written(step, lambda: list(Summary.FromString(data).value))


def graph(graph_data: Any) -> bool:
    """Writes a graph to the default writer, for the tab of graphs.

    Args:
        graph_data: a `GraphDef` protocol buffer or its bytes.

    Returns:
        Whether it was written.
    """
    events, data = default_events(), graph_bytes(graph_data)
    if events is None or data is None:
        return False
    events.event(Event(wall_time=time.time(), graph_def=data))
    return True


def graph_bytes(graph: Any) -> bytes | None:
    """Returns the bytes of a `GraphDef` in whatever form; None for what has none."""
    if graph is None or isinstance(graph, bytes):
        return graph or None
    if hasattr(graph, "as_graph_def"):
        return graph_bytes(graph.as_graph_def())
    return as_serialized(graph) if hasattr(graph, "SerializeToString") else None
