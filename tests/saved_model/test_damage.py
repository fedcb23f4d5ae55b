"""Whatever is wrong with a file of a saved model, loading says so, names the file, and raises nothing else."""

import os
import pathlib
import shutil

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from estimax import saved_model
from estimax._base._errors import DataLossError, NotFoundError
from tests.saved_model import houses

FILES = [
    "assets/words.txt",
    "device/0.stablehlo",
    "graph_arrays.safetensors",
    "host_graph.json",
    "saved_model.json",
    "variables.safetensors",
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A saved model with a file of every kind."""
    base = tmp_path_factory.mktemp("whole")
    (base / "words.txt").write_bytes(b"house\napartment\n")
    model = houses.classifier()
    assets = {"words.txt": str(base / "words.txt")}
    saved_model.save(base / "1", {"predict": model.parts}, model.variables, assets=assets)
    return base / "1"


def files_of(folder: pathlib.Path) -> list[str]:
    return sorted(str(p.relative_to(folder)) for p in folder.rglob("*") if p.is_file())


def test_a_saved_model_has_these_files_and_leaves_no_others(folder):
    assert files_of(folder) == FILES


def flip_first(data):
    return bytes([data[0] ^ 1]) + data[1:]


def flip_middle(data):
    middle = len(data) // 2
    return data[:middle] + bytes([data[middle] ^ 0x80]) + data[middle + 1 :]


def flip_last(data):
    return data[:-1] + bytes([data[-1] ^ 4])


DAMAGES = {
    "first byte": flip_first,
    "middle byte": flip_middle,
    "last byte": flip_last,
    "emptied": lambda data: b"",
    "cut in half": lambda data: data[: len(data) // 2],
    "cut by a byte": lambda data: data[:-1],
    "longer by a byte": lambda data: data + b"\n",
    "twice": lambda data: data + data,
    "zeros": lambda data: bytes(len(data)),
    "something else": lambda data: b"{}",
}


@pytest.mark.parametrize("file", FILES)
@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_file_is_named(file, damage, folder, tmp_path):
    copy = shutil.copytree(folder, tmp_path / "1")
    (copy / file).write_bytes(DAMAGES[damage]((folder / file).read_bytes()))
    with pytest.raises(DataLossError, match=file):
        saved_model.load(copy)


@pytest.mark.parametrize("file", FILES)
def test_a_missing_file_is_named(file, folder, tmp_path):
    copy = shutil.copytree(folder, tmp_path / "1")
    (copy / file).unlink()
    with pytest.raises(NotFoundError if file == "saved_model.json" else DataLossError, match=file):
        saved_model.load(copy)


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_no_flipped_bit_goes_unnoticed(data, folder, tmp_path):
    file = folder / data.draw(st.sampled_from(FILES))
    whole = file.read_bytes()
    position = data.draw(st.integers(0, len(whole) - 1))
    bit = 1 << data.draw(st.integers(0, 7))
    copy = tmp_path / "flipped"
    if not copy.exists():
        shutil.copytree(folder, copy)
    damaged = copy / file.relative_to(folder)
    try:
        damaged.write_bytes(whole[:position] + bytes([whole[position] ^ bit]) + whole[position + 1 :])
        with pytest.raises(DataLossError, match=file.name):
            saved_model.load(copy)
    finally:
        damaged.write_bytes(whole)


def test_a_file_of_another_export_is_noticed(folder, tmp_path):
    other = houses.classifier()
    changed = {name: value + 1 for name, value in other.variables.items()}
    saved_model.save(tmp_path / "2", {"predict": other.parts}, changed)
    copy = shutil.copytree(folder, tmp_path / "1")
    shutil.copy(tmp_path / "2" / "variables.safetensors", copy)
    with pytest.raises(DataLossError, match=r"variables\.safetensors is damaged"):
        saved_model.load(copy)


def test_a_folder_that_is_no_saved_model_is_refused_with_a_hint(folder, tmp_path):
    with pytest.raises(NotFoundError, match=r"has no saved_model\.json"):
        saved_model.load(tmp_path / "nowhere")
    with pytest.raises(NotFoundError, match=r"did you mean .*/1\?"):
        saved_model.load(folder.parent)
    (tmp_path / "saved_model.pb").touch()
    with pytest.raises(NotFoundError, match="TensorFlow"):
        saved_model.load(tmp_path)
    with pytest.raises(NotFoundError, match=r"saved_model\.json"):
        saved_model.load(folder / "saved_model.json")


def test_a_model_that_is_being_written_is_none_yet(folder, tmp_path):
    copy = shutil.copytree(folder, tmp_path / "1")
    for file in FILES:
        if file != "saved_model.json":
            os.remove(copy / file)
    os.rename(copy / "saved_model.json", copy / ".saved_model.json.0123456789ab.tmp")
    with pytest.raises(NotFoundError):
        saved_model.load(copy)
