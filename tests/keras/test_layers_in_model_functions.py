"""Layers of Keras 3 in model functions: names of the original, values of the run, state that is written back."""

import numpy as np
import pytest

import estimax as tf

keras = tf.keras
MODES = tf.estimator.ModeKeys
X = np.random.default_rng(0).normal(size=(128, 6)).astype(np.float32)
Y = X[:, :1] - X[:, 1:2]


def input_fn(first=0, last=128, epochs=1):
    return lambda: tf.data.Dataset.from_tensor_slices(({"x": X[first:last]}, Y[first:last])).batch(16).repeat(epochs)


def model_fn(features, labels, mode, params):
    y = params["network"](features["x"], mode == MODES.TRAIN)
    y = tf.layers.dense(y, 1, name="last")
    if mode == MODES.PREDICT:
        return tf.estimator.EstimatorSpec(mode, {"y": y})
    loss = tf.losses.mean_squared_error(labels, y)
    train_op = tf.train.AdamOptimizer(0.01).minimize(loss)
    error = tf.metrics.mean_absolute_error(labels, y)
    return tf.estimator.EstimatorSpec(mode, loss=loss, train_op=train_op, eval_metric_ops={"error": error})


def estimator_of(network, folder):
    config = tf.estimator.RunConfig(tf_random_seed=4)
    return tf.estimator.Estimator(model_fn, str(folder), config, {"network": network})


def functional(x, training):
    x = keras.layers.Dense(4, activation="relu")(x)
    x = keras.layers.Dense(4)(keras.layers.Dropout(0.2)(x, training=training))
    return keras.layers.Dense(4, name="out")(x)


def sequential(x, training):
    layers = [
        keras.layers.Dense(4),
        keras.layers.BatchNormalization(),
        keras.layers.Dropout(0.3),
        keras.layers.Dense(3),
    ]
    return keras.Sequential(layers)(x, training=training)


def scoped(x, training):
    with tf.variable_scope("scope"):
        x = keras.layers.Dense(3)(x)
        return keras.layers.Dense(3, name="out")(x)


def with_inputs(x, training):
    given = keras.Input((6,))
    return keras.Model(given, keras.layers.Dense(2)(given))(x)


def sequences(x, training):
    ids = tf.cast(x > 0, tf.int32)
    lists = keras.layers.Embedding(2, 3)(ids)
    return keras.layers.LSTM(3)(keras.layers.Conv1D(3, 2)(lists))


def of_ones_own(x, training):
    class Block(keras.Model):
        def __init__(self):
            super().__init__()
            self.dense, self.norm = keras.layers.Dense(3), keras.layers.BatchNormalization()

        def call(self, x, training=None):
            return self.norm(self.dense(x), training=training)

    return Block()(x, training=training)


def towers(x, training):
    one = keras.Sequential([keras.layers.Dense(3)])(x)
    return one + keras.Sequential([keras.layers.Dense(3)], name="tower")(x)


def weights(*layers):
    return sorted(f"{layer}/{part}" for layer in layers for part in ("bias", "kernel"))


def statistics(layer):
    return sorted(f"{layer}/{part}" for part in ("beta", "gamma", "moving_mean", "moving_variance"))


# The names that the original gives the variables, which are recorded from it.
NETWORKS = {
    functional: weights("dense", "dense_1", "out"),
    sequential: weights("sequential/dense", "sequential/dense_1") + statistics("sequential/batch_normalization"),
    scoped: weights("scope/dense", "scope/out"),
    with_inputs: weights("dense"),
    sequences: [
        *weights("conv1d"),
        "embedding/embeddings",
        *(f"lstm/lstm_cell/{part}" for part in ("bias", "kernel", "recurrent_kernel")),
    ],
    of_ones_own: weights("block/dense") + statistics("block/batch_normalization"),
    towers: weights("sequential/dense", "tower/dense_1"),
}
everywhere = pytest.mark.parametrize("network", NETWORKS, ids=lambda network: network.__name__)


def values(estimator):
    return {name: estimator.get_variable_value(name) for name in estimator.get_variable_names()}


@everywhere
def test_layers_learn_under_the_names_of_the_original(network, tmp_path):
    estimator = estimator_of(network, tmp_path)
    before = estimator.evaluate(input_fn())["loss"]
    estimator.train(input_fn(epochs=4))
    assert estimator.evaluate(input_fn())["loss"] < before
    names = [n for n in estimator.get_variable_names() if "Adam" not in n and "power" not in n]
    assert names == sorted([*NETWORKS[network], "global_step", "last/bias", "last/kernel"])


@pytest.mark.parametrize("network", [functional, sequential, sequences], ids=lambda network: network.__name__)
def test_a_run_in_two_parts_ends_where_one_run_ends(network, tmp_path):
    once = estimator_of(network, tmp_path / "once").train(input_fn())
    estimator_of(network, tmp_path / "parts").train(input_fn(0, 64))
    parts = estimator_of(network, tmp_path / "parts").train(input_fn(64, 128))
    for name, value in values(once).items():
        np.testing.assert_array_equal(value, parts.get_variable_value(name), err_msg=name)


def test_an_export_answers_what_is_predicted(tmp_path):
    estimator = estimator_of(sequential, tmp_path / "model").train(input_fn())
    assert np.any(estimator.get_variable_value("sequential/batch_normalization/moving_mean") != 0)
    receiver = tf.estimator.export.build_raw_serving_input_receiver_fn({"x": tf.placeholder(tf.float32, [None, 6])})
    folder = estimator.export_saved_model(str(tmp_path / "export"), receiver).decode()
    answer = tf.saved_model.load(folder).signatures["predict"](x=X[:5])
    np.testing.assert_allclose(answer["y"], [p["y"] for p in estimator.predict(input_fn(0, 5))], rtol=1e-5, atol=1e-6)


def test_penalties_constraints_and_chosen_variables(model_dir):
    def penalised(features, labels, mode):
        limited = keras.layers.Dense(
            3,
            kernel_regularizer=keras.regularizers.L2(0.5),
            kernel_constraint=keras.constraints.NonNeg(),
            name="limited",
        )
        free = keras.layers.Dense(1, name="free")
        loss = tf.losses.mean_squared_error(labels, free(limited(features["x"])))
        (penalty,) = limited.losses
        total = loss + penalty
        tf.summary.scalar("penalty", penalty)
        train_op = tf.train.GradientDescentOptimizer(0.1).minimize(total, var_list=limited.trainable_variables)
        return tf.estimator.EstimatorSpec(mode, loss=total, train_op=train_op)

    config = tf.estimator.RunConfig(tf_random_seed=4)
    estimator = tf.estimator.Estimator(penalised, model_dir, config).train(input_fn(), steps=1)
    first = values(estimator)
    second = values(estimator.train(input_fn(), steps=3))
    assert np.all(second["limited/kernel"] >= 0)
    assert np.any(first["limited/kernel"] != second["limited/kernel"])
    np.testing.assert_array_equal(first["free/kernel"], second["free/kernel"])


def test_a_layer_that_is_not_trainable_stays(model_dir):
    def frozen(x, training):
        return keras.layers.Dense(3, trainable=False)(x)

    estimator = estimator_of(frozen, model_dir).train(input_fn(), steps=1)
    first = estimator.get_variable_value("dense/kernel")
    np.testing.assert_array_equal(first, estimator.train(input_fn()).get_variable_value("dense/kernel"))


def test_a_model_that_is_made_outside_starts_from_its_weights(model_dir):
    outside = keras.Sequential([keras.Input((6,)), keras.layers.Dense(2, name="made")], name="outside")

    estimator = estimator_of(lambda x, training: outside(x), model_dir)
    estimator.train(input_fn(), steps=1)
    np.testing.assert_allclose(
        estimator.get_variable_value("outside/made/kernel"), outside.layers[0].kernel.numpy(), atol=0.011
    )


def test_the_seed_of_a_run_decides_the_first_values(tmp_path):
    def kernel(name):
        return estimator_of(functional, tmp_path / name).train(input_fn(), steps=1).get_variable_value("dense/kernel")

    np.testing.assert_array_equal(kernel("one"), kernel("two"))


def test_two_layers_of_one_name_have_variables_of_their_own(model_dir):
    def twice(x, training):
        return keras.layers.Dense(3, name="same")(keras.layers.Dense(3, name="same")(x))

    names = estimator_of(twice, model_dir).train(input_fn(), steps=1).get_variable_names()
    assert {"same/kernel", "same_1/kernel"} <= set(names)


def test_names_of_layers_outside_go_on_counting(tmp_path):
    first = keras.layers.Dense(1).name
    estimator_of(functional, tmp_path).train(input_fn(), steps=1)
    second = keras.layers.Dense(1).name
    number = int(first.partition("_")[2] or 0)
    assert second == f"dense_{number + 1}"


def test_tf_keras_has_the_names_of_keras_3_beside_its_own():
    assert tf.keras.utils.to_categorical([1, 0], 2).tolist() == [[0, 1], [1, 0]]
    assert tf.keras.layers.DenseFeatures.__module__.startswith("estimax.")
    assert tf.keras.layers.Flatten.__module__.startswith("keras.")
    assert callable(tf.keras.datasets.mnist.load_data)
    with pytest.raises(AttributeError, match="did you mean 'Dense'"):
        _ = tf.keras.layers.Dence
