import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from estimax.summary._eager import ranges
from estimax.summary._histogram import histogram_proto

# What TensorFlow's histogram_summary gives: (limit, count) pairs.
RECORDED = {
    (0.0, 0.0, 5.0, 1e30): [
        (0.0, 0.0),
        (1e-12, 2.0),
        (4.636194617418625, 0.0),
        (5.099814079160488, 1.0),
        (9.920775621859783e19, 0.0),
        (1.7976931348623157e308, 1.0),
    ],
    (1.0, 2.0, 2.0): [
        (0.917246389039776, 0.0),
        (1.0089710279437536, 1.0),
        (1.9661990955585713, 0.0),
        (2.1628190051144287, 2.0),
        (1.7976931348623157e308, 0.0),
    ],
    (-3.0, 1e-13, 0.5, -1e-13, 7.0): [
        (-3.1665833053880363, 0.0),
        (-2.8787120958073054, 1.0),
        (-1e-12, 0.0),
        (0.0, 1.0),
        (1e-12, 1.0),
        (0.47069243095356195, 0.0),
        (0.5177616740489182, 1.0),
        (6.7878525393626115, 0.0),
        (7.466637793298873, 1.0),
        (1.7976931348623157e308, 0.0),
    ],
}


@pytest.mark.parametrize("values", RECORDED)
def test_the_ranges_are_those_of_tensorflow(values):
    found = histogram_proto(np.array(values))
    pairs = list(zip(found.bucket_limit, found.bucket, strict=True))
    assert [count for _, count in pairs] == [count for _, count in RECORDED[values]]
    np.testing.assert_allclose([limit for limit, _ in pairs], [limit for limit, _ in RECORDED[values]])


@given(npst.arrays(st.sampled_from([np.float32, np.int64, bool]), npst.array_shapes(max_dims=2)))
def test_every_finite_value_is_counted_in_the_range_it_lies_in(values):
    flat = values.astype(float).ravel()
    flat = flat[np.isfinite(flat)]
    found = histogram_proto(values)
    if not flat.size:
        assert found is None
        return
    assert sum(found.bucket) == found.num == flat.size
    assert (found.min, found.max) == (flat.min(), flat.max())
    assert list(found.bucket_limit) == sorted(set(found.bucket_limit))
    for limit, below in zip(found.bucket_limit, np.cumsum(found.bucket), strict=True):
        assert below == np.sum(flat < limit)


@given(
    npst.arrays(st.sampled_from([np.float32, np.float64, np.int64, bool]), npst.array_shapes(max_dims=2)),
    st.integers(0, 40),
)
def test_ranges_of_one_width_hold_every_finite_value(values, count):
    found = ranges(values, count)
    flat = values.astype(float).ravel()
    flat = flat[np.isfinite(flat)]
    assert found.shape == (count, 3) and np.isfinite(found).all()
    if not count or not flat.size:
        assert not found.any()
        return
    assert found[:, 2].sum() == flat.size
    assert found[0, 0] <= flat.min() and found[-1, 1] == pytest.approx(flat.max())
    assert (found[1:, 0] == found[:-1, 1]).all() or found[0, 0] == found[0, 1]
