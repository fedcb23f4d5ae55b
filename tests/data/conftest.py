"""The files that the datasets of the table read."""

import pytest

from tests.data.pipeline_sources import write_files


@pytest.fixture(scope="session")
def folder(tmp_path_factory):
    """A folder with the files of the table; nothing writes to it."""
    made = tmp_path_factory.mktemp("files")
    write_files(made)
    return made
