import os
import pathlib
import subprocess
import sys
import threading

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

from estimax import summary
from estimax._base._errors import DataLossError, InvalidArgumentError, NotFoundError
from estimax.summary import EventWriter, FileWriter, FileWriterCache, read_events
from estimax.summary._reading import summary_iterator

ROOT = pathlib.Path(__file__).parents[2]

floats = st.floats(width=32)
points = st.lists(st.tuples(st.text(max_size=5), floats, st.integers(0, 2**62)), max_size=20)


def shown(folder):
    return [(event.step, event.tag, event.value) for event in read_events(folder)]


@settings(max_examples=30)
@given(points)
def test_points_come_back_as_they_were_written(tmp_path_factory, points):
    folder = tmp_path_factory.mktemp("events")
    with EventWriter(folder) as writer:
        for tag, value, step in points:
            writer.scalar(tag, value, step)
    assert repr(shown(folder)) == repr([(step, tag, value) for tag, value, step in points])


def test_tensorboard_reads_what_is_written(tmp_path):
    with EventWriter(tmp_path, clock=lambda: 1.7e9) as writer:
        writer.scalars({"loss": np.float32(0.5), "accuracy": 1}, 10)
        writer.scalar("loss", 0.25, np.int64(20))
        writer.text("note", "**é**", 20)
        writer.histogram("weights", np.arange(5, dtype="f"), 20)
    assert [name.rpartition(".")[0] for name in os.listdir(tmp_path)] == ["events.out.tfevents.1700000000"]
    board = EventAccumulator(str(tmp_path))
    board.Reload()
    assert [(e.step, e.value, e.wall_time) for e in board.Scalars("loss")] == [(10, 0.5, 1.7e9), (20, 0.25, 1.7e9)]
    assert board.Scalars("accuracy")[0].value == 1.0
    assert board.Tensors("note")[0].tensor_proto.string_val[0].decode() == "**é**"
    assert board.SummaryMetadata("note").plugin_data.plugin_name == "text"
    assert board.Histograms("weights")[0].histogram_value.sum == 10.0


def test_texts_and_scalars_are_read_back_and_the_rest_passed_over(tmp_path):
    with EventWriter(tmp_path) as writer:
        writer.text("checkpoint_path", b"model.ckpt-3", 3)
        writer.histogram("h", [1.0], 3)
        writer.scalar("s", 2, 3)
    assert shown(tmp_path) == [(3, "checkpoint_path", "model.ckpt-3"), (3, "s", 2.0)]
    assert shown(f"{tmp_path}/*.tfevents.*") == shown(tmp_path)
    with pytest.raises(NotFoundError):
        read_events(tmp_path / "nope")


def test_a_histogram_is_of_the_values_at_the_time_of_the_call(tmp_path):
    held = threading.Event()
    values = np.ones(3)
    with EventWriter(tmp_path) as writer:
        writer._tell(lambda: held.wait(10) and None)  # keeps the thread busy meanwhile
        writer.histogram("h", values, 0)
        values[:] = 7
        held.set()
    board = EventAccumulator(str(tmp_path))
    board.Reload()
    assert board.Histograms("h")[0].histogram_value.max == 1.0


def test_flushed_events_are_there_while_the_writer_is_open(tmp_path):
    with EventWriter(tmp_path) as writer:
        writer.scalar("a", 1, 1)
        writer.flush()
        assert shown(tmp_path) == [(1, "a", 1.0)]


def test_events_are_held_back_no_longer_than_asked(tmp_path):
    with EventWriter(tmp_path, flush_secs=0) as writer:
        writer.scalar("a", 1, 1)
        for _ in range(1000):
            if os.listdir(tmp_path) and shown(tmp_path):
                break
            threading.Event().wait(0.01)
        assert shown(tmp_path) == [(1, "a", 1.0)]


def test_two_writers_of_one_second_write_two_files(tmp_path):
    with EventWriter(tmp_path, clock=lambda: 5.0) as a, EventWriter(tmp_path, clock=lambda: 5.0) as b:
        a.scalar("a", 1, 1)
        b.scalar("b", 2, 2)
    assert len(os.listdir(tmp_path)) == 2
    assert sorted(shown(tmp_path)) == [(1, "a", 1.0), (2, "b", 2.0)]


def test_an_event_that_cannot_be_made_is_reported_and_those_after_it_are_written(tmp_path, caplog):
    with EventWriter(tmp_path) as writer:
        writer.histogram("h", ["x"], 1)
        writer.histogram("nan", [np.nan], 1)
        writer.scalar("a", 1, 1)
    assert shown(tmp_path) == [(1, "a", 1.0)]
    assert len(caplog.records) == 1


def test_a_closed_writer_loses_what_it_gets_with_one_warning(tmp_path, caplog):
    writer = EventWriter(tmp_path)
    writer.close()
    writer.close()
    writer.flush()
    writer.scalar("a", 1, 1)
    writer.scalar("a", 2, 2)
    assert shown(tmp_path) == []
    assert [r.getMessage() for r in caplog.records] == [
        f"The summary writer of {tmp_path} is closed; what is added to it is lost."
    ]


def test_a_removed_folder_gives_one_warning(tmp_path, caplog):
    folder = tmp_path / "logs"
    with EventWriter(folder) as writer:
        writer.flush()
        (file,) = folder.iterdir()
        file.unlink()
        folder.rmdir()
        for step in range(5):
            writer.scalar("a", 1, step)
            writer.flush()
    assert len(caplog.records) == 1
    assert "has been removed" in caplog.text
    assert not folder.exists()


def test_a_folder_that_cannot_be_made_gives_one_warning(tmp_path, caplog):
    (tmp_path / "file").touch()
    with EventWriter(tmp_path / "file" / "logs") as writer:
        writer.scalar("a", 1, 1)
        writer.flush()
    assert len(caplog.records) == 1
    assert "Summaries cannot be written to" in caplog.text


def test_a_remote_folder_is_refused():
    with pytest.raises(InvalidArgumentError, match="local folder"):
        EventWriter("gs://bucket/logs")


def run(code, *arguments):
    return subprocess.run(
        [sys.executable, "-W", "error", "-c", code, *map(str, arguments)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )


def test_a_full_disk_gives_one_warning_and_what_follows_is_written_when_there_is_room(tmp_path):
    result = run(
        "import resource, sys\n"
        "from estimax.summary import EventWriter\n"
        "limit = lambda n: resource.setrlimit(resource.RLIMIT_FSIZE, (n, resource.RLIM_INFINITY))\n"
        "writer = EventWriter(sys.argv[1]); writer.scalar('a', 1, 1); writer.flush()\n"
        "limit(150)\n"
        "for step in 2, 3, 4: writer.scalar('a', 1, step); writer.flush()\n"
        "limit(-1)\n"
        "writer.scalar('a', 1, 5); writer.close()\n",
        tmp_path,
    )
    assert result.stderr.count("\n") == 1
    assert "Summaries cannot be written" in result.stderr
    assert [step for step, _, _ in shown(tmp_path)] == [1, 2, 3, 4, 5]


def test_a_full_disk_leaves_whole_records(tmp_path):
    run(
        "import resource, sys\n"
        "from estimax.summary import EventWriter\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (150, 150))\n"
        "writer = EventWriter(sys.argv[1])\n"
        "for step in range(9): writer.scalar('a', 1, step); writer.flush()\n",
        tmp_path,
    )
    (file,) = tmp_path.iterdir()
    assert len(shown(tmp_path)) >= 1
    assert len(list(summary_iterator(file))) == len(shown(tmp_path)) + 1
    assert 100 < file.stat().st_size <= 150


def test_a_program_that_does_not_close_its_writer_loses_nothing_and_hears_no_warning(tmp_path):
    result = run(
        "import sys; from estimax.summary import EventWriter\n"
        "writer = EventWriter(sys.argv[1])\n"
        "for step in range(500): writer.scalar('a', 1, step)\n",
        tmp_path,
    )
    assert result.stderr == ""
    assert len(shown(tmp_path)) == 500


@pytest.fixture
def written(tmp_path):
    with EventWriter(tmp_path) as writer:
        for step in range(3):
            writer.scalar("a", step, step)
    return next(tmp_path.iterdir())


def test_a_file_cut_anywhere_gives_the_events_before_the_cut(written):
    data = written.read_bytes()
    seen = set()
    for size in range(len(data) + 1):
        written.write_bytes(data[:size])
        found = shown(written)
        assert found == [(step, "a", float(step)) for step in range(len(found))]
        seen.add(len(found))
    assert seen == {0, 1, 2, 3}


def test_every_flipped_bit_is_seen(written):
    data = written.read_bytes()
    whole = shown(written)
    for bit in range(0, 8 * len(data), 5):
        changed = bytearray(data)
        changed[bit // 8] ^= 1 << bit % 8
        written.write_bytes(changed)
        with pytest.raises(DataLossError, match="wrong checksum"):
            assert shown(written) == whole


def test_a_file_writer_takes_summaries_as_protocol_buffers_or_bytes(tmp_path):
    point = summary.Summary(value=[summary.Summary.Value(tag="x", simple_value=2.0)])
    with FileWriter(tmp_path) as writer:
        writer.add_graph(None)
        writer.add_session_log(None)
        writer.add_summary(point, 7)
        writer.add_summary(point.SerializeToString())
        writer.flush()
        assert shown(tmp_path) == [(7, "x", 2.0), (0, "x", 2.0)]
        writer.close()
        writer.reopen()
        writer.add_event(summary.Event(step=8, summary=point))
    assert writer.get_logdir() == str(tmp_path)
    assert shown(tmp_path)[-1] == (8, "x", 2.0)


def test_the_cache_has_one_writer_for_a_folder_until_it_is_cleared(tmp_path):
    writer = FileWriterCache.get(tmp_path)
    assert FileWriterCache.get(str(tmp_path)) is writer
    writer.add_event(summary.Event(step=3, summary=summary.Summary(value=[{"tag": "a", "simple_value": 1.0}])))
    FileWriterCache.clear()
    assert shown(tmp_path) == [(3, "a", 1.0)]
    assert FileWriterCache.get(tmp_path) is not writer
    FileWriterCache.clear()
