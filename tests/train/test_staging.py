"""Stages hold every step of the input once and in order, and know where the input stands behind them."""

import itertools
import math
import threading
import time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import estimax as tf
from estimax._base import _nest as nest
from estimax._base._errors import InvalidArgumentError
from estimax._graph._function import Function, placeholder_for
from estimax.data._iterators import Reader
from estimax.train import _staging
from estimax.train._staging import Ahead, Stager, restore_position

ROWS = 23


def batches(batch=2, epochs=1):
    """Numbers from 0, shuffled, repeated, in batches of which the last of all may be smaller."""
    rows = tf.data.Dataset.range(ROWS).map(lambda i: tf.cast(i, tf.float32))
    return rows.shuffle(5).repeat(epochs).batch(batch)


def stager(dataset, next_stop=lambda step: math.inf, first_step=0, position=None, **options):
    reader = Reader(dataset.step, 1)
    if position is not None:
        restore_position(reader, position)
    inputs = [placeholder_for(spec) for spec in nest.flatten(dataset.element_spec)]
    host = Function(inputs, [inputs[0] * 2.0] if inputs[0].dtype.is_numeric else inputs)
    return Stager(reader, host, [np.float32], first_step, next_stop, **options)


def steps(stages):
    """Lists the entry of every step."""
    return [np.array(stage.arrays[0][i]) for stage in stages for i in range(stage.count)]


def assert_equal_steps(one, other):
    assert [a.tolist() for a in one] == [b.tolist() for b in other]


def stop_every(interval):
    return lambda step: (step // interval + 1) * interval


@given(
    batch=st.integers(1, 5),
    epochs=st.integers(1, 3),
    most=st.integers(1, 40),
    interval=st.integers(1, 40),
    room_bytes=st.sampled_from([1, 64, 1 << 20]),
)
def test_however_it_is_cut_every_step_is_staged_once_and_in_order(batch, epochs, most, interval, room_bytes):
    dataset = batches(batch, epochs)
    expected = [2 * b for b in dataset_batches(dataset)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_staging, "STAGE_BYTES", room_bytes)
        stages = list(stager(dataset, stop_every(interval), most_steps=most).stages())
    assert_equal_steps(steps(stages), expected)
    step = 0
    for stage in stages:
        assert 0 < stage.count <= min(most, interval, len(stage.arrays[0]))
        assert step // interval == (step + stage.count - 1) // interval  # no stage goes over a stop
        step += stage.count


def dataset_batches(dataset):
    reader = Reader(dataset.step, 1)
    return [row for chunk in iter(lambda: reader.next(100), None) for row in nest_rows(chunk)]


def nest_rows(chunk):
    return [np.asarray(chunk.columns[0][i]) for i in range(chunk.size)]


@given(interval=st.integers(1, 7), most=st.integers(1, 8), again=st.integers(1, 8), after=st.integers(0, 20))
def test_from_the_position_behind_any_stage_the_rest_follows(interval, most, again, after):
    dataset = batches(3, 2)
    stages = list(stager(dataset, stop_every(interval), most_steps=most, source="this").stages())
    before = stages[: min(after, len(stages) - 1) + 1]
    position = before[-1].position
    assert position["input"] == "this"
    done = sum(stage.count for stage in before)
    resumed = stager(dataset, stop_every(4), done, position, most_steps=again).stages()
    assert_equal_steps(steps(before) + steps(resumed), steps(stages))


def test_nothing_is_staged_beyond_the_last_stop_and_a_fraction_of_a_step_is_a_step():
    dataset = batches(1, -1)
    assert [s.count for s in stager(dataset, lambda step: 4).stages()] == [4]
    assert [s.count for s in stager(dataset, lambda step: 2.5).stages()] == [3]
    assert list(stager(dataset, lambda step: 4, first_step=4).stages()) == []


def test_a_stage_ends_where_the_shape_of_the_batches_changes():
    counts = [(s.count, s.arrays[0].shape[1:]) for s in stager(batches(5)).stages()]
    assert counts == [(4, (5,)), (1, (3,))]


def test_large_entries_are_read_a_few_at_a_time():
    asked = []

    class Asking(Reader):
        def next(self, at_most):
            asked.append(at_most)
            return super().next(at_most)

    dataset = tf.data.Dataset.range(40).map(lambda i: tf.cast(i, tf.float32)).batch(1)
    made = stager(dataset)
    made.reader = Asking(dataset.step, 1)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_staging, "STAGE_BYTES", 4 * 4)
        assert {s.count for s in made.stages()} == {4}
    assert max(asked) <= 4


def test_a_slow_input_is_handed_on_as_it_comes():
    seconds = itertools.count(0, 0.4)
    dataset = tf.data.Dataset.range(12).map(lambda i: tf.cast(i, tf.float32)).batch(1)
    made = stager(dataset, clock=lambda: next(seconds))
    made.reader.next = lambda at_most, read=made.reader.next: read(1)
    stages = list(made.stages())
    assert [s.count for s in stages] == [3, 3, 3, 3]
    assert_equal_steps(steps(stages), [np.float32([2 * i]) for i in range(12)])


def test_batches_that_differ_in_shape_are_staged_by_shape():
    sizes = tf.data.Dataset.from_tensor_slices(np.int32([2, 2, 1, 3, 3, 3]))
    dataset = sizes.map(lambda size: tf.fill([size], 1.0))
    stages = list(stager(dataset).stages())
    assert [(s.count, s.arrays[0].shape[1:]) for s in stages] == [(2, (2,)), (1, (1,)), (3, (3,))]
    again = stager(dataset, first_step=2, position=stages[0].position).stages()
    assert_equal_steps(steps(again), steps(stages[1:]))


def test_strings_cannot_be_staged():
    dataset = tf.data.Dataset.from_tensor_slices(["a", "b"]).batch(1)
    with pytest.raises(InvalidArgumentError, match="holds strings"):
        list(stager(dataset).stages())


def input_threads():
    return [t for t in threading.enumerate() if t.name == "estimax-input"]


def test_ahead_gives_the_items_in_order_and_ends_its_thread():
    ahead = Ahead(iter(range(50)))
    assert list(ahead) == list(range(50))
    ahead.close()
    assert input_threads() == []


def test_ahead_raises_an_error_where_the_item_would_have_come():
    def items():
        yield 1
        yield 2
        raise KeyError("third")

    ahead = Ahead(items())
    received = iter(ahead)
    assert [next(received), next(received)] == [1, 2]
    with pytest.raises(KeyError, match="third"):
        next(received)
    ahead.close()
    assert input_threads() == []


@pytest.mark.parametrize("taken", [0, 1, 5])
def test_ahead_can_be_closed_at_any_time(taken):
    made = itertools.count()
    ahead = Ahead(made, depth=2)
    assert list(itertools.islice(ahead, taken)) == list(range(taken))
    ahead.close()
    ahead.close()
    assert input_threads() == []
    assert next(made) <= taken + 4  # it ran no further ahead than it may


def test_ahead_waits_for_an_item_that_is_being_made():
    def slow():
        yield 1
        time.sleep(0.2)
        yield 2

    ahead = Ahead(slow())
    assert next(iter(ahead)) == 1
    ahead.close()
    assert input_threads() == []
