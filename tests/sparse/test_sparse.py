"""Sparse Tensors: the results of the original, NumPy's on dense arrays, and what is refused."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import estimax as tf
from estimax import sparse
from estimax._base._errors import InvalidArgumentError
from estimax._graph._composite import SparseTensor
from estimax._graph._function import trace
from estimax._graph._tensor import SparseTensorValue
from estimax.data import Dataset

A = SparseTensor([[0, 1], [1, 0], [1, 2]], [1.0, 2.0, 3.0], [2, 3])
B = SparseTensor([[0, 1], [0, 2], [1, 0]], [10.0, 20.0, -2.0], [2, 3])
C = SparseTensor([[0, 1], [2, 0]], [-1.0, -2.0], [3, 3])
IDS = SparseTensor([[0, 0], [0, 1], [1, 0]], [2, 0, 3], [2, 2])
GAPS = SparseTensor([[0, 1], [3, 0], [3, 2]], [1.0, 2.0, 3.0], [5, 3])

SHAPES = st.tuples(st.integers(0, 4), st.integers(0, 4))


def parts(tensor):
    return [np.asarray(p).tolist() for p in tensor.eval()]


def matrices(count):
    """So many matrices of small integers, of one shape, half of whose elements are 0."""

    def of_shape(shape):
        cells = st.lists(
            st.sampled_from([0, 0, 0, 1, 2, -3]), min_size=shape[0] * shape[1], max_size=shape[0] * shape[1]
        )
        return st.tuples(*[cells.map(lambda c: np.array(c, np.int64).reshape(shape))] * count)

    return SHAPES.flatmap(of_shape)


@given(matrices(1))
def test_a_dense_tensor_survives_being_sparse(given_):
    (x,) = given_
    made = sparse.from_dense(x)
    assert made.eval().dense_shape.tolist() == list(x.shape)
    assert (made.eval().values != 0).all()
    np.testing.assert_array_equal(sparse.to_dense(made).numpy(), x)


@settings(max_examples=30)
@given(matrices(2))
def test_arithmetic_is_that_of_dense_tensors(given_):
    x, y = given_
    a, b = sparse.from_dense(x), sparse.from_dense(y)
    for combined, wanted in (
        (sparse.add(a, b), x + y),
        (sparse.maximum(a, b), np.maximum(x, y)),
        (sparse.minimum(a, b), np.minimum(x, y)),
        (sparse.transpose(a), x.T),
        (sparse.concat(0, [a, b, a]), np.concatenate([x, y, x])),
        (sparse.concat(1, [a, b]), np.concatenate([x, y], 1)),
        (sparse.slice(a, [1, 0], [2, 3]), x[1:3, :3]),
        (sparse.expand_dims(a, 1), x[:, None]),
        (sparse.reshape(a, [x.size]), x.reshape(-1)),
    ):
        np.testing.assert_array_equal(sparse.to_dense(combined).numpy(), wanted)
    np.testing.assert_array_equal(sparse.add(a, y).numpy(), x + y)
    np.testing.assert_array_equal(sparse.matmul(a, y.T).numpy(), x @ y.T)
    for axis in (None, 0, 1):
        np.testing.assert_array_equal(sparse.reduce_sum(a, axis).numpy(), x.sum(axis))


@given(matrices(1), st.integers(1, 3))
def test_parts_are_those_of_dense_tensors(given_, number):
    (x,) = given_
    if x.shape[1] < number:
        with pytest.raises(InvalidArgumentError, match="at least that size"):
            sparse.split(sparse.from_dense(x), number, axis=1)
        return
    split = sparse.split(sparse.from_dense(x), number, axis=1)
    for part, wanted in zip(split, np.array_split(x, number, axis=1)):
        np.testing.assert_array_equal(sparse.to_dense(part).numpy(), wanted)


RECORDED = {
    "add": (lambda: sparse.add(A, B), [[0, 1], [0, 2], [1, 0], [1, 2]], [11.0, 20.0, 0.0, 3.0], [2, 3]),
    "add with a threshold": (lambda: sparse.add(A, B, 0.5), [[0, 1], [0, 2], [1, 2]], [11.0, 20.0, 3.0], [2, 3]),
    "maximum": (lambda: sparse.maximum(A, B), [[0, 1], [0, 2], [1, 0], [1, 2]], [10.0, 20.0, 2.0, 3.0], [2, 3]),
    "minimum": (lambda: sparse.minimum(A, B), [[0, 1], [0, 2], [1, 0], [1, 2]], [1.0, 0.0, -2.0, 0.0], [2, 3]),
    "concat of other sizes": (
        lambda: sparse.concat(1, [A, SparseTensor([[2, 0]], [1.0], [3, 1])], expand_nonconcat_dim=True),
        [[0, 1], [1, 0], [1, 2], [2, 3]],
        [1.0, 2.0, 3.0, 1.0],
        [3, 4],
    ),
    "reshape": (lambda: sparse.reshape(A, [3, -1]), [[0, 1], [1, 1], [2, 1]], [1.0, 2.0, 3.0], [3, 2]),
    "reorder": (
        lambda: sparse.reorder(SparseTensor([[1, 0], [0, 1], [0, 0]], [1, 2, 3], [2, 2])),
        [[0, 0], [0, 1], [1, 0]],
        [3, 2, 1],
        [2, 2],
    ),
    "a slice beyond the shape": (lambda: sparse.slice(A, [1, 1], [5, 5]), [[0, 1]], [3.0], [1, 2]),
    "a slice outside of the shape": (lambda: sparse.slice(A, [3, 1], [5, 5]), [], [], [0, 2]),
    "retain": (lambda: sparse.retain(A, [True, False, True]), [[0, 1], [1, 2]], [1.0, 3.0], [2, 3]),
    "fill_empty_rows": (
        lambda: sparse.fill_empty_rows(GAPS, -1.0)[0],
        [[0, 1], [1, 0], [2, 0], [3, 0], [3, 2], [4, 0]],
        [1.0, -1.0, -1.0, 2.0, 3.0, -1.0],
        [5, 3],
    ),
    "fill_empty_rows out of order": (
        lambda: sparse.fill_empty_rows(SparseTensor([[1, 2], [0, 1], [1, 0]], [1, 2, 3], [3, 3]), 7)[0],
        [[0, 1], [1, 2], [1, 0], [2, 0]],
        [2, 1, 3, 7],
        [3, 3],
    ),
    "reset_shape": (lambda: sparse.reset_shape(GAPS), [[0, 1], [3, 0], [3, 2]], [1.0, 2.0, 3.0], [4, 3]),
    "reset_shape to another": (lambda: sparse.reset_shape(C, [5, 9]), [[0, 1], [2, 0]], [-1.0, -2.0], [5, 9]),
    "sums": (lambda: sparse.reduce_sum_sparse(C, 1), [[0], [2]], [-1.0, -2.0], [3]),
    "greatest": (lambda: sparse.reduce_max(C, 1, output_is_sparse=True), [[0], [2]], [-1.0, -2.0], [3]),
    "transpose": (
        lambda: sparse.transpose(SparseTensor([[0, 1, 2], [1, 0, 1]], [1, 2], [2, 3, 4]), [1, 2, 0]),
        [[0, 1, 1], [1, 2, 0]],
        [2, 1],
        [3, 4, 2],
    ),
    "merge": (
        lambda: sparse.merge(IDS, IDS.with_values([0.5, 0.0, 0.25]), 5),
        [[0, 0], [0, 2], [1, 3]],
        [0.0, 0.5, 0.25],
        [2, 5],
    ),
    "merge of two": (
        lambda: sparse.merge([IDS, IDS], IDS, [5, 6]),
        [[0, 0, 0], [0, 2, 2], [1, 3, 3]],
        [0, 2, 3],
        [2, 5, 6],
    ),
    "eye": (lambda: sparse.eye(2, 3), [[0, 0], [1, 1]], [1.0, 1.0], [2, 3]),
    "map_values": (lambda: sparse.map_values(tf.square, A), [[0, 1], [1, 0], [1, 2]], [1.0, 4.0, 9.0], [2, 3]),
}


@pytest.mark.parametrize("what", RECORDED)
def test_results_are_the_originals(what):
    call, *wanted = RECORDED[what]
    assert parts(call()) == wanted


def test_dense_results_are_the_originals():
    assert sparse.reduce_max(C).numpy() == -1
    assert sparse.reduce_max(C, 0).numpy().tolist() == [-2, -1, 0]
    assert sparse.reduce_sum(A, 1, keepdims=True).numpy().tolist() == [[1], [5]]
    assert sparse.to_indicator(IDS, 5).numpy().astype(int).tolist() == [[1, 0, 1, 0, 0], [0, 0, 0, 1, 0]]
    assert sparse.matmul(A, tf.constant([[1.0, 0], [0, 1]]), adjoint_a=True).numpy().tolist() == [
        [0, 2],
        [1, 0],
        [0, 3],
    ]
    assert sparse.fill_empty_rows(GAPS, -1.0)[1].numpy().tolist() == [False, True, True, False, True]


def test_values_are_put_in_their_places():
    assert sparse.sparse_to_dense([1, 3], [5], [1.0, 2.0]).numpy().tolist() == [0, 1, 0, 2, 0]
    assert sparse.sparse_to_dense([[0, 1], [1, 0]], [2, 2], 1.0, -1.0).numpy().tolist() == [[-1, 1], [1, -1]]
    assert sparse.sparse_to_dense(3, [5], True, False).numpy().tolist() == [False, False, False, True, False]
    assert sparse.sparse_to_dense([0], [2], "a").numpy().tolist() == [b"a", b""]
    unordered = SparseTensor([[1, 0], [0, 1]], [1, 2], [2, 2])
    assert sparse.to_dense(unordered, validate_indices=False).numpy().tolist() == [[0, 2], [1, 0]]


def test_labels_are_spread_on_the_device_too():
    jnp = pytest.importorskip("jax.numpy")
    spread = sparse.sparse_to_dense(jnp.array([[0, 2], [1, 0]]), [2, 3], 1.0, 0.0)
    assert np.asarray(spread).tolist() == [[0, 0, 1], [1, 0, 0]]
    product = sparse.matmul(A, jnp.eye(3))
    assert np.asarray(product).tolist() == [[0, 1, 0], [2, 0, 3]]


def test_a_sparse_tensor_is_what_it_is_made_of():
    assert A.shape == (2, 3)
    assert A.dtype is tf.float32
    assert A.indices.numpy().tolist() == [[0, 1], [1, 0], [1, 2]]
    assert A.dense_shape.numpy().tolist() == [2, 3]
    assert SparseTensor.from_value(SparseTensorValue([[0]], ["a"], [2])).values.numpy().tolist() == [b"a"]
    assert repr(C) == "SparseTensor(indices=[[0, 1], [2, 0]], values=[-1.0, -2.0], dense_shape=[3, 3])"
    assert sparse.to_dense(SparseTensorValue([[0]], [1], [2])).numpy().tolist() == [1, 0]
    assert parts(SparseTensor([], np.zeros(0), [2, 3])) == [[], [], [2, 3]]
    assert parts(A * 2.0 - A) == parts(A)


def test_a_placeholder_stands_for_a_sparse_tensor():
    x = sparse.placeholder(tf.int64, [None, 3])
    assert (x.shape, x.dtype) == ((None, 3), tf.int64)
    assert sparse.to_dense(x).shape == (None, 3)
    assert "SparseTensor" in repr(x)


def test_batches_of_sparse_elements_are_sparse():
    rows = np.array([[0, 1, 0], [2, 0, 3], [0, 0, 0], [4, 5, 6]])
    batches = Dataset.from_tensor_slices(rows).map(sparse.from_dense).batch(2)
    assert [b.tolist() for b in batches.map(sparse.to_dense).as_numpy_iterator()] == [
        [[0, 1, 0], [2, 0, 3]],
        [[0, 0, 0], [4, 5, 6]],
    ]
    sums = batches.map(lambda b: sparse.reduce_sum(b, 0))
    assert [s.tolist() for s in sums.as_numpy_iterator()] == [[2, 1, 3], [4, 5, 6]]


def test_an_element_that_is_misplaced_in_one_of_many_rows_is_named():
    function, _ = trace(lambda i: sparse.sparse_to_dense(i, [4], 1), tf.TensorSpec([2], tf.int64))
    with pytest.raises(InvalidArgumentError, match=r"indices\[1\] = \[0\] is out of order"):
        function.over_rows([np.array([[0, 1], [3, 0]])], 2)


REFUSED = {
    "an index outside": (
        lambda: sparse.to_dense(SparseTensor([[0, 5]], [1], [2, 2])),
        r"indices\[0\] = \[0, 5\] is out",
    ),
    "an order": (
        lambda: sparse.to_dense(SparseTensor([[1, 0], [0, 1]], [1, 2], [2, 2])),
        r"indices\[1\] = \[0, 1\] is out of order.*reorder",
    ),
    "a place twice": (
        lambda: sparse.to_dense(SparseTensor([[0, 1], [0, 1]], [1, 2], [2, 2])),
        r"indices\[1\] = \[0, 1\] is there twice",
    ),
    "too few indices": (lambda: SparseTensor([[0, 1]], [1, 2], [2, 2]), r"got indices \(1, 2\), values \(2,\)"),
    "indices of another rank": (lambda: SparseTensor([[0, 1]], [1], [2]), "one size for each axis"),
    "a vector of indices": (lambda: SparseTensor([0], [1], [2]), r"indices \[n, rank\]"),
    "a default of another shape": (lambda: sparse.to_dense(A, [1.0]), "single float32"),
    "too few values": (lambda: sparse.sparse_to_dense([0, 1], [3], [1, 2, 3]), "got 3 for 2 elements"),
    "indices of another width": (lambda: sparse.sparse_to_dense([[0, 1]], [3], 1), "an index of 1 numbers"),
    "shapes that do not fit": (lambda: sparse.add(A, C), "add: shapes"),
    "shapes that do not join": (lambda: sparse.concat(0, [A, SparseTensor([[0, 0]], [1.0], [1, 1])]), "equal sizes"),
    "a shape that is not filled": (lambda: sparse.reshape(A, [4, -1]), r"6 places, which do not fill shape \[4, -1\]"),
    "too many parts": (lambda: sparse.split(A, 4, 1), "4 parts"),
    "an axis that is not there": (lambda: sparse.reduce_sum(A, 2), "axis must be from -2 to 1"),
    "an order of other axes": (lambda: sparse.transpose(A, [0, 0]), "each of 2 axes"),
    "a smaller shape": (lambda: sparse.reset_shape(GAPS, [3, 3]), "at least"),
    "truths of another number": (lambda: sparse.retain(A, [True]), "each of 3 elements; got 1"),
    "values of another number": (lambda: A.with_values([1.0]), "3 values are needed"),
    "matrices that do not fit": (lambda: sparse.matmul(A, tf.ones([2, 2])), "cannot be multiplied"),
    "ids without a place": (lambda: sparse.to_indicator(IDS, 3), r"\[1, 3\] is out of bounds"),
    "values in other places": (lambda: A + B, "agree in number and place"),
    "nothing to join": (lambda: sparse.concat(0, []), "at least one"),
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_cannot_be_is_refused_with_advice(what):
    program, message = REFUSED[what]
    with pytest.raises(InvalidArgumentError, match=message):
        program()


WRONG = {
    "a dense tensor": (lambda: sparse.to_dense(tf.constant([1])), r"takes a SparseTensor.*from_dense"),
    "fractions as indices": (lambda: SparseTensor([[0.5]], [1], [2]), "int64"),
    "sums of strings": (lambda: sparse.reduce_sum(sparse.from_dense(["a"])), "needs numbers; got string"),
    "a dense tensor among sparse ones": (lambda: A + tf.ones([2, 3]), r"to_dense"),
    "a dense operation": (lambda: tf.reshape(A, [6]), r"dense Tensors"),
    "no sparse tensor": (lambda: sparse.map_values(tf.square, 1.0), "needs a SparseTensor"),
}


@pytest.mark.parametrize("what", WRONG)
def test_what_is_not_sparse_is_refused_with_advice(what):
    program, message = WRONG[what]
    with pytest.raises(TypeError, match=message):
        program()
