"""Keras models as estimators, with what the original says of them in `recorded/model_to_estimator.json`.

To record it, with the original's Python: `import tensorflow.compat.v1 as tf; tf.disable_eager_execution()`, and
`json.dump({name: result_of(tf, name) for name in PROGRAMS}, file)`.
"""

import tempfile

import numpy as np

random = np.random.default_rng(7)
A = random.normal(size=(64, 4)).astype(np.float32)
B = random.normal(size=(64, 2)).astype(np.float32)
POSITIVE = (A[:, :1] > 0).astype(np.float32)
CLASSES = np.argmax(A[:, :3], 1).astype(np.int32)


def with_weights(model):
    """Gives the trained weights of a model values that do not depend on who draws them."""
    draw = np.random.default_rng(3)
    for layer in model.layers:
        given, trained = layer.get_weights(), len(layer.trainable_weights)
        drawn = [(draw.normal(size=w.shape) * 0.5).astype(np.float32) for w in given[:trained]]
        layer.set_weights(drawn + given[trained:])
    return model


def sequential(keras, optimizer, loss, metrics, units=1, activation=None):
    first = keras.layers.Dense(
        6, input_dim=4, activation="relu", kernel_regularizer=keras.regularizers.l2(0.01), name="first"
    )
    last = keras.layers.Dense(units, activation=activation, name="last")
    model = keras.models.Sequential([first, keras.layers.BatchNormalization(name="norm"), last])
    model.compile(optimizer=optimizer, loss=loss, metrics=metrics)
    return with_weights(model)


def two_heads(keras, optimizer):
    a, b = keras.layers.Input((4,), name="a"), keras.layers.Input((2,), name="b")
    hidden = keras.layers.Dense(5, activation="tanh", name="hidden")(keras.layers.concatenate([a, b]))
    one = keras.layers.Dense(1, name="one")(hidden)
    two = keras.layers.Dense(3, activation="softmax", name="two")(hidden)
    model = keras.models.Model([a, b], [one, two])
    model.compile(
        optimizer,
        {"one": "mse", "two": "sparse_categorical_crossentropy"},
        metrics={"one": ["mae"], "two": ["accuracy"]},
        loss_weights={"one": 0.5, "two": 1.0},
    )
    return with_weights(model)


# The model, its labels, and whether it has two inputs.
PROGRAMS = {
    "adam": (
        lambda tf: sequential(tf.keras, "adam", "binary_crossentropy", ["accuracy"], 1, "sigmoid"),
        POSITIVE,
        False,
    ),
    "sgd": (
        lambda tf: sequential(tf.keras, tf.keras.optimizers.SGD(0.1, momentum=0.9), "mse", ["mae"]),
        POSITIVE,
        False,
    ),
    "rmsprop": (lambda tf: sequential(tf.keras, tf.keras.optimizers.RMSprop(0.01), "mae", ["mse"]), POSITIVE, False),
    "two_heads": (lambda tf: two_heads(tf.keras, "adagrad"), {"one": B[:, :1], "two": CLASSES}, True),
    "version_1": (
        lambda tf: sequential(
            tf.keras,
            tf.train.GradientDescentOptimizer(0.1),
            "sparse_categorical_crossentropy",
            ["accuracy"],
            3,
            "softmax",
        ),
        CLASSES,
        False,
    ),
}


def result_of(tf, name):
    """Returns evaluations before and after twelve steps, the first prediction, and the names of variables."""
    make, labels, has_two = PROGRAMS[name]
    model = make(tf)
    features = {"a": A, "b": B} if has_two else {model.input_names[0]: A}

    def input_fn():
        return tf.data.Dataset.from_tensor_slices((features, labels)).batch(16)

    estimator = tf.keras.estimator.model_to_estimator(model, model_dir=tempfile.mkdtemp())
    before = estimator.evaluate(input_fn)
    estimator.train(lambda: input_fn().repeat(3))
    after = estimator.evaluate(input_fn)
    prediction = next(iter(estimator.predict(input_fn)))
    return {
        "before": {key: float(value) for key, value in before.items()},
        "after": {key: float(value) for key, value in after.items()},
        "prediction": {key: np.asarray(value).tolist() for key, value in prediction.items()},
        "names": sorted(estimator.get_variable_names()),
    }
