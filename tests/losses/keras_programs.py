"""Losses of TensorFlow 2 as objects, with all kinds of options.

`recorded/keras_losses.json` holds what the original's `tf.keras.losses` computed for each of `programs()`: the
value, its shape, and the gradient with respect to the predictions.
"""

import numpy as np

_random = np.random.default_rng(8)
SCORES = np.round(_random.normal(0, 1.5, (3, 4)), 2).astype(np.float32)
SHARES = np.round(_random.uniform(0.05, 0.95, (3, 4)), 2).astype(np.float32)
REAL = np.round(_random.uniform(0, 3, (3, 4)), 1).astype(np.float32)
TRUTH = np.array([[1, 0, 0, 1], [0, 0, 0, 1], [1, 1, 1, 0]], np.float32)
SIGNS = 2 * TRUTH - 1
HOT = np.eye(4, dtype=np.float32)[[1, 3, 0]]
IDS = np.array([1, 3, 0])
EDGES = np.array([[0.0, 1.0, -1.0, 2.0]], np.float32)
ROWS = np.array([1.0, 0.0, 2.0], np.float32)

PLAIN = {
    "MeanSquaredError": (REAL, SCORES),
    "MeanAbsoluteError": (REAL, SCORES),
    "MeanAbsolutePercentageError": (REAL, SCORES),
    "MeanSquaredLogarithmicError": (REAL, SCORES),
    "LogCosh": (REAL, SCORES),
    "Huber": (REAL, SCORES),
    "Hinge": (TRUTH, SCORES),
    "SquaredHinge": (SIGNS, SCORES),
    "CategoricalHinge": (HOT, SCORES),
    "Poisson": (REAL, SHARES),
    "KLDivergence": (SHARES, SHARES[::-1]),
    "CosineSimilarity": (REAL, SCORES),
    "BinaryCrossentropy": (TRUTH, SHARES),
    "BinaryFocalCrossentropy": (TRUTH, SHARES),
    "CategoricalCrossentropy": (HOT, SHARES),
    "CategoricalFocalCrossentropy": (HOT, SHARES),
    "SparseCategoricalCrossentropy": (IDS, SHARES),
}


def programs():
    """Returns name -> (class, its options, labels, predictions, weights)."""
    made = {}
    for name, (y, p) in PLAIN.items():
        made[name] = (name, {}, y, p, None)
        made[f"{name}, by rows"] = (name, {}, y, p, ROWS)
        made[f"{name}, by rows of one"] = (name, {"reduction": "sum"}, y, p, ROWS[:, None])
        made[f"{name}, none"] = (name, {"reduction": "none"}, y, p, np.float32(2))
    for name in ("BinaryCrossentropy", "BinaryFocalCrossentropy", "CategoricalCrossentropy"):
        y = TRUTH if name.startswith("Binary") else HOT
        made[f"{name}, logits"] = (name, {"from_logits": True}, y, SCORES, None)
        made[f"{name}, smooth"] = (name, {"from_logits": True, "label_smoothing": 0.1}, y, SCORES, None)
        made[f"{name}, certain"] = (name, {}, y, y, None)
    made |= {
        "sparse, logits": ("SparseCategoricalCrossentropy", {"from_logits": True}, IDS, SCORES, None),
        "sparse, column": ("SparseCategoricalCrossentropy", {"from_logits": True}, IDS[:, None], SCORES, ROWS),
        "sparse, floats": ("SparseCategoricalCrossentropy", {}, IDS.astype(np.float32), SHARES, None),
        "sparse, ignored": (
            "SparseCategoricalCrossentropy",
            {"from_logits": True, "ignore_class": 3},
            IDS,
            SCORES,
            None,
        ),
        "sparse, sequences": ("SparseCategoricalCrossentropy", {}, np.stack([IDS, IDS]), np.stack([SHARES] * 2), None),
        "focal, balanced": (
            "BinaryFocalCrossentropy",
            {"apply_class_balancing": True, "alpha": 0.3, "gamma": 1.0, "from_logits": True},
            TRUTH,
            SCORES,
            None,
        ),
        "focal, logits": ("CategoricalFocalCrossentropy", {"from_logits": True, "gamma": 1.5}, HOT, SCORES, None),
        "huber, edges": ("Huber", {"delta": 1.0}, np.zeros((1, 4), np.float32), EDGES, None),
        "absolute, edges": ("MeanAbsoluteError", {}, np.zeros((1, 4), np.float32), EDGES, None),
        "hinge, edges": ("Hinge", {}, np.ones((1, 4), np.float32), EDGES, None),
        "squared, columns": ("MeanSquaredError", {}, REAL[:, 0], SCORES[:, :1], None),
        "squared, whole numbers": ("MeanSquaredError", {}, IDS[:, None], SCORES[:, :1], ROWS),
        "binary, column of logits": ("BinaryCrossentropy", {"from_logits": True}, TRUTH[:, :1], SCORES[:, :1], ROWS),
        "binary, whole numbers": ("BinaryCrossentropy", {"from_logits": True}, TRUTH.astype(np.int64), SCORES, None),
        "cosine, axis": ("CosineSimilarity", {"axis": 0}, REAL, SCORES, None),
        "each weighted": ("MeanSquaredError", {}, REAL[..., None], SCORES[..., None], SHARES),
    }
    return made
