"""What a program writes where a Tensor is expected, and what a Tensor offers."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import estimax as tf
from estimax._graph._op import as_tensor


@pytest.mark.parametrize(
    ("data", "dtype", "shape"),
    [
        (1, tf.int32, ()),
        (1.5, tf.float32, ()),
        (True, tf.bool, ()),
        ("a", tf.string, ()),
        (b"a\0", tf.string, ()),
        (2**40, tf.int64, ()),
        ([[1, 2], [3, 4]], tf.int32, (2, 2)),
        ([1, 2.5], tf.float32, (2,)),
        (["a", b"b"], tf.string, (2,)),
        ([], tf.float32, (0,)),
        (np.arange(3), tf.int64, (3,)),
        (np.float64(1), tf.float64, ()),
        (np.array(["a", "bc"]), tf.string, (2,)),
        (np.array([b"a", None], object), tf.string, (2,)),
        ([np.float64(1)], tf.float64, (1,)),
    ],
)
def test_python_and_numpy_data_become_tensors_of_the_original_types(data, dtype, shape):
    tensor = as_tensor(data)
    assert (tensor.dtype, tensor.shape) == (dtype, shape)


@given(st.lists(st.binary(max_size=5), min_size=1, max_size=5))
def test_bytes_are_kept_to_the_last_zero(data):
    assert as_tensor(data).numpy().tolist() == data
    assert np.asarray(as_tensor(data[0])).item() == data[0]


@pytest.mark.parametrize("data", [[1, "a"], ["a", 1.5], object(), [[1], [2, 3]]])
def test_data_of_no_or_of_mixed_types_is_refused(data):
    with pytest.raises((TypeError, ValueError)):
        as_tensor(data)


def test_numbers_that_do_not_fit_the_type_are_refused():
    with pytest.raises(TypeError, match=r"expected int32 values; got .*2\.5.*tf\.cast"):
        tf.constant([1]) + 2.5
    with pytest.raises(tf.errors.InvalidArgumentError, match="between -128 and 127"):
        tf.constant(1, tf.int8) + 200


def test_tensors_of_two_types_are_not_mixed():
    with pytest.raises(TypeError, match=r"Add needs arguments of one type; got int32, float32\. Convert"):
        tf.constant(1) + tf.constant(1.0)


def test_plain_data_of_two_types_is_promoted():
    assert tf.maximum(np.array([0.5, 3.0]), 1).numpy().dtype == np.float64


def test_arrays_of_numpy_leave_operators_to_the_tensor():
    x = tf.placeholder(tf.float32, [2])
    assert (np.ones(2, np.float32) * x).shape == (2,)
    assert isinstance(np.ones(2, np.float32) + tf.constant([1.0, 2.0]), tf.Tensor)


def test_lists_that_hold_tensors_at_any_depth_are_stacked():
    x = tf.placeholder(tf.float32, [])
    assert tf.convert_to_tensor([[x, 1.0], [2.0, x]]).shape == (2, 2)
    assert tf.convert_to_tensor([tf.constant(1), 2]).numpy().tolist() == [1, 2]


def test_equality_of_tensors_is_identity():
    x = tf.constant(1)
    assert x == x
    assert x != tf.constant(1)
    assert len({x, tf.constant(1)}) == 2


def test_tensors_are_walked_through_and_unpacked():
    first, second = tf.constant([[1, 2], [3, 4]])
    assert [first.numpy().tolist(), second.numpy().tolist()] == [[1, 2], [3, 4]]
    with pytest.raises(TypeError, match="known size"):
        list(tf.placeholder(tf.int32, [None]))


def test_a_symbolic_tensor_has_no_value():
    with pytest.raises(TypeError, match="has no value yet"):
        tf.placeholder(tf.int32, []).numpy()


def test_representations_show_value_or_place():
    assert repr(tf.constant([1])) == "<tf.Tensor: shape=(1,), dtype=int32, numpy=array([1], dtype=int32)>"
    assert repr(tf.placeholder(tf.int32, [None], "x")) == "<tf.Tensor 'x:0' shape=(None,) dtype=int32>"
