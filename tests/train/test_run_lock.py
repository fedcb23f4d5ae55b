"""Two training runs in one folder: the second refuses and names the first; nobody else is kept out."""

import errno
import json
import os
import pathlib
import signal
import subprocess
import sys
import threading

import pytest

from estimax._base._errors import FailedPreconditionError
from estimax.train import _run_lock
from estimax.train._run_lock import LOCK_FILE, lock_run

ROOT = pathlib.Path(__file__).parent.parent.parent

HOLD = """
import sys, time
from estimax.train._run_lock import lock_run
with lock_run(sys.argv[1]):
    print("held", flush=True)
    time.sleep(1000)
"""


@pytest.fixture
def holder(model_dir):
    """Another process that holds the folder."""
    command = [sys.executable, "-c", HOLD, model_dir]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout.readline() == "held\n"
        yield process
        process.kill()


def test_one_run_after_the_other_may_hold_a_folder(tmp_path):
    folder = str(tmp_path / "a" / "b")
    for _ in range(2):
        with lock_run(folder) as is_alone:
            assert is_alone
    with pytest.raises(KeyError), lock_run(folder):
        raise KeyError
    with lock_run(folder) as is_alone:
        assert is_alone


def test_another_process_is_named(model_dir, holder):
    with pytest.raises(FailedPreconditionError) as error, lock_run(model_dir):
        pass
    assert f"{model_dir!r} is being trained by process {holder.pid} on {os.uname().nodename} since 20" in str(
        error.value
    )
    assert "time.sleep(1000)" in str(error.value), "its command"


def test_the_lock_goes_with_its_process_however_that_ends(model_dir, holder):
    holder.send_signal(signal.SIGKILL)
    holder.wait()
    assert json.loads((pathlib.Path(model_dir) / LOCK_FILE).read_text())["pid"] == holder.pid
    with lock_run(model_dir) as is_alone:
        assert is_alone
        assert json.loads((pathlib.Path(model_dir) / LOCK_FILE).read_text())["pid"] == os.getpid()


def test_another_thread_of_the_same_process_is_refused(model_dir):
    refused = []

    def second():
        try:
            with lock_run(model_dir):
                pass
        except FailedPreconditionError as error:
            refused.append(str(error))

    with lock_run(model_dir):
        thread = threading.Thread(target=second)
        thread.start()
        thread.join()
    assert f"process {os.getpid()} on" in refused[0]


@pytest.mark.parametrize("text", ["", "{", "[]", '{"pid": 1}', "\udcff"])
def test_a_holder_that_says_nothing_sensible_is_refused_too(model_dir, text, monkeypatch):
    with lock_run(model_dir):
        (pathlib.Path(model_dir) / LOCK_FILE).write_bytes(text.encode(errors="surrogateescape"))
        with pytest.raises(FailedPreconditionError, match="another run, which has not said who it is"):
            lock_run(model_dir).__enter__()


@pytest.mark.parametrize("code", [errno.ENOLCK, errno.EOPNOTSUPP, errno.ENOSYS])
def test_where_there_are_no_locks_a_warning_is_given(model_dir, code, monkeypatch, caplog):
    def flock(handle, how):
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(_run_lock.fcntl, "flock", flock)
    with lock_run(model_dir) as is_alone:
        assert not is_alone
    assert [m for m in caplog.messages if "has no locks" in m]


def test_other_errors_of_locking_are_told(model_dir, monkeypatch):
    def flock(handle, how):
        raise OSError(errno.EIO, "broken")

    monkeypatch.setattr(_run_lock.fcntl, "flock", flock)
    with pytest.raises(OSError, match="broken"), lock_run(model_dir):
        pass


def test_without_the_module_there_is_a_warning_as_well(model_dir, monkeypatch, caplog):
    monkeypatch.setattr(_run_lock, "fcntl", None)
    with lock_run(model_dir) as is_alone:
        assert not is_alone
    assert [m for m in caplog.messages if "has no locks" in m]
