"""What holds for every dataset holds for those that read files, tables and generators."""

import pytest

from tests.data import file_sources
from tests.data.reading import read
from tests.data.test_laws import assert_projection_selects, assert_resumes, assert_specs_hold

SOURCES = file_sources.SOURCES


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    made = tmp_path_factory.mktemp("sources")
    file_sources.write_files(made)
    return made


@pytest.mark.parametrize("row", SOURCES)
def test_elements_are_those_that_were_written(files, row):
    make, elements = SOURCES[row]
    assert elements is None or read(make(files)) == elements


@pytest.mark.parametrize("row", SOURCES)
def test_the_spec_said_in_advance_is_true_of_every_element(files, row):
    assert_specs_hold(SOURCES[row][0](files))


@pytest.mark.parametrize("row", SOURCES)
def test_elements_do_not_depend_on_the_sizes_of_chunks(files, row):
    whole = read(SOURCES[row][0](files))
    for sizes in [(1,), (2, 7), (3,)]:
        assert read(SOURCES[row][0](files), sizes) == whole


@pytest.mark.parametrize("row", SOURCES)
def test_reading_that_is_interrupted_goes_on_as_if_it_were_not(files, row):
    for sessions in [[[1]], [[4, 2], [], [3]], [[1] * 11, [1] * 4], [[1000, 1000]]]:
        assert_resumes(lambda: SOURCES[row][0](files), sessions)


@pytest.mark.parametrize("row", SOURCES)
def test_a_projection_selects_leaves_and_keeps_their_order(files, row):
    make, _ = SOURCES[row]
    count = len(make(files).step.leaves)
    for keep in {(count - 1,), (*reversed(range(count)), 0), ()}:
        assert_projection_selects(lambda: make(files), keep)
