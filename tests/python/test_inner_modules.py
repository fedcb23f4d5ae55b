"""`tensorflow.python`: the inner modules that programs name, under `estimax.python`."""

import pytest

import estimax as tf
from estimax.python.client import device_lib
from estimax.python.lib.io import file_io, tf_record
from estimax.python.platform import gfile, tf_logging


def test_they_are_the_public_namespaces():
    assert gfile is tf.gfile and tf_logging is tf.logging and tf_record is tf.python_io
    assert tf.python.platform.flags is tf.flags and tf.python.platform.app is tf.app
    assert tf.python.lib.io.file_io is file_io
    assert tf.python.saved_model.tag_constants.SERVING == "serve"
    assert tf.python.ops.reduce_mean is tf.reduce_mean


def test_files_under_their_old_names(tmp_path):
    folder = tmp_path / "a" / "b"
    file_io.recursive_create_dir(str(folder))
    path = str(folder / "c.txt")
    file_io.write_string_to_file(path, "hello\n")
    with file_io.FileIO(path, mode="r") as file:
        assert file.read() == "hello\n"
    assert file_io.read_file_to_string(path, binary_mode=True) == b"hello\n"
    assert file_io.get_matching_files(str(folder / "*.txt")) == [path]
    assert file_io.list_directory(str(folder)) == ["c.txt"] and file_io.is_directory(str(folder))
    file_io.atomic_write_string_to_file(path, b"other")
    assert file_io.read_file_to_string(path) == "other" and file_io.stat(path).length == 5
    with pytest.raises(tf.errors.AlreadyExistsError):
        file_io.atomic_write_string_to_file(path, "again", overwrite=False)
    assert file_io.list_directory(str(folder)) == ["c.txt"]
    file_io.copy(path, path + ".copy")
    file_io.rename(path + ".copy", path + ".moved")
    file_io.delete_file(path + ".moved")
    assert [names for _, _, names in file_io.walk(str(tmp_path))] == [[], [], ["c.txt"]]
    file_io.delete_recursively(str(tmp_path / "a"))
    assert not file_io.file_exists(path)
    with pytest.raises(tf.errors.NotFoundError):
        file_io.read_file_to_string(path)


def test_devices_are_listed():
    devices = device_lib.list_local_devices()
    assert devices and all(d.name.startswith(f"/device:{d.device_type}:") for d in devices)
