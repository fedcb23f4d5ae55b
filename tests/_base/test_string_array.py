"""Arrays of strings behave as NumPy's arrays of objects do, and share the memory they are made of."""

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as nps

from estimax._base._string_array import Origin, StringArray, as_binary

words = st.binary(max_size=4)


def objects(shape):
    return nps.arrays(object, shape, elements=words)


arrays = nps.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=4).flatmap(objects)


def assert_same(found, wanted):
    """Compares with what NumPy gives: a StringArray for an array, bytes for one element."""
    if isinstance(wanted, np.ndarray):
        assert isinstance(found, StringArray)
        assert found.shape == wanted.shape
        assert found.tolist() == wanted.tolist()
    else:
        assert found == wanted


@pytest.mark.parametrize(
    ("values", "strings"),
    [
        ("é", "é".encode()),
        (b"\xff\0", b"\xff\0"),
        ([], []),
        (["a", b"b", None, np.str_("c"), np.bytes_(b"d")], [b"a", b"b", b"", b"c", b"d"]),
        ([["a", "bc"], ["", "d"]], [[b"a", b"bc"], [b"", b"d"]]),
        (np.array(["a", "é"]), [b"a", "é".encode()]),
        (np.array([b"a", b"bc"]), [b"a", b"bc"]),
        (np.array("a"), b"a"),
        (np.array(["a", "é"], np.dtypes.StringDType()), [b"a", "é".encode()]),
        (pa.array(["a", None]), [b"a", b""]),
        (pa.array(["a", "b", "a"]).dictionary_encode(), [b"a", b"b", b"a"]),
        (pa.chunked_array([["a"], ["b", "c"]]), [b"a", b"b", b"c"]),
        (pa.array(["a", "b"], pa.large_string()), [b"a", b"b"]),
        (pa.array(["a", "b"], pa.string_view()), [b"a", b"b"]),
        (pa.array([b"ab", b"cd"], pa.binary(2)), [b"ab", b"cd"]),
        (pa.nulls(2), [b"", b""]),
    ],
)
def test_text_of_every_kind_becomes_bytes(values, strings):
    array = StringArray.of(values)
    assert array.tolist() == strings
    assert array.flat.type == pa.binary()
    assert StringArray.of(array) is array


@pytest.mark.parametrize("values", [5, [1, 2], ["a", 1.5], [["a"], ["b", "c"]], pa.array([1, 2]), np.array([1.5])])
def test_what_is_not_text_is_refused(values):
    with pytest.raises(TypeError, match="every element must be str or bytes; got"):
        StringArray.of(values)


@given(arrays)
def test_an_array_comes_back_as_it_was(array):
    strings = StringArray.of(array)
    assert strings.shape == array.shape
    assert (strings.ndim, strings.size, strings.dtype) == (array.ndim, array.size, array.dtype)
    assert strings.to_numpy().tolist() == np.asarray(strings).tolist() == strings.tolist() == array.tolist()


@given(arrays, st.data())
def test_any_index_gives_what_numpy_gives(array, data):
    strings = StringArray.of(array)
    index = data.draw(nps.basic_indices(array.shape, allow_newaxis=True))
    assert_same(strings[index], array[index])
    if array.size:
        rows = data.draw(nps.integer_array_indices(array.shape[:1] or (1,)))[0] if array.ndim else ()
        assert_same(strings[rows], array[rows])
        mask = data.draw(nps.arrays(bool, array.shape))
        assert_same(strings[mask], array[mask])


def test_an_index_that_is_out_of_range_is_an_error():
    strings = StringArray.of(["a", "b", "c"])
    for index in (3, -4, np.int64(5), np.array([0, 3])):
        with pytest.raises(IndexError):
            strings[index]


@given(arrays.filter(lambda a: a.ndim))
def test_iterating_goes_along_the_first_axis(array):
    strings = StringArray.of(array)
    assert len(strings) == len(array)
    for found, wanted in zip(strings, array, strict=True):
        assert_same(found, wanted)


def test_a_scalar_has_no_length():
    with pytest.raises(TypeError, match="without dimensions"):
        len(StringArray.of("a"))


@given(arrays, st.data())
def test_reshaping_keeps_the_order(array, data):
    strings = StringArray.of(array)
    shape = data.draw(st.permutations([*array.shape, 1]))
    assert_same(strings.reshape(*shape), array.reshape(shape))
    assert_same(strings.reshape(tuple(shape)), array.reshape(shape))
    if array.size:
        assert_same(strings.reshape(-1), array.reshape(-1))
        assert_same(strings.reshape(-1, 1), array.reshape(-1, 1))


@pytest.mark.parametrize("shape", [(4,), (2, -1), (-1, 2), ()])
def test_a_shape_of_another_size_is_refused(shape):
    with pytest.raises(ValueError, match=r"cannot reshape strings of shape \(3,\)"):
        StringArray.of(["a", "b", "c"]).reshape(*shape)


@given(nps.array_shapes(max_dims=2, max_side=3).flatmap(objects), st.sampled_from([(), (2,), (1, 2)]))
def test_broadcasting_is_numpys(array, before):
    shape = (*before, *array.shape)
    assert_same(StringArray.of(array).broadcast_to(shape), np.broadcast_to(array, shape))


@given(st.integers(0, 2), nps.array_shapes(min_dims=3, max_dims=3, max_side=3), st.data())
def test_joining_is_numpys(axis, shape, data):
    shapes = [(*shape[:axis], size, *shape[axis + 1 :]) for size in data.draw(st.lists(st.integers(1, 3), min_size=1))]
    parts = [data.draw(objects(s)) for s in shapes]
    assert_same(StringArray.concatenate([StringArray.of(p) for p in parts], axis), np.concatenate(parts, axis))


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (["a", "b"], "a", [True, False]),
        ("a", ["a", "b"], [True, False]),
        ([["a"], ["b"]], ["a", "b"], [[True, False], [False, True]]),
        (["a", "b"], [["a"]], [[True, False]]),
        ([], "a", []),
        ("a", "a", True),
    ],
)
def test_comparing_broadcasts(one, other, same):
    found = StringArray.of(one).equals(other)
    assert found.tolist() == same
    assert found.dtype == bool


def test_slices_share_their_memory():
    strings = StringArray.of([f"word {i}" for i in range(100)])
    data = strings.flat.buffers()[2]
    for part in (strings[10:50], strings.reshape(10, 10)[2:4], strings.reshape(10, 10)[3], strings[20:][5:]):
        assert part.flat.buffers()[2].address == data.address
    assert strings[10:20].nbytes < strings.nbytes


def test_strings_know_the_file_and_line_they_came_from():
    origin = Origin(("a", "b"), np.array([0, 0, 1], np.int32), np.array([7, 8, 1]))
    strings = StringArray.of(["x", "y", "z"])
    strings.origin = origin
    other = StringArray.of(["w"])
    other.origin = Origin(("b",), np.zeros(1, np.int32), np.array([5]))
    assert [strings.describe_origin(i) for i in range(3)] == ["a, line 7", "a, line 8", "b, line 1"]
    assert strings[1:].describe_origin(0) == "a, line 8"
    assert strings.take(np.array([2, 0])).reshape(1, 2).describe_origin(0) == "b, line 1"
    joined = StringArray.concatenate([other, strings])
    assert [joined.describe_origin(i) for i in range(4)] == ["b, line 5", "a, line 7", "a, line 8", "b, line 1"]
    assert joined.origin.files == ("b", "a")
    assert StringArray.concatenate([strings, StringArray.of(["?"])]).describe_origin(0) == ""


def test_rows_are_taken_along_the_first_axis():
    strings = StringArray.of([["a", "b"], ["c", "d"], ["e", "f"]])
    assert strings.take(np.array([2, 0])).tolist() == [[b"e", b"f"], [b"a", b"b"]]


def test_arrow_arrays_of_plain_binary_are_not_copied():
    array = pa.array([b"a", b"b"])
    assert as_binary(array) is array


def test_the_text_of_an_array_shows_its_strings():
    assert repr(StringArray.of([["a"], ["b"]])) == "StringArray([[b'a'], [b'b']])"
