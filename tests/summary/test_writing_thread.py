"""Writing never holds up or ends a program: disks that hang, are full or go away, forks, kills."""

import os
import pathlib
import shutil
import signal
import subprocess
import sys
import threading
import time

import numpy as np
import pytest
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

from estimax import summary
from estimax.summary import EventWriter, FileWriter, FileWriterCache, _writing_thread, read_events
from tests.mounts import may_mount

ROOT = pathlib.Path(__file__).parents[2]


def steps(folder):
    return [event.step for event in read_events(folder)]


def run(code, *arguments, before=()):
    command = [*before, sys.executable, "-W", "error", "-c", code, *map(str, arguments)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)


def held(writer):
    """Keeps the thread of a writer busy until the event that is returned is set."""
    release = threading.Event()
    writer.later(lambda: release.wait(30) and None, 0)
    return release


def test_what_comes_too_fast_is_left_out_with_one_warning(tmp_path, caplog):
    with EventWriter(tmp_path) as writer:
        release = held(writer)
        for step in range(200):
            writer.array("large", np.full(2**18, step, np.float32), step)
        release.set()
        writer.flush()
        writer.scalar("after", 1, 1000)
    assert steps(tmp_path) == [1000]  # arrays are no points of a curve
    board = EventAccumulator(str(tmp_path), size_guidance={"tensors": 0})
    board.Reload()
    written = [event.step for event in board.Tensors("large")]
    assert written == list(range(len(written))) and 32 < len(written) <= 64
    assert [r.getMessage() for r in caplog.records] == [
        f"Summaries for {tmp_path} come faster than they can be written; some are left out."
    ]


def test_many_points_find_room(tmp_path, caplog):
    with EventWriter(tmp_path) as writer:
        release = held(writer)
        for step in range(10_000):
            writer.scalars({"a": 1, "b": 2}, step)
        release.set()
    assert steps(tmp_path) == [step for step in range(10_000) for _ in "ab"]
    assert not caplog.records


def test_nobody_waits_for_ever_for_a_disk_that_hangs(tmp_path, caplog, monkeypatch):
    monkeypatch.setattr(_writing_thread, "_PATIENCE", 0.2)
    writer = EventWriter(tmp_path)
    release = held(writer)
    writer.scalar("a", 1, 1)
    writer.flush()
    writer.close()
    assert [r.getMessage() for r in caplog.records] == [f"Summaries for {tmp_path} take too long to be written."]
    release.set()
    for _ in range(500):
        if steps(tmp_path) == [1]:
            return
        time.sleep(0.01)
    raise AssertionError("what was added before the disk went on is not written")


def test_what_fails_in_the_thread_gives_one_warning(tmp_path, caplog):
    def fail():
        raise ZeroDivisionError("no")

    with EventWriter(tmp_path) as writer:
        writer.later(fail, 1)
        writer.later(fail, 2)
        writer.scalar("\ud800", 1, 3)
        writer.scalar("a", 1, 4)
    assert steps(tmp_path) == [4]
    assert [r.getMessage() for r in caplog.records] == ["A summary could not be made: ZeroDivisionError: no"]


def test_without_a_thread_nothing_is_written_and_all_goes_on(tmp_path, caplog, monkeypatch):
    def start(thread):
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", start)
    with EventWriter(tmp_path) as writer:
        writer.scalar("a", 1, 1)
        writer.flush()
    assert [r.getMessage() for r in caplog.records] == [
        f"Summaries for {tmp_path} cannot be written: can't start new thread"
    ]


def test_a_file_that_is_removed_gets_a_successor(tmp_path, caplog):
    with EventWriter(tmp_path / "logs") as writer:
        writer.scalar("a", 1, 1)
        writer.flush()
        for path in (tmp_path / "logs").iterdir():
            path.unlink()
        writer.scalar("a", 1, 2)
        writer.flush()
        assert steps(tmp_path / "logs") == [2]
        shutil.rmtree(tmp_path / "logs")
        writer.scalar("a", 1, 3)
        writer.flush()
        assert not (tmp_path / "logs").exists()
        (tmp_path / "logs").mkdir()
        writer.scalar("a", 1, 4)
    board = EventAccumulator(str(tmp_path / "logs"))
    board.Reload()
    assert [event.step for event in board.Scalars("a")] == [4]
    assert len(caplog.records) == 1


def test_a_forked_process_writes_nothing_and_does_not_hang(tmp_path):
    code = (
        "import os, sys\n"
        "from estimax.summary import EventWriter\n"
        "writer = EventWriter(sys.argv[1]); writer.scalar('a', 1, 1); writer.flush()\n"
        "child = os.fork()\n"
        "writer.scalar('a', 1, 2 + (child == 0)); writer.scalar('a', 1, 4 + (child == 0)); writer.flush()\n"
        "if child: assert os.waitpid(child, 0)[1] == 0\n"
        "writer.close()\n"
    )
    result = run(code, tmp_path)
    assert steps(tmp_path) == [1, 2, 4]
    assert result.stderr.count("forked off") == result.stderr.count("\n") == 1


def test_a_killed_process_leaves_whole_records(tmp_path):
    code = (
        "import sys\n"
        "from estimax.summary import EventWriter\n"
        "writer = EventWriter(sys.argv[1], flush_secs=0)\n"
        "step = 0\n"
        "while True:\n"
        "    writer.histogram('h', range(100), step); writer.scalar('a', step, step); step += 1\n"
        "    if step % 100 == 0: writer.flush()\n"
    )
    with subprocess.Popen([sys.executable, "-c", code, str(tmp_path)], cwd=ROOT) as process:
        try:
            while sum(path.stat().st_size for path in tmp_path.iterdir()) < 100_000 and process.poll() is None:
                time.sleep(0.01)
        finally:
            process.send_signal(signal.SIGKILL)
    found = steps(tmp_path)
    assert found == list(range(len(found))) and len(found) > 100


@pytest.mark.skipif(not may_mount(), reason="needs a file system of its own, which this machine does not let us mount")
def test_a_full_disk_gives_one_warning_and_whole_records(tmp_path):
    code = (
        "import os, shutil, subprocess, sys\n"
        "from estimax.summary import EventWriter\n"
        "folder, kept = sys.argv[1:]\n"
        "subprocess.run(['mount', '-t', 'tmpfs', '-o', 'size=64k', 'none', folder], check=True)\n"
        "with EventWriter(folder) as writer:\n"
        "    for step in range(200): writer.scalar('a', 1, step)\n"
        "    writer.flush()\n"
        "    with open(folder + '/filler', 'wb') as file: file.write(b' ' * (os.statvfs(folder).f_bavail << 12))\n"
        "    for step in range(200, 4000): writer.scalar('a', 1, step); writer.flush() if step % 500 == 0 else None\n"
        "    writer.flush()\n"
        "    os.remove(folder + '/filler')\n"
        "    writer.scalar('a', 1, 9999)\n"
        "shutil.copytree(folder, kept)\n"
    )
    folder = tmp_path / "small"
    folder.mkdir()
    result = run(code, folder, tmp_path / "kept", before=["unshare", "-Urm"])
    assert result.stderr.count("\n") == result.stderr.count("No space left") == 1
    found = steps(tmp_path / "kept")
    assert found[:200] == list(range(200)) and found == sorted(found)


def test_a_queue_is_written_when_it_is_full(tmp_path):
    with EventWriter(tmp_path, flush_secs=1000, max_queue=3, filename_suffix=".mine") as writer:
        for step in range(4):
            writer.scalar("a", 1, step)
        for _ in range(500):
            if [path.suffix for path in tmp_path.iterdir()] == [".mine"] and len(steps(tmp_path)) == 4:
                return
            time.sleep(0.01)
        raise AssertionError("four events are held back, though three are the most")


def test_a_file_writer_writes_graphs_and_logs_of_sessions(tmp_path):
    from tensorboardX.proto.graph_pb2 import GraphDef

    graph = GraphDef(node=[{"name": "a", "op": "Const"}])

    class Graph:
        def as_graph_def(self):
            return graph

    for given in graph, graph.SerializeToString(), Graph():
        with FileWriter(tmp_path, given, filename_suffix=".graph") as writer:
            writer.add_session_log(summary.SessionLog(status=summary.SessionLog.START), 5)
            writer.add_run_metadata(b"", "step", 6)
            writer.add_meta_graph(b"", 6)
            writer.add_graph(object())
        board = EventAccumulator(str(next(tmp_path.iterdir())))
        board.Reload()
        assert [node.name for node in board.Graph().node] == ["a"]
        assert board.Tags()["run_metadata"] == ["step"]
        shutil.rmtree(tmp_path)


def test_a_start_of_a_session_makes_tensorboard_forget_what_came_after_it(tmp_path):
    with FileWriter(tmp_path) as writer:
        for step in range(10):
            writer.add_summary(summary.scalar("a", step), step)
        writer.add_session_log(summary.SessionLog(status=summary.SessionLog.START), 4)
        writer.add_summary(summary.scalar("a", 44), 4)
    board = EventAccumulator(str(tmp_path))
    board.Reload()
    assert [(event.step, event.value) for event in board.Scalars("a")] == [(0, 0), (1, 1), (2, 2), (3, 3), (4, 44)]


def test_several_writers_and_the_cache_write_to_one_folder(tmp_path):
    cached, own = FileWriterCache.get(tmp_path), FileWriter(tmp_path)
    for step, writer in enumerate([cached, own, FileWriterCache.get(str(tmp_path))]):
        writer.add_summary(summary.scalar("a", step), step)
    own.close()
    FileWriterCache.clear()
    assert sorted(steps(tmp_path)) == [0, 1, 2]
    assert len(os.listdir(tmp_path)) == 2
