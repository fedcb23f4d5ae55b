"""`cond` and `case`: each function runs for the rows that choose it, and for no others."""

import json

import numpy as np
import pytest

import estimax as tf
from estimax import _array as array
from estimax import math, random, strings
from estimax._base._string_array import StringArray
from estimax._graph._draws import Draws
from estimax._graph._function import trace
from estimax._graph._saving import function_from_json, function_to_json

WORDS = StringArray.of(["12", "x", "3", ""])


def parsed(word):
    return tf.cond(strings.regex_full_match(word, "[0-9]+"), lambda: strings.to_number(word), lambda: -1.0)


def test_what_is_not_chosen_may_fail():
    function, _ = trace(parsed, tf.TensorSpec([], tf.string))
    (column,) = function.over_rows([WORDS], 4)
    assert column.tolist() == [12.0, -1.0, 3.0, -1.0]


def test_it_may_fail_in_a_dataset_and_when_it_is_loaded():
    dataset = tf.data.Dataset.from_tensor_slices(["12", "x", "3"]).map(parsed)
    assert list(dataset.as_numpy_iterator()) == [12.0, -1.0, 3.0]
    function, _ = trace(parsed, tf.TensorSpec([], tf.string))
    document, arrays = function_to_json(function)
    (column,) = function_from_json(json.loads(json.dumps(document)), arrays).over_rows([WORDS], 4)
    assert column.tolist() == [12.0, -1.0, 3.0, -1.0]


def test_what_was_made_outside_is_computed_once_for_all():
    """Noise from outside is the same inside and outside of the branch."""

    def noisy(x):
        noise = random.normal([])
        return noise, tf.cond(x > 0.0, lambda: x + noise, lambda: noise * 2.0)

    function, _ = trace(noisy, tf.TensorSpec([]))
    assert [n.op.name for n in function.order].count("RandomBits") == 1
    x = np.float32([1, -1, 2])
    noise, out = function.over_rows([x], 3, Draws(1))
    np.testing.assert_allclose(out, np.where(x > 0, x + noise, noise * 2), rtol=1e-6)


def test_what_a_branch_makes_of_it_runs_inside():
    function, _ = trace(lambda x: tf.cond(x > 0.0, lambda: math.log(x), lambda: x), tf.TensorSpec([]))
    assert "Log" not in [n.op.name for n in function.order]


def test_random_numbers_in_a_branch_belong_to_the_row():
    """Whatever the other rows choose."""

    def drawn(x):
        return tf.cond(x > 0.0, lambda: random.uniform([2]), lambda: tf.zeros([2]))

    function, _ = trace(drawn, tf.TensorSpec([]))
    (both,) = function.over_rows([np.float32([1, -1, 2, 3])], 4, Draws(7))
    (all_,) = function.over_rows([np.float32([1, 1, 2, 3])], 4, Draws(7))
    assert (both[[0, 2, 3]] == all_[[0, 2, 3]]).all()
    assert (both[1] == 0).all()
    assert len(np.unique(all_)) == 8
    for row in range(4):
        (alone,) = function([np.float32(1)], Draws(7).row(row))
        assert (alone == all_[row]).all()


def test_branches_agree_in_types_and_may_differ_in_sizes():
    x = tf.placeholder(tf.float32, [3])
    assert tf.cond(x[0] > 0.0, lambda: x, lambda: x[:1]).shape == (None,)
    assert tf.cond(x[0] > 0.0, lambda: 1, lambda: 2.5).dtype == tf.float32
    with pytest.raises(TypeError, match="one type"):
        tf.cond(x[0] > 0.0, lambda: x, lambda: tf.constant(["a"]))
    with pytest.raises(tf.errors.InvalidArgumentError, match="equal rank"):
        tf.cond(x[0] > 0.0, lambda: x, lambda: x[0])
    with pytest.raises(ValueError, match="same form"):
        tf.cond(x[0] > 0.0, lambda: (x, x), lambda: x)
    with pytest.raises(TypeError, match="truth values"):
        tf.cond(x[0], lambda: x, lambda: x)
    with pytest.raises(tf.errors.InvalidArgumentError, match="single truth value"):
        tf.cond(x > 0.0, lambda: x, lambda: x)


def test_rows_of_different_sizes_come_back_in_order():
    function, _ = trace(lambda x: tf.cond(x[0] > 0.0, lambda: x, lambda: x[:1]), tf.TensorSpec([3]))
    (column,) = function.over_rows([np.float32([[1, 2, 3], [-1, 2, 3], [4, 5, 6]])], 3)
    assert [row.tolist() for row in column.rows()] == [[1, 2, 3], [-1], [4, 5, 6]]


def test_a_branch_may_be_known_beforehand():
    p = tf.placeholder(tf.bool, [])
    out = tf.cond(p, lambda: [tf.constant(1), "a"], lambda: [tf.constant(2), "b"])
    function, _ = trace(lambda p: tf.cond(p, lambda: (1, "a"), lambda: (2, "b")), tf.TensorSpec([], tf.bool))
    numbers, words = function.over_rows([np.array([True, False])], 2)
    assert (numbers.tolist(), words.tolist()) == ([1, 2], [b"a", b"b"])
    assert [t.dtype for t in out] == [tf.int32, tf.string]


def test_case_without_a_default_refuses_what_is_none_of_the_cases():
    function, _ = trace(lambda x: array.case([(x < 0, lambda: -x), (x < 5, lambda: x)]), tf.TensorSpec([], tf.int32))
    assert function.over_rows([np.int32([-3, 4])], 2)[0].tolist() == [3, 4]
    with pytest.raises(tf.errors.InvalidArgumentError, match="none of the conditions"):
        function.over_rows([np.int32([-3, 7])], 2)
    with pytest.raises(tf.errors.InvalidArgumentError, match="none of the conditions"):
        array.case([(tf.constant(False), lambda: 1)])


def test_exclusive_cases_refuse_what_is_several_of_them():
    def chosen(x):
        return array.case([(x < 5, lambda: x), (x < 0, lambda: -x)], default=lambda: x, exclusive=True)

    function, _ = trace(chosen, tf.TensorSpec([], tf.int32))
    assert function.over_rows([np.int32([1, 7])], 2)[0].tolist() == [1, 7]
    with pytest.raises(tf.errors.InvalidArgumentError, match="several conditions"):
        function.over_rows([np.int32([1, -1])], 2)


def test_the_first_true_case_is_taken():
    x = tf.constant(1)
    assert int(array.case([(x > 0, lambda: 10), (x > -1, lambda: 20)])) == 10
    assert int(array.case({x > 5: lambda: 10}, default=lambda: 30)) == 30


def test_switches_take_the_default_for_other_numbers():
    function, _ = trace(
        lambda i: array.switch_case(i, [lambda: 10, lambda: 20], default=lambda: 30), tf.TensorSpec([], tf.int32)
    )
    assert function.over_rows([np.int32([0, 1, 2, -1])], 4)[0].tolist() == [10, 20, 30, 30]
