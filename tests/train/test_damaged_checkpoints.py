"""A checkpoint or an index that is not what was written is never taken for it, and nothing is lost by looking."""

import json
import os
import pathlib
import shutil

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from estimax._base._errors import DataLossError
from estimax.train._checkpoints import latest_checkpoint, read_latest_checkpoint, save_checkpoint, saved_step

VARIABLES = {"table": np.arange(24, dtype=np.float32).reshape(6, 4), "bias": np.ones(3), "global_step": np.int64(0)}
POSITION = {"input": "abc", "reader": {"offset": 17, "buffer": np.arange(9)}, "skip": 3}
STEPS = (10, 20, 30)

few = settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture(scope="module")
def origin(tmp_path_factory):
    folder = tmp_path_factory.mktemp("origin")
    for step in STEPS:
        variables = {name: array + step for name, array in VARIABLES.items()}
        save_checkpoint(str(folder), step, variables, input_state={**POSITION, "skip": step})
    return folder


@pytest.fixture
def folder(origin, tmp_path):
    return copy_of(origin, tmp_path)


def copy_of(origin, tmp_path):
    folder = tmp_path / "model"
    shutil.rmtree(folder, ignore_errors=True)
    return pathlib.Path(shutil.copytree(origin, folder))


def regions(path):
    """Returns the parts of a checkpoint's file: where each begins and ends."""
    data = path.read_bytes()
    length = int.from_bytes(data[:8], "little")
    header = json.loads(data[8 : 8 + length])
    metadata = data.index(b"__metadata__")
    starts = {"length": (0, 8), "header": (8, metadata), "metadata": (metadata, 8 + length)}
    for name, said in header.items():
        if name != "__metadata__":
            start, stop = said["data_offsets"]
            starts[name] = (8 + length + start, 8 + length + stop)
    return starts


PARTS = ("length", "header", "metadata", "table", "bias", "global_step", "__input__/tree", "__input__/0")


def assert_of_step(found, step):
    assert found.step == step == found.input_state["skip"]
    assert found.variables.keys() == VARIABLES.keys()
    for name, array in VARIABLES.items():
        np.testing.assert_array_equal(found.variables[name], array + step)


def assert_newest_or_the_one_before(folder, caplog, before):
    """Asserts that what is read is the newest, or the one before with a warning that names both; no file is gone."""
    found = read_latest_checkpoint(str(folder))
    assert_of_step(found, found.step)
    assert found.step in (20, 30)
    if found.step == 20:
        (said,) = [m for m in caplog.messages if "cannot be used" in m]
        assert f"{folder}/model.ckpt-30 cannot be used, {folder}/model.ckpt-20 is used instead: " in said
    assert sorted(os.listdir(folder)) == before


@few
@given(part=st.sampled_from(PARTS), data=st.data())
def test_a_changed_byte_in_any_part_is_seen_or_without_effect(part, data, origin, tmp_path, caplog):
    caplog.clear()
    folder = copy_of(origin, tmp_path)
    path = folder / "model.ckpt-30.safetensors"
    content = bytearray(path.read_bytes())
    place = data.draw(st.integers(*(np.array(regions(path)[part]) - [0, 1]).tolist()))
    content[place] ^= data.draw(st.integers(1, 255))
    path.write_bytes(content)
    before = sorted(os.listdir(folder))
    assert_newest_or_the_one_before(folder, caplog, before)
    if part not in ("length", "header", "metadata"):
        assert read_latest_checkpoint(str(folder)).step == 20


@few
@given(data=st.data())
def test_a_file_of_another_length_is_seen(data, origin, tmp_path, caplog):
    caplog.clear()
    folder = copy_of(origin, tmp_path)
    path = folder / "model.ckpt-30.safetensors"
    content = path.read_bytes()
    size = data.draw(st.integers(0, len(content) + 20).filter(lambda n: n != len(content)))
    path.write_bytes((content + bytes(20))[:size])
    assert_newest_or_the_one_before(folder, caplog, sorted(os.listdir(folder)))
    assert read_latest_checkpoint(str(folder)).step == 20


@few
@given(first=st.integers(0, 3000), length=st.integers(1, 600))
def test_a_hole_of_zeros_as_after_a_loss_of_power_is_seen(first, length, origin, tmp_path, caplog):
    caplog.clear()
    folder = copy_of(origin, tmp_path)
    path = folder / "model.ckpt-30.safetensors"
    content = bytearray(path.read_bytes())
    first = min(first, len(content) - 1)
    hole = content[first : first + length]
    content[first : first + length] = bytes(len(hole))
    path.write_bytes(content)
    assert_newest_or_the_one_before(folder, caplog, sorted(os.listdir(folder)))


@few
@given(data=st.data())
def test_a_changed_index_leads_to_a_whole_checkpoint(data, origin, tmp_path):
    folder = copy_of(origin, tmp_path)
    index = folder / "checkpoint"
    content = bytearray(index.read_bytes())
    kind = data.draw(st.sampled_from(["changed", "truncated", "garbage"]))
    if kind == "changed":
        content[data.draw(st.integers(0, len(content) - 1))] ^= data.draw(st.integers(1, 255))
    elif kind == "truncated":
        del content[data.draw(st.integers(0, len(content) - 1)) :]
    else:
        content = data.draw(st.binary(max_size=50))
    index.write_bytes(content)
    before = sorted(os.listdir(folder))
    found = read_latest_checkpoint(str(folder))
    assert found.step in STEPS
    assert_of_step(found, found.step)
    assert sorted(os.listdir(folder)) == before
    assert index.read_bytes() == content


@pytest.mark.parametrize("text", ['model_checkpoint_path: "model.ckpt-999"\n', 'model_checkpoint_path: "/no/where"\n'])
def test_an_index_that_names_what_is_not_there_is_passed_over(folder, text, caplog):
    (folder / "checkpoint").write_text(text)
    assert_of_step(read_latest_checkpoint(str(folder)), 30)
    assert latest_checkpoint(str(folder)) == f"{folder}/model.ckpt-30"
    assert saved_step(str(folder)) == 30


@pytest.mark.parametrize("damage", ["empty", "gone", "garbage"])
def test_without_a_sensible_index_the_newest_file_is_used(folder, damage):
    index = folder / "checkpoint"
    index.unlink()
    if damage != "gone":
        index.write_bytes(b"" if damage == "empty" else b"\x00\xff" * 40)
    assert_of_step(read_latest_checkpoint(str(folder)), 30)
    assert saved_step(str(folder)) == 30


def test_a_loss_of_the_index_and_of_the_newest_file_at_once(folder, caplog):
    (folder / "checkpoint").write_bytes(b"")
    (folder / "model.ckpt-30.safetensors").write_bytes(b"")
    assert_newest_or_the_one_before(folder, caplog, sorted(os.listdir(folder)))


def test_where_all_are_damaged_an_error_names_them_and_nothing_is_removed(folder):
    for step in STEPS:
        path = folder / f"model.ckpt-{step}.safetensors"
        path.write_bytes(path.read_bytes()[:-1])
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    with pytest.raises(DataLossError, match=r"all checkpoints in .* are damaged .*ckpt-30.*ckpt-20.*ckpt-10.*remove"):
        read_latest_checkpoint(str(folder))
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before
    assert saved_step(str(folder)) is None


def test_the_step_is_told_without_reading_the_arrays(folder):
    path = folder / "model.ckpt-30.safetensors"
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)
    assert saved_step(str(folder)) == 30
    assert saved_step(str(folder / "nowhere")) is None
