"""Baselines learn the mean of the labels from any features, strings alone among them."""

import numpy as np
import pytest

import estimax as tf

FEATURES = {"town": np.array(["a", "b", "c", "d"] * 8), "size": np.linspace(0, 1, 32).astype("f4")}


def input_fn(features, labels, epochs):
    return lambda: tf.data.Dataset.from_tensor_slices((features, labels)).repeat(epochs).batch(8)


@pytest.mark.parametrize("name", list(FEATURES))
def test_a_regressor_predicts_the_mean(tmp_path, name):
    features = {name: FEATURES[name]}
    labels = np.arange(32, dtype="f4") / 10
    model = tf.estimator.BaselineRegressor(str(tmp_path))
    model.train(input_fn(features, labels, None), steps=400)
    rows = list(model.predict(input_fn(features, labels, 1)))
    assert len(rows) == 32
    assert model.get_variable_names() == ["baseline/bias", "baseline/bias/Ftrl", "baseline/bias/Ftrl_1", "global_step"]
    np.testing.assert_allclose([r["predictions"][0] for r in rows], labels.mean(), atol=0.1)


def test_a_classifier_predicts_how_often_classes_occur(tmp_path):
    labels = np.array(["no", "no", "no", "yes"] * 8)
    model = tf.estimator.BaselineClassifier(str(tmp_path), label_vocabulary=["no", "yes"])
    model.train(input_fn(FEATURES, labels, None), steps=200)
    metrics = model.evaluate(input_fn(FEATURES, labels, 1))
    assert metrics["accuracy"] == metrics["accuracy_baseline"] == 0.75
    row = next(model.predict(input_fn(FEATURES, labels, 1)))
    np.testing.assert_allclose(row["probabilities"], [0.75, 0.25], atol=0.03)
    assert row["classes"] == [b"no"]
