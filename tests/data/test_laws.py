"""What holds for every dataset: each of the table, and random ones made of its sources and steps."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from estimax._base import _nest as nest
from estimax._base._state_tree import pack, unpack
from estimax.data._iterators import Reader
from tests.data.pipelines import TABLE, build, pipelines
from tests.data.reading import chunks, elements_of, read, violations

sizes = st.lists(st.sampled_from([1, 2, 3, 5, 64]), min_size=1, max_size=5)


@pytest.mark.parametrize("row", TABLE)
def test_elements_are_those_that_plain_python_gives(folder, row):
    dataset, elements = TABLE[row](folder)
    if elements is None:
        return
    assert read(dataset) == elements


@given(pipelines)
def test_elements_of_any_pipeline_are_those_that_plain_python_gives(folder, pipeline):
    dataset, elements = build(folder, *pipeline)
    if elements is not None:
        assert read(dataset) == elements


@pytest.mark.parametrize("row", TABLE)
def test_the_spec_said_in_advance_is_true_of_every_element(folder, row):
    dataset, _ = TABLE[row](folder)
    assert_specs_hold(dataset)


@given(pipelines)
def test_the_spec_of_any_pipeline_is_true_of_every_element(folder, pipeline):
    assert_specs_hold(build(folder, *pipeline)[0])


def assert_specs_hold(dataset):
    specs = nest.flatten(dataset.element_spec)
    for chunk in chunks(dataset.step):
        assert violations(chunk, specs) == []


@pytest.mark.parametrize("row", TABLE)
def test_elements_do_not_depend_on_the_sizes_of_chunks(folder, row):
    whole = read(TABLE[row](folder)[0])
    for sizes in [(1,), (2, 7), (3,)]:
        assert read(TABLE[row](folder)[0], sizes) == whole


@given(pipelines, sizes)
def test_elements_of_any_pipeline_do_not_depend_on_the_sizes_of_chunks(folder, pipeline, sizes):
    assert read(build(folder, *pipeline)[0], sizes) == read(build(folder, *pipeline)[0])


def through_a_checkpoint(state):
    text, arrays = pack(state)
    return unpack(text, {name: array.copy() for name, array in arrays.items()})


def assert_resumes(make, sessions):
    """Reads a dataset in sessions, each some chunks long and begun where a checkpoint says the one before ended."""
    wanted = read(make())
    found, state = [], None
    for sizes in sessions:
        dataset = make()
        reader = Reader(dataset.step, 1 if state is None else None)
        if state is not None:
            reader.restore(through_a_checkpoint(state))
        for size in sizes:
            chunk = reader.next(size)
            found += elements_of(chunk, dataset.element_spec) if chunk else []
        state = reader.state()
        text, arrays = pack(state)
        before = text, {name: array.tolist() for name, array in arrays.items()}
        while reader.next(5):
            pass
        text, arrays = pack(state)
        assert before == (text, {name: array.tolist() for name, array in arrays.items()})
    reader = Reader(make().step)
    reader.restore(through_a_checkpoint(state))
    while chunk := reader.next(1000):
        found += elements_of(chunk, dataset.element_spec)
    assert found == wanted


@pytest.mark.parametrize("row", TABLE)
def test_reading_that_is_interrupted_goes_on_as_if_it_were_not(folder, row):
    for sessions in [[[1]], [[4, 2], [], [3]], [[1000, 1000]]]:
        assert_resumes(lambda: TABLE[row](folder)[0], sessions)


@given(pipelines, st.lists(st.lists(st.sampled_from([1, 2, 5, 64]), max_size=4), min_size=1, max_size=3))
def test_reading_of_any_pipeline_that_is_interrupted_goes_on(folder, pipeline, sessions):
    assert_resumes(lambda: build(folder, *pipeline)[0], sessions)


def assert_projection_selects(make, *keeps):
    dataset = make()
    elements = [nest.flatten(e) for e in read(dataset)]
    for keep in keeps:
        step = dataset.step.project(keep)
        assert step.spec == tuple(nest.flatten(dataset.element_spec)[i] for i in keep)
        found = [e for chunk in chunks(step, (3,)) for e in elements_of(chunk, step.spec)] if keep else []
        assert found == ([tuple(e[i] for i in keep) for e in elements] if keep else [])
        assert sum(chunk.size for chunk in chunks(step)) == len(elements)


@pytest.mark.parametrize("row", TABLE)
def test_a_projection_selects_leaves_and_keeps_their_order(folder, row):
    count = len(nest.flatten(TABLE[row](folder)[0].element_spec))
    assert_projection_selects(lambda: TABLE[row](folder)[0], (count - 1,), (*reversed(range(count)), 0), ())


@given(pipelines, st.data())
def test_a_projection_of_any_pipeline_selects_leaves(folder, pipeline, data):
    count = len(nest.flatten(build(folder, *pipeline)[0].element_spec))
    keep = data.draw(st.lists(st.integers(0, count - 1), max_size=3).map(tuple))
    assert_projection_selects(lambda: build(folder, *pipeline)[0], keep)
