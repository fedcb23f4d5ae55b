"""`interleave`, `choose_from_datasets` and `sample_from_datasets`: elements of several datasets in one order."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import estimax as tf
from estimax._base._errors import InvalidArgumentError
from estimax.data import Dataset, TextLineDataset
from estimax.data.experimental import choose_from_datasets, parallel_interleave
from tests.data.pipeline_sources import interleaved
from tests.data.pipelines import chosen
from tests.data.reading import read

SIZES = np.array([3, 0, 5, 1, 4, 2])

# By (cycle_length, block_length), as recorded from the original.
RECORDED = {
    (1, 1): [0, 1, 2, 20, 21, 22, 23, 24, 30, 40, 41, 42, 43, 50, 51],
    (2, 1): [0, 1, 20, 2, 21, 22, 30, 23, 24, 40, 41, 50, 42, 51, 43],
    (3, 1): [0, 20, 1, 30, 21, 2, 22, 40, 23, 50, 41, 24, 51, 42, 43],
    (2, 2): [0, 1, 2, 20, 21, 30, 22, 23, 40, 41, 24, 42, 43, 50, 51],
    (3, 2): [0, 1, 20, 21, 2, 30, 22, 23, 40, 41, 50, 51, 24, 42, 43],
    (4, 3): [0, 1, 2, 20, 21, 22, 30, 40, 41, 42, 23, 24, 50, 51, 43],
    (9, 1): [0, 20, 30, 40, 50, 1, 21, 41, 51, 2, 22, 42, 23, 43, 24],
}


def numbered():
    return Dataset.from_tensor_slices((np.arange(6), SIZES))


def numbers(k, size):
    return Dataset.range(size).map(lambda i: k * 10 + i)


@pytest.mark.parametrize(("cycle_length", "block_length"), RECORDED)
@pytest.mark.parametrize("sizes", [(1000,), (1,), (2, 5)])
def test_turns_are_those_of_the_original(cycle_length, block_length, sizes):
    wanted = RECORDED[cycle_length, block_length]
    assert read(numbered().interleave(numbers, cycle_length, block_length), sizes) == wanted
    others = [
        numbered().interleave(numbers, cycle_length, block_length, num_parallel_calls=tf.data.AUTOTUNE),
        numbered().apply(parallel_interleave(numbers, cycle_length, block_length, sloppy=True)),
    ]
    assert [read(d, sizes) for d in others] == [wanted] * 2


@given(
    st.lists(st.integers(0, 9), max_size=8),
    st.integers(1, 5),
    st.integers(1, 4),
    st.lists(st.sampled_from([1, 2, 7, 100]), min_size=1, max_size=3),
)
def test_turns_are_those_of_one_element_at_a_time(lengths, cycle_length, block_length, sizes):
    if not lengths:
        return
    d = Dataset.from_tensor_slices((np.arange(len(lengths)), np.array(lengths)))
    d = d.interleave(lambda k, n: Dataset.range(n).map(lambda i: k * 100 + i), cycle_length, block_length)
    datasets = [[k * 100 + i for i in range(n)] for k, n in enumerate(lengths)]
    assert read(d, sizes) == interleaved(datasets, cycle_length, block_length)


def test_two_take_turns_where_nothing_is_said():
    wanted = RECORDED[2, 1]
    for more in [{}, {"cycle_length": tf.data.AUTOTUNE, "num_parallel_calls": tf.data.AUTOTUNE}, {"block_length": 1}]:
        assert read(numbered().interleave(numbers, **more)) == wanted


def test_lines_of_files_take_turns(tmp_path):
    for name, count in [("a", 5), ("b", 2), ("c", 3)]:
        (tmp_path / name).write_text("".join(f"{name}{i}\n" for i in range(count)))
    files = Dataset.list_files(f"{tmp_path}/?", shuffle=False)
    wanted = [b"a0", b"b0", b"c0", b"a1", b"b1", b"c1", b"a2", b"c2", b"a3", b"a4"]
    assert read(files.interleave(TextLineDataset, cycle_length=3)) == wanted
    assert read(TextLineDataset(files, num_parallel_reads=3)) == wanted
    assert sorted(read(Dataset.list_files(f"{tmp_path}/?").interleave(TextLineDataset, 2))) == sorted(wanted)


def test_a_file_without_end_does_not_hold_up_the_others():
    d = Dataset.range(3).interleave(lambda i: Dataset.from_tensors(i).repeat(), 3)
    assert read(d.take(7)) == [0, 1, 2, 0, 1, 2, 0]


BAD_TURNS = {
    "cycle_length must be at least 1; got 0": lambda d: d.interleave(Dataset.range, 0),
    "block_length must be at least 1; got 0": lambda d: d.interleave(Dataset.range, 2, 0),
    "interleave must return a Dataset; it returned": lambda d: d.interleave(lambda i: i),
    "at least one dataset": lambda d: Dataset.choose_from_datasets([], d),
    "choices must be single int64 numbers; got .*float32": lambda d: Dataset.choose_from_datasets(
        [d], Dataset.from_tensors(1.0)
    ),
    "same structure, types": lambda d: Dataset.choose_from_datasets([d, d.batch(2)], d),
    r"one weight for each of the 2 datasets; got \[1\]": lambda d: Dataset.sample_from_datasets([d, d], [1]),
    "weights must be 0 or more": lambda d: Dataset.sample_from_datasets([d, d], [1, -1]),
    "one of them more": lambda d: Dataset.sample_from_datasets([d, d], [0, 0]),
}


@pytest.mark.parametrize("message", BAD_TURNS)
def test_a_bad_call_is_refused_where_it_stands(message):
    with pytest.raises((TypeError, ValueError), match=message):
        BAD_TURNS[message](Dataset.range(4))


def test_choices_are_those_of_the_original():
    datasets = [Dataset.from_tensors(i).repeat(n) for i, n in enumerate([3, 1, 2])]
    choices = Dataset.from_tensor_slices(np.array([0, 1, 1, 2, 1, 0, 0, 0, 2, 2, 2, 0]))
    assert read(Dataset.choose_from_datasets(datasets, choices)) == [0, 1]
    assert read(Dataset.choose_from_datasets(datasets, choices, False)) == [0, 1, 2, 0, 0, 2]
    assert read(choose_from_datasets(datasets, choices)) == [0, 1, 2, 0, 0, 2]


def test_choices_of_datasets_whose_shapes_differ_are_of_no_known_size():
    d = Dataset.choose_from_datasets([Dataset.from_tensors([1, 2]), Dataset.from_tensors([1, 2, 3])], Dataset.range(2))
    assert d.element_spec == tf.TensorSpec([None], tf.int32)
    assert read(d) == [[1, 2], [1, 2, 3]]


def test_a_choice_of_a_dataset_that_there_is_not_is_an_error():
    with pytest.raises(InvalidArgumentError, match=r"choices must lie in \[0, 1\); got 1"):
        read(Dataset.choose_from_datasets([Dataset.range(9)], Dataset.range(3)))


@given(
    st.lists(st.integers(0, 6), min_size=1, max_size=4).flatmap(
        lambda lengths: st.tuples(st.just(lengths), st.lists(st.integers(0, len(lengths) - 1), max_size=25))
    ),
    st.booleans(),
    st.lists(st.sampled_from([1, 3, 100]), min_size=1, max_size=3),
)
def test_chosen_elements_are_those_of_one_choice_at_a_time(parts, stops, sizes):
    lengths, choices = parts
    inputs = [list(range(100 * i, 100 * i + n)) for i, n in enumerate(lengths)]
    datasets = [Dataset.range(100 * i, 100 * i + n) for i, n in enumerate(lengths)]
    d = Dataset.choose_from_datasets(datasets, Dataset.from_tensor_slices(np.array(choices, np.int64)), stops)
    assert read(d, sizes) == chosen(inputs, choices, stops)


def test_samples_come_as_often_as_their_weights_say():
    datasets = [Dataset.from_tensors(i).repeat() for i in range(3)]
    found = read(Dataset.sample_from_datasets(datasets, [2.0, 0.0, 6.0]).take(20_000))
    assert found.count(1) == 0
    assert abs(found.count(0) / 20_000 - 0.25) < 0.02
    runs = [len(list(run)) for value, run in itertools.groupby(found) if value == 2]
    assert abs(np.mean(runs) - 4) < 0.3  # of successive draws that are independent of each other


def test_all_elements_are_sampled_once_each_in_its_order():
    d = Dataset.sample_from_datasets([Dataset.range(50), Dataset.range(100, 150)], seed=1)
    found = read(d)
    assert [i for i in found if i < 100] == list(range(50))
    assert [i for i in found if i >= 100] == list(range(100, 150))
    assert read(d, entropy=2) == found != read(Dataset.sample_from_datasets([Dataset.range(50)] * 2))
    assert len(read(Dataset.sample_from_datasets([Dataset.range(50)] * 2, seed=1, stop_on_empty_dataset=True))) < 100


def test_random_numbers_are_those_of_their_seed():
    first, other = read(Dataset.random(3).take(1000)), read(Dataset.random(4).take(1000))
    assert first == read(Dataset.random(3).take(1000), entropy=9) != other
    assert min(first) >= 0 and 2**31 < max(first) < 2**32
    assert len(set(first)) > 990
    once, twice = Dataset.random(3).take(3).repeat(2), Dataset.random(3, True).take(3).repeat(2)
    assert read(once)[:3] == read(once)[3:]
    assert read(twice)[:3] != read(twice)[3:]


def test_classes_are_resampled_to_the_wanted_frequencies():
    d = Dataset.from_tensor_slices([0, 1, 1, 1]).repeat(1000)
    for initial in ([0.25, 0.75], None):
        found = [int(c) for c, _ in d.rejection_resample(lambda i: i, [0.5, 0.5], initial, seed=1).as_numpy_iterator()]
        assert abs(np.mean(found) - 0.5) < 0.05
        assert 1700 < len(found) < 2300
    with pytest.raises(ValueError, match="target_dist must have a frequency, 0 or more"):
        d.rejection_resample(lambda i: i, [-1.0, 1.0])
