"""Programs with recurrent networks, written for the original and for this package alike.

`recorded/rnn.json` holds what the original computed for `programs(tensorflow)`: each estimator
started from `first_value` of its variables, trained for 6 steps on `batches`, and then told its
variables, its metrics over all batches, and its predictions for the first batch.
"""

import zlib

import numpy as np

STEPS = 6
ROWS, BATCH, TIME = 12, 4, 5
WORDS = ["a", "b", "c", "d"]


def first_value(name, shape):
    """Returns the value that a variable starts with, which depends on its name alone."""
    rng = np.random.default_rng(zlib.crc32(name.encode()))
    return np.round(rng.normal(size=shape) * 0.6, 3).astype(np.float32)


def rows():
    """Returns the features of all rows by name: padded words, numbers with their lengths, numbers of an example."""
    rng = np.random.default_rng(3)
    lengths = np.array([5, 3, 1, 2, 4, 5, 0, 1, 2, 2, 1, 5])  # the original needs one of the full length in each batch
    there = np.arange(TIME) < lengths[:, None]
    words = np.where(there, rng.choice([*WORDS, "unknown"], size=(ROWS, TIME)), "")
    return {
        "lengths": lengths,
        "words": words,
        "numbers": np.round(rng.normal(size=(ROWS, TIME, 2)), 2).astype(np.float32),
        "size": np.round(rng.normal(size=ROWS), 2).astype(np.float32),
        "kind": rng.integers(0, 3, ROWS),
        "weight": rng.integers(1, 4, ROWS).astype(np.float32),
        "label": rng.integers(0, 2, ROWS),
        "named": rng.choice(["low", "middle", "high"], ROWS),
        "price": np.round(rng.normal(size=(ROWS, 2)) * 2, 2).astype(np.float32),
        "step_label": rng.integers(0, 2, (ROWS, TIME)),
        "step_class": rng.integers(0, 3, (ROWS, TIME)),
        "step_weight": rng.integers(1, 4, (ROWS, TIME)).astype(np.float32),
    }


def sparse(tf, values, lengths):
    """Returns the values of the steps that are there, [rows, time * values of a step], as a SparseTensor."""
    flat = values.reshape(len(values), -1)
    each = flat.shape[1] // values.shape[1]
    places = [(i, j) for i, n in enumerate(lengths) for j in range(n * each)]
    return tf.SparseTensor(places, tf.constant([flat[p] for p in places]), flat.shape)


def batches(tf, label, scale=1.0):
    """Returns an input function of all rows in batches, once."""
    data = rows()

    def input_fn():
        by_step = {"numbers": sparse(tf, data["numbers"] * np.float32(scale), data["lengths"])}
        by_step["step_weight"] = sparse(tf, data["step_weight"], data["lengths"])
        features = {k: data[k] for k in ("words", "size", "kind", "weight")} | by_step
        labels = data[label]
        if label.startswith("step_"):
            labels = sparse(tf, labels, data["lengths"])
        elif label == "price":
            labels = labels * np.float32(scale)
        return tf.data.Dataset.from_tensor_slices((features, labels)).batch(BATCH)

    return input_fn


def programs(tf, optimizers, cells):
    """Returns name -> function of a folder that makes an estimator, its label, and the scale of numbers.

    Args:
        tf: the original or this package.
        optimizers: where Keras-style optimizers are.
        cells: where Keras-style cells are.
    """
    fc, rnn = tf.feature_column, tf.estimator.experimental
    words = fc.sequence_categorical_column_with_vocabulary_list("words", WORDS)
    numbers = fc.sequence_numeric_column("numbers", shape=(2,))
    both = [fc.embedding_column(words, 2), numbers]
    context = [fc.numeric_column("size"), fc.embedding_column(fc.categorical_column_with_identity("kind", 3), 2)]
    names = ["low", "middle", "high"]
    return {
        "simple": (lambda d: rnn.RNNClassifier(both, context, units=[3], model_dir=d), "label", 1.0),
        "lstm_stacked_weighted": (
            lambda d: rnn.RNNClassifier(
                both, units=[3, 2], cell_type="lstm", weight_column="weight", optimizer="SGD", model_dir=d
            ),
            "label",
            1.0,
        ),
        "gru_named_classes": (
            lambda d: rnn.RNNClassifier(
                [fc.indicator_column(words)],
                context,
                units=[3],
                cell_type="gru",
                n_classes=3,
                label_vocabulary=names,
                optimizer="Adam",
                model_dir=d,
            ),
            "named",
            1.0,
        ),
        "large_gradients_are_clipped": (
            lambda d: rnn.RNNEstimator(tf.estimator.RegressionHead(2), both, units=[3], model_dir=d),
            "price",
            200.0,
        ),
        "cell_function_and_optimizer_object": (
            lambda d: rnn.RNNEstimator(
                tf.estimator.RegressionHead(2),
                both,
                rnn_cell_fn=lambda: cells.GRUCell(3, reset_after=False, name="own"),
                optimizer=lambda: optimizers.SGD(0.1),
                model_dir=d,
            ),
            "price",
            1.0,
        ),
        "labels_by_step": (
            lambda d: rnn.RNNClassifier(both, context, units=[3], return_sequences=True, model_dir=d),
            "step_label",
            1.0,
        ),
        "weighted_classes_by_step": (
            lambda d: rnn.RNNClassifier(
                both,
                units=[3],
                cell_type="lstm",
                return_sequences=True,
                n_classes=3,
                weight_column="step_weight",
                sequence_mask="is_there",
                optimizer="Ftrl",
                model_dir=d,
            ),
            "step_class",
            1.0,
        ),
    }
