"""Programs that make, train, evaluate and ask a pre-made estimator, described by JSON.

`run(tf, program, ...)` is an ordinary program for whatever `tf` is: the descriptions in
`recorded/canned_programs.json` were run by TensorFlow 2.15.1, from variables as they came, and what
it computed stands in `recorded/canned/<name>.npz` under `init|`, `variable|`, `metric|` and `prediction|`.
The baselines of its second version read, and waste, a batch when they make their variable, before the
first step; programs that leave out as many have `skip`.
"""

import numpy as np

ROWS = 60


def _features():
    random = np.random.RandomState(11)
    return random, {
        "a": random.normal(0, 1, ROWS).astype("f4"),
        "b": random.uniform(0, 5, ROWS).astype("f4"),
        "v": random.normal(0, 1, (ROWS, 2)).astype("f4"),
        "n": random.randint(-2, 9, ROWS).astype("i8"),
        "s": random.choice(["red", "green", "blue", "grey", ""], ROWS),
        "t": random.choice(["x", "y", "z"], ROWS),
        "tags": random.choice(["p", "q", "r", "u", ""], (ROWS, 3)),
        "m": random.choice([0, 1, 2, 3, -1], (ROWS, 2)).astype("i8"),
        "tw": random.uniform(0.2, 2, (ROWS, 3)).astype("f4"),
        "tagw": random.choice(["p", "q", "r", "u"], (ROWS, 3)),
        "w": random.choice([0.0, 0.5, 1.0, 2.0, 3.0], ROWS).astype("f4"),
    }


def _labels(random, features):
    score = features["a"] + 0.5 * (features["s"] == "red") - 0.3 * (features["t"] == "x") + 0.2 * features["b"]
    score = score + random.normal(0, 0.3, ROWS)
    labels = {
        "reg": score.astype("f4"),
        "reg64": score.astype("f8"),
        "regint": np.round(score * 3).astype("i4"),
        "reg2": np.stack([score, -2 * score + 1], 1).astype("f4"),
        "bin": (score > 0.5).astype("i4"),
        "binf": (score > 0.5).astype("f4")[:, None],
        "binb": score > 0.5,
        "bins": np.where(score > 0.5, "yes", "no"),
        "c3": np.digitize(score, [0.0, 0.8]).astype("i8"),
        "c4s": np.array(["k0", "k1", "k2", "k3"])[np.digitize(score, [-0.5, 0.3, 1.0])],
        "count": np.round(np.exp(np.clip(score, -1, 2))).astype("f4"),
        "multi": (random.uniform(0, 1, (ROWS, 3)) < 0.4).astype("i4"),
        "logit": (1 / (1 + np.exp(-score))).astype("f4"),
    }
    return labels | {"mh": {"r": labels["reg"], "c": labels["c3"], "b": labels["bin"]}}


_random, FEATURES = _features()
LABELS = _labels(_random, FEATURES)


def _number(tf, name):
    if name == "norm":
        return tf.feature_column.numeric_column("a", normalizer_fn=lambda x: (x - 0.1) / 1.3)
    return tf.feature_column.numeric_column(name, shape=(2,) if name == "v" else (1,))


def _buckets(tf, *boundaries):
    return tf.feature_column.bucketized_column(tf.feature_column.numeric_column("b"), list(boundaries))


CATEGORIES = {
    "voc": lambda fc, tf: fc.categorical_column_with_vocabulary_list("s", ["red", "green", "blue"]),
    "vocd": lambda fc, tf: fc.categorical_column_with_vocabulary_list("s", ["red", "green"], default_value=0),
    "voco": lambda fc, tf: fc.categorical_column_with_vocabulary_list("t", ["y", "x"], num_oov_buckets=2),
    "hash": lambda fc, tf: fc.categorical_column_with_hash_bucket("t", 7),
    "hashs": lambda fc, tf: fc.categorical_column_with_hash_bucket("s", 13),
    "hashn": lambda fc, tf: fc.categorical_column_with_hash_bucket("n", 5, dtype=tf.int64),
    "id": lambda fc, tf: fc.categorical_column_with_identity("n", 10, default_value=0),
    "tags": lambda fc, tf: fc.categorical_column_with_vocabulary_list("tags", ["p", "q", "r"], num_oov_buckets=1),
    "tagsh": lambda fc, tf: fc.categorical_column_with_hash_bucket("tags", 6),
    "m": lambda fc, tf: fc.categorical_column_with_identity("m", 4),
    "cross": lambda fc, tf: fc.crossed_column(["s", "t"], 11),
    "crossb": lambda fc, tf: fc.crossed_column([_buckets(tf, 1.0, 2.5, 4.0), "t"], 17, hash_key=5),
    "crossm": lambda fc, tf: fc.crossed_column(["tags", CATEGORIES["id"](fc, tf)], 19),
    "weighted": lambda fc, tf: fc.weighted_categorical_column(
        fc.categorical_column_with_vocabulary_list("tagw", ["p", "q", "u"], num_oov_buckets=1), "tw"
    ),
    "buck": lambda fc, tf: _buckets(tf, 1.0, 2.0, 3.0, 4.0),
}


def columns(tf, described):
    """Makes columns of ["num", name], ["raw", name], ["ind", name], ["emb", name, dimension, combiner, is limited]."""
    fc = tf.feature_column
    made = []
    for kind, name, *options in described:
        if kind == "num":
            made.append(_number(tf, name))
            continue
        column = CATEGORIES[name](fc, tf)
        if kind == "ind":
            column = fc.indicator_column(column)
        elif kind == "emb":
            dimension, combiner, is_limited = options
            column = fc.embedding_column(column, dimension, combiner, max_norm=0.5 if is_limited else None)
        made.append(column)
    return made


def _v1_optimizer(train, name):
    made = {
        "obj_sgd": lambda: train.GradientDescentOptimizer(0.01),
        "obj_adagrad": lambda: train.AdagradOptimizer(0.1, initial_accumulator_value=0.3),
        "obj_ftrl": lambda: train.FtrlOptimizer(0.1, l1_regularization_strength=0.05, l2_regularization_strength=0.02),
        "obj_mom": lambda: train.MomentumOptimizer(0.01, 0.9),
        "obj_nag": lambda: train.MomentumOptimizer(0.01, 0.8, use_nesterov=True),
        "fn_adam": lambda: lambda: train.AdamOptimizer(_decaying(train)),
        "obj_rms": lambda: train.RMSPropOptimizer(0.01, decay=0.8, momentum=0.5),
    }
    return made[name]() if name in made else name


def _v2_optimizer(optimizers, train, name):
    made = {
        "obj_sgd": lambda: optimizers.SGD(0.03),
        "obj_mom": lambda: optimizers.SGD(0.03, momentum=0.9),
        "obj_nag": lambda: optimizers.SGD(0.03, momentum=0.8, nesterov=True),
        "obj_adagrad": lambda: optimizers.Adagrad(0.1, initial_accumulator_value=0.3),
        "obj_ftrl": lambda: optimizers.Ftrl(0.1, l1_regularization_strength=0.05, l2_regularization_strength=0.02),
        "fn_adam": lambda: lambda: optimizers.Adam(_decaying(train)),
        "obj_rms": lambda: optimizers.RMSprop(0.01, rho=0.8, momentum=0.5),
        "obj_rmsc": lambda: optimizers.RMSprop(0.01, centered=True),
        "obj_amsgrad": lambda: optimizers.Adam(0.02, amsgrad=True),
    }
    return made[name]() if name in made else name


def _decaying(train):
    """Returns a learning rate that is computed of the global step, inside the model function."""
    return train.exponential_decay(0.1, train.get_global_step(), 3, 0.5)


def _optimizer(tf, program, name):
    if program["family"] == "v1":
        return _v1_optimizer(tf.compat.v1.train, name)
    return _v2_optimizer(tf.keras.optimizers.legacy, tf.compat.v1.train, name)


def _weight(tf, program):
    return {"none": None, "w": "w", "col": tf.feature_column.numeric_column("w")}[program["weight"]]


def _head(tf, program):
    e, weight = tf.estimator, _weight(tf, program)
    is_given = program["reduction"] != "default" and program["family"] == "v2"
    common = {"weight_column": weight} | ({"loss_reduction": program["reduction"]} if is_given else {})
    return {
        "poisson": lambda: e.PoissonRegressionHead(**common),
        "logistic": lambda: e.LogisticRegressionHead(**common),
        "multilabel": lambda: e.MultiLabelHead(3, thresholds=[0.3, 0.6], **common),
        "multihead": lambda: e.MultiHead(
            [
                e.RegressionHead(name="r", weight_column=weight),
                e.MultiClassHead(3, name="c"),
                e.BinaryClassHead(name="b"),
            ],
            [1.0, 2.0, 0.5],
        ),
        "thresholds": lambda: e.BinaryClassHead(thresholds=[0.25, 0.5, 0.75], name="named", **common),
        "regression": lambda: e.RegressionHead(2, **common),
        "custom": lambda: e.RegressionHead(
            loss_fn=lambda labels, logits: tf.abs(labels - logits), inverse_link_fn=tf.exp, **common
        ),
    }[program["head"]]()


def _task(tf, program):
    """Returns the last part of the class's name and the arguments that say what the labels mean."""
    if "head" in program:
        return "Estimator", {"head": _head(tf, program)}
    arguments = {"weight_column": _weight(tf, program)}
    if program["reduction"] != "default":
        arguments["loss_reduction"] = program["reduction"]
    arguments |= {
        "reg2": {"label_dimension": 2},
        "bins": {"label_vocabulary": ["no", "yes"]},
        "c3": {"n_classes": 3},
        "c4s": {"n_classes": 4, "label_vocabulary": ["k2", "k0", "k1", "k3"]},
    }.get(program["labels"], {})
    return "Regressor" if program["labels"].startswith("reg") else "Classifier", arguments


def make(tf, program, **common):
    """Makes the estimator of a program; `common` are further arguments."""
    namespace = tf.compat.v1.estimator if program["family"] == "v1" else tf.estimator
    task, arguments = _task(tf, program)
    arguments |= common

    def optimizer(argument, key):
        name = program[key]
        return {} if name == "default" else {argument: _optimizer(tf, program, name)}

    kind = program["kind"]
    if kind == "baseline":
        arguments.pop("warm_start_from", None)
        return getattr(namespace, f"Baseline{task}")(**arguments, **optimizer("optimizer", "opt"))
    activations = {"relu": tf.nn.relu, "tanh": tf.nn.tanh, "elu": tf.nn.elu, "sigmoid": tf.nn.sigmoid}
    activation = activations | {"None": None, "str_selu": "selu"}
    sides = program.get("sides", kind)
    if sides in ("linear", "both"):
        prefix = "linear_" if kind == "combined" else ""
        arguments |= optimizer(f"{prefix}optimizer", "opt2" if kind == "combined" else "opt")
        arguments[f"{prefix}feature_columns"] = columns(tf, program["linear"])
        arguments[f"{prefix}sparse_combiner"] = program["combiner"]
    if sides in ("dnn", "both"):
        prefix = "dnn_" if kind == "combined" else ""
        arguments |= optimizer(f"{prefix}optimizer", "opt")
        arguments[f"{prefix}feature_columns"] = columns(tf, program["dnn"])
        arguments[f"{prefix}hidden_units"] = program["hidden"]
        arguments[f"{prefix}activation_fn"] = activation[program["act"]]
        arguments["batch_norm"] = program["bn"]
    name = {"linear": "Linear", "dnn": "DNN", "combined": "DNNLinearCombined"}[kind]
    return getattr(namespace, name + task)(**arguments)


def input_fn(tf, program, batch, epochs, with_labels=True):
    """Returns an input function over the rows; `epochs=None` goes on for ever."""
    data = (FEATURES, LABELS[program["labels"]]) if with_labels else FEATURES
    return lambda: tf.data.Dataset.from_tensor_slices(data).repeat(epochs).batch(batch)


def run(tf, program, model_dir, init):
    """Trains from the variables in the file `init`, evaluates and predicts; returns everything by name."""
    config = tf.estimator.RunConfig(model_dir=model_dir, log_step_count_steps=None, save_summary_steps=None)
    estimator = make(tf, program, config=config, **({} if init is None else {"warm_start_from": init}))
    batches = input_fn(tf, program, program["batch"], None)
    estimator.train(lambda: batches().skip(program.get("skip", 0)), steps=program["steps"])
    slots = ("Adagrad", "Ftrl", "Adam", "RMSProp", "Momentum", "training", "beta1_power", "beta2_power")
    found = {}
    for name in estimator.get_variable_names():
        if not any(slot in name for slot in slots):
            found[f"variable|{name}"] = np.asarray(estimator.get_variable_value(name))
    for key, value in estimator.evaluate(input_fn(tf, program, program["eval_batch"], 1)).items():
        found[f"metric|{key}"] = np.asarray(value)
    rows = list(estimator.predict(input_fn(tf, program, 25, 1, with_labels=False)))[:9]
    for key in rows[0]:
        values = np.stack([np.asarray(row[key]) for row in rows])
        if values.dtype.kind in "SO":
            values = np.array([v.decode() for v in values.ravel()]).reshape(values.shape)
        found[f"prediction|{key}"] = values
    return found
