"""What the original computed from the same weights and the same homes, number by number.

Each file of `recorded/` holds the variables that training started from (`init/`), and after 20
steps the variables, the metrics over batches of 24, and the predictions for the first 8 homes.
"""

import numpy as np
import pytest
import safetensors.numpy

import estimax as tf
from tests.estimator import homes

TRAIN = tf.compat.v1.train

# The options of each estimator that was recorded, and its labels.
CASES = {
    "linear_regressor": (homes.linear, "regressor", {}),
    "linear_classifier_three_named_classes": (
        homes.linear,
        "named",
        {"n_classes": 3, "label_vocabulary": homes.CLASSES, "optimizer": TRAIN.GradientDescentOptimizer(0.02)},
    ),
    "dnn_regressor": (homes.dnn, "regressor", {}),
    "dnn_classifier_multiclass": (
        homes.dnn,
        "three",
        {"n_classes": 3, "optimizer": TRAIN.AdamOptimizer(0.01), "activation_fn": tf.nn.tanh},
    ),
    "dnn_linear_combined_classifier": (
        homes.combined,
        "binary",
        {"dnn_hidden_units": [8], "dnn_optimizer": "Adam", "linear_optimizer": "SGD"},
    ),
}


def part(recorded, name):
    return {key.removeprefix(f"{name}/"): recorded[key] for key in recorded if key.startswith(f"{name}/")}


@pytest.mark.parametrize("name", CASES)
def test_training_gives_the_numbers_of_the_original(name, tmp_path, model_dir):
    with np.load(homes.RECORDED / f"{name}.npz") as file:
        recorded = dict(file)
    start = tmp_path / "init.safetensors"
    safetensors.numpy.save_file(part(recorded, "init"), start)
    family, kind, options = CASES[name]
    labels = homes.LABELS[kind]
    estimator = family(kind == "regressor", model_dir=model_dir, warm_start_from=start, **options)
    estimator.train(homes.input_fn(labels, epochs=None), steps=20)
    for variable, value in part(recorded, "variable").items():
        found = estimator.get_variable_value(variable)
        assert found.dtype == value.dtype
        np.testing.assert_allclose(found, value, rtol=2e-4, atol=2e-5, err_msg=variable)
    metrics = estimator.evaluate(homes.input_fn(labels, batch=24))
    expected = part(recorded, "metric")
    assert metrics.keys() == expected.keys()
    for key, value in expected.items():
        np.testing.assert_allclose(metrics[key], value, rtol=2e-3, atol=2e-4, err_msg=key)
    predicted = list(estimator.predict(homes.input_fn()))[:8]
    for key, value in part(recorded, "prediction").items():
        found = np.stack([row[key] for row in predicted])
        if value.dtype.kind == "f":
            np.testing.assert_allclose(found, value, rtol=2e-4, atol=2e-5, err_msg=key)
        else:
            np.testing.assert_array_equal(found.astype(str), value.astype(str), err_msg=key)


def test_the_first_model_of_a_course_predicts_its_prices(model_dir):
    columns = [
        tf.feature_column.numeric_column("sq_footage"),
        tf.feature_column.categorical_column_with_vocabulary_list("type", ["house", "apt"]),
    ]

    def train_input_fn():
        features = {
            "sq_footage": [1000, 2000, 3000, 1000, 2000, 3000],
            "type": ["house", "house", "house", "apt", "apt", "apt"],
        }
        return features, [500, 1000, 1500, 700, 1300, 1900]

    def predict_input_fn():
        return {"sq_footage": [1500, 1500, 2500, 2500], "type": ["house", "apt", "house", "apt"]}

    model = tf.estimator.LinearRegressor(columns, model_dir)
    model.train(train_input_fn, steps=100)
    prices = [row["predictions"][0] for row in model.predict(predict_input_fn)]
    np.testing.assert_allclose(prices[:2], [855.93, 859.0738], rtol=1e-4)
