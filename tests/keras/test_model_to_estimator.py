"""`model_to_estimator`: Keras models in an estimator, with the numbers and names of the original."""

import importlib
import json
import pathlib
import subprocess
import sys

import numpy as np
import pytest

import estimax as tf
from tests.keras import model_programs

keras = tf.keras
keras_3 = importlib.import_module(keras.Model.__module__.partition(".")[0])
RECORDED = json.loads((pathlib.Path(__file__).parent / "recorded" / "model_to_estimator.json").read_text())
X, Y = model_programs.A, model_programs.POSITIVE
CONFIG = tf.estimator.RunConfig(tf_random_seed=2)

# Keras 3 would rather have an Input than `input_dim`, as most programs have it.
pytestmark = pytest.mark.filterwarnings("ignore:Do not pass an `input_shape`")


@pytest.mark.parametrize("name", model_programs.PROGRAMS)
def test_numbers_and_names_are_those_of_the_original(name):
    ours, theirs = model_programs.result_of(tf, name), RECORDED[name]
    for part in ("before", "after"):
        assert set(ours[part]) == set(theirs[part])
        for key, value in theirs[part].items():
            np.testing.assert_allclose(ours[part][key], value, rtol=3e-4, err_msg=f"{part} {key}")
    assert set(ours["prediction"]) == set(theirs["prediction"])
    for key, value in theirs["prediction"].items():
        np.testing.assert_allclose(ours["prediction"][key], value, rtol=1e-3, atol=1e-5)
    assert ours["names"] == theirs["names"]


def input_fn(first=0, last=64, epochs=1, key="x"):
    return lambda: tf.data.Dataset.from_tensor_slices(({key: X[first:last]}, Y[first:last])).batch(16).repeat(epochs)


def noisy(optimizer="adam"):
    layers = [keras.layers.Dense(8, activation="relu"), keras.layers.Dropout(0.4), keras.layers.Dense(1, name="y")]
    layers.insert(1, keras.layers.BatchNormalization(name="norm"))
    model = keras.Sequential([keras.Input((4,), name="x"), *layers], name="noisy")
    model.compile(optimizer, "mse", metrics=["mae"])
    return model


def values(estimator):
    return {name: estimator.get_variable_value(name) for name in estimator.get_variable_names()}


def test_optimizers_of_keras_3_have_the_numbers_of_keras_3(model_dir):
    def make():
        hidden, last = keras_3.layers.Dense(3, "tanh"), keras_3.layers.Dense(1, name="y")
        model = keras_3.Sequential([keras_3.Input((4,), name="x"), hidden, last])
        schedule = keras_3.optimizers.schedules.ExponentialDecay(0.05, 10, 0.9)
        model.compile(keras_3.optimizers.AdamW(schedule, clipnorm=1.0), "mse")
        return model_programs.with_weights(model)

    fitted, model = make(), make()
    fitted.fit(X, Y, batch_size=16, epochs=3, shuffle=False, verbose=0)
    estimator = keras.estimator.model_to_estimator(model, model_dir=model_dir).train(input_fn(epochs=3))
    predicted = [p["y"] for p in estimator.predict(input_fn())]
    np.testing.assert_allclose(predicted, fitted.predict(X, verbose=0), rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("optimizer", ["ours", "theirs"])
def test_a_run_in_two_parts_ends_where_one_run_ends(optimizer, tmp_path):
    model = model_programs.with_weights(noisy("adam" if optimizer == "ours" else keras_3.optimizers.Nadam()))
    to_estimator = keras.estimator.model_to_estimator
    once = to_estimator(model, model_dir=str(tmp_path / "once"), config=CONFIG).train(input_fn())
    to_estimator(model, model_dir=str(tmp_path / "parts"), config=CONFIG).train(input_fn(0, 32))
    parts = to_estimator(model, model_dir=str(tmp_path / "parts"), config=CONFIG).train(input_fn(32, 64))
    for name, value in values(once).items():
        np.testing.assert_array_equal(value, parts.get_variable_value(name), err_msg=name)
    assert np.any(once.get_variable_value("norm/moving_mean") != 0)
    unchanged = model_programs.with_weights(noisy()).get_weights()
    assert all(np.array_equal(a, b) for a, b in zip(model.get_weights(), unchanged))


def test_an_export_answers_what_is_predicted(tmp_path):
    estimator = keras.estimator.model_to_estimator(noisy(), model_dir=str(tmp_path / "model")).train(input_fn())
    receiver = tf.estimator.export.build_raw_serving_input_receiver_fn({"x": tf.placeholder(tf.float32, [None, 4])})
    folder = estimator.export_saved_model(str(tmp_path / "export"), receiver).decode()
    answer = tf.saved_model.load(folder).signatures["serving_default"](x=X[:5])
    np.testing.assert_allclose(answer["y"], [p["y"] for p in estimator.predict(input_fn(0, 5))], rtol=1e-5, atol=1e-6)


@pytest.mark.filterwarnings("ignore:Skipping variable loading for optimizer")
def test_a_saved_model_and_other_names_of_metrics(tmp_path):
    noisy().save(tmp_path / "model.keras")
    estimator = keras.estimator.model_to_estimator(
        keras_model_path=tmp_path / "model.keras", model_dir=str(tmp_path / "model"), metric_names_map={"mae": "error"}
    )
    assert set(estimator.evaluate(input_fn())) == {"error", "global_step", "loss"}


@pytest.mark.parametrize("key", ["x", "dense_input", "anything"])
def test_a_model_with_one_input_takes_one_feature(key, model_dir):
    assert keras.estimator.model_to_estimator(noisy(), model_dir=model_dir).evaluate(input_fn(key=key))["loss"] > 0


def test_a_model_without_an_input_layer_is_built_with_the_first_batch(model_dir):
    model = keras.models.Sequential([keras.layers.Dense(3, name="a"), keras.layers.Dense(1, name="b")], name="late")
    model.compile(keras.optimizers.Adam(0.01), "mse")
    estimator = keras.estimator.model_to_estimator(model, model_dir=model_dir, config=CONFIG).train(input_fn())
    assert [n for n in estimator.get_variable_names() if n.startswith("late/")] == [
        f"late/{n}" for n in ("a/bias", "a/kernel", "b/bias", "b/kernel")
    ]


def test_weights_of_examples_stand_beside_the_features(model_dir):
    def weighted(weight):
        features = {"features": {"x": X}, "sample_weights": np.full(64, weight, np.float32)}
        return lambda: tf.data.Dataset.from_tensor_slices((features, Y)).batch(16)

    estimator = keras.estimator.model_to_estimator(noisy(), model_dir=model_dir)
    one, two = (estimator.evaluate(weighted(w))["loss"] for w in (1, 2))
    np.testing.assert_allclose(two, 2 * one, rtol=1e-5)


def test_losses_and_metrics_of_estimax_are_compiled(model_dir):
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1, activation="sigmoid", name="y")])
    metrics = [keras.metrics.Precision(thresholds=0.3, name="share"), "AUC", keras.metrics.AUC(50, name="area")]
    model.compile("sgd", keras.losses.BinaryCrossentropy(), metrics=metrics)
    estimator = keras.estimator.model_to_estimator(model_programs.with_weights(model), model_dir=model_dir)
    found = estimator.evaluate(input_fn())
    assert set(found) == {"area", "auc", "global_step", "loss", "share"}
    predicted = np.array([p["y"] for p in estimator.predict(input_fn())])
    likely = predicted > 0.3
    np.testing.assert_allclose(found["share"], Y[likely].mean(), rtol=1e-5)
    np.testing.assert_allclose(found["loss"], -np.log(np.where(Y > 0, predicted, 1 - predicted)).mean(), rtol=1e-4)
    np.testing.assert_allclose(found["area"], found["auc"], atol=0.01)
    assert set(model.fit(X, Y, verbose=0).history) == {"area", "auc", "loss", "share"}


def test_what_is_missing_is_said():
    to_estimator = keras.estimator.model_to_estimator
    with pytest.raises(ValueError, match="one of the two"):
        to_estimator()
    with pytest.raises(ValueError, match="not compiled"):
        to_estimator(keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)]))
    with pytest.raises(ValueError, match=r"must be a keras\.Model"):
        to_estimator(keras.layers.Dense(1))
    with pytest.raises(KeyError, match="lack"):
        to_estimator(model_programs.two_heads(keras, "sgd")).evaluate(input_fn(key="a"))


def test_an_optimizer_that_keras_has_not_is_refused():
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
    with pytest.raises(tf.errors.InvalidArgumentError, match="none like ProximalAdagradOptimizer"):
        model.compile(tf.train.ProximalAdagradOptimizer(0.1), "mse")


def test_estimax_does_not_load_keras_and_says_when_it_is_not_on_jax():
    program = """
import sys
import estimax as tf
tf.keras.optimizers.Adam(), tf.keras.layers.DenseFeatures
assert "keras" not in sys.modules
import types
keras = types.ModuleType("keras")
keras.__version__ = "3.10.0"
keras.backend = types.SimpleNamespace(backend=lambda: "tensorflow")
sys.modules["keras"] = keras
try:
    tf.keras.layers.Dense
except ImportError as error:
    assert "it was imported with 'tensorflow'" in str(error), error
else:
    raise AssertionError
"""
    subprocess.run([sys.executable, "-c", program], check=True)


def test_without_keras_it_is_said_how_to_get_it():
    program = """
import sys
sys.modules["keras"] = None
import estimax as tf
try:
    tf.keras.Sequential
except ImportError as error:
    assert 'pip install "estimax[keras]"' in str(error), error
else:
    raise AssertionError
"""
    subprocess.run([sys.executable, "-c", program], check=True)
