"""The laws of all ops, over the table of those of images."""

import pytest

from estimax._base._string_array import StringArray
from estimax._graph._op import OPS
from tests.image.table import ROWS
from tests.ops import test_laws as laws

SAMPLES = [pytest.param(row, sample, id=f"{row}-{i}") for row in ROWS for i, sample in enumerate(row.samples)]
UNEVEN = [p for p in SAMPLES if p.values[0].open_sizes and any(v.ndim for v in laws.values_of(p.values[1]))]
ON_DEVICE = [
    pytest.param(row, sample, id=f"{row}-{i}", marks=[pytest.mark.slow] if i else [])
    for row in ROWS
    for i, sample in enumerate(row.samples)
    if row.device and not any(isinstance(v, StringArray) for v in sample)
]

every_op = pytest.mark.parametrize(("row", "sample"), SAMPLES)


@every_op
def test_traced_ops_compute_what_eager_ones_do(row, sample):
    laws.test_traced_ops_compute_what_eager_ones_do(row, sample)


@every_op
def test_inferred_specs_fit_what_is_computed(row, sample):
    laws.test_inferred_specs_fit_what_is_computed(row, sample)


@every_op
def test_rows_at_once_are_what_they_are_one_by_one(row, sample):
    laws.test_rows_at_once_are_what_they_are_one_by_one(row, sample)


@pytest.mark.parametrize(("row", "sample"), UNEVEN)
@pytest.mark.parametrize("cut", ["all", "the first", "second axes"])
def test_rows_of_different_shapes_at_once_are_what_they_are_one_by_one(row, sample, cut):
    laws.test_rows_of_different_shapes_at_once_are_what_they_are_one_by_one(row, sample, cut)


@pytest.mark.parametrize(("row", "sample"), [p for p in SAMPLES if p.values[0].name != "decode_image of an animation"])
def test_no_rows_give_no_rows(row, sample):
    laws.test_no_rows_give_no_rows(row, sample)


@every_op
def test_a_saved_function_computes_the_same_when_loaded(row, sample):
    laws.test_a_saved_function_computes_the_same_when_loaded(row, sample)


@pytest.mark.parametrize(("row", "sample"), ON_DEVICE)
def test_the_device_computes_what_the_host_does(row, sample):
    laws.test_the_device_computes_what_the_host_does(row, sample)


def test_every_op_of_images_is_in_the_table():
    rooms = ("estimax.image",)
    expected = {name for name, op in OPS.items() if op.infer.__module__.startswith(rooms)}
    used = set()
    for row in ROWS:
        for sample in row.samples:
            for specs in laws.specs_for(row, laws.values_of(sample)):
                used |= {node.op.name for node in laws.traced(row, specs).order}
    assert expected - used == set()
