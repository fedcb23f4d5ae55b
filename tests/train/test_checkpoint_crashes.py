"""What is left of a model's folder when the process that saves is killed, or the disk is full."""

import json
import os
import pathlib
import subprocess
import sys

import pytest

import estimax.train._checkpoints
from estimax.train._checkpoints import latest_checkpoint, read_checkpoint, read_latest_checkpoint

ROOT = pathlib.Path(estimax.train._checkpoints.__file__).parents[2]

SAVE = """
import json, os, random, resource, signal, sys, time
import numpy as np
from estimax.train._checkpoints import read_latest_checkpoint, save_checkpoint

folder = sys.argv[1]

def save(step, size=1000, **options):
    state = {"step": step, "buffer": np.full(size, step)}
    save_checkpoint(folder, step, {"a": np.full(size, step), "b": np.array(step)}, input_state=state, **options)

def in_child(act):
    child = os.fork()
    if not child:
        try:
            act()
        finally:
            os._exit(0)
    return child
"""


def run(code, folder):
    result = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", SAVE + code, str(folder)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert result.returncode == 0, result.stderr
    return result.stdout


def whole(checkpoint):
    """Tells whether all parts of a checkpoint are of the same step."""
    step = checkpoint.step
    state = checkpoint.input_state
    return (
        (checkpoint.variables["a"] == step).all()
        and checkpoint.variables["b"] == step
        and state["step"] == step
        and (state["buffer"] == step).all()
    )


def test_killed_before_any_of_its_calls_a_save_leaves_the_old_state_or_the_new(tmp_path):
    # Each child saves step 4 over the steps 1 to 3 and is killed before its n-th call that touches the folder.
    out = run(
        """
import shutil
base = folder + "/base"
def killed(n):
    global folder
    folder = f"{base}-{n}"
    count = 0
    def hook(event, args):
        nonlocal count
        if event in ("open", "os.rename", "os.remove", "os.mkdir", "os.listdir", "fsync"):
            count += 1
            if count == n:
                os.kill(os.getpid(), signal.SIGKILL)
    sync = os.fsync
    os.fsync = lambda handle: (hook("fsync", ()), sync(handle))[1]
    sys.addaudithook(hook)
    save(4, keep_max=2)
folder = base
for step in (1, 2, 3):
    save(step, keep_max=2)
n = 0
while True:
    n += 1
    shutil.copytree(base, f"{base}-{n}")
    _, status = os.waitpid(in_child(lambda: killed(n)), 0)
    if not os.WIFSIGNALED(status):
        break
print(n)
""",
        tmp_path,
    )
    count = int(out)
    assert count > 8
    steps = []
    for n in range(1, count + 1):
        found = read_latest_checkpoint(f"{tmp_path}/base-{n}")
        assert whole(found)
        assert latest_checkpoint(f"{tmp_path}/base-{n}") == found.prefix
        steps.append(found.step)
    assert steps == sorted(steps)
    assert set(steps) == {3, 4}


def test_killed_at_random_moments_a_run_goes_on_from_its_last_save(tmp_path, caplog):
    out = run(
        """
random.seed(0)
def saving(pipe):
    newest = read_latest_checkpoint(folder)
    step = newest.step if newest else 0
    while True:
        step += 1
        save(step, 50_000, keep_max=3)
        os.write(pipe, b"%d\\n" % step)
for _ in range(12):
    reading, writing = os.pipe()
    child = in_child(lambda: saving(writing))
    os.close(writing)
    first = os.read(reading, 100)
    time.sleep(random.uniform(0, 0.03))
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    told = first + os.read(reading, 100_000)
    newest = read_latest_checkpoint(folder)
    print(json.dumps([int(told.split()[-1]), newest.step, newest.input_state["step"], newest.variables["b"].item()]))
    os.close(reading)
""",
        tmp_path,
    )
    before = 0
    for line in out.splitlines():
        told, step, position, variable = json.loads(line)
        assert before < told <= step <= told + 1
        assert step == position == variable
        before = step
    for name in os.listdir(tmp_path):
        if name.endswith(".safetensors"):
            assert whole(read_checkpoint(str(tmp_path / name.removesuffix(".safetensors"))))
    assert not caplog.records


@pytest.mark.parametrize("limit", [1, 100, 1000, 15_000])
def test_a_full_disk_is_an_error_that_leaves_earlier_checkpoints_alone(tmp_path, limit):
    out = run(
        f"""
save(1)
before = sorted(os.listdir(folder))
resource.setrlimit(resource.RLIMIT_FSIZE, ({limit}, {limit}))
try:
    save(2)
except OSError as error:
    print(error)
assert sorted(os.listdir(folder)) == before
""",
        tmp_path,
    )
    assert "model.ckpt-2.safetensors" in out
    assert "File too large: cannot write" in out
    found = read_latest_checkpoint(str(tmp_path))
    assert found.step == 1
    assert whole(found)


def test_a_disk_that_is_full_for_the_index_alone_leaves_the_old_index(tmp_path):
    run(
        """
save(1)
import estimax.train._checkpoints as module
write_index = module.write_index
def full(*args):
    resource.setrlimit(resource.RLIMIT_FSIZE, (10, 10))
    write_index(*args)
module.write_index = full
try:
    save(2)
except OSError:
    pass
else:
    raise AssertionError
""",
        tmp_path,
    )
    assert latest_checkpoint(str(tmp_path)) == f"{tmp_path}/model.ckpt-1"
    assert read_latest_checkpoint(str(tmp_path)).step == 1
