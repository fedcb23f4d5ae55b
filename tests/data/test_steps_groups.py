"""`group_by_window`, `bucket_by_sequence_length` and `group_by_reducer`."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import estimax as tf
from estimax._base._errors import InvalidArgumentError
from estimax.data import Dataset, experimental
from estimax.data.experimental import Reducer
from tests.data.pipelines import groups, padded
from tests.data.reading import read

LENGTHS = [3, 1, 5, 2, 9, 4, 2, 8, 1, 3, 6, 7]


def words(lengths=LENGTHS):
    return Dataset.from_tensor_slices(np.array(lengths)).map(lambda n: tf.fill([n], n))


def test_groups_are_those_of_the_original():
    d = Dataset.range(17).group_by_window(lambda i: (i * 7) % 4, lambda _, w: w.batch(100), 3)
    assert read(d) == [[0, 4, 8], [1, 5, 9], [2, 6, 10], [3, 7, 11], [12, 16], [15], [14], [13]]
    d = Dataset.range(17).group_by_window(lambda i: i % 3, lambda _, w: w.batch(2), window_size_func=lambda k: k + 1)
    assert read(d) == [
        *([[0], [3], [1, 4], [6], [2, 5], [8], [9], [7, 10], [12], [15], [13, 16], [11, 14]]),
    ]
    d = Dataset.range(10).group_by_window(lambda i: -(i % 3), lambda _, w: w.batch(100), 5)
    assert read(d) == [[2, 5, 8], [1, 4, 7], [0, 3, 6, 9]]
    d = Dataset.range(12).group_by_window(
        lambda i: i % 3, lambda key, w: w.map(lambda i: i * 10 + key), window_size_func=lambda key: key + 1
    )
    assert read(d) == [0, 30, 11, 41, 60, 22, 52, 82, 90, 71, 101, 112]
    assert read(Dataset.range(4).group_by_window(lambda i: 1, lambda _, w: w.batch(2), 2)) == [[0, 1], [2, 3]]


@given(
    st.lists(st.integers(-3, 3), max_size=40),
    st.integers(1, 5),
    st.lists(st.sampled_from([1, 3, 50]), min_size=1, max_size=3),
)
def test_groups_are_those_of_one_element_at_a_time(keys, size, sizes):
    d = Dataset.from_tensor_slices((np.array(keys, np.int64), np.arange(len(keys))))
    d = d.group_by_window(
        lambda key, _: key,
        lambda key, w: w.map(lambda _, i: i).batch(99).map(lambda w: (key, w)),
        window_size_func=lambda key: tf.abs(key) + size,
    )
    assert read(d, sizes) == groups(keys, range(len(keys)), lambda key: abs(key) + size)


def test_elements_of_groups_keep_their_structure():
    d = Dataset.range(5).map(lambda i: {"a": i, "b": tf.as_string(i)})
    d = d.apply(
        experimental.group_by_window(lambda e: e["a"] % 2, lambda key, w: w.map(lambda e: {"k": key, **e}).batch(2), 2)
    )
    assert read(d) == [
        {"k": [0, 0], "a": [0, 2], "b": [b"0", b"2"]},
        {"k": [1, 1], "a": [1, 3], "b": [b"1", b"3"]},
        {"k": [0], "a": [4], "b": [b"4"]},
    ]


BUCKETS = {
    "padded to the longest": ({}, [[1, 2], [3, 5, 4], [9, 8], [2, 1], [6, 7], [3]], None),
    "without remainders": ({"drop_remainder": True}, [[1, 2], [3, 5, 4], [9, 8], [2, 1], [6, 7]], None),
    "to a shape": ({"padded_shapes": [10]}, [[1, 2], [3, 5, 4], [9, 8], [2, 1], [6, 7], [3]], lambda _: 10),
}


@pytest.mark.parametrize("kind", BUCKETS)
def test_buckets_are_those_of_the_original(kind):
    options, lengths, longest = BUCKETS[kind]
    d = words().bucket_by_sequence_length(tf.size, [3, 6], [2, 3, 2], **options)
    assert read(d) == [padded([[n] * n for n in batch], longest and longest(batch)) for batch in lengths]
    assert d.element_spec == tf.TensorSpec([None, 10 if longest else None], tf.int64)


def test_buckets_may_be_padded_to_their_boundaries():
    d = words([n for n in LENGTHS if n < 6])
    d = d.bucket_by_sequence_length(tf.size, [3, 6], [2, 3, 2], pad_to_bucket_boundary=True, padding_values=-1)
    assert read(d)[:2] == [[[1, -1], [2, 2]], [[3, 3, 3, -1, -1], [5] * 5, [4, 4, 4, 4, -1]]]
    d = words().bucket_by_sequence_length(tf.size, [3, 6], [2, 3, 2], pad_to_bucket_boundary=True)
    with pytest.raises(InvalidArgumentError, match="shorter than the last boundary, 6"):
        read(d)


def test_buckets_of_equal_elements_need_no_padding():
    d = Dataset.from_tensor_slices(LENGTHS)
    d = d.apply(experimental.bucket_by_sequence_length(lambda n: n, [3, 6], [2, 3, 2], no_padding=True))
    assert read(d) == [[1, 2], [3, 5, 4], [9, 8], [2, 1], [6, 7], [3]]


def test_elements_of_a_key_are_reduced_to_one():
    reducer = Reducer(lambda _: (0, ""), lambda s, i: (s[0] + i, s[1] + "x"), lambda total, n: {"sum": total, "n": n})
    d = Dataset.range(10).map(lambda i: tf.cast(i, tf.int32))
    d = d.apply(experimental.group_by_reducer(lambda i: -tf.cast(i % 3, tf.int64), reducer))
    assert read(d) == [{"sum": 15, "n": b"xxx"}, {"sum": 12, "n": b"xxx"}, {"sum": 18, "n": b"xxxx"}]
    assert read(Dataset.range(0).group_by_reducer(lambda i: i, reducer_of_sums())) == []


def reducer_of_sums():
    return Reducer(lambda _: np.int64(0), lambda s, i: s + i, lambda s: s)


BAD_CALLS = {
    "give one of window_size and window_size_func": lambda d: d.group_by_window(lambda i: i, lambda _, w: w),
    "one of window_size": lambda d: d.group_by_window(lambda i: i, lambda _, w: w, 2, lambda key: key),
    "window_size must be at least 1": lambda d: d.group_by_window(lambda i: i, lambda _, w: w, 0),
    r"key_func must return one int64; .*tf\.cast": lambda d: d.group_by_window(
        lambda i: tf.cast(i, tf.int32), lambda _, w: w, 2
    ),
    r"one int64; it returned .*shape=\(1,\)": lambda d: d.group_by_window(lambda i: tf.stack([i]), lambda _, w: w, 2),
    "group_by_window must return a Dataset": lambda d: d.group_by_window(lambda i: i, lambda key, _: key, 2),
    "bucket_batch_sizes have one entry more": lambda d: d.bucket_by_sequence_length(lambda i: i, [3, 6], [2, 3]),
    "boundaries must rise": lambda d: d.bucket_by_sequence_length(lambda i: i, [6, 3], [2, 3, 2]),
    "given to reduce_func must return a state": lambda d: d.group_by_reducer(
        lambda i: i, Reducer(lambda _: 0, lambda s, i: i, lambda s: s)
    ),
}


@pytest.mark.parametrize("message", BAD_CALLS)
def test_a_bad_call_is_refused_where_it_stands(message):
    with pytest.raises((TypeError, ValueError), match=message):
        BAD_CALLS[message](Dataset.range(4))


def test_a_window_of_no_size_is_an_error():
    d = Dataset.range(9).group_by_window(lambda i: i % 3, lambda _, w: w, window_size_func=lambda key: 2 - key)
    with pytest.raises(InvalidArgumentError, match="at least 1 element; got 0 for key 2"):
        read(d)
