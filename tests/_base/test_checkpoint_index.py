import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from estimax._base._checkpoint_index import (
    CheckpointState,
    get_checkpoint_state,
    latest_checkpoint,
    listed_checkpoints,
    parse_fields,
    read_index,
    write_index,
)


def touch(folder, *names):
    for name in names:
        with open(os.path.join(folder, name), "w"):
            pass


def write(folder, text):
    with open(os.path.join(folder, "checkpoint"), "w") as file:
        file.write(text)


def test_the_index_has_the_originals_form(model_dir):
    paths = (f"{model_dir}/model.ckpt-2", "/elsewhere/model.ckpt-4")
    write_index(model_dir, CheckpointState(paths[1], paths, (1.5, 1700000000.25), 1.5))
    with open(f"{model_dir}/checkpoint") as file:
        assert file.read() == (
            'model_checkpoint_path: "/elsewhere/model.ckpt-4"\n'
            'all_model_checkpoint_paths: "model.ckpt-2"\n'
            'all_model_checkpoint_paths: "/elsewhere/model.ckpt-4"\n'
            "all_model_checkpoint_timestamps: 1.5\n"
            "all_model_checkpoint_timestamps: 1700000000.25\n"
            "last_preserved_timestamp: 1.5\n"
        )


def test_an_index_of_the_original_is_read(model_dir):
    write(
        model_dir,
        'model_checkpoint_path: "model.ckpt-5"\n'
        'all_model_checkpoint_paths: "model.ckpt-2"\n'
        f'all_model_checkpoint_paths: "{model_dir}/model.ckpt-5"\n',
    )
    assert get_checkpoint_state(model_dir) == CheckpointState(
        f"{model_dir}/model.ckpt-5", (f"{model_dir}/model.ckpt-2", f"{model_dir}/model.ckpt-5")
    )
    touch(model_dir, "model.ckpt-5.index")
    assert latest_checkpoint(model_dir) == f"{model_dir}/model.ckpt-5"


@given(st.lists(st.text(min_size=1).filter(lambda t: "\0" not in t and "/" not in t), min_size=1, max_size=3))
def test_any_name_is_read_as_it_was_written(tmp_path_factory, names):
    folder = str(tmp_path_factory.mktemp("index"))
    paths = tuple(f"{folder}/{name}" for name in names)
    try:
        "".join(names).encode()
    except UnicodeEncodeError:
        return
    state = CheckpointState(paths[0], paths, tuple(float(i) for i in range(len(paths))), 7.0)
    write_index(folder, state)
    assert read_index(folder) == state


@pytest.mark.parametrize(
    ("text", "value"),
    [
        (r'p: "a\"b\\c"', 'a"b\\c'),
        (r'p: "\303\251\n"', "é\n"),
        (r'p: "\xc3\xa9"', "é"),
        ('  p :"é"  # comment', "é"),
        ("p: 3.5", "3.5"),
    ],
)
def test_escapes_of_the_text_form_are_understood(text, value):
    assert parse_fields(text) == {"p": [value]}


@pytest.mark.parametrize(
    "text", ["", "\0\0\0", "model_checkpoint_path: model\n\x80", 'all_model_checkpoint_paths: "a"', "x"]
)
def test_a_damaged_index_gives_a_warning_and_the_newest_file_is_found(model_dir, caplog, text):
    write(model_dir, text)
    touch(model_dir, "model.ckpt-9.safetensors", "model.ckpt-10.safetensors")
    assert get_checkpoint_state(model_dir) is None
    assert "is truncated or damaged" in caplog.text
    assert latest_checkpoint(model_dir) == f"{model_dir}/model.ckpt-10"


def test_without_an_index_the_files_count_by_step(model_dir):
    assert latest_checkpoint(model_dir) is None
    assert get_checkpoint_state(model_dir) is None
    names = ["model.ckpt-9", "model.ckpt-10", "model.ckpt--1", "model.ckpt-7"]
    touch(model_dir, *(f"{name}.safetensors" for name in names), "model.ckpt-x.safetensors", "other-11.safetensors")
    found = [os.path.basename(path) for path in listed_checkpoints(model_dir)]
    assert found == ["model.ckpt--1", "model.ckpt-7", "model.ckpt-9", "model.ckpt-10"]
    assert latest_checkpoint(model_dir) == f"{model_dir}/model.ckpt-10"


def test_the_index_decides_which_is_the_newest_and_missing_files_are_passed_over(model_dir, caplog):
    write(
        model_dir,
        'model_checkpoint_path: "model.ckpt-3"\n'
        'all_model_checkpoint_paths: "model.ckpt-8"\nall_model_checkpoint_paths: "model.ckpt-3"\n',
    )
    touch(model_dir, "model.ckpt-3.safetensors", "model.ckpt-8.safetensors")
    assert latest_checkpoint(model_dir) == f"{model_dir}/model.ckpt-3"
    os.remove(f"{model_dir}/model.ckpt-3.safetensors")
    assert latest_checkpoint(model_dir) == f"{model_dir}/model.ckpt-8"
    assert "model.ckpt-3 is missing" in caplog.text
    os.remove(f"{model_dir}/model.ckpt-8.safetensors")
    assert latest_checkpoint(model_dir) is None


def test_an_index_may_have_another_name(model_dir):
    write_index(model_dir, CheckpointState(f"{model_dir}/model.ckpt-1"), "best")
    touch(model_dir, "model.ckpt-1.safetensors", "model.ckpt-2.safetensors")
    assert latest_checkpoint(model_dir, "best") == f"{model_dir}/model.ckpt-1"
    assert get_checkpoint_state(model_dir, "best").model_checkpoint_path == f"{model_dir}/model.ckpt-1"


def test_paths_are_below_the_folder_as_it_is_given(model_dir, monkeypatch):
    write_index(model_dir, CheckpointState(f"{model_dir}/model.ckpt-1"))
    touch(model_dir, "model.ckpt-1.safetensors")
    monkeypatch.chdir(os.path.dirname(model_dir))
    assert latest_checkpoint("model") == "model/model.ckpt-1"
    assert latest_checkpoint("model/") == "model/model.ckpt-1"
    assert latest_checkpoint("./model") == "./model/model.ckpt-1"
