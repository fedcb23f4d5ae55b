"""Which version of a folder is tried: the highest that has not been refused as it is."""

import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from estimax.serving._versions import list_files, look, parse_version
from tests.serving.toy import export


def tried(base, served=None, refused=None):
    return [c.version for c in look(str(base), served, refused or {}).candidates]


def test_the_highest_number_comes_first_and_all_else_is_ignored(tmp_path):
    for name in ("9", "10", "1700000000"):
        export(tmp_path, name)
    for name in ("temp-1700000001", "007", "-5", "1.5", "v2", "٣", "9" * 30, ".hidden", "1700000002~"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "model.json").write_text("{}")
    (tmp_path / "1700000003").mkdir()
    (tmp_path / "1700000004").write_text("a file")
    assert tried(tmp_path) == [1700000000, 10, 9]
    assert tried(tmp_path, served=1700000000) == []
    assert tried(tmp_path, served=10) == [1700000000]


def test_a_folder_that_is_not_there_has_no_versions(tmp_path):
    assert tried(tmp_path / "nothing") == []
    (tmp_path / "file").write_text("")
    with pytest.raises(NotADirectoryError):
        tried(tmp_path / "file")


def test_a_refused_version_is_tried_again_when_its_files_change(tmp_path):
    folder = export(tmp_path, 3)
    export(tmp_path, 2)
    refused = {3: list_files(str(folder))}
    assert tried(tmp_path, refused=refused) == [2]
    assert tried(tmp_path, served=2, refused=refused) == []
    (folder / "more").write_text("x")
    assert tried(tmp_path, served=2, refused=refused) == [3]
    (folder / "more").unlink()
    os.utime(folder / "model.json", (1, 1))
    assert tried(tmp_path, served=2, refused=refused) == [3]


def test_removing_the_served_version_offers_the_next_lower_one(tmp_path):
    export(tmp_path, 1)
    export(tmp_path, 2)
    assert tried(tmp_path, served=3) == [2, 1]


def test_a_link_to_nothing_is_no_file(tmp_path):
    folder = export(tmp_path, 1)
    before = list_files(str(folder))
    (folder / "link").symlink_to(tmp_path / "nowhere")
    assert list_files(str(folder)) == before
    (tmp_path / "2").symlink_to(tmp_path / "nowhere")
    assert tried(tmp_path) == [1]


@given(st.text() | st.integers().map(str))
def test_a_version_is_a_number_as_python_writes_it(name):
    version = parse_version(name)
    assert version is None or (str(version) == name and version >= 0)
