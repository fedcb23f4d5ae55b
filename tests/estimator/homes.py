"""Homes to learn from, and every pre-made estimator that learns from them."""

import dataclasses
import pathlib
from collections.abc import Callable

import numpy as np

import estimax as tf

RECORDED = pathlib.Path(__file__).parent / "recorded"
CLASSES = ["cheap", "fair", "dear"]

with np.load(RECORDED / "homes.npz") as _homes:
    PRICE = _homes["price"]
    FEATURES = {name: _homes[name] for name in ("sq_footage", "type", "town", "weight")}

ROWS = len(PRICE)
LABELS = {
    "regressor": PRICE,
    "binary": (PRICE > 1.0).astype(np.int32),
    "three": np.digitize(PRICE, [0.8, 1.5]),
    "named": np.where(PRICE > 1.5, "dear", np.where(PRICE > 0.8, "fair", "cheap")),
}


def input_fn(labels=None, batch=16, epochs=1, features=FEATURES):
    """Returns an input function over the homes; `epochs=None` goes on for ever."""
    data = features if labels is None else (features, labels)
    return lambda: tf.data.Dataset.from_tensor_slices(data).repeat(epochs).batch(batch)


def wide_columns():
    fc = tf.feature_column
    kind = fc.categorical_column_with_vocabulary_list("type", ["house", "apt"])
    town = fc.categorical_column_with_hash_bucket("town", 20)
    footage = fc.numeric_column("sq_footage")
    buckets = fc.bucketized_column(footage, [1.0, 2.0, 3.0])
    return [footage, kind, town, buckets, fc.crossed_column(["type", buckets], 50)]


def deep_columns():
    fc = tf.feature_column
    kind = fc.categorical_column_with_vocabulary_list("type", ["house", "apt"], num_oov_buckets=1)
    town = fc.categorical_column_with_hash_bucket("town", 20)
    return [fc.numeric_column("sq_footage"), fc.indicator_column(kind), fc.embedding_column(town, 4)]


V1 = tf.compat.v1.estimator


def linear(is_regressor, namespace=V1, **options):
    make = namespace.LinearRegressor if is_regressor else namespace.LinearClassifier
    return make(wide_columns(), **options)


def dnn(is_regressor, namespace=V1, hidden_units=(8, 4), **options):
    make = namespace.DNNRegressor if is_regressor else namespace.DNNClassifier
    return make(hidden_units, deep_columns(), **options)


def combined(is_regressor, namespace=V1, dnn_hidden_units=(8, 4), **options):
    make = namespace.DNNLinearCombinedRegressor if is_regressor else namespace.DNNLinearCombinedClassifier
    return make(
        linear_feature_columns=wide_columns(),
        dnn_feature_columns=deep_columns(),
        dnn_hidden_units=dnn_hidden_units,
        **options,
    )


def baseline(is_regressor, namespace=V1, **options):
    make = namespace.BaselineRegressor if is_regressor else namespace.BaselineClassifier
    return make(**options)


def small(model_dir=None, seed=1, **config):
    """Makes the smallest model there is: price by size alone."""
    run_config = tf.estimator.RunConfig(model_dir=model_dir, tf_random_seed=seed, **config)
    return tf.estimator.LinearRegressor([tf.feature_column.numeric_column("sq_footage")], config=run_config)


def variables(estimator):
    """Returns all variables and slots of the latest checkpoint."""
    return {name: estimator.get_variable_value(name) for name in estimator.get_variable_names()}


def assert_equal(one, other):
    """Asserts that two sets of variables are equal, bit for bit."""
    assert one.keys() == other.keys()
    assert [name for name in one if not np.array_equal(one[name], other[name])] == []


@dataclasses.dataclass(frozen=True)
class Model:
    """A row of the table: how the estimator is made, for which labels, and with which numbers of the original."""

    family: Callable
    kind: str
    namespace: object = V1
    options: dict = dataclasses.field(default_factory=dict)

    @property
    def labels(self):
        return LABELS[self.kind]

    @property
    def is_summed(self):
        """Whether the loss is the sum of the losses of a batch, not their mean."""
        return self.namespace is V1

    def make(self, model_dir, seed=1, **config):
        """Makes the estimator; `config` goes to its `RunConfig`."""
        classes = {} if self.kind in ("regressor", "binary") else {"n_classes": 3}
        names = {"label_vocabulary": CLASSES} if self.kind == "named" else {}
        run_config = tf.estimator.RunConfig(model_dir=model_dir, tf_random_seed=seed, **config)
        options = classes | names | self.options
        return self.family(self.kind == "regressor", namespace=self.namespace, config=run_config, **options)


V2 = tf.estimator
MODELS = {
    "linear-regressor": Model(linear, "regressor"),
    "linear-binary": Model(linear, "binary"),
    "linear-named": Model(linear, "named"),
    "dnn-binary": Model(dnn, "binary"),
    "dnn-three": Model(dnn, "three"),
    "combined-regressor": Model(combined, "regressor"),
    "baseline-three": Model(baseline, "three"),
    "v2-linear-three": Model(linear, "three", V2, {"optimizer": "Adagrad"}),
    "v2-dnn-regressor": Model(dnn, "regressor", V2, {"batch_norm": True, "activation_fn": "tanh"}),
    "v2-combined-binary": Model(combined, "binary", V2),
    "v2-baseline-named": Model(baseline, "named", V2),
}
