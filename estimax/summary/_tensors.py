"""Arrays as `TensorProto`s, and as values of a plugin of TensorBoard: what summaries of TensorFlow 2 are."""

from __future__ import annotations

from typing import Any

import numpy as np
from tensorboardX.proto.summary_pb2 import Summary, SummaryMetadata
from tensorboardX.proto.tensor_pb2 import TensorProto
from tensorboardX.proto.tensor_shape_pb2 import TensorShapeProto

_TYPES = {
    "float32": "DT_FLOAT",
    "float64": "DT_DOUBLE",
    "float16": "DT_HALF",
    "bfloat16": "DT_BFLOAT16",
    "int8": "DT_INT8",
    "int16": "DT_INT16",
    "int32": "DT_INT32",
    "int64": "DT_INT64",
    "uint8": "DT_UINT8",
    "uint16": "DT_UINT16",
    "uint32": "DT_UINT32",
    "uint64": "DT_UINT64",
    "bool": "DT_BOOL",
    "complex64": "DT_COMPLEX64",
    "complex128": "DT_COMPLEX128",
}


def tensor_proto(value: Any) -> TensorProto:
    """Returns an array of numbers or strings as a protocol buffer.

    Example:
        >>> from estimax.summary._tensors import tensor_proto
        >>> tensor_proto(["a", b"b"]).string_val
        [b'a', b'b']
    """
    array = np.asarray(value)
    shape = TensorShapeProto(dim=[TensorShapeProto.Dim(size=size) for size in array.shape])
    if array.dtype.kind in "OSU":
        return TensorProto(dtype="DT_STRING", tensor_shape=shape, string_val=[as_bytes(one) for one in array.ravel()])
    if not array.shape and array.dtype == np.float32:
        return TensorProto(dtype="DT_FLOAT", tensor_shape=shape, float_val=[float(array)])
    content = array.astype(array.dtype.newbyteorder("<"), copy=False).tobytes()
    return TensorProto(dtype=_TYPES[array.dtype.name], tensor_shape=shape, tensor_content=content)


def as_bytes(text: Any) -> bytes:
    """Returns a text as bytes; what cannot be encoded becomes a question mark."""
    return text if isinstance(text, bytes) else str(text).encode(errors="replace")


def plugin_value(tag: str, value: Any, plugin: str, description: str | None = None, content: bytes = b"") -> Any:
    """Returns a `Summary.Value` that a plugin of TensorBoard shows.

    Args:
        tag: under which it is shown.
        value: an array.
        plugin: its name.
        description: Markdown, which is shown with it.
        content: what the plugin wants to know besides.
    """
    data = SummaryMetadata.PluginData(plugin_name=plugin, content=content)
    metadata = SummaryMetadata(plugin_data=data, summary_description=description or "")
    return Summary.Value(tag=tag, metadata=metadata, tensor=tensor_proto(value))
