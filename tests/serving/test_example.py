"""Examples as protocol buffers: read again by the protocol buffer library."""

import struct

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory
from hypothesis import given
from hypothesis import strategies as st

from estimax.serving._example import encode_example

FIELD = descriptor_pb2.FieldDescriptorProto


def example_class():
    """Builds `tf.train.Example` from its published description."""
    file = descriptor_pb2.FileDescriptorProto(name="example_of_test.proto", package="t", syntax="proto3")

    def message(parent, name, *fields):
        new = parent.add(name=name)
        for number, (field_name, kind, repeated, type_name) in enumerate(fields, 1):
            label = FIELD.LABEL_REPEATED if repeated else FIELD.LABEL_OPTIONAL
            new.field.add(name=field_name, number=number, type=kind, label=label, type_name=type_name)
        return new

    message(file.message_type, "BytesList", ("value", FIELD.TYPE_BYTES, True, None))
    message(file.message_type, "FloatList", ("value", FIELD.TYPE_FLOAT, True, None))
    message(file.message_type, "Int64List", ("value", FIELD.TYPE_INT64, True, None))
    lists = [(f"{k.lower()}_list", FIELD.TYPE_MESSAGE, False, f".t.{k}List") for k in ("Bytes", "Float", "Int64")]
    feature = message(file.message_type, "Feature", *lists)
    feature.oneof_decl.add(name="kind")
    for field in feature.field:
        field.oneof_index = 0
    features = message(file.message_type, "Features", ("feature", FIELD.TYPE_MESSAGE, True, ".t.Features.FeatureEntry"))
    entry = message(
        features.nested_type,
        "FeatureEntry",
        ("key", FIELD.TYPE_STRING, False, None),
        ("value", FIELD.TYPE_MESSAGE, False, ".t.Feature"),
    )
    entry.options.map_entry = True
    message(file.message_type, "Example", ("features", FIELD.TYPE_MESSAGE, False, ".t.Features"))
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    return message_factory.GetMessageClass(pool.FindMessageTypeByName("t.Example"))


EXAMPLE = example_class()
INTEGERS = st.integers(-(2**63), 2**63 - 1)
VALUES = st.lists(INTEGERS) | st.lists(st.floats(width=32, allow_nan=False), min_size=1) | st.lists(st.text())


@given(st.dictionaries(st.text(), VALUES | INTEGERS | st.text()))
def test_an_example_is_what_the_protocol_buffer_library_reads(features):
    read = EXAMPLE.FromString(encode_example(features, "example 0")).features.feature
    assert set(read) == set(features)
    for name, value in features.items():
        values = value if isinstance(value, list) else [value]
        kind = read[name].WhichOneof("kind")
        if not values:
            assert kind is None
        elif isinstance(values[0], str):
            assert list(read[name].bytes_list.value) == [v.encode() for v in values]
        elif isinstance(values[0], int):
            assert list(read[name].int64_list.value) == values
        else:
            assert list(read[name].float_list.value) == values


def test_whole_numbers_beside_fractions_are_floats_and_base64_is_bytes():
    features = {"a": [1, 0.1], "b": [{"b64": "/w=="}, "x"]}
    read = EXAMPLE.FromString(encode_example(features, "example 0")).features.feature
    assert list(read["a"].float_list.value) == [1.0, struct.unpack("f", struct.pack("f", 0.1))[0]]
    assert list(read["b"].bytes_list.value) == [b"\xff", b"x"]
