"""What must happen before something else: assertions, printing, and the Tensors that wait for them."""

import sys

import numpy as np
import pytest

import estimax as tf
from estimax import _array as array
from estimax import math
from estimax._graph._function import trace

INVALID = tf.errors.InvalidArgumentError


def checked(x):
    with array.control_dependencies([array.assert_less(x, 3.0, message="too much")]):
        return tf.identity(x)


def test_an_assertion_runs_where_something_waits_for_it():
    function, _ = trace(checked, tf.TensorSpec([None]))
    x = np.float32([[1, 2], [2, 0]])
    assert function.over_rows([x], 2)[0].tolist() == x.tolist()
    with pytest.raises(INVALID, match=r"(?s)too much.*x < y.*\[2 4\].*3"):
        function.over_rows([np.float32([[1, 2], [2, 4]])], 2)
    with pytest.raises(INVALID, match="too much"):
        function([np.float32([5])])


def test_an_assertion_that_nothing_waits_for_does_not_run():
    def unchecked(x):
        array.assert_less(x, 3.0)
        return x + 1.0

    function, _ = trace(unchecked, tf.TensorSpec([]))
    assert function([np.float32(9)]) == [10]


def test_groups_tuples_and_nothing_wait_too():
    x = tf.placeholder(tf.float32, [])
    failing = array.assert_less(x, 3.0)
    with array.control_dependencies([failing]):
        waiting = [array.no_op(), array.group(x), *array.identity_n([x]), *array.tuple([x])]
        with array.control_dependencies(None):
            free = tf.identity(x)
    waiting += array.tuple([x], control_inputs=[failing])
    for tensor in waiting:
        assert "Assert" in names(x, tensor)
    assert "Assert" not in names(x, free)


def names(x, tensor):
    function, _ = trace(lambda _: tensor, tf.TensorSpec([]))
    return [node.op.name for node in function.order]


def test_values_that_are_known_are_checked_at_once():
    with pytest.raises(INVALID, match="x == y"):
        array.assert_equal([1, 2], [1, 3])
    assert bool(array.assert_equal(["a"], "a"))


HOLDS = {
    "equal": lambda: array.assert_equal([1, 1], 1),
    "none equal": lambda: array.assert_none_equal([1, 2], 3),
    "less": lambda: array.assert_less([1.0], 2.0),
    "less or equal": lambda: array.assert_less_equal([1.0, 2.0], 2.0),
    "greater": lambda: array.assert_greater([3], [2]),
    "greater or equal": lambda: array.assert_greater_equal([3, 2], 2),
    "near": lambda: array.assert_near([1.0], [1.0 + 1e-7]),
    "near by a tolerance": lambda: array.assert_near([1.0], [1.2], atol=0.3),
    "positive": lambda: array.assert_positive([1, 2]),
    "negative": lambda: array.assert_negative([-1.5]),
    "not negative": lambda: array.assert_non_negative([0, 1]),
    "not positive": lambda: array.assert_non_positive([0, -1]),
    "rank": lambda: array.assert_rank([[1]], 2),
    "rank at least": lambda: array.assert_rank_at_least([[1]], 1),
    "rank in": lambda: array.assert_rank_in([1], [0, 1]),
    "scalar": lambda: array.assert_scalar(1),
    "type": lambda: array.assert_type(tf.constant(1), tf.int32),
    "integer": lambda: array.assert_integer([1]),
    "numerics": lambda: array.check_numerics([1.0], ""),
    "finite": lambda: array.verify_tensor_all_finite(t=[1.0], msg=""),
    "Assert": lambda: array.Assert(tf.constant([True]), [1]),
    "nothing at all": lambda: array.assert_positive(tf.zeros([0])),
}

FAILS = {
    "equal": (lambda: array.assert_equal([1, 1], 2), INVALID, r"(?s)x == y.*\[1 1\]"),
    "none equal": (lambda: array.assert_none_equal([1, 2], 2), INVALID, "x != y"),
    "less": (lambda: array.assert_less([2.0], 2.0, "a text is a message"), INVALID, "a text is a message"),
    "less or equal": (lambda: array.assert_less_equal([1.0, 3.0], 2.0), INVALID, "x <= y"),
    "greater": (lambda: array.assert_greater([2], [2], data=["id", 7]), INVALID, r"(?s)x > y.*id\n7"),
    "greater or equal": (lambda: array.assert_greater_equal([3, 1], 2), INVALID, "x >= y"),
    "near": (lambda: array.assert_near([1.0], [1.1]), INVALID, "not as near"),
    "positive": (lambda: array.assert_positive([1, 0]), INVALID, "x > 0"),
    "negative": (lambda: array.assert_negative([0.0]), INVALID, "x < 0"),
    "not negative": (lambda: array.assert_non_negative([-1]), INVALID, "x >= 0"),
    "not positive": (lambda: array.assert_non_positive([1]), INVALID, "x <= 0"),
    "rank": (lambda: array.assert_rank([1], 2, message="prices"), ValueError, r"prices.*rank 2.*\(1,\)"),
    "rank at least": (lambda: array.assert_rank_at_least(1, 1), ValueError, "rank 1 or more"),
    "rank in": (lambda: array.assert_rank_in(1, [1, 2]), ValueError, r"\[1, 2\]"),
    "scalar": (lambda: array.assert_scalar([1]), ValueError, "single value"),
    "type": (lambda: array.assert_type(tf.constant(1), tf.string), TypeError, "expected string"),
    "integer": (lambda: array.assert_integer([1.0]), TypeError, "whole numbers"),
    "numerics": (lambda: array.check_numerics([np.inf], "prices"), INVALID, "prices: a Tensor has infinite"),
    "numerics of whole numbers": (lambda: array.check_numerics([1], "prices"), TypeError, "floating-point"),
    "finite": (lambda: array.verify_tensor_all_finite([np.nan], "prices"), INVALID, "prices.*NaN"),
    "Assert": (lambda: array.Assert(False, [list(range(9)), "a"]), INVALID, r"(?s)\[0 1 2 \.\.\. 6 7 8\].*a"),
    "Assert of numbers": (lambda: array.Assert(1, []), TypeError, "truth values"),
}


@pytest.mark.parametrize("what", HOLDS)
def test_what_holds_goes_on(what):
    HOLDS[what]()


@pytest.mark.parametrize("what", FAILS)
def test_what_does_not_hold_is_refused_with_what_was_given(what):
    program, error, message = FAILS[what]
    with pytest.raises(error, match=message):
        program()


def test_unknown_ranks_cannot_be_asserted():
    x = tf.placeholder_with_default(tf.placeholder(tf.float32, [None]), None)
    with pytest.raises(ValueError, match="set_shape"):
        array.assert_rank(x, 1)


PRINTED = {  # as the original writes it
    "numbers": (
        lambda: array.print_(tf.constant([1.5, 2, 3]), "abc", tf.constant("x"), tf.constant(["a", "b"])),
        '[1.5 2 3] abc x ["a" "b"]\n',
    ),
    "long ones": (lambda: array.print_(tf.range(20)), "[0 1 2 ... 17 18 19]\n"),
    "all of them": (lambda: array.print_(tf.range(8), summarize=-1, end=";"), "[0 1 2 3 4 5 6 7];"),
    "matrices": (
        lambda: array.print_(tf.reshape(tf.range(56), [8, 7]), summarize=2),
        "[[0 1 ... 5 6]\n [7 8 ... 12 13]\n ...\n [42 43 ... 47 48]\n [49 50 ... 54 55]]\n",
    ),
    "truth and what is no Tensor": (
        lambda: array.print_(tf.constant(True), None, {"a": 1}, sep="|"),
        "1|None|{'a': 1}\n",
    ),
}


@pytest.mark.parametrize("what", PRINTED)
def test_values_are_printed(what, capsys):
    program, text = PRINTED[what]
    program()
    assert capsys.readouterr().err == text


def test_printing_waits_for_the_value(capsys, tmp_path):
    def mapped(x):
        file = f"file://{tmp_path / 'log'}"
        with array.control_dependencies(
            [array.print_("x:", x, output_stream=sys.stdout), array.print_(x, output_stream=file)]
        ):
            return tf.identity(x)

    function, _ = trace(mapped, tf.TensorSpec([]))
    assert capsys.readouterr() == ("", "")
    function.over_rows([np.float32([1, 2])], 2)
    assert capsys.readouterr().out == "x: 1\nx: 2\n"
    assert (tmp_path / "log").read_text() == "1\n2\n"
    with pytest.raises(ValueError, match="output_stream"):
        array.print_(1, output_stream=3)


def test_print_passes_its_input_on_and_stops_after_the_first(capsys):
    function, _ = trace(lambda x: array.Print(x, [x, math.reduce_sum(x)], "see: ", first_n=3), tf.TensorSpec([None]))
    x = np.arange(10, dtype=np.float32).reshape(5, 2)
    assert function.over_rows([x[:2]], 2)[0].tolist() == x[:2].tolist()
    assert capsys.readouterr().err == "see: [0 1][1]\nsee: [2 3][5]\n"
    function.over_rows([x[2:]], 3)
    assert capsys.readouterr().err == "see: [4 5][9]\n"


def test_print_writes_as_the_original_does(capsys):
    x = tf.constant([1.5, 2, 3, 4, 5])
    array.Print(
        x, [x, tf.constant("x"), tf.constant(["a", "b"]), tf.constant([[1, 2], [3, 4]]), tf.constant(3)], "msg: "
    )
    array.Print(x, [x], summarize=2)
    assert capsys.readouterr().err == "msg: [1.5 2 3...][x][a b][[1 2][3...]...][3]\n[1.5 2...]\n"


def test_what_no_tensor_waits_for_is_handed_on():
    """Such as what an optimizer returns."""
    train_op, one = object(), tf.constant(1)
    group = array.group(train_op, [one, None])
    assert [op is given for op, given in zip(group, (train_op, one), strict=True)] == [True, True]
    assert bool(array.group(tf.constant(1)))
