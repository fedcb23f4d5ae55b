"""Datasets within `flat_map`: made of many elements at once, or read one by one, they hold the same."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import estimax as tf
from estimax._base._errors import InvalidArgumentError
from estimax.data import Dataset, TextLineDataset
from estimax.data._lifted import CannotLift, can_lift, lifted
from tests.data.reading import read

# Datasets of an element (n, values), where `values` is [n, 2].
STARTS = {
    "from_tensors": lambda n, v: Dataset.from_tensors((n, tf.reduce_sum(v))),
    "from_tensor_slices": lambda n, v: Dataset.from_tensor_slices(v).map(lambda row: (n, row[0])),
    "range": lambda n, v: Dataset.range(n, 2 * n, 1).map(lambda i: (i, tf.cast(i, tf.float32))),
    "counted down": lambda n, v: Dataset.range(n, -3, -2).map(lambda i: (i, tf.size(v))),
    "the same for all": lambda n, v: Dataset.from_tensor_slices(([1, 2], ["a", "b"])),
    "nothing": lambda n, v: Dataset.range(0).map(lambda i: (i, i)),
    "a flat_map": lambda n, v: Dataset.range(n).flat_map(lambda i: Dataset.range(i).map(lambda j: (i * n, j))),
}
STEPS = {
    "map": lambda d, n: d.map(lambda a, b: (tf.cast(a, tf.int64) + n, b)),
    "filter": lambda d, n: d.filter(lambda a, _: tf.not_equal(tf.cast(a, tf.int64) % 3, n % 3)),
    "take": lambda d, n: d.take(n - 1),
    "take some": lambda d, n: d.take(2),
    "skip": lambda d, n: d.skip(n % 2),
    "skip all": lambda d, n: d.skip(n - 2),
    "repeat": lambda d, n: d.repeat(n % 3),
    "zip": lambda d, n: Dataset.zip((d, d.skip(1))).map(lambda a, b: (a[0], b[1])),
    "enumerate": lambda d, n: d.enumerate(n).map(lambda i, pair: (i, pair[1])),
    "concatenate": lambda d, n: d.concatenate(d.take(1)),
    "batch and unbatch": lambda d, n: d.batch(2).flat_map(lambda a, b: Dataset.from_tensor_slices((a, b))),
    "batch": lambda d, n: d.batch(3, drop_remainder=True).map(lambda a, b: (tf.size(a), b[0])),
    "prefetch": lambda d, n: d.prefetch(1),
    "batch of some size": lambda d, n: d.batch(n % 3 + 1).map(lambda a, b: (tf.size(a), b[0])),
    "some shard": lambda d, n: d.shard(3, n % 3),
}
ENDS = {
    "nothing": lambda d: d,
    "batch": lambda d: d.batch(2),
    "batch without remainder": lambda d: d.batch(2, drop_remainder=True),
    "padded_batch": lambda d: d.padded_batch(3, ([], [])),
    "sums": lambda d: d.map(lambda a, b: (b, a)),
}


def elements(sizes):
    d = Dataset.from_tensor_slices(np.array(sizes, np.int64))
    return d.map(lambda n: (n, tf.cast(tf.reshape(tf.range(2 * n), [-1, 2]), tf.float32)))


def made(function, names):
    start, steps, end = names

    def body(n, values):
        d = STARTS[start](n, values)
        for name in steps:
            d = STEPS[name](d, n)
        return ENDS[end](d)

    return function(body)


@given(
    st.lists(st.integers(0, 5), max_size=7),
    st.tuples(
        st.sampled_from(list(STARTS)),
        st.lists(st.sampled_from(list(STEPS)), max_size=3),
        st.sampled_from(list(ENDS)),
    ),
    st.lists(st.sampled_from([1, 2, 3, 50]), min_size=1, max_size=3),
)
def test_datasets_of_many_elements_at_once_are_those_of_each(sizes, names, chunks):
    joined = made(elements(sizes).flat_map, names)
    singly = [e for element in elements(sizes) for e in read(made(lambda body, element=element: body(*element), names))]
    assert read(joined, chunks) == singly


LIFTED = {
    "windows": lambda d: d.window(3, 1).flat_map(lambda w: w.batch(3)),
    "zipped windows": lambda d: d.enumerate().window(3, 1).flat_map(lambda i, v: Dataset.zip((i.batch(3), v.batch(3)))),
    "slices": lambda d: d.batch(3).flat_map(Dataset.from_tensor_slices),
    "copies": lambda d: d.flat_map(lambda i: Dataset.from_tensors(i).repeat(i)),
    "groups": lambda d: d.group_by_window(lambda i: i % 2, lambda key, w: w.padded_batch(2), 2),
}
NOT_LIFTED = {
    "shuffles": lambda d: d.flat_map(lambda i: Dataset.range(i).shuffle(2)),
    "files": lambda d: d.flat_map(lambda i: TextLineDataset(tf.as_string(i))),
    "random numbers": lambda d: d.flat_map(lambda i: Dataset.random().take(2)),
    "interleaved": lambda d: d.flat_map(lambda i: Dataset.range(i).interleave(Dataset.range, 2)),
}


def test_what_is_all_in_memory_needs_no_loop():
    assert [name for name, make in LIFTED.items() if not can_lift(make(Dataset.range(5)).step.body)] == []
    assert [name for name, make in NOT_LIFTED.items() if can_lift(make(Dataset.range(5)).step.body)] == []


def test_what_is_too_large_to_be_made_at_once_is_read_piece_by_piece():
    d = Dataset.range(2, 5).flat_map(lambda i: Dataset.range(2**40).map(lambda j: j * i).take(3))
    assert read(d) == [0, 2, 4, 0, 3, 6, 0, 4, 8]
    with pytest.raises(CannotLift, match="too many"):
        lifted(d.step.body, {id(d.step.arguments[0].node): np.arange(3)}, 3)
    d = Dataset.range(3).flat_map(lambda i: Dataset.from_tensors(i).repeat())
    assert read(d.take(3)) == [0, 0, 0]


def test_sizes_and_shards_may_depend_on_the_element():
    ones = Dataset.range(1, 4)
    assert read(ones.flat_map(lambda n: Dataset.range(3).batch(n))) == [[0], [1], [2], [0, 1], [2], [0, 1, 2]]
    assert read(Dataset.range(3).interleave(lambda n: Dataset.range(10).shard(3, n), 3)) == list(range(10))
    d = Dataset.range(9).group_by_window(lambda i: i % 3, lambda key, w: w.padded_batch(key + 1), 3)
    assert read(d) == [[0], [3], [6], [1, 4], [7], [2, 5, 8]]
    for message, body in {
        "batch_size must be at least 1; got 0": lambda n: Dataset.range(3).batch(n - 1),
        r"index must lie in \[0, 2\); got 2": lambda n: Dataset.range(3).shard(2, n),
    }.items():
        with pytest.raises(InvalidArgumentError, match=message):
            read(ones.flat_map(body))


def test_large_elements_are_not_made_many_at_a_time():
    large = Dataset.range(20).map(lambda i: tf.fill([1000], i))
    copies = large.flat_map(lambda v: Dataset.from_tensors(v).repeat(2000))
    with pytest.raises(CannotLift, match="elements are too large"):
        lifted(copies.step.body, {id(copies.step.arguments[0].node): np.zeros((16, 1000))}, 16)
    assert int(copies.skip(39_999).get_single_element()[0]) == 19
    few = large.flat_map(lambda v: Dataset.from_tensors(v).repeat(2))
    assert [int(v[0]) for v in few] == [i for i in range(20) for _ in range(2)]


def test_datasets_before_a_bad_one_are_read():
    d = Dataset.range(1, 9).flat_map(
        lambda n: Dataset.from_tensor_slices((tf.fill([n], n), tf.fill([tf.minimum(n, 3)], n)))
    )
    assert read(d.take(6)) == [(n, n) for n in (1, 2, 2, 3, 3, 3)]
    with pytest.raises(InvalidArgumentError, match=r"the same number of rows; got .*4.*3"):
        read(d.skip(6))
    assert read(d.ignore_errors()) == [(n, n) for n in (1, 2, 2, 3, 3, 3)]


def test_windows_that_nothing_needs_are_not_carried_along():
    d = Dataset.zip((Dataset.range(9), Dataset.range(9).map(lambda i: i * 2))).window(3)
    narrow = d.flat_map(lambda a, b: b.batch(3)).step.project((0,))
    assert len(narrow.input.spec) == 1
    assert len(narrow.arguments) == 1


def test_names_of_files_may_be_patterns_of_an_element(tmp_path):
    for name in ("a1", "a2", "b1"):
        (tmp_path / name).write_text(f"{name}\n")
    patterns = Dataset.from_tensor_slices([f"{tmp_path}/b*", f"{tmp_path}/a*"])
    lines = patterns.flat_map(lambda p: Dataset.list_files(p, shuffle=False).flat_map(TextLineDataset))
    assert read(lines) == [b"b1", b"a1", b"a2"]
    assert sorted(read(patterns.flat_map(Dataset.list_files).flat_map(TextLineDataset))) == [b"a1", b"a2", b"b1"]
