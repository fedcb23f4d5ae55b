"""Calls of losses, written for the original and for this package alike.

`recorded/losses.json` holds what the original computed for `calls()` with its `tf.compat.v1.losses`: for
each call the value, its shape and type, the gradient with respect to the argument that `BY` names and what
stood in the collection of losses afterwards; or the kind of error.
"""

import numpy as np

NAMES = {
    "absolute_difference": ("labels", "predictions"),
    "cosine_distance": ("labels", "predictions"),
    "hinge_loss": ("labels", "logits"),
    "huber_loss": ("labels", "predictions"),
    "log_loss": ("labels", "predictions"),
    "mean_pairwise_squared_error": ("labels", "predictions"),
    "mean_squared_error": ("labels", "predictions"),
    "sigmoid_cross_entropy": ("multi_class_labels", "logits"),
    "softmax_cross_entropy": ("onehot_labels", "logits"),
    "sparse_softmax_cross_entropy": ("labels", "logits"),
}
REDUCTIONS = (
    "none",
    "weighted_sum",
    "weighted_mean",
    "weighted_sum_over_batch_size",
    "weighted_sum_by_nonzero_weights",
)
WEIGHTS = {
    "scalar": np.float32(2.5),
    "zero": np.float32(0),
    "all_zero": np.zeros((3, 1), np.float32),
    "some_zero": np.array([[1.0], [0.0], [3.0]], np.float32),
    "each": np.array([[1, 2, 0, 1], [0, 0, 1, 2], [3, 1, 1, 0.5]], np.float32),
    "rank_1": np.array([1.0, 0.0, 3.0], np.float32),
    "rank_1_of_columns": np.array([1.0, 0.0, 3.0, 2.0], np.float32),
    "columns": np.array([[1.0, 0.0, 3.0, 2.0]], np.float32),
    "rank_3": np.ones((3, 1, 1), np.float32),
    "int": np.array([[1], [0], [3]], np.int64),
}

_random = np.random.default_rng(3)
_P = np.round(_random.uniform(0.05, 0.95, (3, 4)), 3).astype(np.float32)
_Z = np.round(_random.normal(0, 2, (3, 4)), 3).astype(np.float32)
_Y = (_random.uniform(size=(3, 4)) < 0.5).astype(np.float32)
_HOT = np.eye(4, dtype=np.float32)[[1, 3, 0]]
_UNIT = (_Z / np.linalg.norm(_Z, axis=1, keepdims=True)).astype(np.float32)
_IDS = np.array([1, 3, 0])


def plain(loss):
    """Returns the first two arguments of a loss, by name."""
    first, second = NAMES[loss]
    values = {
        "cosine_distance": (_HOT, _UNIT),
        "hinge_loss": (_Y, _Z),
        "sigmoid_cross_entropy": (_Y, _Z),
        "softmax_cross_entropy": (_HOT, _Z),
        "sparse_softmax_cross_entropy": (_IDS, _Z),
    }.get(loss, (_Y, _P))
    more = {"axis": 1} if loss == "cosine_distance" else {}
    return {first: values[0], second: values[1], **more}


def _with_reductions_and_weights():
    for loss in NAMES:
        given = plain(loss)
        yield loss, given
        for kind, weights in WEIGHTS.items():
            yield loss, {**given, "weights": weights}
            if loss == "mean_squared_error" and kind in ("scalar", "all_zero", "some_zero", "each"):
                for reduction in REDUCTIONS:
                    yield loss, {**given, "weights": weights, "reduction": reduction}
        if loss != "mean_pairwise_squared_error":
            for reduction in REDUCTIONS:
                yield loss, {**given, "reduction": reduction}
        yield loss, {**given, "loss_collection": None}
        yield loss, {**given, "loss_collection": "mine"}
    for wrong in ("sum", "auto"):
        yield "log_loss", {**plain("log_loss"), "reduction": wrong}


def _corners():
    zeros, ones = np.zeros((1, 3), np.float32), np.ones((1, 3), np.float32)
    yield "hinge_loss", {"labels": np.array([[1, 0, 1.0]]), "logits": np.array([[1.0, -1.0, 0.0]])}
    yield "absolute_difference", {"labels": zeros, "predictions": np.array([[0.0, 1.0, -1.0]], np.float32)}
    yield "huber_loss", {"labels": zeros, "predictions": np.array([[0.0, 1.0, -1.0]], np.float32)}
    yield "huber_loss", {"labels": zeros, "predictions": np.array([[0.5, 2.0, -3.0]], np.float32), "delta": 0.5}
    yield "log_loss", {"labels": np.array([[1.0, 0.0, 0.0]]), "predictions": np.array([[0.0, 0.0, 1.0]])}
    yield "log_loss", {"labels": ones, "predictions": ones, "epsilon": 1e-3}
    yield "mean_squared_error", {"labels": ones, "predictions": ones}
    yield "sigmoid_cross_entropy", {"multi_class_labels": np.array([[1, 0, 1]]), "logits": zeros}
    yield "sigmoid_cross_entropy", {"multi_class_labels": np.array([[1, 0, 1]]), "logits": 100 * ones}
    yield "mean_pairwise_squared_error", {"labels": ones, "predictions": ones}


def _types_and_shapes():
    wide = np.array([[0.25, 1.5]], np.float64)
    bools = np.array([[True, False]])
    for loss in ("absolute_difference", "hinge_loss", "huber_loss", "log_loss", "mean_squared_error"):
        second = NAMES[loss][1]
        for labels in (np.array([[1, 0]]), np.array([[1, 0]], np.int32), bools, wide):
            yield loss, {"labels": labels, second: wide / 2}
        yield loss, {"labels": np.ones(3, np.float32), second: np.ones((3, 1), np.float32)}
        yield loss, {"labels": np.float32(1), second: np.float32(0.5)}
    for labels in (bools, np.array([[1, 0]]), wide):
        yield "sigmoid_cross_entropy", {"multi_class_labels": labels, "logits": wide}
        yield "softmax_cross_entropy", {"onehot_labels": labels, "logits": wide}
    for smoothing in (0.1, 1.0):
        given = plain("sigmoid_cross_entropy")
        yield "sigmoid_cross_entropy", {**given, "label_smoothing": smoothing}
        yield "softmax_cross_entropy", {**plain("softmax_cross_entropy"), "label_smoothing": smoothing}
    for labels in (_IDS[:, None], _IDS.astype(np.int32), _IDS.astype(np.float32), _HOT):
        for weights in (np.float32(1), WEIGHTS["rank_1"], WEIGHTS["some_zero"]):
            yield "sparse_softmax_cross_entropy", {"labels": labels, "logits": _Z, "weights": weights}
    sequences = np.stack([_Z, -_Z])
    yield "sparse_softmax_cross_entropy", {"labels": np.array([[1, 3, 0], [2, 2, 1]]), "logits": sequences}
    yield (
        "sparse_softmax_cross_entropy",
        {
            "labels": np.array([[1, 3, 0], [2, 2, 1]]),
            "logits": sequences,
            "weights": np.array([[1, 1, 0], [1, 0, 0]], np.float32),
        },
    )
    yield "softmax_cross_entropy", {"onehot_labels": np.stack([_HOT, _HOT]), "logits": sequences}
    yield "softmax_cross_entropy", {"onehot_labels": _HOT[:2], "logits": _Z}
    yield "cosine_distance", {"labels": _HOT, "predictions": _UNIT}
    yield "cosine_distance", {"labels": _HOT, "predictions": _UNIT, "dim": 1}
    yield "cosine_distance", {"labels": _HOT, "predictions": _UNIT, "axis": 0}
    for shape in ((6,), (2, 1, 3), (6, 1)):
        row = np.linspace(0, 2, 6, dtype=np.float32).reshape(shape)
        yield "mean_pairwise_squared_error", {"labels": row, "predictions": row**2}
    yield "compute_weighted_loss", {"losses": np.array([1, 2, 4], np.int32), "weights": np.float32(0.5)}
    yield "compute_weighted_loss", {"losses": _P, "weights": WEIGHTS["each"], "reduction": "weighted_mean"}
    yield "compute_weighted_loss", {"losses": np.float32(3), "weights": WEIGHTS["rank_1"]}


def calls():
    """Returns pairs of the name of a loss and its arguments."""
    return [*_with_reductions_and_weights(), *_corners(), *_types_and_shapes()]


def by(loss):
    """Returns the argument by which the gradient is taken."""
    return NAMES[loss][1] if loss in NAMES else "losses"
