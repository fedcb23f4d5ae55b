"""A run that was interrupted at any checkpoint and started again ends as one that was not, bit for bit."""

import logging
import shutil

import numpy as np
import pytest

import estimax as tf
from tests.estimator import homes, restarted

every_program = pytest.mark.parametrize("program", ["linear", "dnn"])


class Interruption(Exception):
    pass


class Interrupter(tf.train.CheckpointSaverListener):
    """Raises after the checkpoint of a step was written."""

    def __init__(self, at):
        self.at = at

    def after_save(self, session, global_step_value):
        if global_step_value == self.at:
            raise Interruption


class Copier(tf.train.CheckpointSaverListener):
    """Copies the model's folder after each checkpoint."""

    def __init__(self, model_dir, to):
        self.model_dir, self.to = model_dir, to

    def after_save(self, session, global_step_value):
        shutil.copytree(self.model_dir, self.to / str(global_step_value))


@pytest.fixture
def rows(tmp_path):
    path = tmp_path / "rows.csv"
    restarted.write_rows(path)
    return str(path)


@every_program
def test_interrupted_again_and_again_equals_uninterrupted(program, rows, tmp_path):
    whole = restarted.make(program, str(tmp_path / "whole"), every=7)
    whole.train(restarted.input_fn(rows), max_steps=45)
    parts = restarted.make(program, str(tmp_path / "parts"), every=7)
    for at in (0, 7, 28, 42):
        with pytest.raises(Interruption):
            parts.train(restarted.input_fn(rows), max_steps=45, saving_listeners=[Interrupter(at)])
    parts.train(restarted.input_fn(rows), max_steps=45)
    homes.assert_equal(homes.variables(whole), homes.variables(parts))


def test_without_a_seed_too_a_copy_taken_at_a_checkpoint_ends_as_its_origin(rows, tmp_path):
    origin = restarted.make("dnn", str(tmp_path / "origin"), seed=None, every=8)
    copier = Copier(origin.model_dir, tmp_path)
    origin.train(restarted.input_fn(rows), max_steps=40, saving_listeners=[copier])
    copy = restarted.make("dnn", str(tmp_path / "24"), seed=None, every=5)
    assert copy.get_variable_value("global_step") == 24
    copy.train(restarted.input_fn(rows), max_steps=40)
    homes.assert_equal(homes.variables(origin), homes.variables(copy))


def test_an_input_that_ends_ends_at_the_same_row(tmp_path):
    def two_epochs():
        rows = tf.data.Dataset.from_tensor_slices((homes.FEATURES, homes.PRICE))
        return rows.shuffle(20).batch(10).repeat(2)  # the last batch of an epoch is smaller

    whole, parts = (homes.small(str(tmp_path / name), save_checkpoints_steps=3) for name in ("whole", "parts"))
    whole.train(two_epochs)
    for at in (6, 12):
        with pytest.raises(Interruption):
            parts.train(two_epochs, saving_listeners=[Interrupter(at)])
    parts.train(two_epochs)
    assert whole.get_variable_value("global_step") == 14
    homes.assert_equal(homes.variables(whole), homes.variables(parts))


def test_a_run_that_ended_with_its_input_is_not_resumed_at_the_end_for_ever(model_dir, caplog):
    estimator = homes.small(model_dir, save_checkpoints_steps=4)
    one_epoch = homes.input_fn(homes.PRICE)
    with pytest.raises(Interruption):
        estimator.train(one_epoch, saving_listeners=[Interrupter(4)])
    caplog.set_level(logging.WARNING, logger="tensorflow")
    estimator.train(one_epoch)
    assert estimator.get_variable_value("global_step") == 4
    assert caplog.messages == []
    estimator.train(one_epoch)
    assert estimator.get_variable_value("global_step") == 8


def test_a_run_that_ended_is_followed_by_one_that_reads_from_the_start(tmp_path):
    seen = []

    def train(model_dir, *max_steps):
        estimator = homes.small(str(model_dir), save_checkpoints_steps=2)
        for last in max_steps:
            estimator.train(homes.input_fn(homes.PRICE, epochs=None), max_steps=last)
        seen.append(homes.variables(estimator))

    train(tmp_path / "one", 5, 10)
    train(tmp_path / "two", 10)
    # 64 rows are 4 batches: step 5 reads the second batch, or again the first.
    assert not np.array_equal(seen[0]["linear/linear_model/bias_weights"], seen[1]["linear/linear_model/bias_weights"])


def test_another_input_than_that_of_the_interrupted_run_starts_at_its_beginning(tmp_path, caplog):
    def interrupted(name):
        estimator = homes.small(str(tmp_path / name), save_checkpoints_steps=3)
        batches = homes.input_fn(homes.PRICE, epochs=None)
        with pytest.raises(Interruption):
            estimator.train(batches, saving_listeners=[Interrupter(3)])
        return estimator

    one, other = interrupted("one"), interrupted("other")
    batches_of_eight = homes.input_fn(homes.PRICE, batch=8, epochs=None)
    one.train(batches_of_eight, steps=3)
    assert "The input differs from that of the run that was interrupted; it starts at its beginning." in caplog.messages
    other.train(lambda: batches_of_eight().take(3))
    homes.assert_equal(homes.variables(one), homes.variables(other))
