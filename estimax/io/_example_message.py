"""The messages that a `tf.train.Example` is made of, as protocol buffer classes.

They are made from a description when this module is loaded, in a pool of their own,
so that a program may have the original's beside them. The library that makes them
is the one that writes event files; it brings all that such messages can do.
"""

from __future__ import annotations

from typing import Any

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory  # type: ignore[import-untyped]  # has no types

_Field = descriptor_pb2.FieldDescriptorProto
_PACKAGE = "tensorflow"

# Each message: the name, number and type of each field; a list is repeated, a map has messages by name.
_LISTS = {"BytesList": _Field.TYPE_BYTES, "FloatList": _Field.TYPE_FLOAT, "Int64List": _Field.TYPE_INT64}
_KINDS = {"bytes_list": "BytesList", "float_list": "FloatList", "int64_list": "Int64List"}
_MAPS = {"Features": ("feature", "Feature"), "FeatureLists": ("feature_list", "FeatureList")}


def _described() -> descriptor_pb2.FileDescriptorProto:
    file = descriptor_pb2.FileDescriptorProto(name="estimax/example.proto", package=_PACKAGE, syntax="proto3")
    for name, kind in _LISTS.items():
        _add(file, name).field.add(name="value", number=1, label=_Field.LABEL_REPEATED, type=kind)
    feature = _add(file, "Feature")
    feature.oneof_decl.add(name="kind")
    for number, (name, kind) in enumerate(_KINDS.items(), 1):
        _add_message(feature, name, number, kind, oneof_index=0)
    _add_message(_add(file, "FeatureList"), "feature", 1, "Feature", label=_Field.LABEL_REPEATED)
    for name, (field, kind) in _MAPS.items():
        message = _add(file, name)
        entry = f"{field.title().replace('_', '')}Entry"
        pair = message.nested_type.add(name=entry)
        pair.options.map_entry = True
        pair.field.add(name="key", number=1, label=_Field.LABEL_OPTIONAL, type=_Field.TYPE_STRING)
        _add_message(pair, "value", 2, kind)
        _add_message(message, field, 1, f"{name}.{entry}", label=_Field.LABEL_REPEATED)
    _add_message(_add(file, "Example"), "features", 1, "Features")
    sequence = _add(file, "SequenceExample")
    _add_message(sequence, "context", 1, "Features")
    _add_message(sequence, "feature_lists", 2, "FeatureLists")
    return file


def _add(file: Any, name: str) -> Any:
    return file.message_type.add(name=name)


def _add_message(message: Any, name: str, number: int, kind: str, **options: Any) -> None:
    options = {"label": _Field.LABEL_OPTIONAL, **options}
    message.field.add(name=name, number=number, type=_Field.TYPE_MESSAGE, type_name=f".{_PACKAGE}.{kind}", **options)


_POOL = descriptor_pool.DescriptorPool()
_POOL.Add(_described())


def _class(name: str) -> Any:
    return message_factory.GetMessageClass(_POOL.FindMessageTypeByName(f"{_PACKAGE}.{name}"))


BytesList = _class("BytesList")
FloatList = _class("FloatList")
Int64List = _class("Int64List")
Feature = _class("Feature")
Features = _class("Features")
FeatureList = _class("FeatureList")
FeatureLists = _class("FeatureLists")
Example = _class("Example")
SequenceExample = _class("SequenceExample")
