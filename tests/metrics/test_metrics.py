"""Metrics add up over batches of any size to what NumPy computes of all rows, and to the original's numbers."""

import functools

import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from estimax import metrics
from estimax._scope._frame import Frame, entered

_random = np.random.RandomState(5)
SCORE = _random.uniform(size=50).astype(np.float32)
TRUTH = (SCORE + _random.normal(0, 0.4, 50) > 0.5).astype(np.int32)
WEIGHT = _random.uniform(0.5, 2.0, 50).astype(np.float32)
HARD = (SCORE > 0.5).astype(np.int32)

# (metric, its arguments, what the original gave for all 50 rows in batches of 12)
RECORDED = {
    "accuracy": (metrics.accuracy, (TRUTH, HARD), 0.72),
    "accuracy_weighted": (metrics.accuracy, (TRUTH, HARD, WEIGHT), 0.7274048),
    "precision": (metrics.precision, (TRUTH, HARD), 0.7916667),
    "recall": (metrics.recall, (TRUTH, HARD), 0.6785714),
    "auc": (metrics.auc, (TRUTH, SCORE), 0.83847404),
    "auc_pr": (
        functools.partial(metrics.auc, curve="PR", summation_method="careful_interpolation"),
        (TRUTH, SCORE),
        0.8663232,
    ),
    "mean": (metrics.mean, (SCORE,), 0.48502484),
    "mean_weighted": (metrics.mean, (SCORE, WEIGHT), 0.5091019),
    "mean_squared_error": (metrics.mean_squared_error, (TRUTH.astype(np.float32), SCORE), 0.17222022),
    "root_mean_squared_error": (metrics.root_mean_squared_error, (TRUTH.astype(np.float32), SCORE), 0.41499424),
    "mean_absolute_error": (metrics.mean_absolute_error, (TRUTH.astype(np.float32), SCORE), 0.33204314),
}
every_metric = pytest.mark.parametrize("name", RECORDED)


def streamed(metric, arguments, sizes):
    """Feeds rows in batches of these sizes; returns the values before and after the last batch."""
    values, start, result = {}, 0, None
    for size in sizes:
        batch = [a[start : start + size] for a in arguments]
        start += size
        with entered(Frame(values)) as active:
            result = metric(*batch)
        assert all(spec.is_local and not spec.is_trainable for spec in active.specs.values())
        values = {**values, **active.updates}
    return np.asarray(result[0]), np.asarray(result[1])


@every_metric
def test_metrics_equal_the_original(name):
    metric, arguments, expected = RECORDED[name]
    value = streamed(metric, arguments, [12, 12, 12, 12, 2])[1]
    assert value.dtype == np.float32
    np.testing.assert_allclose(value, expected, rtol=1e-6)


@every_metric
@pytest.mark.parametrize("sizes", [[50], [1, 30, 19], [20, 30]], ids=str)
def test_how_the_rows_are_cut_does_not_matter(name, sizes):
    metric, arguments, expected = RECORDED[name]
    np.testing.assert_allclose(streamed(metric, arguments, sizes)[1], expected, rtol=1e-5)


@every_metric
def test_the_value_is_that_of_the_batches_before(name):
    metric, arguments, _ = RECORDED[name]
    before, _ = streamed(metric, arguments, [20, 30])
    _, after = streamed(metric, arguments, [20])
    np.testing.assert_array_equal(before, after)


@every_metric
def test_a_column_of_labels_and_predictions_counts_as_rows(name):
    metric, arguments, expected = RECORDED[name]
    columns = [a[:, np.newaxis] for a in arguments]
    np.testing.assert_allclose(streamed(metric, columns, [50])[1], expected, rtol=1e-5)


def value_of(metric, *arguments, **options):
    with entered(Frame({})):
        return float(metric(*arguments, **options)[1])


def numpy_auc(labels, scores):
    """Returns how often a positive scores above a negative, ties counting half."""
    pairs = scores[labels == 1][:, None] - scores[labels == 0][None]
    return (pairs > 0).mean() + (pairs == 0).mean() / 2


@settings(max_examples=20)
@given(st.integers(0, 10_000))
def test_the_area_under_the_curve_is_the_share_of_pairs_in_order(seed):
    random = np.random.default_rng(seed)
    scores = random.uniform(size=60).astype(np.float32)
    labels = (random.uniform(size=60) < scores).astype(int)
    labels[:2] = 0, 1
    area = value_of(metrics.auc, labels, scores, num_thresholds=2000)
    np.testing.assert_allclose(area, numpy_auc(labels, scores), atol=5e-3)


def test_perfect_separation_is_not_quite_one_as_in_the_original():
    labels = np.array([0, 0, 0, 0, 1, 1])
    scores = np.float32([0.1, 0.2, 0.3, 0.2, 0.8, 0.9])
    assert value_of(metrics.auc, labels, scores) == pytest.approx(0.99999976, abs=1e-7)
    assert value_of(metrics.auc, labels, 1 - scores) == pytest.approx(0, abs=1e-6)


def test_lower_and_upper_sums_enclose_the_area():
    sums = [value_of(metrics.auc, TRUTH, SCORE, summation_method=m) for m in ("minoring", "trapezoidal", "majoring")]
    assert sums == sorted(sums)


def test_weights_count_rows_and_zero_leaves_them_out():
    keep = (np.arange(50) % 3 > 0).astype(np.float32)
    rows = keep > 0
    for metric in (metrics.accuracy, metrics.precision, metrics.recall):
        kept = value_of(metric, TRUTH[rows], HARD[rows])
        assert value_of(metric, TRUTH, HARD, keep) == pytest.approx(kept)
        assert value_of(metric, TRUTH[:, None], HARD[:, None], keep) == pytest.approx(kept)
        assert value_of(metric, TRUTH, HARD, keep[:, None]) == pytest.approx(kept)
    area = value_of(metrics.auc, TRUTH, SCORE, keep)
    assert area == pytest.approx(value_of(metrics.auc, TRUTH[rows], SCORE[rows]))
    twice = value_of(metrics.mean, np.float32([1, 5]), np.float32([3, 1]))
    assert twice == 2
    matrix = np.float32([[1, 3], [5, 7]])
    assert value_of(metrics.mean, matrix, np.float32([1, 0])) == 2


def test_where_there_is_nothing_to_count_the_value_is_zero():
    none, all_false = np.zeros(3, int), np.zeros(3, int)
    assert value_of(metrics.precision, np.ones(3, int), none) == 0
    assert value_of(metrics.recall, all_false, np.ones(3, int)) == 0
    assert value_of(metrics.mean, np.ones(3, np.float32), np.zeros(3, np.float32)) == 0


def test_metrics_of_several_names_do_not_mix():
    with entered(Frame({})) as active:
        metrics.mean(jnp.ones(2), name="one")
        metrics.mean(jnp.zeros(2), name="other")
        metrics.accuracy([1, 0], [1, 1])
    assert set(active.specs) == {f"{n}/{part}" for n in ("one", "other", "accuracy") for part in ("total", "count")}


def test_two_metrics_without_a_name_do_not_mix():
    with entered(Frame({})):
        one, other = metrics.mean(jnp.float32([1, 1])), metrics.mean(jnp.float32([3, 3]))
    assert (float(one[1]), float(other[1])) == (1, 3)


def test_wrong_shapes_and_curves_are_refused():
    with pytest.raises(ValueError, match="must have one shape"):
        value_of(metrics.accuracy, [1, 0, 1], [1, 0])
    with pytest.raises(ValueError, match="must have one shape"):
        value_of(metrics.mean_squared_error, [1, 0, 1], [1, 0])
    with pytest.raises(ValueError, match="curve must be 'ROC' or 'PR'"):
        value_of(metrics.auc, [1, 0], [1.0, 0.0], curve="LIFT")
    with pytest.raises(ValueError, match="summation_method one of"):
        value_of(metrics.auc, [1, 0], [1.0, 0.0], summation_method="simpson")
