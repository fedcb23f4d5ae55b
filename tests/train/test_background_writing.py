"""A thread writes while the loop goes on: copies that nobody changes, one job at a time, no error lost."""

import threading

import jax
import jax.numpy as jnp
import ml_dtypes
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from estimax.train import _saving, _snapshots
from estimax.train._background_writing import BackgroundWriter
from estimax.train._checkpoints import read_checkpoint, read_latest_checkpoint, save_checkpoint
from estimax.train._saving import CheckpointSaver, CheckpointSaverListener
from estimax.train._snapshots import Snapshots
from tests.train import runs


def test_jobs_are_done_in_order_and_one_at_a_time():
    writer, running, done = BackgroundWriter(), [], []

    def job(number):
        running.append(number)
        assert len(running) == 1
        done.append(number)
        running.remove(number)

    for number in range(20):
        writer.start(lambda number=number: job(number))
    writer.wait()
    assert done == list(range(20))
    assert not writer.is_busy


def test_the_error_of_a_job_is_raised_once_and_the_next_job_is_not_begun():
    writer, done = BackgroundWriter(), []
    writer.start(lambda: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        writer.start(lambda: done.append(1))
    writer.wait()
    assert done == []


def test_looking_for_an_error_waits_for_nothing():
    writer, gate = BackgroundWriter(), threading.Event()
    writer.start(gate.wait)
    writer.check()
    assert writer.is_busy
    gate.set()
    writer.wait()
    writer.start(lambda: 1 / 0)
    while writer.is_busy:
        pass
    with pytest.raises(ZeroDivisionError):
        writer.check()


dtypes = st.sampled_from([np.float32, np.int64, np.bool_, np.uint8, np.float16, ml_dtypes.bfloat16])


@given(st.data(), dtypes, hnp.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=5))
def test_a_copy_is_equal_and_stays_so(data, dtype, shape):
    array = data.draw(hnp.arrays(np.uint8, shape)).astype(dtype)
    snapshots = Snapshots()
    given_ = {"host": array.copy(), "device": jnp.asarray(array), "turned": np.array(array, order="F")}
    taken = snapshots.take(given_)
    given_["host"][...] = 0
    for name, copy in taken.items():
        assert copy.dtype == given_[name].dtype and copy.shape == shape
        np.testing.assert_array_equal(copy, np.asarray(given_[name] if name == "device" else array), name)


@pytest.mark.parametrize("size", [1, (8 << 20) // 4, (8 << 20) // 4 + 1, (20 << 20) // 4 + 3])
def test_large_arrays_are_copied_in_pieces_into_the_same_memory(size):
    snapshots = Snapshots()
    first = snapshots.take({"a": jnp.arange(size, dtype=jnp.int32)})["a"]
    np.testing.assert_array_equal(first, np.arange(size))
    second = snapshots.take({"a": jnp.arange(size, dtype=jnp.int32) + 1})["a"]
    assert second is first
    np.testing.assert_array_equal(second, np.arange(size) + 1)


def test_room_made_beforehand_is_used():
    arrays = {"a": jnp.ones((3, 2)), "step": np.int64(3)}
    snapshots = Snapshots()
    snapshots.preparation(arrays)()
    rooms = dict(snapshots._memory)
    taken = snapshots.take(arrays)
    assert all(taken[name] is rooms[name] for name in arrays)


def test_a_copy_leaves_the_state_to_be_written_over_in_place():
    state = jnp.zeros(1_000_000) + 1
    place = state.unsafe_buffer_pointer()
    snapshots = Snapshots()
    taken = snapshots.take({"a": state})
    after = jax.jit(lambda a: a.at[3].add(1.0), donate_argnums=0)(state)
    assert after.unsafe_buffer_pointer() == place
    assert taken["a"][3] == 1.0 and after[3] == 2.0


class Gate:
    """Stands for the writing of checkpoints: it takes as long as the gate is closed."""

    def __init__(self, monkeypatch, fail_at=None):
        self.open = threading.Event()
        self.fail_at = fail_at
        monkeypatch.setattr(_saving, "save_checkpoint", self.save)

    def save(self, model_dir, step, *args, **options):
        if step > 0:
            assert self.open.wait(60)
        if step == self.fail_at:
            raise OSError(28, "No space left on device")
        save_checkpoint(model_dir, step, *args, **options)


class Follower(_saving.Observer):
    """Does something at a step."""

    def __init__(self, at, act):
        self.at, self.act = at, act

    def after_steps(self, run, first, values):
        if run.step == self.at:
            self.act()


def test_steps_go_on_while_a_checkpoint_is_written_and_change_nothing_of_it(model_dir, monkeypatch):
    gate = Gate(monkeypatch)
    saver = CheckpointSaver(model_dir, 8, None, keep_max=None)
    seen = []

    def look():
        seen.append(read_latest_checkpoint(model_dir).step)
        gate.open.set()

    every_step = Follower(15, look)
    every_step.next_stop = lambda step: step + 1
    run = runs.run([saver, every_step], count=20)
    assert run.step == 20
    assert seen == [0], "seven steps were done and the checkpoint of step 8 was still being written"
    for step in (0, 8, 16, 20):
        found = read_checkpoint(f"{model_dir}/model.ckpt-{step}")
        assert found.variables == {"weight": sum(range(step)), "global_step": step}
        assert (found.input_state is None) == (step in (0, 20))


def test_an_error_of_the_thread_ends_the_run_at_the_next_steps(model_dir, monkeypatch):
    gate = Gate(monkeypatch, fail_at=8)
    done = []

    def look():
        gate.open.set()

    class Steps(_saving.Observer):
        def next_stop(self, step):
            return step + 1

        def after_steps(self, run, first, values):
            done.append(run.step)

    with pytest.raises(OSError, match="No space left"):
        runs.run([Steps(), CheckpointSaver(model_dir, 4, None), Follower(3, look)], count=1000)
    assert 8 <= done[-1] <= 12, "no later than where the next one would be written"
    assert read_latest_checkpoint(model_dir).step == 4


def test_an_error_of_the_last_checkpoint_is_raised_too(model_dir, monkeypatch):
    gate = Gate(monkeypatch, fail_at=6)
    gate.open.set()
    with pytest.raises(OSError, match="No space left"):
        runs.run([CheckpointSaver(model_dir, 4, None)], count=6)
    assert read_latest_checkpoint(model_dir).step == 4


def test_another_error_of_the_run_lets_the_checkpoint_be_finished_and_is_not_hidden(model_dir, monkeypatch, caplog):
    def fail():
        gate.open.set()
        raise KeyError("another")

    gate = Gate(monkeypatch)
    with pytest.raises(KeyError, match="another"):
        runs.run([CheckpointSaver(model_dir, 4, None), Follower(4, fail)], count=1000)
    assert read_latest_checkpoint(model_dir).step == 4
    gate = Gate(monkeypatch, fail_at=4)
    with pytest.raises(KeyError, match="another"):
        runs.run([CheckpointSaver(model_dir, 4, None), Follower(4, fail)], count=1000)
    assert [m for m in caplog.messages if "could not be written: [Errno 28]" in m]


def test_what_listeners_are_told_of_is_there_and_they_are_told_in_the_thread_of_the_loop(model_dir):
    told = []

    class Listener(CheckpointSaverListener):
        def after_save(self, session, global_step_value):
            found = read_latest_checkpoint(model_dir).step
            told.append((global_step_value, found, threading.current_thread() is threading.main_thread()))

    runs.run([CheckpointSaver(model_dir, 4, None, listeners=[Listener()])], count=10)
    assert told == [(step, step, True) for step in (0, 4, 8, 10)]


def test_a_state_on_another_device_is_copied_there_and_fetched_by_the_thread(model_dir, monkeypatch):
    monkeypatch.setattr(_snapshots, "_is_elsewhere", lambda array: isinstance(array, jax.Array))
    copies = []

    def save(folder, step, variables, **options):
        copies.append(variables["weight"])
        return save_checkpoint(folder, step, variables, **options)

    monkeypatch.setattr(_saving, "save_checkpoint", save)
    runs.run([CheckpointSaver(model_dir, 4, None)], count=10)
    assert all(isinstance(copy, jax.Array) for copy in copies)
    for step in (4, 8, 10):
        found = read_checkpoint(f"{model_dir}/model.ckpt-{step}")
        assert found.variables == {"weight": sum(range(step)), "global_step": step}
