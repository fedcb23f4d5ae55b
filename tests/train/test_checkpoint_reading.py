"""Checkpoints are listed and read alike, whoever wrote them, and their arrays get our names.

The folders of the original are described in `tests/_base/test_tensor_bundle.py` and
`tests/estimator/original_programs.py`.
"""

import gc
import pathlib
import shutil
import warnings

import numpy as np
import pytest

import estimax as tf
from estimax._base._array_files import open_arrays
from estimax._base._errors import DataLossError, InvalidArgumentError, NotFoundError
from estimax.train._checkpoint_reading import read_arrays, step_of
from estimax.train._checkpoints import read_checkpoint, read_latest_checkpoint, save_checkpoint
from estimax.train._our_names import our_names
from tests._base.tables import bundle_entry, bundle_header, table_of

TESTS = pathlib.Path(__file__).parents[1]
KINDS = TESTS / "_base" / "recorded" / "original_checkpoints"
FOLDERS = TESTS / "estimator" / "recorded" / "original"


@pytest.mark.parametrize("name", ["whole/model.ckpt", "first/model.ckpt"])
def test_the_originals_are_listed_and_read_as_the_original_does(name):
    path = str(KINDS / name)
    assert tf.train.checkpoint_exists(path)
    listed = tf.train.list_variables(path)
    assert listed[:3] == [("empty", [0, 4]), ("global_step", []), ("parted", [7, 3])]
    assert tf.train.load_variable(path, "scalar") == tf.train.load_variable(path, "scalar:0") == np.float32(2.5)
    reader = tf.train.load_checkpoint(path)
    assert dict(listed) == reader.get_variable_to_shape_map()
    types = reader.get_variable_to_dtype_map()
    assert (types["global_step"], types["types/string"], types["types/bool"]) == (tf.int64, tf.string, tf.bool)
    assert types["types/complex64"].name == "complex64"
    assert reader.has_tensor("parted") and not reader.has_tensor("nope")
    assert reader.get_tensor("types/string")[0, 1] == b"a\0b"
    assert b"scalar (float32) []" in reader.debug_string().splitlines()
    with pytest.raises(NotFoundError, match="has no 'scaler'; did you mean 'scalar'"):
        reader.get_tensor("scaler")


def test_a_reader_closes_its_files_when_nobody_has_it():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        tf.train.NewCheckpointReader(str(KINDS / "shards" / "model.ckpt-5")).get_tensor("two")
        gc.collect()


def test_folders_of_either_kind_have_a_latest_checkpoint(tmp_path):
    folder = shutil.copytree(FOLDERS / "v2_linear", tmp_path / "model")
    assert tf.train.latest_checkpoint(folder) == f"{folder}/model.ckpt-6"
    assert tf.train.get_checkpoint_state(folder).model_checkpoint_path == f"{folder}/model.ckpt-6"
    before = tf.train.list_variables(folder)
    save_checkpoint(str(folder), 9, {"x": np.ones(1)})
    assert tf.train.latest_checkpoint(folder) == f"{folder}/model.ckpt-9"
    assert tf.train.list_variables(folder) == [("x", [1])]
    assert tf.train.list_variables(f"{folder}/model.ckpt-6") == before
    pathlib.Path(folder, "checkpoint").unlink()
    assert tf.train.latest_checkpoint(folder) == f"{folder}/model.ckpt-9"
    pathlib.Path(folder, "model.ckpt-9.safetensors").unlink()
    assert tf.train.latest_checkpoint(folder) == f"{folder}/model.ckpt-6"


def test_an_index_with_full_paths_of_another_machine_finds_what_lies_beside_it(tmp_path):
    folder = shutil.copytree(FOLDERS / "v2_linear", tmp_path / "model")
    (folder / "checkpoint").write_text('model_checkpoint_path: "/home/me/model/model.ckpt-6"\n')
    assert tf.train.latest_checkpoint(str(folder)) == f"{folder}/model.ckpt-6"


@pytest.mark.parametrize("load", [tf.train.load_checkpoint, tf.train.list_variables, read_arrays])
def test_what_is_no_checkpoint_is_explained(load, tmp_path):
    with pytest.raises(InvalidArgumentError, match="must hold a checkpoint"):
        load(str(tmp_path))
    with pytest.raises(NotFoundError, match="there is no checkpoint"):
        load(str(tmp_path / "none"))
    (tmp_path / "text").write_text("hello")
    with pytest.raises(DataLossError, match="truncated or damaged"):
        load(str(tmp_path / "text"))


def test_a_checkpoint_of_the_original_is_restored_like_ours():
    found = read_checkpoint(str(FOLDERS / "v1_dnn" / "model.ckpt-6"))
    assert (found.step, found.input_state) == (6, None)
    assert found.variables["dnn/logits/bias/Adagrad"].shape == (3,)
    assert read_latest_checkpoint(str(FOLDERS / "v1_dnn")).prefix == found.prefix


NAMES = {
    "one part": (["w", "w/part_0/Ftrl"], {"w/part_0/Ftrl": "w/Ftrl"}),
    "a template": (["a/w", "a/w/t_0/Adagrad"], {"a/w/t_0/Adagrad": "a/w/Adagrad"}),
    "several layers": (["w", "w/part_0/part_0/Adam"], {}),
    "not of a variable": (["v", "w/part_0/Ftrl"], {}),
    "a variable that is called so": (["w", "w/Ftrl", "w/part_0/Ftrl"], {}),
    "a scope around minimize": (["w", "OptimizeLoss/w/Adam_1"], {"OptimizeLoss/w/Adam_1": "w/Adam_1"}),
    "a variable in a scope of its own": (["w", "tower/w/mean"], {}),
    "powers": (["linear/head/beta1_power", "w"], {"linear/head/beta1_power": "beta1_power"}),
    "powers of two": (
        ["head/beta1_power", "head/beta1_power_1"],
        {"head/beta1_power": "beta1_power", "head/beta1_power_1": "beta1_power_1"},
    ),
    "Keras": (["w", "training/Adam/w/m"], {}),
}


@pytest.mark.parametrize("case", NAMES)
def test_slots_get_our_names(case, tmp_path):
    given, renamed = NAMES[case]
    data = np.ones(1, np.float32).tobytes()
    rows = {name.encode(): bundle_entry(1, [] if "power" in name else [1], 0, data) for name in given}
    (tmp_path / "model.ckpt-3.index").write_bytes(table_of(sorted({b"": bundle_header(), **rows}.items())))
    (tmp_path / "model.ckpt-3.data-00000-of-00001").write_bytes(data)
    with open_arrays(tmp_path / "model.ckpt-3") as file:
        naming = our_names(file)
        found = {source: taken.name for taken in naming.taken.values() for source in taken.sources}
        assert {source: name for source, name in found.items() if source != name} == renamed
        assert set(found) | set(naming.left) == set(given)
        assert all(naming.read(file, name).size == 1 for name in naming.taken)


def test_parts_that_stand_under_several_names_become_one():
    arrays = read_arrays(FOLDERS / "v1_linear_three_parts")
    assert arrays["linear/linear_model/t/weights/Ftrl"].shape == (7, 1)
    assert not [name for name in arrays if "part_" in name]
    two = read_arrays(FOLDERS / "v1_dnn_two_parts")
    name = "dnn/input_from_feature_columns/input_layer/s_embedding/embedding_weights"
    assert two[name].shape == two[f"{name}/Adagrad"].shape == (5, 2)


def test_objects_have_the_names_of_the_program():
    arrays = read_arrays(KINDS / "objects")
    assert arrays["global_step"] == 7
    np.testing.assert_allclose(arrays["dense/kernel"], [[0.9, 1.9]], rtol=1e-5)


def test_strings_are_left_and_that_is_said():
    with open_arrays(KINDS / "whole" / "model.ckpt") as file:
        assert our_names(file).left == {"types/string": "it holds strings or what is no array"}


@pytest.mark.parametrize(
    ("path", "arrays", "step"),
    [
        ("a/model.ckpt-12", {"global_step": np.int64(7)}, 7),
        ("a/model.ckpt-12", {}, 12),
        ("a/model.ckpt", {}, 0),
        ("a/model.ckpt-12", {"global_step": np.ones(3)}, 12),
    ],
)
def test_the_step_is_the_variable_or_the_number_in_the_name(path, arrays, step):
    assert step_of(path, {name: np.asarray(value) for name, value in arrays.items()}) == step


def test_an_embedding_starts_with_rows_that_the_original_trained():
    path = FOLDERS / "v2_combined"
    name = "dnn/input_from_feature_columns/input_layer/s_embedding/embedding_weights"
    colours = tf.feature_column.categorical_column_with_vocabulary_list("s", ["a", "b", "c", "d", "e"])
    column = tf.feature_column.embedding_column(colours, 2, ckpt_to_load_from=str(path), tensor_name_in_ckpt=name)
    found = tf.compat.v1.feature_column.input_layer({"s": np.array(["b", "e"])}, [column])
    np.testing.assert_allclose(np.asarray(found), tf.train.load_variable(str(path), name)[[1, 4]])
