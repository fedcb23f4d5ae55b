"""What is refused, and what the message names."""

import numpy as np
import pytest

import estimax as tf
from tests.estimator.trees import rows

fc = rows.fc
WORD = fc.categorical_column_with_vocabulary_list("word", rows.WORDS)

PARAMETERS = [
    ({"n_trees": 0}, "n_trees must be a whole number of at least 1; got 0"),
    ({"max_depth": 0}, "max_depth must be a whole number of at least 1; got 0"),
    ({"max_depth": 17}, "max_depth must be at most 16; got 17"),
    ({"max_depth": 2.5}, "max_depth must be a whole number of at least 1; got 2.5"),
    ({"n_batches_per_layer": 0}, "n_batches_per_layer must be a whole number of at least 1; got 0"),
    ({"learning_rate": 0}, "learning_rate must be more than 0; got 0"),
    ({"learning_rate": float("nan")}, "learning_rate must be a number of at least 0; got nan"),
    ({"l2_regularization": -1}, "l2_regularization must be a number of at least 0; got -1"),
    ({"min_node_weight": "1"}, "min_node_weight must be a number of at least 0; got '1'"),
    ({"pruning_mode": "late"}, "pruning_mode must be 'none', 'pre' or 'post'; got 'late'"),
    ({"pruning_mode": "post"}, "give a tree_complexity of more than 0"),
    ({"quantile_sketch_epsilon": 0.9}, "quantile_sketch_epsilon must be from 0.0001 to 0.5; got 0.9"),
    ({"n_classes": 1}, "n_classes must be a whole number of at least 2; got 1"),
    ({"label_vocabulary": ["one"]}, "label_vocabulary"),
]


@pytest.mark.parametrize(("given", "message"), PARAMETERS)
def test_parameters_are_checked_at_construction(given, message):
    with pytest.raises(ValueError, match=message):
        tf.estimator.BoostedTreesClassifier([fc.numeric_column("number")], **given)


COLUMNS = [
    ([], "at least one column"),
    (
        [fc.embedding_column(WORD, 2)],
        "boosted trees take numeric, bucketized, indicator and categorical columns; 'word",
    ),
    (["number"], "feature_columns must be columns"),
    ([fc.numeric_column("number"), fc.numeric_column("number", shape=2)], "two with the name 'number'"),
]


@pytest.mark.parametrize(("columns", "message"), COLUMNS)
def test_columns_are_checked_at_construction(columns, message):
    with pytest.raises(ValueError, match=message):
        tf.estimator.BoostedTreesRegressor(columns)


def nan_at_9(values):
    return np.where(np.arange(len(values)) == 9, np.nan, values).astype(np.float32)


ROWS = [
    (rows.SOLD + 1, {}, "labels must be whole numbers from 0 to 1"),
    (nan_at_9(rows.SOLD), {}, "labels"),
    (None, {}, "training boosted trees needs labels"),
    (rows.SOLD, {"weight": nan_at_9(rows.FEATURES["weight"])}, "weight"),
    (rows.SOLD, {"weight": rows.FEATURES["weight"] - 2}, "weight.*-1.0"),
    (rows.SOLD, {"number": rows.FEATURES["word"]}, "number"),
]


@pytest.mark.parametrize(("labels", "changed", "message"), ROWS)
def test_rows_are_checked_when_they_are_read(labels, changed, message, model_dir):
    estimator = rows.classifier(model_dir, columns_=[fc.numeric_column("number")], weight_column="weight")
    with pytest.raises(ValueError, match=message):
        estimator.train(rows.input_fn(labels, given=rows.FEATURES | changed))
    assert estimator.latest_checkpoint() is None


def test_numbers_that_are_missing_from_the_labels_of_a_regressor_are_refused(model_dir):
    estimator = tf.estimator.BoostedTreesRegressor([fc.numeric_column("number")], config=rows.config(model_dir))
    with pytest.raises(ValueError, match="training row 9 "):
        estimator.train(rows.input_fn(nan_at_9(rows.PRICE)))


def test_a_loss_without_curvature_is_refused(model_dir):
    head = tf.estimator.RegressionHead(loss_fn=lambda labels, logits: tf.abs(labels - logits))
    estimator = tf.estimator.BoostedTreesEstimator(
        [fc.numeric_column("number")], 1, head, config=rows.config(model_dir)
    )
    with pytest.raises(ValueError, match="second derivative"):
        estimator.train(rows.input_fn(rows.PRICE))


def test_an_input_without_rows_and_two_weight_columns_are_refused(model_dir):
    estimator = rows.classifier(model_dir, columns_=[fc.numeric_column("number")])
    with pytest.raises(ValueError, match="no rows to train on"):
        estimator.train(lambda: rows.input_fn()().take(0))
    head = tf.estimator.BinaryClassHead(weight_column="weight")
    with pytest.raises(ValueError, match="give one of them"):
        tf.estimator.BoostedTreesEstimator([fc.numeric_column("number")], 1, head, weight_column="amount")
