"""Models of every kind for `test_graph_def.py`, each with features, labels, and what a reader expects in its graph."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

import estimax as tf

ROWS = 12


class Program(NamedTuple):
    """A model.

    Attributes:
        make: (model_dir) -> estimator.
        features: by name.
        labels: of the same number of rows.
        scopes: the outermost level of the graph.
        nodes: some of the others.
    """

    make: Callable[[str], Any]
    features: dict[str, Any]
    labels: Any
    scopes: set[str]
    nodes: set[str]


_DRAW = np.random.default_rng(0)
_TABLE = {
    "town": _DRAW.choice(["Bern", "Basel", "Chur"], ROWS).astype(object),
    "street": _DRAW.choice(["a", "b"], ROWS).astype(object),
    "rooms": _DRAW.integers(1, 6, ROWS).astype(np.float32),
    "area": _DRAW.uniform(20, 200, ROWS).astype(np.float32),
}
_LABELS = _DRAW.integers(0, 2, ROWS).astype(np.float32)
_PRE_MADE = {"features", "labels", "head", "training", "global_step"}


def _columns() -> tuple[list[Any], list[Any]]:
    fc = tf.feature_column
    town = fc.categorical_column_with_vocabulary_list("town", ["Bern", "Basel", "Chur"])
    street = fc.categorical_column_with_hash_bucket("street", 50)
    rooms = fc.bucketized_column(fc.numeric_column("rooms"), [2, 3, 4])
    area = fc.numeric_column("area", normalizer_fn=lambda x: (x - 100.0) / 50.0)
    wide = [town, street, rooms, fc.crossed_column(["town", "street"], 100)]
    return wide, [area, rooms, fc.indicator_column(town), fc.embedding_column(street, 4)]


def _linear(folder: str) -> Any:
    return tf.estimator.LinearClassifier(_columns()[0], model_dir=folder)


def _network(folder: str) -> Any:
    return tf.estimator.DNNClassifier([8, 4], _columns()[1], model_dir=folder, dropout=0.2, batch_norm=True)


def _combined(folder: str) -> Any:
    wide, deep = _columns()
    return tf.estimator.DNNLinearCombinedClassifier(
        folder, linear_feature_columns=wide, dnn_feature_columns=deep, dnn_hidden_units=[8, 4]
    )


def _two_heads(folder: str) -> Any:
    heads = [tf.estimator.BinaryClassHead(name="sold"), tf.estimator.RegressionHead(name="price")]
    return tf.estimator.DNNEstimator(tf.estimator.MultiHead(heads), [8], _columns()[1], folder)


def _sequence(folder: str) -> Any:
    words = tf.feature_column.sequence_categorical_column_with_hash_bucket("words", 20)
    column = tf.feature_column.embedding_column(words, 3)
    head = tf.estimator.BinaryClassHead()
    return tf.estimator.experimental.RNNEstimator(head, [column], units=[4], cell_type="lstm", model_dir=folder)


def _spec(mode: str, logits: Any, labels: Any, optimizer: Any) -> Any:
    loss = tf.losses.sparse_softmax_cross_entropy(labels=labels, logits=logits)
    predictions = {"probabilities": tf.nn.softmax(logits, name="probabilities")}
    train_op = optimizer.minimize(loss, global_step=tf.train.get_global_step())
    return tf.estimator.EstimatorSpec(mode, predictions=predictions, loss=loss, train_op=train_op)


def _convolutional_fn(features: Any, labels: Any, mode: str) -> Any:
    net = features["image"] / 255.0
    for number in range(2):
        with tf.variable_scope(f"block_{number}"):
            net = tf.layers.conv2d(net, 4, 3, activation=tf.nn.relu)
            net = tf.layers.max_pooling2d(net, 2, 2)
    net = tf.layers.dense(tf.layers.flatten(net), 8, activation=tf.nn.relu)
    net = tf.layers.dropout(net, 0.5, training=mode == "train")
    rate = tf.train.exponential_decay(0.1, tf.train.get_global_step(), 100, 0.9)
    return _spec(mode, tf.layers.dense(net, 3, name="logits"), labels, tf.train.AdamOptimizer(rate))


def _looping_fn(features: Any, labels: Any, mode: str) -> Any:
    """A loop, a choice, a moving average and gradients that are clipped, none of them in a scope."""
    x = features["x"]
    _, doubled = tf.while_loop(lambda i, _: i < 3, lambda i, v: (i + 1, v * 1.5 + 1.0), (0, x))
    chosen = tf.cond(tf.reduce_sum(x) > 0, lambda: tf.sin(doubled), lambda: tf.cos(doubled))
    kernel = tf.get_variable("kernel", [4, 3])
    bias = tf.get_variable("bias", [3], initializer=tf.zeros_initializer())
    logits = tf.matmul(chosen, kernel) + bias
    loss = tf.reduce_mean(tf.square(logits - 1.0)) + tf.reduce_max(tf.abs(kernel)) * 0.1
    optimizer = tf.train.GradientDescentOptimizer(0.1)
    pairs = [(tf.clip_by_norm(g, 1.0), v) for g, v in optimizer.compute_gradients(loss)]
    average = tf.train.ExponentialMovingAverage(0.9)
    with tf.control_dependencies([optimizer.apply_gradients(pairs, global_step=tf.train.get_global_step())]):
        train_op = average.apply([kernel])
    return tf.estimator.EstimatorSpec(mode, loss=loss, train_op=train_op)


def _recurrent_fn(features: Any, labels: Any, mode: str) -> Any:
    cell = tf.nn.rnn_cell.LSTMCell(5)
    outputs, _ = tf.nn.dynamic_rnn(cell, features["steps"], dtype=tf.float32)
    logits = tf.layers.dense(outputs[:, -1], 3, name="logits")
    return _spec(mode, logits, labels, tf.train.AdagradOptimizer(0.1))


def _flax_fn(features: Any, labels: Any, mode: str) -> Any:
    from flax import linen

    class Net(linen.Module):
        @linen.compact
        def __call__(self, x: Any) -> Any:
            return linen.Dense(3)(linen.relu(linen.Dense(6)(x)))

    return _spec(mode, tf.modules.from_linen(Net())(features["x"]), labels, tf.train.AdamOptimizer())


def _tree_fn(features: Any, labels: Any, mode: str) -> Any:
    """Plain JAX without scopes."""
    import jax

    def init(key: Any) -> Any:
        return {"kernel": jax.random.normal(key, (4, 3)), "bias": jax.numpy.zeros(3)}

    params = tf.get_variables("tree", init)
    return _spec(mode, features["x"] @ params["kernel"] + params["bias"], labels, tf.train.AdamOptimizer())


def _one_array_fn(features: Any, labels: Any, mode: str) -> Any:
    return _spec(mode, tf.layers.dense(features, 3), labels, tf.train.AdamOptimizer())


def _of(model_fn: Any) -> Callable[[str], Any]:
    return lambda folder: tf.estimator.Estimator(model_fn, folder)


_X = {"x": _DRAW.normal(size=(ROWS, 4)).astype(np.float32)}
_CLASSES = _DRAW.integers(0, 3, ROWS)
_IMAGES = {"image": _DRAW.integers(0, 255, (ROWS, 16, 16, 1)).astype(np.uint8)}
_STEPS = {"steps": _DRAW.normal(size=(ROWS, 7, 4)).astype(np.float32)}
_HIDDEN = {f"dnn/hiddenlayer_0/{n}" for n in ("kernel", "bias", "MatMul", "BiasAdd", "Relu")}
_EMBEDDING = "dnn/input_from_feature_columns/input_layer/street_embedding"
_CUSTOM = {"features", "labels", "training", "global_step", "probabilities", "sparse_softmax_cross_entropy"}
_WORDS = {"words": _DRAW.choice(["a", "b", "c"], (ROWS, 5)).astype(object)}
_NODES_OF_HEAD = {"head/loss/sigmoid_cross_entropy_with_logits", "head/predictions/probabilities"}

PROGRAMS = {
    "linear": Program(
        _linear,
        _TABLE,
        _LABELS,
        _PRE_MADE | {"linear"},
        {"linear/linear_model/town/weighted_sum", "features/street_X_town/Cross", *_NODES_OF_HEAD},
    ),
    "network": Program(
        _network,
        _TABLE,
        _LABELS,
        _PRE_MADE | {"dnn"},
        {
            *_HIDDEN,
            f"{_EMBEDDING}/embedding_lookup",
            "dnn/hiddenlayer_0/dropout/dropout",
            "dnn/hiddenlayer_1/batchnorm_1/Assign_moving_mean",
            "features/town/Vocabulary",
        },
    ),
    "combined": Program(
        _combined,
        _TABLE,
        _LABELS,
        _PRE_MADE | {"dnn", "linear"},
        {*_HIDDEN, *_NODES_OF_HEAD, f"training/Adagrad/{_EMBEDDING}/embedding_weights", "head/logits"},
    ),
    "two heads": Program(
        _two_heads,
        _TABLE,
        {"sold": _LABELS, "price": _LABELS},
        _PRE_MADE | {"dnn"},
        {*_HIDDEN, "labels/price", "head/predictions/sold_probabilities"},
    ),
    "sequence": Program(
        _sequence, _WORDS, _LABELS[:ROWS], _PRE_MADE | {"rnn_model", "sequence_features"}, {"rnn_model/rnn/loop/MatMul"}
    ),
    "convolutional": Program(
        _of(_convolutional_fn),
        _IMAGES,
        _CLASSES,
        _CUSTOM | {"block_0", "block_1", "flatten", "dense", "dropout", "logits", "RealDiv"},
        {
            "block_0/conv2d/Conv2D",
            "block_0/conv2d/kernel",
            "block_1/max_pooling2d/MaxPool",
            "training/exponential_decay",
            "training/Adam/learning_rate",
        },
    ),
    "loop": Program(
        _of(_looping_fn),
        _X,
        _CLASSES,
        {"features", "kernel", "bias", "model", "training", "global_step"},
        {"model/MatMul", "model/loop/state", "model/If"},
    ),
    "recurrent": Program(
        _of(_recurrent_fn),
        _STEPS,
        _CLASSES,
        _CUSTOM | {"rnn", "logits", "Slice"},
        {"rnn/loop/MatMul", "rnn/loop/state"},
    ),
    "flax": Program(_of(_flax_fn), _X, _CLASSES, _CUSTOM | {"net"}, {"net/Dense_0/MatMul", "net/Relu"}),
    "tree": Program(_of(_tree_fn), _X, _CLASSES, _CUSTOM | {"tree"}, {"tree/kernel", "tree/MatMul", "tree/BiasAdd"}),
    "one array": Program(_of(_one_array_fn), _X["x"], _CLASSES, _CUSTOM | {"dense"}, {"dense/kernel", "dense/MatMul"}),
}


def input_of(program: Program, batch: int = 4, drop_remainder: bool = False) -> Callable[[], Any]:
    """Returns the input function of a program."""
    pairs = (program.features, program.labels)
    return lambda: tf.data.Dataset.from_tensor_slices(pairs).repeat().batch(batch, drop_remainder)
