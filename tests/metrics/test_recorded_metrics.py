"""Counts, thresholds, several classes, rankings: all metrics against the original's numbers.

The numbers are those of TensorFlow 2.15.1's `tf.compat.v1.metrics` for the 50 rows below in batches of 12.
"""

import functools

import numpy as np
import pytest

from estimax import metrics
from estimax._scope._frame import Frame, entered

_random = np.random.RandomState(5)
SCORE = _random.uniform(size=50).astype(np.float32)
TRUTH = (SCORE + _random.normal(0, 0.4, 50) > 0.5).astype(np.int32)
WEIGHT = _random.uniform(0.5, 2.0, 50).astype(np.float32)
HARD = (SCORE > 0.5).astype(np.int32)
REAL = TRUTH.astype(np.float32)

_random = np.random.RandomState(6)
CLASS = _random.randint(0, 4, 50)
GUESS = np.where(_random.uniform(size=50) < 0.6, CLASS, _random.randint(0, 4, 50))
LOGITS = _random.normal(size=(50, 6)).astype(np.float32)
ONE = _random.randint(0, 6, 50)[:, None]
TWO = np.stack([_random.choice(6, 2, replace=False) for _ in range(50)])
BEST = np.argsort(-LOGITS, axis=1)[:, :2]


def _unit(vectors):
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)


LEFT, RIGHT = _unit(_random.normal(size=(50, 3))), _unit(_random.normal(size=(50, 3)))


def call(metric, *names, **options):
    """Returns the metric as a function of arrays, which are the arguments of these names."""
    return lambda *arrays: metric(**dict(zip(names, arrays, strict=True)), **options)


def with_labels(metric, **options):
    return call(metric, "labels", "predictions", **options)


def weighed(metric, **options):
    return call(metric, "labels", "predictions", "weights", **options)


# (metric, the arrays that it is given, what the original gave)
TABLE = {
    "true_positives": (metrics.true_positives, (TRUTH, HARD), 19.0),
    "false_positives": (metrics.false_positives, (TRUTH, HARD), 5.0),
    "true_negatives": (metrics.true_negatives, (TRUTH, HARD, WEIGHT), 19.7305145),
    "false_negatives": (metrics.false_negatives, (TRUTH, HARD, WEIGHT), 10.9359274),
    "precision_at_thresholds": (
        with_labels(metrics.precision_at_thresholds, thresholds=[0.3, 0.7, 0.999]),
        (TRUTH, SCORE),
        [0.76666665, 0.9285714, 0.0],
    ),
    "recall_at_thresholds": (
        weighed(metrics.recall_at_thresholds, thresholds=[0.3, 0.7, 0.999]),
        (TRUTH, SCORE, WEIGHT),
        [0.82460237, 0.4885376, 0.0],
    ),
    "true_positives_at_thresholds": (
        with_labels(metrics.true_positives_at_thresholds, thresholds=[0.3, 0.7]),
        (TRUTH, SCORE),
        [23, 13],
    ),
    "false_positives_at_thresholds": (
        weighed(metrics.false_positives_at_thresholds, thresholds=[0.3, 0.7]),
        (TRUTH, SCORE, WEIGHT),
        [9.5295601, 1.72196305],
    ),
    "true_negatives_at_thresholds": (
        with_labels(metrics.true_negatives_at_thresholds, thresholds=[0.3, 0.7]),
        (TRUTH, SCORE),
        [15, 21],
    ),
    "false_negatives_at_thresholds": (
        with_labels(metrics.false_negatives_at_thresholds, thresholds=[0.3, 0.7]),
        (TRUTH, SCORE),
        [5, 15],
    ),
    "sensitivity": (with_labels(metrics.sensitivity_at_specificity, specificity=0.7), (TRUTH, SCORE), 0.89285713),
    "sensitivity_weighted": (
        weighed(metrics.sensitivity_at_specificity, specificity=0.9),
        (TRUTH, SCORE, WEIGHT),
        0.67882186,
    ),
    "specificity": (with_labels(metrics.specificity_at_sensitivity, sensitivity=0.6), (TRUTH, SCORE), 0.90909094),
    "specificity_weighted": (
        weighed(metrics.specificity_at_sensitivity, sensitivity=0.95, num_thresholds=30),
        (TRUTH, SCORE, WEIGHT),
        0.27351761,
    ),
    "auc_at_thresholds": (with_labels(metrics.auc, thresholds=[0.25, 0.5, 0.75]), (TRUTH, SCORE), 0.81168824),
    "auc_pr": (with_labels(metrics.auc, curve="PR"), (TRUTH, SCORE), 0.86618167),
    "auc_pr_below": (
        weighed(metrics.auc, curve="PR", summation_method="minoring"),
        (TRUTH, SCORE, WEIGHT),
        0.86471665,
    ),
    "mean_per_class_accuracy": (
        with_labels(metrics.mean_per_class_accuracy, num_classes=4),
        (CLASS, GUESS),
        0.64130139,
    ),
    "mean_per_class_accuracy_weighted": (
        weighed(metrics.mean_per_class_accuracy, num_classes=5),
        (CLASS, GUESS, WEIGHT),
        0.50949466,
    ),
    "mean_iou": (with_labels(metrics.mean_iou, num_classes=4), (CLASS, GUESS), 0.45002212),
    "mean_iou_weighted": (weighed(metrics.mean_iou, num_classes=6), (CLASS, GUESS, WEIGHT), 0.44764653),
    "mean_relative_error": (
        call(metrics.mean_relative_error, "labels", "predictions", "normalizer"),
        (REAL, SCORE, SCORE + np.float32(0.1)),
        0.7904861,
    ),
    "mean_relative_error_by_zero": (
        call(metrics.mean_relative_error, "labels", "predictions", "normalizer", "weights"),
        (REAL, SCORE, REAL, WEIGHT),
        0.20742056,
    ),
    "mean_cosine_distance": (with_labels(metrics.mean_cosine_distance, dim=1), (LEFT, RIGHT), 1.12398946),
    "mean_cosine_distance_weighted": (
        weighed(metrics.mean_cosine_distance, dim=1),
        (LEFT, RIGHT, WEIGHT[:, None]),
        1.14671648,
    ),
    "percentage_below": (call(metrics.percentage_below, "values", threshold=0.4), (SCORE,), 0.44),
    "percentage_below_weighted": (
        call(metrics.percentage_below, "values", "weights", threshold=0.4),
        (SCORE, WEIGHT),
        0.4135806,
    ),
    "precision_at_k": (with_labels(metrics.precision_at_k, k=2), (ONE, LOGITS), 0.16),
    "precision_at_k_weighted": (weighed(metrics.precision_at_k, k=3), (TWO, LOGITS, WEIGHT), 0.38384341),
    "precision_at_k_of_a_class": (with_labels(metrics.precision_at_k, k=3, class_id=2), (TWO, LOGITS), 0.32142857),
    "precision_at_top_k": (call(metrics.precision_at_top_k, "labels", "predictions_idx", k=2), (TWO, BEST), 0.45),
    "recall_at_k": (with_labels(metrics.recall_at_k, k=2), (ONE[:, 0], LOGITS), 0.32),
    "recall_at_k_weighted": (weighed(metrics.recall_at_k, k=3), (TWO, LOGITS, WEIGHT), 0.57576511),
    "recall_at_k_of_a_class": (with_labels(metrics.recall_at_k, k=3, class_id=2), (TWO, LOGITS), 0.52941176),
    "recall_at_top_k": (call(metrics.recall_at_top_k, "labels", "predictions_idx", k=2), (TWO, BEST), 0.45),
    "average_precision_at_k": (with_labels(metrics.average_precision_at_k, k=3), (TWO, LOGITS), 0.44666667),
    "average_precision_at_k_weighted": (
        weighed(metrics.average_precision_at_k, k=4),
        (ONE, LOGITS, WEIGHT),
        0.34385653,
    ),
}
every_metric = pytest.mark.parametrize("name", TABLE)


def streamed(metric, arguments, sizes):
    """Feeds rows in batches of these sizes; returns the values before and after the last batch."""
    values, start, result = {}, 0, None
    for size in sizes:
        batch = [a[start : start + size] for a in arguments]
        start += size
        with entered(Frame(values)) as active:
            result = metric(*batch)
        values = {**values, **active.updates}
    return np.asarray(result[0]), np.asarray(result[1])


@every_metric
def test_metrics_equal_the_original(name):
    metric, arguments, expected = TABLE[name]
    value = streamed(metric, arguments, [12, 12, 12, 12, 2])[1]
    assert value.dtype == np.float32
    np.testing.assert_allclose(value, expected, rtol=2e-6)


@every_metric
def test_how_the_rows_are_cut_does_not_matter(name):
    metric, arguments, expected = TABLE[name]
    np.testing.assert_allclose(streamed(metric, arguments, [12, 38])[1], expected, rtol=1e-5)


def test_the_mean_of_a_tensor_is_taken_element_by_element():
    batches = np.float32([[[1, 2], [3, 4]], [[3, 2], [5, 0]]])
    value = streamed(lambda batch: metrics.mean_tensor(batch[0]), (batches,), [1, 1])[1]
    np.testing.assert_array_equal(value, [[2, 2], [4, 2]])
    _, weighted = metrics.mean_tensor(np.float32([1, 2]), weights=np.float32([0, 1]))
    np.testing.assert_array_equal(weighted, [0, 2])


def test_among_equally_near_thresholds_the_highest_counts():
    labels, scores = [1, 0, 1, 0, 0, 1], np.float32([0.9, 0.1, 0.6, 0.6, 0.3, 0.2])
    assert float(metrics.specificity_at_sensitivity(labels, scores, 0.5)[1]) == 1
    assert float(metrics.specificity_at_sensitivity(labels, scores, 0.8)[1]) == pytest.approx(2 / 3)


def test_strings_are_as_accurate_as_numbers():
    assert float(metrics.accuracy(np.array(["a", "b", "c"]), np.array(["a", "c", "c"]))[1]) == pytest.approx(2 / 3)


@pytest.mark.parametrize("metric", [metrics.sensitivity_at_specificity, metrics.specificity_at_sensitivity])
def test_rates_lie_between_0_and_1(metric):
    with pytest.raises(ValueError, match=r"must be between 0 and 1; got 1\.5"):
        metric([1, 0], [0.2, 0.0], 1.5)


def test_arguments_stand_where_the_original_has_them():
    collections = functools.partial(metrics.mean, [1.0, 2.0], None, ["metrics"], ["updates"], "scope")
    with entered(Frame({})) as active:
        collections()
    assert set(active.specs) == {"scope/total", "scope/count"}
