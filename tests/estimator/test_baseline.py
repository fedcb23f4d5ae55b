"""Baselines learn the mean of the labels from any features, strings alone among them."""

import numpy as np
import pytest

import estimax as tf

FEATURES = {
    "town": np.array(["a", "b", "c", "d"] * 8),
    "size": np.linspace(0, 1, 32).astype("f4"),
    "pair": np.arange(64).reshape(32, 2),
    "weight": np.float32([1, 3] * 16),
}
NAMESPACES = {"v1": tf.compat.v1.estimator, "v2": tf.estimator}
SLOTS = {
    "v1": ["baseline/bias/Ftrl", "baseline/bias/Ftrl_1"],
    "v2": ["training/Ftrl/baseline/bias/accumulator", "training/Ftrl/baseline/bias/linear"],
}
every_family = pytest.mark.parametrize("family", NAMESPACES)


def input_fn(features, labels, epochs):
    return lambda: tf.data.Dataset.from_tensor_slices((features, labels)).repeat(epochs).batch(8)


@every_family
@pytest.mark.parametrize("name", ["town", "size", "pair"])
def test_a_regressor_predicts_the_mean(tmp_path, name, family):
    features = {name: FEATURES[name]}
    labels = np.arange(32, dtype="f4") / 10
    model = NAMESPACES[family].BaselineRegressor(str(tmp_path))
    model.train(input_fn(features, labels, None), steps=400)
    rows = list(model.predict(input_fn(features, labels, 1)))
    assert len(rows) == 32
    assert {"baseline/bias", "global_step", *SLOTS[family]} <= set(model.get_variable_names())
    np.testing.assert_allclose([r["predictions"][0] for r in rows], labels.mean(), atol=0.1)


@every_family
def test_a_classifier_predicts_how_often_classes_occur(tmp_path, family):
    labels = np.array(["no", "no", "no", "yes"] * 8)
    model = NAMESPACES[family].BaselineClassifier(str(tmp_path), label_vocabulary=["no", "yes"])
    model.train(input_fn(FEATURES, labels, None), steps=200)
    metrics = model.evaluate(input_fn(FEATURES, labels, 1))
    assert metrics["accuracy"] == metrics["accuracy_baseline"] == 0.75
    row = next(model.predict(input_fn(FEATURES, labels, 1)))
    np.testing.assert_allclose(row["probabilities"], [0.75, 0.25], atol=0.03)
    assert row["classes"] == [b"no"]


@every_family
def test_weights_move_the_mean_of_each_label(tmp_path, family):
    labels = np.float32([[0, 1], [1, 1]] * 16)
    model = NAMESPACES[family].BaselineRegressor(
        str(tmp_path), label_dimension=2, weight_column="weight", optimizer=tf.train.GradientDescentOptimizer(0.02)
    )
    model.train(input_fn(FEATURES, labels, None), steps=300)
    row = next(model.predict(input_fn(FEATURES, labels, 1)))
    np.testing.assert_allclose(row["predictions"], [0.75, 1.0], atol=0.01)


def test_any_head_has_a_baseline(tmp_path):
    labels = np.float32([0, 1, 2, 5] * 8)
    model = tf.estimator.BaselineEstimator(tf.estimator.PoissonRegressionHead(), str(tmp_path))
    model.train(input_fn(FEATURES, labels, None), steps=200)
    row = next(model.predict(input_fn(FEATURES, labels, 1)))
    assert row["predictions"] == pytest.approx(2.0, abs=0.05)


@pytest.mark.parametrize("kind", ["sparse", "ragged"])
def test_rows_are_counted_where_all_features_differ_in_length(tmp_path, kind):
    def input_fn():
        lines = tf.data.Dataset.from_tensor_slices((["a b", "c", ""], [1.0, 2.0, 3.0])).batch(2)
        split = tf.strings.split if kind == "ragged" else tf.string_split
        return lines.map(lambda text, label: ({"words": split(text)}, label))

    model = tf.estimator.BaselineRegressor(str(tmp_path)).train(input_fn)
    assert len(list(model.predict(input_fn))) == 3


def test_without_features_it_is_not_known_how_many_rows_there_are(model_dir):
    with pytest.raises(ValueError, match="a baseline needs at least one feature"):
        tf.estimator.BaselineRegressor(model_dir).train(lambda: ({}, np.float32([1.0])), steps=1)
