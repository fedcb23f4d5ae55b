"""Laws over the table of pre-made estimators."""

import numpy as np
import pytest

import estimax as tf
from tests.estimator import homes
from tests.estimator.conftest import STEPS

REGRESSOR = {"predictions": (np.float32, (1,))}
BINARY = {
    "logits": (np.float32, (1,)),
    "logistic": (np.float32, (1,)),
    "probabilities": (np.float32, (2,)),
    "class_ids": (np.int64, (1,)),
    "classes": (np.dtype(object), (1,)),
    "all_class_ids": (np.int32, (2,)),
    "all_classes": (np.dtype(object), (2,)),
}
THREE = {
    "logits": (np.float32, (3,)),
    "probabilities": (np.float32, (3,)),
    "class_ids": (np.int64, (1,)),
    "classes": (np.dtype(object), (1,)),
    "all_class_ids": (np.int32, (3,)),
    "all_classes": (np.dtype(object), (3,)),
}
PREDICTIONS = {"regressor": REGRESSOR, "binary": BINARY, "three": THREE, "named": THREE}

MEANS = ["average_loss", "label/mean", "prediction/mean"]
METRICS = {
    "regressor": [*MEANS, "global_step", "loss"],
    "binary": [
        *MEANS,
        "accuracy",
        "accuracy_baseline",
        "auc",
        "auc_precision_recall",
        "global_step",
        "loss",
        "precision",
        "recall",
    ],
    "three": ["accuracy", "average_loss", "global_step", "loss"],
    "named": ["accuracy", "average_loss", "global_step", "loss"],
}


@pytest.fixture(scope="session", params=homes.MODELS)
def found(request, trained):
    """Every row of the table, trained. All laws of one model run one after the other."""
    return trained(request.param)


def rows(predictions):
    """Stacks predictions by key."""
    listed = list(predictions)
    return {key: np.stack([row[key] for row in listed]) for key in listed[0]}


def assert_same(one, other, rtol=0.0, atol=0.0):
    assert one.keys() == other.keys()
    for key, value in one.items():
        if value.dtype.kind == "f":
            np.testing.assert_allclose(other[key], value, rtol=rtol, atol=atol, err_msg=key)
        else:
            np.testing.assert_array_equal(other[key], value, err_msg=key)


def test_training_lowers_the_loss(found):
    assert found.after["average_loss"] < found.before["average_loss"]
    assert (found.before["global_step"], found.after["global_step"]) == (0, STEPS)


def test_metrics_have_the_names_and_types_of_the_original(found):
    after = found.after
    assert list(after) == sorted(METRICS[found.model.kind])
    types = {key: type(value) for key, value in after.items()}
    assert types == {key: np.int64 if key == "global_step" else np.float32 for key in after}


def test_predictions_have_the_names_and_types_of_the_original(found):
    expected = PREDICTIONS[found.model.kind]
    row = next(found.estimator.predict(homes.input_fn(batch=homes.ROWS)))
    assert {key: (value.dtype, value.shape) for key, value in row.items()} == expected


def test_a_new_object_predicts_the_same_from_the_folder(found):
    again = found.model.make(found.estimator.model_dir)
    features = homes.input_fn(batch=homes.ROWS)
    assert_same(rows(found.estimator.predict(features)), rows(again.predict(features)))


def test_predictions_do_not_depend_on_the_batch(found):
    estimator = found.estimator
    whole = rows(estimator.predict(homes.input_fn(batch=homes.ROWS)))
    parts = rows(estimator.predict(homes.input_fn(batch=48)))
    assert_same(whole, parts, rtol=1e-5, atol=1e-6)


def test_averages_do_not_depend_on_the_batch_and_the_loss_is_the_mean_of_sums(found):
    parts = found.estimator.evaluate(homes.input_fn(found.model.labels, batch=48))
    for key in set(parts) - {"loss"}:
        np.testing.assert_allclose(parts[key], found.after[key], rtol=1e-5, err_msg=key)
    if found.model.is_summed:
        total = found.after["average_loss"] * homes.ROWS
        np.testing.assert_allclose([parts["loss"], found.after["loss"]], [total / 2, total / 4], rtol=1e-5)


def test_classes_are_named_by_the_vocabulary_or_by_number(found):
    if found.model.kind == "regressor":
        return
    predicted = rows(found.estimator.predict(homes.input_fn(batch=homes.ROWS)))
    count = {"binary": 2}.get(found.model.kind, 3)
    names = homes.CLASSES if found.model.kind == "named" else [str(i) for i in range(count)]
    as_bytes = np.array([n.encode() for n in names], object)
    np.testing.assert_array_equal(predicted["class_ids"][:, 0], predicted["probabilities"].argmax(1))
    np.testing.assert_array_equal(predicted["classes"], as_bytes[predicted["class_ids"]])
    np.testing.assert_array_equal(predicted["all_classes"], np.tile(as_bytes, (homes.ROWS, 1)))
    np.testing.assert_array_equal(predicted["all_class_ids"], np.tile(np.arange(count), (homes.ROWS, 1)))
    np.testing.assert_allclose(predicted["probabilities"].sum(1), 1, rtol=1e-6)


def recomputed(kind, labels, predicted):
    """Computes metrics from predictions, in NumPy."""
    if kind == "regressor":
        values = predicted["predictions"][:, 0]
        return {
            "average_loss": np.square(values - labels).mean(),
            "label/mean": labels.mean(),
            "prediction/mean": values.mean(),
        }
    ids = labels if kind != "named" else np.array([homes.CLASSES.index(name) for name in labels])
    right = predicted["probabilities"][np.arange(homes.ROWS), ids]
    metrics = {"average_loss": -np.log(right).mean(), "accuracy": (predicted["class_ids"][:, 0] == ids).mean()}
    if kind == "binary":
        real, decided = ids > 0, predicted["class_ids"][:, 0] > 0
        metrics |= {
            "accuracy_baseline": max(real.mean(), 1 - real.mean()),
            "precision": real[decided].mean(),
            "recall": decided[real].mean(),
            "label/mean": real.mean(),
            "prediction/mean": predicted["logistic"].mean(),
        }
    return metrics


def test_metrics_are_those_of_the_predictions(found):
    predicted = rows(found.estimator.predict(homes.input_fn(batch=homes.ROWS)))
    for key, value in recomputed(found.model.kind, found.model.labels, predicted).items():
        assert found.after[key] == pytest.approx(value, rel=1e-4), key


LINEAR_VARIABLES = {"linear/linear_model/bias_weights", "linear/linear_model/type/weights"}
DNN_VARIABLES = {
    "dnn/input_from_feature_columns/input_layer/town_embedding/embedding_weights",
    *(f"dnn/{layer}/{part}" for layer in ("hiddenlayer_0", "hiddenlayer_1", "logits") for part in ("kernel", "bias")),
}
VARIABLES = {
    homes.baseline: {"baseline/bias"},
    homes.linear: LINEAR_VARIABLES,
    homes.dnn: DNN_VARIABLES,
    homes.combined: LINEAR_VARIABLES | DNN_VARIABLES,
}


def test_variables_have_the_names_of_the_original(found):
    estimator = found.estimator
    names = set(estimator.get_variable_names())
    assert {"global_step", *VARIABLES[found.model.family]} <= names
    slots = set() if found.model.namespace is homes.V1 else {"training"}
    roots = {name.split("/")[0] for name in VARIABLES[found.model.family]}
    assert {name.split("/")[0] for name in names} == roots | {"global_step"} | slots
    step = estimator.get_variable_value("global_step")
    assert (step, step.dtype) == (STEPS, np.int64)
    for name in VARIABLES[found.model.family]:
        np.testing.assert_array_equal(estimator.get_variable_value(f"{name}:0"), estimator.get_variable_value(name))


def receiver():
    placeholders = {
        name: tf.placeholder(tf.float32 if values.dtype.kind == "f" else tf.string, [None])
        for name, values in homes.FEATURES.items()
    }
    return tf.estimator.export.ServingInputReceiver(placeholders, placeholders)


def test_an_export_answers_as_predict_does(found, tmp_path):
    path = found.estimator.export_saved_model(tmp_path, receiver)
    signature = tf.saved_model.load(path.decode()).signatures["predict"]
    answer = {key: np.asarray(value) for key, value in signature(**homes.FEATURES).items()}
    predicted = rows(found.estimator.predict(homes.input_fn(batch=homes.ROWS)))
    assert_same(predicted, answer, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("name", ["baseline-three", "linear-named", "v2-dnn-regressor", "v2-combined-binary"])
def test_training_that_goes_on_equals_training_in_one_go(name, tmp_path):
    model = homes.MODELS[name]
    batches = homes.input_fn(model.labels, epochs=None)  # of four steps an epoch
    whole = model.make(str(tmp_path / "whole")).train(batches, steps=8)
    parts = model.make(str(tmp_path / "parts")).train(batches, steps=4)
    again = model.make(parts.model_dir).train(batches, max_steps=8)
    homes.assert_equal(homes.variables(whole), homes.variables(again))
