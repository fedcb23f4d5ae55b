"""What one value of an event means: a number, a text, a histogram, a picture, an array.

What stands in a tensor is told by the plugin that it names, since TensorFlow 2 writes all
of them so; where it names none, by its type and size.
"""

from __future__ import annotations

import math
from collections.abc import Collection
from typing import Any, NamedTuple

import numpy as np
from google.protobuf.message import DecodeError  # type: ignore[import-untyped]  # has no types
from tensorboardX.proto.plugin_hparams_pb2 import HParamsPluginData
from tensorboardX.proto.summary_pb2 import HistogramProto, Summary
from tensorboardX.proto.tensor_pb2 import TensorProto

from estimax._base._tensor_messages import TYPES, shape_of
from estimax._base._tensor_messages import array_of as stored_array
from estimax._base._wire_format import WireError

HPARAMS = "_hparams_/session_start_info"
"""The tag under which TensorBoard looks for the hyper-parameters of a run."""

_KINDS = {"simple_value": "scalar", "histo": "histogram", "image": "image"}
_PLUGINS = {"scalars": "scalar", "text": "text", "histograms": "histogram", "images": "image"}
_FLOAT = 1  # the number of the type
_MOST_EQUAL = 1 << 20  # values that one stands for


class Histogram(NamedTuple):
    """How many values lie in which range.

    Attributes:
        limits: float64 [n], the upper limit of each range.
        counts: float64 [n], how many values it has.
        num: how many there are in all.
        min: the least, or the lower limit of the first range where only ranges were written.
        max: the greatest, or the upper limit of the last range.
        mean: NaN where only ranges were written.
    """

    limits: np.ndarray[Any, Any]
    counts: np.ndarray[Any, Any]
    num: float
    min: float
    max: float
    mean: float


class Picture(NamedTuple):
    """An encoded picture, usually a PNG file."""

    width: int
    height: int
    data: bytes


def decoded(value: Summary.Value, plugin: str, kinds: Collection[str]) -> tuple[str, Any] | None:
    """Returns the kind of a value and what it is.

    Args:
        value: a value of a summary.
        plugin: the plugin that its tag was first written for, '' if none.
        kinds: those that are wanted; no work is done for others.

    Returns:
        ('scalar', float), ('text', str), ('histogram', Histogram), ('image', Picture),
        ('tensor', array), ('hparams', dict); None for what is of no such kind, or makes no sense.

    Example:
        >>> from tensorboardX.proto.summary_pb2 import Summary
        >>> from estimax.summary._reading_values import decoded
        >>> decoded(Summary.Value(tag="loss", simple_value=0.5), "", {"scalar"})
        ('scalar', 0.5)
    """
    what = value.WhichOneof("value")
    if plugin == "hparams":
        is_wanted = value.tag == HPARAMS and "hparams" in kinds
        return _hparams(value.metadata.plugin_data.content) if is_wanted else None
    if what == "tensor":
        found = _of_tensor(value.tensor, plugin) if _PLUGINS.get(plugin) in (None, *kinds) else None
        return found if found is not None and found[0] in kinds else None
    kind = _KINDS.get(what, "")
    if kind not in kinds:
        return None
    if kind == "scalar":
        return kind, float(value.simple_value)
    if kind == "histogram":
        return kind, _histogram(value.histo)
    image = value.image
    return kind, Picture(image.width, image.height, image.encoded_image_string)


def _histogram(proto: HistogramProto) -> Histogram:
    limits, counts = np.array(proto.bucket_limit, np.float64), np.array(proto.bucket, np.float64)
    mean = proto.sum / proto.num if proto.num else float("nan")
    return Histogram(limits, counts, proto.num, proto.min, proto.max, mean)


def _hparams(content: bytes) -> tuple[str, Any] | None:
    try:
        info = HParamsPluginData.FromString(content).session_start_info
    except DecodeError:
        return None
    return "hparams", {name: _plain(v) for name, v in sorted(info.hparams.items())}


def _plain(value: Any) -> Any:
    kind = value.WhichOneof("kind")
    if kind == "number_value":
        number = value.number_value
        return int(number) if number.is_integer() else number
    return getattr(value, kind) if kind in ("string_value", "bool_value") else None


def _of_tensor(tensor: TensorProto, plugin: str) -> tuple[str, Any] | None:
    array = array_of(tensor)
    if array is None:
        return None
    if array.dtype == object:
        if plugin == "images" and array.size >= 3:
            width, height, data = array.ravel()[:3].tolist()
            return "image", Picture(_count(width), _count(height), data)
        if plugin in ("", "text"):
            return "text", "\n".join(s.decode(errors="replace") for s in array.ravel().tolist())
        return None
    if plugin == "histograms" and array.ndim == 2 and array.shape[1] == 3:
        return "histogram", _ranges(array.astype(np.float64))
    if array.size == 1 and plugin in ("", "scalars") and array.dtype.kind != "c":
        return "scalar", float(array.reshape(()))
    return "tensor", array


def _count(text: bytes) -> int:
    return int(text) if text.isdigit() and len(text) < 10 else 0


def _ranges(rows: np.ndarray[Any, Any]) -> Histogram:
    """Returns the histogram of TensorFlow 2: rows of lower limit, upper limit, count."""
    ends = (float(rows[0, 0]), float(rows[-1, 1])) if len(rows) else (0.0, 0.0)
    return Histogram(rows[:, 1], rows[:, 2], float(rows[:, 2].sum()), *ends, float("nan"))


def array_of(tensor: TensorProto) -> np.ndarray[Any, Any] | None:
    """Returns the array that a message holds, or None where it holds none that makes sense.

    One value stands for an array of equal ones, as TensorFlow may write them.

    Example:
        >>> from tensorboardX.proto.tensor_pb2 import TensorProto
        >>> from estimax.summary._reading_values import array_of
        >>> array_of(TensorProto(dtype="DT_FLOAT", float_val=[0.5]))
        array(0.5, dtype=float32)
    """
    if tensor.dtype == _FLOAT and len(tensor.float_val) == 1 and not tensor.tensor_shape.dim:
        return np.array(tensor.float_val[0], np.float32)  # by far the most frequent, and quicker so
    if tensor.dtype not in TYPES:
        return None
    data = tensor.SerializeToString()
    try:
        shape = shape_of(tensor.tensor_shape.SerializeToString())
        try:
            return stored_array(data, tensor.dtype, shape)
        except WireError:
            if math.prod(shape) > _MOST_EQUAL:
                return None
            return np.broadcast_to(stored_array(data, tensor.dtype, (1,)), shape)
    except (WireError, ValueError):  # other sizes than announced
        return None
