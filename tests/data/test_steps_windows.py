"""Batches of all kinds, windows, and what takes them apart."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import estimax as tf
from estimax._base._errors import DataLossError, InvalidArgumentError
from estimax._base._shapes import RaggedTensorSpec, SparseTensorSpec
from estimax.contrib.data import (
    assert_element_shape,
    batch_and_drop_remainder,
    padded_batch_and_drop_remainder,
    sliding_window_batch,
)
from estimax.data import Dataset, DatasetSpec
from estimax.data._iterators import Reader
from estimax.data.experimental import dense_to_ragged_batch, dense_to_sparse_batch
from tests.data.pipelines import windows
from tests.data.reading import read

# By (size, shift, stride, drop_remainder), of 7 elements, as recorded from the original.
RECORDED = {
    (3, 3, 1, False): [[0, 1, 2], [3, 4, 5], [6]],
    (3, 3, 1, True): [[0, 1, 2], [3, 4, 5]],
    (3, 1, 1, False): [[0, 1, 2], [1, 2, 3], [2, 3, 4], [3, 4, 5], [4, 5, 6], [5, 6], [6]],
    (3, 1, 2, False): [[0, 2, 4], [1, 3, 5], [2, 4, 6], [3, 5], [4, 6], [5], [6]],
    (3, 1, 2, True): [[0, 2, 4], [1, 3, 5], [2, 4, 6]],
    (2, 5, 1, False): [[0, 1], [5, 6]],
    (2, 4, 3, False): [[0, 3], [4]],
}


@pytest.mark.parametrize("parameters", RECORDED)
def test_windows_are_those_of_the_original(parameters):
    assert read(Dataset.range(7).window(*parameters)) == RECORDED[parameters]


@given(
    st.integers(0, 30),
    st.integers(1, 6),
    st.integers(1, 8),
    st.integers(1, 4),
    st.booleans(),
    st.lists(st.sampled_from([1, 2, 5, 100]), min_size=1, max_size=3),
)
def test_windows_are_slices(count, size, shift, stride, drop, sizes):
    elements = list(range(count))
    found = read(Dataset.range(count).window(size, shift, stride, drop), sizes)
    assert found == windows(elements, size, shift, stride, drop)


def test_each_value_of_an_element_has_windows_of_its_own():
    d = Dataset.from_tensor_slices({"a": [1, 2, 3], "b": ([4, 5, 6], ["x", "y", "z"])}).window(2)
    inner = tf.TensorSpec([], tf.int32)
    assert d.element_spec == {
        "a": DatasetSpec(inner),
        "b": (DatasetSpec(inner), DatasetSpec(tf.TensorSpec([], tf.string))),
    }
    (first, second) = d
    assert list(first["b"][1].as_numpy_iterator()) == [b"x", b"y"]
    assert [int(i) for i in second["a"].as_numpy_iterator()] == [3]
    assert len(first["a"]) == 2


def test_windows_are_batched_and_joined_as_programs_do_it():
    d = Dataset.from_tensor_slices(([1, 2, 3], [4.0, 5.0, 6.0]))
    pairs = d.window(2, 1, drop_remainder=True).flat_map(lambda a, b: Dataset.zip((a.batch(2), b.batch(2))))
    assert read(pairs) == [([1, 2], [4.0, 5.0]), ([2, 3], [5.0, 6.0])]
    assert pairs.element_spec[0].shape.as_list() == [None]
    series = (
        Dataset.range(6).window(4, 1, drop_remainder=True).flat_map(lambda w: w.batch(4)).map(lambda w: (w[:3], w[3]))
    )
    assert read(series) == [([0, 1, 2], 3), ([1, 2, 3], 4), ([2, 3, 4], 5)]
    assert read(Dataset.range(5).window(2).map(lambda w: w.reduce(np.int64(0), lambda a, b: a + b))) == [1, 5, 4]
    assert read(Dataset.range(5).window(2).map(lambda w: w.batch(9).get_single_element()[0] * 2)) == [0, 4, 8]
    assert read(Dataset.range(5).window(2).flat_map(lambda w: w.skip(1))) == [1, 3]
    assert read(Dataset.range(6).apply(sliding_window_batch(3, window_shift=2))) == [[0, 1, 2], [2, 3, 4]]
    assert read(d.apply(sliding_window_batch(2))) == read(pairs)


def test_a_function_may_make_datasets_that_another_joins():
    d = Dataset.range(4).map(lambda i: Dataset.range(i).map(lambda j: (i, j)))
    assert d.element_spec == DatasetSpec((tf.TensorSpec([], tf.int64),) * 2)
    assert read(d.flat_map(lambda inner: inner)) == [(1, 0), (2, 0), (2, 1), (3, 0), (3, 1), (3, 2)]
    assert read(d.interleave(lambda inner: inner, 3)) == [(1, 0), (2, 0), (3, 0), (2, 1), (3, 1), (3, 2)]


def test_sliding_windows_hold_each_element_once():
    reader = Reader(Dataset.range(10_000).window(5000, 1).step, 1)
    state = 0
    for _ in range(4):
        (column,) = reader.next(1000).columns
        state = max(state, column.pool.size)
    assert state <= 6000
    reader = Reader(Dataset.range(10_000).window(100, 1).shuffle(50).step, 1)
    reader.next(1000)
    held = reader.state()["position"]["held"]
    assert sum(columns[0]["pool"][1] for columns, _ in held) <= 50 * 100


BATCHES = {
    "ragged": (
        lambda d: d.ragged_batch(2),
        RaggedTensorSpec([None, None], tf.int64, 1),
        [[[], [1]], [[2, 2], [3, 3, 3]], [[4, 4, 4, 4]]],
    ),
    "ragged, of one size": (
        lambda d: d.apply(dense_to_ragged_batch(2, drop_remainder=True)),
        RaggedTensorSpec([2, None], tf.int64, 1),
        [[[], [1]], [[2, 2], [3, 3, 3]]],
    ),
    "sparse": (
        lambda d: d.sparse_batch(3, [5]),
        SparseTensorSpec([None, 5], tf.int64),
        [
            [[[1, 0], [2, 0], [2, 1]], [1, 2, 2], [3, 5]],
            [[[0, i] for i in range(3)] + [[1, i] for i in range(4)], [3] * 3 + [4] * 4, [2, 5]],
        ],
    ),
    "sparse, as wide as need be": (
        lambda d: d.take(3).apply(dense_to_sparse_batch(2, [None])),
        SparseTensorSpec([None, None], tf.int64),
        [[[[1, 0]], [1], [2, 1]], [[[0, 0], [0, 1]], [2, 2], [1, 2]]],
    ),
    "padded": (
        lambda d: d.padded_batch(3),
        tf.TensorSpec([None, None], tf.int64),
        [[[0, 0], [1, 0], [2, 2]], [[3, 3, 3, 0], [4, 4, 4, 4]]],
    ),
    "padded to a shape": (
        lambda d: d.take(2).padded_batch(3, [4], -1),
        tf.TensorSpec([None, 4], tf.int64),
        [[[-1, -1, -1, -1], [1, -1, -1, -1]]],
    ),
    "padded, of one size": (
        lambda d: d.apply(padded_batch_and_drop_remainder(2, [None], tf.constant(7, tf.int64))),
        tf.TensorSpec([2, None], tf.int64),
        [[[7], [1]], [[2, 2, 7], [3, 3, 3]]],
    ),
    "of numbers": (
        lambda _: Dataset.range(5).apply(batch_and_drop_remainder(2)),
        tf.TensorSpec([2], tf.int64),
        [[0, 1], [2, 3]],
    ),
    "rebatched": (
        lambda _: Dataset.range(7).batch(4).rebatch(3),
        tf.TensorSpec([None], tf.int64),
        [[0, 1, 2], [3, 4, 5], [6]],
    ),
    "ragged numbers": (lambda _: Dataset.range(3).ragged_batch(2), tf.TensorSpec([None], tf.int64), [[0, 1], [2]]),
}


@pytest.mark.parametrize("kind", BATCHES)
@pytest.mark.parametrize("sizes", [(100,), (1,)])
def test_batches_of_different_elements(kind, sizes):
    make, spec, wanted = BATCHES[kind]
    d = make(Dataset.range(5).map(lambda i: tf.fill([i], i)))
    assert d.element_spec == spec
    assert read(d, sizes) == wanted


def test_inner_axes_of_one_known_size_are_not_ragged():
    assert Dataset.range(3).map(lambda i: tf.fill([i, 2], i)).ragged_batch(2).element_spec == RaggedTensorSpec(
        [None, None, 2], tf.int64, 1
    )
    d = Dataset.range(1, 4).map(lambda i: tf.fill([2, i], i)).ragged_batch(2)
    assert d.element_spec == RaggedTensorSpec([None, 2, None], tf.int64, 2)
    assert read(d) == [[[[1], [1]], [[2, 2], [2, 2]]], [[[3, 3, 3], [3, 3, 3]]]]


def test_padding_fills_every_axis_of_every_value():
    d = Dataset.range(1, 3).map(lambda i: {"a": tf.fill([i], i), "s": tf.fill([i, 2], "q"), "c": i})
    given = {"a": [3], "s": [None, 3], "c": []}
    d = d.padded_batch(2, given, {"a": 7, "s": "-", "c": 0})
    (found,) = read(d)
    assert found["a"] == [[1, 7, 7], [2, 2, 7]]
    assert found["s"] == [[[b"q", b"q", b"-"], [b"-"] * 3], [[b"q", b"q", b"-"]] * 2]
    assert found["c"] == [1, 2]
    assert d.output_shapes["s"].as_list() == [None, None, 3]


@given(st.lists(st.tuples(*[st.integers(0, 3)] * 3), min_size=1, max_size=6), st.integers(1, 4), st.booleans())
def test_padded_elements_are_corners_of_what_they_are_padded_to(shapes, size, are_texts):
    values = [np.arange(np.prod(s)).reshape(s) + 1 for s in shapes]
    flat = np.concatenate([v.ravel() for v in values])
    starts = np.cumsum([0, *(v.size for v in values[:-1])])
    d = Dataset.from_tensor_slices((starts, np.array([v.size for v in values]), np.array(shapes)))
    d = d.map(lambda start, count, shape: tf.reshape(tf.constant(flat, tf.int64)[start : start + count], shape))
    d = d.map(tf.as_string) if are_texts else d
    for number, batch in enumerate(d.padded_batch(size).as_numpy_iterator()):
        group = values[number * size : (number + 1) * size]
        assert batch.shape == (len(group), *np.max([v.shape for v in group], axis=0))
        for value, row in zip(group, batch):
            wanted = np.full(row.shape, b"" if are_texts else 0, row.dtype)
            corner = tuple(slice(0, n) for n in value.shape)
            wanted[corner] = np.vectorize(lambda n: str(n).encode(), otypes=[object])(value) if are_texts else value
            assert (row == wanted).all()


def of_sizes(*sizes):
    return Dataset.from_tensor_slices(list(sizes)).map(lambda n: tf.fill([n], n))


BAD_CALLS = {
    "size must be at least 1; got 0": lambda d: d.window(0),
    "shift must be at least 1; got 0": lambda d: d.window(2, 0),
    "stride must be at least 1; got -1": lambda d: d.window(2, 1, -1),
    "size must be an integer; got 1.5": lambda d: d.window(1.5),
    "cannot be put together in a batch": lambda d: d.window(2).batch(2),
    r"unbatch needs values with a first axis; got TensorSpec": lambda d: d.unbatch(),
    r"unbatch needs values with a first axis; got DatasetSpec": lambda d: d.window(2).unbatch(),
    "first axes of one size": lambda d: Dataset.from_tensors(([1, 2], [3, 4, 5])).unbatch(),
    "is a list of sizes": lambda d: d.padded_batch(2, 5),
    r"a padded shape of \(None,\) does not fit elements of shape \(\)": lambda d: d.padded_batch(2, [None]),
    r"a padded shape of \(2,\) does not fit": lambda d: Dataset.from_tensors([1, 2, 3]).padded_batch(2, [2]),
    r"padded_shapes must have an entry for each of \['a', 'b'\]": lambda d: d.map(
        lambda i: {"a": i, "b": i}
    ).padded_batch(2, {"a": []}),
    "padded_shapes must have 2 entries": lambda d: d.enumerate().padded_batch(2, ([],)),
    "int64 elements cannot be padded with -1.5": lambda d: d.padded_batch(2, padding_values=-1.5),
    "must be of that type; got .*int32": lambda d: d.padded_batch(2, padding_values=tf.constant(1)),
    "must be a single one": lambda d: d.padded_batch(2, padding_values=tf.constant([1], tf.int64)),
    "padded_batch takes dense elements": lambda d: d.batch(2).ragged_batch(2).padded_batch(2),
    "sparse_batch takes elements that are one dense value": lambda d: d.enumerate().sparse_batch(2, []),
    "row_shape .* does not fit": lambda d: d.sparse_batch(2, [1]),
    "batch_size must be at least 1": lambda d: d.padded_batch(-1),
    "stride or window_shift": lambda d: d.apply(sliding_window_batch(2, 1, 1)),
    "are not compatible": lambda d: d.batch(2, True).apply(assert_element_shape([3])),
}


@pytest.mark.parametrize("message", BAD_CALLS)
def test_a_bad_call_is_refused_where_it_stands(message):
    with pytest.raises((TypeError, ValueError), match=message):
        BAD_CALLS[message](Dataset.range(4))


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda d: d.padded_batch(2, [2]), DataLossError, "is to have the size 2, and an element has 3"),
        (lambda d: d.sparse_batch(2, [2]), DataLossError, "is to have the size 2, and an element has 3"),
        (
            lambda d: d.map(lambda v: (v, v[1:])).unbatch(),
            InvalidArgumentError,
            "component 0 has 1 and component 1 has 0",
        ),
        (lambda d: d.batch(2), InvalidArgumentError, r"has shape \[1\] and of element 1 \[3\]"),
    ],
)
def test_bad_elements_are_reported_when_they_are_read(make, error, message):
    with pytest.raises(error, match=message):
        read(make(of_sizes(1, 3)))


def test_shapes_that_are_said_are_known():
    d = of_sizes(3, 3).apply(assert_element_shape([3]))
    assert d.output_shapes.as_list() == [3]
    assert read(d) == [[3] * 3] * 2
    assert d.batch(2).output_shapes.as_list() == [None, 3]
