import os
import pathlib

import pyarrow.fs
import pytest

from estimax import gfile
from estimax._base import _files
from estimax._base._errors import AlreadyExistsError, FailedPreconditionError, InvalidArgumentError, NotFoundError


@pytest.fixture(params=["local", "remote"])
def folder(request, tmp_path, monkeypatch):
    """A folder, as a local path and as one of an object store."""
    if request.param == "local":
        return str(tmp_path)
    (tmp_path / "bucket").mkdir()
    system = pyarrow.fs.SubTreeFileSystem(str(tmp_path), pyarrow.fs.LocalFileSystem())
    monkeypatch.setattr(_files, "_remote_file_system", {"s3://bucket": (system, "bucket")}.__getitem__)
    return "s3://bucket"


def write(path, text):
    with gfile.GFile(path, "w") as file:
        file.write(text)
    return path


def read(path):
    with gfile.GFile(path) as file:
        return file.read()


def test_text_is_written_appended_and_read(folder):
    path = write(f"{folder}/x.txt", "één\r\n")
    with gfile.Open(path, "a") as file:
        file.write("two\n")
    assert read(path) == "één\r\ntwo\n"
    with gfile.FastGFile(path, "rb") as file:
        assert file.read(3) == "éé".encode()[:3]
        assert file.tell() == 3
        file.seek(0)
        assert list(file) == ["één\r\n".encode(), b"two\n"]
    with gfile.GFile(path) as file:
        assert file.readline() == "één\r\n"
        assert next(file) == "two\n"
        assert file.readlines() == []
        assert file.size() == 11
        assert file.mode == "r"
        assert file.name == path
        assert file.seekable()


def test_files_are_found_moved_copied_and_removed(folder):
    gfile.MakeDirs(f"{folder}/a/b")
    gfile.MkDir(f"{folder}/a/c")
    gfile.MkDir(f"{folder}/a/c")
    write(f"{folder}/a/b/x", "x")
    gfile.Copy(f"{folder}/a/b/x", f"{folder}/a/y")
    gfile.Rename(f"{folder}/a/y", f"{folder}/a/z")
    assert gfile.ListDirectory(f"{folder}/a") == ["b", "c", "z"]
    assert gfile.Glob(f"{folder}/a/*/*") == [f"{folder}/a/b/x"]
    assert gfile.Glob([f"{folder}/a/z", f"{folder}/a/b*"]) == [f"{folder}/a/z", f"{folder}/a/b"]
    assert gfile.Glob(f"{folder}/q*") == []
    assert gfile.IsDirectory(f"{folder}/a/b")
    assert not gfile.IsDirectory(f"{folder}/a/z")
    assert not gfile.IsDirectory(f"{folder}/q")
    assert gfile.Exists(f"{folder}/a/z")
    assert gfile.Stat(f"{folder}/a/z").length == 1
    assert gfile.stat(f"{folder}/a").is_directory
    assert list(gfile.Walk(f"{folder}/a")) == [
        (f"{folder}/a", ["b", "c"], ["z"]),
        (f"{folder}/a/b", [], ["x"]),
        (f"{folder}/a/c", [], []),
    ]
    assert [top for top, _, _ in gfile.walk(f"{folder}/a", topdown=False)][-1] == f"{folder}/a"
    gfile.Remove(f"{folder}/a/z")
    gfile.DeleteRecursively(f"{folder}/a")
    assert not gfile.Exists(f"{folder}/a")


def test_nothing_is_overwritten_unasked(folder):
    old, new = write(f"{folder}/old", "old"), write(f"{folder}/new", "new")
    for relocate in (gfile.copy, gfile.rename):
        with pytest.raises(AlreadyExistsError, match="overwrite=True"):
            relocate(new, old)
    gfile.copy(new, old, overwrite=True)
    assert read(old) == "new"
    gfile.rename(write(f"{folder}/newer", "newer"), old, overwrite=True)
    assert read(old) == "newer"


@pytest.mark.parametrize(
    "act",
    [
        gfile.GFile,
        gfile.remove,
        gfile.rmtree,
        gfile.listdir,
        gfile.stat,
        lambda path: gfile.copy(path, f"{path}2"),
        lambda path: gfile.rename(path, f"{path}2"),
        lambda path: gfile.mkdir(f"{path}/b"),
        lambda path: gfile.GFile(f"{path}/b", "w"),
    ],
)
def test_what_is_missing_is_named(folder, act):
    with pytest.raises(NotFoundError, match="nope"):
        act(f"{folder}/nope")


def test_folders_and_files_are_not_taken_for_each_other(tmp_path):
    path = write(f"{tmp_path}/x", "x")
    for act in (gfile.remove, gfile.GFile, lambda p: gfile.copy(p, f"{p}2")):
        with pytest.raises(FailedPreconditionError):
            act(str(tmp_path))
    for act in (gfile.mkdir, gfile.makedirs):
        with pytest.raises(AlreadyExistsError):
            act(path)
    with pytest.raises(FailedPreconditionError):
        gfile.listdir(path)
    with pytest.raises(FailedPreconditionError):
        gfile.makedirs(f"{path}/y")


def test_removing_a_link_leaves_what_it_leads_to(tmp_path):
    (tmp_path / "kept").mkdir()
    (tmp_path / "kept" / "x").touch()
    os.symlink("kept", tmp_path / "link")
    gfile.rmtree(tmp_path / "link")
    assert os.listdir(tmp_path) == ["kept"]
    assert os.listdir(tmp_path / "kept") == ["x"]


def test_a_file_can_be_copied_from_an_object_store_but_not_moved(tmp_path, monkeypatch):
    (tmp_path / "bucket").mkdir()
    system = pyarrow.fs.SubTreeFileSystem(str(tmp_path), pyarrow.fs.LocalFileSystem())
    monkeypatch.setattr(_files, "_remote_file_system", {"s3://bucket": (system, "bucket")}.__getitem__)
    write("s3://bucket/x", "x")
    gfile.copy("s3://bucket/x", tmp_path / "y")
    assert (tmp_path / "y").read_text() == "x"
    with pytest.raises(InvalidArgumentError, match="another file system"):
        gfile.rename("s3://bucket/x", tmp_path / "z")


def test_a_missing_folder_is_passed_over_by_walk_or_reported(tmp_path):
    errors = []
    assert list(gfile.walk(tmp_path / "nope", onerror=errors.append)) == []
    assert list(gfile.walk(tmp_path / "nope")) == []
    assert len(errors) == 1


@pytest.mark.parametrize("mode", ["", "x", "rw", "rt", "bb"])
def test_an_unknown_mode_is_refused(tmp_path, mode):
    with pytest.raises(InvalidArgumentError, match="mode"):
        gfile.GFile(tmp_path / "x", mode)


def test_paths_may_be_bytes_or_pathlib(tmp_path):
    write(pathlib.Path(tmp_path) / "x", "x")
    assert gfile.exists(os.fsencode(tmp_path / "x"))
    assert gfile.join(b"a", "b") == "a/b"


def test_a_file_that_is_not_closed_is_written_all_the_same(tmp_path):
    gfile.GFile(tmp_path / "x", "w").write("x")
    assert read(tmp_path / "x") == "x"
