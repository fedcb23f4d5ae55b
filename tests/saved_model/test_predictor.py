"""`tf.contrib.predictor`: an export as a function, and an estimator's without an export of one's own."""

import numpy as np
import pytest

import estimax as tf


@pytest.fixture(scope="module")
def estimator(tmp_path_factory):
    model = tf.estimator.LinearRegressor(
        [tf.feature_column.numeric_column("x")], str(tmp_path_factory.mktemp("predictor") / "model")
    )
    return model.train(lambda: ({"x": [[1.0], [2.0], [3.0]]}, [[2.0], [4.0], [6.0]]), steps=5)


def serving_input_fn():
    x = tf.placeholder(tf.float32, [None])
    return tf.estimator.export.ServingInputReceiver({"x": tf.expand_dims(x, -1)}, {"x": x})


def test_an_export_predicts_what_the_estimator_does(estimator, tmp_path):
    path = estimator.export_saved_model(str(tmp_path), serving_input_fn).decode()
    predict_fn = tf.contrib.predictor.from_saved_model(export_dir=path, signature_def_key="predict")
    expected = [row["predictions"] for row in estimator.predict(lambda: {"x": [[1.5], [2.5]]})]
    np.testing.assert_allclose(predict_fn({"x": [1.5, 2.5]})["predictions"], expected, rtol=1e-6)
    assert list(predict_fn.feed_tensors) == ["x"] and list(predict_fn.fetch_tensors) == ["predictions"]
    assert repr(predict_fn) == "<Predictor predict: x -> predictions>"
    with pytest.raises(tf.errors.InvalidArgumentError, match="has no input 'z'"):
        predict_fn({"z": [1.0]})
    with pytest.raises(ValueError, match=r"there is no signature 'predikt' in .*; did you mean 'predict'"):
        tf.contrib.predictor.from_saved_model(path, "predikt")
    with pytest.raises(ValueError, match="has no outputs \\['nothing'\\]"):
        tf.contrib.predictor.from_saved_model(path, "predict", output_names={"nothing": ""})
    with pytest.raises(ValueError, match="input_names must be None"):
        tf.contrib.predictor.from_saved_model(path, input_names={"x": "x:0"})


def test_an_estimator_is_served_at_once(estimator):
    predict_fn = tf.contrib.predictor.from_estimator(estimator, serving_input_fn, output_key="predict")
    assert predict_fn({"x": [1.0, 2.0, 3.0]})["predictions"].shape == (3, 1)
