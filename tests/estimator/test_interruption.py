"""SIGTERM and Ctrl-C: a run saves, says so and ends; started again it ends as one that was not interrupted."""

import contextlib
import pathlib
import re
import signal
import subprocess
import sys
import threading
import time

import numpy as np
import pytest

import estimax as tf
from estimax.train._checkpoints import latest_checkpoint
from tests.estimator import homes, restarted

ROOT = pathlib.Path(__file__).parent.parent.parent
PATIENCE_SECS = 120

SLOW_EVALUATION = """
import sys, time
import numpy as np
import estimax as tf
from tests.estimator import restarted

model_dir, rows, steps = sys.argv[1], sys.argv[2], int(sys.argv[3])

def numbers():
    for number in range(100):
        print("evaluating", flush=True)
        time.sleep(1)
        yield {"number": np.float32([number]), "word": [b"ash"]}, np.float32([number])

number = tf.TensorSpec([1], tf.float32)
spec = ({"number": number, "word": tf.TensorSpec([1], tf.string)}, number)
training = tf.estimator.TrainSpec(restarted.input_fn(rows), max_steps=steps)
evaluation = tf.estimator.EvalSpec(lambda: tf.data.Dataset.from_generator(numbers, output_signature=spec))
tf.estimator.train_and_evaluate(restarted.make("dnn", model_dir), training, evaluation)
"""

STUCK_INPUT = """
import sys, time
import numpy as np
import estimax as tf
from tests.estimator import homes

def numbers():
    for number in range(5):
        yield {"sq_footage": np.float32([number])}, np.float32([number])
    print("stuck", flush=True)
    time.sleep(1 if len(sys.argv) > 2 else 1000)

spec = ({"sq_footage": tf.TensorSpec([1], tf.float32)}, tf.TensorSpec([1], tf.float32))
homes.small(sys.argv[1]).train(lambda: tf.data.Dataset.from_generator(numbers, output_signature=spec))
"""

STUCK_SAVE = """
import sys, time
import estimax as tf
from tests.estimator import restarted

class Stuck(tf.train.CheckpointSaverListener):
    def before_save(self, session, step):
        if step:
            print("stuck", flush=True)
            time.sleep(1000)

restarted.run("linear", sys.argv[1], sys.argv[2], 1_000_000, 1_000_000, [Stuck()])
"""


@pytest.fixture
def rows(tmp_path):
    path = tmp_path / "rows.csv"
    restarted.write_rows(path)
    return str(path)


@contextlib.contextmanager
def started(*arguments, code=None):
    """Starts the program, or another; whatever happens, it is gone afterwards."""
    what = ["-m", "tests.estimator.restarted"] if code is None else ["-c", code]
    command = [sys.executable, *what, *map(str, arguments)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        try:
            yield process
        finally:
            process.kill()


def step_of(model_dir):
    prefix = latest_checkpoint(model_dir)
    return -1 if prefix is None else int(prefix.rpartition("-")[2])


def wait_for_step(process, model_dir, step):
    limit = time.monotonic() + PATIENCE_SECS
    while step_of(model_dir) < step:
        assert process.poll() is None, process.communicate()[1]
        assert time.monotonic() < limit
        time.sleep(0.002)


def ended(process, number):
    """Sends a signal; returns the log of the process, which must end by it."""
    process.send_signal(number)
    log = process.communicate(timeout=PATIENCE_SECS)[1]
    assert process.returncode == -number, log
    assert log.rstrip().endswith("KeyboardInterrupt") == (number == signal.SIGINT)
    return log


def finish(*arguments):
    with started(*arguments) as process:
        log = process.communicate(timeout=PATIENCE_SECS)[1]
        assert process.returncode == 0, log


@pytest.mark.parametrize("program", ["custom", pytest.param("linear", marks=pytest.mark.slow)])
def test_a_run_that_is_told_to_end_saves_the_step_it_is_at_and_goes_on_from_there(program, rows, tmp_path):
    whole, parts, steps = str(tmp_path / "whole"), str(tmp_path / "parts"), 30_000
    finish(program, whole, rows, steps, 9000)
    for number, after in ((signal.SIGTERM, 0), (signal.SIGINT, 9000)):
        with started(program, parts, rows, steps, 9000) as process:
            wait_for_step(process, parts, after)
            time.sleep(0.1)
            log = ended(process, number)
        step = step_of(parts)
        assert f"{signal.Signals(number).name}: the run ends after step {step}." in log
        assert f"Step {step} is saved in {parts}; the same program, started again, goes on from there." in log
        assert after <= step < steps
    finish(program, parts, rows, steps, 9000)
    homes.assert_equal(*(homes.variables(restarted.make(program, folder)) for folder in (whole, parts)))


@pytest.mark.parametrize("number", [signal.SIGTERM, pytest.param(signal.SIGINT, marks=pytest.mark.slow)])
def test_an_evaluation_in_between_is_not_waited_for(number, rows, tmp_path):
    whole, parts, steps = str(tmp_path / "whole"), str(tmp_path / "parts"), 60
    finish("dnn", whole, rows, steps)
    with started(parts, rows, steps, code=SLOW_EVALUATION) as process:
        assert process.stdout.readline() == "evaluating\n"
        log = ended(process, number)
    assert f"{signal.Signals(number).name}: the run ends after step 20." in log
    assert step_of(parts) == 20
    finish("dnn", parts, rows, steps)
    homes.assert_equal(*(homes.variables(restarted.make("dnn", folder)) for folder in (whole, parts)))


def test_a_run_that_waits_for_its_input_ends_too(tmp_path):
    whole, parts = str(tmp_path / "whole"), str(tmp_path / "parts")
    with started(parts, code=STUCK_INPUT) as process:
        assert process.stdout.readline() == "stuck\n"
        time.sleep(2)  # until the loop has done what it was given
        log = ended(process, signal.SIGTERM)
    assert re.search(r"Step \d is saved", log)
    for folder in (whole, parts):
        with started(folder, "short", code=STUCK_INPUT) as process:
            log = process.communicate(timeout=PATIENCE_SECS)[1]
            assert process.returncode == 0, log
    homes.assert_equal(*(homes.variables(homes.small(folder)) for folder in (whole, parts)))


def test_a_second_ctrl_c_ends_the_run_without_saving(rows, model_dir):
    with started(model_dir, rows, code=STUCK_SAVE) as process:
        wait_for_step(process, model_dir, 0)
        process.send_signal(signal.SIGINT)
        assert process.stdout.readline() in ("stuck\n", "")  # or it came before the first step
        time.sleep(0.2)
        ended(process, signal.SIGINT)
    assert step_of(model_dir) == 0


class Signaller(tf.train.CheckpointSaverListener):
    """Sends this process a signal when a checkpoint was written."""

    def __init__(self, number, at):
        self.number, self.at = number, at

    def before_save(self, session, global_step_value):
        if global_step_value == self.at:
            signal.raise_signal(self.number)


def test_a_programs_own_handler_is_called_when_the_run_has_ended(model_dir):
    steps_when_called = []
    before = signal.signal(signal.SIGTERM, lambda *_: steps_when_called.append(step_of(model_dir)))
    try:
        estimator = homes.small(model_dir, save_checkpoints_steps=3)
        batches = homes.input_fn(homes.PRICE, epochs=None)
        own = signal.getsignal(signal.SIGTERM)
        estimator.train(batches, max_steps=12, saving_listeners=[Signaller(signal.SIGTERM, 3)])
        assert steps_when_called == [3]
        assert signal.getsignal(signal.SIGTERM) is own
    finally:
        signal.signal(signal.SIGTERM, before)
    estimator.train(batches, max_steps=12)
    whole = homes.small(f"{model_dir}/whole")
    whole.train(batches, max_steps=12)
    np.testing.assert_array_equal(
        whole.get_variable_value("linear/linear_model/bias_weights"),
        estimator.get_variable_value("linear/linear_model/bias_weights"),
    )


def test_handlers_are_the_same_after_a_run_and_after_one_that_failed(model_dir):
    before = [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)]
    estimator = homes.small(model_dir, save_checkpoints_steps=4)
    with pytest.raises(KeyboardInterrupt):
        estimator.train(homes.input_fn(homes.PRICE), saving_listeners=[Signaller(signal.SIGINT, 4)])
    with pytest.raises(tf.estimator.NanLossDuringTrainingError):
        estimator.train(homes.input_fn(homes.PRICE * np.nan))
    estimator.train(homes.input_fn(homes.PRICE))
    assert [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)] == before


def test_a_run_in_another_thread_leaves_signals_alone(model_dir):
    seen = []

    class Looker(tf.train.CheckpointSaverListener):
        def after_save(self, session, global_step_value):
            seen.append(signal.getsignal(signal.SIGINT))

    def train():
        homes.small(model_dir).train(homes.input_fn(homes.PRICE), saving_listeners=[Looker()])

    thread = threading.Thread(target=train)
    thread.start()
    thread.join()
    assert set(seen) == {signal.getsignal(signal.SIGINT)}
