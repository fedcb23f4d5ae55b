"""A run that is killed at any moment, again and again, ends as one that was not, bit for bit."""

import contextlib
import os
import pathlib
import random
import re
import signal
import subprocess
import sys
import time

import pytest

from estimax.train._checkpoints import latest_checkpoint, read_checkpoint
from tests.estimator import homes, restarted

ROOT = pathlib.Path(__file__).parent.parent.parent
PATIENCE_SECS = 120
HALF_WRITTEN = re.compile(r"\.model\.ckpt-.*\.tmp")


@pytest.fixture
def rows(tmp_path):
    path = tmp_path / "rows.csv"
    restarted.write_rows(path)
    return str(path)


@contextlib.contextmanager
def started(arguments):
    """Starts the program; whatever happens, it is gone afterwards."""
    command = [sys.executable, "-m", "tests.estimator.restarted", *map(str, arguments)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) as process:
        try:
            yield process
        finally:
            process.kill()


def at_random(process, model_dir, moments):
    """Waits for any time from the start of the process on."""
    time.sleep(moments.uniform(0, 4))


def after_a_checkpoint(process, model_dir, moments):
    """Waits until a checkpoint is there that was not, and then a moment."""
    wait_for_another(process, model_dir)
    time.sleep(moments.uniform(0, 0.5))


def while_writing(process, model_dir, moments):
    """Waits until a checkpoint is being written, and then a moment; the first ones are let through."""
    for _ in range(moments.randrange(3)):
        wait_for_another(process, model_dir)
    wait_until(process, lambda: any(HALF_WRITTEN.fullmatch(name) for name in names_in(model_dir)))
    time.sleep(moments.uniform(0, 0.05))


def wait_for_another(process, model_dir):
    before = latest_checkpoint(model_dir)
    wait_until(process, lambda: latest_checkpoint(model_dir) != before)


def wait_until(process, is_so):
    limit = time.monotonic() + PATIENCE_SECS
    while not is_so() and process.poll() is None:
        assert time.monotonic() < limit
        time.sleep(0.001)


def names_in(folder):
    with contextlib.suppress(FileNotFoundError):
        return os.listdir(folder)
    return []


def kill(arguments, model_dir, wait, moments):
    """Starts the program and kills it; returns whether it was still running, and whether it was writing."""
    with started(arguments) as process:
        wait(process, model_dir, moments)
        process.kill()
        errors = process.communicate()[1]
        assert process.returncode in (0, -signal.SIGKILL), errors
    return process.returncode != 0, any(HALF_WRITTEN.fullmatch(name) for name in names_in(model_dir))


def finish(arguments):
    """Runs the program to its end."""
    with started(arguments) as process:
        errors = process.communicate(timeout=PATIENCE_SECS)[1]
    assert process.returncode == 0, errors


def assert_whole(model_dir):
    """Asserts that nothing half-written is left, and that every checkpoint that the folder has can be read."""
    names = names_in(model_dir)
    assert not [name for name in names if HALF_WRITTEN.fullmatch(name)]
    for name in names:
        if name.endswith(".safetensors"):
            read_checkpoint(f"{model_dir}/{name.removesuffix('.safetensors')}")


WAITS = (while_writing, after_a_checkpoint, at_random)
MANY = [("linear", 12, 8000), ("dnn", 12, 8000), ("custom", 12, 8000), ("large", 20, 900), ("dnn+", 8, 400)]


@pytest.mark.parametrize(
    ("program", "kills", "steps"),
    [("custom", 3, 600), *(pytest.param(*row, marks=pytest.mark.slow) for row in MANY)],
)
def test_killed_at_any_moment_and_started_again_equals_uninterrupted(program, kills, steps, rows, tmp_path):
    whole, parts = str(tmp_path / "whole"), str(tmp_path / "parts")
    finish([program, whole, rows, steps])
    moments = random.Random(kills)
    landed = written = 0
    for number in range(kills):
        was_running, was_writing = kill([program, parts, rows, steps], parts, WAITS[number % len(WAITS)], moments)
        landed += was_running
        written += was_writing
    finish([program, parts, rows, steps])
    assert landed > kills // 2
    assert written or program != "large"
    assert_whole(parts)
    one, other = (restarted.make(program.removesuffix("+"), folder) for folder in (whole, parts))
    assert other.get_variable_value("global_step") == steps
    homes.assert_equal(homes.variables(one), homes.variables(other))
    assert one.evaluate(restarted.eval_input_fn(rows)) == other.evaluate(restarted.eval_input_fn(rows))


def test_killed_before_its_first_checkpoint_is_whole_a_run_starts_anew(rows, tmp_path):
    whole, parts = str(tmp_path / "whole"), str(tmp_path / "parts")
    finish(["large", whole, rows, 30])
    with started(["large", parts, rows, 30]) as process:
        wait_until(process, lambda: any(HALF_WRITTEN.fullmatch(name) for name in names_in(parts)))
    assert latest_checkpoint(parts) is None
    finish(["large", parts, rows, 30])
    assert_whole(parts)
    homes.assert_equal(*(homes.variables(restarted.make("large", folder)) for folder in (whole, parts)))
