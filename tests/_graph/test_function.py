"""Tracing, running, binding and choosing parts of functions."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import estimax as tf
from estimax._array import placeholder
from estimax._base._string_array import Origin, StringArray
from estimax._graph._column import rows_of
from estimax._graph._function import Function, trace
from estimax._graph._varying import Rows


def test_nothing_is_computed_while_a_function_is_traced():
    x = tf.TensorSpec([None], tf.float32)
    function, result = trace(lambda t: {"double": t * 2.0, "constant": 1}, x)
    assert result["double"].is_symbolic
    assert [v.tolist() for v in function([np.array([1.5], np.float32)])] == [1, [3.0]]


def test_the_truth_of_a_traced_tensor_is_an_error_that_says_what_to_do():
    with pytest.raises(TypeError, match=r"only traced.*tf\.cond"):
        trace(lambda t: 1 if t > 0.0 else 2, tf.TensorSpec([], tf.float32))


def test_a_node_that_two_outputs_need_is_computed_once():
    def program(x):
        y = tf.math.exp(x)
        return y + 1.0, y * y

    function, _ = trace(program, tf.TensorSpec([], tf.float32))
    assert [node.op.name for node in function.order].count("Exp") == 1


def test_a_chain_of_thousands_of_nodes_needs_no_deep_recursion():
    def long(x):
        for _ in range(5000):
            x = x + 1
        return x

    function, _ = trace(long, tf.TensorSpec([], tf.int32))
    assert function([np.int32(0)])[0] == 5000


def test_placeholders_that_are_not_inputs_are_captures_and_can_be_bound():
    x, y = placeholder(tf.float32, []), placeholder(tf.float32, [])
    function = Function([x], [x + y])
    assert [id(t.node) for t in function.captures] == [id(y.node)]
    bound = function.bind({id(y.node): np.float32(3)})
    assert bound.captures == []
    assert bound([np.float32(1)])[0] == 4.0


def test_a_placeholder_without_a_value_is_an_error():
    y = placeholder(tf.float32, [], name="label")
    with pytest.raises(TypeError, match="label was not fed"):
        Function([], [y + 1.0])([])


def test_a_placeholder_with_a_default_can_be_fed_or_left_alone():
    x = tf.placeholder_with_default([1.0, 2.0], [None])
    assert Function([], [x * 2.0])([])[0].tolist() == [2.0, 4.0]
    assert Function([x], [x * 2.0])([np.array([5.0], np.float32)])[0].tolist() == [10.0]


def test_selected_outputs_leave_the_rest_uncomputed():
    function, _ = trace(lambda x: (x + 1.0, tf.math.exp(x)), tf.TensorSpec([], tf.float32))
    assert [node.op.name for node in function.select([0]).order] == ["Add"]


def test_inputs_that_nothing_needs_are_known():
    function, _ = trace(lambda x, y: x + 1, (tf.TensorSpec([], tf.int32), tf.TensorSpec([], tf.int32)), unpack=True)
    assert function.used_inputs == (True, False)


def test_outputs_that_do_not_depend_on_rows_are_repeated():
    function, _ = trace(lambda x: (x, tf.constant(["a"])), tf.TensorSpec([], tf.int32))
    column = function.over_rows([np.arange(3, dtype=np.int32)], 3)[1]
    assert column.tolist() == [[b"a"]] * 3


@given(st.lists(st.lists(st.integers(-99, 99), max_size=4), min_size=1, max_size=6))
def test_rows_of_different_shapes_are_computed_as_one_by_one(rows):
    def program(x):
        return x * 2 + 1, tf.math.reduce_sum(x), tf.shape(x), tf.strings.as_string(x), tf.reshape(x, [-1, 1])[:, 0]

    function, _ = trace(program, tf.TensorSpec([None], tf.int32))
    values = [np.array(r, np.int32) for r in rows]
    at_once = function.over_rows([Rows.from_values(values, tf.int32)], len(rows))
    for i, value in enumerate(values):
        for column, want in zip(at_once, function([value])):
            got = rows_of(column)[i]
            np.testing.assert_array_equal(np.asarray(got), np.asarray(want))


def test_where_lines_came_from_survives_stripping_and_filtering():
    text = StringArray.of([" 1", "x ", "3"])
    origin = Origin(("data.csv",), np.zeros(3, np.int32), np.array([11, 12, 13]))
    column = StringArray(text.flat, text.shape, origin)
    function, _ = trace(lambda s: tf.strings.to_number(tf.strings.strip(s)), tf.TensorSpec([], tf.string))
    with pytest.raises(tf.errors.InvalidArgumentError, match=r"got b'x' at data\.csv, line 12"):
        function.over_rows([column[np.array([2, 1])]], 2)
