"""What training left on the device is used again, for that very checkpoint alone."""

import shutil

import numpy as np
import pytest

import estimax as tf
from estimax.estimator import _estimator, _training
from estimax.train import _checkpoints

X = np.arange(8, dtype=np.float32)


def make(model_dir, **config):
    columns = [tf.feature_column.numeric_column("x")]
    config = tf.estimator.RunConfig(model_dir=model_dir, tf_random_seed=1, **config)
    return tf.compat.v1.estimator.LinearRegressor(columns, config=config)


def rows(repeats=False):
    dataset = tf.data.Dataset.from_tensor_slices(({"x": X}, X))
    return (dataset.repeat() if repeats else dataset).batch(4)


def training():
    return rows(repeats=True)


@pytest.fixture
def readings(monkeypatch):
    """The checkpoints that are read from files, in order."""
    found = []

    def read(prefix):
        found.append(prefix)
        return _checkpoints.read_checkpoint(prefix)

    def read_latest(model_dir):
        return _checkpoints.read_latest_checkpoint(model_dir, read)

    monkeypatch.setattr(_estimator, "read_checkpoint", read)
    monkeypatch.setattr(_estimator, "read_latest_checkpoint", read_latest)
    monkeypatch.setattr(_training, "read_latest_checkpoint", read_latest)
    return found


def test_an_estimator_does_not_read_what_it_has_written(model_dir, readings):
    estimator = make(model_dir)
    estimator.train(training, steps=3)
    first = estimator.evaluate(rows)
    estimator.train(training, steps=3)
    second = estimator.evaluate(rows)
    predicted = [row["predictions"] for row in estimator.predict(rows)]
    assert readings == []
    other = make(model_dir)
    assert other.evaluate(rows) == second
    assert second["loss"] < first["loss"]
    np.testing.assert_array_equal([row["predictions"] for row in other.predict(rows)], predicted)
    assert len(readings) == 1, "nor twice what another has written"


def test_training_goes_on_from_memory_as_from_the_file(tmp_path):
    together, apart = str(tmp_path / "together"), str(tmp_path / "apart")
    one = make(together)
    for folder in (together, apart):
        for _ in range(3):
            (one if folder == together else make(apart)).train(training, steps=4)
    a, b = make(together), make(apart)
    assert a.get_variable_names() == b.get_variable_names()
    for name in a.get_variable_names():
        np.testing.assert_array_equal(a.get_variable_value(name), b.get_variable_value(name))


def test_evaluations_while_training_read_no_checkpoint(model_dir, readings):
    estimator = make(model_dir, save_checkpoints_steps=2)
    train = tf.estimator.TrainSpec(training, max_steps=7)
    metrics, _ = tf.estimator.train_and_evaluate(estimator, train, tf.estimator.EvalSpec(rows, throttle_secs=0))
    assert readings == []
    assert make(model_dir).evaluate(rows) == metrics


def test_a_checkpoint_that_was_replaced_is_read(model_dir, tmp_path, readings):
    estimator = make(model_dir)
    estimator.train(training, steps=3)
    kept = estimator.evaluate(rows)
    other = make(str(tmp_path / "other"))
    other.train(training, steps=2)
    shutil.copyfile(f"{other.latest_checkpoint()}.safetensors", f"{estimator.latest_checkpoint()}.safetensors")
    assert estimator.evaluate(rows)["loss"] == other.evaluate(rows)["loss"] != kept["loss"]
    assert readings[0] == estimator.latest_checkpoint()


def test_an_older_checkpoint_is_read(model_dir, readings):
    estimator = make(model_dir)
    estimator.train(training, steps=3)
    assert estimator.evaluate(rows, checkpoint_path=f"{model_dir}/model.ckpt-0")["global_step"] == 0
    assert readings == [f"{model_dir}/model.ckpt-0"]


def test_a_prediction_goes_on_while_the_model_is_trained(model_dir):
    estimator = make(model_dir)
    estimator.train(training, steps=3)
    expected = [row["predictions"] for row in estimator.predict(rows)]
    going = estimator.predict(rows)
    given = [next(going)["predictions"]]
    estimator.train(training, steps=3)
    given += [row["predictions"] for row in going]
    np.testing.assert_array_equal(given, expected)


def test_after_a_run_that_failed_the_checkpoint_is_read(model_dir, readings):
    estimator = make(model_dir)
    estimator.train(training, steps=3)
    before = estimator.evaluate(rows)

    def broken():
        labels = tf.data.Dataset.from_tensor_slices(({"x": X[:4]}, [1.0, 2.0, np.nan, 3.0]))
        return labels.repeat().batch(4)

    with pytest.raises(tf.estimator.NanLossDuringTrainingError):
        estimator.train(broken, steps=3)
    assert estimator.evaluate(rows) == before
