"""The buffer of `shuffle`: exactly the sequential one, a new order in each epoch, the same one for the same seed."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from estimax.data import Dataset
from estimax.data._iterators import Reader
from estimax.data._shuffle import exchanged
from estimax.data._step import Context
from tests.data.reading import read


def one_by_one(rows, size, random):
    """Draws each output from a full buffer, puts the next input in its place, and mixes what is left at the end."""
    buffer, outputs = rows[:size], []
    for row in rows[size:]:
        slot = int(random.integers(0, size))
        outputs.append(buffer[slot])
        buffer[slot] = row
    return outputs + [buffer[i] for i in random.permutation(len(buffer))]


@given(
    st.integers(1, 12).flatmap(lambda size: st.tuples(st.just(size), st.lists(st.integers(0, size - 1), min_size=1)))
)
def test_an_exchange_of_many_rows_is_many_exchanges_of_one(parts):
    size, slots = parts
    buffer, outputs = list(range(size)), []
    for row, slot in enumerate(slots, size):
        outputs.append(buffer[slot])
        buffer[slot] = row
    found, kept = exchanged(np.array(slots), size)
    assert (found.tolist(), kept.tolist()) == (outputs, buffer)


@pytest.mark.parametrize("size", [65_535, 65_536, 65_537])
def test_an_exchange_in_a_large_buffer_uses_all_of_its_slots(size):
    slots = np.array([size - 1, 0, size - 1, size - 1, 0])
    found, kept = exchanged(slots, size)
    assert found.tolist() == [size - 1, 0, size, size + 2, size + 1]
    assert kept.tolist() == [size + 4, *range(1, size - 1), size + 3]


@given(
    st.integers(0, 60), st.integers(1, 70), st.integers(0, 2**63), st.lists(st.sampled_from([1, 2, 7, 50]), min_size=1)
)
def test_a_shuffle_is_the_one_of_a_plain_buffer(count, size, seed, sizes):
    dataset = Dataset.range(count).shuffle(size, seed)
    wanted = one_by_one(list(range(count)), size, Context(0).generator(seed))
    assert read(dataset, sizes) == wanted


@given(st.integers(0, 200), st.integers(1, 250))
def test_every_element_comes_once_and_never_earlier_than_the_buffer_allows(count, size):
    order = read(Dataset.range(count).shuffle(size))
    assert sorted(order) == list(range(count))
    assert all(position >= element - (size - 1) for position, element in enumerate(order))


def test_draws_are_spread_evenly_over_the_buffer():
    rows, size = 40_000, 8
    positions = np.argsort(read(Dataset.range(rows).shuffle(size, seed=1)))
    # Element i comes in when output i - size goes out; from then on it leaves with probability 1/size each time.
    elements = np.arange(size, rows // 2)
    chances = positions[elements] - (elements - size)
    for wait in range(1, 6):
        expected = (1 / size) * (1 - 1 / size) ** (wait - 1)
        assert abs(np.mean(chances == wait) - expected) < 0.01


def passes(dataset, count):
    return [list(dataset.as_numpy_iterator()) for _ in range(count)]


def test_each_pass_and_each_epoch_has_an_order_of_its_own():
    for dataset in (Dataset.range(30).shuffle(30), Dataset.range(30).shuffle(30, seed=1)):
        first, second, third = passes(dataset, 3)
        assert first != second != third != first
        epochs = np.reshape(read(dataset.repeat(3)), (3, 30)).tolist()
        assert len({tuple(epoch) for epoch in epochs}) == 3
        assert all(sorted(epoch) == list(range(30)) for epoch in epochs)


def test_without_reshuffling_the_order_stays():
    for dataset in (
        Dataset.range(30).shuffle(30, reshuffle_each_iteration=False),
        Dataset.range(30).shuffle(30, seed=3, reshuffle_each_iteration=False),
    ):
        first, second = passes(dataset, 2)
        assert first == second != list(range(30))
        assert read(dataset.repeat(2))[:30] == read(dataset.repeat(2))[30:]


def test_the_same_run_gives_the_same_order_and_another_run_another_one():
    dataset = Dataset.range(30).shuffle(30)
    assert read(dataset, entropy=1) == read(dataset, entropy=1) != read(dataset, entropy=2)


def test_two_shuffles_of_one_run_differ():
    twice = Dataset.zip((Dataset.range(30).shuffle(30), Dataset.range(30).shuffle(30)))
    assert any(a != b for a, b in read(twice))


def test_datasets_that_are_shuffled_with_one_seed_stay_together():
    features = Dataset.range(50).map(lambda i: {"x": i}).shuffle(10, seed=4)
    labels = Dataset.range(50).shuffle(10, seed=4).map(lambda i: i * 2)
    pairs = read(Dataset.zip((features, labels)).repeat(2))
    assert [f["x"] * 2 for f, _ in pairs] == [label for _, label in pairs]
    assert [label for _, label in pairs] != sorted(label for _, label in pairs)


def test_a_seed_says_the_order_in_every_run():
    dataset = Dataset.range(30).shuffle(30, seed=-5)
    assert read(dataset, entropy=1) == read(dataset, entropy=2)
    assert read(dataset) != read(Dataset.range(30).shuffle(30, seed=5))


def test_what_a_shuffle_holds_is_bounded_by_its_buffer():
    reader = Reader(Dataset.range(10**9).shuffle(1000).step, 1)
    for _ in range(20):
        reader.next(10)
    state = reader.state()["position"]
    held = sum(size for _, size in state["held"])
    ready = state["ready"][1] if state["ready"] else 0
    assert held == 1000
    assert ready <= 250
