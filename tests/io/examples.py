"""Examples for the tests of parsing: random ones, ones spelled byte by byte, and what is to be found in them."""

import struct

import numpy as np
from hypothesis import strategies as st

from estimax._base._string_array import StringArray
from estimax._base._wire_format import delimited, varint
from estimax._graph._varying import RaggedValue, SparseValue
from estimax.io._example_message import Example

LISTS = {"float32": "float_list", "int64": "int64_list", "string": "bytes_list"}
FLOATS = st.floats(width=32, allow_nan=False)
VALUES = {
    "float32": FLOATS,
    "int64": st.one_of(st.integers(0, 127), st.integers(-(2**63), 2**63 - 1)),
    "string": st.one_of(st.binary(max_size=3), st.binary(min_size=120, max_size=140)),
}
NAMES = ["x", "y", "a name of more than sixteen bytes", "n" * 130, "é"]


def example_of(features):
    """Makes an example of a dictionary: by name, a type and values; no values at all where the type is None."""
    made = Example()
    for name, (kind, values) in features.items():
        feature = made.features.feature[name]
        if kind is not None:
            getattr(feature, LISTS[kind]).SetInParent()
            getattr(feature, LISTS[kind]).value.extend(values)
    return made.SerializeToString()


def examples(kinds, most=4):
    """Draws dictionaries of features, given the type of each name; any name may be missing or hold nothing."""

    def feature(kind):
        values = st.lists(VALUES[kind], max_size=most).map(lambda v: (kind, v))
        return st.one_of(values, values, st.just((None, [])))

    return st.fixed_dictionaries({}, optional={name: feature(kind) for name, kind in kinds.items()})


def shown(value):
    """Makes a host value, or a row of a column, of plain Python data."""
    if isinstance(value, SparseValue):
        return {
            "indices": value.indices.tolist(),
            "values": value.values.tolist(),
            "shape": value.dense_shape.tolist(),
        }
    if isinstance(value, RaggedValue):
        return {"lists": value.to_list()}
    return value.tolist()


def values_of(results):
    return {name: shown(tensor.value) for name, tensor in results.items()}


# Messages spelled out, for what no library writes.


def entry(name, feature):
    return delimited(1, delimited(1, name) + delimited(2, feature))


def floats(*values):
    return delimited(2, delimited(1, struct.pack(f"<{len(values)}f", *values)))


def single_floats(*values):
    return delimited(2, b"".join(b"\x0d" + struct.pack("<f", v) for v in values))


def integers(*values):
    return delimited(3, delimited(1, b"".join(varint(v % 2**64) for v in values)))


def single_integers(*values):
    return delimited(3, b"".join(b"\x08" + varint(v % 2**64) for v in values))


def texts(*values):
    return delimited(1, b"".join(delimited(1, v) for v in values))


def message(*entries):
    return delimited(1, b"".join(entries))


def column_of(serialized):
    return StringArray.of(np.array([*serialized, b""], object)[:-1])
