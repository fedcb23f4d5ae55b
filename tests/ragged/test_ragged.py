"""Ragged Tensors: the results of the original, Python's lists, and what is refused."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import estimax as tf
from estimax import ragged, strings
from estimax._base._errors import InvalidArgumentError
from estimax._graph._column import stack_rows
from estimax._graph._composite import RaggedTensor, SparseTensor
from estimax._graph._function import trace
from estimax.data import Dataset
from estimax.ragged._reductions import reduce

R = ragged.constant([[3, 1, 4], [], [1, 5]])
NESTED = ragged.constant([[[1, 2], [3]], [], [[], [4, 5, 6]]])
PAIRS = ragged.constant([[[1, 2], [3, 4]], [[5, 6]]], ragged_rank=1)

LISTS = st.lists(st.lists(st.integers(-9, 9), max_size=5), max_size=5)
BOUND = st.none() | st.integers(-6, 6)
STEP = st.none() | st.integers(-3, 3).filter(bool)


def of(lists):
    return ragged.constant(lists, tf.int32, ragged_rank=1)


@given(LISTS)
def test_lists_come_back_as_they_were(lists):
    made = of(lists)
    assert made.to_list() == lists
    assert made.row_lengths().numpy().tolist() == [len(row) for row in lists]
    width = max(map(len, lists), default=0)
    dense = made.to_tensor(7).numpy()
    assert dense.shape == (len(lists), width)
    assert dense.tolist() == [row + [7] * (width - len(row)) for row in lists]
    assert RaggedTensor.from_sparse(made.to_sparse()).to_list() == lists
    assert RaggedTensor.from_tensor(dense, lengths=made.row_lengths()).to_list() == lists
    assert RaggedTensor.from_value_rowids(made.values, made.value_rowids(), made.nrows()).to_list() == lists


@given(LISTS, BOUND, BOUND, STEP, BOUND, BOUND, STEP)
def test_slices_are_those_of_lists(lists, a, b, c, d, e, f):
    assert of(lists)[a:b:c, d:e:f].to_list() == [row[d:e:f] for row in lists[a:b:c]]


@given(st.lists(LISTS, min_size=1, max_size=4))
def test_lists_are_joined_as_lists_are(several):
    made = [of(lists) for lists in several]
    assert ragged.concat(made, 0).to_list() == [row for lists in several for row in lists]
    assert ragged.stack(made).to_list() == several
    count = min(map(len, several))
    cut = [m[:count] for m in made]
    assert ragged.concat(cut, 1).to_list() == [[v for lists in several for v in lists[i]] for i in range(count)]
    assert ragged.stack(cut, 1).to_list() == [[lists[i] for lists in several] for i in range(count)]


@given(LISTS)
def test_sums_are_those_of_lists(lists):
    made = of(lists)
    assert reduce(made, 1, "sum").numpy().tolist() == [sum(row) for row in lists]
    width = max(map(len, lists), default=0)
    columns = [[row[i] for row in lists if len(row) > i] for i in range(width)]
    assert reduce(made, 0, "max").numpy().tolist() == [max(column) for column in columns]
    assert reduce(made, None, "sum").numpy() == sum(map(sum, lists))


CONSTANTS = {
    "nothing": (lambda: ragged.constant([]), (0,), tf.float32),
    "no lists": (lambda: ragged.constant([], ragged_rank=1), (0, None), tf.float32),
    "a matrix": (lambda: ragged.constant([1, 2, 3]), (3,), tf.int32),
    "a number": (lambda: ragged.constant(3), (), tf.int32),
    "lists": (lambda: R, (3, None), tf.int32),
    "fractions": (lambda: ragged.constant([[1.5], []]), (2, None), tf.float32),
    "words": (lambda: ragged.constant([["a"], []]), (2, None), tf.string),
    "lists of lists": (lambda: NESTED, (3, None, None), tf.int32),
    "pairs": (lambda: PAIRS, (2, None, 2), tf.int32),
    "pairs by their shape": (lambda: ragged.constant([[[1, 2]], []], inner_shape=(2,)), (2, None, 2), tf.int32),
    "of a type": (lambda: ragged.constant([[1], []], tf.int64), (2, None), tf.int64),
}


@pytest.mark.parametrize("what", CONSTANTS)
def test_constants_have_the_shapes_of_the_original(what):
    call, shape, dtype = CONSTANTS[what]
    assert call().shape.is_compatible_with(shape)
    assert call().dtype is dtype


MADE = {
    "splits": lambda: RaggedTensor.from_row_splits([1, 2, 3], [0, 2, 2, 3]),
    "lengths": lambda: RaggedTensor.from_row_lengths([1, 2, 3], [2, 0, 1]),
    "starts": lambda: RaggedTensor.from_row_starts([1, 2, 3], [0, 2, 2]),
    "limits": lambda: RaggedTensor.from_row_limits([1, 2, 3], [2, 2, 3]),
    "rows of values": lambda: RaggedTensor.from_value_rowids([1, 2, 3], [0, 0, 2]),
    "a matrix": lambda: RaggedTensor.from_tensor([[1, 2], [0, 0], [3, 0]], padding=0),
    "a sparse tensor": lambda: RaggedTensor.from_sparse(SparseTensor([[0, 0], [0, 1], [2, 0]], [1, 2, 3], [3, 3])),
}


@pytest.mark.parametrize("what", MADE)
def test_the_same_lists_are_described_in_many_ways(what):
    assert MADE[what]().to_list() == [[1, 2], [], [3]]


def test_more_lists_are_described_as_in_the_original():
    assert RaggedTensor.from_value_rowids([1, 2, 3], [0, 0, 2], nrows=5).to_list() == [[1, 2], [], [3], [], []]
    assert RaggedTensor.from_uniform_row_length([1, 2, 3, 4], 2).to_list() == [[1, 2], [3, 4]]
    assert RaggedTensor.from_nested_row_splits([1, 2, 3], [[0, 2], [0, 1, 3]]).to_list() == [[[1], [2, 3]]]
    assert RaggedTensor.from_nested_row_lengths([1, 2, 3], [[2], [1, 2]]).to_list() == [[[1], [2, 3]]]
    nested = RaggedTensor.from_tensor([[[1, 0], [3, 4]], [[0, 0], [5, 0]]], padding=0, ragged_rank=2)
    assert nested.to_list() == [[[1], [3, 4]], [[], [5]]]
    pairs = RaggedTensor.from_tensor([[[1, 0], [0, 0]], [[0, 0], [5, 0]]], padding=[0, 0])
    assert pairs.to_list() == [[[1, 0]], [[0, 0], [5, 0]]]
    assert RaggedTensor.from_tensor([[1, 2, 0], [3, 0, 4]], lengths=[5, 1]).to_list() == [[1, 2, 0], [3]]
    assert ragged.range([0, 10], [6, 0], [2, -3]).to_list() == [[0, 2, 4], [10, 7, 4, 1]]
    assert ragged.range(2, [4, 5]).to_list() == [[2, 3], [2, 3, 4]]


def test_lists_are_taken_apart_as_in_the_original():
    assert NESTED.row_lengths().numpy().tolist() == [2, 0, 2]
    assert NESTED.row_lengths(axis=2).to_list() == [[2, 1], [], [0, 3]]
    assert NESTED.bounding_shape().numpy().tolist() == [3, 2, 3]
    assert NESTED.bounding_shape(axis=1, out_type=tf.int32).numpy() == 2
    assert R.nrows().numpy() == 3
    assert R.value_rowids().numpy().tolist() == [0, 0, 0, 2, 2]
    assert (R.row_starts().numpy().tolist(), R.row_limits().numpy().tolist()) == ([0, 3, 3], [3, 3, 5])
    assert [s.numpy().tolist() for s in NESTED.nested_row_splits] == [[0, 2, 2, 4], [0, 2, 3, 3, 6]]
    assert [s.numpy().tolist() for s in NESTED.nested_row_lengths()] == [[2, 0, 2], [2, 1, 0, 3]]
    assert NESTED.values.to_list() == [[1, 2], [3], [], [4, 5, 6]]
    assert NESTED.flat_values.numpy().tolist() == [1, 2, 3, 4, 5, 6]
    assert NESTED.merge_dims(0, 1).to_list() == NESTED.values.to_list()
    assert NESTED.merge_dims(1, 2).to_list() == [[1, 2, 3], [], [4, 5, 6]]
    assert ragged.row_splits_to_segment_ids([0, 2, 2, 5]).numpy().tolist() == [0, 0, 2, 2, 2]
    assert ragged.segment_ids_to_row_splits([0, 0, 2], num_segments=5).numpy().tolist() == [0, 2, 2, 3, 3, 3]


def test_lists_are_filled_up_as_in_the_original():
    assert R.to_tensor(shape=[None, 2]).numpy().tolist() == [[3, 1], [0, 0], [1, 5]]
    assert R.to_tensor(shape=[2, 4]).numpy().tolist() == [[3, 1, 4, 0], [0, 0, 0, 0]]
    assert NESTED.to_tensor(9, shape=[None, 1, None]).numpy().tolist() == [[[1, 2, 9]], [[9, 9, 9]], [[9, 9, 9]]]
    assert PAIRS.to_tensor([7, 8]).numpy().tolist() == [[[1, 2], [3, 4]], [[5, 6], [7, 8]]]
    assert ragged.constant([["a"], []]).to_tensor().numpy().tolist() == [[b"a"], [b""]]
    made = NESTED.to_sparse().eval()
    assert made.indices.tolist() == [[0, 0, 0], [0, 0, 1], [0, 1, 0], [2, 1, 0], [2, 1, 1], [2, 1, 2]]
    assert made.dense_shape.tolist() == [3, 2, 3]


def test_lists_are_chosen_as_in_the_original():
    assert R[0].numpy().tolist() == [3, 1, 4]
    assert R[-1, 0].numpy() == 1
    assert NESTED[0].to_list() == [[1, 2], [3]]
    assert NESTED[2, 1].numpy().tolist() == [4, 5, 6]
    assert NESTED[:, :, 0:1].to_list() == [[[1], [3]], [], [[], [4]]]
    assert NESTED[..., 1:].to_list() == [[[2], []], [], [[], [5, 6]]]
    assert PAIRS[:, :, 0].to_list() == [[1, 3], [5]]
    assert [row.numpy().tolist() for row in R] == R.to_list()
    assert ragged.boolean_mask(R, ragged.constant([[True, False, True], [], [False, True]])).to_list() == [
        [3, 4],
        [],
        [5],
    ]
    assert ragged.boolean_mask(R, [True, False, True]).to_list() == [[3, 1, 4], [1, 5]]
    assert ragged.boolean_mask([1, 2, 3], [True, False, True]).numpy().tolist() == [1, 3]
    assert ragged.boolean_mask(NESTED, ragged.constant([[True, False], [], [False, True]])).to_list() == [
        [[1, 2]],
        [],
        [[4, 5, 6]],
    ]


def test_reductions_are_the_originals():
    assert reduce(NESTED, 2, "sum").to_list() == [[3, 3], [], [0, 15]]
    assert reduce(NESTED, 1, "sum").to_list() == [[4, 2], [], [4, 5, 6]]
    assert reduce(NESTED, [1, 2], "sum").numpy().tolist() == [6, 0, 15]
    np.testing.assert_allclose(reduce(R, 1, "mean").numpy(), [8 / 3, np.nan, 3])
    assert reduce(R, 1, "max").numpy().tolist() == [4, -(2**31), 5]
    assert reduce(R, 1, "min").numpy().tolist() == [1, 2**31 - 1, 1]
    assert reduce(R, 1, "prod").numpy().tolist() == [12, 1, 5]
    assert reduce(R, 1, "sum", keepdims=True).numpy().tolist() == [[8], [0], [6]]
    assert reduce(R > 3, 1, "any").numpy().tolist() == [True, False, True]
    assert reduce(R > 0, 1, "all").numpy().tolist() == [True, True, True]


def test_lists_among_each_other_and_with_numbers():
    assert (R + 1).to_list() == [[4, 2, 5], [], [2, 6]]
    assert (R * R).to_list() == [[9, 1, 16], [], [1, 25]]
    assert ragged.map_flat_values(lambda x, y: x * y, R, R).to_list() == (R * R).to_list()
    assert ragged.map_flat_values(tf.square, 3).numpy() == 9
    assert ragged.concat([R, [[9], [8], [7]]], axis=1).to_list() == [[3, 1, 4, 9], [8], [1, 5, 7]]
    assert ragged.stack([[1, 2], [3]]).to_list() == [[1, 2], [3]]


def test_a_ragged_tensor_shows_its_lists():
    assert repr(R) == "<tf.RaggedTensor [[3, 1, 4], [], [1, 5]]>"
    assert [row.tolist() for row in R.numpy()] == R.to_list()
    assert ragged.constant([[1], [2]]).numpy().tolist() == [[1], [2]]
    symbolic = ragged.placeholder(tf.string, 2)
    assert (symbolic.shape, symbolic.ragged_rank) == ((None, None, None), 2)
    assert "RaggedTensor" in repr(symbolic)
    with pytest.raises(TypeError, match="only traced"):
        symbolic.to_list()


def test_lists_of_the_rows_of_a_dataset():
    lines = Dataset.from_tensor_slices(["a b", "", "c d e", "f"])
    rows = lines.map(lambda line: strings.split([line])[:, :2].to_tensor("-")[0])
    assert [r.tolist() for r in rows.as_numpy_iterator()] == [[b"a", b"b"], [], [b"c", b"d"], [b"f"]]
    batches = lines.batch(2).map(lambda b: (strings.split(b).row_lengths(), strings.split(b).to_tensor("-")))
    assert [(n.tolist(), t.tolist()) for n, t in batches.as_numpy_iterator()] == [
        ([2, 0], [[b"a", b"b"], [b"-", b"-"]]),
        ([3, 1], [[b"c", b"d", b"e"], [b"f", b"-", b"-"]]),
    ]


def test_vectors_of_other_sizes_in_some_rows_are_refused():
    function, _ = trace(lambda x: RaggedTensor.from_row_lengths(x, [1]), tf.TensorSpec([1, None], tf.int32))
    column = stack_rows([np.ones((1, 2), np.int32), np.ones((1, 3), np.int32)], tf.int32)
    with pytest.raises(InvalidArgumentError, match=r"of one shape in all elements of a dataset; got \[2\] and \[3\]"):
        function.over_rows([column], 2)


REFUSED = {
    "falling splits": (lambda: RaggedTensor.from_row_splits([1, 2, 3], [0, 2, 1, 3]), r"got \[0, 2, 1, 3\]"),
    "splits that begin late": (lambda: RaggedTensor.from_row_splits([1, 2, 3], [1, 3]), "rise from 0"),
    "splits beyond the values": (lambda: RaggedTensor.from_row_splits([1, 2, 3], [0, 5]), "number of values, 3"),
    "no splits": (lambda: RaggedTensor.from_row_splits([1], tf.constant([], tf.int64)), "rise from 0"),
    "lengths of other values": (lambda: RaggedTensor.from_row_lengths([1, 2, 3], [2, 2]), "number of values, 3"),
    "negative lengths": (lambda: RaggedTensor.from_row_lengths([1], [2, -1]), "0 or more; got -1"),
    "rows out of order": (lambda: RaggedTensor.from_value_rowids([1, 2], [1, 0]), "must rise"),
    "too few rows": (lambda: RaggedTensor.from_value_rowids([1, 2], [0, 2], nrows=2), "at least 3"),
    "a length that does not fit": (lambda: RaggedTensor.from_uniform_row_length([1, 2, 3], 2), "got 3"),
    "single values": (lambda: RaggedTensor.from_row_splits(1, [0, 1]), "at least one dimension"),
    "lengths and padding": (lambda: RaggedTensor.from_tensor([[1]], [1], 0), "not by both"),
    "a vector as lists": (lambda: RaggedTensor.from_tensor([1, 2]), "more than 1 dimensions"),
    "gaps": (lambda: RaggedTensor.from_sparse(SparseTensor([[0, 1]], [1], [1, 2])), "without gaps"),
    "values at different depths": (lambda: ragged.constant([[1], 2]), "same depth"),
    "too many levels": (lambda: ragged.constant([[1]], ragged_rank=2), "at most 1"),
    "a list that is not there": (lambda: R[5], "out of bounds for 3"),
    "a list inside of lists": (lambda: R[:, 0], "use a slice"),
    "too many indices": (lambda: R[0, 0, 0], "too many indices for 2 dimensions"),
    "a new axis": (lambda: R[:, None], "whole numbers and slices"),
    "a slice without steps": (lambda: R[::0], "must not be 0"),
    "other lists to join": (lambda: ragged.concat([R, R[:1]], 1), "equally many lists"),
    "ranks to join": (lambda: ragged.concat([R, NESTED], 0), r"one rank; got ranks \[2, 3\]"),
    "single values to stack": (lambda: ragged.stack([1, 2]), "use tf.stack"),
    "a mask of other lists": (lambda: ragged.boolean_mask(R, [[True], [True], [True]]), "as long as"),
    "other lists to add": (lambda: R + R[:, :1], "agree in number and place"),
    "an axis that is not there": (lambda: reduce(R, 2, "sum"), "axis must be"),
    "an axis of lengths": (lambda: R.row_lengths(axis=0), "an axis from 1"),
    "steps of nothing": (lambda: ragged.range([1], [2], [0]), "must not be 0"),
    "a shape of more axes": (lambda: R.to_tensor(shape=[1, 2, 3]), "at most"),
    "other values for the lists": (lambda: R.with_flat_values([1]), "5 values are needed"),
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_cannot_be_is_refused_with_advice(what):
    program, message = REFUSED[what]
    with pytest.raises(InvalidArgumentError, match=message):
        program()


WRONG = {
    "a constructor": (lambda: RaggedTensor([1], [0, 1]), "make a RaggedTensor with"),
    "sums of words": (lambda: reduce(ragged.constant([["a"]]), 1, "sum"), "needs numbers; got string"),
    "truths of numbers": (lambda: reduce(R, 1, "any"), "needs truth values; got int32"),
    "a dense operation": (lambda: tf.reshape(R, [5]), r"to_tensor\(\)"),
    "a default of another type": (lambda: R.to_tensor("a"), "expected int32"),
}


@pytest.mark.parametrize("what", WRONG)
def test_what_is_of_another_type_is_refused_with_advice(what):
    program, message = WRONG[what]
    with pytest.raises(TypeError, match=message):
        program()
