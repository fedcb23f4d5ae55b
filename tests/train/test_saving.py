"""When checkpoints are written, what they hold, and who is told."""

import math
import pathlib

import pytest

from estimax.train._checkpoints import read_checkpoint, read_latest_checkpoint
from estimax.train._saving import CheckpointSaver, CheckpointSaverListener
from tests.train import runs


class Listener(CheckpointSaverListener):
    def __init__(self, stop_at=None, fail_at=None):
        self.told = []
        self.stop_at, self.fail_at = stop_at, fail_at

    def begin(self):
        self.told.append("begin")

    def before_save(self, session, global_step_value):
        self.told.append(f"before {global_step_value}")

    def after_save(self, session, global_step_value):
        self.told.append(f"after {global_step_value}")
        if global_step_value == self.fail_at:
            raise KeyboardInterrupt
        return global_step_value == self.stop_at

    def end(self, session, global_step_value):
        self.told.append(f"end {global_step_value}")


def steps_saved(model_dir):
    return sorted(int(p.stem.split("-")[1]) for p in pathlib.Path(model_dir).glob("*.safetensors"))


def position(model_dir, step):
    return read_checkpoint(f"{model_dir}/model.ckpt-{step}").input_state


def saver(model_dir, every_steps=None, every_secs=None, **options):
    return CheckpointSaver(model_dir, every_steps, every_secs, keep_max=None, **options)


def test_checkpoints_stand_at_multiples_from_the_first_step_and_at_both_ends(model_dir):
    runs.run([saver(model_dir, 4, first_step=2)], first=2, last=13)
    assert steps_saved(model_dir) == [2, 6, 10, 13]


def test_a_checkpoint_holds_the_variables_of_its_step(model_dir):
    runs.run([saver(model_dir, 4)], last=10)
    for step in (0, 4, 8, 10):
        found = read_checkpoint(f"{model_dir}/model.ckpt-{step}")
        assert found.step == step
        assert found.variables == {"weight": sum(range(step)), "global_step": step}


def test_in_the_middle_of_a_run_the_position_of_the_input_is_saved_and_at_the_end_it_is_not(model_dir):
    runs.run([saver(model_dir, 4, last_step=12)], last=12)
    assert [position(model_dir, step) is not None for step in (0, 4, 8, 12)] == [False, True, True, False]


def test_an_end_that_nobody_foresaw_takes_the_position_back(model_dir):
    listener = Listener()
    runs.run([saver(model_dir, 4, listeners=[listener])], count=8)
    assert position(model_dir, 4) is not None
    assert position(model_dir, 8) is None
    assert listener.told == ["begin", "before 0", "after 0", "before 4", "after 4", "before 8", "after 8", "end 8"]


def test_from_a_checkpoint_in_the_middle_the_run_goes_on(model_dir):
    with pytest.raises(KeyboardInterrupt):
        runs.run([saver(model_dir, 4, listeners=[Listener(fail_at=8)])], count=11)
    found = read_latest_checkpoint(model_dir)
    listener = Listener()
    again = saver(model_dir, 4, first_step=8, restored_step=8, listeners=[listener])
    weight = float(found.variables["weight"])
    run = runs.run([again], count=11, first=8, weight=weight, position=found.input_state)
    assert run.variables() == {"weight": sum(range(11)), "global_step": 11}
    assert listener.told == ["begin", "before 11", "after 11", "end 11"]
    assert position(model_dir, 11) is None


def test_a_run_that_finds_its_input_at_the_end_takes_the_position_back(model_dir):
    with pytest.raises(KeyboardInterrupt):
        runs.run([saver(model_dir, 4, listeners=[Listener(fail_at=8)])], count=8)
    found = read_latest_checkpoint(model_dir)
    assert found.input_state is not None
    again = saver(model_dir, 4, first_step=8, restored_step=8)
    run = runs.run([again], count=8, first=8, weight=28.0, position=found.input_state)
    assert run.step == 8
    assert position(model_dir, 8) is None
    assert read_latest_checkpoint(model_dir).variables == found.variables


def test_a_listener_ends_the_run(model_dir):
    listener = Listener(stop_at=4)
    runs.run([saver(model_dir, 2, listeners=[listener])])
    assert listener.told[-2:] == ["after 4", "end 4"]
    assert position(model_dir, 4) is None  # it ended: the next run starts its input anew


def test_a_listener_ends_the_run_before_its_first_step(model_dir):
    listener = Listener(stop_at=0)
    runs.run([saver(model_dir, 2, listeners=[listener])])
    assert listener.told == ["begin", "before 0", "after 0", "end 0"]
    assert steps_saved(model_dir) == [0]


def test_checkpoints_by_time_come_when_they_are_due(model_dir):
    class Clock:
        now = 0.0

        def __call__(self):
            return self.now

    class Ticking(CheckpointSaver):
        """Each step takes a second; the loop is made to stop after each."""

        def next_stop(self, step):
            return step + 1

        def after_steps(self, run, first, values):
            self.clock.now = float(run.step)
            super().after_steps(run, first, values)

    ticking = Ticking(model_dir, None, 5.0, keep_max=None, clock=Clock())
    runs.run([ticking], last=13)
    assert steps_saved(model_dir) == [0, 5, 10, 13]
    assert position(model_dir, 5) is not None


def test_without_a_number_of_steps_the_loop_need_not_stop_for_it(model_dir):
    assert saver(model_dir, None, 600).next_stop(7) == math.inf
    assert saver(model_dir, 10, first_step=3).next_stop(3) == 13
    assert saver(model_dir, 10, first_step=3).next_stop(12) == 13


def test_old_checkpoints_go(model_dir):
    runs.run([CheckpointSaver(model_dir, 1, None, keep_max=2)], last=5)
    assert steps_saved(model_dir) == [4, 5]
