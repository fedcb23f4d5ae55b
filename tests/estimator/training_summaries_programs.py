"""Programs with pre-made estimators whose event files are looked at, written for the original and for this package.

`test_training_summaries.json` holds what the original wrote for each of `programs(tensorflow)`: it
started from `first_value` of its variables and trained for 3 steps on `batches`, with summaries at
steps 1 and 3. By the step and the tag: a number, or of a histogram `[least, greatest, how many, sum,
sum of squares]`; and the shapes of the variables that got first values.
"""

import zlib

import numpy as np

from tests.estimator import canned_programs, rnn_programs

STEPS = 3


def first_value(name, shape):
    """Returns the value that a variable starts with: of a baseline 0, and so half of the weights of a linear model."""
    rng = np.random.default_rng(zlib.crc32(name.encode()))
    values = np.round(rng.normal(size=shape) * 0.6, 3)
    is_zero = rng.random(shape) < {"linear": 0.5, "baseline": 1}.get(name.split("/")[0], 0)
    return np.where(is_zero, 0, values).astype(np.float32)


def _columns(tf):
    wide = canned_programs.columns(tf, [["num", "a"], ["num", "v"], ["raw", "voc"], ["raw", "tags"], ["raw", "cross"]])
    deep = canned_programs.columns(tf, [["num", "a"], ["num", "v"], ["ind", "voc"], ["emb", "hash", 3, "mean", False]])
    return wide, deep


def _heads(tf):
    e = tf.estimator
    return {
        "poisson": e.PoissonRegressionHead(weight_column="w"),
        "named": e.BinaryClassHead(name="own"),
        "multi_label": e.MultiLabelHead(3),
        "multi": e.MultiHead([e.RegressionHead(name="r"), e.MultiClassHead(3, name="c"), e.BinaryClassHead(name="b")]),
    }


def programs(tf):
    """Returns name -> (function of common arguments that makes an estimator, its labels)."""
    wide, deep = _columns(tf)
    heads = _heads(tf)
    both = {"linear_feature_columns": wide, "dnn_feature_columns": deep, "dnn_hidden_units": [4, 3]}
    found = {}
    for family, e in {"v1": tf.compat.v1.estimator, "v2": tf.estimator}.items():
        found |= {
            f"{family}_dnn": (lambda e=e, **k: e.DNNRegressor([4, 3], deep, **k), "reg"),
            f"{family}_linear_weighted": (lambda e=e, **k: e.LinearClassifier(wide, weight_column="w", **k), "bin"),
            f"{family}_linear_classes": (lambda e=e, **k: e.LinearClassifier(wide, n_classes=3, **k), "c3"),
            f"{family}_combined_classes": (
                lambda e=e, **k: e.DNNLinearCombinedClassifier(n_classes=3, **both, **k),
                "c3",
            ),
            f"{family}_baseline": (lambda e=e, **k: e.BaselineRegressor(**_started(k)), "reg"),
        }
    e, rnn, steps = tf.estimator, tf.estimator.experimental, _sequences(tf)
    one = {"dnn_feature_columns": deep, "dnn_hidden_units": [4], "batch_norm": True}
    return found | {
        "v2_dnn_batch_norm": (lambda **k: e.DNNClassifier([4], deep, batch_norm=True, **k), "bin"),
        "v2_dnn_dropout": (lambda **k: e.DNNClassifier([4], deep, dropout=0.4, **k), "bin"),
        "v2_linear_dense": (lambda **k: e.LinearRegressor(wide[:2], label_dimension=2, **k), "reg2"),
        "v2_combined_linear": (lambda **k: e.DNNLinearCombinedRegressor(linear_feature_columns=wide, **k), "reg"),
        "v2_combined_dnn": (lambda **k: e.DNNLinearCombinedRegressor(**one, **k), "reg"),
        "head_poisson": (lambda **k: e.LinearEstimator(heads["poisson"], wide, **k), "count"),
        "head_named": (lambda **k: e.DNNEstimator(heads["named"], [4], deep, **k), "bin"),
        "head_multi_label": (lambda **k: e.DNNEstimator(heads["multi_label"], [4], deep, **k), "multi"),
        "head_multi": (lambda **k: e.DNNLinearCombinedEstimator(heads["multi"], **both, **k), "mh"),
        "rnn": (lambda **k: rnn.RNNClassifier(*steps, units=[3], **k), "label"),
        "rnn_by_step": (
            lambda **k: rnn.RNNClassifier(*steps, units=[3], return_sequences=True, **k),
            "step_label",
        ),
    }


def _sequences(tf):
    """Returns the columns of the steps, and those of the whole."""
    fc = tf.feature_column
    words = fc.sequence_categorical_column_with_vocabulary_list("words", rnn_programs.WORDS)
    kinds = fc.categorical_column_with_identity("kind", 3)
    return (
        [fc.embedding_column(words, 2), fc.sequence_numeric_column("numbers", shape=(2,))],
        [fc.numeric_column("size"), fc.embedding_column(kinds, 2)],
    )


def _started(common):
    """Returns the arguments that baselines take."""
    return {key: value for key, value in common.items() if key != "warm_start_from"}


def batches(tf, labels):
    """Returns an input function of batches with all rows; for recurrent networks of three batches."""
    if labels not in canned_programs.LABELS:
        return rnn_programs.batches(tf, labels)
    data = (canned_programs.FEATURES, canned_programs.LABELS[labels])
    return lambda: tf.data.Dataset.from_tensor_slices(data).batch(canned_programs.ROWS).repeat()


def written(tf, folder):
    """Returns what the event files of a folder say: for each step the values by their tags."""
    found = {}
    for path in sorted(folder.glob("events.out.tfevents.*")):
        for event in tf.compat.v1.train.summary_iterator(str(path)):
            for value in event.summary.value:
                found.setdefault(event.step, {})[value.tag] = shown(value)
    return found


def shown(value):
    """Returns a number, or the sums of a histogram; None of anything else."""
    if value.HasField("simple_value"):
        return value.simple_value
    if value.HasField("histo"):
        h = value.histo
        return [h.min, h.max, h.num, h.sum, h.sum_squares]
    return None
