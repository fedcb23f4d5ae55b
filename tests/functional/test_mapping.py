"""`map_fn`, folds and loops: over the entries of many rows at once as over those of one."""

import json

import numpy as np
import pytest

import estimax as tf
from estimax import _array as array
from estimax import _functional as functional
from estimax import math, random, strings
from estimax._base._shapes import RaggedTensorSpec
from estimax._base._string_array import StringArray
from estimax._graph._column import stack_rows
from estimax._graph._draws import Draws
from estimax._graph._function import trace
from estimax._graph._saving import function_from_json, function_to_json
from estimax._graph._varying import RaggedValue, Rows


def uneven(*sizes):
    return stack_rows([np.arange(n, dtype=np.float32) + n for n in sizes], tf.float32)


def test_a_function_runs_once_for_the_entries_of_all_rows():
    calls = []

    def counted(x):
        calls.append(x)
        return x + 1

    function, _ = trace(
        lambda x: functional.map_fn(lambda e: functional.py_func(counted, [e], tf.float32), x), tf.TensorSpec([None])
    )
    (column,) = function.over_rows([uneven(2, 0, 3)], 3)
    assert [row.tolist() for row in column.rows()] == [[3, 4], [], [4, 5, 6]]
    assert len(calls) == 5


def test_what_is_around_the_function_is_repeated_for_its_entries():
    def mapped(x, words):
        longest = math.reduce_max(strings.length(words))
        return functional.map_fn(lambda e: e * math.cast(longest, tf.float32), x)

    function, _ = trace(mapped, (tf.TensorSpec([None]), tf.TensorSpec([None], tf.string)), unpack=True)
    (inner,) = [n.params["function"] for n in function.order if n.op.name == "MapFn"]
    assert "StringLength" not in [n.op.name for n in inner.order]
    words = stack_rows([StringArray.of(["a", "bcd"]), StringArray.of(["ef"])], tf.string)
    (column,) = function.over_rows([uneven(2, 3), words], 2)
    assert [row.tolist() for row in column.rows()] == [[6, 9], [6, 8, 10]]


def test_each_entry_draws_its_own_numbers():
    def noisy(x):
        return functional.map_fn(lambda e: e + random.uniform([]), x)

    function, _ = trace(noisy, tf.TensorSpec([None]))
    column = uneven(3, 1, 2)
    (out,) = function.over_rows([column], 3, Draws(3))
    noise = np.concatenate([o - x for o, x in zip(out.rows(), column.rows())])
    assert len(np.unique(noise)) == 6
    for row in range(3):
        (alone,) = function([column.row(row)], Draws(3).row(row))
        assert (alone == out.row(row)).all()
    assert len(np.unique(functional.map_fn(lambda e: random.uniform([]), tf.zeros([9])).numpy())) == 9


def test_loops_draw_numbers_by_row_and_turn():
    def walk(x):
        fold = functional.scan(lambda a, e: a + random.uniform([]), x, 0.0)
        loop = functional.while_loop(lambda v: v < 3.0, lambda v: v + random.uniform([]), [x[0]])
        return fold, loop

    function, _ = trace(walk, tf.TensorSpec([None]))
    column = stack_rows([np.float32([0, 1, 2]), np.float32([1, 0])], tf.float32)
    folds, loops = function.over_rows([column], 2, Draws(3))
    assert (np.diff(folds.row(0)) > 0).all()
    for row in range(2):
        fold, loop = function([column.row(row)], Draws(3).row(row))
        assert (fold == folds.row(row)).all()
        assert loop == loops[row]


def test_results_of_different_sizes_are_refused_or_ragged():
    function, _ = trace(lambda n: functional.map_fn(array.range, n), tf.TensorSpec([None], tf.int32))
    with pytest.raises(tf.errors.InvalidArgumentError, match="RaggedTensorSpec"):
        function([np.int32([1, 2])])
    assert function([np.int32([2, 2])])[0].tolist() == [[0, 1], [0, 1]]
    lists, _ = trace(
        lambda n: functional.map_fn(array.range, n, fn_output_signature=RaggedTensorSpec([None], tf.int32)),
        tf.TensorSpec([None], tf.int32),
    )
    out = lists.over_rows([stack_rows([np.int32([1, 2]), np.int32([])], tf.int32)], 2)[0]
    assert out.to_list() == [[[0], [0, 1]], []]
    assert lists([np.int32([1, 2])])[0].to_list() == [[0], [0, 1]]


def test_types_are_checked():
    x = tf.placeholder(tf.float32, [None])
    with pytest.raises(TypeError, match=r"returns int32.*tf\.cast"):
        functional.map_fn(lambda e: e, x, dtype=tf.int32)
    assert functional.map_fn(lambda e: 1, x, dtype=tf.int64).dtype == tf.int64
    with pytest.raises(ValueError, match="same form"):
        functional.map_fn(lambda e: e, x, dtype=(tf.float32, tf.float32))
    with pytest.raises(tf.errors.InvalidArgumentError, match="first axis"):
        functional.map_fn(lambda e: e, tf.constant(1))
    with pytest.raises(tf.errors.InvalidArgumentError, match="in step"):
        functional.map_fn(lambda e: e, (tf.zeros([2]), tf.zeros([3])))
    with pytest.raises(TypeError, match="returns float32"):
        functional.foldl(lambda a, e: tf.constant("a"), x)
    with pytest.raises(tf.errors.InvalidArgumentError, match="one truth value"):
        functional.while_loop(lambda v: v, lambda v: v, [x])
    function, _ = trace(
        lambda a, b: functional.map_fn(lambda p: p[0] + p[1], (a, b), tf.float32),
        (tf.TensorSpec([None]), tf.TensorSpec([None])),
        unpack=True,
    )
    with pytest.raises(tf.errors.InvalidArgumentError, match="in step"):
        function([np.float32([1]), np.float32([1, 2])])


def test_loops_end_in_each_row_by_themselves():
    def doubled(x):
        return functional.while_loop(lambda i, v: v < 100, lambda i, v: (i + 1, v * 2), (0, x))

    function, _ = trace(doubled, tf.TensorSpec([], tf.int32))
    turns, values = function.over_rows([np.int32([1, 100, 30, 60])], 4)
    assert turns.tolist() == [7, 0, 2, 1]
    assert values.tolist() == [128, 100, 120, 120]


def test_a_single_variable_of_a_loop_is_returned_alone():
    assert int(functional.while_loop(lambda v: v < 3, lambda v: v + 1, [tf.constant(0)])) == 3
    (alone,) = functional.while_loop(lambda v: v < 3, lambda v: [v + 1], [tf.constant(0)], return_same_structure=True)
    assert int(alone) == 3
    out = functional.while_loop(lambda d: d["n"] < 3, lambda d: {"n": d["n"] + 1}, {"n": tf.constant(0)})
    assert int(out["n"]) == 3


def test_sizes_that_a_turn_changes_are_unknown():
    x = tf.placeholder(tf.int32, [2])
    grown = functional.while_loop(lambda v: array.size(v) < 9, lambda v: array.concat([v, v], 0), [x])
    assert grown.shape == (None,)
    told = functional.while_loop(
        lambda v: array.size(v) < 9,
        lambda v: array.concat([v, v], 0),
        [x],
        shape_invariants=[tf.TensorShape([None])],
    )
    assert told.shape == (None,)
    assert functional.while_loop(lambda v: v[0] < 9, lambda v: v + 1, [x]).shape == (2,)


def test_nested_functions_are_saved_with_what_holds_them():
    def nested(x):
        return functional.map_fn(
            lambda row: functional.foldl(lambda a, e: tf.cond(e > 0.0, lambda: a + e, lambda: a - 1.0), row, 0.0), x
        )

    function, _ = trace(nested, tf.TensorSpec([None, None]))
    document, arrays = function_to_json(function)
    loaded = function_from_json(json.loads(json.dumps(document)), arrays)
    x = np.float32([[[1, -2], [3, 4]], [[-1, -1], [0.5, 0]]])
    (got,), (want,) = loaded.over_rows([x], 2), function.over_rows([x], 2)
    assert got.tolist() == want.tolist() == [[0, 7], [-2, -0.5]]


def test_they_work_in_datasets_before_and_after_batch():
    lines = tf.data.Dataset.from_tensor_slices(["1,2", "3,4"])

    def total(line):
        return tf.reduce_sum(tf.io.decode_csv(line, [[0], [0]]))

    assert list(lines.map(total).as_numpy_iterator()) == [3, 7]
    batched = lines.batch(2).map(lambda batch: functional.map_fn(total, batch, dtype=tf.int32))
    assert [b.tolist() for b in batched.as_numpy_iterator()] == [[3, 7]]


def test_lists_of_tensors_are_structures():
    out = functional.map_fn(lambda p: [p[0] + p[1], p[0]], [tf.constant([1, 2]), tf.constant([3, 4])], [tf.int32] * 2)
    assert [t.numpy().tolist() for t in out] == [[4, 6], [1, 2]]


def test_rows_stay_flat():
    function, _ = trace(lambda x: functional.map_fn(lambda e: e * 2.0, x), tf.TensorSpec([None]))
    (column,) = function.over_rows([uneven(*range(9))], 9)
    assert isinstance(column, Rows)
    assert column.flat.size == 36


def test_ragged_tensors_have_lists_as_entries():
    def mapped(lists):
        sums = functional.map_fn(math.reduce_sum, lists, dtype=tf.int32)
        either = tf.cond(math.reduce_sum(sums) > 5, lambda: lists, lambda: lists * 10)
        return sums, functional.map_fn(lambda v: v[1:], lists), either

    function, _ = trace(mapped, RaggedTensorSpec([None, None], tf.int32))
    document, arrays = function_to_json(function)
    column = stack_rows([as_lists([[1, 2], [], [3]]), as_lists([[4]])], tf.int32)
    for made in (function, function_from_json(json.loads(json.dumps(document)), arrays)):
        sums, rest, either = made.over_rows([column], 2)
        assert [row.tolist() for row in sums.rows()] == [[3, 0, 3], [4]]
        assert rest.to_list() == [[[2], [], []], [[]]]
        assert either.to_list() == [[[1, 2], [], [3]], [[40]]]
    assert function([as_lists([[1], [2, 3]])])[1].to_list() == [[], [3]]


def as_lists(lists):
    lengths = [len(v) for v in lists]
    values = np.array([v for entry in lists for v in entry], np.int32)
    return RaggedValue(values, (np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64),))
