"""Metrics of TensorFlow 2 as objects, with all kinds of options.

`recorded/keras_metrics.json` holds what the original's `tf.keras.metrics` gave for each of `programs()`: the
result after each of two batches.
"""

import numpy as np

_random = np.random.default_rng(21)


def _two(array):
    return [array, np.roll(array, 1, axis=-1)]


TRUTH = _two((_random.uniform(size=(4, 3)) < 0.5).astype(np.float32))
SHARE = _two(np.round(_random.uniform(0.02, 0.98, (4, 3)), 2).astype(np.float32))
REAL = _two(np.round(_random.normal(size=(4, 3)), 2).astype(np.float32))
NEAR = _two(np.round(_random.normal(size=(4, 3)), 2).astype(np.float32))
HOT = [np.eye(3, dtype=np.float32)[i] for i in ([0, 2, 1, 1], [2, 2, 0, 1])]
IDS = [np.array([0, 2, 1, 1]), np.array([2, 2, 0, 1])]
ROWS = _two(np.array([1.0, 0.0, 2.0, 0.5], np.float32))
EACH = _two(np.round(_random.uniform(0, 2, (4, 3)), 1).astype(np.float32))
COLUMNS = [r[:, None] for r in ROWS]
LABEL = [t[:, 0] for t in TRUTH]
SINGLE = [s[:, :1] for s in SHARE]

PAIRS = {
    "Accuracy": (TRUTH, _two(np.round(SHARE[0]))),
    "BinaryAccuracy": (TRUTH, SHARE),
    "BinaryCrossentropy": (TRUTH, SHARE),
    "CategoricalAccuracy": (HOT, SHARE),
    "CategoricalCrossentropy": (HOT, SHARE),
    "CategoricalHinge": (HOT, SHARE),
    "CosineSimilarity": (REAL, NEAR),
    "Hinge": (TRUTH, NEAR),
    "KLDivergence": (SHARE, SHARE[::-1]),
    "LogCoshError": (REAL, NEAR),
    "MeanAbsoluteError": (REAL, NEAR),
    "MeanAbsolutePercentageError": (REAL, NEAR),
    "MeanSquaredError": (REAL, NEAR),
    "MeanSquaredLogarithmicError": (REAL, NEAR),
    "Poisson": (TRUTH, SHARE),
    "RootMeanSquaredError": (REAL, NEAR),
    "SparseCategoricalAccuracy": (IDS, SHARE),
    "SparseCategoricalCrossentropy": (IDS, SHARE),
    "SquaredHinge": (TRUTH, NEAR),
    "TruePositives": (TRUTH, SHARE),
    "FalsePositives": (TRUTH, SHARE),
    "TrueNegatives": (TRUTH, SHARE),
    "FalseNegatives": (TRUTH, SHARE),
    "Precision": (TRUTH, SHARE),
    "Recall": (TRUTH, SHARE),
    "AUC": (TRUTH, SHARE),
    "F1Score": (HOT, SHARE),
}
ELEMENT_WISE = ("Accuracy", "RootMeanSquaredError", "AUC", "Precision", "Recall", "TruePositives", "FalseNegatives")


def programs():
    """Returns name -> (class, its options, the arguments of each batch)."""
    made = {}
    for name, (y, p) in PAIRS.items():
        made[name] = (name, {}, (y, p))
        made[f"{name}, by rows"] = (name, {}, (y, p, ROWS))
        if name in ELEMENT_WISE:
            made[f"{name}, each"] = (name, {}, (y, p, EACH))
            made[f"{name}, by columns"] = (name, {}, (y, p, COLUMNS))
    for name in ("Mean", "Sum", "MeanTensor"):
        made[name] = (name, {}, (REAL,))
        made[f"{name}, each"] = (name, {}, (REAL, EACH))
    made["Mean, by rows"] = ("Mean", {}, (REAL, ROWS))
    made["Mean of numbers"] = ("Mean", {}, ([np.float32(2), np.float32(5)],))
    made["relative"] = ("MeanRelativeError", {"normalizer": [1.0, 0.0, 2.0]}, (REAL, NEAR))
    single = {"labels of a vector": (LABEL, SINGLE), "labels of a column": ([y[:, None] for y in LABEL], SINGLE)}
    for what, given in single.items():
        for name in ("AUC", "BinaryAccuracy", "Precision", "MeanSquaredError", "RootMeanSquaredError"):
            made[f"{name}, {what}"] = (name, {}, given)
            if what == "labels of a column" or name == "BinaryAccuracy":
                made[f"{name}, {what}, by rows"] = (name, {}, (*given, ROWS))
    for name in ("Precision", "Recall", "TruePositives"):
        made[f"{name}, thresholds"] = (name, {"thresholds": [0.3, 0.6]}, (TRUTH, SHARE))
        made[f"{name}, threshold"] = (name, {"thresholds": 0.3}, (TRUTH, SHARE))
    for name in ("Precision", "Recall"):
        made[f"{name}, top 2"] = (name, {"top_k": 2}, (HOT, SHARE))
        made[f"{name}, of a class"] = (name, {"class_id": 1}, (HOT, SHARE))
    for curve in ("ROC", "PR"):
        for method in ("interpolation", "minoring", "majoring"):
            options = {"curve": curve, "summation_method": method, "num_thresholds": 11}
            made[f"AUC {curve} {method}"] = ("AUC", options, (TRUTH, SHARE, EACH))
    made["AUC of logits"] = ("AUC", {"from_logits": True}, (TRUTH, NEAR))
    made["AUC, own thresholds"] = ("AUC", {"thresholds": [0.4, 0.7]}, (TRUTH, SHARE))
    for share in (0.3, 0.7):
        for name, argument in {
            "SensitivityAtSpecificity": "specificity",
            "SpecificityAtSensitivity": "sensitivity",
            "PrecisionAtRecall": "recall",
            "RecallAtPrecision": "precision",
        }.items():
            made[f"{name} {share}"] = (name, {argument: share}, (TRUTH, SHARE))
    for average in (None, "micro", "macro", "weighted"):
        made[f"F1Score {average}"] = ("F1Score", {"average": average, "threshold": 0.4}, (TRUTH, SHARE))
        made[f"FBetaScore {average}"] = ("FBetaScore", {"average": average, "beta": 2.0}, (HOT, SHARE))
    made["MeanIoU"] = ("MeanIoU", {"num_classes": 3}, (IDS, IDS[::-1]))
    made["MeanIoU, by rows"] = ("MeanIoU", {"num_classes": 3}, (IDS, IDS[::-1], ROWS))
    made["top k"] = ("TopKCategoricalAccuracy", {"k": 2}, (HOT, SHARE))
    made["sparse top k"] = ("SparseTopKCategoricalAccuracy", {"k": 2}, (IDS, SHARE, ROWS))
    made["sparse, columns"] = ("SparseCategoricalAccuracy", {}, ([i[:, None] for i in IDS], SHARE, ROWS))
    made["sparse loss, logits"] = ("SparseCategoricalCrossentropy", {"from_logits": True}, (IDS, NEAR))
    made["binary loss, logits"] = ("BinaryCrossentropy", {"from_logits": True, "label_smoothing": 0.1}, (TRUTH, NEAR))
    made["binary accuracy of logits"] = ("BinaryAccuracy", {"threshold": 0.0}, (TRUTH, NEAR))
    return made
