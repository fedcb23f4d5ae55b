import os
import pathlib
import re
import subprocess
import sys

import pyarrow.fs
import pytest

from estimax._base import _files
from estimax._base._errors import FailedPreconditionError, InvalidArgumentError, NotFoundError
from estimax._base._files import as_path, exists, glob, matching_files, names_in, open_read, write_atomically

ROOT = pathlib.Path(_files.__file__).parents[2]


@pytest.fixture
def tree(tmp_path, monkeypatch):
    """A folder with files, hidden ones and awkward names, as the current one."""
    for name in ["a.csv", "b.csv", "c[1].csv", ".hidden", "sub/d.csv", "sub/deep/e.csv", ".dots/f.csv", "{x}"]:
        path = tmp_path / "h" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def bucket(tree, monkeypatch):
    """The same folder as `s3://bucket`."""
    system = pyarrow.fs.SubTreeFileSystem(str(tree), pyarrow.fs.LocalFileSystem())
    monkeypatch.setattr(_files, "_remote_file_system", {"s3://h": (system, "h")}.__getitem__)
    return "s3://h"


# What TensorFlow finds.
PATTERNS = {
    "h/*": ["h/.dots", "h/.hidden", "h/a.csv", "h/b.csv", "h/c[1].csv", "h/sub", "h/{x}"],
    "h/**": ["h/.dots", "h/.hidden", "h/a.csv", "h/b.csv", "h/c[1].csv", "h/sub", "h/{x}"],
    "h/*/*.csv": ["h/.dots/f.csv", "h/sub/d.csv"],
    "h/*/deep/*": ["h/sub/deep/e.csv"],
    "h/s*/deep": ["h/sub/deep"],
    "h/*/nowhere": [],
    r"h/c\[1].csv": ["h/c[1].csv"],
    "h/[!a].csv": ["h/b.csv"],
    "h/[^a].csv": ["h/b.csv"],
    "h/[a-b].csv": ["h/a.csv", "h/b.csv"],
    "h/?.csv": ["h/a.csv", "h/b.csv"],
    "h/{a,b}.csv": [],
    "h/a.csv": ["h/a.csv"],
    "h/nope": [],
    "h": ["h"],
    "h/sub/": ["h/sub/"],
    "h//a*": ["h//a.csv"],
    "./h/a*": ["./h/a.csv"],
    "h/../h/a*": ["h/../h/a.csv"],
    "*": ["h"],
}


@pytest.mark.parametrize("pattern", PATTERNS)
def test_a_pattern_matches_what_it_matches_in_tensorflow(tree, pattern):
    assert glob(pattern) == PATTERNS[pattern]


def test_a_name_with_brackets_is_found_when_given_whole(tree):
    assert glob("h/c[1].csv") == ["h/c[1].csv"]


def test_a_path_may_be_bytes_or_pathlib_or_a_file_uri(tree):
    whole = str(tree / "h" / "a.csv")
    assert glob(b"h/a*") == glob(pathlib.Path("h/a*")) == ["h/a.csv"]
    assert glob(f"file://{tree}/h/a*") == [whole]


@pytest.mark.parametrize("path", ["", 3, None])
def test_what_is_no_path_is_refused(path):
    with pytest.raises(InvalidArgumentError, match="path must"):
        as_path(path)


def test_the_files_of_several_patterns_are_sorted_together_and_listed_as_often_as_they_match(tree):
    assert matching_files(["h/b*", "h/a*", "h/?.csv"]) == ["h/a.csv", "h/a.csv", "h/b.csv", "h/b.csv"]


def test_one_of_several_patterns_may_match_nothing(tree):
    assert matching_files(["h/none-*", "h/a*"]) == ["h/a.csv"]


@pytest.mark.parametrize(
    ("patterns", "message"),
    [
        ("h/aa.csv", r"no file matches 'h/aa.csv'; the folder 'h' has 7 names, such as 'a.csv', .*"),
        (["h/a.csv", "h/d.csv"], r"no file matches 'h/d.csv'; the folder 'h' has 7 names, such as .*"),
        ("h/train-*.csv", r"no file matches 'h/train-\*.csv'; the folder 'h' has 7 names, such as .*"),
        ("h/sub/x*", r"no file matches 'h/sub/x\*'; the folder 'h/sub' has 'deep', 'd.csv'"),
        ("nowhere/*/x.csv", r"no file matches 'nowhere/\*/x.csv'; there is no folder 'nowhere'"),
        ("x*", r"no file matches 'x\*'; the current folder has 'h'"),
    ],
)
def test_a_pattern_without_files_says_what_is_there_instead(tree, patterns, message):
    with pytest.raises(NotFoundError) as raised:
        matching_files(patterns)
    assert re.fullmatch(message, str(raised.value)), str(raised.value)


def test_no_patterns_at_all_are_refused():
    with pytest.raises(InvalidArgumentError, match="at least one file"):
        matching_files([])


def test_a_file_to_read_that_is_missing_or_a_folder_is_named(tree):
    with pytest.raises(NotFoundError, match=r"there is no 'h/ab.csv'; the folder 'h' has 7 names, such as 'b.csv'"):
        open_read("h/ab.csv")
    with pytest.raises(FailedPreconditionError, match="'h' must be a file"):
        open_read("h")


def test_a_remote_file_is_read_listed_and_written(bucket, tree):
    assert glob(f"{bucket}/*.csv") == [f"{bucket}/{n}" for n in ("a.csv", "b.csv", "c[1].csv")]
    assert matching_files(f"{bucket}/*/deep/e.csv") == [f"{bucket}/sub/deep/e.csv"]
    with open_read(f"{bucket}/sub/d.csv") as file:
        file.seek(4)
        assert file.read() == b"d.csv"
    assert exists(f"{bucket}/sub")
    assert not exists(f"{bucket}/nope")
    with pytest.raises(NotFoundError, match="has 7 names"):
        open_read(f"{bucket}/nope")
    write_atomically(f"{bucket}/new", lambda file: file.write(b"x"))
    assert (tree / "h" / "new").read_bytes() == b"x"


def test_an_unknown_scheme_is_refused():
    with pytest.raises(InvalidArgumentError, match="such as gs://"):
        open_read("zzz://bucket/x")


@pytest.mark.parametrize("data", [b"new", lambda file: file.write(b"new")])
def test_a_file_is_replaced_and_nothing_else_is_left(tmp_path, data):
    path = tmp_path / "x"
    path.write_bytes(b"a longer old text")
    write_atomically(path, data)
    assert path.read_bytes() == b"new"
    assert os.listdir(tmp_path) == ["x"]


def test_a_new_file_has_the_usual_rights(tmp_path):
    write_atomically(tmp_path / "x", b"")
    (tmp_path / "y").touch()
    assert (tmp_path / "x").stat().st_mode == (tmp_path / "y").stat().st_mode


def test_a_writer_that_fails_leaves_the_old_file_alone(tmp_path):
    path = tmp_path / "x"
    path.write_bytes(b"old")

    def fail(file):
        file.write(b"half")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_atomically(path, fail)
    assert path.read_bytes() == b"old"
    assert os.listdir(tmp_path) == ["x"]


def test_writing_into_a_missing_folder_says_so(tmp_path):
    with pytest.raises(NotFoundError, match="there is no folder"):
        write_atomically(tmp_path / "nowhere" / "x", b"")


def test_a_full_disk_is_reported_and_leaves_the_old_file_alone(tmp_path):
    path = tmp_path / "x"
    path.write_bytes(b"old")
    code = (
        "import resource, sys; from estimax._base._files import write_atomically\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))\n"
        "try: write_atomically(sys.argv[1], b'x' * 5000)\n"
        "except OSError as error: print(error)"
    )
    run = subprocess.run([sys.executable, "-c", code, str(path)], cwd=ROOT, capture_output=True, text=True, check=True)
    assert "File too large: cannot write" in run.stdout
    assert str(path) in run.stdout
    assert path.read_bytes() == b"old"
    assert os.listdir(tmp_path) == ["x"]


def test_leftovers_of_killed_writers_are_removed_when_they_are_old(tmp_path):
    names = [".model-1.0123456789ab.tmp", ".model-2.0123456789ab.tmp", ".other.0123456789ab.tmp", "model-3.tmp"]
    for name in names:
        (tmp_path / name).touch()
        os.utime(tmp_path / name, (1e9, 1e9))
    os.utime(tmp_path / names[1], (1e9 + 500, 1e9 + 500))
    (tmp_path / "model-4").touch()
    os.utime(tmp_path / "model-4", (1e9 + 700, 1e9 + 700))
    _files.remove_leftovers(str(tmp_path), "model-.*", str(tmp_path / "model-4"))
    assert names_in(tmp_path) == sorted([*names[1:], "model-4"])
