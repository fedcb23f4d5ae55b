"""Calls of metrics, written for the original and for this package alike.

`recorded/metrics.json` holds what the original's `tf.compat.v1.metrics` computed for each of `calls()`, run over
`BATCHES` batches: what the update gave in each, the value after all of them, its shape, and the names and shapes
of the local variables; or the kind of error.
"""

import numpy as np

BATCHES = 2
_random = np.random.default_rng(12)


def _two(array):
    """Returns an array for each batch, of which the second is another order of the first."""
    return [array, array[::-1].copy()]


TRUTH = _two((_random.uniform(size=(4, 3)) < 0.5).astype(np.int64))
GUESS = _two((_random.uniform(size=(4, 3)) < 0.5).astype(np.int64))
REAL = _two(np.round(_random.normal(size=(4, 3)), 2).astype(np.float32))
NEAR = _two(np.round(_random.normal(size=(4, 3)), 2).astype(np.float32))
SCORE = _two(np.round(_random.uniform(size=(4, 3)), 3).astype(np.float32))
IDS = _two(np.array([0, 2, 1, 2]))
FOUND = _two(np.array([0, 1, 1, 2]))
LOGITS = _two(np.round(_random.normal(size=(4, 5)), 2).astype(np.float32))
MANY = _two(np.array([[0, 3], [1, 3], [4, 2], [2, 2]]))
UNIT = _two((REAL[0] / np.linalg.norm(REAL[0], axis=1, keepdims=True)).astype(np.float32))

ROWS = _two(np.array([1.0, 0.0, 2.0, 0.5], np.float32))
WEIGHTS = {
    "none": None,
    "scalar": [np.float32(2), np.float32(0.5)],
    "column": [w[:, None] for w in ROWS],
    "rows": ROWS,
    "each": [np.round(np.abs(r), 1) for r in REAL],
    "zero": [np.float32(0)] * 2,
    "of_columns": [np.array([[1.0, 0.0, 2.0]], np.float32)] * 2,
    "rank_3": [w[:, None, None] for w in ROWS],
    "int": [np.array([[1], [0], [2], [1]])] * 2,
}
PAIRS = {
    "accuracy": (TRUTH, GUESS),
    "mean_absolute_error": (REAL, NEAR),
    "mean_squared_error": (REAL, NEAR),
    "root_mean_squared_error": (REAL, NEAR),
    "precision": (TRUTH, GUESS),
    "recall": (TRUTH, GUESS),
    "true_positives": (TRUTH, GUESS),
    "false_positives": (TRUTH, GUESS),
    "true_negatives": (TRUTH, GUESS),
    "false_negatives": (TRUTH, GUESS),
    "auc": (TRUTH, SCORE),
}
AT = {"thresholds": [0.25, 0.5, 0.75]}


def _pairs():
    for metric, (labels, predictions) in PAIRS.items():
        for kind, weights in WEIGHTS.items():
            if metric in ("accuracy", "mean_squared_error", "recall", "false_negatives", "auc") or kind == "each":
                yield metric, {"labels": labels, "predictions": predictions, "weights": weights}, {}
    for kind, weights in WEIGHTS.items():
        yield "mean", {"values": REAL, "weights": weights}, {}
        if kind in ("none", "column", "each", "rows"):
            yield "mean_tensor", {"values": REAL, "weights": weights}, {}
            yield "percentage_below", {"values": REAL, "weights": weights}, {"threshold": 0.1}


def _scores():
    both = {"labels": TRUTH, "predictions": SCORE}
    for metric in ("precision", "recall", "true_positives", "false_positives", "true_negatives", "false_negatives"):
        yield f"{metric}_at_thresholds", both, AT
        yield f"{metric}_at_thresholds", {**both, "weights": WEIGHTS["column"]}, AT
    for curve in ("ROC", "PR"):
        for method in ("trapezoidal", "minoring", "majoring", "careful_interpolation"):
            if (curve, method) != ("ROC", "careful_interpolation"):
                yield "auc", both, {"curve": curve, "summation_method": method}
    yield "auc", both, {"num_thresholds": 5}
    yield "auc", both, {"thresholds": [0.2, 0.5, 0.9]}
    yield "auc", both, {"curve": "XY"}
    yield "auc", {"labels": [t.astype(bool) for t in TRUTH], "predictions": SCORE}, {}
    for share in (0.0, 0.4, 1.0):
        yield "sensitivity_at_specificity", both, {"specificity": share}
        yield "specificity_at_sensitivity", both, {"sensitivity": share, "num_thresholds": 20}
    yield "sensitivity_at_specificity", both, {"specificity": 1.5}


def _classes():
    classes = {"labels": IDS, "predictions": FOUND}
    for weights in (None, ROWS):
        yield "mean_iou", {**classes, "weights": weights}, {"num_classes": 4}
        yield "mean_per_class_accuracy", {**classes, "weights": weights}, {"num_classes": 4}
    yield "mean_iou", {"labels": TRUTH, "predictions": GUESS, "weights": WEIGHTS["each"]}, {"num_classes": 2}
    ranked = {"labels": MANY, "predictions": LOGITS}
    single = {"labels": [i[:, None] for i in IDS], "predictions": LOGITS}
    for metric in ("precision_at_k", "recall_at_k", "sparse_precision_at_k"):
        for options in ({"k": 1}, {"k": 3}, {"k": 3, "class_id": 2}):
            yield metric, ranked, options
        yield metric, {**ranked, "weights": ROWS}, {"k": 2}
        yield metric, {**single, "weights": WEIGHTS["column"]}, {"k": 2}
    best = [np.argsort(-x, axis=1)[:, :2] for x in LOGITS]
    for metric in ("precision_at_top_k", "recall_at_top_k"):
        yield metric, {"labels": MANY, "predictions_idx": best}, {}
        yield metric, {"labels": MANY, "predictions_idx": best, "weights": ROWS}, {"class_id": 2}
        yield metric, {"labels": MANY, "predictions_idx": best}, {"k": 2, "name": "own"}
    for metric in ("average_precision_at_k", "sparse_average_precision_at_k"):
        for k in (1, 3):
            yield metric, ranked, {"k": k}
            yield metric, {**single, "weights": ROWS}, {"k": k}


def _others():
    for weights in (None, WEIGHTS["column"]):
        yield "mean_cosine_distance", {"labels": UNIT, "predictions": UNIT[::-1], "weights": weights}, {"dim": 1}
        more = {"normalizer": [np.abs(r) for r in REAL], "weights": weights}
        yield "mean_relative_error", {"labels": REAL, "predictions": NEAR, **more}, {}
    yield "mean_relative_error", {"labels": REAL, "predictions": NEAR, "normalizer": [np.zeros((4, 3), "f4")] * 2}, {}
    yield "mean_squared_error", {"labels": [i[:, None] for i in IDS], "predictions": [s[:, :1] for s in SCORE]}, {}
    yield "mean_squared_error", {"labels": IDS, "predictions": [s[:, :1] for s in SCORE]}, {}
    yield "accuracy", {"labels": IDS, "predictions": [f[:, None] for f in FOUND]}, {}
    yield "accuracy", {"labels": [i[:, None] for i in IDS], "predictions": FOUND}, {}
    yield "accuracy", {"labels": IDS, "predictions": [f.astype(np.int32) for f in FOUND]}, {}
    yield "accuracy", {"labels": [t > 0 for t in TRUTH], "predictions": [g > 0 for g in GUESS]}, {"name": "own"}
    yield "accuracy", {"labels": IDS, "predictions": [f[:3] for f in FOUND]}, {}
    yield "precision", {"labels": [t > 0 for t in TRUTH], "predictions": [g.astype(np.float32) for g in GUESS]}, {}
    yield "recall", {"labels": REAL, "predictions": NEAR}, {}
    yield "mean", {"values": IDS}, {}
    yield "mean", {"values": [t > 0 for t in TRUTH]}, {"name": "share"}


def calls():
    """Returns triples: the name of a metric, its arguments for each batch, and its options."""
    return [*_pairs(), *_scores(), *_classes(), *_others()]
