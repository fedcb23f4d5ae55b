"""More metrics and forwarded features: for estimators of every kind, one upon the other, through to the export."""

import numpy as np
import pytest

import estimax as tf
from tests.estimator import homes
from tests.estimator.conftest import STEPS

SIZE = tf.feature_column.numeric_column("sq_footage")


def with_ids(labels=None, epochs=1):
    features = homes.FEATURES | {"id": np.arange(homes.ROWS, dtype=np.int64)}
    return homes.input_fn(labels, epochs=epochs, features=features)


def absolute_error(labels, predictions):
    return {"mae": tf.metrics.mean_absolute_error(labels, predictions["predictions"])}


def test_a_metric_is_added_to_those_of_a_regressor(trained):
    found = trained("linear-regressor")
    more = tf.estimator.add_metrics(found.estimator, absolute_error)
    assert type(more) is tf.estimator.Estimator
    assert (more.model_dir, more.config) == (found.estimator.model_dir, found.estimator.config)
    metrics = more.evaluate(homes.input_fn(homes.PRICE))
    predicted = [row["predictions"][0] for row in more.predict(homes.input_fn())]
    assert metrics.pop("mae") == pytest.approx(np.abs(predicted - homes.PRICE).mean(), rel=1e-5)
    assert metrics == found.after


def test_a_metric_sees_the_classes_that_a_classifier_chose(trained):
    found = trained("dnn-three")

    def metric_fn(labels, predictions, features, config):
        assert set(features) == set(homes.FEATURES)
        assert config.tf_random_seed == 1
        return {
            "right": tf.metrics.accuracy(labels, predictions["class_ids"]),
            "largest": tf.metrics.mean(tf.reduce_max(predictions["probabilities"], 1)),
            "weight": tf.metrics.mean(features["weight"]),
        }

    metrics = tf.estimator.add_metrics(found.estimator, metric_fn).evaluate(homes.input_fn(found.model.labels))
    assert metrics["right"] == metrics["accuracy"]
    assert 1 / 3 < metrics["largest"] < 1
    assert metrics["weight"] == pytest.approx(homes.FEATURES["weight"].mean(), rel=1e-5)


def test_any_arguments_may_be_asked_for(trained):
    found = trained("linear-regressor")
    asked = []

    def none():
        return {"two": tf.metrics.mean(np.float32([1, 3]))}

    def every(**given):
        asked.append(sorted(given))
        return {}

    more = tf.estimator.add_metrics(tf.estimator.add_metrics(found.estimator, none), every)
    assert more.evaluate(homes.input_fn(homes.PRICE))["two"] == 2
    assert asked[0] == ["config", "features", "labels", "predictions"]


def test_a_metric_of_a_known_name_takes_its_place(trained):
    found = trained("linear-regressor")
    more = tf.estimator.add_metrics(found.estimator, lambda labels: {"prediction/mean": tf.metrics.mean(labels)})
    metrics = more.evaluate(homes.input_fn(homes.PRICE))
    assert metrics["prediction/mean"] == metrics["label/mean"]


def test_an_extended_model_trains_on_from_the_checkpoints_of_the_other(model_dir):
    plain = homes.small(model_dir)
    plain.train(homes.input_fn(homes.PRICE), steps=2)
    keyed = tf.estimator.forward_features(tf.estimator.add_metrics(plain, absolute_error), "town")
    keyed.train(homes.input_fn(homes.PRICE), steps=2)
    assert plain.get_variable_value("global_step") == 4
    assert plain.evaluate(homes.input_fn(homes.PRICE)).items() < keyed.evaluate(homes.input_fn(homes.PRICE)).items()


def custom(features, labels, mode, params):
    doubled = features["sq_footage"] * params["factor"]
    if mode == tf.estimator.ModeKeys.PREDICT:
        return tf.estimator.EstimatorSpec(mode, {"doubled": doubled})
    loss = tf.reduce_mean(tf.square(doubled - labels))
    return tf.estimator.EstimatorSpec(mode, predictions={"doubled": doubled}, loss=loss)


def test_models_of_ones_own_are_extended_too(model_dir):
    model = tf.estimator.Estimator(custom, model_dir, params={"factor": 2.0})
    metrics = tf.estimator.add_metrics(model, lambda predictions: {"mean": tf.metrics.mean(predictions["doubled"])})
    found = metrics.evaluate(homes.input_fn(homes.PRICE))
    assert found["mean"] == pytest.approx(2 * homes.FEATURES["sq_footage"].mean(), rel=1e-5)
    row = next(tf.estimator.forward_features(model, ["town", "type"]).predict(homes.input_fn()))
    assert row["town"] == homes.FEATURES["town"][0].encode()
    assert row["type"] == homes.FEATURES["type"][0].encode()
    assert row["doubled"] == pytest.approx(2 * homes.FEATURES["sq_footage"][0])


@pytest.mark.parametrize("name", ["linear-regressor", "dnn-three"])
def test_features_pass_through_to_the_predictions(name, trained):
    found = trained(name)
    keyed = tf.estimator.forward_features(found.estimator, "id")
    rows = list(keyed.predict(with_ids()))
    assert [row.pop("id") for row in rows] == list(range(homes.ROWS))
    for row, other in zip(rows, found.estimator.predict(homes.input_fn())):
        assert row.keys() == other.keys()
        assert all(np.array_equal(row[key], other[key]) for key in row)


def test_without_names_all_features_pass_through(trained):
    row = next(tf.estimator.forward_features(trained("linear-regressor").estimator).predict(with_ids()))
    assert set(row) == {"predictions", "id", *homes.FEATURES}
    assert (row["id"].dtype, row["sq_footage"].dtype) == (np.int64, np.float32)


def test_a_metric_may_look_at_forwarded_features(trained):
    keyed = tf.estimator.forward_features(trained("linear-regressor").estimator, "weight")
    more = tf.estimator.add_metrics(keyed, lambda predictions: {"weight": tf.metrics.mean(predictions["weight"])})
    metrics = more.evaluate(homes.input_fn(homes.PRICE))
    assert metrics["weight"] == pytest.approx(homes.FEATURES["weight"].mean(), rel=1e-5)
    assert metrics["global_step"] == STEPS


def test_sparse_features_are_forwarded_dense():
    model = tf.estimator.BaselineRegressor()

    def input_fn():
        words = tf.data.Dataset.from_tensors(tf.SparseTensor([[0, 0], [1, 1]], ["a", "b"], [2, 2]))
        return words.map(lambda words: {"size": tf.constant([1.0, 2.0]), "words": words})

    keyed = tf.estimator.forward_features(model, ["words"], {"words": "none"})
    assert [row["words"].tolist() for row in keyed.predict(input_fn)] == [[b"a", b"none"], [b"none", b"b"]]
    with pytest.raises(ValueError, match="'words' is sparse or ragged; give sparse_default_values"):
        next(tf.estimator.forward_features(model, ["words"]).predict(input_fn))
    with pytest.raises(ValueError, match="names the feature 'size', which is not sparse"):
        next(tf.estimator.forward_features(model, ["size"], {"size": 0}).predict(input_fn))


def test_forwarded_features_are_exported_and_evaluated_on_the_way(tmp_path):
    def receiver():
        size, key = tf.placeholder(tf.float32, [None]), tf.placeholder(tf.int64, [None])
        return tf.estimator.export.ServingInputReceiver({"sq_footage": size, "id": key}, {"size": size, "id": key})

    keyed = tf.estimator.forward_features(homes.small(str(tmp_path)), "id")
    more = tf.estimator.add_metrics(keyed, absolute_error)
    labels = homes.PRICE
    metrics, (path,) = tf.estimator.train_and_evaluate(
        more,
        tf.estimator.TrainSpec(with_ids(labels, epochs=None), 3),
        tf.estimator.EvalSpec(with_ids(labels), exporters=tf.estimator.FinalExporter("all", receiver), throttle_secs=0),
    )
    assert metrics["mae"] > 0
    answer = tf.saved_model.load(path.decode()).signatures["predict"](size=np.float32([2, 3]), id=np.int64([7, 8]))
    assert answer.keys() == {"predictions", "id"}
    assert answer["id"].tolist() == [7, 8]


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda e: tf.estimator.add_metrics(e, 3), TypeError, "metric_fn must be a function; got 3"),
        (lambda e: tf.estimator.add_metrics(e, lambda labels, weights: {}), ValueError, r"it has \['weights'\]"),
        (lambda e: tf.estimator.forward_features(e, [3]), TypeError, "keys must be the names of features"),
    ],
)
def test_what_cannot_be_is_refused_at_once(make, error, message, model_dir):
    with pytest.raises(error, match=message):
        make(homes.small(model_dir))


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        ("rooms", r"keys must be among the features .*'sq_footage'.* got \['rooms'\]"),
        ("predictions", r"the features \['predictions'\] have the names of predictions"),
    ],
)
def test_features_that_cannot_be_forwarded_are_named(keys, message, model_dir):
    features = {"sq_footage": homes.FEATURES["sq_footage"], "predictions": homes.PRICE}
    keyed = tf.estimator.forward_features(homes.small(model_dir), keys)
    with pytest.raises(ValueError, match=message):
        next(keyed.predict(homes.input_fn(features=features)))


def test_metrics_must_come_by_name(model_dir):
    more = tf.estimator.add_metrics(homes.small(model_dir), lambda labels: [1])
    with pytest.raises(TypeError, match=r"must return a dictionary of metrics by name; it returned \[1\]"):
        more.evaluate(homes.input_fn(homes.PRICE))
