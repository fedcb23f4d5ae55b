"""Model functions that look up rows of their own variables, written once for the original and for this library.

`record` trains each of `PROGRAMS` for five steps under TensorFlow 2.15, `import
tensorflow.compat.v1 as tf` without eager execution, and keeps the variables after it:

    python -c "from tests.nn.lookup_programs import record; record('tests/nn/recorded/lookups.json')"
"""

import json

import numpy as np

_RANDOM = np.random.default_rng(3)
TABLE = _RANDOM.normal(size=(12, 3)).astype(np.float32)
BIASES = _RANDOM.normal(size=12).astype(np.float32)
WEIGHTS = _RANDOM.normal(size=(3, 1)).astype(np.float32)
IDS = _RANDOM.integers(0, 8, size=(40, 2)).astype(np.int32)
LABELS = _RANDOM.normal(size=40).astype(np.float32)

OPTIMIZERS = {
    "momentum": lambda tf: tf.train.MomentumOptimizer(0.05, 0.9),
    "adam": lambda tf: tf.train.AdamOptimizer(0.05),
    "ftrl": lambda tf: tf.train.FtrlOptimizer(0.2, l1_regularization_strength=0.01),
}

# What is done with the table besides, and the optimizer.
PROGRAMS = (
    ("nothing", "momentum"),
    ("nothing", "adam"),
    ("nothing", "ftrl"),
    ("tied", "momentum"),
    ("tied", "ftrl"),
    ("penalty", "momentum"),
    ("clipped", "momentum"),
    ("tied by hand", "momentum"),
    ("in a loop", "momentum"),
)


def model_function(tf, what, optimizer):
    def model_fn(features, labels, mode):
        table = tf.get_variable("table", initializer=TABLE)
        biases = tf.get_variable("biases", initializer=BIASES)
        weights = tf.get_variable("weights", initializer=WEIGHTS)
        rows = tf.nn.embedding_lookup(table, features["ids"])
        net = tf.reduce_sum(rows, 1)
        offsets = tf.reduce_sum(tf.nn.embedding_lookup(biases, features["ids"]), 1)
        loss = tf.reduce_mean(tf.square(tf.matmul(net, weights)[:, 0] + offsets - labels))
        if what.startswith("tied"):
            logits = tf.matmul(net, table, transpose_b=True)
            first = features["ids"][:, 0]
            loss += tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(labels=first, logits=logits))
        if what == "penalty":
            loss += 0.1 * tf.add_n([tf.nn.l2_loss(v) for v in tf.trainable_variables()])
        if what == "in a loop":
            steps = tf.scan(
                lambda a, ids: a * 0.5 + tf.nn.embedding_lookup(table, ids),
                tf.transpose(features["ids"]),
                initializer=tf.zeros_like(net),
            )
            loss += tf.reduce_mean(tf.square(steps))
        rule, step = OPTIMIZERS[optimizer](tf), tf.train.get_global_step()
        if what in ("clipped", "tied by hand"):
            gradients, variables = zip(*rule.compute_gradients(loss), strict=True)
            limit = 0.5 if what == "clipped" else 1e6
            gradients, _ = tf.clip_by_global_norm(gradients, limit)
            train_op = rule.apply_gradients(zip(gradients, variables, strict=True), global_step=step)
        else:
            train_op = rule.minimize(loss, global_step=step)
        return tf.estimator.EstimatorSpec(mode, loss=loss, train_op=train_op)

    return model_fn


def trained(tf, what, optimizer):
    """Trains for five steps, and returns the variables."""
    estimator = tf.estimator.Estimator(model_function(tf, what, optimizer))
    estimator.train(lambda: tf.data.Dataset.from_tensor_slices(({"ids": IDS}, LABELS)).batch(8))
    return {name: np.asarray(estimator.get_variable_value(name)) for name in ("table", "biases", "weights")}


def record(path):
    """Runs the programs under the original, and keeps what they give."""
    import tensorflow.compat.v1 as tf

    tf.disable_eager_execution()
    kept = {}
    for what, optimizer in PROGRAMS:
        values = trained(tf, what, optimizer)
        kept[f"{what}, {optimizer}"] = {n: [float(f"{x:.7g}") for x in v.ravel()] for n, v in values.items()}
    with open(path, "w", encoding="utf-8") as file:
        json.dump(kept, file)
