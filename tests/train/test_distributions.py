"""Distributions that are counted on the device against NumPy's."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from estimax.summary._histogram import distribution_proto
from estimax.train._distributions import MOST_VALUES, RANGES, SIZE, counted, counted_together

floats = st.floats(width=32, allow_nan=True, allow_infinity=True)
some_floats = arrays.arrays(np.float32, arrays.array_shapes(max_dims=2, max_side=12), elements=floats)


def is_tellable(value):
    """Whether the difference of the values is a number that float32 tells from 0: XLA takes tiny ones for 0."""
    finite = value[np.isfinite(value)].astype(np.float64)
    return not finite.size or (np.ptp(finite) == 0 or np.ptp(finite) / RANGES > 1e-35)


@settings(max_examples=60, deadline=None)
@given(some_floats)
def test_every_finite_value_is_counted_once_between_the_least_and_the_greatest(value):
    least, greatest, total, _, *counts = np.asarray(counted(value)).tolist()
    finite = value[np.isfinite(value)]
    assert len(counts) == RANGES and SIZE == 4 + RANGES
    assert sum(counts) == finite.size
    if finite.size and is_tellable(value):
        assert (least, greatest) == (pytest.approx(finite.min(), abs=1e-37), pytest.approx(finite.max(), abs=1e-37))
    with np.errstate(over="ignore"):
        assert total == pytest.approx(float(finite.sum()), rel=1e-4, abs=1e-4 * float(np.abs(finite).sum() or 1))


@pytest.mark.parametrize("shape", [(), (1,), (16,), (17, 3), (256, 1), (20, 100)])
def test_counts_are_those_of_numpy(shape):
    value = np.random.default_rng(3).normal(size=shape).astype(np.float32)
    found = np.asarray(counted(value))
    expected, _ = np.histogram(value, RANGES)
    # A value at the border of two ranges may fall in either.
    assert np.abs(found[4:] - expected).sum() <= 2
    assert found[2:4] == pytest.approx([value.sum(), np.square(value).sum()], rel=1e-4)


@pytest.mark.parametrize("shape", [(5000, 8), (100_000, 1), (70_000,), (3, 9999)])
def test_of_many_values_a_sample_of_all_columns_is_counted(shape):
    value = np.broadcast_to(np.arange(shape[-1], dtype=np.float32), shape)
    found = np.asarray(counted(value))
    assert MOST_VALUES / 2 < found[4:].sum() <= MOST_VALUES
    assert found[0] == 0 and found[1] >= 0.99 * (shape[-1] - 1)
    assert found[2] / found[4:].sum() == pytest.approx((shape[-1] - 1) / 2, rel=0.01)


def test_arrays_are_counted_together_as_alone():
    rng = np.random.default_rng(5)
    values = [rng.normal(size=n).astype(np.float32) for n in (3, 5000, 16, 255, 1, 300)]
    for together, value in zip(counted_together(values), values):
        np.testing.assert_allclose(together, counted(value), rtol=1e-6)


@pytest.mark.parametrize(
    ("value", "limits"),
    [([2.0, 2.0], [2.0, 2.0]), ([], None), ([np.nan, np.inf], None), ([-3e38, 3e38], [-2.8e38, 3e38])],
    ids=["one value", "none", "none finite", "the widest"],
)
def test_the_histogram_of_what_was_counted(value, limits):
    made = distribution_proto(np.asarray(counted(np.array(value, np.float32))))
    if limits is None:
        assert made is None
    else:
        assert [made.bucket_limit[0], made.bucket_limit[-1]] == pytest.approx(limits, rel=1e-5)
        assert sum(made.bucket) == made.num == len(value)
