"""From boxes to the nodes of a `GraphDef`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from tensorboardX.proto.attr_value_pb2 import AttrValue
from tensorboardX.proto.node_def_pb2 import NodeDef
from tensorboardX.proto.tensor_shape_pb2 import TensorShapeProto
from tensorboardX.proto.types_pb2 import DataType

from estimax._base._dtypes import DType
from estimax.estimator._graph_def._boxes import GIVEN, Box, Shape, Wire

_TYPES = {
    "float32": "DT_FLOAT",
    "float64": "DT_DOUBLE",
    "float16": "DT_HALF",
    "bfloat16": "DT_BFLOAT16",
    "string": "DT_STRING",
    "complex64": "DT_COMPLEX64",
    "complex128": "DT_COMPLEX128",
} | {
    name: f"DT_{name.upper()}"
    for name in ("bool", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64")
}


def node_of(box: Box, names: Mapping[int, str]) -> NodeDef:
    """Makes the node of a box."""
    node = NodeDef(name=names[id(box)], op=box.op, input=[_reference(wire, names) for wire in box.inputs])
    for key, value in box.attributes.items():
        node.attr[key].CopyFrom(_attribute(value))
    if box.outputs:
        shapes = [_shape(output.shape) for output in box.outputs]
        node.attr["_output_shapes"].CopyFrom(AttrValue(list=AttrValue.ListValue(shape=shapes)))
        node.attr["dtype"].CopyFrom(_type(box.outputs[0].dtype))
    if box.op in GIVEN:
        node.attr["shape"].CopyFrom(AttrValue(shape=_shape(box.outputs[0].shape)))
    return node


def _reference(wire: Wire, names: Mapping[int, str]) -> str:
    name = names[id(wire.box)]
    return f"{name}:{wire.number}" if wire.number else name


def _shape(shape: Shape) -> TensorShapeProto:
    if shape is None:
        return TensorShapeProto(unknown_rank=True)
    return TensorShapeProto(dim=[TensorShapeProto.Dim(size=n) for n in shape])


def _type(name: str) -> AttrValue:
    return AttrValue(type=DataType.Value(_TYPES.get(name, "DT_INVALID")))


def _attribute(value: Any) -> AttrValue:
    value = value.item() if isinstance(value, np.generic) else value
    if isinstance(value, DType):
        return _type(value.name)
    if isinstance(value, bool):
        return AttrValue(b=value)
    if isinstance(value, int) and -(2**63) <= value < 2**63:
        return AttrValue(i=value)
    if isinstance(value, float):
        return AttrValue(f=value)
    if isinstance(value, list | tuple):
        return _listed(value)
    return AttrValue(s=_text(value))


def _listed(values: Any) -> AttrValue:
    plain = [v.item() if isinstance(v, np.generic) else v for v in values]
    if plain and all(isinstance(v, int) and not isinstance(v, bool) for v in plain):
        return AttrValue(list=AttrValue.ListValue(i=plain))
    if plain and all(isinstance(v, int | float) and not isinstance(v, bool) for v in plain):
        return AttrValue(list=AttrValue.ListValue(f=plain))
    return AttrValue(list=AttrValue.ListValue(s=[_text(v) for v in plain]))


def _text(value: Any) -> bytes:
    return value if isinstance(value, bytes) else str(value).encode()
