"""Event files are read back: what each value means, whole runs as TensorBoard shows them, damaged files."""

import base64
import json
import pathlib
import struct

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from tensorboardX.proto.event_pb2 import Event, SessionLog
from tensorboardX.proto.summary_pb2 import Summary, SummaryMetadata
from tensorboardX.proto.tensor_pb2 import TensorProto
from tensorboardX.proto.tensor_shape_pb2 import TensorShapeProto

import estimax as tf
from estimax._base._crc32c import crc32c, masked
from estimax._base._errors import DataLossError, NotFoundError
from estimax._base._record_framing import framed
from estimax.summary import EventWriter, _reading, read_events
from estimax.summary._reading import summary_iterator
from estimax.summary._reading_runs import read_run, read_runs
from estimax.summary._reading_values import Histogram, Picture, array_of

ALL = ("scalar", "text", "histogram", "image", "tensor", "hparams")
RECORDED = json.loads(pathlib.Path(__file__).with_suffix(".json").read_text())


def write(path, events):
    path.parent.mkdir(parents=True, exist_ok=True)
    first = Event(wall_time=1.0, file_version="brain.Event:2")
    path.write_bytes(framed([event.SerializeToString() for event in (first, *events)]))


def point(step, value, tag="loss", time=2.0):
    return Event(step=step, wall_time=time, summary=Summary(value=[Summary.Value(tag=tag, simple_value=value)]))


def start(step, time=2.0):
    return Event(step=step, wall_time=time, session_log=SessionLog(status=SessionLog.START))


def recorded(name, folder):
    path = folder / f"events.out.tfevents.1.{name}"
    path.write_bytes(base64.b64decode(RECORDED[name]))
    return path


def test_what_tensorflow_2_wrote_is_read(tmp_path):
    found = read_run(recorded("two", tmp_path), ALL)
    scalars = {tag: (curve.steps.tolist(), curve.values.tolist()) for tag, curve in found.scalars.items()}
    assert scalars.pop("loss") == ([1, 2], [0.5, 0.25])
    assert len(scalars) == 12
    assert all(tag.startswith("number/") and points == ([3], [1.0]) for tag, points in scalars.items())
    texts = {tag: curve.values.tolist() for tag, curve in found.curves["text"].items()}
    assert texts == {"note": ["hello"], "notes": ["a\nb"]}
    (weights,) = found.curves["histogram"]["weights"].values
    assert (weights.num, weights.min, weights.max) == (4, 1, 5)
    assert weights.counts.tolist() == [1, 2, 0, 1] and weights.limits.tolist() == [2, 3, 4, 5]
    (picture,) = found.curves["image"]["picture"].values
    assert (picture.width, picture.height) == (3, 2) and picture.data.startswith(b"\x89PNG")
    tensors = {tag: curve.values[0].tolist() for tag, curve in found.curves["tensor"].items()}
    assert tensors == {"equal": [[1, 1], [1, 1]], "different": [[1, 2], [3, 4]]}


def test_hyper_parameters_are_read(tmp_path):
    curves = read_run(recorded("hparams", tmp_path), ALL).curves
    (chosen,) = curves["hparams"]["_hparams_/session_start_info"].values
    assert chosen == {"kind": "relu", "rate": 0.5, "units": 64, "wide": True}
    assert set(curves) == {"hparams"}


def test_what_tensorflow_1_wrote_is_read_and_a_later_start_drops_what_it_repeats(tmp_path):
    found = read_run(recorded("one", tmp_path))
    assert found.starts == (3,)
    assert found.scalars["loss"].steps.tolist() == [1, 2, 4]
    assert found.scalars["loss"].values.tolist() == [3.0, 2.0, 7.0]
    assert [e.step for e in read_events(tmp_path)] == [1, 2, 3, 4]


@pytest.mark.parametrize(
    ("tensor", "expected"),
    [
        ({"dtype": "DT_FLOAT", "float_val": [0.5]}, 0.5),
        ({"dtype": "DT_DOUBLE", "double_val": [0.5]}, 0.5),
        ({"dtype": "DT_INT64", "int64_val": [-7]}, -7.0),
        ({"dtype": "DT_INT32", "int_val": [-7]}, -7.0),
        ({"dtype": "DT_BOOL", "bool_val": [True]}, 1.0),
        ({"dtype": "DT_HALF", "half_val": [0x3800]}, 0.5),
        ({"dtype": "DT_BFLOAT16", "half_val": [0x3F00]}, 0.5),
        ({"dtype": "DT_FLOAT", "tensor_content": struct.pack("<f", 0.5)}, 0.5),
        ({"dtype": "DT_INT64", "tensor_content": struct.pack("<q", 2**40)}, 2.0**40),
        ({"dtype": "DT_STRING", "string_val": [b"model.ckpt-3"]}, "model.ckpt-3"),
        ({"dtype": "DT_STRING", "string_val": [b"\xff"]}, "\ufffd"),
        ({"dtype": "DT_FLOAT"}, None),
        ({"dtype": "DT_FLOAT", "tensor_content": b"abc"}, None),
        ({"dtype": "DT_RESOURCE"}, None),
        ({"dtype": 77, "float_val": [0.5]}, None),
    ],
)
def test_tensors_of_one_value_are_points(tmp_path, tensor, expected):
    value = Summary.Value(tag="t", tensor=TensorProto(**tensor))
    write(tmp_path / "a.tfevents.1", [Event(step=1, summary=Summary(value=[value]))])
    assert [e.value for e in read_events(tmp_path)] == ([] if expected is None else [expected])


@pytest.mark.parametrize("sizes", [[2**20, 2**20, 2**20], [-1], [2**62, 2**62], [3], [1] * 70])
def test_shapes_that_no_file_can_hold_are_passed_over(sizes):
    shape = TensorShapeProto(dim=[TensorShapeProto.Dim(size=n) for n in sizes])
    assert array_of(TensorProto(dtype="DT_FLOAT", tensor_shape=shape, float_val=[1.0, 2.0])) is None
    assert array_of(TensorProto(dtype="DT_STRING", tensor_shape=shape, string_val=[b"a", b"b"])) is None


def test_what_estimax_writes_is_read(tmp_path):
    with EventWriter(tmp_path, clock=lambda: 1.5) as writer:
        writer.scalar("loss", 0.25, 1)
        writer.text("note", "é", 1)
        writer.histogram("weights", np.array([1.0, 2.0, 2.0]), 1)
        writer.array("numbers", [1.0, 2.0], 1)
        image = Summary.Image(width=3, height=2, colorspace=1, encoded_image_string=b"png")
        writer.summary(Summary(value=[Summary.Value(tag="picture", image=image)]), 1)
    found = {e.tag: e.value for e in read_events(tmp_path, ALL)}
    assert (found["loss"], found["note"], found["numbers"].tolist()) == (0.25, "é", [1.0, 2.0])
    assert found["picture"] == Picture(3, 2, b"png")
    assert isinstance(found["weights"], Histogram)
    assert (found["weights"].num, found["weights"].min, found["weights"].mean) == (3, 1, 5 / 3)
    assert {e.tag for e in read_events(tmp_path)} == {"loss", "note"}


def test_a_plugin_that_is_named_once_holds_for_the_tag(tmp_path):
    tensor = TensorProto(dtype="DT_STRING", string_val=[b"x"])
    metadata = SummaryMetadata(plugin_data=SummaryMetadata.PluginData(plugin_name="custom"))
    values = [Summary.Value(tag="t", tensor=tensor, metadata=metadata), Summary.Value(tag="t", tensor=tensor)]
    write(tmp_path / "a.tfevents.1", [Event(step=i, summary=Summary(value=[v])) for i, v in enumerate(values)])
    assert read_events(tmp_path, ALL) == []


written = st.one_of(
    st.builds(point, st.integers(0, 12), st.floats(-9, 9, width=32), st.sampled_from(["a", "b"])),
    st.builds(start, st.integers(0, 12)),
)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(written, max_size=12), min_size=1, max_size=3))
def test_curves_are_those_of_tensorboard(tmp_path_factory, files):
    folder = tmp_path_factory.mktemp("run")
    for i, events in enumerate(files):
        write(folder / f"events.out.tfevents.{i}.host", events)
    board = EventAccumulator(str(folder), size_guidance={"scalars": 0})
    board.Reload()
    expected = {tag: {e.step: e.value for e in board.Scalars(tag)} for tag in board.Tags()["scalars"]}
    found = {t: dict(zip(c.steps.tolist(), c.values.tolist())) for t, c in read_run(folder).scalars.items()}
    assert found == {tag: points for tag, points in expected.items() if points}
    assert all(list(points) == sorted(points) for points in found.values())


def test_runs_are_the_folders_with_event_files(tmp_path):
    for name in (".", "eval", "eval_test", "other/below"):
        write(tmp_path / name / "events.out.tfevents.1.host", [point(3, 1.0)])
    (tmp_path / "export").mkdir()
    assert list(read_runs(tmp_path)) == [".", "eval", "eval_test", "other/below"]
    assert read_runs(tmp_path / "eval").keys() == {"."}
    assert read_runs(tmp_path / "none") == {}
    with pytest.raises(NotFoundError):
        read_run(tmp_path / "none")


def test_how_long_a_run_took_leaves_out_the_time_between_processes(tmp_path):
    write(tmp_path / "a.tfevents.1", [point(1, 1.0, time=100.0), point(2, 1.0, time=103.0)])
    later = [start(3, time=8999.0), point(3, 1.0, time=9000.0), point(4, 1.0, time=9004.0)]
    write(tmp_path / "a.tfevents.2", later)
    found = read_run(tmp_path)
    assert (found.seconds, found.last_time) == (102 + 5, 9004.0)


def test_a_clock_that_says_nonsense_breaks_nothing(tmp_path):
    times = [float("nan"), float("inf"), -1e300, 5.0]
    write(tmp_path / "a.tfevents.1", [point(i, 1.0, time=t) for i, t in enumerate(times)])
    assert read_run(tmp_path).last_time == 5.0


# Damage.


def test_blocks_of_any_size_give_the_same(tmp_path, monkeypatch):
    path = tmp_path / "a.tfevents.1"
    write(path, [point(i, i / 3, tag="t" * (i % 40)) for i in range(300)])
    whole = read_events(path)
    assert len(whole) == 300
    for size in (1, 13, 64, 1000):
        monkeypatch.setattr(_reading, "_BLOCK", size)
        assert read_events(path) == whole


def test_a_cut_is_no_damage_and_a_changed_byte_is(tmp_path):
    path = tmp_path / "a.tfevents.1"
    write(path, [point(i, 1.0) for i in range(3)])
    data = path.read_bytes()
    seen = set()
    for size in range(len(data)):
        path.write_bytes(data[:size])
        found = read_run(path)
        assert found.damages == ()
        seen.add(len(found.scalars["loss"].steps) if found.scalars else 0)
    assert seen == {0, 1, 2}
    for at in range(len(data)):
        path.write_bytes(data[:at] + bytes([data[at] ^ 4]) + data[at + 1 :])
        (damage,) = read_run(path).damages
        assert str(path) in damage and "at byte" in damage
        with pytest.raises(DataLossError, match="is damaged: of the record at byte"):
            read_events(path)


def test_damage_costs_what_stands_behind_it_in_its_file(tmp_path):
    for number in (1, 2):
        write(tmp_path / f"a.tfevents.{number}", [point(i + 10 * number, 1.0) for i in range(6)])
    data = bytearray((tmp_path / "a.tfevents.1").read_bytes())
    data[len(data) // 2] ^= 1
    (tmp_path / "a.tfevents.1").write_bytes(data)
    found = read_run(tmp_path)
    steps = found.scalars["loss"].steps.tolist()
    assert len(found.damages) == 1 and steps[-6:] == [20, 21, 22, 23, 24, 25] and steps[0] == 10 and len(steps) < 12


@pytest.mark.parametrize("length", [2**20, 2**40, 2**62, 2**64 - 1])
def test_a_gigantic_record_is_one_that_is_being_written(tmp_path, length):
    header = struct.pack("<Q", length)
    path = tmp_path / "a.tfevents.1"
    write(path, [point(1, 1.0)])
    path.write_bytes(path.read_bytes() + header + struct.pack("<I", int(masked(crc32c(header)))) + b"x" * 100)
    assert [e.step for e in read_events(path)] == [1]


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=200), st.booleans())
def test_bytes_of_any_kind_are_data_loss_at_worst(tmp_path_factory, data, is_framed):
    path = tmp_path_factory.mktemp("any") / "a.tfevents.1"
    path.write_bytes(framed([data]) if is_framed else data)
    damages = read_run(path, ALL).damages
    assert all(str(path) in damage for damage in damages)
    if damages:
        with pytest.raises(DataLossError):
            read_events(path, ALL)
    else:
        read_events(path, ALL)


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(sorted(RECORDED)), st.data())
def test_changed_events_with_right_checksums_are_data_loss_at_worst(tmp_path_factory, name, data):
    folder = tmp_path_factory.mktemp("changed")
    records = [bytearray(event.SerializeToString()) for event in summary_iterator(recorded(name, folder))]
    changed = data.draw(st.sampled_from([r for r in records if r]))
    for _ in range(data.draw(st.integers(1, 4))):
        changed[data.draw(st.integers(0, len(changed) - 1))] = data.draw(st.integers(0, 255))
    path = folder / "changed.tfevents.1"
    path.write_bytes(framed([bytes(r) for r in records]))
    read_run(path, ALL)


def test_events_come_one_by_one_as_in_the_original(tmp_path):
    path = tmp_path / "a.tfevents.1"
    write(path, [point(1, 1.0), point(2, 0.5)])
    assert tf.compat.v1.train.summary_iterator is tf.train.summary_iterator
    events = list(tf.compat.v1.train.summary_iterator(str(path)))
    assert events[0].file_version == "brain.Event:2"
    assert [(e.step, e.summary.value[0].simple_value) for e in events[1:]] == [(1, 1.0), (2, 0.5)]
    with pytest.raises(NotFoundError):
        next(tf.train.summary_iterator(tmp_path / "none"))
