"""JSON values and arrays: what is written is read again, and the laws of types and shapes."""

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from estimax._base._dtypes import as_dtype
from estimax.serving._errors import RequestError
from estimax.serving._tensor_reading import decode, shown, to_array
from estimax.serving._tensor_writing import encode, is_finite, rows_to_json, to_json
from tests.serving.toy import Info, strings

NUMBERS = ["float16", "float32", "float64", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64"]
SHAPES = arrays.array_shapes(min_dims=0, max_dims=3, min_side=1, max_side=4)


def info(name, dtype, shape, fixed):
    lengths = shape if fixed else (None,) * len(shape)
    return Info(name, as_dtype(dtype), lengths)


@given(st.data(), st.sampled_from([*NUMBERS, "bool"]), SHAPES, st.booleans())
def test_numbers_that_are_written_are_read_again(data, dtype, shape, fixed):
    array = data.draw(arrays.arrays(dtype, shape))
    written = encode({"x": to_json("x", array)}, is_finite(array))
    again = to_array(decode(written)["x"], info("x", dtype, shape, fixed))
    assert again.dtype == array.dtype and again.shape == array.shape
    np.testing.assert_array_equal(again, array)


@given(st.data(), st.sampled_from(NUMBERS), arrays.array_shapes(max_dims=3, max_side=4))
def test_rows_are_written_as_the_whole_is(data, dtype, shape):
    array = data.draw(arrays.arrays(dtype, shape))
    finite = is_finite(array)
    assert json.loads(encode(rows_to_json("x", array), finite), parse_constant=str) == json.loads(
        encode(to_json("x", array), finite), parse_constant=str
    )


@given(st.lists(st.binary(), min_size=1), st.sampled_from(["s", "s_bytes"]))
def test_strings_that_are_written_are_read_again(values, name):
    written = encode({name: to_json(name, strings(values))})
    assert to_array(decode(written)[name], info(name, "string", (None,), False)).tolist() == values


@given(st.data(), SHAPES)
def test_strings_of_any_shape_keep_it(data, shape):
    array = data.draw(arrays.arrays(object, shape, elements=st.binary(), fill=st.just(b"")))
    assert to_array(decode(encode(to_json("s", array))), info("s", "string", shape, False)).tolist() == array.tolist()


@pytest.mark.parametrize(
    ("dtype", "value", "text"),
    [
        ("float32", [0.1, 1, 1e20], "[0.1,1.0,1e+20]"),
        ("float16", [0.5, 2], "[0.5,2.0]"),
        ("float64", [0.1, 100], "[0.1,100.0]"),
        ("int64", [1], "[1]"),
        ("bool", [True], "[true]"),
    ],
)
def test_a_number_is_written_with_the_digits_of_its_type(dtype, value, text):
    array = np.array(value, dtype)
    assert encode(to_json("x", array)).decode() == text
    assert encode(to_json("x", array), finite=False).decode().replace(" ", "") == text
    assert encode(rows_to_json("x", array)).decode() == text
    assert encode(to_json("x", array[0])).decode() == text[1:].split(",")[0].rstrip("]")


def test_arrays_of_any_layout_are_written():
    array = np.arange(6, dtype=np.int32).reshape(2, 3)
    for view in (array.T, array[:, ::2], array[::-1], np.broadcast_to(array[0], (2, 3)), array[:0]):
        assert decode(encode(to_json("x", view))) == view.tolist()
        assert decode(encode(rows_to_json("x", view))) == view.tolist()


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=2),
    ),
    st.sampled_from(["float32", "int64", "bool", "string", "uint8"]),
    st.sampled_from([(), (None,), (None, 2), (None, None), (None, 1, 1), (2,)]),
)
def test_any_value_is_read_as_what_it_must_be_or_refused(value, dtype, shape):
    wanted = info("x", dtype, shape, True)
    refused = None
    try:
        array = to_array(value, wanted)
    except RequestError as error:
        refused = error
    if refused:
        assert refused.status == 400
        assert "input 'x'" in str(refused)
        assert len(str(refused)) < 400
        return
    assert array.ndim == len(shape)
    assert all(known in (None, length) for known, length in zip(shape, array.shape))
    assert array.dtype == wanted.dtype.as_numpy_dtype


@given(st.text() | st.binary().map(repr) | st.integers() | st.floats() | st.lists(st.integers()))
def test_what_is_shown_of_a_value_is_short(value):
    assert len(shown(value)) < 100
    assert len(shown([value] * 100)) < 100
