import os

import numpy as np
import pytest
import safetensors.numpy
from hypothesis import given, settings
from hypothesis import strategies as st

from estimax._base._errors import DataLossError, InvalidArgumentError, NotFoundError
from estimax._base._string_array import StringArray
from estimax.train._checkpoint_reading import list_variables, load_checkpoint, load_variable, read_arrays
from estimax.train._checkpoints import (
    Checkpoint,
    checkpoint_variables,
    get_checkpoint_state,
    latest_checkpoint,
    read_checkpoint,
    read_latest_checkpoint,
    save_checkpoint,
)

VARIABLES = {
    "linear/linear_model/type/weights": np.arange(6, dtype=np.float32).reshape(3, 2),
    "global_step": np.array(17, np.int64),
    "flags": np.array([True, False]),
    "half": np.array([0.5], np.float16),
    "none": np.zeros((0, 4)),
}


def identical(a, b):
    return a.keys() == b.keys() and all(a[k].dtype == b[k].dtype and np.array_equal(a[k], b[k]) for k in a)


def kept(model_dir):
    return [int(p.rpartition("-")[2]) for p in get_checkpoint_state(model_dir).all_model_checkpoint_paths]


def files(model_dir):
    return sorted(int(n.split("-")[1].split(".")[0]) for n in os.listdir(model_dir) if n.endswith(".safetensors"))


def change(prefix, position, bits=1):
    """Changes one byte of a checkpoint's file."""
    with open(f"{prefix}.safetensors", "r+b") as file:
        file.seek(position)
        (old,) = file.read(1)
        file.seek(position)
        file.write(bytes([old ^ bits]))


def test_what_is_saved_is_read(model_dir):
    state = {"file": 3, "buffer": StringArray.of(["a", "bc"]), "order": (np.array([2, 0]), None)}
    prefix = save_checkpoint(model_dir, 17, VARIABLES, input_state=state)
    assert prefix == f"{model_dir}/model.ckpt-17" == latest_checkpoint(model_dir)
    found = read_checkpoint(prefix)
    assert (found.prefix, found.step) == (prefix, 17)
    assert identical(found.variables, VARIABLES)
    assert found.input_state["file"] == 3
    assert found.input_state["buffer"].tolist() == [b"a", b"bc"]
    assert found.input_state["order"][0].tolist() == [2, 0]
    assert sorted(os.listdir(model_dir)) == ["checkpoint", "model.ckpt-17.safetensors"]


@pytest.mark.parametrize("state", [None, {}, [], 0])
def test_no_position_and_an_empty_one_are_told_apart(model_dir, state):
    assert read_checkpoint(save_checkpoint(model_dir, 1, {}, input_state=state)).input_state == state


def test_the_folder_is_made_and_steps_may_be_numpy_numbers(tmp_path):
    prefix = save_checkpoint(f"{tmp_path}/a/b", np.int64(3), {"x": np.ones(1)})
    assert read_checkpoint(prefix).step == 3


def test_variables_are_listed_and_read_singly(model_dir):
    prefix = save_checkpoint(model_dir, 17, VARIABLES, input_state={"x": np.zeros(3)})
    assert checkpoint_variables(prefix) == {k: (v.shape, v.dtype) for k, v in VARIABLES.items()}
    shapes = [(name, list(VARIABLES[name].shape)) for name in sorted(VARIABLES)]
    assert list_variables(prefix) == list_variables(model_dir) == list_variables(f"{prefix}.safetensors") == shapes
    assert load_variable(model_dir, "global_step:0") == 17
    reader = load_checkpoint(model_dir)
    assert reader.has_tensor("half")
    assert not reader.has_tensor("__input__/0")
    assert reader.get_variable_to_dtype_map()["half"] == np.float16
    assert reader.get_variable_to_shape_map() == dict(shapes)
    with pytest.raises(NotFoundError, match="did you mean 'flags'"):
        reader.get_tensor("flag")


def test_the_oldest_are_removed_and_the_list_goes_on_in_the_next_run(model_dir):
    for step in range(8):
        save_checkpoint(model_dir, step, VARIABLES, keep_max=3)
    assert kept(model_dir) == files(model_dir) == [5, 6, 7]
    save_checkpoint(model_dir, 8, VARIABLES, keep_max=2)
    assert kept(model_dir) == files(model_dir) == [7, 8]


@pytest.mark.parametrize("keep_max", [0, None])
def test_all_may_be_kept(model_dir, keep_max):
    for step in range(8):
        save_checkpoint(model_dir, step, {}, keep_max=keep_max)
    assert kept(model_dir) == files(model_dir) == list(range(8))


def test_the_same_step_saved_again_is_moved_to_the_end(model_dir):
    for step in (0, 3, 7, 3):
        save_checkpoint(model_dir, step, {"x": np.array(step)}, keep_max=3)
    assert kept(model_dir) == [0, 7, 3]
    save_checkpoint(model_dir, 3, {"x": np.array(-3)}, keep_max=1)
    assert kept(model_dir) == files(model_dir) == [3]
    assert load_variable(model_dir, "x") == -3


def test_one_of_every_so_many_hours_is_kept_for_good(model_dir):
    for hour in range(10):
        save_checkpoint(model_dir, hour, {}, keep_max=2, keep_every_n_hours=3, now=1e9 + 3600 * hour)
    assert kept(model_dir) == [8, 9]
    assert files(model_dir) == [3, 6, 8, 9]


def test_files_that_are_gone_leave_the_list_and_files_of_the_original_are_never_removed(model_dir):
    with open(f"{model_dir}/checkpoint", "w") as file:
        file.write('model_checkpoint_path: "model.ckpt-5"\nall_model_checkpoint_paths: "model.ckpt-5"\n')
    with open(f"{model_dir}/model.ckpt-5.index", "w"):
        pass
    for step in (6, 7):
        save_checkpoint(model_dir, step, {}, keep_max=1)
    assert kept(model_dir) == [7]
    assert os.path.exists(f"{model_dir}/model.ckpt-5.index")


def test_a_lost_index_is_made_anew_from_the_files(model_dir):
    for step in (1, 2, 3):
        save_checkpoint(model_dir, step, {})
    os.remove(f"{model_dir}/checkpoint")
    save_checkpoint(model_dir, 4, {}, keep_max=3)
    assert kept(model_dir) == files(model_dir) == [2, 3, 4]


def test_leftovers_of_killed_runs_are_removed(model_dir):
    names = [".model.ckpt-3.safetensors.0123456789ab.tmp", ".checkpoint.0123456789ab.tmp"]
    for name in names:
        with open(f"{model_dir}/{name}", "w"):
            pass
        os.utime(f"{model_dir}/{name}", (1e9, 1e9))
    save_checkpoint(model_dir, 4, {})
    assert sorted(os.listdir(model_dir)) == ["checkpoint", "model.ckpt-4.safetensors"]


@pytest.mark.parametrize(
    ("variables", "message"),
    [
        ({"a": np.array(["text"])}, "'a' must be of one of the types"),
        ({"__input__/x": np.zeros(1)}, "must not begin with '__input__/'"),
    ],
)
def test_what_cannot_be_saved_is_refused_and_nothing_is_changed(model_dir, variables, message):
    save_checkpoint(model_dir, 1, VARIABLES)
    with pytest.raises(InvalidArgumentError, match=message):
        save_checkpoint(model_dir, 2, variables)
    assert kept(model_dir) == files(model_dir) == [1]


def test_a_remote_model_folder_is_refused():
    with pytest.raises(InvalidArgumentError, match="local folder"):
        save_checkpoint("gs://bucket/model", 1, {})


@pytest.fixture
def three(model_dir):
    """A folder with checkpoints of the steps 1, 2 and 3; gives their paths."""
    return [save_checkpoint(model_dir, n, {"x": np.full(4, n)}, input_state={"n": n}) for n in (1, 2, 3)]


def test_the_newest_is_read(model_dir, three):
    assert read_latest_checkpoint(model_dir).step == 3
    assert read_latest_checkpoint(f"{model_dir}/nowhere") is None


@pytest.mark.parametrize("part", [0, 0.01, 0.5, 0.99, 1])
def test_a_truncated_one_is_reported_and_the_one_before_is_read(model_dir, three, caplog, part):
    size = os.path.getsize(f"{three[2]}.safetensors")
    os.truncate(f"{three[2]}.safetensors", min(int(part * size), size - 1))
    with pytest.raises(DataLossError, match=r"model.ckpt-3.safetensors' is truncated or damaged"):
        read_checkpoint(three[2])
    assert read_latest_checkpoint(model_dir).step == 2
    assert len(caplog.records) == 1
    assert "model.ckpt-3 cannot be used" in caplog.text


@settings(max_examples=60)
@given(data=st.data())
def test_a_changed_bit_is_never_read_as_something_else(tmp_path_factory, data):
    folder = str(tmp_path_factory.mktemp("model"))
    old = save_checkpoint(folder, 1, VARIABLES, input_state={"n": 1})
    new = save_checkpoint(folder, 2, VARIABLES, input_state={"n": 2})
    assert old != new
    position = data.draw(st.integers(0, os.path.getsize(f"{new}.safetensors") - 1))
    change(new, position, 1 << data.draw(st.integers(0, 7)))
    found = read_latest_checkpoint(folder)
    assert found.step == found.input_state["n"]
    assert identical(found.variables, VARIABLES)


def test_a_missing_one_is_reported_and_the_one_before_is_read(model_dir, three, caplog):
    os.remove(f"{three[2]}.safetensors")
    assert read_latest_checkpoint(model_dir).step == 2
    assert "model.ckpt-3 cannot be used" in caplog.text
    assert latest_checkpoint(model_dir) == three[1]


@pytest.mark.parametrize("text", [None, "", "model_checkpoint_path", 'model_checkpoint_path: "model.ckpt-9"'])
def test_a_missing_or_damaged_index_does_no_harm(model_dir, three, text):
    if text is None:
        os.remove(f"{model_dir}/checkpoint")
    else:
        with open(f"{model_dir}/checkpoint", "w") as file:
            file.write(text)
    assert read_latest_checkpoint(model_dir).step == 3


def test_if_all_are_damaged_it_is_said(model_dir, three):
    for prefix in three:
        change(prefix, 100)
    with pytest.raises(DataLossError, match=r"all checkpoints in .* are damaged"):
        read_latest_checkpoint(model_dir)


def test_another_reader_may_be_given(model_dir, three):
    found = read_latest_checkpoint(model_dir, read=lambda prefix: Checkpoint(prefix, -1, {}))
    assert found == Checkpoint(three[2], -1, {})


def test_a_checkpoint_that_is_not_there_is_named(tmp_path):
    with pytest.raises(NotFoundError, match=r"there is no '.*/model.ckpt-3.safetensors'"):
        read_checkpoint(f"{tmp_path}/model.ckpt-3")
    with pytest.raises(NotFoundError, match="there is no checkpoint"):
        list_variables(f"{tmp_path}/model.ckpt-3")
    with pytest.raises(ValueError, match="must hold a checkpoint"):
        load_variable(str(tmp_path), "x")


def test_arrays_are_read_from_any_safetensors_file(tmp_path):
    arrays = {"x": np.arange(3)}
    safetensors.numpy.save_file(arrays, tmp_path / "weights.safetensors")
    for path in (tmp_path, tmp_path / "weights", tmp_path / "weights.safetensors"):
        assert identical(read_arrays(str(path)), arrays)
    with pytest.raises(DataLossError, match="checksum"):
        read_checkpoint(str(tmp_path / "weights"))
    save_checkpoint(str(tmp_path), 3, VARIABLES, input_state={"x": 1})
    assert identical(read_arrays(str(tmp_path)), VARIABLES)
