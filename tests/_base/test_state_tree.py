import json
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from estimax._base._errors import DataLossError, InvalidArgumentError
from estimax._base._state_tree import pack, unpack
from estimax._base._string_array import Origin, StringArray

arrays = npst.arrays(
    st.one_of(
        npst.boolean_dtypes(),
        npst.integer_dtypes(endianness="?"),
        npst.unsigned_integer_dtypes(endianness="?"),
        npst.floating_dtypes(endianness="?", sizes=(16, 32, 64)),
        npst.complex_number_dtypes(sizes=(64, 128)),
        npst.datetime64_dtypes(),
        npst.unicode_string_dtypes(max_len=4),
        npst.byte_string_dtypes(max_len=4),
    ),
    npst.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=3),
)


@st.composite
def string_arrays(draw):
    words = draw(st.lists(st.binary(max_size=5), max_size=6))
    strings = StringArray.of(np.array([*words, None], object)[:-1])
    if draw(st.booleans()):
        files = np.array(draw(st.lists(st.integers(0, 1), min_size=len(words), max_size=len(words))), np.int32)
        strings = StringArray(strings.flat, None, Origin(("a.csv", "b.csv"), files, np.arange(1, len(words) + 1)))
    start = draw(st.integers(0, len(words)))
    stop = draw(st.integers(start, len(words)))
    part = strings[start:stop]  # a view that does not begin where Arrow's buffers do
    return part.reshape((1, stop - start)) if draw(st.booleans()) else part


leaves = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.integers(-(10**400), 10**400),
    st.floats(),
    st.text(st.characters()),
    st.binary(max_size=20),
    arrays,
    npst.array_dtypes().map(lambda _: np.float32(1.5)),
    string_arrays(),
)
names = st.one_of(st.text(max_size=3), st.sampled_from(["array", "tuple", "int", "items", "strings"]))
trees = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.lists(inner, max_size=3).map(tuple),
        st.dictionaries(names, inner, max_size=3),
        st.dictionaries(st.one_of(st.integers(), st.tuples(st.text(max_size=2), st.booleans())), inner, max_size=2),
    ),
    max_leaves=8,
)


def same(a, b):
    """Tells whether two trees are the same in every type and bit."""
    if type(a) is not type(b):
        return False
    if isinstance(a, list | tuple):
        return len(a) == len(b) and all(same(x, y) for x, y in zip(a, b, strict=True))
    if isinstance(a, dict):
        return same(list(a), list(b)) and same(list(a.values()), list(b.values()))
    if isinstance(a, np.ndarray) and a.dtype == object:
        return a.shape == b.shape and same(a.ravel().tolist(), b.ravel().tolist())
    if isinstance(a, np.ndarray | np.generic):
        return a.dtype == b.dtype and a.shape == b.shape and a.tobytes() == b.tobytes()
    if isinstance(a, StringArray):
        return a.shape == b.shape and a.tolist() == b.tolist() and same(origin(a), origin(b))
    if isinstance(a, float):
        return a.hex() == b.hex() and math.copysign(1, a) == math.copysign(1, b) if a == a else b != b
    return a == b


def origin(strings):
    found = strings.origin
    return None if found is None else (found.files, found.file, found.line)


@settings(max_examples=60)
@given(trees)
def test_a_tree_comes_back_as_it_was(tree):
    text, packed = pack(tree)
    json.loads(text)
    assert all(type(a) is np.ndarray for a in packed.values())
    assert same(unpack(text, packed), tree)


@settings(max_examples=60)
@given(trees)
def test_the_text_is_standard_json(tree):
    json.loads(pack(tree)[0], parse_constant=pytest.fail)


def test_an_array_of_objects_comes_back_as_it_was():
    tree = np.empty((2, 2), object)
    tree[:] = [[b"a", "b"], [None, 2**80]]
    assert same(unpack(*pack(tree)), tree)


@pytest.mark.parametrize(
    ("tree", "where"),
    [
        ({"a": [1, {2}]}, r"state\['a'\]\[1\] is '\{2\}', a set"),
        ({"a": np.zeros(2, [("x", "i4")])}, r"state\['a'\] is an array of type"),
        ((object,), r"state\[0\]"),
    ],
)
def test_what_cannot_be_kept_is_named(tree, where):
    with pytest.raises(InvalidArgumentError, match=where):
        pack(tree)


@pytest.mark.parametrize(
    "text",
    [
        "",
        '{"array": "7"}',
        '{"array": []}',
        '{"int": "x"}',
        '{"bytes": "?"}',
        '{"raw": ["nonsense", [], "0"]}',
        '{"raw": ["<U1", [5], "0"]}',
        '{"strings": [[3], "0", "1"]}',
        '{"strings": [[2], "0", "0"]}',
        '{"items": [[1]]}',
    ],
)
def test_a_text_that_was_not_packed_is_refused(text):
    with pytest.raises(DataLossError, match="damaged"):
        unpack(text, {"0": np.zeros(3, np.uint8), "1": np.array([0, 1, 9, 2], np.int32)})
