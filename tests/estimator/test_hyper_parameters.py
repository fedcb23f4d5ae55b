"""The hyper-parameters of a run: of pre-made estimators their arguments, of others their `params`."""

import argparse
import dataclasses
import math

import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import estimax as tf
from estimax.estimator import _inputs
from estimax.estimator._hyper_parameters import batch_size, columns_of, hyper_parameters
from estimax.estimator._mode_keys import ModeKeys
from tests.estimator import homes

fc = tf.feature_column
DNN = {"head": "BinaryClassHead", "columns": 3.0, "hidden_units": "8, 4", "activation": "relu", "batch_norm": False}
LINEAR = {"columns": 5.0, "sparse_combiner": "sum"}

# What must be among the hyper-parameters of an estimator.
EXPECTED = {
    "linear-regressor": LINEAR | {"estimator": "LinearRegressor", "head": "RegressionHead", "optimizer": "Ftrl"},
    "linear-named": {"head": "MultiClassHead", "n_classes": 3.0, "label_vocabulary": "cheap, fair, dear"},
    "dnn-binary": DNN | {"optimizer": "Adagrad", "learning_rate": 0.05, "embedding_dimension": 4.0},
    "combined-regressor": {
        "dnn_hidden_units": "8, 4",
        "dnn_optimizer": "Adagrad",
        "dnn_learning_rate": 0.001,
        "linear_optimizer": "Ftrl",
        "linear_learning_rate": 0.005,
        "linear_columns": 5.0,
        "label_dimension": 1.0,
    },
    "baseline-three": {"estimator": "BaselineClassifier", "optimizer": "Ftrl", "learning_rate": 0.3, "n_classes": 3.0},
    "v2-linear-three": LINEAR | {"optimizer": "Adagrad", "learning_rate": 0.2},
    "v2-dnn-regressor": {"batch_norm": True, "activation": "tanh", "learning_rate": 0.001},
}


def chosen(estimator, labels=homes.LABELS["binary"], batch=16):
    """Returns the hyper-parameters of an estimator that is about to be trained."""
    given_input = _inputs.open_input(homes.input_fn(labels, batch, None), ModeKeys.TRAIN, None, estimator.config, True)
    traced = estimator.model.traced(ModeKeys.TRAIN, given_input)
    return hyper_parameters(estimator, traced, given_input)


@pytest.mark.parametrize("name", homes.MODELS)
def test_what_a_pre_made_estimator_was_given_is_told(name, model_dir):
    model = homes.MODELS[name]
    found = chosen(model.make(model_dir, seed=3), model.labels)
    assert EXPECTED.get(name, {}).items() <= found.items()
    assert (found["batch_size"], found["seed"]) == (16.0, 3.0)
    assert all(isinstance(value, bool | float | str) for value in found.values())
    assert not any(" at 0x" in value for value in found.values() if isinstance(value, str))


def test_trees_and_recurrent_networks_tell_theirs(model_dir):
    trees = tf.estimator.BoostedTreesClassifier([fc.numeric_column("x")], 1, n_trees=7, max_depth=3)
    assert {"n_trees": 7.0, "max_depth": 3.0, "learning_rate": 0.1}.items() <= hyper_parameters(trees).items()
    words = fc.embedding_column(fc.sequence_categorical_column_with_identity("word", 5), 2)
    recurrent = tf.estimator.experimental.RNNClassifier([words], units=[4, 2], cell_type="lstm")
    found = hyper_parameters(recurrent)
    assert {"make_cell": "LSTMCell, 4, 2", "sequence_columns": 1.0}.items() <= found.items()


def test_what_differs_from_an_optimizers_defaults_is_told(model_dir):
    make = tf.estimator.DNNClassifier
    columns = [fc.numeric_column("sq_footage")]
    optimizer = tf.keras.optimizers.Adam(np.float32(0.01), beta_1=0.8)
    found = chosen(make([4], columns, model_dir, optimizer=optimizer))
    assert {"optimizer": "Adam", "learning_rate": 0.01, "beta_1": 0.8}.items() <= found.items()
    assert "beta_2" not in found


def test_a_number_of_an_optimizer_may_be_an_array(model_dir):
    momentum = jnp.asarray(0.75)
    optimizer = tf.compat.v1.train.MomentumOptimizer(0.5, momentum)
    found = chosen(tf.estimator.DNNClassifier([4], [fc.numeric_column("sq_footage")], model_dir, optimizer=optimizer))
    assert {"optimizer": "Momentum", "learning_rate": 0.5, "momentum": 0.75}.items() <= found.items()


def test_a_rate_that_changes_is_not_told_as_a_number(model_dir):
    def falling():
        step = tf.compat.v1.train.get_global_step()
        return tf.compat.v1.train.AdamOptimizer(tf.compat.v1.train.exponential_decay(0.1, step, 10, 0.9))

    found = chosen(tf.estimator.DNNClassifier([4], [fc.numeric_column("sq_footage")], model_dir, optimizer=falling))
    assert found["optimizer"] == "Adam"
    assert "learning_rate" not in found


def test_an_estimator_around_another_one_tells_what_that_one_was_given(model_dir):
    inner = tf.estimator.LinearRegressor([fc.numeric_column("x")], model_dir)
    outer = tf.estimator.add_metrics(inner, lambda labels: {})
    assert hyper_parameters(outer)["sparse_combiner"] == "sum"


def test_a_parameter_of_the_program_stands_where_nothing_more_exact_is_known(model_dir):
    params = {"batch_size": 64, "learning_rate": 0.1, "optimizer": "mine"}
    found = hyper_parameters(tf.estimator.Estimator(model_fn, model_dir, params=params))
    assert {"batch_size": 64.0, "learning_rate": 0.1, "optimizer": "mine"}.items() <= found.items()


HEADS = {
    "several": (
        lambda: tf.estimator.MultiHead(
            [tf.estimator.MultiLabelHead(5, name="a"), tf.estimator.RegressionHead(name="b")]
        ),
        {"head": "MultiHead", "heads": "MultiLabelHead, RegressionHead"},
    ),
    "labels": (
        lambda: tf.estimator.MultiLabelHead(5, thresholds=[0.1, 0.5]),
        {"head": "MultiLabelHead", "n_classes": 5.0, "thresholds": "0.1, 0.5"},
    ),
    "counts": (tf.estimator.PoissonRegressionHead, {"head": "PoissonRegressionHead", "compute_full_loss": True}),
    "shares": (tf.estimator.LogisticRegressionHead, {"head": "LogisticRegressionHead", "label_dimension": 1.0}),
}


@pytest.mark.parametrize("name", HEADS)
def test_any_head_is_told(name, model_dir):
    make, expected = HEADS[name]
    found = hyper_parameters(tf.estimator.DNNEstimator(make(), [3], [fc.numeric_column("x")], model_dir))
    assert expected.items() <= found.items()
    assert not any(" at 0x" in value for value in found.values() if isinstance(value, str))


@dataclasses.dataclass(frozen=True)
class Options:
    rate: float = 0.5
    units: tuple = (3, 2)


def model_fn(features, labels, mode, params):
    raise NotImplementedError


PARAMS = {
    "dictionary": ({"rate": 0.5, "units": (3, 2)}, {"rate": 0.5, "units": "3, 2"}),
    "HParams": (tf.contrib.training.HParams(rate=0.5, units=[3, 2]), {"rate": 0.5, "units": "3, 2"}),
    "namespace": (argparse.Namespace(rate=0.5, units=[3, 2]), {"rate": 0.5, "units": "3, 2"}),
    "dataclass": (Options(), {"rate": 0.5, "units": "3, 2"}),
    "nested": ({"net": {"units": 3, "deep": {"on": True}}}, {"net/units": 3.0, "net/deep/on": True}),
    "numbers": (
        {"a": np.float32(0.1), "b": np.int64(3), "c": np.array([2.5]), "d": 2**60, "e": math.nan, "f": np.bool_(True)},
        {"a": 0.1, "b": 3.0, "c": 2.5, "d": str(2**60), "e": "nan", "f": True},
    ),
    "columns": (
        {"columns": [fc.numeric_column("x"), fc.numeric_column("y")], "label": fc.numeric_column("z")},
        {"columns": 2.0, "label": "z"},
    ),
    "functions": ({"activation": tf.nn.relu, "one": max, "none": None}, {"activation": "relu", "one": "max"}),
    "secrets": ({"db_password": "x", "api_key": "y", "auth_token": "z", "tokens": 5}, {"tokens": 5.0}),
    "objects": ({"it": object()}, {"it": "<object object>"}),
    "broken text": ({"name": "a\ud800"}, {"name": "a?"}),
    "bytes": ({"name": b"\xc3\xa4"}, {"name": "ä"}),
    "one value": (7, {"params": 7.0}),
}


@pytest.mark.parametrize("name", PARAMS)
def test_params_of_a_model_function_are_told_flat(name, model_dir):
    params, expected = PARAMS[name]
    found = hyper_parameters(tf.estimator.Estimator(model_fn, model_dir, params=params))
    assert found == {"estimator": "Estimator", "model_fn": "model_fn", **expected}


VALUES = st.recursive(st.none() | st.floats() | st.text() | st.binary(), st.lists)


@given(st.dictionaries(st.text(), VALUES, max_size=5))
def test_whatever_params_are_they_are_told_as_numbers_texts_and_bools(params):
    found = hyper_parameters(tf.estimator.Estimator(model_fn, "nowhere", params=params))
    for value in found.values():
        assert isinstance(value, bool | float | str)
        assert not isinstance(value, float) or math.isfinite(value)
        assert not isinstance(value, str) or len(value) <= 200


def test_a_batch_is_as_large_as_the_input_says():
    config = tf.estimator.RunConfig("nowhere")

    def size(dataset):
        return batch_size(None, _inputs.open_input(lambda: dataset, ModeKeys.TRAIN, None, config, True))

    rows = tf.data.Dataset.from_tensor_slices({"x": [1.0, 2.0, 3.0]})
    assert size(rows.batch(2)) == 2
    assert size(rows.batch(3, drop_remainder=True).repeat().prefetch(1)) == 3
    assert size(rows) is None


def test_columns_are_found_in_whatever_holds_them_each_once():
    one, two = fc.numeric_column("one"), fc.numeric_column("two")
    assert columns_of({"a": [one, {"b": (two, one)}], "c": 3}) == [one, two]
    assert columns_of("text") == []
