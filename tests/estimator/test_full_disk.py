"""A run that finds no room for its checkpoint ends with an error that says so, and goes on when there is room again."""

import os
import pathlib
import subprocess
import sys

import pytest

from estimax.train._checkpoints import latest_checkpoint
from tests.estimator import homes, restarted
from tests.mounts import may_mount

ROOT = pathlib.Path(__file__).parent.parent.parent
STEPS = 200

PROGRAM = """
import os, pathlib, resource, shutil, subprocess, sys
from estimax.train._checkpoints import read_checkpoint, read_latest_checkpoint
from tests.estimator import restarted

model_dir, rows, steps = sys.argv[1:]

def fails(expected):
    try:
        restarted.run("custom", model_dir, rows, steps)
    except OSError as error:
        assert expected in str(error), error
    else:
        raise AssertionError("there was room")
    names = os.listdir(model_dir)
    assert not [name for name in names if name.endswith(".tmp")], names
    found = read_latest_checkpoint(model_dir)
    print("failed after", found.step)
    for name in names:
        if name.endswith(".safetensors"):
            read_checkpoint(f"{model_dir}/{name.removesuffix('.safetensors')}")

"""

LIMITED = """
restarted.run("custom", model_dir, rows, 60)
for limit in (50_000, 1000, 1):
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))
    fails("File too large")
resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY,) * 2)
restarted.run("custom", model_dir, rows, steps)
"""

FULL = """
def mount(*options):
    subprocess.run(["mount", "-t", "tmpfs", "-o", ",".join(options), "none", model_dir], check=True)

mount("size=300k")
fails("No space left on device")
fails("No space left on device")
kept = f"{model_dir}-kept"
mount("remount", "size=10m")
restarted.run("custom", model_dir, rows, steps)
shutil.copytree(model_dir, kept)
"""


@pytest.fixture
def rows(tmp_path):
    path = tmp_path / "rows.csv"
    restarted.write_rows(path)
    return str(path)


def run(code, model_dir, rows, before=()):
    command = [*before, sys.executable, "-c", PROGRAM + code, model_dir, rows, str(STEPS)]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=250)
    assert result.returncode == 0, result.stderr
    return result.stdout


def assert_as_if_nothing_had_been(found, rows, tmp_path, *ends):
    for steps in (*ends, STEPS):
        restarted.run("custom", str(tmp_path / "whole"), rows, steps)
    whole, parts = (restarted.make("custom", folder) for folder in (str(tmp_path / "whole"), found))
    assert parts.get_variable_value("global_step") == STEPS
    homes.assert_equal(homes.variables(whole), homes.variables(parts))


def test_a_file_that_may_not_grow_ends_the_run_and_earlier_checkpoints_are_intact(rows, tmp_path):
    out = run(LIMITED, str(tmp_path / "parts"), rows)
    assert out == "failed after 60\n" * 3
    assert_as_if_nothing_had_been(str(tmp_path / "parts"), rows, tmp_path, 60)


@pytest.mark.skipif(not may_mount(), reason="needs a file system of its own, which this machine does not let us mount")
def test_a_full_disk_ends_the_run_and_earlier_checkpoints_are_intact(rows, tmp_path):
    parts = tmp_path / "parts"
    parts.mkdir()
    out = run(FULL, str(parts), rows, before=["unshare", "-Urm"])
    steps = [int(line.rpartition(" ")[2]) for line in out.splitlines()]
    assert len(steps) == 2 and 0 < steps[0] <= steps[1] < STEPS
    assert_as_if_nothing_had_been(f"{parts}-kept", rows, tmp_path)


def test_a_folder_that_cannot_be_written_is_named(rows, tmp_path):
    folder = tmp_path / "model"
    folder.write_text("a file")
    with pytest.raises(OSError, match="model"):
        restarted.run("custom", str(folder), rows, STEPS)
    assert latest_checkpoint(str(folder)) is None
    assert os.listdir(tmp_path).count("model") == 1
