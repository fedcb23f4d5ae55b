"""The messages of examples: made, changed, written and read as programs do."""

import subprocess
import sys

import pytest

from estimax.io._example_message import (
    BytesList,
    Example,
    Feature,
    FeatureList,
    FeatureLists,
    Features,
    FloatList,
    Int64List,
    SequenceExample,
)


def example():
    return Example(
        features=Features(
            feature={
                "x": Feature(float_list=FloatList(value=[1.5, -2])),
                "n": Feature(int64_list=Int64List(value=[3, -4])),
                "s": Feature(bytes_list=BytesList(value=[b"a", b"\xff"])),
            }
        )
    )


@pytest.mark.parametrize(
    ("feature", "wire"),
    [  # written by the original
        (lambda: Feature(float_list=FloatList(value=[1.5, -2])), "0a130a110a0178120c120a0a080000c03f000000c0"),
        (lambda: Feature(int64_list=Int64List(value=[3, -4])), "0a160a140a0178120f1a0d0a0b03fcffffffffffffffff01"),
        (lambda: Feature(bytes_list=BytesList(value=[b"a", b"\xff"])), "0a0f0a0d0a017812080a060a01610a01ff"),
        (Feature, "0a070a050a01781200"),
    ],
)
def test_the_bytes_are_those_of_the_original(feature, wire):
    made = Example(features=Features(feature={"x": feature()}))
    assert made.SerializeToString().hex() == wire
    assert Example.FromString(bytes.fromhex(wire)) == made


def test_what_is_written_is_read_back():
    read = Example.FromString(example().SerializeToString())
    assert read == example()
    assert list(read.features.feature["n"].int64_list.value) == [3, -4]
    other = Example()
    other.ParseFromString(read.SerializeToString())
    assert other == read
    assert repr(other) == repr(read)
    assert "float_list" in str(read)


def test_features_come_into_being_where_they_are_used():
    made = Example()
    made.features.feature["x"].float_list.value.append(1.5)
    made.features.feature["x"].float_list.value.extend([-2])
    made.features.feature["n"].int64_list.value[:] = [3, -4]
    made.features.feature["s"].bytes_list.value.extend([b"a", b"\xff"])
    assert made == example()


def test_a_feature_says_what_kind_it_is():
    feature = example().features.feature["n"]
    assert feature.WhichOneof("kind") == "int64_list"
    assert feature.HasField("int64_list")
    assert not feature.HasField("float_list")
    assert Feature().WhichOneof("kind") is None
    feature.float_list.value.append(1)
    assert feature.WhichOneof("kind") == "float_list"
    assert not Example().HasField("features")


def test_sequences_have_a_feature_for_each_step():
    steps = FeatureList(feature=[Feature(int64_list=Int64List(value=[i])) for i in range(3)])
    made = SequenceExample(context=example().features, feature_lists=FeatureLists(feature_list={"i": steps}))
    read = SequenceExample.FromString(made.SerializeToString())
    assert [f.int64_list.value[0] for f in read.feature_lists.feature_list["i"].feature] == [0, 1, 2]
    assert read.context == example().features


def test_values_of_another_type_are_refused():
    with pytest.raises(TypeError):
        Int64List(value=["a"])
    with pytest.raises(TypeError):
        BytesList(value=[1.5])
    with pytest.raises((TypeError, ValueError)):
        Features(feature={5: Feature()})


def test_the_library_is_loaded_with_the_messages_only():
    code = "import sys, estimax; print('google.protobuf' in sys.modules)"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout.split() == ["False"]
