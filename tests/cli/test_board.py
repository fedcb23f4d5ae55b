"""`estimax board` as a user starts it: the real TensorBoard in a process, asked over HTTP, ended by signals."""

import contextlib
import pathlib
import re
import signal
import socket
import subprocess
import sys
import time

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from estimax.cli._board import run_names
from estimax.summary import EventWriter

ROOT = pathlib.Path(__file__).parents[2]
COMMAND = "from estimax.cli import main; main()"


def command(*arguments, code=COMMAND):
    return [sys.executable, "-c", code, "board", *map(str, arguments)]


def run(*arguments, code=COMMAND):
    return subprocess.run(
        command(*arguments, code=code), cwd=ROOT, capture_output=True, text=True, check=False, timeout=120
    )


@contextlib.contextmanager
def board(*arguments, ended_by=signal.SIGTERM, code=COMMAND):
    """Gives the URL of a board, and a list that holds the process's words when it has ended well."""
    words = []
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    with subprocess.Popen(command(*arguments, code=code), cwd=ROOT, **pipes) as process:
        try:
            line = process.stdout.readline()
            found = re.fullmatch(r"TensorBoard is at (http://\S+:\d+/) \(Ctrl-C ends it\)\n", line)
            assert found, line + process.stderr.read()
            yield found[1], words
            process.send_signal(ended_by)
            words += process.communicate(timeout=60)
        finally:
            process.kill()
    assert process.returncode == 0
    assert "Traceback" not in words[1]


def written(folder, tag="loss"):
    with EventWriter(str(folder)) as writer:
        writer.scalar(tag, 1.0, 1)
    return folder


def runs(url, expected):
    """Returns the names of the runs, which TensorBoard knows only after its first load; waits for those expected."""
    deadline = time.monotonic() + 60
    with httpx.Client(base_url=url, timeout=60) as client:
        while (names := sorted(client.get("data/runs").json())) != expected and time.monotonic() < deadline:
            time.sleep(0.1)
        return names


@pytest.mark.parametrize("ended_by", [signal.SIGTERM, signal.SIGINT])
def test_a_folder_is_shown_until_a_signal(tmp_path, ended_by):
    written(tmp_path / "model")
    written(tmp_path / "model" / "eval", "accuracy")
    with board(tmp_path / "model", "--port=0", ended_by=ended_by) as (url, words):
        assert runs(url, [".", "eval"]) == [".", "eval"]
        tags = httpx.get(f"{url}data/plugin/scalars/tags").json()
        assert {run: list(of_run) for run, of_run in tags.items()} == {".": ["loss"], "eval": ["accuracy"]}
    assert words == ["", ""]


def test_several_folders_are_runs_beside_each_other_and_leave_nothing_behind(tmp_path):
    folders = [written(tmp_path / day / name) for day, name in [("monday", "wide"), ("monday", "deep")]]
    code = f"import tempfile; tempfile.tempdir = {str(tmp_path / 'scratch')!r}; {COMMAND}"
    (tmp_path / "scratch").mkdir()
    with board(*folders, tmp_path / "to_come", "--port", "0", code=code) as (url, words):
        assert runs(url, ["deep", "wide"]) == ["deep", "wide"]
        assert [link.name for link in (tmp_path / "scratch").glob("*/wide")] == ["wide"]
    assert list((tmp_path / "scratch").iterdir()) == []
    assert words[1].splitlines() == [
        f"estimax board: note: {tmp_path / 'to_come'} does not exist yet; a run that writes there will be shown"
    ]


def test_a_port_that_is_taken_is_an_error_where_it_was_asked_for(tmp_path):
    with socket.create_server(("localhost", 0)) as taken:
        port = taken.getsockname()[1]
        result = run(written(tmp_path / "model"), f"--port={port}")
    assert result.returncode == 1 and result.stdout == ""
    assert result.stderr == f"estimax board: TensorBoard could not bind to port {port}, it was already in use\n"


def test_the_next_free_port_is_taken_where_none_was_asked_for(tmp_path):
    with contextlib.ExitStack() as stack:
        with contextlib.suppress(OSError):  # somebody else has it
            stack.enter_context(socket.create_server(("localhost", 6006)))
        url, _ = stack.enter_context(board(written(tmp_path / "model")))
        assert 6006 < int(url.rstrip("/").rpartition(":")[2]) < 6106


def test_a_file_is_no_folder_of_a_model(tmp_path):
    (tmp_path / "model").write_text("")
    result = run(tmp_path / "model")
    assert result.returncode == 1
    assert result.stderr == f"estimax board: a MODEL_DIR must be a folder; {tmp_path / 'model'} is a file\n"


def test_folders_elsewhere_are_shown_alone(tmp_path):
    result = run("gs://bucket/model", tmp_path)
    assert result.returncode == 1
    assert "from this machine's disks; got gs://bucket/model" in result.stderr


def test_without_tensorboard_it_says_what_to_install(tmp_path):
    result = run(tmp_path, code=f"import sys; sys.modules['tensorboard'] = None; {COMMAND}")
    assert result.returncode == 1 and result.stdout == ""
    assert result.stderr == (
        "estimax board: TensorBoard is not installed; install it with: pip install 'estimax[board]'\n"
    )


PATHS = st.lists(st.lists(st.sampled_from("abc"), min_size=1, max_size=4).map(tuple), unique=True, min_size=1)


@given(PATHS)
def test_names_of_runs_are_different_ends_of_their_paths(paths):
    names = run_names(["/" + "/".join(path) for path in paths])
    assert len(set(names)) == len(paths)
    assert all(f"/{'/'.join(path)}".endswith(f"/{name}") for path, name in zip(paths, names))
