"""`compat.v1.estimator` has the pre-made estimators of TensorFlow 1.x, the root those of TensorFlow 2."""

import inspect
import json
import pathlib

import numpy as np
import pytest

import estimax as tf

RECORDED = json.loads((pathlib.Path(__file__).parent / "recorded" / "estimator_signatures.json").read_text())
"""The arguments of each class and their defaults, as `inspect.signature` showed them for TensorFlow 2.15.1."""

OURS = {"partitioner", "input_layer_partitioner", "warm_start_from"}
"""What a class takes by keyword where the original's does not have it."""

NAMESPACES = {"v1": tf.compat.v1.estimator, "v2": tf.estimator}


def named(default):
    return "required" if default is inspect.Parameter.empty else getattr(default, "__name__", default)


@pytest.mark.parametrize("name", RECORDED)
def test_arguments_stand_in_the_order_of_the_original_with_its_defaults(name):
    family, cls = name.split()
    parameters = inspect.signature(getattr(NAMESPACES[family], cls)).parameters
    positional = {n: named(p.default) for n, p in parameters.items() if p.kind is p.POSITIONAL_OR_KEYWORD}
    assert list(positional.items()) == list(RECORDED[name].items())
    assert parameters.keys() - positional.keys() <= OURS


def test_all_other_names_are_those_of_the_root():
    for name in ("Estimator", "RunConfig", "ModeKeys", "train_and_evaluate", "inputs", "export"):
        assert getattr(tf.compat.v1.estimator, name) is getattr(tf.estimator, name)
    assert tf.compat.v1.estimator.LinearRegressor is not tf.estimator.LinearRegressor
    with pytest.raises(AttributeError, match="did you mean 'LinearRegressor'"):
        _ = tf.compat.v1.estimator.LineRegressor


COLUMNS = [tf.feature_column.numeric_column("x")]
DEFAULTS = {
    "Linear": ({"feature_columns": COLUMNS}, {"v1": ("Ftrl", 0.2), "v2": ("Ftrl", 0.2)}),
    "DNN": ({"feature_columns": COLUMNS, "hidden_units": [1]}, {"v1": ("Adagrad", 0.05), "v2": ("Adagrad", 0.001)}),
    "Baseline": ({}, {"v1": ("Ftrl", 0.3), "v2": ("Ftrl", 0.3)}),
}


def rates(estimator):
    """Returns the names and learning rates of the optimizers that a model trains with."""
    train = tf.data.Dataset.from_tensor_slices(({"x": np.float32([1, 2])}, np.float32([1, 2]))).batch(2)
    seen = []

    def look(features, labels, mode, config):
        spec = estimator.model_fn(features, labels, mode)
        seen[:] = [(op.optimizer.name, op.optimizer.learning_rate) for op in spec.train_ops]
        return spec

    tf.estimator.Estimator(look, estimator.model_dir).train(lambda: train)
    return seen


@pytest.mark.parametrize("family", NAMESPACES)
@pytest.mark.parametrize("kind", DEFAULTS)
def test_default_optimizers_have_the_rates_of_the_original(kind, family, model_dir):
    arguments, expected = DEFAULTS[kind]
    made = getattr(NAMESPACES[family], f"{kind}Regressor")(model_dir=model_dir, **arguments)
    assert rates(made) == [expected[family]]


V2_RATES = {"Adagrad": 0.001, "Adam": 0.001, "Ftrl": 0.001, "RMSProp": 0.001, "SGD": 0.01}


@pytest.mark.parametrize("name", V2_RATES)
def test_a_name_in_a_network_means_the_rate_of_its_class_in_v2(name, model_dir):
    ((found, rate),) = rates(tf.estimator.DNNRegressor([1], COLUMNS, model_dir, optimizer=name))
    assert (found.lower(), rate) == (name.lower(), V2_RATES[name])


@pytest.mark.parametrize("family", NAMESPACES)
@pytest.mark.parametrize(("count", "rate"), [(1, 0.005), (40_001, 40_001**-0.5)])
def test_the_wide_side_of_a_combined_model_learns_slower_with_many_columns(family, count, rate, model_dir):
    columns = [tf.feature_column.numeric_column(f"x{i}") for i in range(count)]
    made = NAMESPACES[family].DNNLinearCombinedRegressor(model_dir, columns, "SGD", COLUMNS, "Adam", [1])
    linear = next(p for p in made.model_fn.parts if p.scope == "linear")
    dnn = next(p for p in made.model_fn.parts if p.scope == "dnn")
    assert (linear.optimizer.make().learning_rate, dnn.optimizer.make().learning_rate) == (rate, 0.001)


def test_the_loss_of_v1_is_a_sum_and_that_of_v2_a_mean(tmp_path):
    def input_fn():
        return {"x": np.float32([1, 2])}, np.float32([1, 2])

    found = {}
    for family, namespace in NAMESPACES.items():
        model = namespace.LinearRegressor(COLUMNS, str(tmp_path / family))
        found[family] = model.evaluate(input_fn, steps=1)["loss"]
    assert found == {"v1": 5.0, "v2": 2.5}


def test_the_area_under_the_curve_has_the_numbers_of_each_family(tmp_path):
    def input_fn():
        return {"x": np.float32([-9, 9])}, np.int32([0, 1])

    found = {}
    for family, namespace in NAMESPACES.items():
        model = namespace.LinearClassifier(COLUMNS, str(tmp_path / family), optimizer="SGD")
        found[family] = float(model.train(input_fn, steps=5).evaluate(input_fn, steps=1)["auc"])
    assert found["v2"] == 1
    assert 0.99999 < found["v1"] < 1
