"""`ignore_errors`: what is left out, and what is not, wherever the error comes from."""

import logging

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import estimax as tf
from estimax._base._errors import FailedPreconditionError
from estimax.data import Dataset, TextLineDataset, experimental
from tests.data.reading import read

ELEMENTS = [1, 2, 0, 4, 5, 0, 0, 8, 9]


def source():
    return Dataset.from_tensor_slices(np.array(ELEMENTS))


def checked(value):
    """Fails for 0."""
    text = tf.where(tf.equal(value, 0), tf.fill(tf.shape(value), "zero"), tf.as_string(value))
    return tf.strings.to_number(text, tf.int64)


# By what is done before, as recorded from the original; but for window, which leaves out less here.
RECORDED = {
    "map": (lambda d: d.map(checked), [1, 2, 4, 5, 8, 9]),
    "batch of map": (lambda d: d.map(checked).batch(2), [[1, 2], [9]]),
    "map of batch": (lambda d: d.batch(2).map(checked), [[1, 2], [9]]),
    "whole batches": (lambda d: d.map(checked).batch(3, drop_remainder=True), []),
    "padded_batch": (lambda d: d.map(checked).padded_batch(2), [[1, 2], [4, 5], [8, 9]]),
    "zip": (
        lambda d: Dataset.zip((d.map(checked), Dataset.range(9))),
        [(1, 0), (2, 1), (4, 3), (5, 4), (8, 7), (9, 8)],
    ),
    "zip, second": (
        lambda d: Dataset.zip((Dataset.range(9), d.map(checked))),
        [(0, 1), (1, 2), (3, 4), (4, 5), (7, 8), (8, 9)],
    ),
    "enumerate": (lambda d: d.map(checked).enumerate(), [(0, 1), (1, 2), (3, 4), (4, 5), (7, 8), (8, 9)]),
    "filter": (lambda d: d.filter(lambda i: checked(i) < 5), [1, 2, 4]),
    "take_while": (lambda d: d.take_while(lambda i: checked(i) < 9), [1, 2, 4, 5, 8]),
    "take": (lambda d: d.map(checked).take(4), [1, 2, 4, 5]),
    "shard": (lambda d: d.map(checked).shard(2, 1), [2, 5, 9]),
    "repeat": (lambda d: d.map(checked).repeat(2), [1, 2, 4, 5, 8, 9] * 2),
    "flat_map": (
        lambda d: d.flat_map(lambda i: Dataset.from_tensors(i).repeat(2).map(checked)),
        [1, 1, 2, 2, 4, 4, 5, 5, 8, 8, 9, 9],
    ),
    "interleave": (
        lambda d: d.interleave(lambda i: Dataset.from_tensors(i).repeat(2).map(checked), 2, 1),
        [1, 2, 1, 2, 4, 5, 4, 5, 8, 9, 8, 9],
    ),
    "concatenate": (lambda d: d.map(checked).concatenate(d), [1, 2, 4, 5, 8, 9, *ELEMENTS]),
    "unbatch": (lambda d: d.batch(3).map(checked).unbatch(), []),
    "scan": (lambda d: d.scan(np.int64(0), lambda s, i: (s + checked(i), s)), [0, 1, 3, 7, 12, 20]),
    "cache": (lambda d: d.map(checked).cache(), [1, 2, 4, 5, 8, 9]),
    "group_by_window": (
        lambda d: d.map(checked).group_by_window(lambda _: 0, lambda _, w: w.batch(3), 3),
        [[1, 2, 4], [5, 8, 9]],
    ),
    "prefetch": (lambda d: d.map(checked).prefetch(2), [1, 2, 4, 5, 8, 9]),
    "two maps": (lambda d: d.map(checked).map(lambda i: checked(i - 4)), [-3, -2, 1, 4, 5]),
    "ignore_errors": (lambda d: d.map(checked).ignore_errors().batch(4), [[1, 2, 4, 5], [8, 9]]),
}


@pytest.mark.parametrize("way", RECORDED)
@pytest.mark.parametrize("sizes", [(1000,), (1,), (2, 3)])
def test_elements_that_fail_are_left_out(way, sizes):
    make, wanted = RECORDED[way]
    assert read(make(source()).ignore_errors(), sizes) == wanted
    assert read(make(source()).apply(experimental.ignore_errors()).repeat(2), sizes) == wanted * 2


def test_a_shuffle_loses_only_what_fails():
    assert sorted(read(source().map(checked).shuffle(3).ignore_errors())) == [1, 2, 4, 5, 8, 9]


FURTHER = {
    "nothing": (lambda d: d, lambda values: values),
    "take": (lambda d: d.take(20), lambda values: values[:20]),
    "batches": (lambda d: d.padded_batch(1), lambda values: [[v] for v in values]),
}


@given(
    st.lists(st.booleans(), max_size=60),
    st.sampled_from(list(FURTHER)),
    st.lists(st.sampled_from([1, 7, 64]), min_size=1, max_size=2),
)
def test_all_that_do_not_fail_are_there(good, further, sizes):
    values = [i + 1 if is_good else 0 for i, is_good in enumerate(good)]
    apply, plain = FURTHER[further]
    d = apply(Dataset.from_tensor_slices(np.array(values, np.int64)).map(checked)).ignore_errors()
    assert read(d, sizes) == plain([v for v in values if v])


def test_what_is_left_out_is_logged_if_that_is_wanted(caplog):
    with caplog.at_level(logging.WARNING, "tensorflow"):
        read(source().map(checked).ignore_errors())
        assert caplog.messages == []
        read(source().map(checked).ignore_errors(log_warning=True))
    assert len(caplog.messages) == 3
    assert all("is left out, since it cannot be computed" in m and "zero" in m for m in caplog.messages)


def test_rows_and_files_that_cannot_be_read_are_left_out(tmp_path):
    (tmp_path / "good.csv").write_text("1,x\nbad,y\n3,z\n")
    files = Dataset.from_tensor_slices([str(tmp_path / name) for name in ("none.csv", "good.csv", "neither.csv")])
    lines = files.flat_map(TextLineDataset)
    assert read(lines.ignore_errors()) == [b"1,x", b"bad,y", b"3,z"]
    rows = lines.map(lambda line: tf.io.decode_csv(line, [[0], [""]]))
    assert read(rows.ignore_errors()) == [(1, b"x"), (3, b"z")]
    assert read(files.interleave(TextLineDataset, 2).ignore_errors()) == [b"1,x", b"bad,y", b"3,z"]


def test_an_error_that_comes_again_and_again_is_not_ignored_for_ever(tmp_path):
    (tmp_path / "cache.elements").mkdir()
    d = Dataset.range(3).cache(str(tmp_path / "cache")).map(lambda i: i).ignore_errors()
    with pytest.raises(FailedPreconditionError, match="it is a folder"):
        read(d)
