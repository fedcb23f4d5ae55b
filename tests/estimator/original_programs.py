"""Programs whose first half TensorFlow 2.15.1 ran, to be gone on with by another `tf`.

Each entry of `PROGRAMS` makes an estimator of whatever `tf` is. The original trained it for
`STEPS` steps: what it left in its folder stands in `recorded/original/<name>` (the index and
the shards, without graph and events). Then it trained `STEPS` more, evaluated and predicted:
`after.npz` there has all variables of its last checkpoint (`variable|<name>`), `metric|<name>`
and `prediction|<key>`.

Run by the original as `python original_programs.py FOLDER [PREFIX]`, this file records all of that anew.
"""

import contextlib
import functools
import os
import pathlib
import shutil
import sys
import tempfile

import numpy as np

STEPS = 6
ROWS = 24
_random = np.random.RandomState(5)
FEATURES = {
    "a": _random.normal(0, 1, ROWS).astype("f4"),
    "s": _random.choice(["red", "green", "blue", "grey"], ROWS),
    "t": _random.choice(["x", "y", "z"], ROWS),
}
PRICE = (FEATURES["a"] + 0.5 * (FEATURES["s"] == "red") + _random.normal(0, 0.3, ROWS)).astype("f4")
LABELS = {"price": PRICE, "dear": (PRICE > 0.4).astype("i4"), "class": np.digitize(PRICE, [0.0, 0.6]).astype("i8")}


def input_fn(tf, label, epochs=None):
    return lambda: tf.data.Dataset.from_tensor_slices((FEATURES, LABELS[label])).repeat(epochs).batch(8)


def wide(tf):
    fc = tf.feature_column
    return [
        fc.numeric_column("a"),
        fc.categorical_column_with_vocabulary_list("s", ["red", "green", "blue"], num_oov_buckets=2),
        fc.categorical_column_with_hash_bucket("t", 7),
    ]


def deep(tf):
    number, colours, hashed = wide(tf)
    return [number, tf.feature_column.indicator_column(hashed), tf.feature_column.embedding_column(colours, 2)]


def v1_linear(tf, config, **options):
    return tf.compat.v1.estimator.LinearRegressor(wide(tf), config=config, **options)


def v1_linear_adam(tf, config):
    return v1_linear(tf, config, optimizer=tf.compat.v1.train.AdamOptimizer(0.05))


def in_parts(tf, count):
    """Cuts variables in parts; where there are none, None."""
    partitioner = getattr(tf.compat.v1, "fixed_size_partitioner", None)
    return partitioner and partitioner(count)


def v1_linear_three_parts(tf, config):
    return v1_linear(tf, config, partitioner=in_parts(tf, 3))


def v1_dnn(tf, config, **options):
    return tf.compat.v1.estimator.DNNClassifier([4, 3], deep(tf), n_classes=3, config=config, **options)


def v1_dnn_normed(tf, config):
    return v1_dnn(tf, config, batch_norm=True, optimizer=tf.compat.v1.train.RMSPropOptimizer(0.01, momentum=0.5))


def v1_dnn_two_parts(tf, config):
    return v1_dnn(tf, config, input_layer_partitioner=in_parts(tf, 2))


def _combined(tf, classes, config, **options):
    return classes.DNNLinearCombinedClassifier(
        linear_feature_columns=wide(tf), dnn_feature_columns=deep(tf), dnn_hidden_units=[3], config=config, **options
    )


def v1_combined(tf, config):
    return _combined(tf, tf.compat.v1.estimator, config)


def v1_combined_two_adams(tf, config):
    adam = tf.compat.v1.train.AdamOptimizer
    return _combined(tf, tf.compat.v1.estimator, config, linear_optimizer=adam(0.05), dnn_optimizer=adam(0.01))


def v2_linear(tf, config):
    return tf.estimator.LinearRegressor(wide(tf), config=config)


def v2_dnn(tf, config):
    return tf.estimator.DNNClassifier([4, 3], deep(tf), n_classes=3, config=config, optimizer="Adam", batch_norm=True)


def v2_combined(tf, config):
    return _combined(tf, tf.estimator, config)


def v2_combined_one_rule(tf, config):
    return _combined(tf, tf.estimator, config, linear_optimizer="Adagrad", dnn_optimizer="Adagrad")


def v1_baseline(tf, config):
    return tf.compat.v1.estimator.BaselineRegressor(config=config)


def custom_model(features, labels, mode, params, tf):
    """A model function of its own: an embedding, batch normalisation, an optimizer of 1.x."""
    v1 = tf.compat.v1
    training = mode == tf.estimator.ModeKeys.TRAIN
    net = v1.feature_column.input_layer(features, deep(tf))
    net = v1.layers.dense(net, 4, activation=tf.nn.relu)
    net = v1.layers.batch_normalization(net, training=training, momentum=0.8)
    logits = v1.layers.dense(net, 3, name="scores")
    predictions = {"logits": logits}
    if mode == tf.estimator.ModeKeys.PREDICT:
        return tf.estimator.EstimatorSpec(mode, predictions)
    loss = v1.losses.sparse_softmax_cross_entropy(labels, logits)
    if mode == tf.estimator.ModeKeys.EVAL:
        return tf.estimator.EstimatorSpec(mode, loss=loss)
    optimizer = getattr(v1.train, params["optimizer"])(**params["arguments"])
    with v1.control_dependencies(v1.get_collection(v1.GraphKeys.UPDATE_OPS)):
        train_op = optimizer.minimize(loss, v1.train.get_global_step())
    return tf.estimator.EstimatorSpec(mode, loss=loss, train_op=train_op)


def _custom(optimizer, **arguments):
    def make(tf, config):
        params = {"optimizer": optimizer, "arguments": arguments}
        return tf.estimator.Estimator(functools.partial(custom_model, tf=tf), config=config, params=params)

    return make


def v2_dnn_centered(tf, config):
    optimizers = tf.keras.optimizers.legacy if hasattr(tf.keras, "optimizers") else tf.optimizers
    options = {"momentum": 0.5, "centered": True}
    return tf.estimator.DNNRegressor(
        [3], deep(tf), config=config, optimizer=lambda: optimizers.RMSprop(0.01, **options)
    )


def _scoped_model(features, labels, mode, params, tf):
    """The optimizer is called in a scope of its own, which the names of its slots begin with."""
    v1 = tf.compat.v1
    net = v1.feature_column.input_layer(features, deep(tf))
    with v1.variable_scope("tower"):
        logits = v1.layers.dense(net, 3, name="out")
    if mode == tf.estimator.ModeKeys.PREDICT:
        return tf.estimator.EstimatorSpec(mode, {"logits": logits})
    loss = v1.losses.sparse_softmax_cross_entropy(labels, logits)
    with v1.variable_scope("optimize"):
        train_op = v1.train.AdamOptimizer(0.01).minimize(loss, v1.train.get_global_step())
    return tf.estimator.EstimatorSpec(mode, loss=loss, train_op=train_op)


def custom_scoped(tf, config):
    return tf.estimator.Estimator(functools.partial(_scoped_model, tf=tf), config=config, params={})


PROGRAMS = {
    "v1_linear": (v1_linear, "price"),
    "v1_linear_adam": (v1_linear_adam, "price"),
    "v1_linear_three_parts": (v1_linear_three_parts, "price"),
    "v1_dnn": (v1_dnn, "class"),
    "v1_dnn_normed": (v1_dnn_normed, "class"),
    "v1_dnn_two_parts": (v1_dnn_two_parts, "class"),
    "v1_combined": (v1_combined, "dear"),
    "v1_combined_two_adams": (v1_combined_two_adams, "dear"),
    "v1_baseline": (v1_baseline, "price"),
    "v2_linear": (v2_linear, "price"),
    "v2_dnn": (v2_dnn, "class"),
    "v2_combined": (v2_combined, "dear"),
    "v2_combined_one_rule": (v2_combined_one_rule, "dear"),
    "v2_dnn_centered": (v2_dnn_centered, "price"),
    "custom_scoped": (custom_scoped, "class"),
    "custom_adam": (_custom("AdamOptimizer", learning_rate=0.02), "class"),
    "custom_momentum": (_custom("MomentumOptimizer", learning_rate=0.02, momentum=0.9), "class"),
    "custom_ftrl": (_custom("FtrlOptimizer", learning_rate=0.1), "class"),
}


def make(tf, name, model_dir):
    """Makes an estimator of the table; returns it with the name of its labels."""
    maker, label = PROGRAMS[name]
    return maker(tf, tf.estimator.RunConfig(model_dir=str(model_dir), tf_random_seed=3)), label


def go_on(tf, estimator, label):
    """Trains some more, evaluates and predicts; returns all numbers by name."""
    estimator.train(input_fn(tf, label), steps=STEPS)
    found = {}
    for name in estimator.get_variable_names():
        with contextlib.suppress(ValueError):  # the original cannot read the slots of one part by their names
            found[f"variable|{name}"] = estimator.get_variable_value(name)
    metrics = estimator.evaluate(input_fn(tf, label, epochs=1))
    found |= {f"metric|{name}": value for name, value in metrics.items()}
    predicted = list(estimator.predict(input_fn(tf, label, epochs=1)))
    keys = [k for k in ("logits", "predictions") if k in predicted[0]]
    return found | {f"prediction|{key}": np.stack([p[key] for p in predicted]) for key in keys}


def record(tf, to, prefix=""):
    for name in [n for n in PROGRAMS if n.startswith(prefix)]:
        with tempfile.TemporaryDirectory() as folder:
            estimator, label = make(tf, name, folder)
            estimator.train(input_fn(tf, label), steps=STEPS)
            out = pathlib.Path(to, name)
            out.mkdir(parents=True, exist_ok=True)
            for file in sorted(os.listdir(folder)):
                if file.startswith(f"model.ckpt-{STEPS}.") and not file.endswith(".meta"):
                    shutil.copy(pathlib.Path(folder, file), out)
            paths = f'model_checkpoint_path: "model.ckpt-{STEPS}"\nall_model_checkpoint_paths: "model.ckpt-{STEPS}"\n'
            (out / "checkpoint").write_text(paths)
            np.savez_compressed(out / "after.npz", **go_on(tf, estimator, label))


if __name__ == "__main__":
    import tensorflow

    record(tensorflow, *sys.argv[1:])
