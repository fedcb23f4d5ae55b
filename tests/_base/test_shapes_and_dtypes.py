"""Element types by all their names, and shapes of which some sizes are not known."""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

import estimax as tf
from estimax._base._dtypes import as_dtype
from estimax._base._shapes import TensorShape, TensorSpec, broadcast_shapes

DTYPES = [getattr(tf, n) for n in ("float16", "float32", "float64", "bool", "string")] + [
    getattr(tf, f"{kind}{bits}") for kind in ("int", "uint") for bits in (8, 16, 32, 64)
]


@pytest.mark.parametrize("dtype", DTYPES, ids=str)
def test_a_type_is_known_by_its_name_and_by_its_numpy_type(dtype):
    assert as_dtype(dtype) is as_dtype(dtype.name) is dtype
    assert as_dtype(dtype.as_numpy_dtype) is as_dtype(np.dtype(dtype.as_numpy_dtype)) is dtype
    assert dtype == dtype.name == dtype.base_dtype
    assert hash(dtype) == hash(dtype.name)
    assert repr(dtype) == f"tf.{dtype.name}"
    assert [dtype.is_floating, dtype.is_integer, dtype.is_bool, dtype.is_string].count(True) == 1
    assert dtype.is_numeric == (not dtype.is_string)
    assert dtype.size == np.dtype(dtype.as_numpy_dtype).itemsize
    if dtype.is_floating or dtype.is_integer:
        assert dtype.min < 0 or dtype.is_unsigned
        assert np.array(dtype.max, dtype.as_numpy_dtype) == dtype.max


@pytest.mark.parametrize(
    ("spelling", "dtype"),
    [
        *[(float, tf.float32), (int, tf.int32), (bool, tf.bool), (str, tf.string), (bytes, tf.string)],
        *[("half", tf.float16), ("float", tf.float32), ("double", tf.float64), ("U", tf.string), ("S3", tf.string)],
        *[(">f4", tf.float32), (np.float32, tf.float32), (object, tf.string), (np.dtypes.StringDType(), tf.string)],
    ],
)
def test_types_have_other_spellings(spelling, dtype):
    assert as_dtype(spelling) is dtype


@pytest.mark.parametrize(
    "value", [None, "unit8", complex, np.complex64, "datetime64[s]", [], {}, {"a": 1}, object(), 5]
)
def test_what_names_no_type_is_refused_and_equals_none(value):
    with pytest.raises(TypeError, match=r"a dtype must be one of float16, .*; got"):
        as_dtype(value)
    assert all(dtype != value for dtype in DTYPES)


@pytest.mark.parametrize("dtype", [tf.bool, tf.string])
def test_only_numbers_have_limits(dtype):
    for limit in ("min", "max"):
        with pytest.raises(TypeError, match="only numbers have"):
            getattr(dtype, limit)


@pytest.mark.parametrize("unknown", [None, -1, np.int64(-1)])
def test_a_size_that_is_not_known_may_be_written_in_several_ways(unknown):
    shape = TensorShape([unknown, np.int32(3)])
    assert shape == (None, 3)
    assert shape.as_list() == shape.dims == [None, 3]
    assert (shape.ndims, shape.rank, shape.num_elements()) == (2, 2, None)
    assert not shape.is_fully_defined()


def test_a_full_shape_has_a_number_of_elements():
    assert TensorShape([2, 3]).num_elements() == 6
    assert TensorShape([]).num_elements() == 1
    assert TensorShape([2, 0]).is_fully_defined()


def test_specs_compare_by_what_is_known():
    spec = TensorSpec([None, 2], "float32", name="x")
    assert spec == TensorSpec((None, 2), tf.float32, "x")
    assert spec.is_compatible_with(TensorSpec([5, 2], tf.float32))
    assert not spec.is_compatible_with(TensorSpec([5, 3], tf.float32))
    assert not spec.is_compatible_with(TensorSpec([2], tf.float32))
    assert not spec.is_compatible_with(TensorSpec([5, 2], tf.float64))
    assert repr(spec) == "TensorSpec(shape=(None, 2), dtype=tf.float32)"


full_shapes = st.lists(st.integers(0, 3), max_size=3).map(tuple)


@given(st.lists(full_shapes, min_size=1, max_size=3), st.data())
def test_broadcasting_foretells_what_numpy_does(shapes, data):
    try:
        wanted = np.broadcast_shapes(*shapes)
    except ValueError:
        with pytest.raises(ValueError, match="cannot be broadcast together"):
            broadcast_shapes(*shapes)
        return
    assert broadcast_shapes(*shapes) == wanted
    partly = [tuple(None if data.draw(st.booleans()) else size for size in shape) for shape in shapes]
    assert broadcast_shapes(*partly).is_compatible_with(wanted)


@given(full_shapes, st.data())
def test_shapes_are_compatible_if_a_full_one_fits_both(shape, data):
    one, other = (tuple(None if data.draw(st.booleans()) else size for size in shape) for _ in range(2))
    assert TensorShape(one).is_compatible_with(other)
    assume(shape and shape[0] is not None and None not in (one[0], other[0]))
    assert not TensorShape(one).is_compatible_with((other[0] + 1, *other[1:]))
    assert not TensorShape(one).is_compatible_with(other[1:])
