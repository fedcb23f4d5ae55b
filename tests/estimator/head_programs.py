"""Head programs as data: a head, a batch or two, and what the original made of them.

A program is a dictionary: the head's class, its family (`v1` or `v2`), its arguments
(functions by name), labels, logits, weights, the sizes of the batches the rows are
cut into, and under `expected` the loss of each batch, the metrics after all of them,
and the predictions for all rows. The programs of `heads_recorded/programs.json` were
drawn at random and run on TensorFlow 2.15.1: `v2` ones through the methods `loss`,
`update_metrics` and `predictions` of the head, `v1` ones through its
`create_estimator_spec` in mode EVAL in a graph.
"""

import json
import pathlib

import jax.numpy as jnp
import numpy as np

import estimax as tf

RECORDED = pathlib.Path(__file__).parent / "heads_recorded" / "programs.json"


def _absolute(labels, logits):
    return abs(tf.cast(labels, tf.float32) - logits)


def _ranked(labels, logits):
    return jnp.sum(tf.nn.relu(1.0 + logits), -1, keepdims=True) + tf.cast(labels, tf.float32)


def _hinge(labels, logits):
    return jnp.sum(tf.nn.relu(1.0 - (2.0 * tf.cast(labels, tf.float32) - 1.0) * logits), -1, keepdims=True)


FUNCTIONS = {"absolute": _absolute, "ranked": _ranked, "hinge": _hinge, "exp": tf.exp}
ONE_X = {
    "RegressionHead": tf.contrib.estimator.regression_head,
    "BinaryClassHead": tf.contrib.estimator.binary_classification_head,
    "MultiClassHead": tf.contrib.estimator.multi_class_head,
}


def load():
    """Returns the recorded programs."""
    return json.loads(RECORDED.read_text())


def name_of(program):
    """Returns what a program is called in reports of tests."""
    return f"{program['head']}-{program['family']}-{program['seed']}"


def make(program):
    """Makes the head."""
    arguments = dict(program["args"])
    for key in ("loss_fn", "inverse_link_fn"):
        if key in arguments:
            arguments[key] = FUNCTIONS[arguments[key]]
    if program["weights"]:
        arguments["weight_column"] = {
            "name": "w",
            "numeric": tf.feature_column.numeric_column("w"),
            "normalized": tf.feature_column.numeric_column("w", normalizer_fn=lambda v: v * 2.0 + 1.0),
        }[program["weights"]["as"]]
    family = ONE_X if program["family"] == "v1" else vars(tf.estimator)
    return family[program["head"]](**arguments)


def rows(program, start, stop):
    """Returns features, labels and logits of some rows."""
    labels, weights = program["labels"], program["weights"]
    values = labels["values"][start:stop]
    features = {"x": np.zeros(stop - start, np.float32)}
    if weights:
        features["w"] = np.array(weights["values"][start:stop], weights["dtype"])
    logits = np.array(program["logits"][start:stop], np.float32)
    return features, _labels(values, labels["kind"], labels["dtype"]), logits


def batches(program):
    """Returns features, labels and logits of each batch."""
    ends = np.cumsum(program["cuts"]).tolist()
    return [rows(program, start, stop) for start, stop in zip([0, *ends], ends, strict=False)]


def _labels(values, kind, dtype):
    if kind == "dense":
        return np.array(values, str if dtype == "string" else dtype)
    flat = [v for row in values for v in row]
    flat = np.array(flat, str if dtype == "string" else np.int64)
    lengths = [len(row) for row in values]
    if kind == "ragged":
        return tf.RaggedTensor.from_row_lengths(flat, lengths)
    indices = np.array([[i, j] for i, n in enumerate(lengths) for j in range(n)], np.int64).reshape(-1, 2)
    return tf.SparseTensor(indices, flat, [len(values), max([*lengths, 1])])


def with_ragged_labels(program):
    """Returns a program of sparse labels with ragged ones in their place."""
    return {**program, "labels": {**program["labels"], "kind": "ragged"}}
