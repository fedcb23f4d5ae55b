"""Python code between Tensor operations: what it gets, what it may return, and what its errors say."""

import re

import numpy as np
import pytest

import estimax as tf
from estimax import _functional as functional
from estimax._base._string_array import StringArray
from estimax._graph._function import trace
from estimax._graph._saving import function_to_json


def test_a_function_gets_numpy_values():
    seen = []

    def look(x, word, words):
        seen.append((type(x), type(word), words.dtype, words.tolist()))
        return x

    functional.py_func(look, [tf.constant(1.5), tf.constant("a"), tf.constant(["b", "c"])], tf.float32)
    assert seen == [(np.float32, bytes, np.dtype(object), [b"b", b"c"])]


def test_py_function_gets_tensors():
    out = functional.py_function(lambda x: tf.reduce_sum(x) if x.numpy()[0] else x[1], [tf.constant([1, 2])], tf.int32)
    assert int(out) == 3


def test_rows_come_one_after_the_other_and_may_differ_in_shape():
    function, _ = trace(lambda n: functional.py_func(np.arange, [n], tf.int64), tf.TensorSpec([], tf.int64))
    (column,) = function.over_rows([np.array([2, 0, 3])], 3)
    assert [row.tolist() for row in column.rows()] == [[0, 1], [], [0, 1, 2]]


def test_a_shape_can_be_told():
    x = tf.placeholder(tf.float32, [None])
    out = functional.py_func(lambda v: v[:3], [x], tf.float32)
    assert out.shape.ndims is None
    with pytest.raises(ValueError, match="set_shape"):
        out[0] + tf.reduce_sum(out)
    out.set_shape([3])
    assert tf.reduce_sum(out).shape == ()


def test_several_results_come_in_a_list():
    x = tf.constant([1.0, 2.0])
    out = functional.py_func(lambda v: (v.sum(), "é", 7), [x], [tf.float32, tf.string, tf.int64])
    assert [t.numpy() for t in out] == [3.0, "é".encode(), 7]


WRONG = {
    "another type": (np.float64, tf.float32, "must return float32.*float64"),
    "a number for text": (lambda v: 1, tf.string, "must return string as value 0"),
    "a fraction for a whole number": (lambda v: 1.5, tf.int32, "must return int32"),
    "too many": (lambda v: (1, 2), tf.int32, "must return 1 values.*returned 2"),
    "a list": (lambda v: [1, 2], tf.int32, r"must return one value.*np\.array"),
    "nothing": (lambda v: None, tf.int32, "returned 0"),
    "too few": (lambda v: 1, [tf.int32, tf.int32], "must return 2 values"),
}


@pytest.mark.parametrize("what", WRONG)
def test_other_results_are_refused(what):
    function, dtype, message = WRONG[what]
    with pytest.raises(tf.errors.InvalidArgumentError, match=message):
        functional.py_func(function, [tf.constant(1.0)], dtype)


def broken(word):
    return int(word)


def test_errors_name_the_function_its_arguments_and_the_row():
    dataset = tf.data.Dataset.from_tensor_slices(["1", "2", "x"])
    dataset = dataset.map(lambda w: functional.py_func(broken, [w], tf.int64))
    with pytest.raises(ValueError, match="invalid literal") as caught:
        list(dataset.as_numpy_iterator())
    notes = "\n".join(caught.value.__notes__)
    assert "Python function broken" in notes
    assert "b'x'" in notes
    assert re.search(r"row \d of \d", notes)


def test_python_code_cannot_be_exported():
    function, _ = trace(lambda w: functional.py_func(broken, [w], tf.int64), tf.TensorSpec([], tf.string))
    with pytest.raises(tf.errors.InvalidArgumentError, match=r"Python code cannot be exported.*PyFunc.*broken"):
        function_to_json(function)


def test_only_functions_can_be_called():
    with pytest.raises(TypeError, match="Python function"):
        functional.py_func(3, [tf.constant(1)], tf.int32)


def test_no_rows_call_nothing():
    function, _ = trace(lambda w: functional.py_func(broken, [w], tf.int64), tf.TensorSpec([], tf.string))
    assert len(function.over_rows([StringArray.of([])], 0)[0]) == 0


DEPENDENT = {
    "if": (lambda x: x if x[0] > 0 else -x, r"tf\.cond"),
    "and": (lambda x: x[0] > 0 and x[1] > 0, "`&`"),
    "while": (lambda x: [x for _ in iter(lambda: bool(x[0] > 0), False)], r"tf\.while_loop"),
    "int": (lambda x: int(x[0]), r"tf\.cast\(x, tf\.int32\)"),
    "float": (lambda x: float(x[0]), r"tf\.cast\(x, tf\.float32\)"),
    "range": (lambda x: list(range(tf.cast(x[0], tf.int32))), r"tf\.range"),
    "list index": (lambda x: [1, 2][tf.cast(x[0], tf.int32)], r"tf\.gather"),
    "len": (len, r"tf\.shape\(x\)\[0\]"),
    "for": (lambda x: [v for v in x], r"tf\.map_fn"),
    "NumPy": (np.log, r"tf\.math\.log"),
    "in": (lambda x: 1.0 in x, r"tf\.reduce_any"),
    "format": (lambda x: f"{x[0]:.2f}", r"tf\.strings\.as_string"),
    "numpy()": (lambda x: x.numpy(), "no value yet"),
}


@pytest.mark.parametrize("what", DEPENDENT)
def test_python_that_needs_a_value_is_told_what_to_write(what):
    program, advice = DEPENDENT[what]
    with pytest.raises(TypeError, match=f"(?s)no value yet.*{advice}|{advice}"):
        trace(program, tf.TensorSpec([None]))


def test_python_that_has_the_value_works():
    x = tf.constant([1, 2])
    assert [int(v) for v in x] == [1, 2]
    assert 2 in x
    assert b"a" in tf.constant(["a"])
    assert "a" in tf.constant(["a"])
    assert f"{tf.constant(1.5):.2f}" == "1.50"
    assert f"{tf.constant('a'):>3}" == "  a"
    assert [10, 20, 30][x[1]] == 30
    assert list(range(x[1])) == [0, 1]
    assert np.log(tf.constant(1.0)) == 0
    with pytest.raises(TypeError, match="single whole number"):
        [1, 2][tf.constant(1.0)]
    with pytest.raises(TypeError, match="single value"):
        list(tf.constant(1))
    with pytest.raises(TypeError, match=r"no len\(\)"):
        len(tf.constant(1))
