"""Heads: what weights and reductions do to losses and means, number by number."""

import numpy as np
import pytest

import estimax as tf
from tests.estimator import homes

COLUMNS = [tf.feature_column.numeric_column("x")]
V1 = tf.compat.v1.estimator
FEATURES = {"x": np.float32([1, 2]), "weight": np.float32([1, 2])}


def evaluate(estimator, labels):
    return estimator.evaluate(homes.input_fn(np.array(labels), features=FEATURES))


@pytest.mark.parametrize(
    ("reduction", "loss"),
    [("weighted_sum", 22), ("weighted_sum_over_batch_size", 11), ("weighted_mean", 22 / 3)],
)
def test_the_loss_is_reduced_as_asked_and_its_average_is_weighted(reduction, loss, model_dir):
    # Untrained, so 0 is predicted: the squared errors are 4 and 9.
    regressor = V1.LinearRegressor(COLUMNS, model_dir, weight_column="weight", loss_reduction=reduction)
    metrics = evaluate(regressor, [2.0, 3.0])
    assert metrics["loss"] == pytest.approx(loss)
    assert metrics["average_loss"] == pytest.approx(22 / 3)
    assert metrics["label/mean"] == pytest.approx(8 / 3)
    assert metrics["prediction/mean"] == 0


def test_weights_may_come_from_a_numeric_column_or_have_an_axis_more(tmp_path):
    column = tf.feature_column.numeric_column("weight")
    for number, weight in enumerate(["weight", column]):
        regressor = V1.LinearRegressor(COLUMNS, str(tmp_path / str(number)), weight_column=weight)
        assert evaluate(regressor, [2.0, 3.0])["loss"] == 22
    features = {**FEATURES, "weight": FEATURES["weight"][:, None]}
    regressor = V1.LinearRegressor(COLUMNS, str(tmp_path / "column"), weight_column="weight")
    assert regressor.evaluate(homes.input_fn(np.float32([2, 3]), features=features))["loss"] == 22


def test_several_labels_are_several_sums(model_dir):
    regressor = V1.LinearRegressor(COLUMNS, model_dir, label_dimension=2)
    metrics = evaluate(regressor, [[1.0, 2.0], [3.0, 4.0]])
    assert metrics["loss"] == 1 + 4 + 9 + 16
    assert metrics["average_loss"] == (1 + 4 + 9 + 16) / 4
    row = next(regressor.predict(homes.input_fn(features=FEATURES)))
    assert row["predictions"].shape == (2,)


def test_names_may_be_given_as_bytes(model_dir):
    classifier = V1.LinearClassifier(COLUMNS, model_dir, label_vocabulary=[b"no", "yes"])
    classifier.train(homes.input_fn(np.array(["no", "yes"]), features=FEATURES))
    row = next(classifier.predict(homes.input_fn(features=FEATURES)))
    assert row["all_classes"].tolist() == [b"no", b"yes"]


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: tf.estimator.LinearClassifier(COLUMNS, n_classes=1), "n_classes must be at least 2; got 1"),
        (
            lambda: tf.estimator.LinearClassifier(COLUMNS, n_classes=3, label_vocabulary=["a", "b"]),
            "label_vocabulary must list 3 labels",
        ),
        (
            lambda: tf.estimator.LinearClassifier(COLUMNS, label_vocabulary="ab"),
            "label_vocabulary must list 2 labels",
        ),
        (
            lambda: tf.estimator.LinearRegressor(COLUMNS, label_dimension=0),
            "label_dimension must be at least 1",
        ),
        (
            lambda: tf.estimator.LinearRegressor(COLUMNS, optimizer="Adagard"),
            "optimizer must be one of .* got 'Adagard'",
        ),
        (lambda: tf.estimator.LinearRegressor(COLUMNS, optimizer=0.1), "an optimizer .* is needed; got 0.1"),
        (lambda: tf.estimator.DNNRegressor([10, 0], COLUMNS), "hidden_units must be positive whole numbers"),
        (lambda: tf.estimator.DNNRegressor(["ten"], COLUMNS), "hidden_units must be positive whole numbers"),
        (tf.estimator.DNNLinearCombinedRegressor, "must name at least one column"),
        (
            lambda: tf.estimator.DNNLinearCombinedRegressor(dnn_feature_columns=COLUMNS),
            "dnn_feature_columns need dnn_hidden_units",
        ),
    ],
)
def test_wrong_arguments_are_refused_at_construction(make, message, tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with pytest.raises(ValueError, match=message):
        make()


def test_hidden_units_may_be_strings_and_optimizers_functions(model_dir):
    estimator = tf.estimator.DNNRegressor(
        ("3", "2"), COLUMNS, model_dir, optimizer=lambda: tf.train.GradientDescentOptimizer(0.1)
    )
    estimator.train(homes.input_fn(np.float32([2, 3]), features=FEATURES))
    assert estimator.get_variable_value("dnn/hiddenlayer_1/kernel").shape == (3, 2)
    assert not [n for n in estimator.get_variable_names() if "Adagrad" in n]


@pytest.mark.parametrize("side", ["linear", "dnn"])
def test_a_combined_model_may_have_one_side(side, model_dir):
    sides = {
        "linear": {"linear_feature_columns": COLUMNS},
        "dnn": {"dnn_feature_columns": COLUMNS, "dnn_hidden_units": [2]},
    }
    estimator = tf.estimator.DNNLinearCombinedRegressor(model_dir, **sides[side])
    estimator.train(homes.input_fn(np.float32([2, 3]), features=FEATURES))
    names = estimator.get_variable_names()
    assert {n.split("/")[0] for n in names} == {side, "global_step", "training"}
