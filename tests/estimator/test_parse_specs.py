"""What a parser reads for a model, as the original says it."""

import pytest

import estimax as tf

AREA = tf.feature_column.numeric_column("area")
KIND = tf.feature_column.categorical_column_with_vocabulary_list("kind", ["house", "flat"])
COLUMNS = [AREA, KIND]
FEATURES = {"area": tf.FixedLenFeature((1,), tf.float32), "kind": tf.VarLenFeature(tf.string)}


def fixed(size, dtype, default=None):
    return tf.FixedLenFeature((size,), dtype, default)


@pytest.mark.parametrize(
    ("arguments", "added"),
    [
        ({}, {"y": fixed(1, tf.int64)}),
        ({"label_dtype": tf.string, "label_default": "a"}, {"y": fixed(1, tf.string, "a")}),
        ({"weight_column": "w"}, {"y": fixed(1, tf.int64), "w": fixed(1, tf.float32)}),
        (
            {"weight_column": tf.feature_column.numeric_column("w", dtype=tf.int64)},
            {"y": fixed(1, tf.int64), "w": fixed(1, tf.int64)},
        ),
    ],
)
def test_a_classifier_reads_its_label_and_weight(arguments, added):
    assert tf.estimator.classifier_parse_example_spec(COLUMNS, "y", **arguments) == FEATURES | added


@pytest.mark.parametrize(
    ("arguments", "label"),
    [
        ({}, fixed(1, tf.float32)),
        ({"label_dimension": 3}, fixed(3, tf.float32)),
        ({"label_dtype": tf.float64, "label_default": 1.0, "label_dimension": 2}, fixed(2, tf.float64, 1.0)),
        ({"label_default": [1.0, 2.0], "label_dimension": 2}, fixed(2, tf.float32, [1.0, 2.0])),
    ],
)
def test_a_regressor_reads_labels_of_its_dimension(arguments, label):
    assert tf.estimator.regressor_parse_example_spec(COLUMNS, "y", **arguments) == FEATURES | {"y": label}


def test_what_it_says_can_be_parsed():
    spec = tf.estimator.classifier_parse_example_spec(COLUMNS, "y", weight_column="w")
    example = tf.train.Example()
    example.features.feature["area"].float_list.value.append(2.5)
    example.features.feature["y"].int64_list.value.append(1)
    example.features.feature["w"].float_list.value.append(0.5)
    parsed = tf.parse_example([example.SerializeToString()], spec)
    assert (parsed["area"].numpy().tolist(), parsed["y"].numpy().tolist()) == ([[2.5]], [[1]])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"label_key": "area"}, "label_key must not be a feature of the model; 'area'"),
        ({"label_key": "y", "weight_column": "area"}, "weight_column must not be a feature of the model; 'area'"),
        ({"label_key": "y", "weight_column": "y"}, "weight_column must not be a feature of the model; 'y'"),
        ({"label_key": "y", "weight_column": 3}, "weight_column must be the name of a feature or a numeric column"),
        ({"label_key": "y", "weight_column": KIND}, "weight_column must be the name of a feature or a numeric column"),
    ],
)
def test_conflicts_are_refused(arguments, message):
    for function in (tf.estimator.classifier_parse_example_spec, tf.estimator.regressor_parse_example_spec):
        with pytest.raises(ValueError, match=message):
            function(COLUMNS, **arguments)


def test_a_regressor_has_a_label():
    with pytest.raises(ValueError, match="label_dimension must be at least 1; got 0"):
        tf.estimator.regressor_parse_example_spec(COLUMNS, "y", label_dimension=0)
