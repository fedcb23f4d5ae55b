"""Optimizers inside estimators: what checkpoints hold, runs that go on, rates that follow the step."""

import jax.numpy as jnp
import numpy as np
import optax
import pytest

import estimax as tf
from estimax.train import OptaxOptimizer

X = np.random.default_rng(2).normal(size=(8, 3)).astype("f4")
Y = (X @ np.array([1.0, -2.0, 0.5])).astype("f4")
WORDS = np.array(["x", "y", "x", "z", "y", "x", "x", "z"])


def input_fn():
    return tf.data.Dataset.from_tensors(({"x": X, "word": WORDS}, Y)).repeat()


def model_with(make):
    """Returns a model function of a matrix and an embedding that trains with what `make` returns."""
    words = tf.feature_column.categorical_column_with_vocabulary_list("word", ["x", "y", "z", "never"])
    column = tf.feature_column.embedding_column(words, 2, initializer=tf.constant_initializer(0.1))

    def model_fn(features, labels, mode):
        net = tf.feature_column.input_layer(features, [column])
        weight = tf.get_variable("w", [3, 1], initializer=tf.constant_initializer(0.5))
        predicted = (features["x"] @ weight)[:, 0] + tf.reduce_sum(net, 1)
        loss = tf.reduce_mean(tf.square(predicted - labels))
        return tf.estimator.EstimatorSpec(mode, loss=loss, train_op=make().minimize(loss))

    return model_fn


def estimator_of(make, folder):
    return tf.estimator.Estimator(model_with(make), model_dir=str(folder))


def variables_of(estimator):
    return {name: estimator.get_variable_value(name) for name in estimator.get_variable_names()}


MAKERS = {
    "v1": lambda: tf.train.AdamOptimizer(0.1),
    "keras": lambda: tf.keras.optimizers.Nadam(0.1, clipnorm=1.0),
    "clipped": lambda: tf.contrib.estimator.clip_gradients_by_norm(tf.train.FtrlOptimizer(0.3), 0.5),
    "optax": lambda: OptaxOptimizer(optax.chain(optax.clip_by_global_norm(1.0), optax.adamw(0.1))),
    "with the step": lambda: tf.train.RMSPropOptimizer(
        tf.train.exponential_decay(0.1, tf.train.get_global_step(), 2, 0.5), momentum=0.5
    ),
}


@pytest.mark.parametrize("name", MAKERS)
def test_a_run_that_goes_on_ends_as_one_that_was_not_interrupted(name, tmp_path):
    whole = estimator_of(MAKERS[name], tmp_path / "whole").train(input_fn, steps=4)
    parts = estimator_of(MAKERS[name], tmp_path / "parts").train(input_fn, steps=2)
    parts = estimator_of(MAKERS[name], tmp_path / "parts").train(input_fn, steps=2)
    expected = variables_of(whole)
    assert expected["global_step"] == 4
    for variable, value in variables_of(parts).items():
        np.testing.assert_array_equal(value, expected[variable], err_msg=variable)


def test_a_checkpoint_has_the_names_of_the_original(tmp_path):
    embedding = "input_layer/word_embedding/embedding_weights"
    v1 = estimator_of(MAKERS["v1"], tmp_path / "v1").train(input_fn, steps=1)
    assert set(v1.get_variable_names()) == {
        *("global_step", "w", embedding, "beta1_power", "beta2_power"),
        *("w/Adam", "w/Adam_1", f"{embedding}/Adam", f"{embedding}/Adam_1"),
    }
    keras = estimator_of(MAKERS["keras"], tmp_path / "keras").train(input_fn, steps=1)
    assert set(keras.get_variable_names()) == {
        *("global_step", "w", embedding),
        *(f"training/Nadam/{n}" for n in ("beta_1", "beta_2", "decay", "learning_rate", "momentum_cache")),
        *(f"training/Nadam/{v}/{slot}" for v in ("w", embedding) for slot in ("m", "v")),
    }
    assert keras.get_variable_value("training/Nadam/learning_rate") == np.float32(0.1)
    assert keras.get_variable_value("training/Nadam/momentum_cache") != 1


def test_a_second_optimizer_of_a_name_has_names_of_its_own(tmp_path):
    def model_fn(features, labels, mode):
        one = tf.get_variable("one", [3], initializer=tf.zeros_initializer())
        other = tf.get_variable("other", [3], initializer=tf.zeros_initializer())
        loss = tf.reduce_mean(tf.square(features["x"] @ (one + other) - labels))
        ops = [tf.keras.optimizers.Adam(rate).minimize(loss, [v]) for rate, v in ((0.1, one), (0.2, other))]
        return tf.estimator.EstimatorSpec(mode, loss=loss, train_op=tuple(ops))

    estimator = tf.estimator.Estimator(model_fn, model_dir=str(tmp_path)).train(input_fn, steps=1)
    names = set(estimator.get_variable_names())
    assert {"training/Adam/one/m", "training/Adam_1/other/m", "training/Adam_1/learning_rate"} <= names
    assert estimator.get_variable_value("training/Adam_1/learning_rate") == np.float32(0.2)


def test_a_new_rate_holds_from_where_a_run_goes_on(tmp_path):
    estimator_of(lambda: tf.keras.optimizers.SGD(0.1), tmp_path).train(input_fn, steps=1)
    before = variables_of(estimator_of(lambda: tf.keras.optimizers.SGD(0.1), tmp_path))
    stopped = estimator_of(lambda: tf.keras.optimizers.SGD(0.0), tmp_path).train(input_fn, steps=1)
    np.testing.assert_array_equal(stopped.get_variable_value("w"), before["w"])
    assert stopped.get_variable_value("training/SGD/learning_rate") == 0


def test_constraints_hold_after_every_step(tmp_path):
    def model_fn(features, labels, mode):
        weight = tf.get_variable("w", [3], initializer=tf.zeros_initializer(), constraint=lambda v: jnp.clip(v, 0, 0.2))
        loss = tf.reduce_mean(tf.square(features["x"] @ weight - labels))
        return tf.estimator.EstimatorSpec(mode, loss=loss, train_op=tf.train.AdagradOptimizer(1.0).minimize(loss))

    estimator = tf.estimator.Estimator(model_fn, model_dir=str(tmp_path)).train(input_fn, steps=3)
    weight = estimator.get_variable_value("w")
    assert (weight >= 0).all()
    assert weight.max() == np.float32(0.2)
