"""Steps that go on from element to element, single values of all elements, and how many elements there are."""

import numpy as np
import pytest

import estimax as tf
from estimax._base._errors import FailedPreconditionError, InvalidArgumentError
from estimax.data import INFINITE_CARDINALITY, UNKNOWN_CARDINALITY, Dataset, TextLineDataset, experimental
from tests.data.reading import read


def test_reduce_gives_one_value_of_all_elements():
    assert int(Dataset.range(5).reduce(np.int64(0), lambda total, i: total + i)) == 10
    total, product = Dataset.from_tensor_slices(([1, 2], [3, 4])).reduce(
        (0, 1), lambda s, e: (s[0] + e[0], s[1] * e[1])
    )
    assert (total.numpy(), product.numpy()) == (3, 12)
    text = Dataset.from_tensor_slices(["a", "b"]).reduce("", lambda s, e: tf.strings.join([s, e]))
    assert text.numpy() == b"ab"
    assert Dataset.range(0).reduce({"n": 7}, lambda s, _: s)["n"].numpy() == 7


def test_a_state_may_change_its_size():
    d = Dataset.range(3)
    empty = tf.constant([], tf.int64)
    assert d.reduce(empty, lambda s, i: tf.concat([s, [i]], 0)).numpy().tolist() == [0, 1, 2]
    scanned = d.scan(empty, lambda s, i: (tf.concat([s, [i]], 0), s))
    assert scanned.element_spec == tf.TensorSpec([None], tf.int64)
    assert read(scanned) == [[], [0], [0, 1]]


def test_a_dataset_in_a_function_may_be_reduced_too():
    d = Dataset.range(4).map(lambda i: Dataset.range(i + 1).reduce(i * 0, lambda total, j: total + i * j))
    assert read(d) == [0, 1, 6, 18]
    d = Dataset.range(3).flat_map(
        lambda i: Dataset.range(2).map(lambda j: Dataset.range(i).reduce(j, lambda total, k: total + k + i))
    )
    assert read(d) == [0, 1, 1, 2, 5, 6]
    d = Dataset.range(3).map(lambda i: Dataset.from_tensors({"n": i}).get_single_element()["n"] + 1)
    assert read(d) == [1, 2, 3]


def test_scan_gives_the_state_and_the_element_whole():
    d = Dataset.range(5).apply(experimental.scan(np.int64(0), lambda s, i: (s + i, s * 10)))
    assert read(d) == [0, 0, 10, 30, 60]
    d = Dataset.from_tensor_slices(([1, 2], [3, 4])).scan(0, lambda s, e: (s + e[0], {"sum": s, "b": e[1]}))
    assert read(d) == [{"sum": 0, "b": 3}, {"sum": 1, "b": 4}]


def test_unique_keeps_what_comes_first():
    assert read(Dataset.from_tensor_slices([3, 1, 3, 2, 1]).unique()) == [3, 1, 2]
    assert read(Dataset.from_tensor_slices([[3, 1], [3, 2], [3, 1]]).apply(experimental.unique())) == [[3, 1], [3, 2]]
    assert read(Dataset.from_tensor_slices(["a", "b", "a"]).unique()) == [b"a", b"b"]


def test_take_while_ends_with_the_first_that_is_false():
    d = Dataset.from_tensor_slices([1, 2, 9, 3]).apply(experimental.take_while(lambda i: i < 5))
    assert read(d, (1,)) == read(d) == [1, 2]
    assert read(Dataset.from_tensor_slices(([9], [1])).take_while(lambda a, b: a < b)) == []
    assert read(Dataset.range(10**9).take_while(lambda i: i < 3)) == [0, 1, 2]


BAD_CALLS = {
    "given to reduce must return a state like the initial one": lambda d: d.reduce(0, lambda s, i: i),
    "return a state like": lambda d: d.reduce(np.int64(0), lambda s, i: (s, s)),
    "given to scan must return a pair": lambda d: d.scan(0, lambda s, i: s),
    r"a state like the initial one, .*int32.*; it returned .*int64": lambda d: d.scan(0, lambda s, i: (i, i)),
    "take_while must return one bool": lambda d: d.take_while(lambda i: i),
    "unique takes elements that are one int32": lambda d: d.enumerate().unique(),
    "one int32, int64 or string value": lambda d: d.map(lambda i: tf.cast(i, tf.float32)).unique(),
    "needs a dataset of one element; it has more": lambda d: d.get_single_element(),
    "of one element; it has none": lambda d: experimental.get_single_element(d.take(0)),
    "the dataset has no end": lambda d: len(d.repeat()),
    r"not known before it is read; count with": lambda d: len(d.filter(lambda i: i > 1)),
    "from_list needs at least one": lambda d: experimental.from_list([]),
}


@pytest.mark.parametrize("message", BAD_CALLS)
def test_a_bad_call_is_refused_where_it_stands(message):
    with pytest.raises((TypeError, ValueError), match=message):
        BAD_CALLS[message](Dataset.range(4))


KEPT = Dataset.range(5).filter(lambda _: True)
WITHOUT_END = Dataset.range(5).repeat()

# Each as recorded from the original.
CARDINALITIES = {
    "range": (lambda d: d, 5),
    "one element": (lambda d: Dataset.from_tensors(1), 1),
    "slices": (lambda d: Dataset.from_tensor_slices([1, 2, 3]), 3),
    "repeat": (lambda d: d.repeat(2), 10),
    "repeat without end": (lambda d: d.repeat(), INFINITE_CARDINALITY),
    "repeat never": (lambda d: d.repeat(0), 0),
    "filter": (lambda d: KEPT, UNKNOWN_CARDINALITY),
    "filter without end": (lambda d: WITHOUT_END.filter(lambda _: True), UNKNOWN_CARDINALITY),
    "filter and repeat": (lambda d: KEPT.repeat(), INFINITE_CARDINALITY),
    "take": (lambda d: d.take(9), 5),
    "take of what has no end": (lambda d: WITHOUT_END.take(3), 3),
    "take all": (lambda d: WITHOUT_END.take(-1), INFINITE_CARDINALITY),
    "take of an unknown number": (lambda d: KEPT.take(2), UNKNOWN_CARDINALITY),
    "skip": (lambda d: d.skip(2), 3),
    "skip all": (lambda d: d.skip(-1), 0),
    "skip of what has no end": (lambda d: WITHOUT_END.skip(4), INFINITE_CARDINALITY),
    "batch": (lambda d: d.batch(2), 3),
    "batch without remainder": (lambda d: d.batch(2, True), 2),
    "padded_batch": (lambda d: d.padded_batch(2), 3),
    "ragged_batch": (lambda d: d.ragged_batch(2), 3),
    "sparse_batch": (lambda d: d.sparse_batch(2, []), 3),
    "window": (lambda d: d.window(3), 2),
    "sliding window": (lambda d: d.window(3, 1), 5),
    "whole sliding windows": (lambda d: d.window(3, 1, drop_remainder=True), 3),
    "windows with gaps": (lambda d: Dataset.range(7).window(3, 2, 2, True), 2),
    "zip": (lambda d: Dataset.zip((d.take(3), WITHOUT_END)), 3),
    "zip with an unknown number": (lambda d: Dataset.zip((d, KEPT)), UNKNOWN_CARDINALITY),
    "concatenate": (lambda d: d.concatenate(d), 10),
    "concatenate without end": (lambda d: d.concatenate(WITHOUT_END), INFINITE_CARDINALITY),
    "concatenate an unknown number": (lambda d: d.concatenate(KEPT), UNKNOWN_CARDINALITY),
    "shard": (lambda d: Dataset.range(7).shard(3, 1), 2),
    "first shard": (lambda d: Dataset.range(7).shard(3, 0), 3),
    "flat_map": (lambda d: d.flat_map(Dataset.range), UNKNOWN_CARDINALITY),
    "interleave": (lambda d: d.interleave(Dataset.range, 2), UNKNOWN_CARDINALITY),
    "scan": (lambda d: d.scan(np.int64(0), lambda s, i: (s, i)), 5),
    "unique": (lambda d: d.unique(), UNKNOWN_CARDINALITY),
    "take_while": (lambda d: d.take_while(lambda _: True), UNKNOWN_CARDINALITY),
    "unbatch": (lambda d: d.batch(2).unbatch(), UNKNOWN_CARDINALITY),
    "unbatch of whole batches": (lambda d: d.batch(2, True).unbatch(), 4),
    "ignore_errors": (lambda d: d.ignore_errors(), UNKNOWN_CARDINALITY),
    "random": (lambda d: Dataset.random(1), INFINITE_CARDINALITY),
    "counter": (lambda d: experimental.Counter(), INFINITE_CARDINALITY),
    "sample": (lambda d: Dataset.sample_from_datasets([d, d]), UNKNOWN_CARDINALITY),
    "sample without end": (lambda d: Dataset.sample_from_datasets([WITHOUT_END] * 2), INFINITE_CARDINALITY),
    "choose": (lambda d: Dataset.choose_from_datasets([d, d], d), UNKNOWN_CARDINALITY),
    "enumerate": (lambda d: d.enumerate(), 5),
    "assert_cardinality": (lambda d: KEPT.apply(experimental.assert_cardinality(9)), 9),
    "shuffle": (lambda d: d.shuffle(2), 5),
    "cache": (lambda d: d.cache(), 5),
    "prefetch": (lambda d: d.prefetch(2), 5),
    "group_by_window": (lambda d: d.group_by_window(lambda i: i, lambda _, w: w, 1), UNKNOWN_CARDINALITY),
    "lines": (lambda d: TextLineDataset("x"), UNKNOWN_CARDINALITY),
}


@pytest.mark.parametrize("row", CARDINALITIES)
def test_the_number_of_elements_is_known_as_in_the_original(row):
    make, wanted = CARDINALITIES[row]
    made = make(Dataset.range(5))
    found = experimental.cardinality(made)
    assert (found.dtype, int(found)) == (tf.int64, wanted)
    if wanted >= 0 and row != "assert_cardinality":
        assert len(made) == len(list(made)) == wanted
    assert made


@pytest.mark.parametrize(("count", "said"), [(2, 3), (4, 3), (3, 0), (3, -1)])
@pytest.mark.parametrize("sizes", [(1,), (100,)])
def test_a_wrong_number_of_elements_is_an_error(count, said, sizes):
    d = Dataset.range(count).apply(experimental.assert_cardinality(said))
    with pytest.raises(
        FailedPreconditionError, match=f"said to have .*; it has {min(count, said + 1) if said >= 0 else count}"
    ):
        read(d, sizes)


def test_a_failing_element_of_an_inner_dataset_is_reported():
    d = Dataset.range(3).map(lambda i: Dataset.range(i).get_single_element())
    with pytest.raises(InvalidArgumentError, match="it has none"):
        read(d)


def test_other_functions_of_the_original_are_there():
    assert int(experimental.at(Dataset.range(10, 20), 3)) == 13
    assert read(experimental.from_list([(1, "a"), (2, "b")])) == [(1, b"a"), (2, b"b")]
    assert experimental.get_structure(Dataset.range(3)) == tf.TensorSpec([], tf.int64)
    assert read(experimental.Counter(3, dtype=tf.int32).take(2)) == [3, 4]
    assert read(Dataset.range(3, output_type=tf.float32)) == [0.0, 1.0, 2.0]
    assert read(Dataset.range(4).apply(experimental.map_and_batch(lambda i: i + 1, 3, drop_remainder=True))) == [
        [1, 2, 3]
    ]
    assert sorted(read(Dataset.range(3).apply(experimental.shuffle_and_repeat(5, 2)))) == [0, 0, 1, 1, 2, 2]
    assert read(Dataset.range(2).apply(experimental.enumerate_dataset(7))) == [(7, 0), (8, 1)]
    for step in (experimental.prefetch_to_device("/gpu:0"), experimental.copy_to_device("/gpu:0")):
        assert read(Dataset.range(2).apply(step)) == [0, 1]
    assert read(Dataset.range(4).map_with_legacy_function(lambda i: i * 2).filter_with_legacy_function(lambda i: i > 2))
    options = tf.data.Options()
    options.deterministic = False
    options.threading.private_threadpool_size = 3
    d = Dataset.range(3).with_options(options).map(lambda i: i).options()
    assert (d.deterministic, d.threading.private_threadpool_size, d.experimental_slack) == (False, 3, None)
