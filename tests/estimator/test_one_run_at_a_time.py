"""One training run in a folder at a time; whoever only reads is not kept out. And what a run need not read."""

import pathlib
import subprocess
import sys
import threading

import numpy as np
import pytest

import estimax as tf
from estimax.train import _checkpoints
from estimax.train._run_lock import LOCK_FILE
from tests.estimator import homes

ROOT = pathlib.Path(__file__).parent.parent.parent
FOREVER = homes.input_fn(homes.PRICE, epochs=None)

LONG = """
import sys
import estimax as tf
from tests.estimator import homes

class Teller(tf.train.CheckpointSaverListener):
    def after_save(self, session, step):
        print(step, flush=True)

estimator = homes.small(sys.argv[1], save_checkpoints_steps=50)
estimator.train(homes.input_fn(homes.PRICE, epochs=None), saving_listeners=[Teller()])
"""


@pytest.fixture
def running(model_dir):
    """A process that trains in the folder and has written a few checkpoints."""
    command = [sys.executable, "-c", LONG, model_dir]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        for _ in range(3):
            assert process.stdout.readline()
        yield process
        process.kill()


def test_beside_a_run_another_is_refused_and_reading_is_not(model_dir, running):
    before = homes.small(model_dir)
    with pytest.raises(RuntimeError, match=rf"is being trained by process {running.pid} on .* since .*: "):
        before.train(FOREVER, steps=10)
    training = tf.estimator.TrainSpec(FOREVER, max_steps=10**9)
    with pytest.raises(RuntimeError, match=f"process {running.pid}"):
        tf.estimator.train_and_evaluate(before, training, tf.estimator.EvalSpec(homes.input_fn(homes.PRICE)))
    assert before.evaluate(homes.input_fn(homes.PRICE))["global_step"] > 0
    assert len(list(before.predict(homes.input_fn()))) == homes.ROWS
    footage = tf.compat.v1.placeholder(tf.float32, [None])
    receiver = tf.estimator.export.build_raw_serving_input_receiver_fn({"sq_footage": footage})
    assert before.export_saved_model(f"{model_dir}/export", receiver)
    running.kill()
    running.wait()
    step = before.get_variable_value("global_step")
    before.train(FOREVER, steps=10)
    assert before.get_variable_value("global_step") == step + 10


def test_two_estimators_in_threads_of_a_process_are_kept_apart(model_dir):
    errors = []

    class Second(tf.train.CheckpointSaverListener):
        def after_save(self, session, global_step_value):
            def train():
                try:
                    homes.small(model_dir).train(FOREVER, steps=1)
                except RuntimeError as error:
                    errors.append(str(error))

            thread = threading.Thread(target=train)
            thread.start()
            thread.join()

    homes.small(model_dir).train(FOREVER, steps=3, saving_listeners=[Second()])
    assert len(errors) == 2 and "takes one training run at a time" in errors[0]
    homes.small(model_dir).train(FOREVER, steps=3)


def test_a_run_that_failed_lets_go_of_the_folder(model_dir):
    estimator = homes.small(model_dir)
    with pytest.raises(tf.estimator.NanLossDuringTrainingError):
        estimator.train(homes.input_fn(homes.PRICE * np.nan), steps=3)
    estimator.train(FOREVER, steps=3)
    assert pathlib.Path(model_dir, LOCK_FILE).read_bytes() == b""


def test_what_killed_runs_have_begun_to_write_is_removed_at_the_next_start(model_dir):
    half = pathlib.Path(model_dir, ".model.ckpt-7.safetensors.0123456789ab.tmp")
    other = pathlib.Path(model_dir, ".notes.txt.0123456789ab.tmp")
    for path in (half, other):
        path.write_bytes(b"x")
    homes.small(model_dir).train(FOREVER, steps=1)
    assert not half.exists() and other.exists()


def test_where_max_steps_was_reached_no_checkpoint_is_read(model_dir, monkeypatch):
    homes.small(model_dir).train(FOREVER, steps=5)
    again = homes.small(model_dir)
    read = []
    monkeypatch.setattr(_checkpoints.TensorFile, "read", lambda self, name: read.append(name))
    again.train(FOREVER, max_steps=5)
    again.train(FOREVER, max_steps=4)
    assert read == []
